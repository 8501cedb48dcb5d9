// SPDX-License-Identifier: Apache-2.0
#include "gateway/odoo/parties.h"

#include "gateway/odoo/echo.h"
#include "gateway/odoo/outgoing.h"

#include <algorithm>
#include <utility>

namespace sallyport::odoo {

namespace {

constexpr std::size_t LongestName = 60;

}  // namespace

Status PartyReader::know_fields() {
    if (m_known) return {};
    auto found =
        m_client.call({.model = "res.partner",
                       .method = "fields_get",
                       .ids = {},
                       .arguments = {{"allfields", m_gln_fields}, {"attributes", {"type"}}},
                       .context = Json::object()});
    if (!found) return std::move(found).error();
    std::erase_if(m_gln_fields, [&](const std::string& field) { return !found->contains(field); });
    m_known = true;
    return {};
}

Result<std::string> PartyReader::code_of(const char* model, std::optional<std::int64_t> id) {
    if (!id) return std::string();
    auto found = read_all(m_client, model, Json::array({leaf("id", "=", *id)}), {"code"});
    if (!found) return std::move(found).error();
    return found->empty() ? std::string() : text_of(found->front(), "code");
}

Result<Json> PartyReader::party(std::int64_t partner) {
    if (Status done = know_fields(); !done) return std::move(done).error();
    std::vector<std::string> fields{
        "name", "ref", "street", "street2", "city", "zip", "state_id", "country_id", "parent_id"};
    fields.insert(fields.end(), m_gln_fields.begin(), m_gln_fields.end());
    auto found = read_all(
        m_client, "res.partner", Json::array({leaf("id", "=", partner)}), std::move(fields));
    if (!found) return std::move(found).error();
    if (found->empty()) return Json();
    const Json& record = found->front();
    auto region = code_of("res.country.state", id_in(record, "state_id"));
    if (!region) return std::move(region).error();
    auto country = code_of("res.country", id_in(record, "country_id"));
    if (!country) return std::move(country).error();
    std::string name = text_of(record, "name");
    if (name.empty()) name = name_in(record, "parent_id");  // an address without a name of its own
    Json out{{"name", name.substr(0, LongestName)}};
    for (const std::string& field : m_gln_fields)
        if (const std::string gln = gln_in(text_of(record, field)); !gln.empty()) {
            out["gln"] = gln;
            break;
        }
    const auto put = [&](const char* field, const std::string& value) {
        if (!value.empty()) out[field] = value;
    };
    put("buyer_code", text_of(record, "ref"));
    put("street1", text_of(record, "street"));
    put("street2", text_of(record, "street2"));
    put("city", text_of(record, "city"));
    put("region", *region);
    put("postal_code", text_of(record, "zip"));
    put("country", *country);
    return out;
}

Result<Json> PartyReader::company(std::int64_t company) {
    auto found =
        read_all(m_client, "res.company", Json::array({leaf("id", "=", company)}), {"partner_id"});
    if (!found) return std::move(found).error();
    if (found->empty()) return Json();
    return party(id_in(found->front(), "partner_id").value_or(0));
}

Result<Json> PartyReader::warehouse_of(std::int64_t picking_type) {
    auto type = read_all(m_client,
                         "stock.picking.type",
                         Json::array({leaf("id", "=", picking_type)}),
                         {"warehouse_id"});
    if (!type) return std::move(type).error();
    const auto warehouse = type->empty() ? std::nullopt : id_in(type->front(), "warehouse_id");
    if (!warehouse) return Json();
    auto found = read_all(
        m_client, "stock.warehouse", Json::array({leaf("id", "=", *warehouse)}), {"partner_id"});
    if (!found) return std::move(found).error();
    const auto address = found->empty() ? std::nullopt : id_in(found->front(), "partner_id");
    return address ? party(*address) : Result<Json>(Json());
}

std::vector<Fence::Rule> party_rules(const std::vector<std::string>& gln_fields) {
    std::vector<std::string> partner{
        "name", "ref", "street", "street2", "city", "zip", "state_id", "country_id", "parent_id"};
    partner.insert(partner.end(), gln_fields.begin(), gln_fields.end());
    return {{"res.partner", "fields_get", gln_fields},
            {"res.partner", "search_read", std::move(partner)},
            {"res.country", "search_read", {"code"}},
            {"res.country.state", "search_read", {"code"}},
            {"res.company", "search_read", {"partner_id"}},
            {"stock.picking.type", "search_read", {"warehouse_id"}},
            {"stock.warehouse", "search_read", {"partner_id"}}};
}

}  // namespace sallyport::odoo

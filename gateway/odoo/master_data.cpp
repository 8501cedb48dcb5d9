// SPDX-License-Identifier: Apache-2.0
#include "gateway/odoo/master_data.h"

#include <algorithm>
#include <utility>

namespace sallyport::odoo {

namespace {

// A look-up for one document has a few hundred keys at most; more hits than this means the keys are not keys.
constexpr int MostHits = 2'000;

Json any_of(const std::vector<Json>& leaves) {
    Json domain = Json::array();
    for (std::size_t i = 1; i < leaves.size(); ++i)
        domain.push_back("|");
    for (const auto& leaf : leaves)
        domain.push_back(leaf);
    return domain;
}

Json in(const std::string& field, const std::set<std::string>& values) {
    return Json::array({field, "in", values});
}

int places(const Json& fields, const std::string& field) {
    const auto found = fields.find(field);
    if (found == fields.end()) return 2;
    const auto digits = found->find("digits");
    if (digits == found->end() || !digits->is_array() || digits->size() != 2) return 2;
    return (*digits)[1].get<int>();
}

Call fields_of(const std::string& model, std::vector<std::string> fields) {
    return {.model = model,
            .method = "fields_get",
            .ids = {},
            .arguments = {{"allfields", std::move(fields)}, {"attributes", {"type", "digits"}}},
            .context = Json::object()};
}

}  // namespace

MasterData::MasterData(Client& client,
                       std::vector<std::string> gln_fields,
                       std::string line_field,
                       std::chrono::minutes cache_age,
                       const Clock& clock)
    : m_client(client),
      m_gln_fields(std::move(gln_fields)),
      m_line_field(std::move(line_field)),
      m_cache_age(cache_age),
      m_clock(clock) {}

bool MasterData::fresh(std::chrono::steady_clock::time_point since) const {
    return m_clock.steady_now() - since < m_cache_age;
}

Result<Json> MasterData::search(const std::string& model,
                                Json domain,
                                std::vector<std::string> fields) {
    return m_client.call({.model = model,
                          .method = "search_read",
                          .ids = {},
                          .arguments = {{"domain", std::move(domain)},
                                        {"fields", std::move(fields)},
                                        {"limit", MostHits}},
                          .context = Json::object()});
}

Result<Model> MasterData::model() {
    const auto kept = m_cache.with([](const Cache& cache) { return cache.model; });
    if (kept && fresh(kept->since)) return kept->value;

    auto partner = m_client.call(fields_of("res.partner", m_gln_fields));
    if (!partner) return std::move(partner).error();
    std::vector<std::string> wanted{"price_unit", "product_uom_qty"};
    if (!m_line_field.empty()) wanted.push_back(m_line_field);
    auto line = m_client.call(fields_of("sale.order.line", wanted));
    if (!line) return std::move(line).error();

    auto order = m_client.call(fields_of("sale.order", {"locked"}));
    if (!order) return std::move(order).error();

    Model model;
    model.locked = order->contains("locked");
    for (const auto& field : m_gln_fields)
        if (partner->contains(field)) model.gln_fields.push_back(field);
    model.line_field = !m_line_field.empty() && line->contains(m_line_field);
    model.price_places = places(*line, "price_unit");
    model.quantity_places = places(*line, "product_uom_qty");
    m_cache.with([&](Cache& cache) { cache.model = Kept<Model>{model, m_clock.steady_now()}; });
    return model;
}

Result<std::vector<Partner>> MasterData::partners(const std::set<std::string>& refs,
                                                  const std::set<std::string>& glns) {
    std::vector<Partner> partners;
    auto model = this->model();
    if (!model) return std::move(model).error();
    std::vector<Json> leaves;
    if (!refs.empty()) leaves.push_back(in("ref", refs));
    for (const auto& field : model->gln_fields)
        if (!glns.empty()) leaves.push_back(in(field, glns));
    if (leaves.empty()) return partners;

    std::vector<std::string> fields{
        "name", "ref", "commercial_partner_id", "property_product_pricelist"};
    fields.insert(fields.end(), model->gln_fields.begin(), model->gln_fields.end());
    auto found = search("res.partner", any_of(leaves), std::move(fields));
    if (!found) return std::move(found).error();
    for (const auto& record : *found) {
        Partner partner{.id = id_in(record, "id").value_or(0),
                        .commercial = id_in(record, "commercial_partner_id").value_or(0),
                        .name = text_of(record, "name"),
                        .ref = text_of(record, "ref"),
                        .glns = {},
                        .pricelist = id_in(record, "property_product_pricelist")};
        for (const auto& field : model->gln_fields)
            if (auto gln = text_of(record, field); !gln.empty())
                partner.glns.insert(std::move(gln));
        partners.push_back(std::move(partner));
    }
    return partners;
}

Result<std::vector<Product>> MasterData::search_products(Json domain) {
    auto found = search("product.product",
                        std::move(domain),
                        {"display_name", "default_code", "barcode", "uom_id", "sale_ok"});
    if (!found) return std::move(found).error();
    std::vector<Product> products;
    for (const auto& record : *found)
        products.push_back({.id = id_in(record, "id").value_or(0),
                            .name = text_of(record, "display_name"),
                            .code = text_of(record, "default_code"),
                            .barcode = text_of(record, "barcode"),
                            .unit = id_in(record, "uom_id").value_or(0),
                            .sold = record.contains("sale_ok") && !is_unset(record["sale_ok"])});
    return products;
}

Result<std::vector<Product>> MasterData::products(const std::set<std::string>& barcodes,
                                                  const std::set<std::string>& codes) {
    std::vector<Json> leaves;
    if (!barcodes.empty()) leaves.push_back(in("barcode", barcodes));
    if (!codes.empty()) leaves.push_back(in("default_code", codes));
    if (leaves.empty()) return std::vector<Product>{};
    return search_products(any_of(leaves));
}

Result<std::vector<Product>> MasterData::products_by_id(const std::set<std::int64_t>& ids) {
    if (ids.empty()) return std::vector<Product>{};
    return search_products(Json::array({Json::array({"id", "in", ids})}));
}

Result<std::vector<Packaging>> MasterData::packagings(const std::set<std::string>& barcodes) {
    std::vector<Packaging> packagings;
    if (barcodes.empty()) return packagings;
    auto found = search("product.packaging",
                        any_of({in("barcode", barcodes)}),
                        {"barcode", "product_id", "qty", "product_uom_id"});
    if (!found) return std::move(found).error();
    for (const auto& record : *found) {
        auto quantity = decimal_of(record["qty"]);
        if (!quantity) return std::move(quantity).error().during("reading a packaging's quantity");
        packagings.push_back({.barcode = text_of(record, "barcode"),
                              .product = id_in(record, "product_id").value_or(0),
                              .unit = id_in(record, "product_uom_id").value_or(0),
                              .quantity = quantity->trimmed()});
    }
    return packagings;
}

Result<std::optional<std::int64_t>> MasterData::by_external_id(const std::string& module,
                                                               const std::string& name) {
    auto found = m_client.call({.model = "ir.model.data",
                                .method = "check_object_reference",
                                .ids = {},
                                .arguments = {{"module", module}, {"xml_id", name}},
                                .context = Json::object()});
    if (!found && found.error().code() == "odoo.external_id.unknown")
        return std::optional<std::int64_t>{};
    if (!found) return std::move(found).error();
    if (!found->is_array() || found->size() != 2)
        return Error("odoo.reply.malformed",
                     Blame::Network,
                     "Odoo described external id " + module + "." + name + " in an unknown shape");
    return std::optional<std::int64_t>{id_of((*found)[1]).value_or(0)};
}

Result<std::optional<std::int64_t>> MasterData::unit_by_external_id(
    const std::string& external_id) {
    const auto kept = m_cache.with([&](const Cache& cache) -> std::optional<std::int64_t> {
        const auto found = cache.unit_ids.find(external_id);
        if (found == cache.unit_ids.end() || !fresh(found->second.since)) return std::nullopt;
        return found->second.value;
    });
    if (kept) return kept;
    const auto dot = external_id.find('.');
    if (dot == std::string::npos) return std::optional<std::int64_t>{};
    auto found = by_external_id(external_id.substr(0, dot), external_id.substr(dot + 1));
    // An archived unit answers as one this account may not see; neither can be ordered in.
    if (!found || !*found || **found == 0)
        return found ? Result<std::optional<std::int64_t>>(std::nullopt) : found;
    m_cache.with([&](Cache& cache) {
        cache.unit_ids[external_id] = {**found, m_clock.steady_now()};
    });
    return found;
}

Result<std::map<std::int64_t, Unit>> MasterData::units(const std::set<std::int64_t>& ids) {
    std::map<std::int64_t, Unit> units;
    std::vector<std::int64_t> unknown;
    m_cache.with([&](const Cache& cache) {
        for (const auto id : ids) {
            const auto found = cache.units.find(id);
            if (found != cache.units.end() && fresh(found->second.since))
                units[id] = found->second.value;
            else
                unknown.push_back(id);
        }
    });
    if (unknown.empty()) return units;
    auto found = search(
        "uom.uom", Json::array({Json::array({"id", "in", unknown})}), {"name", "category_id"});
    if (!found) return std::move(found).error();
    m_cache.with([&](Cache& cache) {
        for (const auto& record : *found) {
            const Unit unit{.id = id_in(record, "id").value_or(0),
                            .name = text_of(record, "name"),
                            .category = id_in(record, "category_id").value_or(0)};
            cache.units[unit.id] = {unit, m_clock.steady_now()};
            units[unit.id] = unit;
        }
    });
    return units;
}

Result<std::string> MasterData::currency(std::optional<std::int64_t> pricelist) {
    const std::int64_t key = pricelist.value_or(0);
    const auto kept = m_cache.with([&](const Cache& cache) -> std::optional<std::string> {
        const auto found = cache.currencies.find(key);
        if (found == cache.currencies.end() || !fresh(found->second.since)) return std::nullopt;
        return found->second.value;
    });
    if (kept) return *kept;
    auto found = pricelist ? search("product.pricelist",
                                    Json::array({Json::array({"id", "=", key})}),
                                    {"currency_id"})
                           : search("res.company", Json::array(), {"currency_id"});
    if (!found) return std::move(found).error();
    // Several companies may keep several currencies: then only Odoo itself can tell, and the order is read back.
    std::set<std::string> names;
    for (const auto& record : *found)
        names.insert(name_in(record, "currency_id"));
    const std::string currency = names.size() == 1 ? *names.begin() : std::string();
    m_cache.with([&](Cache& cache) { cache.currencies[key] = {currency, m_clock.steady_now()}; });
    return currency;
}

}  // namespace sallyport::odoo

// SPDX-License-Identifier: Apache-2.0
// The ship notice: packages with their codes, what is in them, lots, carrier, tracking.
#include "gateway/odoo/echo.h"
#include "gateway/odoo/outgoing.h"

#include <algorithm>
#include <map>
#include <utility>

namespace sallyport::odoo {

namespace {

constexpr std::size_t SsccDigits = 18;

bool all_digits(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// GS1: weights 3 and 1 from the right.
char check_digit(std::string_view digits) {
    int sum = 0;
    bool triple = true;
    for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit, triple = !triple)
        sum += (*digit - '0') * (triple ? 3 : 1);
    return static_cast<char>('0' + (10 - sum % 10) % 10);
}

std::string lower(std::string text) {
    for (char& letter : text)
        if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    return text;
}

// The first of several numbers, which Odoo keeps in one field.
std::string first_of(const std::string& text) {
    return text.substr(0, text.find_first_of(",; +"));
}

}  // namespace

std::string sscc_in(const std::string& text) {
    std::string_view digits = text;
    for (const std::string_view lead : {"(00)", "00"})
        if (digits.starts_with(lead) && digits.size() == SsccDigits + lead.size()) {
            digits.remove_prefix(lead.size());
            break;
        }
    if (digits.size() != SsccDigits || !all_digits(digits)) return {};
    return check_digit(digits.substr(0, 17)) == digits[17] ? std::string(digits) : std::string();
}

std::string gln_in(const std::string& text) {
    constexpr std::size_t Digits = 13;
    const bool good = text.size() == Digits && all_digits(text) &&
                      check_digit(std::string_view(text).substr(0, Digits - 1)) == text.back();
    return good ? text : std::string();
}

Result<std::string> make_sscc(const std::string& prefix, std::int64_t number) {
    if (!all_digits(prefix) || prefix.size() < 8 || prefix.size() > 11)
        return Error("odoo.sscc.prefix",
                     Blame::Operator,
                     "'" + prefix + "' is no extension digit and GS1 company prefix")
            .remedy(
                "give 8 to 11 digits: one extension digit of your choice and the prefix GS1 "
                "assigned");
    std::string serial = std::to_string(number);
    const std::size_t width = SsccDigits - 1 - prefix.size();
    if (number < 0 || serial.size() > width)
        return Error("odoo.sscc.exhausted",
                     Blame::Operator,
                     "all numbers behind the prefix " + prefix + " are used")
            .remedy("choose another extension digit");
    serial.insert(0, width - serial.size(), '0');
    const std::string digits = prefix + serial;
    return digits + check_digit(digits);
}

namespace {

struct Records {
    Json picking{};
    Json move_lines{};
    Json moves{};
    Json packages{};
    Json products{};
    bool package_field = false;  // packages have it
};

class ShipNotice {
public:
    ShipNotice(Echo echo, const Records& records, const ShipmentRules& rules)
        : m_echo(std::move(echo)), m_records(records), m_rules(rules) {}

    // By package: the codes that were given to packages without one, for the field Odoo has for them.
    const std::map<std::int64_t, std::string>& minted() const { return m_minted; }

    Result<std::optional<Draft>> write() {
        Json shipment = head();
        Json order = order_head();
        if (Status filled = fill(order); !filled) return std::move(filled).error();
        if (!m_anything) return std::optional<Draft>();
        if (m_packages > 0) {
            shipment["package"] = "carton";
            shipment["package_count"] = std::to_string(m_packages);
        }
        shipment["orders"] = Json::array({std::move(order)});
        Draft draft;
        const std::string done = text_of(m_records.picking, "date_done");
        draft.canonical = Json{{"purpose", "original"},
                               {"number", text_of(m_records.picking, "name")},
                               {"created_at", done.substr(0, 10) + "T" + done.substr(11, 5)},
                               {"structure", m_packages > 0 ? "pick_and_pack" : "no_packaging"},
                               {"shipment", std::move(shipment)}};
        draft.known = m_echo.known;
        draft.kind = "ShipNotice";
        draft.own_number = text_of(m_records.picking, "name");
        draft.matters = draft.canonical.dump();
        return std::optional<Draft>(std::move(draft));
    }

private:
    Json head() const {
        const Json& picking = m_records.picking;
        Json out = Json::object();
        const auto weigh = [&](const char* field) {
            const auto weight = decimal_of(picking.value(field, Json()));
            if (weight && !weight->is_zero() && !weight->is_negative() &&
                !out.contains("gross_weight")) {
                const std::string unit = text_of(picking, "weight_uom_name");
                out["gross_weight"] = weight->trimmed().to_string();
                out["weight_unit"] = unit == "lb" ? "pound" : unit == "kg" ? "kilogram" : unit;
            }
        };
        weigh("shipping_weight");
        weigh("weight");
        const std::string carrier = name_in(picking, "carrier_id");
        const std::string tracking = first_of(text_of(picking, "carrier_tracking_ref"));
        if (!carrier.empty() || !tracking.empty()) {
            Json ways = Json::object();
            const auto scac = m_rules.carriers.find(carrier);
            if (scac != m_rules.carriers.end()) ways["scac"] = scac->second;
            if (!carrier.empty()) ways["routing"] = carrier.substr(0, 35);
            if (!tracking.empty()) ways["tracking"] = tracking;
            out["carrier"] = std::move(ways);
        }
        // Every shipment has a number of ours to name it by; a carrier's is better where there is one.
        out["bill_of_lading"] = text_of(picking, "name");
        out["shipped_on"] = text_of(picking, "date_done").substr(0, 10);
        m_echo.repeat(out, {"ship_to", "ship_from", "buyer", "seller"});
        return out;
    }

    Json order_head() const {
        const Json& said = m_echo.known.order;
        Json out{{"order_number", m_echo.known.number}};
        if (said.contains("release")) out["release"] = said["release"];
        if (said.contains("date")) out["order_date"] = said["date"];
        for (const Json& ref : said.value("refs", Json::array())) {
            if (text_of(ref, "kind") == "vendor_number") out["vendor_number"] = ref["value"];
            if (text_of(ref, "kind") == "department") out["department"] = ref["value"];
            // cXML: what an order is known by to the network that carried it; a notice must name it.
            if (text_of(ref, "kind") == "payload_id") out["refs"].push_back(ref);
        }
        return out;
    }

    // Items into their packages; what is in none stands by itself.
    Status fill(Json& order) {
        std::map<std::int64_t, Json> packages;
        Json loose = Json::array();
        for (const Json& line : m_records.move_lines) {
            auto item = item_of(line);
            if (!item) return std::move(item).error();
            if (item->is_null()) continue;
            m_anything = true;
            const auto package = id_in(line, "result_package_id");
            if (package)
                packages[*package].push_back(*std::move(item));
            else
                loose.push_back(*std::move(item));
        }
        m_packages = packages.size();
        Json list = Json::array();
        for (auto& [id, items] : packages) {
            auto package = package_of(id);
            if (!package) return std::move(package).error();
            (*package)["items"] = std::move(items);
            list.push_back(*std::move(package));
        }
        if (!list.empty()) order["packages"] = std::move(list);
        if (!loose.empty()) order["items"] = std::move(loose);
        return {};
    }

    // Null: nothing was shipped, or it belongs to no line of the buyer.
    Result<Json> item_of(const Json& line) const {
        const auto quantity = decimal_of(line.value("quantity", Json()));
        if (!quantity) return quantity.error();
        if (quantity->is_zero()) return Json();
        std::int64_t sale_line = 0;
        for (const Json& move : m_records.moves)
            if (id_in(move, "id") == id_in(line, "move_id"))
                sale_line = id_in(move, "sale_line_id").value_or(0);
        const EchoLine* said = m_echo.of(sale_line);
        if (said == nullptr) return Json();
        auto measure = m_echo.measure(*said, *quantity, id_in(line, "product_uom_id").value_or(0));
        if (!measure) return std::move(measure).error();
        Json item = said->said.value("item", Json::object());
        const std::string lot = name_in(line, "lot_id");
        if (!lot.empty()) item[is_serial(line) ? "serial" : "lot"] = lot;
        Json out = Json::object();
        if (said->said.contains("no")) out["line_no"] = said->said["no"];
        out["item"] = std::move(item);
        out["quantity"] = measure->value.to_string();
        out["unit"] = measure->unit;
        out["ordered"] = said->said["quantity"];
        if (said->said.contains("unit")) out["ordered_unit"] = said->said["unit"];
        return out;
    }

    bool is_serial(const Json& line) const {
        return std::any_of(
            m_records.products.begin(), m_records.products.end(), [&](const Json& product) {
                return id_in(product, "id") == id_in(line, "product_id") &&
                       text_of(product, "tracking") == "serial";
            });
    }

    Result<Json> package_of(std::int64_t id) {
        const Json nothing = Json::object();
        const Json* record = &nothing;
        for (const Json& one : m_records.packages)
            if (id_in(one, "id") == id) record = &one;
        const bool pallet =
            lower(name_in(*record, "package_type_id")).find("pallet") != std::string::npos;
        Json out{{"kind", pallet ? "pallet" : "carton"}};
        std::string sscc = sscc_in(text_of(*record, m_rules.package_field));
        if (sscc.empty()) sscc = sscc_in(text_of(*record, "name"));
        if (sscc.empty() && !m_rules.sscc_prefix.empty()) {
            auto minted = mint(id);
            if (!minted) return std::move(minted).error();
            sscc = *std::move(minted);
            // What a person wrote there is not overwritten, be it a code or not.
            if (m_records.package_field && text_of(*record, m_rules.package_field).empty())
                m_minted[id] = sscc;
        }
        if (!sscc.empty()) out["sscc"] = sscc;
        return out;
    }

    // Once for a package, whatever happens to the notice.
    Result<std::string> mint(std::int64_t package) const {
        const std::string name = "sscc/" + std::to_string(package);
        auto known = m_rules.books.recall(name);
        if (!known || !known->empty()) return known;
        std::int64_t last = 1;
        for (std::size_t digit = m_rules.sscc_prefix.size(); digit < SsccDigits - 1; ++digit)
            last *= 10;
        auto number = m_rules.books.next_number("SSCC " + m_rules.sscc_prefix, last - 1);
        if (!number) return std::move(number).error();
        auto sscc = make_sscc(m_rules.sscc_prefix, *number);
        if (!sscc) return sscc;
        if (Status kept = m_rules.books.remember(name, *sscc); !kept)
            return std::move(kept).error();
        return sscc;
    }

    Echo m_echo;
    const Records& m_records;
    const ShipmentRules& m_rules;
    std::map<std::int64_t, std::string> m_minted;
    std::size_t m_packages = 0;
    bool m_anything = false;
};

// A tracking number often comes after the goods went.
bool waits_for_tracking(const Json& picking, const ShipmentRules& rules) {
    if (!id_in(picking, "carrier_id") || !text_of(picking, "carrier_tracking_ref").empty())
        return false;
    const auto done = odoo_instant(text_of(picking, "date_done"));
    return done && *done + rules.tracking_wait > rules.now;
}

std::vector<std::int64_t> named(const Json& records, const char* field) {
    std::set<std::int64_t> ids;
    for (const Json& record : records)
        if (const auto id = id_in(record, field)) ids.insert(*id);
    return {ids.begin(), ids.end()};
}

Status read_details(Client& client, const ShipmentRules& rules, Records& records) {
    auto moves = read_all(client,
                          "stock.move",
                          Json::array({leaf("id", "in", named(records.move_lines, "move_id"))}),
                          {"sale_line_id"});
    if (!moves) return std::move(moves).error();
    records.moves = *std::move(moves);
    auto products =
        read_all(client,
                 "product.product",
                 Json::array({leaf("id", "in", named(records.move_lines, "product_id"))}),
                 {"tracking"});
    if (!products) return std::move(products).error();
    records.products = *std::move(products);
    const auto packed = named(records.move_lines, "result_package_id");
    if (packed.empty()) return {};
    std::vector<std::string> fields{"name", "package_type_id"};
    // The custom field of databases that have it.
    if (!rules.package_field.empty()) {
        auto known = client.call(
            {.model = "stock.quant.package",
             .method = "fields_get",
             .ids = {},
             .arguments = {{"allfields", {rules.package_field}}, {"attributes", {"type"}}},
             .context = Json::object()});
        if (!known) return std::move(known).error();
        records.package_field = known->contains(rules.package_field);
        if (records.package_field) fields.push_back(rules.package_field);
    }
    auto packages = read_all(
        client, "stock.quant.package", Json::array({leaf("id", "in", packed)}), std::move(fields));
    if (!packages) return std::move(packages).error();
    records.packages = *std::move(packages);
    return {};
}

// So that labels, warehouse and partner speak of the same code. The code was kept before, and writing it again changes
// nothing: however often this is interrupted, a package has one. An account that may only read leaves it to the notice.
Status write_back(Client& client,
                  const ShipmentRules& rules,
                  const std::map<std::int64_t, std::string>& codes) {
    if (codes.empty()) return {};
    auto may = client.call({.model = "stock.quant.package",
                            .method = "check_access_rights",
                            .ids = {},
                            .arguments = {{"operation", "write"}, {"raise_exception", false}},
                            .context = Json::object()});
    if (!may) return std::move(may).error().during("writing the packages' codes");
    if (*may != Json(true)) return {};
    for (const auto& [package, code] : codes) {
        auto written = client.call({.model = "stock.quant.package",
                                    .method = "write",
                                    .ids = std::vector<std::int64_t>{package},
                                    .arguments = {{"vals", {{rules.package_field, code}}}},
                                    .context = Json::object()});
        if (!written) return std::move(written).error().during("writing the packages' codes");
    }
    return {};
}

}  // namespace

Result<std::optional<Draft>> draft_ship_notice(Client& client,
                                               EchoReader& echo,
                                               const ShipmentRules& rules,
                                               std::int64_t picking,
                                               bool& wait) {
    auto found = read_all(client,
                          "stock.picking",
                          Json::array({leaf("id", "=", picking)}),
                          {"name",
                           "state",
                           "sale_id",
                           "date_done",
                           "carrier_id",
                           "carrier_tracking_ref",
                           "weight",
                           "shipping_weight",
                           "weight_uom_name"});
    if (!found) return std::move(found).error();
    if (found->empty() || text_of((*found)[0], "state") != "done") return std::optional<Draft>();
    Records records{.picking = (*found)[0]};
    const auto order = id_in(records.picking, "sale_id");
    if (!order) return std::optional<Draft>();
    wait = waits_for_tracking(records.picking, rules);
    if (wait) return std::optional<Draft>();
    auto lines = read_all(
        client,
        "stock.move.line",
        Json::array({leaf("picking_id", "=", picking), leaf("state", "=", "done")}),
        {"move_id", "product_id", "quantity", "product_uom_id", "lot_id", "result_package_id"});
    if (!lines) return std::move(lines).error();
    records.move_lines = *std::move(lines);
    if (Status read = read_details(client, rules, records); !read) return std::move(read).error();
    std::set<std::int64_t> units;
    for (const Json& line : records.move_lines)
        units.insert(id_in(line, "product_uom_id").value_or(0));
    auto known = echo.read(*order, named(records.moves, "sale_line_id"), std::move(units));
    if (!known) return std::move(known).error();
    if (!*known) return std::optional<Draft>();
    ShipNotice notice(**std::move(known), records, rules);
    auto draft = notice.write();
    if (!draft) return draft;
    if (Status written = write_back(client, rules, notice.minted()); !written)
        return std::move(written).error();
    return draft;
}

}  // namespace sallyport::odoo

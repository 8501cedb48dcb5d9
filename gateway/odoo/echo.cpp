// SPDX-License-Identifier: Apache-2.0
#include "gateway/odoo/echo.h"

#include "gateway/odoo/load.h"
#include "gateway/odoo/resolve_lines.h"

#include <algorithm>
#include <utility>

namespace sallyport::odoo {

namespace {

constexpr int MostPlaces = 6;  // of a quantity that goes out

// The quotient when it is exact.
std::optional<Decimal> exactly(const Decimal& dividend, const Decimal& divisor) {
    const auto quotient = dividend.divided_by(divisor, MostPlaces);
    if (!quotient) return std::nullopt;
    const auto back = quotient->times(divisor);
    if (!back || !(*back == dividend)) return std::nullopt;
    return quotient->trimmed();
}

Error unknown_unit(std::int64_t unit) {
    return Error("odoo.echo.unit",
                 Blame::BackOffice,
                 "unit " + std::to_string(unit) + " of Odoo has no name in our documents")
        .remedy("name its external id in odoo.units, or use a unit of the order");
}

}  // namespace

Json leaf(const char* field, const char* op, Json value) {
    return Json::array({field, op, std::move(value)});
}

Result<Json> read_all(Client& client,
                      const std::string& model,
                      Json domain,
                      std::vector<std::string> fields) {
    return client.call({.model = model,
                        .method = "search_read",
                        .ids = {},
                        .arguments = {{"domain", std::move(domain)},
                                      {"fields", std::move(fields)},
                                      {"order", "id"}},
                        .context = Json::object()});
}

Result<Json> read_external_ids(Client& client,
                               const std::string& model,
                               const std::vector<std::int64_t>& ids) {
    if (ids.empty()) return Json::object();
    return client.call({.model = model,
                        .method = "get_external_id",
                        .ids = ids,
                        .arguments = Json::object(),
                        .context = Json::object()});
}

Result<Decimal> net_price(const Json& record) {
    auto price = decimal_of(record.value("price_unit", Json()));
    auto discount = decimal_of(record.value("discount", Json(0)));
    if (!price) return price;
    if (!discount) return discount;
    if (discount->is_zero()) return price->trimmed();
    auto left = Decimal(100).minus(*discount);
    auto net = left ? price->times(*left) : left;
    return net ? Result<Decimal>(net->shifted(-2).trimmed()) : std::move(net).error();
}

std::vector<std::int64_t> ids_of(const Json& records) {
    std::vector<std::int64_t> ids;
    for (const Json& record : records)
        ids.push_back(id_in(record, "id").value_or(0));
    return ids;
}

const EchoLine* Echo::of(std::int64_t sale_line) const {
    const auto found = std::find_if(
        lines.begin(), lines.end(), [&](const EchoLine& line) { return line.record == sale_line; });
    return found == lines.end() || sale_line == 0 ? nullptr : &*found;
}

Result<Decimal> Echo::size(std::int64_t unit) const {
    const auto found = sizes.find(unit);
    if (found == sizes.end()) return unknown_unit(unit);
    return found->second;
}

Result<Measure> Echo::measure(const EchoLine& line,
                              const Decimal& quantity,
                              std::int64_t unit) const {
    auto said = Decimal::parse(text_of(line.said, "quantity"));
    auto theirs = size(unit);
    auto ours = size(line.meant.unit);
    for (const auto* one : {&said, &theirs, &ours})
        if (!*one) return one->error();
    auto pieces = quantity.times(*theirs);
    auto ordered = line.meant.quantity.times(*ours);
    if (!pieces) return std::move(pieces).error();
    if (!ordered) return std::move(ordered).error();
    // quantity / said = pieces / ordered
    if (auto product = pieces->times(*said); product && !ordered->is_zero())
        if (const auto value = exactly(*product, *ordered))
            return Measure{.value = *value, .unit = text_of(line.said, "unit"), .said = true};
    const auto word = words.find(line.meant.unit);
    const auto value = exactly(*pieces, *ours);
    if (word == words.end() || word->second.empty() || !value) return unknown_unit(unit);
    return Measure{.value = *value, .unit = word->second, .said = false};
}

Result<Decimal> Echo::price(const EchoLine& line,
                            const Decimal& price,
                            std::int64_t unit,
                            const Measure& measure) const {
    auto theirs = size(unit);
    auto ours = size(line.meant.unit);
    if (!theirs) return std::move(theirs).error();
    if (!ours) return std::move(ours).error();
    auto each = price.times(*ours);
    if (!each) return std::move(each).error();
    auto meant = line.meant.price.times(*theirs);
    if (!meant) return std::move(meant).error();
    auto said = Decimal::parse(text_of(line.said, "price"));
    if (measure.said && said && !meant->is_zero()) {
        if (*each == *meant) return *said;
        auto product = said->times(*each);
        if (!product) return std::move(product).error();
        auto result = product->divided_by(*meant, MostPlaces);
        return result ? Result<Decimal>(result->trimmed()) : std::move(result).error();
    }
    auto result = each->divided_by(*theirs, MostPlaces);
    return result ? Result<Decimal>(result->trimmed()) : std::move(result).error();
}

void Echo::repeat(Json& document, std::initializer_list<const char*> fields) const {
    for (const char* field : fields)
        if (const auto found = known.order.find(field); found != known.order.end())
            document[field] = *found;
}

EchoReader::EchoReader(Client& client,
                       Books& books,
                       const OrdersOptions& options,
                       const Clock& clock)
    : m_client(client),
      m_books(books),
      m_options(options),
      m_data(client, options.gln_fields, options.line_field, options.cache_age, clock) {}

Result<std::optional<Echo>> EchoReader::read(std::int64_t sale_order,
                                             const std::vector<std::int64_t>& sale_lines,
                                             std::set<std::int64_t> units) {
    auto known = m_books.order_behind(sale_order);
    if (!known) return std::move(known).error();
    if (!*known) return std::optional<Echo>();
    Echo echo;
    echo.known = **std::move(known);
    flow::OrderPosting posting;
    posting.document = echo.known.document;
    posting.partner = echo.known.partner;
    posting.order = echo.known.order;
    flow::Missing missing;
    auto meant = resolve_lines(posting, m_options, m_data, missing);
    if (!meant) return std::move(meant).error().during("reading order " + echo.known.number);
    const Json said = posting.order.value("lines", Json::array());
    if (!missing.empty() || meant->size() != said.size())
        return Error("odoo.echo.missing",
                     Blame::BackOffice,
                     "order " + echo.known.number + " can no longer be understood: " +
                         (missing.empty()
                              ? std::string("its lines do not fit")
                              : missing.front().kind + " " + missing.front().value + " is unknown"))
            .remedy(missing.empty() ? "report this" : missing.front().remedy);
    auto keys = read_external_ids(m_client, "sale.order.line", sale_lines);
    if (!keys) return std::move(keys).error();
    std::map<std::string, std::int64_t> records;  // by what follows the order's key
    for (const auto& item : keys->items()) {
        const std::string key = item.value().is_string() ? item.value().get<std::string>() : "";
        const auto cut = key.rfind('_');
        if (key.starts_with(std::string(KeyModule) + ".o_") && cut != std::string::npos)
            records[key.substr(cut + 1)] = std::stoll(item.key());
    }
    for (std::size_t at = 0; at < said.size(); ++at) {
        units.insert((*meant)[at].unit);
        const auto record = records.find((*meant)[at].key);
        echo.lines.push_back({.said = said[at],
                              .record = record == records.end() ? 0 : record->second,
                              .meant = (*meant)[at]});
    }
    if (Status done = read_units(echo, std::move(units)); !done) return std::move(done).error();
    return std::optional<Echo>(std::move(echo));
}

Status EchoReader::read_units(Echo& echo, std::set<std::int64_t> units) {
    units.erase(0);
    const std::vector<std::int64_t> ids(units.begin(), units.end());
    auto found =
        read_all(m_client, "uom.uom", Json::array({leaf("id", "in", ids)}), {"uom_type", "ratio"});
    if (!found) return std::move(found).error();
    for (const Json& record : *found) {
        auto ratio = decimal_of(record.value("ratio", Json()));
        if (!ratio || ratio->is_zero()) return unknown_unit(id_in(record, "id").value_or(0));
        const std::string type = text_of(record, "uom_type");
        auto size = type == "smaller" ? Decimal(1).divided_by(*ratio, 12) : std::move(ratio);
        if (!size) return std::move(size).error();
        echo.sizes[id_in(record, "id").value_or(0)] =
            type == "reference" ? Decimal(1) : size->trimmed();
    }
    auto keys = read_external_ids(m_client, "uom.uom", ids);
    if (!keys) return std::move(keys).error();
    for (const auto& item : keys->items())
        if (item.value().is_string())
            echo.words[std::stoll(item.key())] =
                unit_word(item.value().get<std::string>(), m_options);
    return {};
}

}  // namespace sallyport::odoo

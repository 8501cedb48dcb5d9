// SPDX-License-Identifier: Apache-2.0
#include "gateway/odoo/resolve_lines.h"

#include <algorithm>
#include <array>
#include <utility>

namespace sallyport::odoo {

namespace {

constexpr std::array Containers{
    "case", "box", "carton", "pack", "package", "inner", "pallet", "CA", "CT", "BX", "PK"};

bool is_container(const std::string& unit) {
    return std::any_of(
        Containers.begin(), Containers.end(), [&](const char* known) { return unit == known; });
}

struct ItemWords {
    std::vector<std::pair<std::string, std::string>> gtins;  // field of the document, number
    std::string seller_code;
    std::string buyer_code;
    std::string buyer_code_is_ours;  // by the cross reference
};

// A line on its way.
struct Draft {
    const Json* line = nullptr;
    std::string where;  // "lines[2]"
    ItemWords words;
    const Product* product = nullptr;
    const Packaging* packaging = nullptr;  // the item number was that of a case
    std::string unit;
    std::string unit_external_id;
    std::int64_t unit_id = 0;
};

std::string cross_referenced(const OrdersOptions& options,
                             const std::string& partner,
                             const std::string& code) {
    const auto row_of = [&](const CrossReference& table) {
        const auto row = table.find(code);
        return row == table.end() ? std::string() : row->second;
    };
    const auto agreement = options.agreements.find(partner);
    if (agreement != options.agreements.end())
        if (std::string ours = row_of(agreement->second.items); !ours.empty()) return ours;
    return row_of(options.items);
}

std::vector<Draft> drafts_of(const flow::OrderPosting& posting, const OrdersOptions& options) {
    std::vector<Draft> drafts;
    const auto lines = posting.order.find("lines");
    if (lines == posting.order.end() || !lines->is_array()) return drafts;
    for (std::size_t at = 0; at < lines->size(); ++at) {
        Draft draft;
        draft.line = &(*lines)[at];
        draft.where = "lines[" + std::to_string(at) + "]";
        const Json item = draft.line->value("item", Json::object());
        for (const char* field : {"gtin", "ean", "upc"})
            if (auto number = text_of(item, field); !number.empty())
                draft.words.gtins.emplace_back(field, std::move(number));
        draft.words.seller_code = text_of(item, "seller_code");
        draft.words.buyer_code = text_of(item, "buyer_code");
        draft.words.buyer_code_is_ours =
            cross_referenced(options, posting.partner, draft.words.buyer_code);
        draft.unit = text_of(*draft.line, "unit");
        drafts.push_back(std::move(draft));
    }
    return drafts;
}

void add_words(const std::vector<Draft>& drafts, LookupWords& wanted) {
    for (const auto& draft : drafts) {
        for (const auto& [field, gtin] : draft.words.gtins)
            wanted.barcodes.merge(gtin_variants(gtin));
        for (const auto& code : {draft.words.seller_code, draft.words.buyer_code_is_ours})
            if (!code.empty()) wanted.codes.insert(code);
    }
}

class LineResolver {
public:
    LineResolver(const flow::OrderPosting& posting,
                 const OrdersOptions& options,
                 Lookups& lookups,
                 flow::Missing& missing)
        : m_posting(posting), m_options(options), m_lookups(lookups), m_missing(missing) {}

    Result<std::vector<ResolvedLine>> run() {
        m_drafts = drafts_of(m_posting, m_options);
        if (m_drafts.empty())
            miss("line", "the order has no line", "lines", "have the partner send the lines");
        if (auto done = products(); !done) return std::move(done).error();
        if (auto done = units(); !done) return std::move(done).error();
        auto model = m_lookups.data().model();
        if (!model) return std::move(model).error();
        std::vector<ResolvedLine> lines;
        for (const auto& draft : m_drafts)
            lines.push_back(numbers(draft, *model));
        name_lines(lines);
        return lines;
    }

private:
    void miss(std::string kind, std::string value, std::string where, std::string remedy) {
        m_missing.push_back(
            {std::move(kind), std::move(value), std::move(where), std::move(remedy)});
    }

    Status products() {
        LookupWords wanted;
        add_words(m_drafts, wanted);
        std::set<std::string>& barcodes = wanted.barcodes;
        auto products = m_lookups.products(barcodes, wanted.codes);
        if (!products) return std::move(products).error();
        m_products = *std::move(products);
        for (const auto& product : m_products)
            barcodes.erase(product.barcode);
        auto packagings = m_lookups.packagings(barcodes);
        if (!packagings) return std::move(packagings).error();
        m_packagings = *std::move(packagings);
        if (auto added = products_of_packagings(); !added) return added;
        for (auto& draft : m_drafts)
            choose(draft);
        return {};
    }

    // A packaging names its product by id only. Archived products do not come back: then it stays unknown.
    Status products_of_packagings() {
        std::set<std::int64_t> ids;
        for (const auto& packaging : m_packagings)
            ids.insert(packaging.product);
        for (const auto& product : m_products)
            ids.erase(product.id);
        auto more = m_lookups.products_by_id(ids);
        if (!more) return std::move(more).error();
        for (auto& product : *more)
            m_products.push_back(std::move(product));
        std::erase_if(m_packagings,
                      [&](const Packaging& one) { return product(one.product) == nullptr; });
        return {};
    }

    const Product* product(std::int64_t id) const {
        const auto found = std::find_if(
            m_products.begin(), m_products.end(), [&](const Product& one) { return one.id == id; });
        return found == m_products.end() ? nullptr : &*found;
    }

    // Every identifier sent must point at the same product.
    void choose(Draft& draft) {
        std::set<std::int64_t> hits;
        std::string words;
        const auto say = [&](const std::string& word) {
            words += (words.empty() ? "" : ", ") + word;
        };
        for (const auto& [field, gtin] : draft.words.gtins) {
            const auto variants = gtin_variants(gtin);
            for (const auto& one : m_products)
                if (!one.barcode.empty() && variants.contains(one.barcode)) hits.insert(one.id);
            for (const auto& one : m_packagings)
                if (variants.contains(one.barcode)) {
                    hits.insert(one.product);
                    draft.packaging = &one;
                }
            say("GTIN " + gtin);
        }
        for (const auto& code : {draft.words.seller_code, draft.words.buyer_code_is_ours}) {
            if (code.empty()) continue;
            for (const auto& one : m_products)
                if (one.code == code) hits.insert(one.id);
            say("our code " + code);
        }
        if (!draft.words.buyer_code.empty() && draft.words.buyer_code_is_ours.empty())
            say("the buyer's code " + draft.words.buyer_code);
        conclude(draft, hits, words.empty() ? "no item number at all" : words);
    }

    void conclude(Draft& draft, const std::set<std::int64_t>& hits, const std::string& words) {
        const std::string where =
            draft.where + ".item" +
            (draft.words.gtins.empty() ? "" : "." + draft.words.gtins.front().first);
        if (hits.empty())
            return miss("product",
                        words,
                        where,
                        draft.words.gtins.empty() && draft.words.seller_code.empty() &&
                                !draft.words.buyer_code.empty()
                            ? "add the buyer's code to the partner's item table (odoo.item_table)"
                            : "create the product in Odoo with this barcode or internal reference, "
                              "or add a row to the "
                              "partner's item table (odoo.item_table)");
        if (hits.size() > 1) {
            std::string names;
            for (const auto id : hits)
                names += (names.empty() ? "" : " and ") + product(id)->name;
            return miss(
                "product",
                words + " mean different products (" + names + ")",
                where,
                "correct barcodes and references in Odoo, or have the partner correct the line");
        }
        draft.product = product(*hits.begin());
        if (!draft.product->sold) {
            miss("product",
                 words + " is " + draft.product->name + ", which is not for sale",
                 where,
                 "mark the product as sold in Odoo, or reject the line");
            draft.product = nullptr;
        }
    }

    std::string external_id(const std::string& unit) const {
        const auto agreement = m_options.agreements.find(m_posting.partner);
        if (agreement != m_options.agreements.end()) {
            const auto theirs = agreement->second.units.find(unit);
            if (theirs != agreement->second.units.end()) return theirs->second;
        }
        const auto own = m_options.units.find(unit);
        return own != m_options.units.end() ? own->second : std::string(unit_external_id(unit));
    }

    Status units() {
        std::set<std::int64_t> ids;
        for (auto& draft : m_drafts) {
            draft.unit_external_id = external_id(draft.unit);
            if (!draft.unit_external_id.empty()) {
                auto id = m_lookups.data().unit_by_external_id(draft.unit_external_id);
                if (!id) return std::move(id).error();
                draft.unit_id = id->value_or(0);
            }
            if (draft.unit_id != 0) ids.insert(draft.unit_id);
            if (draft.product != nullptr) ids.insert(draft.product->unit);
            if (draft.packaging != nullptr) ids.insert(draft.packaging->unit);
        }
        ids.erase(0);
        if (ids.empty()) return {};
        auto units = m_lookups.data().units(ids);
        if (!units) return std::move(units).error();
        m_units = *std::move(units);
        for (auto& draft : m_drafts)
            check_unit(draft);
        return {};
    }

    void check_unit(Draft& draft) {
        const std::string where = draft.where + ".unit";
        if (draft.unit.empty())
            return miss("unit", "no unit", where, "have the partner send the unit of measure");
        const bool cased = is_container(draft.unit);
        if (draft.packaging != nullptr && cased) {
            draft.unit_id = draft.packaging->unit;
            return;
        }
        draft.packaging = draft.packaging != nullptr ? reject_case(draft, where) : nullptr;
        if (draft.unit_id == 0)
            return miss("unit",
                        "'" + draft.unit + "'",
                        where,
                        cased ? "send the case's GTIN (a packaging barcode in Odoo), or name an "
                                "Odoo unit in odoo.units for '" +
                                    draft.unit + "'"
                              : "name an Odoo unit for '" + draft.unit + "' in odoo.units");
        if (draft.product == nullptr) return;
        const auto ours = m_units.find(draft.product->unit);
        const auto theirs = m_units.find(draft.unit_id);
        if (ours != m_units.end() && theirs != m_units.end() &&
            ours->second.category != theirs->second.category)
            miss("unit",
                 "'" + draft.unit + "' (" + theirs->second.name + "), while " +
                     draft.product->name + " is kept in " + ours->second.name,
                 where,
                 "correct the product's unit in Odoo, or have the partner correct the line");
    }

    // 10 "units" of a case's number: ten pieces or ten cases? Only a person can tell.
    const Packaging* reject_case(const Draft& draft, const std::string& where) {
        miss("unit",
             "'" + draft.unit + "' of a case (packaging " + draft.packaging->barcode + ")",
             where,
             "have the partner send the piece's GTIN with pieces, or the case's GTIN with cases");
        return nullptr;
    }

    std::optional<Decimal> number(const Draft& draft, const char* field, bool zero_allowed) {
        const std::string text = text_of(*draft.line, field);
        const std::string where = draft.where + "." + field;
        if (text.empty()) {
            miss(field,
                 std::string("no ") + field,
                 where,
                 std::string("have the partner send the ") + field);
            return std::nullopt;
        }
        auto value = Decimal::parse(text);
        if (!value || value->is_negative() || (value->is_zero() && !zero_allowed)) {
            miss(field,
                 "'" + text + "'",
                 where,
                 std::string("have the partner correct the ") + field);
            return std::nullopt;
        }
        return *value;
    }

    // The price for one ordered unit: 12.00 per hundred is 0.12.
    std::optional<Decimal> unit_price(const Draft& draft, const Decimal& price) {
        const std::string basis = text_of(*draft.line, "price_per");
        if (basis.empty() || basis == "each" || basis == "1" || basis == draft.unit) return price;
        if (basis == "hundred" || basis == "100") return price.shifted(-2);
        if (basis == "thousand" || basis == "1000") return price.shifted(-3);
        miss("price basis",
             "price per '" + basis + "', quantity in '" + draft.unit + "'",
             draft.where + ".price_per",
             "agree with the partner on a price per ordered unit");
        return std::nullopt;
    }

    // Odoo would round it silently.
    void keepable(const Decimal& value,
                  int places,
                  const std::string& what,
                  const std::string& where) {
        if (value.trimmed().scale() > places)
            miss("precision",
                 what + " " + value.trimmed().to_string() + " has more than " +
                     std::to_string(places) + " decimal places",
                 where,
                 "raise the decimal accuracy of '" +
                     std::string(what == "price" ? "Product Price" : "Product Unit of Measure") +
                     "' in Odoo, or agree on fewer places");
    }

    ResolvedLine numbers(const Draft& draft, const Model& model) {
        ResolvedLine line{.key = {},
                          .no = text_of(*draft.line, "no"),
                          .product = draft.product != nullptr ? draft.product->id : 0,
                          .unit = draft.unit_id,
                          .quantity = {},
                          .price = {}};
        const auto quantity = number(draft, "quantity", false);
        const auto price = number(draft, "price", true);
        if (!quantity || !price) return line;
        const auto each = unit_price(draft, *price);
        if (!each) return line;
        line.quantity = *quantity;
        line.price = *each;
        if (draft.packaging != nullptr) unpack(draft, line);
        keepable(line.quantity, model.quantity_places, "quantity", draft.where + ".quantity");
        keepable(line.price, model.price_places, "price", draft.where + ".price");
        return line;
    }

    // 2 cases of 12 at 120.00 are 24 pieces at 10.00.
    void unpack(const Draft& draft, ResolvedLine& line) {
        const Decimal& pieces = draft.packaging->quantity;
        auto quantity = line.quantity.times(pieces);
        auto price = line.price.divided_by(pieces, 12);
        auto back = price ? price->times(pieces) : price;
        if (!quantity || !price || !back || !(*back == line.price)) {
            miss("precision",
                 "price " + line.price.to_string() + " for a case of " + pieces.to_string() +
                     " is no exact price per piece",
                 draft.where + ".price",
                 "agree with the partner on a price per piece");
            return;
        }
        line.quantity = quantity->trimmed();
        line.price = price->trimmed();
    }

    // The external id of a line ends in its number; numbers used twice or unfit for an id get their position instead.
    static void name_lines(std::vector<ResolvedLine>& lines) {
        std::map<std::string, int> uses;
        for (const auto& line : lines)
            ++uses[line.no];
        for (std::size_t at = 0; at < lines.size(); ++at) {
            const auto& no = lines[at].no;
            const bool plain =
                !no.empty() && no.size() <= 20 &&
                no.find_first_not_of(
                    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-") ==
                    std::string::npos;
            lines[at].key = plain && uses[no] == 1 ? "l" + no : "p" + std::to_string(at + 1);
        }
    }

    const flow::OrderPosting& m_posting;
    const OrdersOptions& m_options;
    Lookups& m_lookups;
    flow::Missing& m_missing;
    std::vector<Draft> m_drafts;
    std::vector<Product> m_products;
    std::vector<Packaging> m_packagings;
    std::map<std::int64_t, Unit> m_units;
};

}  // namespace

std::set<std::string> gtin_variants(const std::string& gtin) {
    std::set<std::string> variants{gtin};
    if (gtin.empty() || gtin.find_first_not_of("0123456789") != std::string::npos) return variants;
    const auto first = gtin.find_first_not_of('0');
    if (first == std::string::npos) return variants;
    const std::string core = gtin.substr(first);
    for (const std::size_t length : {8U, 12U, 13U, 14U})
        if (core.size() <= length) variants.insert(std::string(length - core.size(), '0') + core);
    return variants;
}

Result<std::vector<ResolvedLine>> resolve_lines(const flow::OrderPosting& posting,
                                                const OrdersOptions& options,
                                                Lookups& lookups,
                                                flow::Missing& missing) {
    return LineResolver(posting, options, lookups, missing).run();
}

Result<std::vector<ResolvedLine>> resolve_lines(const flow::OrderPosting& posting,
                                                const OrdersOptions& options,
                                                MasterData& data,
                                                flow::Missing& missing) {
    Lookups lookups(data);
    return resolve_lines(posting, options, lookups, missing);
}

void add_item_words(const flow::OrderPosting& posting,
                    const OrdersOptions& options,
                    LookupWords& wanted) {
    add_words(drafts_of(posting, options), wanted);
}

}  // namespace sallyport::odoo

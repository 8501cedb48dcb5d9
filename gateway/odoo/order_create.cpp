// SPDX-License-Identifier: Apache-2.0
// Orders into Odoo: which are there, what the others mean, and one `load` for those that look alike.
#include "gateway/odoo/batch_items.h"
#include "gateway/odoo/load.h"
#include "gateway/odoo/resolve_lines.h"

#include <algorithm>
#include <map>
#include <set>

namespace sallyport::odoo {

namespace {

using flow::Missing;

constexpr std::size_t CreatedLines = 500;

class Creation {
public:
    Creation(const BatchParts& parts, Lookups& lookups, const BatchItems& items)
        : m_parts(parts), m_lookups(lookups), m_all(items) {}

    // By number and external id: asking for an unknown external id would fill Odoo's log with errors. An order whose
    // number somebody changed is not found here; `load` still answers it instead of creating a second one.
    void find_existing() {
        const BatchItems items =
            those(m_all, [](const BatchItem& item) { return !item.number.empty(); });
        if (items.empty()) return;
        std::set<std::string> numbers;
        std::size_t siblings = 0;
        for (const BatchItem* item : items) {
            numbers.insert(item->number);
            siblings += item->posting->siblings.size();
        }
        auto found = find_orders(Json::array({Json::array({"client_order_ref", "in", numbers})}),
                                 100 * numbers.size() + siblings);
        if (!found) return fail_all(items, found.error(), "looking for the order");
        if (found->empty()) return;
        std::vector<std::int64_t> ids;
        for (const Json& record : *found)
            ids.push_back(id_in(record, "id").value_or(0));
        auto keys = external_ids_of(m_parts.client, "sale.order", std::move(ids));
        if (!keys) return fail_all(items, keys.error(), "looking for the order");
        for (const Json& record : *found) {
            const std::int64_t id = id_in(record, "id").value_or(0);
            const std::string key = text_of(*keys, std::to_string(id));
            for (BatchItem* item : items) {
                if (key == std::string(KeyModule) + "." + item->key) {
                    item->id = id;
                    item->existed = true;
                } else if (text_of(record, "client_order_ref") == item->number &&
                           !is_sibling(*item, key)) {
                    item->others = true;
                }
            }
        }
    }

    void create_missing() {
        const auto fresh = [](const BatchItem& item) { return item.id == 0; };
        resolve_all(m_parts, m_lookups, those(m_all, fresh));
        for (BatchItem* item :
             those(m_all, [](const BatchItem& one) { return one.id == 0 && one.others; }))
            if (Status unique = check_duplicate(*item); !unique)
                item->fail(std::move(unique).error());
        if (those(m_all, fresh).empty()) return;
        auto model = m_parts.data.model();
        if (!model) return fail_all(those(m_all, fresh), model.error(), "creating the sales order");
        // An empty cell would clear what Odoo fills in by itself: only orders that say the same go together.
        std::map<int, BatchItems> groups;
        for (BatchItem* item : those(m_all, fresh))
            groups[shape(*item->resolved)].push_back(item);
        for (const auto& [ignored, group] : groups)
            for (const BatchItems& some : in_bites(group))
                create(some, model->line_field);
    }

private:
    Result<Json> find_orders(Json domain, std::size_t limit) {
        return m_parts.client.call({.model = "sale.order",
                                    .method = "search_read",
                                    .ids = {},
                                    .arguments = {{"domain", std::move(domain)},
                                                  {"fields", {"name", "client_order_ref"}},
                                                  {"limit", limit}},
                                    .context = Json::object()});
    }

    static int shape(const ResolvedOrder& order) {
        return (order.ship_to ? 1 : 0) + (order.bill_to ? 2 : 0) +
               (order.commitment_date.empty() ? 0 : 4);
    }

    std::vector<BatchItems> in_bites(const BatchItems& group) const {
        std::vector<BatchItems> bites;
        std::size_t lines = 0;
        std::size_t most = 0;
        for (BatchItem* item : group) {
            const std::size_t limit = m_parts.caution.limit(item->key, group.size());
            const bool full = bites.empty() || lines + item->lines() > CreatedLines ||
                              bites.back().size() >= std::min(most, limit);
            if (full) {
                bites.emplace_back();
                lines = 0;
                most = limit;
            }
            bites.back().push_back(item);
            lines += item->lines();
            most = std::min(most, limit);
        }
        return bites;
    }

    void create(const BatchItems& items, bool line_field) {
        divide(items, "creating the sales order", [&](std::span<BatchItem* const> some) -> Status {
            auto loaded = m_parts.patiently(order_load(some, line_field));
            if (!loaded) {
                if (loaded.error().code() == "odoo.reply.lost") learn(some);
                return std::move(loaded).error();
            }
            auto ids = loaded_ids("sale.order", *loaded);
            if (!ids) return std::move(ids).error();
            if (ids->size() != some.size())
                return Error("odoo.reply.malformed",
                             Blame::Network,
                             "Odoo answered " + std::to_string(ids->size()) + " orders for " +
                                 std::to_string(some.size()));
            for (std::size_t at = 0; at < some.size(); ++at) {
                some[at]->id = (*ids)[at];
                m_parts.caution.forget(some[at]->key);
            }
            return {};
        });
    }

    // An order for another store of the same document.
    static bool is_sibling(const BatchItem& item, const std::string& external_id) {
        const auto& all = item.posting->siblings;
        return std::any_of(all.begin(), all.end(), [&](const std::string& one) {
            return external_id == std::string(KeyModule) + "." + order_key(one);
        });
    }

    Result<Json> without_siblings(const BatchItem& item, Json records) {
        if (item.posting->siblings.empty() || records.empty()) return records;
        std::vector<std::int64_t> ids;
        for (const Json& record : records)
            ids.push_back(id_in(record, "id").value_or(0));
        auto keys = external_ids_of(m_parts.client, "sale.order", std::move(ids));
        if (!keys) return std::move(keys).error();
        Json others = Json::array();
        for (const Json& record : records)
            if (!is_sibling(item, text_of(*keys, std::to_string(id_in(record, "id").value_or(0)))))
                others.push_back(record);
        return others;
    }

    void learn(std::span<BatchItem* const> items) {
        std::vector<std::string> keys;
        for (const BatchItem* item : items)
            keys.push_back(item->key);
        m_parts.caution.learn(keys);
    }

    // Somebody typed it in by hand, or it came under another key: a person must look. Not what makes us exact; that is
    // the external id.
    Status check_duplicate(const BatchItem& item) {
        const ResolvedOrder& order = *item.resolved;
        auto found =
            find_orders(Json::array({Json::array({"client_order_ref", "=", order.number}),
                                     Json::array({"partner_id", "child_of", order.commercial}),
                                     Json::array({"state", "!=", "cancel"})}),
                        100 + item.posting->siblings.size());
        if (found) found = without_siblings(item, *std::move(found));
        if (!found)
            return std::move(found).error().during("looking for an order with the same number");
        if (found->empty()) return {};
        return Error("odoo.order.duplicate",
                     Blame::BackOffice,
                     "order " + text_of((*found)[0], "name") +
                         " in Odoo already carries the number " + order.number +
                         " of this customer")
            .remedy(
                "cancel that order or clear its customer reference if this document should become "
                "an order, else "
                "discard the document");
    }

    Call order_load(std::span<BatchItem* const> items, bool line_field) const {
        const ResolvedOrder& first = *items.front()->resolved;
        std::vector<std::string> columns{"id", "partner_id/.id", "client_order_ref", "origin"};
        if (first.ship_to) columns.emplace_back("partner_shipping_id/.id");
        if (first.bill_to) columns.emplace_back("partner_invoice_id/.id");
        if (!first.commitment_date.empty()) columns.emplace_back("commitment_date");
        const std::size_t head_columns = columns.size();
        for (const char* column : {"id",
                                   "sequence",
                                   "product_id/.id",
                                   "product_uom/.id",
                                   "product_uom_qty",
                                   "price_unit"})
            columns.push_back(std::string("order_line/") + column);
        if (line_field) columns.push_back("order_line/" + m_parts.options.line_field);
        Json rows = Json::array();
        for (const BatchItem* item : items)
            add_rows(*item, head_columns, line_field, rows);
        return load_call("sale.order", std::move(columns), std::move(rows));
    }

    static void add_rows(const BatchItem& item,
                         std::size_t head_columns,
                         bool line_field,
                         Json& rows) {
        const ResolvedOrder& order = *item.resolved;
        Json head = Json::array({item.key, order.customer, order.number, "EDI " + order.number});
        if (order.ship_to) head.push_back(*order.ship_to);
        if (order.bill_to) head.push_back(*order.bill_to);
        if (!order.commitment_date.empty()) head.push_back(order.commitment_date);
        for (std::size_t at = 0; at < order.lines.size(); ++at) {
            const ResolvedLine& line = order.lines[at];
            Json row = at == 0 ? head : Json(std::vector<std::string>(head_columns));
            row.push_back(item.key + "_" + line.key);
            row.push_back(10 * (at + 1));
            row.push_back(line.product);
            row.push_back(line.unit);
            row.push_back(line.quantity.to_string());
            row.push_back(line.price.to_string());
            if (line_field) row.push_back(line.no);
            rows.push_back(std::move(row));
        }
    }

    const BatchParts& m_parts;
    Lookups& m_lookups;
    const BatchItems& m_all;
};

}  // namespace

void resolve_all(const BatchParts& parts, Lookups& lookups, const BatchItems& items) {
    if (items.size() > 1) {
        LookupWords wanted;
        for (const BatchItem* item : items) {
            add_party_words(*item->posting, wanted);
            add_item_words(*item->posting, parts.options, wanted);
        }
        if (Status gathered = lookups.gather(wanted); !gathered)
            return fail_all(items, gathered.error(), "looking up the master data");
    }
    for (BatchItem* item : items) {
        auto answer = resolve(*item->posting, parts.options, lookups);
        if (!answer)
            item->fail(std::move(answer).error());
        else if (auto* missing = std::get_if<Missing>(&*answer))
            item->outcome = flow::OrderOutcome(std::move(*missing));
        else
            item->resolved = std::get<ResolvedOrder>(std::move(*answer));
    }
}

void find_or_create(const BatchParts& parts, Lookups& lookups, const BatchItems& items) {
    Creation creation(parts, lookups, items);
    creation.find_existing();
    creation.create_missing();
}

}  // namespace sallyport::odoo

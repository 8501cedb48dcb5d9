// SPDX-License-Identifier: Apache-2.0
// What every order gets that is in Odoo: its original, a note, a comparison, and a confirmation where one is agreed.
#include "gateway/base/digest.h"
#include "gateway/odoo/batch_items.h"
#include "gateway/odoo/load.h"

#include <map>
#include <mutex>

namespace sallyport::odoo {

namespace {

using flow::OrderOutcome;
using flow::OrderPosting;
using flow::Posted;

// A confirmation holds stock rows until the call ends, and warehouse people wait for it: a second or two at most.
constexpr std::size_t ConfirmedOrders = 10;
constexpr std::size_t ConfirmedLines = 50;
constexpr std::size_t AttachedOctets = std::size_t{4} << 20;

std::string short_hash(std::string_view text) {
    return sha256_hex(text).substr(0, 16);
}

class Finish {
public:
    Finish(const BatchParts& parts, Lookups& lookups, const BatchItems& items)
        : m_parts(parts), m_lookups(lookups), m_all(items) {}

    void run() {
        read_headers(left(), "reading the order back");
        // Before anything else, so that the original is there for the person who has to look.
        attach();
        const auto open = [](const BatchItem& item) { return item.open(); };
        resolve_all(m_parts, m_lookups, those(m_all, [&](const BatchItem& item) {
                        return open(item) && !item.resolved;
                    }));
        note();
        compare(those(m_all, open));
        confirm(those(m_all,
                      [&](const BatchItem& item) { return open(item) && item.posting->confirm; }));
        for (BatchItem* item : left())
            item->outcome = OrderOutcome(Posted{.id = item->id,
                                                .name = item->header.name,
                                                .state = item->header.state,
                                                .existed = item->existed});
    }

private:
    BatchItems left() const {
        return those(m_all, [](const BatchItem&) { return true; });
    }

    void read_headers(const BatchItems& items, const char* step) {
        if (items.empty()) return;
        std::vector<std::int64_t> ids;
        for (const BatchItem* item : items)
            ids.push_back(item->id);
        auto found =
            m_parts.client.call({.model = "sale.order",
                                 .method = "read",
                                 .ids = std::move(ids),
                                 .arguments = {{"fields", {"name", "state", "currency_id"}}},
                                 .context = Json::object()});
        if (!found) return fail_all(items, found.error(), step);
        std::map<std::int64_t, const Json*> records;
        if (found->is_array())
            for (const Json& record : *found)
                records[id_in(record, "id").value_or(0)] = &record;
        for (BatchItem* item : items) {
            const auto record = records.find(item->id);
            if (record == records.end())
                item->fail(Error("odoo.record.missing",
                                 Blame::BackOffice,
                                 "the order was deleted in Odoo while it was posted")
                               .remedy("decide whether to post the document again")
                               .during(step));
            else
                item->header = {.name = text_of(*record->second, "name"),
                                .state = text_of(*record->second, "state"),
                                .currency = name_in(*record->second, "currency_id")};
        }
    }

    // One row for each; one that has an external id is found again instead of made a second time.
    void load_for_each(std::span<BatchItem* const> items,
                       const char* step,
                       const std::string& model,
                       const std::vector<std::string>& columns,
                       const std::function<Json(const BatchItem&)>& row) {
        divide(items, step, [&](std::span<BatchItem* const> some) -> Status {
            Json rows = Json::array();
            for (const BatchItem* item : some)
                rows.push_back(row(*item));
            auto loaded = m_parts.patiently(load_call(model, columns, std::move(rows)));
            return loaded ? Status() : Status(std::move(loaded).error());
        });
    }

    // Attachments never change: the external id is the content's hash.
    void attach() {
        BatchItems bite;
        std::size_t octets = 0;
        const auto load = [&] {
            load_for_each(bite,
                          "attaching the original",
                          "ir.attachment",
                          {"id", "name", "res_model", "res_id", "datas", "mimetype"},
                          [](const BatchItem& item) {
                              const auto& original = item.posting->original;
                              return Json::array({item.key + "_att_" + short_hash(original.octets),
                                                  original.file_name,
                                                  "sale.order",
                                                  item.id,
                                                  to_base64(original.octets),
                                                  original.content_type});
                          });
            bite.clear();
            octets = 0;
        };
        for (BatchItem* item : those(m_all, [](const BatchItem& one) {
                 return !one.posting->original.octets.empty();
             })) {
            if (octets + item->posting->original.octets.size() > AttachedOctets) load();
            bite.push_back(item);
            octets += item->posting->original.octets.size();
        }
        load();
    }

    static std::string note_of(const BatchItem& item) {
        const OrderPosting& posting = *item.posting;
        const auto paragraph = [](const std::string& text) {
            return "<p>" + escape_html(text) + "</p>";
        };
        std::string body = paragraph("Received by EDI from " + posting.partner + ": order " +
                                     item.number + ", gateway document " + posting.document + ".");
        if (item.resolved && item.open())
            for (const auto& remark : item.resolved->remarks)
                body += paragraph(remark);
        if (const auto notes = posting.order.find("notes");
            notes != posting.order.end() && notes->is_array())
            for (const auto& one : *notes)
                if (auto text = text_of(one, "text"); !text.empty())
                    body += paragraph(posting.partner + " writes: " + text);
        return body;
    }

    // message_post cannot be repeated; a mail.message with an external id can. It is an internal note and mails nobody.
    void note() {
        load_for_each(
            left(),
            "writing the note",
            "mail.message",
            {"id", "model", "res_id", "message_type", "subtype_id/id", "body"},
            [](const BatchItem& item) {
                return Json::array({item.key + "_note_" + short_hash(item.posting->document),
                                    "sale.order",
                                    item.id,
                                    "comment",
                                    "mail.mt_note",
                                    note_of(item)});
            });
    }

    // Odoo rounds, recomputes and defaults without a word; nothing is confirmed that does not read back as sent.
    void compare(const BatchItems& items) {
        if (items.empty()) return;
        std::vector<std::int64_t> orders;
        for (const BatchItem* item : items)
            orders.push_back(item->id);
        auto lines = m_parts.client.call(
            {.model = "sale.order.line",
             .method = "search_read",
             .ids = {},
             .arguments = {{"domain", Json::array({Json::array({"order_id", "in", orders})})},
                           {"fields",
                            {"order_id",
                             "product_id",
                             "product_uom",
                             "product_uom_qty",
                             "price_unit",
                             "price_subtotal",
                             "price_total"}}},
             .context = Json::object()});
        if (!lines) return fail_all(items, lines.error(), "reading the lines back");
        std::vector<std::int64_t> ids;
        std::map<std::int64_t, Json> of_order;
        for (Json& line : *lines) {
            ids.push_back(id_in(line, "id").value_or(0));
            Json& list = of_order[id_in(line, "order_id").value_or(0)];
            list.push_back(std::move(line));
        }
        Result<Json> keys = Json::object();
        if (!ids.empty()) keys = external_ids_of(m_parts.client, "sale.order.line", std::move(ids));
        if (!keys) return fail_all(items, keys.error(), "reading the lines back");
        for (BatchItem* item : items) {
            Json& list = of_order[item->id];
            if (list.is_null()) list = Json::array();
            if (Status same = compare_order(item->header, item->key, *item->resolved, list, *keys);
                !same)
                item->fail(std::move(same).error());
        }
    }

    // One call at a time for the whole database: confirmations contend for the same stock rows, and Odoo answers that
    // with seconds of waiting.
    void confirm(const BatchItems& items) {
        if (items.empty()) return;
        BatchItems bite;
        std::size_t lines = 0;
        for (BatchItem* item : items) {
            if (!bite.empty() &&
                (bite.size() >= ConfirmedOrders || lines + item->lines() > ConfirmedLines)) {
                confirm_together(bite);
                bite.clear();
                lines = 0;
            }
            bite.push_back(item);
            lines += item->lines();
        }
        confirm_together(bite);
    }

    void confirm_together(const BatchItems& items) {
        {
            const std::lock_guard lane(m_parts.confirm_lane);
            divide(items, "confirming the order", [&](std::span<BatchItem* const> some) -> Status {
                std::vector<std::int64_t> ids;
                for (const BatchItem* item : some)
                    ids.push_back(item->id);
                auto confirmed = m_parts.patiently({.model = "sale.order",
                                                    .method = "action_confirm",
                                                    .ids = std::move(ids),
                                                    .arguments = Json::object(),
                                                    .context = Json::object()});
                if (confirmed) return {};
                // A refusal may mean that it was done before: only the state tells.
                if (some.size() > 1 || confirmed.error().code() != "odoo.refused")
                    return std::move(confirmed).error();
                some.front()->refusal = std::move(confirmed).error();
                return {};
            });
        }
        BatchItems rest;
        for (BatchItem* item : items)
            if (!item->outcome) rest.push_back(item);
        read_headers(rest, "reading the order back");
        for (BatchItem* item : rest) {
            // A truthy answer may have been a wizard that did nothing.
            if (item->outcome || !item->open()) continue;
            if (item->refusal)
                item->fail(std::move(*item->refusal).during("confirming the order"));
            else
                item->fail(
                    Error("odoo.order.unconfirmed",
                          Blame::BackOffice,
                          "Odoo left order " + item->header.name + " unconfirmed without a reason")
                        .remedy("confirm it in Odoo's web client, which shows the question "
                                "Odoo asks"));
        }
    }

    const BatchParts& m_parts;
    Lookups& m_lookups;
    const BatchItems& m_all;
};

}  // namespace

void finish_orders(const BatchParts& parts, Lookups& lookups, const BatchItems& items) {
    Finish(parts, lookups, items).run();
}

}  // namespace sallyport::odoo

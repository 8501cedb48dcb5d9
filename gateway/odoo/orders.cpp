// SPDX-License-Identifier: Apache-2.0
#include "gateway/odoo/orders.h"

#include "gateway/base/digest.h"
#include "gateway/base/guarded.h"
#include "gateway/odoo/classify.h"
#include "gateway/odoo/load.h"
#include "gateway/odoo/master_data.h"
#include "gateway/odoo/order_changes.h"
#include "gateway/odoo/order_compare.h"
#include "gateway/odoo/resolve.h"

#include <algorithm>
#include <mutex>
#include <utility>

namespace sallyport::odoo {

namespace {

using flow::Missing;
using flow::OrderPosting;
using flow::Posted;
using Outcome = std::variant<Posted, Missing>;

bool undecided(const std::string& state) {
    return state == "draft" || state == "sent";
}

std::string short_hash(std::string_view text) {
    return sha256_hex(text).substr(0, 16);
}

// The purposes that ask for a new order. A confirmation or a duplicate of one must not become a second one.
Status check_purpose(const OrderPosting& posting) {
    const std::string purpose = text_of(posting.order, "purpose");
    if (purpose.empty() || purpose == "original") return {};
    return Error("odoo.order.purpose",
                 Blame::BackOffice,
                 "order " + text_of(posting.order, "number") + " is a '" + purpose +
                     "', not an original")
        .remedy("handle it by hand in Odoo, then mark the document as done");
}

}  // namespace

std::string order_key(std::string_view business_key) {
    return "o_" + sha256_hex(business_key).substr(0, 32);
}

class Orders::Impl {
public:
    Impl(Client& client,
         OrdersOptions options,
         const Clock& clock,
         Random& random,
         std::function<void(std::chrono::milliseconds)> pause)
        : m_client(client),
          m_options(std::make_shared<const OrdersOptions>(std::move(options))),
          m_data(client,
                 this->options()->gln_fields,
                 this->options()->line_field,
                 this->options()->cache_age,
                 clock),
          m_random(random),
          m_pause(std::move(pause)) {}

    Result<Outcome> post(const OrderPosting& posting) {
        if (auto good = check_purpose(posting); !good) return std::move(good).error();
        const std::string key = order_key(posting.business_key);
        auto same = same_number(text_of(posting.order, "number"), key);
        if (!same) return std::move(same).error().during("looking for the order");

        std::optional<ResolvedOrder> resolved;
        std::int64_t id = same->ours;
        if (id == 0) {
            auto created = create(posting, key, same->others, resolved);
            if (!created) return std::move(created).error();
            if (auto* missing = std::get_if<Missing>(&*created))
                return Outcome(std::move(*missing));
            id = std::get<std::int64_t>(*created);
        }
        return finish(posting,
                      key,
                      {.id = id, .name = {}, .state = {}, .existed = same->ours != 0},
                      resolved);
    }

    Result<std::variant<flow::Changed, Missing>> change(const flow::ChangePosting& posting) {
        const auto current = options();
        return odoo::change_order(
            {.client = m_client,
             .data = m_data,
             .options = *current,
             .patiently = [this](const Call& call) { return patiently(call); },
             .again = [this](unsigned attempt) { return again(attempt); }},
            posting);
    }

    Status ping() {
        auto user = m_client.authenticate();
        if (!user) return std::move(user).error();
        auto model = m_data.model();
        return model ? Status() : Status(std::move(model).error());
    }

    void use(OrdersOptions next) {
        const auto before = options();
        next.gln_fields = before->gln_fields;
        next.line_field = before->line_field;
        next.cache_age = before->cache_age;
        m_options.with([&](auto& current) {
            current = std::make_shared<const OrdersOptions>(std::move(next));
        });
    }

private:
    std::shared_ptr<const OrdersOptions> options() const {
        return m_options.with([](const auto& current) { return current; });
    }

    double chance() {
        const std::lock_guard lock(m_random_lock);
        return m_random.unit();
    }

    // A call Odoo rolled back for another transaction's sake may simply be made again.
    Result<Json> patiently(const Call& call) {
        for (unsigned attempt = 0;; ++attempt) {
            auto result = m_client.call(call);
            if (result && call.method == "load") {
                auto ids = loaded_ids(call.model, *result);
                if (!ids) result = std::move(ids).error();
            }
            if (result || result.error().code() != "odoo.busy" || !again(attempt)) return result;
        }
    }

    bool again(unsigned attempt) {
        if (attempt >= options()->busy_retries) return false;
        m_pause(std::chrono::milliseconds(50 + static_cast<int>(450 * chance())));
        return true;
    }

    Result<std::variant<std::int64_t, Missing>> create(const OrderPosting& posting,
                                                       const std::string& key,
                                                       bool others,
                                                       std::optional<ResolvedOrder>& resolved) {
        auto answer = resolve(posting, *options(), m_data);
        if (!answer) return std::move(answer).error();
        if (auto* missing = std::get_if<Missing>(&*answer))
            return std::variant<std::int64_t, Missing>(std::move(*missing));
        resolved = std::get<ResolvedOrder>(std::move(*answer));
        if (others)
            if (auto unique = check_duplicate(*resolved); !unique) return std::move(unique).error();
        auto call = order_load(key, *resolved);
        if (!call) return std::move(call).error();
        auto loaded = patiently(*call);
        if (!loaded) return std::move(loaded).error().during("creating the sales order");
        auto ids = loaded_ids("sale.order", *loaded);
        if (!ids) return std::move(ids).error();
        return std::variant<std::int64_t, Missing>(ids->front());
    }

    struct SameNumber {
        std::int64_t ours = 0;  // the order under our external id
        bool others = false;    // orders of anybody with that number
    };

    // By number and external id: asking for an unknown external id would fill Odoo's log with errors. An order whose
    // number somebody changed is not found here; `load` still answers it instead of creating a second one.
    Result<SameNumber> same_number(const std::string& number, const std::string& key) {
        SameNumber same;
        if (number.empty()) return same;
        auto found = find_orders(Json::array({Json::array({"client_order_ref", "=", number})}));
        if (!found || found->empty())
            return found ? Result<SameNumber>(same) : std::move(found).error();
        std::vector<std::int64_t> ids;
        for (const auto& record : *found)
            ids.push_back(id_in(record, "id").value_or(0));
        auto keys = external_ids("sale.order", ids);
        if (!keys) return std::move(keys).error();
        for (const auto id : ids) {
            if (text_of(*keys, std::to_string(id)) == std::string(KeyModule) + "." + key)
                same.ours = id;
            else
                same.others = true;
        }
        return same;
    }

    Result<Json> find_orders(Json domain) {
        return m_client.call(
            {.model = "sale.order",
             .method = "search_read",
             .ids = {},
             .arguments = {{"domain", std::move(domain)}, {"fields", {"name"}}, {"limit", 100}},
             .context = Json::object()});
    }

    Result<Json> external_ids(const std::string& model, std::vector<std::int64_t> ids) {
        return m_client.call({.model = model,
                              .method = "get_external_id",
                              .ids = std::move(ids),
                              .arguments = Json::object(),
                              .context = Json::object()});
    }

    // Somebody typed it in by hand, or it came under another key: a person must look. Not what makes us exact; that is
    // the external id.
    Status check_duplicate(const ResolvedOrder& order) {
        auto found =
            find_orders(Json::array({Json::array({"client_order_ref", "=", order.number}),
                                     Json::array({"partner_id", "child_of", order.commercial}),
                                     Json::array({"state", "!=", "cancel"})}));
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

    Result<Call> order_load(const std::string& key, const ResolvedOrder& order) {
        auto model = m_data.model();
        if (!model) return std::move(model).error();
        std::vector<std::string> columns{"id", "partner_id/.id", "client_order_ref", "origin"};
        Json head = Json::array({key, order.customer, order.number, "EDI " + order.number});
        const auto optional = [&](const char* column, const Json& value) {
            columns.emplace_back(column);
            head.push_back(value);
        };
        if (order.ship_to) optional("partner_shipping_id/.id", *order.ship_to);
        if (order.bill_to) optional("partner_invoice_id/.id", *order.bill_to);
        if (!order.commitment_date.empty()) optional("commitment_date", order.commitment_date);
        const std::size_t head_columns = columns.size();
        for (const char* column : {"id",
                                   "sequence",
                                   "product_id/.id",
                                   "product_uom/.id",
                                   "product_uom_qty",
                                   "price_unit"})
            columns.push_back(std::string("order_line/") + column);
        if (model->line_field) columns.push_back("order_line/" + options()->line_field);

        Json rows = Json::array();
        for (std::size_t at = 0; at < order.lines.size(); ++at) {
            const auto& line = order.lines[at];
            Json row = at == 0 ? head : Json(std::vector<std::string>(head_columns));
            row.push_back(key + "_" + line.key);
            row.push_back(10 * (at + 1));
            row.push_back(line.product);
            row.push_back(line.unit);
            row.push_back(line.quantity.to_string());
            row.push_back(line.price.to_string());
            if (model->line_field) row.push_back(line.no);
            rows.push_back(std::move(row));
        }
        return load_call("sale.order", std::move(columns), std::move(rows));
    }

    Result<Outcome> finish(const OrderPosting& posting,
                           const std::string& key,
                           Posted posted,
                           std::optional<ResolvedOrder>& resolved) {
        auto header = read(posted.id);
        if (!header) return std::move(header).error().during("reading the order back");
        // Before anything else, so that the original is there for the person who has to look.
        if (auto attached = attach(posting, key, posted.id); !attached)
            return std::move(attached).error();
        if (undecided(header->state)) {
            if (!resolved) {
                auto answer = resolve(posting, *options(), m_data);
                if (!answer) return std::move(answer).error();
                if (auto* missing = std::get_if<Missing>(&*answer))
                    return Outcome(std::move(*missing));
                resolved = std::get<ResolvedOrder>(std::move(*answer));
            }
            if (auto noted = note(posting, key, posted.id, *resolved); !noted)
                return std::move(noted).error();
            if (auto same = compare(posted.id, key, *header, *resolved); !same)
                return std::move(same).error();
            if (posting.confirm)
                if (auto confirmed = confirm(posted.id, *header); !confirmed)
                    return std::move(confirmed).error();
        } else if (auto noted = note(posting, key, posted.id, {}); !noted) {
            return std::move(noted).error();
        }
        posted.name = header->name;
        posted.state = header->state;
        return Outcome(std::move(posted));
    }

    Result<OrderHeader> read(std::int64_t id) {
        auto found = m_client.call({.model = "sale.order",
                                    .method = "read",
                                    .ids = std::vector<std::int64_t>{id},
                                    .arguments = {{"fields", {"name", "state", "currency_id"}}},
                                    .context = Json::object()});
        if (!found) return std::move(found).error();
        if (!found->is_array() || found->empty())
            return Error("odoo.record.missing",
                         Blame::BackOffice,
                         "the order was deleted in Odoo while it was posted")
                .remedy("decide whether to post the document again");
        const Json& record = (*found)[0];
        return OrderHeader{.name = text_of(record, "name"),
                           .state = text_of(record, "state"),
                           .currency = name_in(record, "currency_id")};
    }

    // Attachments never change: the external id is the content's hash.
    Status attach(const OrderPosting& posting, const std::string& key, std::int64_t id) {
        const auto& original = posting.original;
        if (original.octets.empty()) return {};
        auto loaded = patiently(
            load_call("ir.attachment",
                      {"id", "name", "res_model", "res_id", "datas", "mimetype"},
                      Json::array({Json::array({key + "_att_" + short_hash(original.octets),
                                                original.file_name,
                                                "sale.order",
                                                id,
                                                to_base64(original.octets),
                                                original.content_type})})));
        return loaded ? Status()
                      : Status(std::move(loaded).error().during("attaching the original"));
    }

    // message_post cannot be repeated; a mail.message with an external id can. It is an internal note and mails nobody.
    Status note(const OrderPosting& posting,
                const std::string& key,
                std::int64_t id,
                const ResolvedOrder& order) {
        const auto paragraph = [](const std::string& text) {
            return "<p>" + escape_html(text) + "</p>";
        };
        std::string body = paragraph("Received by EDI from " + posting.partner + ": order " +
                                     text_of(posting.order, "number") + ", gateway document " +
                                     posting.document + ".");
        for (const auto& remark : order.remarks)
            body += paragraph(remark);
        if (const auto notes = posting.order.find("notes");
            notes != posting.order.end() && notes->is_array())
            for (const auto& one : *notes)
                if (auto text = text_of(one, "text"); !text.empty())
                    body += paragraph(posting.partner + " writes: " + text);
        auto loaded = patiently(
            load_call("mail.message",
                      {"id", "model", "res_id", "message_type", "subtype_id/id", "body"},
                      Json::array({Json::array({key + "_note_" + short_hash(posting.document),
                                                "sale.order",
                                                id,
                                                "comment",
                                                "mail.mt_note",
                                                body})})));
        return loaded ? Status() : Status(std::move(loaded).error().during("writing the note"));
    }

    // Odoo rounds, recomputes and defaults without a word; nothing is confirmed that does not read back as sent.
    Status compare(std::int64_t id,
                   const std::string& key,
                   const OrderHeader& header,
                   const ResolvedOrder& order) {
        auto lines = m_client.call(
            {.model = "sale.order.line",
             .method = "search_read",
             .ids = {},
             .arguments = {{"domain", Json::array({Json::array({"order_id", "=", id})})},
                           {"fields",
                            {"product_id",
                             "product_uom",
                             "product_uom_qty",
                             "price_unit",
                             "price_subtotal",
                             "price_total"}}},
             .context = Json::object()});
        if (!lines) return std::move(lines).error().during("reading the lines back");
        std::vector<std::int64_t> ids;
        for (const auto& line : *lines)
            ids.push_back(id_in(line, "id").value_or(0));
        auto keys = external_ids("sale.order.line", ids);
        if (!keys) return std::move(keys).error().during("reading the lines back");
        return compare_order(header, key, order, *lines, *keys);
    }

    // One at a time: confirmations contend for the same stock rows, and Odoo answers that with seconds of waiting.
    Status confirm(std::int64_t id, OrderHeader& header) {
        const std::lock_guard lane(m_confirm_lane);
        auto confirmed = patiently({.model = "sale.order",
                                    .method = "action_confirm",
                                    .ids = std::vector<std::int64_t>{id},
                                    .arguments = Json::object(),
                                    .context = Json::object()});
        // A truthy answer may be a wizard that did nothing, and a refusal may mean that it was done before: only the
        // state tells.
        if (!confirmed && confirmed.error().code() != "odoo.refused")
            return std::move(confirmed).error().during("confirming the order");
        auto after = read(id);
        if (!after) return std::move(after).error().during("reading the order back");
        header = *std::move(after);
        if (!undecided(header.state)) return {};
        if (!confirmed) return std::move(confirmed).error().during("confirming the order");
        return Error("odoo.order.unconfirmed",
                     Blame::BackOffice,
                     "Odoo left order " + header.name + " unconfirmed without a reason")
            .remedy("confirm it in Odoo's web client, which shows the question Odoo asks");
    }

    Client& m_client;
    Guarded<std::shared_ptr<const OrdersOptions>> m_options;
    MasterData m_data;
    Random& m_random;
    std::mutex m_random_lock;
    std::function<void(std::chrono::milliseconds)> m_pause;
    std::mutex m_confirm_lane;
};

Orders::Orders(Client& client,
               OrdersOptions options,
               const Clock& clock,
               Random& random,
               std::function<void(std::chrono::milliseconds)> pause)
    : m_impl(std::make_unique<Impl>(client, std::move(options), clock, random, std::move(pause))) {}
Orders::~Orders() = default;

Result<std::variant<Posted, Missing>> Orders::post_order(const OrderPosting& posting) {
    auto outcome = m_impl->post(posting);
    if (!outcome)
        return std::move(outcome).error().during("posting order " +
                                                 one_line(text_of(posting.order, "number")));
    return outcome;
}

Result<std::variant<flow::Changed, Missing>> Orders::change_order(
    const flow::ChangePosting& posting) {
    auto outcome = m_impl->change(posting);
    if (!outcome)
        return std::move(outcome).error().during("changing order " +
                                                 one_line(text_of(posting.change, "number")));
    return outcome;
}

Status Orders::ping() {
    return m_impl->ping();
}

void Orders::use(OrdersOptions options) {
    m_impl->use(std::move(options));
}

}  // namespace sallyport::odoo

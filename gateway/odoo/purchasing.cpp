// SPDX-License-Identifier: Apache-2.0
#include "gateway/odoo/purchasing.h"

#include "gateway/base/digest.h"
#include "gateway/base/guarded.h"
#include "gateway/odoo/draft_purchase.h"
#include "gateway/odoo/echo.h"
#include "gateway/odoo/revisions.h"

#include <utility>

namespace sallyport::odoo {

namespace {

using Options = std::shared_ptr<const PurchasingOptions>;

// Whose agreement names that vendor; empty: nobody's.
std::string agreement_for(const OrdersOptions& options, const std::string& vendor_ref) {
    if (vendor_ref.empty()) return {};
    for (const auto& [name, agreement] : options.agreements)
        if (agreement.vendor == vendor_ref) return name;
    return {};
}

Fence::Rule watching(const WatchedModel& model) {
    std::vector<std::string> fields{"write_date", "create_date"};
    fields.insert(fields.end(), model.look.begin(), model.look.end());
    for (const Json& one : model.domain)
        fields.push_back(one[0].get<std::string>());
    return {model.model, "search_read", std::move(fields)};
}

}  // namespace

std::string vendor_answer_name(std::int64_t purchase_order) {
    return "purchase.order/" + std::to_string(purchase_order) + "/answer";
}

class Purchasing::Impl {
public:
    Impl(Books& books, PurchasingClients clients, PurchasingOptions options)
        : m_books(books),
          m_revisions(books),
          m_clients(clients),
          m_options(std::make_shared<const PurchasingOptions>(std::move(options))) {}

    Result<Examined> order(std::int64_t id) {
        if (m_clients.orders == nullptr) return Examined::Done;
        const std::string name = "purchase.order/" + std::to_string(id);
        auto entry = m_revisions.open(name);
        if (!entry) return std::move(entry).error();
        const Options options = this->options();
        Client& client = *m_clients.orders;
        auto order = PurchaseReader(client).by_id(id);
        if (!order) return std::move(order).error().during(name);
        if (!*order) return Examined::Done;
        const std::string partner = agreement_for(options->orders, (*order)->vendor_ref);
        if (partner.empty()) return Examined::Done;
        const std::string& state = (*order)->state;
        Status done;
        if (state == "cancel")
            done = cancelled(name, *entry, partner);
        else if (state == "purchase" || state == "done")
            done = standing(name, *entry, partner, **order);
        if (!done) return std::move(done).error().during(name);
        return Examined::Done;
    }

    Result<Examined> receipt(std::int64_t id) {
        if (m_clients.receipts == nullptr) return Examined::Done;
        const Options options = this->options();
        return advise("stock.picking/" + std::to_string(id), "ReceivingAdvice", [&](bool&) {
            return draft_receipt(*m_clients.receipts, options->orders, id);
        });
    }

    Result<Examined> payment(std::int64_t id) {
        if (m_clients.payments == nullptr) return Examined::Done;
        const Options options = this->options();
        return advise("account.payment/" + std::to_string(id), "RemittanceAdvice", [&](bool& wait) {
            return draft_payment(*m_clients.payments, options->orders, id, wait);
        });
    }

    void use(PurchasingOptions next) {
        m_options.with([&](auto& options) {
            options = std::make_shared<const PurchasingOptions>(std::move(next));
        });
    }

private:
    Options options() const {
        return m_options.with([](const auto& options) { return options; });
    }

    Status standing(const std::string& name,
                    Revision& entry,
                    const std::string& partner,
                    const PurchaseOrder& order) {
        const Options options = this->options();
        auto units = UnitTable::read(*m_clients.orders, options->orders, partner);
        if (!units) return std::move(units).error();
        PartyReader parties(*m_clients.orders, options->orders.gln_fields);
        auto now = write_purchase(order, *units, parties);
        if (!now) return std::move(now).error();
        const std::string hash = sha256_hex(now->dump());
        if (hash == entry.hash) return {};
        if (entry.sent.is_null()) {
            entry.hash = hash;
            // So that an agreement made later does not send what is long past.
            if (!m_books.wanted(partner, "Order")) return m_revisions.keep(name, entry);
            entry.sent = *now;
            return publish(name, entry, partner, {.kind = "Order", .document = *std::move(now)});
        }
        auto answered = m_books.recall(vendor_answer_name(order.id));
        if (!answered) return std::move(answered).error();
        Json said = Json::parse(*answered, nullptr, false);
        if (!said.is_object()) said = Json::object();
        auto change = purchase_change(entry.sent, *now, said, left_of(order));
        if (!change) return std::move(change).error();
        entry.hash = hash;
        if (!*change) return m_revisions.keep(name, entry);
        return publish_change(name, entry, partner, *now, **std::move(change));
    }

    static std::vector<Left> left_of(const PurchaseOrder& order) {
        std::vector<Left> all;
        for (const PurchaseLine& line : order.lines) {
            const auto left = line.quantity.minus(line.received);
            if (left)
                all.push_back(
                    {.no = line.no,
                     .quantity = left->is_negative() ? "0" : left->trimmed().to_string()});
        }
        return all;
    }

    Status cancelled(const std::string& name, Revision& entry, const std::string& partner) {
        if (entry.sent.is_null() || entry.hash == "cancelled") return {};
        Json sent = entry.sent;
        Json cancellation = purchase_cancellation(sent);
        entry.hash = "cancelled";
        // Confirmed again, it is a change of nothing left.
        for (Json& line : sent["lines"])
            line["quantity"] = "0";
        return publish_change(name, entry, partner, sent, std::move(cancellation));
    }

    Status publish_change(const std::string& name,
                          Revision& entry,
                          const std::string& partner,
                          const Json& now,
                          Json change) {
        if (!m_books.wanted(partner, "OrderChange"))
            return Error("odoo.purchase.change",
                         Blame::BackOffice,
                         "purchase order " + text_of(now, "number") + " was changed after " +
                             partner + " got it, and no change document is agreed")
                .remedy("tell the vendor by hand, or add the 860 or ORDCHG to the partner file");
        Json out{{"change_number", std::to_string(entry.revision)}};
        out.update(change);
        entry.sent = now;
        return publish(name, entry, partner, {.kind = "OrderChange", .document = std::move(out)});
    }

    struct Kinded {
        std::string kind{};
        Json document{};
    };
    Status publish(const std::string& name,
                   Revision& entry,
                   const std::string& partner,
                   Kinded one) {
        const std::string number = text_of(one.document, "number");
        return m_revisions.publish(name,
                                   entry,
                                   options()->database,
                                   {.source_key = {},
                                    .partner = partner,
                                    .kind = std::move(one.kind),
                                    .business_number = number,
                                    .own_number = text_of(one.document, "change_number"),
                                    .canonical = std::move(one.document)});
    }

    // A receipt or a payment: what it says now, when that is not what was said.
    template <typename Make>
    Result<Examined> advise(const std::string& record, const std::string& kind, const Make& make) {
        const std::string name = record + "/" + kind;
        auto entry = m_revisions.open(name);
        if (!entry) return std::move(entry).error();
        bool wait = false;
        auto advice = make(wait);
        if (!advice) return std::move(advice).error().during(name);
        if (wait) return Examined::Later;
        if (!*advice) return Examined::Done;
        const Options options = this->options();
        const std::string partner = agreement_for(options->orders, (*advice)->vendor_ref);
        if (partner.empty()) return Examined::Done;
        if (Status done = publish_advice(name, *entry, partner, kind, **advice); !done)
            return std::move(done).error().during(name);
        return Examined::Done;
    }

    Status publish_advice(const std::string& name,
                          Revision& entry,
                          const std::string& partner,
                          const std::string& kind,
                          Advice& advice) {
        const std::string hash = sha256_hex(advice.matters);
        if (hash == entry.hash) return {};
        entry.hash = hash;
        if (!m_books.wanted(partner, kind)) return m_revisions.keep(name, entry);
        if (entry.revision > 0) advice.canonical["purpose"] = "replace";
        return m_revisions.publish(name,
                                   entry,
                                   options()->database,
                                   {.source_key = {},
                                    .partner = partner,
                                    .kind = kind,
                                    .business_number = advice.number,
                                    .own_number = advice.own_number,
                                    .canonical = std::move(advice.canonical)});
    }

    Books& m_books;
    Revisions m_revisions;
    PurchasingClients m_clients;
    Guarded<Options> m_options;
};

Purchasing::Purchasing(Books& books, PurchasingClients clients, PurchasingOptions options)
    : m_impl(std::make_unique<Impl>(books, clients, std::move(options))) {}
Purchasing::~Purchasing() = default;

Result<Examined> Purchasing::order(std::int64_t purchase_order) {
    return m_impl->order(purchase_order);
}
Result<Examined> Purchasing::receipt(std::int64_t stock_picking) {
    return m_impl->receipt(stock_picking);
}
Result<Examined> Purchasing::payment(std::int64_t account_payment) {
    return m_impl->payment(account_payment);
}
void Purchasing::use(PurchasingOptions options) {
    m_impl->use(std::move(options));
}

Fence purchase_out_fence(const OrdersOptions& options) {
    return Fence(purchase_rules())
        .with(party_rules(options.gln_fields))
        .with({watching(watched_purchases())});
}

Fence receipts_out_fence(const OrdersOptions& options) {
    return Fence(purchase_rules())
        .with(party_rules(options.gln_fields))
        .with(receipt_rules())
        .with({watching(watched_receipts())});
}

Fence payments_out_fence(const OrdersOptions& options) {
    return Fence(payment_rules())
        .with(party_rules(options.gln_fields))
        .with({watching(watched_payments())});
}

WatchedModel watched_purchases() {
    WatchedModel one;
    one.model = "purchase.order";
    one.domain = Json::array({leaf("state", "in", Json::array({"purchase", "done", "cancel"}))});
    one.look = {"state", "amount_total", "date_planned"};
    return one;
}

WatchedModel watched_receipts() {
    WatchedModel one;
    one.model = "stock.picking";
    one.domain =
        Json::array({leaf("picking_type_code", "=", "incoming"), leaf("state", "=", "done")});
    one.look = {"date_done"};
    return one;
}

WatchedModel watched_payments() {
    WatchedModel one;
    one.model = "account.payment";
    one.domain = Json::array({leaf("payment_type", "=", "outbound"),
                              leaf("partner_type", "=", "supplier"),
                              leaf("state", "=", "posted")});
    one.look = {"amount"};
    return one;
}

}  // namespace sallyport::odoo

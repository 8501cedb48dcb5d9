// SPDX-License-Identifier: Apache-2.0
#include "gateway/odoo/outgoing.h"

#include "gateway/base/digest.h"
#include "gateway/base/guarded.h"
#include "gateway/odoo/echo.h"
#include "gateway/odoo/revisions.h"

#include <utility>

namespace sallyport::odoo {

class Outgoing::Impl {
public:
    Impl(Books& books, OutgoingClients clients, OutgoingOptions options, const Clock& clock)
        : m_books(books),
          m_revisions(books),
          m_clients(clients),
          m_options(std::make_shared<const OutgoingOptions>(std::move(options))),
          m_clock(clock) {}

    Result<Examined> order(std::int64_t id) {
        return examine("sale.order",
                       id,
                       m_clients.responses,
                       [&](EchoReader& echo, bool& wait) -> Result<std::optional<Draft>> {
                           auto changing = m_books.changing(id);
                           if (!changing) return std::move(changing).error();
                           wait = *changing;
                           if (wait) return std::optional<Draft>();
                           return draft_response(*m_clients.responses, echo, id);
                       });
    }

    Result<Examined> picking(std::int64_t id) {
        const auto options = this->options();
        return examine("stock.picking", id, m_clients.shipments, [&](EchoReader& echo, bool& wait) {
            return draft_ship_notice(*m_clients.shipments,
                                     echo,
                                     {.carriers = options->carriers,
                                      .package_field = options->package_field,
                                      .sscc_prefix = options->sscc_prefix,
                                      .tracking_wait = options->tracking_wait,
                                      .now = m_clock.now(),
                                      .books = m_books},
                                     id,
                                     wait);
        });
    }

    Result<Examined> invoice(std::int64_t id) {
        return examine("account.move", id, m_clients.invoices, [&](EchoReader& echo, bool&) {
            return draft_invoice(*m_clients.invoices, echo, id);
        });
    }

    void use(OutgoingOptions next) {
        m_options.with([&](auto& options) {
            options = std::make_shared<const OutgoingOptions>(std::move(next));
        });
    }

private:
    std::shared_ptr<const OutgoingOptions> options() const {
        return m_options.with([](const auto& options) { return options; });
    }

    template <typename Make>
    Result<Examined> examine(const char* model, std::int64_t id, Client* client, const Make& make) {
        if (client == nullptr) return Examined::Done;
        const std::string name = std::string(model) + "/" + std::to_string(id);
        // First what was decided before a crash: it goes out as it was decided.
        auto entry = m_revisions.open(name);
        if (!entry) return std::move(entry).error();
        const auto options = this->options();
        EchoReader echo(*client, m_books, options->orders, m_clock);
        bool wait = false;
        auto draft = make(echo, wait);
        if (!draft) return std::move(draft).error().during(name);
        if (wait) return Examined::Later;
        if (!*draft) return Examined::Done;
        if (Status done = publish(name, *entry, **draft); !done)
            return std::move(done).error().during(name);
        return Examined::Done;
    }

    Status publish(const std::string& name, Revision& entry, Draft& draft) {
        const std::string hash = sha256_hex(draft.matters);
        const bool answered = draft.known.changes > entry.changes && draft.as_asked &&
                              m_books.wanted(draft.known.partner, "OrderChange");
        entry.changes = draft.known.changes;
        if (hash == entry.hash) return {};
        if (answered && entry.revision > 0) {  // the answer to the change said all this
            entry.hash = hash;
            return m_revisions.keep(name, entry);
        }
        if (!m_books.wanted(draft.known.partner, draft.kind)) {
            // So that an agreement made later does not send what is long past.
            entry.hash = hash;
            return m_revisions.keep(name, entry);
        }
        if (draft.kind == "Invoice" && entry.revision > 0)
            return Error("odoo.invoice.changed",
                         Blame::BackOffice,
                         "invoice " + draft.own_number +
                             " was changed in Odoo after it was sent to " + draft.known.partner)
                .remedy("credit it and post a new one, or tell the partner; it is not sent again");
        entry.hash = hash;
        if (entry.revision > 0) draft.canonical["purpose"] = "replace";
        if (draft.kind == "OrderResponse")
            draft.canonical["date"] = odoo_text(m_clock.now()).substr(0, 10);
        return m_revisions.publish(name,
                                   entry,
                                   options()->database,
                                   {.source_key = {},
                                    .partner = draft.known.partner,
                                    .kind = draft.kind,
                                    .business_number = draft.known.number,
                                    .own_number = draft.own_number,
                                    .canonical = std::move(draft.canonical)});
    }

    Books& m_books;
    Revisions m_revisions;
    OutgoingClients m_clients;
    Guarded<std::shared_ptr<const OutgoingOptions>> m_options;
    const Clock& m_clock;
};

Outgoing::Outgoing(Books& books,
                   OutgoingClients clients,
                   OutgoingOptions options,
                   const Clock& clock)
    : m_impl(std::make_unique<Impl>(books, clients, std::move(options), clock)) {}
Outgoing::~Outgoing() = default;

Result<Examined> Outgoing::order(std::int64_t sale_order) {
    return m_impl->order(sale_order);
}
Result<Examined> Outgoing::picking(std::int64_t stock_picking) {
    return m_impl->picking(stock_picking);
}
Result<Examined> Outgoing::invoice(std::int64_t account_move) {
    return m_impl->invoice(account_move);
}
void Outgoing::use(OutgoingOptions options) {
    m_impl->use(std::move(options));
}

}  // namespace sallyport::odoo

// SPDX-License-Identifier: Apache-2.0
#include "gateway/odoo/vendor_documents.h"

#include "gateway/base/guarded.h"
#include "gateway/odoo/vendor_work.h"

#include <utility>

namespace sallyport::odoo {

class VendorDocuments::Impl {
public:
    Impl(VendorClients clients, OrdersOptions options, Memory memory, Pause pause)
        : m_clients(clients),
          m_memory(std::move(memory)),
          m_pause(std::move(pause)),
          m_options(std::make_shared<const OrdersOptions>(std::move(options))) {}

    Answer post(const flow::DocumentPosting& posting) {
        struct Way {
            const char* kind;
            const char* setting;
            Client* client;
            VendorAnswer (*post)(const VendorWork&);
        };
        for (const Way& way :
             {Way{"OrderResponse", "purchase_answers", m_clients.answers, post_answer},
              Way{"ShipNotice", "ship_notices", m_clients.ship_notices, post_ship_notice},
              Way{"Invoice", "bills", m_clients.bills, post_bill},
              Way{"RemittanceAdvice", "remittances", m_clients.remittances, post_remittance}}) {
            if (posting.kind != way.kind) continue;
            if (way.client == nullptr)
                return Error("odoo.flow.off",
                             Blame::Operator,
                             "no Odoo account takes documents of kind " + posting.kind)
                    .remedy("make one with `sallyport odoo setup`, name it as odoo." +
                            std::string(way.setting) + ".login, then release the document");
            const auto options = m_options.with([](const auto& current) { return current; });
            return way.post({.client = *way.client,
                             .options = *options,
                             .memory = m_memory,
                             .pause = m_pause,
                             .posting = posting});
        }
        return Error("flow.post.kind",
                     Blame::Operator,
                     "documents of kind " + posting.kind + " cannot be posted yet")
            .remedy("remove the set from the partner file, or wait for the release that posts it");
    }

    void use(OrdersOptions next) {
        m_options.with([&](auto& options) {
            options = std::make_shared<const OrdersOptions>(std::move(next));
        });
    }

private:
    VendorClients m_clients;
    Memory m_memory;
    Pause m_pause;
    Guarded<std::shared_ptr<const OrdersOptions>> m_options;
};

VendorDocuments::VendorDocuments(VendorClients clients,
                                 OrdersOptions options,
                                 Memory memory,
                                 Pause pause)
    : m_impl(std::make_unique<Impl>(
          clients, std::move(options), std::move(memory), std::move(pause))) {}
VendorDocuments::~VendorDocuments() = default;

VendorDocuments::Answer VendorDocuments::post(const flow::DocumentPosting& posting) {
    auto answer = m_impl->post(posting);
    if (!answer)
        return std::move(answer).error().during("posting " + posting.kind + " of " +
                                                posting.partner);
    return answer;
}

void VendorDocuments::use(OrdersOptions options) {
    m_impl->use(std::move(options));
}

RecordRef reference(const PurchaseOrder& order) {
    return {.model = "purchase.order",
            .id = order.id,
            .model_id = "purchase.model_purchase_order",
            .user = order.buyer};
}

VendorAnswer stopped(const VendorWork& work,
                     const RecordRef& record,
                     const std::string& name,
                     const Judge& judge,
                     std::string_view code) {
    const bool rejected = judge.worst() == Judge::Act::Reject;
    const std::string what = work.posting.kind + (rejected ? " refused" : " held");
    RecordNotes notes(work.client, work.pause, work.key('h'));
    const std::string body = html_paragraphs(work.head(what), judge.all());
    // Once per reason: who releases it too early is not told again.
    const std::string mark = judge.text();
    if (Status done = notes.note(record, mark, body); !done) return std::move(done).error();
    if (Status done = notes.task(record, mark, "EDI: " + what, body); !done)
        return std::move(done).error();
    if (rejected)
        return std::variant<flow::Noted, flow::Missing>(
            flow::Noted{.record = {.id = record.id, .name = name, .state = {}},
                        .system = "odoo/" + record.model,
                        .remarks = judge.text(),
                        .refused = true});
    return Error(code, Blame::BackOffice, name + ": " + judge.text())
        .remedy(
            "correct the record in Odoo or agree with the vendor, then release the document; "
            "or widen the agreement's tolerances");
}

}  // namespace sallyport::odoo

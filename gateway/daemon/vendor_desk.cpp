// SPDX-License-Identifier: Apache-2.0
#include "gateway/daemon/vendor_desk.h"

#include "gateway/daemon/gateway_parts.h"
#include "gateway/daemon/odoo_setup.h"
#include "gateway/daemon/store_books.h"
#include "gateway/odoo/scoped.h"

#include <map>
#include <thread>
#include <utility>

namespace sallyport::daemon {
namespace {

using odoo::Flow;

struct Way {
    const char* kind;
    Flow flow;
    odoo::Fence (*fence)();
    odoo::Client* odoo::VendorClients::*client;
};

constexpr Way Ways[] = {
    {"OrderResponse", Flow::PurchaseIn, odoo::purchase_in_fence, &odoo::VendorClients::answers},
    {"ShipNotice", Flow::AsnIn, odoo::ship_notices_in_fence, &odoo::VendorClients::ship_notices},
    {"Invoice", Flow::BillIn, odoo::bills_in_fence, &odoo::VendorClients::bills},
    {"RemittanceAdvice",
     Flow::RemittanceIn,
     odoo::remittances_in_fence,
     &odoo::VendorClients::remittances}};

}  // namespace

struct VendorDesk::Inside {
    std::vector<std::unique_ptr<odoo::Client>> clients{};
    std::map<std::string, std::unique_ptr<odoo::ScopeCheck>> checks{};  // by kind
    std::unique_ptr<odoo::VendorDocuments> documents{};
};

VendorDesk::VendorDesk(std::unique_ptr<Inside> inside) : m_inside(std::move(inside)) {}
VendorDesk::~VendorDesk() = default;

Result<std::unique_ptr<VendorDesk>> VendorDesk::open(const config::Settings& settings,
                                                     odoo::OrdersOptions orders,
                                                     odoo::Memory memory,
                                                     const Clock& clock) {
    auto inside = std::make_unique<Inside>();
    odoo::VendorClients clients;
    for (const ServiceAccount& account : service_accounts(settings))
        for (const Way& way : Ways) {
            if (account.flow != way.flow) continue;
            auto client = make_odoo_client(settings.odoo, account, way.fence(), clock);
            if (!client) return std::move(client).error();
            auto prober = make_odoo_client(settings.odoo, account, odoo::rights_fence(), clock);
            if (!prober) return std::move(prober).error();
            clients.*way.client = client->get();
            inside->clients.push_back(*std::move(client));
            inside->checks[way.kind] = std::make_unique<odoo::ScopeCheck>(
                *std::move(prober),
                odoo::ScopedOptions{.flow = way.flow,
                                    .login = account.login,
                                    .enforced = settings.environment == "production"},
                clock);
        }
    inside->documents = std::make_unique<odoo::VendorDocuments>(
        clients, std::move(orders), std::move(memory), [](std::chrono::milliseconds pause) {
            std::this_thread::sleep_for(pause);
        });
    return std::unique_ptr<VendorDesk>(new VendorDesk(std::move(inside)));
}

odoo::VendorDocuments::Answer VendorDesk::post(const flow::DocumentPosting& posting) {
    if (const auto check = m_inside->checks.find(posting.kind); check != m_inside->checks.end())
        if (Status fit = check->second->scoped(); !fit) return std::move(fit).error();
    return m_inside->documents->post(posting);
}

void VendorDesk::use(odoo::OrdersOptions orders) {
    m_inside->documents->use(std::move(orders));
}

// What is no order from a customer: vendors' documents in, ours for them out.
Status wire_buying(GatewayParts& parts, const odoo::OrdersOptions& orders) {
    if (!parts.odoo_client) return {};
    auto desk = VendorDesk::open(
        parts.settings,
        orders,
        {.recall = [&store = *parts.store](
                       const std::string& name) { return recall_for_odoo(store, name); },
         .remember =
             [&store = *parts.store](const std::string& name, const std::string& value) {
                 return remember_for_odoo(store, name, value);
             }},
        parts.clock);
    if (!desk) return std::move(desk).error();
    parts.vendor_desk = *std::move(desk);
    // Where there is a client, this is what wire_back_office made.
    static_cast<odoo::ScopedBackOffice&>(*parts.back_office)
        .documents([&desk = *parts.vendor_desk](const flow::DocumentPosting& posting) {
            return desk.post(posting);
        });
    auto watch = BuyWatch::open(parts.settings, orders, *parts.tools, *parts.outbound);
    if (!watch) return std::move(watch).error();
    parts.buy_watch = *std::move(watch);
    return {};
}

}  // namespace sallyport::daemon

// SPDX-License-Identifier: Apache-2.0
#include "gateway/daemon/odoo_setup.h"

#include <utility>

namespace sallyport::daemon {
namespace {

odoo::CrossReference item_table(const std::filesystem::path& file,
                                const std::string& owner,
                                std::vector<Error>& faults) {
    if (file.empty()) return {};
    auto table = odoo::read_cross_reference(file);
    if (table) return *std::move(table);
    faults.push_back(std::move(table).error().during("reading odoo.item_table of " + owner));
    return {};
}

}  // namespace

std::vector<ServiceAccount> service_accounts(const config::Settings& settings) {
    if (!settings.odoo.enabled) return {};
    const config::OdooSection& o = settings.odoo;
    std::vector<ServiceAccount> accounts{
        {.flow = odoo::Flow::OrdersIn, .login = o.login, .key = o.key}};
    const auto add = [&](odoo::Flow flow, const config::OdooAccount& account) {
        if (!account.login.empty())
            accounts.push_back({.flow = flow, .login = account.login, .key = account.key});
    };
    add(odoo::Flow::Watcher, o.watcher);
    add(odoo::Flow::ResponsesOut, o.responses);
    add(odoo::Flow::ShipmentsOut, o.shipments);
    add(odoo::Flow::InvoicesOut, o.invoices);
    add(odoo::Flow::StockInquiry, o.stock);
    add(odoo::Flow::PurchaseOut, o.purchases);
    add(odoo::Flow::PurchaseIn, o.purchase_answers);
    add(odoo::Flow::AsnIn, o.ship_notices);
    add(odoo::Flow::BillIn, o.bills);
    add(odoo::Flow::ReceiptsOut, o.receipts);
    add(odoo::Flow::PaymentsOut, o.payments);
    add(odoo::Flow::RemittanceIn, o.remittances);
    return accounts;
}

Result<std::unique_ptr<odoo::Client>> make_odoo_client(const config::OdooSection& section,
                                                       const ServiceAccount& account,
                                                       odoo::Fence fence,
                                                       const Clock& clock) {
    auto key = config::resolve(account.key);
    if (!key) return std::move(key).error().during("loading the key of " + account.login);
    odoo::ClientOptions options;
    options.url = section.url;
    options.database = section.database;
    options.login = account.login;
    options.keys.push_back(*std::move(key));
    options.protocol = odoo::Protocol::Probe;
    options.ca_file = section.ca_file.string();
    if (section.connect_timeout.count() > 0) options.connect_timeout = section.connect_timeout;
    if (section.call_timeout.count() > 0) options.read_timeout = section.call_timeout;
    return odoo::Client::make(std::move(options), std::move(fence), clock);
}

OrdersAccount orders_account(const config::Settings& settings,
                             const odoo::OrdersOptions& orders,
                             const Clock& clock,
                             std::vector<Error>& faults) {
    OrdersAccount clients;
    for (const ServiceAccount& account : service_accounts(settings)) {
        if (account.flow != odoo::Flow::OrdersIn) continue;  // the others are the watch's
        const auto take = [&](odoo::Fence fence) {
            auto client = make_odoo_client(settings.odoo, account, std::move(fence), clock);
            if (client) return *std::move(client);
            faults.push_back(std::move(client).error());
            return std::unique_ptr<odoo::Client>();
        };
        clients.client = take(odoo::orders_in_fence(orders.gln_fields, orders.line_field));
        if (clients.client) clients.prober = take(odoo::rights_fence());
    }
    return clients;
}

odoo::OrdersOptions orders_options(const config::Configuration& configuration,
                                   std::vector<Error>& faults) {
    const config::OdooSection& section = configuration.settings.odoo;
    odoo::OrdersOptions options;
    options.gln_fields = section.gln_fields;
    options.line_field = section.line_field;
    options.delivery_time_utc = section.delivery_time_utc;
    options.units = section.units;
    options.items = item_table(section.item_table, "sallyport.toml", faults);
    for (const config::Partner& partner : configuration.partners) {
        odoo::AgreementOrders& own = options.agreements[partner.name];
        own.items = item_table(partner.odoo.item_table, "partner " + partner.name, faults);
        own.units = partner.odoo.units;
        own.hold_adjustments = partner.odoo.hold_adjustments;
        own.hold_allocations = partner.odoo.hold_allocations;
        own.vendor = partner.odoo.vendor;
    }
    return options;
}

}  // namespace sallyport::daemon

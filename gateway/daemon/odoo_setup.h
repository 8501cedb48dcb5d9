// SPDX-License-Identifier: Apache-2.0
// From checked configuration to what the Odoo connector reads: clients, tables of item numbers, units, hold switches.
#pragma once

#include "config/load.h"
#include "gateway/base/clock.h"
#include "gateway/base/error.h"
#include "gateway/odoo/client.h"
#include "gateway/odoo/orders.h"
#include "gateway/odoo/rights.h"

#include <memory>
#include <string>
#include <vector>

namespace sallyport::daemon {

// One Odoo user that the gateway acts as, and the flow it is for.
struct ServiceAccount {
    odoo::Flow flow = odoo::Flow::OrdersIn;
    std::string login{};
    config::SecretRef key{};
};
// Those the settings name; empty when [odoo] is switched off.
std::vector<ServiceAccount> service_accounts(const config::Settings& settings);

// Nothing is sent yet. Error codes: config.secret.*, odoo.url, odoo.options.
Result<std::unique_ptr<odoo::Client>> make_odoo_client(const config::OdooSection& section,
                                                       const ServiceAccount& account,
                                                       odoo::Fence fence,
                                                       const Clock& clock);

// The account that posts orders, behind the fence of its flow and behind that of the rights probe. Null: Odoo is off.
struct OrdersAccount {
    std::unique_ptr<odoo::Client> client{};
    std::unique_ptr<odoo::Client> prober{};
};
OrdersAccount orders_account(const config::Settings& settings,
                             const odoo::OrdersOptions& orders,
                             const Clock& clock,
                             std::vector<Error>& faults);

// Reads the item tables the files name. Faults: file.*, odoo.crossref, each with its file and line.
odoo::OrdersOptions orders_options(const config::Configuration& configuration,
                                   std::vector<Error>& faults);

}  // namespace sallyport::daemon

// SPDX-License-Identifier: Apache-2.0
#include "gateway/daemon/stock_desk.h"

#include "gateway/daemon/odoo_setup.h"
#include "gateway/odoo/scoped.h"
#include "gateway/odoo/stock.h"

#include <utility>

namespace sallyport::daemon {

struct StockDesk::Inside {
    std::unique_ptr<odoo::Client> client;
    std::unique_ptr<odoo::ScopeCheck> check;
    std::unique_ptr<odoo::Stock> stock;
};

StockDesk::StockDesk(std::unique_ptr<Inside> inside) : m_inside(std::move(inside)) {}
StockDesk::~StockDesk() = default;

Result<std::unique_ptr<StockDesk>> StockDesk::open(const config::Settings& settings,
                                                   odoo::OrdersOptions items,
                                                   const Clock& clock) {
    for (const ServiceAccount& account : service_accounts(settings)) {
        if (account.flow != odoo::Flow::StockInquiry) continue;
        auto client = make_odoo_client(settings.odoo, account, odoo::stock_fence(), clock);
        if (!client) return std::move(client).error();
        auto prober = make_odoo_client(settings.odoo, account, odoo::rights_fence(), clock);
        if (!prober) return std::move(prober).error();
        odoo::Client& asks = **client;
        auto check = std::make_unique<odoo::ScopeCheck>(
            *std::move(prober),
            odoo::ScopedOptions{.flow = odoo::Flow::StockInquiry,
                                .login = account.login,
                                .enforced = settings.environment == "production"},
            clock);
        odoo::StockOptions options;
        options.fresh = std::chrono::duration_cast<std::chrono::seconds>(settings.odoo.stock_age);
        options.gate = [&check = *check] { return check.scoped(); };
        options.warehouse = settings.odoo.stock_warehouse;
        auto inside = std::make_unique<Inside>();
        inside->client = *std::move(client);
        inside->check = std::move(check);
        inside->stock =
            std::make_unique<odoo::Stock>(asks, std::move(items), std::move(options), clock);
        return std::unique_ptr<StockDesk>(new StockDesk(std::move(inside)));
    }
    return std::unique_ptr<StockDesk>();
}

Result<flow::StockAnswer> StockDesk::stock(const std::string& partner,
                                           const std::vector<std::string>& skus) {
    return m_inside->stock->stock(partner, skus);
}

void StockDesk::use(odoo::OrdersOptions items) {
    m_inside->stock->use(std::move(items));
}

}  // namespace sallyport::daemon

// SPDX-License-Identifier: Apache-2.0
// The buy side, from Odoo to vendors: a thread that looks at purchase orders, receipts and payments, each with the account
// of its own flow.
#pragma once

#include "config/load.h"
#include "gateway/base/error.h"
#include "gateway/flow/outbound.h"
#include "gateway/flow/steps.h"
#include "gateway/odoo/orders.h"

#include <memory>

namespace sallyport::daemon {

class BuyWatch {
public:
    // Nothing is sent yet. Null when none of its flows is configured. `tools` and `outbound` outlive it. Error codes: those
    // of make_odoo_client.
    static Result<std::unique_ptr<BuyWatch>> open(const config::Settings& settings,
                                                  odoo::OrdersOptions orders,
                                                  const flow::Tools& tools,
                                                  flow::Outbound& outbound);
    ~BuyWatch();
    void start();
    void stop();  // ends after the look under way
    void use(odoo::OrdersOptions orders);
    void wake();  // as OdooWatch::wake

private:
    class Impl;
    explicit BuyWatch(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

}  // namespace sallyport::daemon

// SPDX-License-Identifier: Apache-2.0
// From Odoo to partners: a thread that looks at what changed, and what it needs of store, archive and flow.
#pragma once

#include "config/load.h"
#include "gateway/base/clock.h"
#include "gateway/base/error.h"
#include "gateway/base/log.h"
#include "gateway/flow/outbound.h"
#include "gateway/flow/steps.h"
#include "gateway/odoo/orders.h"

#include <functional>
#include <memory>

namespace sallyport::daemon {

class OdooWatch {
public:
    // Nothing is sent yet. Null when no outgoing flow is configured. `tools` and `outbound` outlive it. Error codes: those
    // of make_odoo_client.
    static Result<std::unique_ptr<OdooWatch>> open(const config::Settings& settings,
                                                   odoo::OrdersOptions orders,
                                                   const flow::Tools& tools,
                                                   flow::Outbound& outbound);
    ~OdooWatch();
    void start();
    void stop();  // ends after the look under way
    void use(odoo::OrdersOptions orders);
    // Somebody says that something changed: looks now, and some times soon after (look_times.h). Any thread, never blocks.
    void wake();
    // Brings out one record, "stock.picking/42", at once; the error is why it cannot go. Any thread.
    Status look_again(const std::string& record);

private:
    class Impl;
    explicit OdooWatch(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

// A document that stands for a record (flow/records.h) brings it out when it is released. `watch` may be null.
void let_look_again(flow::Tools& tools, OdooWatch* watch);

}  // namespace sallyport::daemon

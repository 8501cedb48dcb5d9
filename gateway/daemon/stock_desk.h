// SPDX-License-Identifier: Apache-2.0
// Stock inquiries in the object graph: the account that reads, the verdict about its rights, what was said before.
#pragma once

#include "config/load.h"
#include "gateway/base/clock.h"
#include "gateway/base/error.h"
#include "gateway/flow/inquiries.h"
#include "gateway/odoo/orders.h"

#include <memory>
#include <string>
#include <vector>

namespace sallyport::daemon {

class StockDesk final : public flow::StockInquiries {
public:
    // Nothing is sent yet. Null when [odoo.stock] names no login. `clock` outlives it. Error codes: those of
    // make_odoo_client.
    static Result<std::unique_ptr<StockDesk>> open(const config::Settings& settings,
                                                   odoo::OrdersOptions items,
                                                   const Clock& clock);
    ~StockDesk() override;

    // In production nothing is asked with an account that may do more: odoo.rights.excess.
    Result<flow::StockAnswer> stock(const std::string& partner,
                                    const std::vector<std::string>& skus) override;
    void use(odoo::OrdersOptions items);

private:
    struct Inside;
    explicit StockDesk(std::unique_ptr<Inside> inside);
    std::unique_ptr<Inside> m_inside;
};

}  // namespace sallyport::daemon

// SPDX-License-Identifier: Apache-2.0
// What vendors and customers send about our orders and invoices, each kind with the Odoo account of its own flow.
#pragma once

#include "config/load.h"
#include "gateway/base/clock.h"
#include "gateway/odoo/vendor_documents.h"

#include <memory>

namespace sallyport::daemon {

class VendorDesk {
public:
    // Nothing is sent yet. Flows without an account take nothing: odoo.flow.off. `clock` outlives it. Error codes: those of
    // make_odoo_client.
    static Result<std::unique_ptr<VendorDesk>> open(const config::Settings& settings,
                                                    odoo::OrdersOptions orders,
                                                    odoo::Memory memory,
                                                    const Clock& clock);
    ~VendorDesk();

    // In production nothing is posted with an account that may do more than its flow: odoo.rights.excess. Thread-safe.
    odoo::VendorDocuments::Answer post(const flow::DocumentPosting& posting);
    void use(odoo::OrdersOptions orders);

private:
    struct Inside;
    explicit VendorDesk(std::unique_ptr<Inside> inside);
    std::unique_ptr<Inside> m_inside;
};

}  // namespace sallyport::daemon

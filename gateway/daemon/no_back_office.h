// SPDX-License-Identifier: Apache-2.0
// Stands where no back office is configured: documents are received, checked and answered, and wait in sight.
#pragma once

#include "gateway/flow/back_office.h"

namespace sallyport::daemon {

class NoBackOffice final : public flow::BackOffice {
public:
    Result<std::variant<flow::Posted, flow::Missing>> post_order(
        const flow::OrderPosting& /*posting*/) override {
        return refusal();
    }
    Status ping() override { return refusal(); }

private:
    static Error refusal() {
        return Error("daemon.back_office", Blame::Operator, "no back office is configured")
            .remedy("fill in [odoo] in sallyport.toml, restart, and release the document");
    }
};

}  // namespace sallyport::daemon

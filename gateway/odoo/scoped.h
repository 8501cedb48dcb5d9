// SPDX-License-Identifier: Apache-2.0
// Stands before a back office in production: nothing is posted with a key that could do more than its flow.
#pragma once

#include "gateway/base/clock.h"
#include "gateway/flow/back_office.h"
#include "gateway/odoo/rights.h"

#include <chrono>
#include <memory>
#include <string>

namespace sallyport::odoo {

struct ScopedOptions {
    Flow flow = Flow::OrdersIn;
    std::string login{};
    bool enforced = true;  // false: everything passes, nothing is probed
    std::chrono::steady_clock::duration good_for =
        std::chrono::hours{1};  // a verdict that it is scoped
    std::chrono::steady_clock::duration bad_for = std::chrono::minutes{1};  // one that it is not
};

// The verdict about one account, asked again when it is old. Thread-safe: one probe at a time, the others wait for it.
class ScopeCheck {
public:
    // `prober` speaks for the account behind rights_fence().
    ScopeCheck(std::unique_ptr<Client> prober, ScopedOptions options, const Clock& clock);
    ~ScopeCheck();

    // odoo.rights.excess; when Odoo cannot be asked, that error, which is no verdict.
    Status scoped();

private:
    class Impl;
    std::unique_ptr<Impl> m_impl;
};

// Probes the account before its first posting and again when the verdict is old; a posting that would be made with an
// account that may do too much ends as odoo.rights.excess, whose remedy names the excess. When Odoo cannot be asked, that
// error is the posting's. Thread-safe: one probe at a time, the others wait for it.
class ScopedBackOffice final : public flow::BackOffice {
public:
    // `inner` outlives this. `prober` speaks for the same account behind rights_fence().
    ScopedBackOffice(flow::BackOffice& inner,
                     std::unique_ptr<Client> prober,
                     ScopedOptions options,
                     const Clock& clock);
    ~ScopedBackOffice() override;

    Result<std::variant<flow::Posted, flow::Missing>> post_order(
        const flow::OrderPosting& posting) override;
    Result<std::variant<flow::Changed, flow::Missing>> change_order(
        const flow::ChangePosting& posting) override;
    Status ping() override;

private:
    flow::BackOffice& m_inner;
    ScopeCheck m_check;
};

}  // namespace sallyport::odoo

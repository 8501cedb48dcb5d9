// SPDX-License-Identifier: Apache-2.0
// Stands before a back office in production: nothing is posted with a key that could do more than its flow.
#pragma once

#include "gateway/base/clock.h"
#include "gateway/flow/back_office.h"
#include "gateway/odoo/rights.h"

#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

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
    std::vector<flow::OrderOutcome> post_orders(
        std::span<const flow::OrderPosting> postings) override;
    Result<std::variant<flow::Changed, flow::Missing>> change_order(
        const flow::ChangePosting& posting) override;
    // What is no order has accounts of its own, which check themselves: `post` takes it. Before the first posting.
    using PostDocument = std::function<Result<std::variant<flow::Noted, flow::Missing>>(
        const flow::DocumentPosting&)>;
    void documents(PostDocument post) { m_documents = std::move(post); }
    Result<std::variant<flow::Noted, flow::Missing>> post_document(
        const flow::DocumentPosting& posting) override;
    Status ping() override;

private:
    PostDocument m_documents{};
    flow::BackOffice& m_inner;
    ScopeCheck m_check;
};

}  // namespace sallyport::odoo

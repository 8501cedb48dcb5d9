// SPDX-License-Identifier: Apache-2.0
#include "gateway/odoo/scoped.h"

#include "gateway/base/guarded.h"

#include <optional>
#include <utility>

namespace sallyport::odoo {

class ScopeCheck::Impl {
public:
    Impl(std::unique_ptr<Client> prober, ScopedOptions options, const Clock& clock)
        : m_prober(std::move(prober)), m_options(std::move(options)), m_clock(clock) {}

    Status scoped() {
        if (!m_options.enforced) return {};
        return m_verdict.with([&](std::optional<Verdict>& verdict) -> Status {
            const auto now = m_clock.steady_now();
            if (verdict && now < verdict->until) return verdict->status;
            auto report = probe_rights(*m_prober, m_options.flow, m_options.login, m_clock.now());
            // Not a verdict: the next call asks again.
            if (!report) return std::move(report).error().during("checking the account's rights");
            Status status = refuse_excess(*report);
            verdict = Verdict{status, now + (status ? m_options.good_for : m_options.bad_for)};
            return status;
        });
    }

private:
    struct Verdict {
        Status status;
        std::chrono::steady_clock::time_point until;
    };
    std::unique_ptr<Client> m_prober;
    ScopedOptions m_options;
    const Clock& m_clock;
    Guarded<std::optional<Verdict>> m_verdict;
};

ScopeCheck::ScopeCheck(std::unique_ptr<Client> prober, ScopedOptions options, const Clock& clock)
    : m_impl(std::make_unique<Impl>(std::move(prober), std::move(options), clock)) {}
ScopeCheck::~ScopeCheck() = default;

Status ScopeCheck::scoped() {
    return m_impl->scoped();
}

ScopedBackOffice::ScopedBackOffice(flow::BackOffice& inner,
                                   std::unique_ptr<Client> prober,
                                   ScopedOptions options,
                                   const Clock& clock)
    : m_inner(inner), m_check(std::move(prober), std::move(options), clock) {}
ScopedBackOffice::~ScopedBackOffice() = default;

Result<std::variant<flow::Posted, flow::Missing>> ScopedBackOffice::post_order(
    const flow::OrderPosting& posting) {
    if (Status fit = m_check.scoped(); !fit) return std::move(fit).error();
    return m_inner.post_order(posting);
}

std::vector<flow::OrderOutcome> ScopedBackOffice::post_orders(
    std::span<const flow::OrderPosting> postings) {
    if (Status fit = m_check.scoped(); !fit) {
        std::vector<flow::OrderOutcome> refused;
        for (std::size_t at = 0; at < postings.size(); ++at)
            refused.emplace_back(fit.error());
        return refused;
    }
    return m_inner.post_orders(postings);
}

Result<std::variant<flow::Changed, flow::Missing>> ScopedBackOffice::change_order(
    const flow::ChangePosting& posting) {
    if (Status fit = m_check.scoped(); !fit) return std::move(fit).error();
    return m_inner.change_order(posting);
}

Result<std::variant<flow::Noted, flow::Missing>> ScopedBackOffice::post_document(
    const flow::DocumentPosting& posting) {
    return m_documents ? m_documents(posting) : flow::BackOffice::post_document(posting);
}

Status ScopedBackOffice::ping() {
    if (Status fit = m_check.scoped(); !fit) return fit;
    return m_inner.ping();
}

}  // namespace sallyport::odoo

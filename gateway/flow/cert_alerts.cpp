// SPDX-License-Identifier: Apache-2.0
#include "gateway/flow/cert_alerts.h"

#include "gateway/base/crash_point.h"

#include <array>
#include <charconv>
#include <utility>

namespace sallyport::flow {
namespace {

const std::string ExpiryScope = "cert.expiry";
const std::string SwitchScope = "cert.switch";
constexpr int Never = 1'000'000;                        // no threshold was said
constexpr std::array<int, 4> ConsentDays{14, 7, 3, 1};  // before a switch
constexpr int Urgent = 7;

int number(const std::string& text) {
    int value = Never;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

// The lowest threshold that was said under this name.
Result<int> said(store::Transaction& transaction,
                 const std::string& scope,
                 const std::string& name) {
    auto mark = transaction.bookmark(scope, name);
    if (!mark) return std::move(mark).error();
    return *mark ? number((*mark)->value) : Never;
}

// Says it and remembers that, in one unit; false when it was said before.
Result<bool> say_once(const Tools& tools,
                      const std::string& scope,
                      const std::string& name,
                      int stage,
                      const store::AuditEvent& event) {
    Journal journal;
    bool news = false;
    CRASH_POINT("cert.alert.before");
    Status done = tools.store.submit([&](store::Transaction& transaction) -> Status {
        auto before = said(transaction, scope, name);
        if (!before) return std::move(before).error();
        if (stage >= *before) return {};
        news = true;
        if (Status set = transaction.set_bookmark(scope, name, std::to_string(stage)); !set)
            return set;
        return journal.record(transaction, event, stage <= Urgent ? Level::Error : Level::Warn);
    });
    if (!done) return std::move(done).error();
    CRASH_POINT("cert.alert.after");
    journal.publish(tools.log, tools.metrics);
    return news;
}

store::AuditEvent expiry_event(const CertificateStand& stand) {
    const bool ours = stand.owner == "gateway", token = stand.kind == "token";
    const std::string kind(stand.kind);
    return {.actor = {},
            .event = kind + (stand.stage == 0 ? ".expired" : ".expiring"),
            .subject = kind + ":" + stand.fingerprint,
            .detail = {{"role", stand.role},
                       {"owner", stand.owner},
                       {"not_after", iso8601(stand.not_after)},
                       {"days_left", std::to_string(stand.days_left)},
                       {"threshold", std::to_string(stand.stage)},
                       {"remedy",
                        token ? "make the next one for " + stand.owner +
                                    " and bring it there: sallyport token add"
                        : ours ? "make the next one, tell the partners, plan the change: "
                                 "sallyport cert generate, cert told"
                               : "ask " + stand.owner + " for its next certificate"}}};
}

void set_gauges(Metrics& metrics, const std::vector<CertificateStand>& stands) {
    metrics.clear("sallyport_certificate_days_left");
    metrics.clear("sallyport_certificate_expiry_timestamp_seconds");
    for (const CertificateStand& stand : stands) {
        if (stand.kind != "certificate") continue;
        const std::string name = stand.fingerprint.substr(0, 16);
        const auto seconds =
            std::chrono::duration_cast<std::chrono::seconds>(stand.not_after.time_since_epoch());
        const Labels labels{{"owner", stand.owner}, {"usage", stand.role}, {"sha256", name}};
        metrics.set("sallyport_certificate_days_left", labels, stand.days_left);
        metrics.set("sallyport_certificate_expiry_timestamp_seconds", labels, seconds.count());
    }
}

std::string without_consent(const std::vector<Consent>& known, const PlannedSwitch& planned) {
    std::string missing;
    for (const std::string& partner : planned.partners) {
        bool agreed = false;
        for (const Consent& one : known)
            agreed = agreed || (one.partner == partner && one.state == ConsentState::Agreed);
        if (!agreed) missing += (missing.empty() ? "" : ", ") + partner;
    }
    return missing;
}

Result<bool> raise_consent(const Tools& tools, const PlannedSwitch& planned, int days) {
    int stage = Never;
    for (const int threshold : ConsentDays)
        if (days <= threshold) stage = threshold;
    if (stage == Never) return false;
    auto known = store::read<std::vector<Consent>>(
        tools.store, [&](store::Reader& reader) { return consents(reader, planned.fingerprint); });
    if (!known) return std::move(known).error();
    const std::string missing = without_consent(*known, planned);
    if (missing.empty()) return false;
    return say_once(
        tools,
        SwitchScope,
        "consent/" + planned.fingerprint,
        stage,
        {.actor = {},
         .event = "certificate.consent.missing",
         .subject = "certificate:" + planned.fingerprint,
         .detail = {
             {"role", planned.role},
             {"from", iso8601(planned.from)},
             {"partners", missing},
             {"remedy", "ask them, note it with sallyport cert agreed, or move next_from"}}});
}

}  // namespace

Result<std::size_t> raise_expiry(const Tools& tools, const std::vector<CertificateStand>& stands) {
    set_gauges(tools.metrics, stands);
    std::size_t count = 0;
    for (const CertificateStand& stand : stands) {
        if (stand.stage < 0) continue;
        auto news =
            say_once(tools, ExpiryScope, stand.fingerprint, stand.stage, expiry_event(stand));
        if (!news) return std::move(news).error();
        count += *news ? 1U : 0U;
    }
    return count;
}

Result<std::size_t> raise_switches(const Tools& tools,
                                   const std::vector<PlannedSwitch>& switches,
                                   Instant now) {
    std::size_t count = 0;
    for (const PlannedSwitch& planned : switches) {
        Result<bool> news = false;
        if (now >= planned.from) {
            news = say_once(tools,
                            SwitchScope,
                            "done/" + planned.fingerprint + "/" + iso8601(planned.from),
                            Urgent + 1,  // no alarm
                            {.actor = {},
                             .event = "certificate.switched",
                             .subject = "certificate:" + planned.fingerprint,
                             .detail = {{"role", planned.role}, {"from", iso8601(planned.from)}}});
        } else {
            const auto left = std::chrono::duration_cast<std::chrono::hours>(planned.from - now);
            news = raise_consent(tools, planned, static_cast<int>(left.count() / 24));
        }
        if (!news) return std::move(news).error();
        count += *news ? 1U : 0U;
    }
    return count;
}

}  // namespace sallyport::flow

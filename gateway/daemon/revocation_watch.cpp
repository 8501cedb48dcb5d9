// SPDX-License-Identifier: Apache-2.0
#include "gateway/daemon/revocation_watch.h"

#include "certs/revocation.h"
#include "gateway/base/file.h"
#include "gateway/flow/revocation_note.h"
#include "transports/egress.h"
#include "transports/http_client.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace sallyport::daemon {
namespace {

using flow::RevocationNote;
using flow::RevocationState;

constexpr std::size_t LargestAnswer = std::size_t{16} << 20U;
constexpr std::size_t LargestPem = std::size_t{1} << 20U;
const std::string FileScheme = "file://";

struct Subject {
    const config::As2Agreement& agreed;
    const certs::Certificate& certificate;
    RevocationNote note;
};

std::vector<Subject> subjects_of(const config::Configuration& configuration,
                                 const std::vector<CertificateRow>& rows,
                                 Instant now) {
    std::vector<Subject> subjects;
    for (const config::Partner& partner : configuration.partners) {
        if (partner.as2.revocation.empty() || partner.as2.revocation == "off") continue;
        for (const CertificateRow& row : rows)
            if (row.entry.owner == partner.name && !row.entry.role.starts_with("HTTPS"))
                subjects.push_back({partner.as2,
                                    row.certificate,
                                    {.partner = partner.name,
                                     .fingerprint = row.certificate.fingerprint(),
                                     .required = partner.as2.revocation_required,
                                     .reason = "not asked yet",
                                     .asked = now}});
    }
    return subjects;
}

bool is_list(const std::string& url) {
    return url.ends_with(".crl") || url.starts_with(FileScheme);
}

// Where to ask for that kind: the partner file's own URLs, and the certificate's as far as they are covered.
std::vector<std::string> places(const Subject& subject, bool lists) {
    std::vector<std::string> urls;
    for (const std::string& url : subject.agreed.revocation_urls)
        if (!url.ends_with("/*") && is_list(url) == lists) urls.push_back(url);
    const transports::EgressPolicy policy{.urls = subject.agreed.revocation_urls,
                                          .internal_addresses = subject.agreed.revocation_internal};
    const auto named =
        lists ? certs::crl_urls(subject.certificate) : certs::ocsp_urls(subject.certificate);
    for (const std::string& url : named)
        if (transports::check_egress_url(url, policy) &&
            std::find(urls.begin(), urls.end(), url) == urls.end())
            urls.push_back(url);
    return urls;
}

Result<std::vector<certs::Certificate>> load_issuers(const config::As2Agreement& agreed) {
    std::vector<certs::Certificate> issuers;
    for (const auto& file : agreed.revocation_issuers) {
        auto pem = read_file(file, LargestPem);
        if (!pem) return std::move(pem).error();
        auto certificate = certs::load_certificate(*pem);
        if (!certificate) return std::move(certificate).error().at({.source = file.string()});
        issuers.push_back(*std::move(certificate));
    }
    return issuers;
}

class Asker {
public:
    Asker(const Subject& subject, transports::Watchdog& watchdog, const Clock& clock)
        : m_subject(subject), m_watchdog(watchdog), m_clock(clock) {}

    RevocationNote ask() {
        RevocationNote note = m_subject.note;
        note.reason = "nowhere to ask: as2.revocation_urls covers none";
        auto issuers = load_issuers(m_subject.agreed);
        if (!issuers) {
            note.reason = issuers.error().text();
            return note;
        }
        const std::string& how = m_subject.agreed.revocation;
        for (const bool lists : {false, true}) {
            if (how == (lists ? "ocsp" : "crl")) continue;
            for (const std::string& url : places(m_subject, lists)) {
                const auto answer = lists ? look_up(url, *issuers) : question(url, *issuers);
                take(note, (lists ? "crl " : "ocsp ") + url, answer);
                if (note.state == RevocationState::Revoked) return note;
            }
        }
        return note;
    }

private:
    using Answer = Result<certs::RevocationAnswer>;

    static void take(RevocationNote& note, const std::string& by, const Answer& answer) {
        if (!answer) {
            if (note.state == RevocationState::Unknown)
                note.reason = by + ": " + answer.error().text();
            return;
        }
        const bool revoked = answer->status == certs::RevocationStatus::Revoked;
        note.state = revoked ? RevocationState::Revoked : RevocationState::Good;
        note.by = by;
        note.next_update = answer->next_update;
        note.reason.clear();
        if (!revoked) return;
        note.reason = "revoked";
        if (answer->revoked_at) note.reason += " on " + iso8601(*answer->revoked_at).substr(0, 10);
        if (!answer->reason.empty()) note.reason += ", " + answer->reason;
    }

    Result<Bytes> fetch(transports::HttpPost post) {
        const transports::EgressPolicy policy{
            .urls = m_subject.agreed.revocation_urls,
            .internal_addresses = m_subject.agreed.revocation_internal};
        if (Status allowed = transports::check_egress_url(post.url, policy); !allowed)
            return std::move(allowed).error();
        post.exchange_timeout = std::chrono::seconds(30);
        post.max_response_bytes = LargestAnswer;
        post.public_addresses_only = !m_subject.agreed.revocation_internal;
        const certs::TlsClient tls{.policy = {}, .system_authorities = true};
        post.tls = &tls;
        auto reply = transports::http_post(post, m_watchdog, m_clock);
        if (!reply) return std::move(reply).error();
        if (Status good = transports::check_reply(*reply, post.url); !good)
            return std::move(good).error();
        return std::move(reply->body);
    }

    Answer look_up(const std::string& url, const std::vector<certs::Certificate>& issuers) {
        auto list = url.starts_with(FileScheme)
                        ? read_file(url.substr(FileScheme.size()), LargestAnswer)
                        : fetch({.url = url, .get = true});
        if (!list) return std::move(list).error();
        return certs::judge_crl(*list, m_subject.certificate, issuers, m_clock.now());
    }

    Answer question(const std::string& url, const std::vector<certs::Certificate>& issuers) {
        const auto asked = certs::ocsp_question(m_subject.certificate, issuers);
        if (!asked) return asked.error();
        auto answer = fetch({.url = url,
                             .headers = {{"Content-Type", "application/ocsp-request"}},
                             .body = asked->request});
        if (!answer) return std::move(answer).error();
        return certs::judge_ocsp(*answer, *asked, m_subject.certificate, issuers, m_clock.now());
    }

    const Subject& m_subject;
    transports::Watchdog& m_watchdog;
    const Clock& m_clock;
};

Result<std::vector<RevocationNote>> known_notes(const flow::Tools& tools) {
    return store::read<std::vector<RevocationNote>>(
        tools.store, [](store::Reader& reader) { return flow::revocation_notes(reader); });
}

}  // namespace

Status RevocationWatch::prepare(const config::Configuration& configuration,
                                const std::vector<CertificateRow>& rows) {
    auto known = known_notes(m_tools);
    if (!known) return std::move(known).error();
    const auto subjects = subjects_of(configuration, rows, m_tools.clock.now());
    const auto about = [](const RevocationNote& a, const RevocationNote& b) {
        return a.partner == b.partner && a.fingerprint == b.fingerprint;
    };
    for (const RevocationNote& note : *known) {
        const bool asked = std::any_of(subjects.begin(), subjects.end(), [&](const Subject& one) {
            return about(one.note, note);
        });
        if (asked) continue;
        if (Status gone = flow::forget_revocation(m_tools, note); !gone) return gone;
    }
    for (const Subject& subject : subjects) {
        const bool noted = std::any_of(known->begin(), known->end(), [&](const auto& note) {
            return about(subject.note, note) && subject.note.required == note.required;
        });
        if (noted) continue;
        if (auto begun = flow::note_revocation(m_tools, subject.note); !begun)
            return std::move(begun).error();
    }
    return {};
}

Result<std::size_t> RevocationWatch::ask(const config::Configuration& configuration,
                                         const std::vector<CertificateRow>& rows) {
    std::size_t count = 0;
    for (const Subject& subject : subjects_of(configuration, rows, m_tools.clock.now())) {
        auto changed =
            flow::note_revocation(m_tools, Asker(subject, m_watchdog, m_tools.clock).ask());
        if (!changed) return std::move(changed).error();
        count += *changed ? 1U : 0U;
    }
    return count;
}

}  // namespace sallyport::daemon

// SPDX-License-Identifier: Apache-2.0
#include "gateway/daemon/cert_entries.h"

#include "config/moment.h"
#include "gateway/base/file.h"

#include <algorithm>
#include <map>
#include <utility>

namespace sallyport::daemon {
namespace {

using certs::CertificateUse;

constexpr std::size_t LargestPem = std::size_t{1} << 20U;
const std::string Ours = "gateway";

void add_ours(const config::Settings& settings, std::vector<CertificateEntry>& all) {
    const std::vector<CertificateUse> both{CertificateUse::Signing, CertificateUse::Encryption};
    for (const auto& ours : settings.identities) {
        all.push_back({"identity " + ours.name, Ours, ours.certificate, {}, {}, both});
        if (!ours.next_certificate.empty())
            all.push_back({"identity " + ours.name + ", next",
                           Ours,
                           ours.next_certificate,
                           ours.next_from,
                           {},
                           both});
        if (!ours.old_certificate.empty())
            all.push_back({"identity " + ours.name + ", old",
                           Ours,
                           ours.old_certificate,
                           {},
                           ours.old_until,
                           {CertificateUse::Encryption}});
    }
    if (settings.as2.https.enabled)
        all.push_back(
            {"HTTPS server", Ours, settings.as2.tls_certificate, {}, {}, {CertificateUse::Tls}});
}

void add_theirs(const config::Partner& partner, std::vector<CertificateEntry>& all) {
    const std::vector<CertificateUse> both{CertificateUse::Signing, CertificateUse::Encryption};
    const auto& as2 = partner.as2;
    for (std::size_t at = 0; at < as2.certificates.size(); ++at)
        all.push_back({"partner " + partner.name + (at == 0 ? "" : ", also verifies"),
                       partner.name,
                       as2.certificates[at],
                       {},
                       as2.certificates_until,
                       at == 0 ? both : std::vector<CertificateUse>{CertificateUse::Signing}});
    if (!as2.next_certificate.empty())
        all.push_back({"partner " + partner.name + ", next",
                       partner.name,
                       as2.next_certificate,
                       as2.next_from,
                       {},
                       both});
    for (const auto& file : as2.tls_certificates)
        all.push_back({"HTTPS server of " + partner.name, partner.name, file, {}, {}, {}});
}

std::vector<std::string> partners_of(const config::Configuration& configuration,
                                     const std::string& identity) {
    std::vector<std::string> names;
    for (const config::Partner& partner : configuration.partners)
        if (partner.as2.enabled && partner.as2.identity == identity) names.push_back(partner.name);
    return names;
}

void sort_by_end(std::vector<CertificateRow>& rows) {
    std::stable_sort(
        rows.begin(), rows.end(), [](const CertificateRow& a, const CertificateRow& b) {
            return a.certificate.not_after() < b.certificate.not_after();
        });
}

}  // namespace

std::vector<CertificateEntry> certificate_entries(const config::Configuration& configuration) {
    std::vector<CertificateEntry> all;
    add_ours(configuration.settings, all);
    for (const auto& partner : configuration.partners)
        add_theirs(partner, all);
    return all;
}

Result<std::vector<CertificateRow>> certificate_rows(const config::Configuration& configuration) {
    std::vector<CertificateRow> rows;
    for (CertificateEntry& entry : certificate_entries(configuration)) {
        auto pem = read_file(entry.file, LargestPem);
        if (!pem) return std::move(pem).error().during("reading " + entry.role);
        auto certificate = certs::load_certificate(*pem);
        if (!certificate) return std::move(certificate).error().at({.source = entry.file.string()});
        rows.push_back({std::move(entry), *std::move(certificate)});
    }
    sort_by_end(rows);
    return rows;
}

void add_accepted(const std::vector<flow::TrustRecord>& records,
                  std::vector<CertificateRow>& rows) {
    for (const flow::TrustRecord& record : records) {
        if (record.state != flow::TrustState::Accepted) continue;
        auto certificate = certs::load_certificate(record.certificate.der);
        if (!certificate) continue;
        const bool named = std::any_of(rows.begin(), rows.end(), [&](const CertificateRow& row) {
            return row.entry.owner == record.partner && row.certificate == *certificate;
        });
        if (named) continue;
        rows.push_back({{"partner " + record.partner + ", accepted",
                         record.partner,
                         {},
                         record.encrypt_from,
                         {},
                         {CertificateUse::Signing}},
                        *std::move(certificate)});
    }
    sort_by_end(rows);
}

std::vector<flow::CertificateStand> stands_of(const std::vector<CertificateRow>& rows,
                                              Instant now) {
    std::map<std::string, flow::CertificateStand> by_fingerprint;
    for (const CertificateRow& row : rows) {
        const auto until = config::parse_moment(row.entry.until);
        if (until && now >= *until) continue;
        const int days = certs::days_left(row.certificate, now);
        const auto [found, fresh] = by_fingerprint.try_emplace(
            row.certificate.fingerprint(),
            flow::CertificateStand{.fingerprint = row.certificate.fingerprint(),
                                   .role = row.entry.role,
                                   .owner = row.entry.owner,
                                   .not_after = row.certificate.not_after(),
                                   .days_left = days,
                                   .stage = certs::expiry_stage(days)});
        if (!fresh) found->second.role += ", " + row.entry.role;
    }
    std::vector<flow::CertificateStand> stands;
    for (auto& [fingerprint, stand] : by_fingerprint)
        stands.push_back(std::move(stand));
    return stands;
}

std::vector<flow::CertificateStand> token_stands(const std::vector<https::Token>& tokens,
                                                 Instant now) {
    std::vector<flow::CertificateStand> stands;
    for (const https::Token& token : tokens) {
        if (!token.expires || token.revoked) continue;
        const auto left = std::chrono::floor<std::chrono::days>(*token.expires - now);
        const int days = static_cast<int>(left.count());
        stands.push_back({.fingerprint = token.id,
                          .role = "API token \"" + token.label + "\" of " + token.partner,
                          .owner = token.partner,
                          .not_after = *token.expires,
                          .days_left = days,
                          .stage = certs::expiry_stage(days),
                          .kind = "token"});
    }
    return stands;
}

std::vector<flow::PlannedSwitch> switches_of(const config::Configuration& configuration,
                                             const std::vector<CertificateRow>& rows) {
    std::vector<flow::PlannedSwitch> switches;
    for (const CertificateRow& row : rows) {
        const auto from = config::parse_moment(row.entry.from);
        if (!from) continue;
        flow::PlannedSwitch planned{
            .fingerprint = row.certificate.fingerprint(), .role = row.entry.role, .from = *from};
        for (const auto& identity : configuration.settings.identities)
            if (!row.entry.file.empty() && identity.next_certificate == row.entry.file)
                planned.partners = partners_of(configuration, identity.name);
        switches.push_back(std::move(planned));
    }
    return switches;
}

}  // namespace sallyport::daemon

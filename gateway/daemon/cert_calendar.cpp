// SPDX-License-Identifier: Apache-2.0
// cert list: every certificate of the configuration in the order in which they end, with what each is for.
#include "certs/lint.h"
#include "config/load.h"
#include "gateway/base/clock.h"
#include "gateway/base/file.h"
#include "gateway/daemon/cert_commands.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

namespace sallyport::daemon {
namespace {

using certs::CertificateUse;
using nlohmann::ordered_json;

constexpr std::size_t LargestPem = std::size_t{1} << 20U;

struct Entry {
    std::string role;
    std::filesystem::path file;
    std::string from;  // a planned change
    std::vector<CertificateUse> uses;
};

std::vector<Entry> entries_of(const config::Configuration& configuration) {
    const std::vector<CertificateUse> both{CertificateUse::Signing, CertificateUse::Encryption};
    std::vector<Entry> all;
    for (const auto& ours : configuration.settings.identities) {
        all.push_back({"identity " + ours.name, ours.certificate, {}, both});
        if (!ours.next_certificate.empty())
            all.push_back(
                {"identity " + ours.name + ", next", ours.next_certificate, ours.next_from, both});
    }
    const auto& as2 = configuration.settings.as2;
    if (as2.https.enabled)
        all.push_back({"HTTPS server", as2.tls_certificate, {}, {CertificateUse::Tls}});
    for (const auto& partner : configuration.partners) {
        for (std::size_t at = 0; at < partner.as2.certificates.size(); ++at)
            all.push_back({"partner " + partner.name + (at == 0 ? "" : ", also verifies"),
                           partner.as2.certificates[at],
                           {},
                           at == 0 ? both : std::vector<CertificateUse>{CertificateUse::Signing}});
        if (!partner.as2.next_certificate.empty())
            all.push_back({"partner " + partner.name + ", next",
                           partner.as2.next_certificate,
                           partner.as2.next_from,
                           both});
        for (const auto& file : partner.as2.tls_certificates)
            all.push_back({"HTTPS server of " + partner.name, file, {}, {}});
    }
    return all;
}

struct Row {
    Entry entry;
    certs::Certificate certificate;
};

Result<std::vector<Row>> read_rows(const config::Configuration& configuration) {
    std::vector<Row> rows;
    for (Entry& entry : entries_of(configuration)) {
        auto pem = read_file(entry.file, LargestPem);
        if (!pem) return std::move(pem).error().during("reading " + entry.role);
        auto certificate = certs::load_certificate(*pem);
        if (!certificate) return std::move(certificate).error().at({.source = entry.file.string()});
        rows.push_back({std::move(entry), *std::move(certificate)});
    }
    std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
        return a.certificate.not_after() < b.certificate.not_after();
    });
    return rows;
}

ordered_json row_json(const Row& row, Instant now) {
    ordered_json findings = ordered_json::array();
    for (const auto& finding : certs::lint(row.certificate, row.entry.uses, now))
        findings.push_back(finding.code);
    const int days = certs::days_left(row.certificate, now);
    return {{"role", row.entry.role},
            {"file", row.entry.file.string()},
            {"sha256", row.certificate.fingerprint()},
            {"not_after", iso8601(row.certificate.not_after())},
            {"days_left", days},
            {"stage", certs::expiry_stage(days)},
            {"from", row.entry.from},
            {"findings", findings}};
}

int list(CommandLine& line, int within) {
    const config::LoadResult load = config::load(line.config_file);
    for (const Error& fault : load.faults)
        (void)report(line, fault);
    if (!load.ok()) return exit_code::Configuration;
    const auto rows = read_rows(load.configuration);
    if (!rows) return report(line, rows.error());
    const Instant now = SystemClock().now();
    ordered_json all = ordered_json::array();
    bool ending = false;
    for (const Row& row : *rows) {
        const ordered_json told = row_json(row, now);
        const int days = told.at("days_left");
        if (within >= 0 && days > within) continue;
        ending = ending || certs::expiry_stage(days) >= 0;
        all.push_back(told);
        if (line.json) continue;
        line.out << told.at("not_after").get<std::string>().substr(0, 10) << "  " << days
                 << " days  " << row.entry.role
                 << (row.entry.from.empty() ? "" : " (from " + row.entry.from + ")") << "  "
                 << row.certificate.fingerprint().substr(0, 16) << "…  " << row.entry.file.string();
        for (const auto& code : told.at("findings"))
            line.out << "  [" << code.get<std::string>() << "]";
        line.out << '\n';
    }
    if (line.json) line.out << all.dump(2) << '\n';
    return ending && within >= 0 ? exit_code::Failed : exit_code::Done;
}

}  // namespace

void add_cert_calendar(CommandLine& line, CLI::App& noun) {
    CLI::App* verb = noun.add_subcommand(
        "list", "every certificate of the configuration, in the order in which they end");
    auto within = std::make_shared<int>(-1);
    verb->add_option("--within", *within, "only those that end within so many days; exit 1 if any")
        ->check(CLI::Range(0, 36'500));
    verb->add_flag("--json", line.json, "one JSON array on standard output");
    verb->footer(
        "Examples:\n"
        "  sallyport cert list                                 the calendar\n"
        "  sallyport cert list --within 30 || mail -s certificates edi@example.com\n"
        "  sallyport cert list --json | jq '.[] | select(.stage >= 0)'\n");
    verb->callback(
        [&line, within] { line.action = [&line, within] { return list(line, *within); }; });
}

}  // namespace sallyport::daemon

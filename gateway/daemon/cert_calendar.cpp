// SPDX-License-Identifier: Apache-2.0
// cert list: every certificate of the configuration in the order in which they end, with what each is for.
#include "certs/lint.h"
#include "config/load.h"
#include "config/moment.h"
#include "gateway/api/tokens.h"
#include "gateway/base/clock.h"
#include "gateway/daemon/cert_commands.h"
#include "gateway/daemon/cert_entries.h"
#include "gateway/daemon/open_store.h"
#include "gateway/flow/cem.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace sallyport::daemon {
namespace {

using nlohmann::ordered_json;
using Row = CertificateRow;

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
            {"until", row.entry.until},
            {"findings", findings}};
}

struct ListOptions {
    int within = -1;
    bool calendar = false;
};

// A store that is not there yet has decided nothing.
void add_decided(const CommandLine& line, std::vector<Row>& rows) {
    auto opened = open_for_reading(line);
    if (!opened) return;
    const auto records = store::read<std::vector<flow::TrustRecord>>(
        *opened->store, [](store::Reader& reader) { return flow::trust_records(reader); });
    if (records) add_accepted(*records, rows);
}

// Answers of partners to certificates of ours (CEM), and of ours to theirs.
void note_exchanges(const CommandLine& line,
                    std::multimap<std::string, std::string>& days,
                    Instant now) {
    auto opened = open_for_reading(line);
    if (!opened) return;
    const auto exchanges = store::read<std::vector<flow::CemExchange>>(
        *opened->store, [](store::Reader& reader) { return flow::cem_exchanges(reader); });
    if (!exchanges) return;
    for (const flow::CemExchange& one : *exchanges) {
        if (!one.open() || one.respond_by == Instant{}) continue;
        const std::string whose = one.ours ? one.partner + " answers about our certificate"
                                           : "we answer " + one.partner + " about its certificate";
        days.emplace(iso8601(one.respond_by).substr(0, 10),
                     (one.respond_by < now ? "IS OVERDUE      " : "is due          ") + whose +
                         "  document " + one.document);
    }
}

void note_tokens(const CommandLine& line,
                 std::multimap<std::string, std::string>& days,
                 Instant now) {
    auto opened = open_for_reading(line);
    if (!opened) return;
    const auto tokens = api::list_tokens(*opened->store);
    if (!tokens) return;
    for (const flow::CertificateStand& one : token_stands(*tokens, now))
        days.emplace(iso8601(one.not_after).substr(0, 10),
                     (one.days_left < 0 ? "HAS ENDED       " : "ends            ") + one.role);
}

// What happens on which day: ends, changes, and the alarms before the ends.
void tell_calendar(CommandLine& line, const std::vector<Row>& rows, Instant now) {
    std::multimap<std::string, std::string> days;
    note_exchanges(line, days, now);
    note_tokens(line, days, now);
    const auto note = [&](Instant at, const std::string& what) {
        if (at >= now) days.emplace(iso8601(at).substr(0, 10), what);
    };
    for (const Row& row : rows) {
        const std::string name =
            row.entry.role + "  " + row.certificate.fingerprint().substr(0, 16) + "…";
        const Instant end = row.certificate.not_after();
        if (end < now)
            days.emplace(iso8601(end).substr(0, 10), "HAS ENDED       " + name);
        else
            days.emplace(iso8601(end).substr(0, 10), "ends            " + name);
        for (const int before : certs::ExpiryDays)
            note(end - std::chrono::hours(24) * before,
                 "alarm, " + std::to_string(before) + " days  " + name);
        if (const auto from = config::parse_moment(row.entry.from))
            note(*from, "takes over      " + name);
        if (const auto until = config::parse_moment(row.entry.until))
            note(*until, "counts no more  " + name);
    }
    std::string month;
    for (const auto& [day, what] : days) {
        if (day.substr(0, 7) != month) {
            month = day.substr(0, 7);
            line.out << month << '\n';
        }
        line.out << "  " << day.substr(8) << "  " << what << '\n';
    }
}

int list(CommandLine& line, const ListOptions& options) {
    const config::LoadResult load = config::load(line.config_file);
    for (const Error& fault : load.faults)
        (void)report(line, fault);
    if (!load.ok()) return exit_code::Configuration;
    auto rows = certificate_rows(load.configuration);
    if (!rows) return report(line, rows.error());
    add_decided(line, *rows);
    const Instant now = SystemClock().now();
    if (options.calendar && !line.json) {
        tell_calendar(line, *rows, now);
        return exit_code::Done;
    }
    const int within = options.within;
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
                 << row.certificate.fingerprint().substr(0, 16) << "…  "
                 << (row.entry.file.empty() ? "(accepted by two people)" : row.entry.file.string());
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
    auto options = std::make_shared<ListOptions>();
    verb->add_flag("--calendar", options->calendar, "by month: ends, alarms and planned changes");
    verb->add_option(
            "--within", options->within, "only those that end within so many days; exit 1 if any")
        ->check(CLI::Range(0, 36'500));
    verb->add_flag("--json", line.json, "one JSON array on standard output");
    verb->footer(
        "Examples:\n"
        "  sallyport cert list                                 in the order in which they end\n"
        "  sallyport cert list --calendar                      what happens in which month\n"
        "  sallyport cert list --within 30 || mail -s certificates edi@example.com\n"
        "  sallyport cert list --json | jq '.[] | select(.stage >= 0)'\n");
    verb->callback(
        [&line, options] { line.action = [&line, options] { return list(line, *options); }; });
}

}  // namespace sallyport::daemon

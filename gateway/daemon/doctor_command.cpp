// SPDX-License-Identifier: Apache-2.0
// `sallyport doctor`: is this machine fit to run the gateway, now?
#include "gateway/daemon/command.h"
#include "gateway/daemon/doctor.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iomanip>
#include <memory>
#include <string>

namespace sallyport::daemon {
namespace {

using nlohmann::ordered_json;
using Weight = Finding::Weight;

std::size_t count(const Examination& examination, Weight weight) {
    return static_cast<std::size_t>(std::count_if(
        examination.findings.begin(), examination.findings.end(), [&](const Finding& one) {
            return one.weight == weight;
        }));
}

// The worst that a person must hear of first: the configuration, then a back office that is away, then the rest.
int code_of(const Examination& examination) {
    bool failed = false;
    bool away = true;
    for (const Finding& one : examination.findings) {
        if (one.weight != Weight::Failure) continue;
        if (one.check == "configuration") return exit_code::Configuration;
        failed = true;
        away = away && (one.code == "odoo.connect" || one.code == "odoo.unavailable" ||
                        one.code == "odoo.reply.lost");
    }
    if (!failed) return exit_code::Done;
    return away ? exit_code::Unavailable : exit_code::Failed;
}

ordered_json finding_json(const Finding& one) {
    ordered_json row;
    row["check"] = one.check;
    row["weight"] = to_string(one.weight);
    row["code"] = one.code;
    row["who"] = one.who;
    row["what"] = one.what;
    row["remedy"] = one.remedy;
    row["place"] = one.place;
    return row;
}

ordered_json rights_json(const odoo::RightsReport& report) {
    ordered_json answer;
    answer["flow"] = to_string(report.flow);
    answer["account"] = report.account;
    answer["rows"] = ordered_json::array();
    for (const odoo::RightsRow& row : report.rows)
        answer["rows"].push_back({{"model", row.model},
                                  {"installed", row.installed},
                                  {"needed", row.needed},
                                  {"granted", row.granted},
                                  {"missing", row.missing},
                                  {"excess", row.excess}});
    return answer;
}

void print_json(std::ostream& out, const Examination& examination) {
    ordered_json answer;
    answer["healthy"] = count(examination, Weight::Failure) == 0;
    answer["failures"] = count(examination, Weight::Failure);
    answer["warnings"] = count(examination, Weight::Warning);
    answer["findings"] = ordered_json::array();
    for (const Finding& one : examination.findings)
        answer["findings"].push_back(finding_json(one));
    answer["rights"] = ordered_json::array();
    for (const odoo::RightsReport& report : examination.rights)
        answer["rights"].push_back(rights_json(report));
    out << answer.dump(2) << '\n';
}

void print_text(std::ostream& out, const Examination& examination) {
    for (const Finding& one : examination.findings) {
        out << std::left << std::setw(8) << to_string(one.weight) << ' ' << std::setw(14)
            << one.check << ' ' << one.what;
        if (!one.place.empty()) out << " (" << one.place << ')';
        out << '\n';
        if (one.weight == Weight::Good) continue;
        out << std::string(24, ' ') << one.who << ": " << one.remedy << " [" << one.code << "]\n";
    }
    for (const odoo::RightsReport& report : examination.rights)
        out << '\n' << report.text();
    out << '\n'
        << count(examination, Weight::Failure) << " failures, "
        << count(examination, Weight::Warning) << " warnings\n";
}

}  // namespace

void add_doctor_command(CommandLine& line) {
    CLI::App* verb = line.app.add_subcommand(
        "doctor",
        "look at the living machine: keys, certificates, store, disk, clock, ports, Odoo");
    auto options = std::make_shared<DoctorOptions>();
    verb->add_flag("--json", line.json, "one JSON object on standard output");
    verb->add_flag("--offline", options->offline, "do not ask Odoo");
    verb->footer(
        "Exit status: 0 fit, perhaps with warnings; 1 something fails; 69 only the back office is "
        "away; 78 the configuration is wrong.\n"
        "Examples:\n"
        "  sallyport doctor                                    every check, who must act, what "
        "helps\n"
        "  sallyport doctor --offline                          all but Odoo\n"
        "  sallyport doctor --json | jq '.findings[] | select(.weight == \"failure\")'\n");
    verb->callback([&line, options] {
        line.action = [&line, options] {
            const SystemClock clock;
            const Examination examination = examine(line.config_file, *options, clock);
            if (line.json)
                print_json(line.out, examination);
            else
                print_text(line.out, examination);
            return code_of(examination);
        };
    });
}

}  // namespace sallyport::daemon

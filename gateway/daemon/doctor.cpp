// SPDX-License-Identifier: Apache-2.0
#include "gateway/daemon/doctor.h"

#include "gateway/daemon/gateway.h"
#include "gateway/daemon/odoo_setup.h"

#include <iterator>
#include <utility>

namespace sallyport::daemon {
namespace {

using Weight = Finding::Weight;

constexpr const char* BackOffice = "back office";

void append(std::vector<Finding>& to, std::vector<Finding> more) {
    to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

// Keys, certificates, schemas and maps can be judged only once the files that name them are sound.
bool examine_configuration(const config::LoadResult& load, std::vector<Finding>& findings) {
    std::vector<Error> faults = load.faults;
    if (faults.empty()) faults = Gateway::check(load.configuration);
    for (const Error& fault : faults)
        findings.push_back(finding("configuration", fault, Weight::Failure));
    if (faults.empty())
        findings.push_back(good("configuration",
                                load.configuration.settings.file.string() + " is sound, " +
                                    std::to_string(load.configuration.partners.size()) +
                                    " partners"));
    return load.faults.empty();
}

Finding rights_finding(const odoo::RightsReport& report, const odoo::RightsFinding& one) {
    Finding row{.check = BackOffice,
                .weight = Weight::Note,
                .code = "odoo.account.note",
                .who = "operator",
                .what = report.account + ": " + one.what,
                .remedy = one.remedy};
    return row;
}

void judge_rights(const odoo::RightsReport& report,
                  bool production,
                  std::vector<Finding>& findings) {
    const std::size_t before = findings.size();
    if (const Status enough = odoo::refuse_missing(report); !enough)
        findings.push_back(finding(BackOffice, enough.error(), Weight::Failure));
    if (const Status scoped = odoo::refuse_excess(report); !scoped)
        findings.push_back(
            finding(BackOffice, scoped.error(), production ? Weight::Failure : Weight::Warning));
    if (findings.size() == before)
        findings.push_back(good(BackOffice,
                                "the account " + report.account + " may do what the flow " +
                                    std::string(to_string(report.flow)) +
                                    " needs, and nothing more"));
    for (const odoo::RightsFinding& one : report.findings)
        if (one.weight == odoo::RightsFinding::Weight::Note)
            findings.push_back(rights_finding(report, one));
}

// False when nothing more can be asked.
bool ask_account(const config::Settings& settings,
                 const ServiceAccount& account,
                 const Clock& clock,
                 Examination& examination) {
    auto client = make_odoo_client(settings.odoo, account, odoo::rights_fence(), clock);
    if (!client) {
        examination.findings.push_back(finding(BackOffice, client.error(), Weight::Failure));
        return true;
    }
    auto version = (*client)->version();
    if (!version) {
        examination.findings.push_back(
            finding(BackOffice, std::move(version).error().during("asking Odoo"), Weight::Failure));
        return false;
    }
    examination.findings.push_back(
        good(BackOffice, "Odoo " + version->text + " answers at " + settings.odoo.url));
    auto report = odoo::probe_rights(**client, account.flow, account.login, clock.now());
    if (!report) {
        examination.findings.push_back(finding(BackOffice, report.error(), Weight::Failure));
        return true;
    }
    judge_rights(*report, settings.environment == "production", examination.findings);
    examination.rights.push_back(*std::move(report));
    return true;
}

}  // namespace

std::string_view to_string(Weight weight) {
    switch (weight) {
        case Weight::Good:
            return "ok";
        case Weight::Note:
            return "note";
        case Weight::Warning:
            return "warning";
        case Weight::Failure:
            return "failure";
    }
    return "failure";
}

Finding finding(const std::string& check, const Error& error, Weight weight) {
    std::string what;
    for (auto step = error.trail().rbegin(); step != error.trail().rend(); ++step)
        what += *step + ": ";
    // Whom the network's errors wait for is the one who runs the machine.
    const Blame who = error.blame() == Blame::Network ? Blame::Operator : error.blame();
    return {.check = check,
            .weight = weight,
            .code = std::string(error.code()),
            .who = std::string(sallyport::to_string(who)),
            .what = what + error.what(),
            .remedy = error.remedy(),
            .place = sallyport::to_string(error.place())};
}

Finding good(const std::string& check, std::string what) {
    return {.check = check, .weight = Weight::Good, .what = std::move(what)};
}

void examine_back_office(const config::Settings& settings,
                         const Clock& clock,
                         Examination& examination) {
    const auto accounts = service_accounts(settings);
    if (accounts.empty())
        examination.findings.push_back(
            {.check = BackOffice,
             .weight = Weight::Note,
             .code = "doctor.odoo.off",
             .who = "operator",
             .what = "no back office is configured: documents are answered and then wait",
             .remedy =
                 "fill in [odoo] in sallyport.toml (sallyport odoo setup makes the account)"});
    for (const ServiceAccount& account : accounts)
        if (!ask_account(settings, account, clock, examination)) return;
}

Examination examine(const std::filesystem::path& config_file,
                    const DoctorOptions& options,
                    const Clock& clock) {
    Examination examination;
    auto& findings = examination.findings;
    const config::LoadResult load = config::load(config_file);
    const bool readable = examine_configuration(load, findings);
    append(findings, examine_clock());
    if (!readable) return examination;
    const config::Settings& settings = load.configuration.settings;
    append(findings, examine_files(load.configuration));
    append(findings, examine_certificates(load.configuration, clock.now()));
    append(findings, examine_store(settings, clock.now()));
    append(findings, examine_disk(settings));
    append(findings, examine_ports(settings));
    if (!options.offline) examine_back_office(settings, clock, examination);
    return examination;
}

}  // namespace sallyport::daemon

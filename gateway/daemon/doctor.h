// SPDX-License-Identifier: Apache-2.0
// What `sallyport doctor` looks at on the living machine, beyond what `sallyport check` reads in files: each check gives
// findings with who must act, what helps and a stable code. Nothing is changed; one probe file in the archive is made and
// removed.
//
// Codes: those of config, certs, store and odoo where the finding is such an error, and
//   doctor.files.writable        others may change a file the gateway trusts
//   doctor.certificate.expired   .soon (warning: within 30 days)  .early (not valid yet)
//   doctor.store.none            note: not started yet     doctor.store.chain   the audit chain is broken
//   doctor.archive.unwritable    doctor.disk.low
//   doctor.clock.unsynchronised  warning                   doctor.clock.behind  earlier than the last audit entry
//   doctor.port.taken            somebody else listens     doctor.gateway.not_ready  it runs, and says it is not ready
#pragma once

#include "config/load.h"
#include "gateway/base/clock.h"
#include "gateway/base/error.h"
#include "gateway/odoo/rights.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace sallyport::daemon {

struct Finding {
    enum class Weight : std::uint8_t { Good, Note, Warning, Failure };
    std::string check{};  // "certificates"
    Weight weight = Weight::Good;
    std::string code{};  // empty for good ones
    std::string who{};   // who must act: operator, back-office, partner; empty for good ones
    std::string what{};
    std::string remedy{};
    std::string place{};  // file:line, when there is one
};
std::string_view to_string(Finding::Weight weight);  // "ok", "note", "warning", "failure"

// The error as a finding.
Finding finding(const std::string& check, const Error& error, Finding::Weight weight);
Finding good(const std::string& check, std::string what);

struct Examination {
    std::vector<Finding> findings;
    std::vector<odoo::RightsReport> rights;  // one per service account that could be asked
};

struct DoctorOptions {
    bool offline = false;  // Odoo is not asked
};

// Reads the configuration and runs every check that it allows.
Examination examine(const std::filesystem::path& config_file,
                    const DoctorOptions& options,
                    const Clock& clock);

// --- the checks, each by itself ---------------------------------------------------------------------------------------

// Who may change settings, partner files and keys, and who may read the keys.
std::vector<Finding> examine_files(const config::Configuration& configuration);
// Ours and the partners': validity, and how long it lasts.
std::vector<Finding> examine_certificates(const config::Configuration& configuration, Instant now);
// Opens, is whole page by page, and its audit chain is unbroken.
std::vector<Finding> examine_store(const config::Settings& settings, Instant now);
// The archive can be written, and there is room.
std::vector<Finding> examine_disk(const config::Settings& settings);
// The kernel says that somebody keeps the clock right.
std::vector<Finding> examine_clock();
// The gateway runs and says it is ready, or else its ports are free.
std::vector<Finding> examine_ports(const config::Settings& settings);
// Reachable, and each account may do what its flow needs and nothing else.
void examine_back_office(const config::Settings& settings,
                         const Clock& clock,
                         Examination& examination);

}  // namespace sallyport::daemon

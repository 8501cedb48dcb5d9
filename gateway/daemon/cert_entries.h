// SPDX-License-Identifier: Apache-2.0
// Every certificate that a configuration names, with what it is for: one list for the calendar, the alarms and the doctor.
#pragma once

#include "certs/keys.h"
#include "certs/lint.h"
#include "config/load.h"
#include "gateway/base/error.h"
#include "gateway/flow/cert_alerts.h"
#include "gateway/flow/trust.h"
#include "transports/https/caller.h"

#include <filesystem>
#include <string>
#include <vector>

namespace sallyport::daemon {

struct CertificateEntry {
    std::string role{};            // "identity main, next"
    std::string owner{};           // who renews it: "gateway" or the partner's name
    std::filesystem::path file{};  // empty: accepted by two people, in the store
    std::string from{};            // config/moment.h: a planned change
    std::string until{};           // likewise: when it counts no longer
    std::vector<certs::CertificateUse> uses{};
};
std::vector<CertificateEntry> certificate_entries(const config::Configuration& configuration);

struct CertificateRow {
    CertificateEntry entry;
    certs::Certificate certificate;
};
// In the order in which they end. Error codes: file.*, certs.certificate.unreadable, with the role.
Result<std::vector<CertificateRow>> certificate_rows(const config::Configuration& configuration);
// Those that people accepted since, which no file names. Unreadable ones are left out.
void add_accepted(const std::vector<flow::TrustRecord>& records, std::vector<CertificateRow>& rows);

// What the alarms are about: one for each certificate, its roles joined. Certificates whose time is over by `until` are left out.
std::vector<flow::CertificateStand> stands_of(const std::vector<CertificateRow>& rows, Instant now);
// Tokens that end by themselves and were not revoked. SSH keys have no end of their own.
std::vector<flow::CertificateStand> token_stands(const std::vector<https::Token>& tokens,
                                                 Instant now);
// The changes that `next_from` plans, with the partners that each of ours concerns.
std::vector<flow::PlannedSwitch> switches_of(const config::Configuration& configuration,
                                             const std::vector<CertificateRow>& rows);

}  // namespace sallyport::daemon

// SPDX-License-Identifier: Apache-2.0
// Shared by the cert verbs.
#pragma once

#include "certs/keys.h"
#include "gateway/daemon/command.h"

#include <optional>
#include <string>
#include <string_view>

namespace sallyport::daemon {

void add_cert_file_commands(CommandLine& line,
                            CLI::App& noun);  // request, import, export, show, lint
void add_cert_trust_commands(CommandLine& line,
                             CLI::App& noun);  // pending, accept, confirm, reject, withdraw, offer
void add_cert_consent_commands(CommandLine& line,
                               CLI::App& noun);             // rollover, announce, told, …
void add_cert_calendar(CommandLine& line, CLI::App& noun);  // list

// From "file:PATH", "env:NAME" or "credential:NAME"; nothing from an empty reference.
Result<std::optional<Secret>> passphrase_of(const std::string& reference);
// Error code cert.exists: nothing is ever overwritten.
Status write_new_file(const std::string& file, std::string_view octets, unsigned mode);
Status write_new_secret(const std::string& file, const Secret& octets);  // mode 0600

}  // namespace sallyport::daemon

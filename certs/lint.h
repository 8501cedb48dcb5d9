// SPDX-License-Identifier: Apache-2.0
// What will make trouble with a certificate in AS2, before a partner finds it: age, strength, what it says it may be used for.
#pragma once

#include "certs/keys.h"
#include "gateway/base/clock.h"

#include <cstdint>
#include <string>
#include <vector>

namespace sallyport::certs {

enum class Severity : std::uint8_t { Note, Warning, Fault };
std::string_view to_string(Severity severity);

struct Finding {
    Severity severity = Severity::Note;
    std::string code;  // "certs.lint.expired", …: stable
    std::string text;
    std::string remedy;
};

enum class CertificateUse : std::uint8_t { Signing, Encryption, Tls };

// Days before the end at which people are told; the last of them that has come names the urgency.
inline constexpr int ExpiryDays[] = {60, 30, 14, 7, 3, 1};
// Whole days until not_after; negative once it has passed.
int days_left(const Certificate& certificate, Instant now);
// The smallest of ExpiryDays not below `days`; 0 when it has expired; -1 when it is farther away than all.
int expiry_stage(int days);

// In the order of severity. Pure.
std::vector<Finding> lint(const Certificate& certificate,
                          const std::vector<CertificateUse>& uses,
                          Instant now);

}  // namespace sallyport::certs

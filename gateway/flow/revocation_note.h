// SPDX-License-Identifier: Apache-2.0
// What was found out about the revocation of a partner's certificate, and what follows by the rule of its partner file: kept
// in the store (scope RevocationScope), so that it holds across restarts and stays visible. A change is in the audit.
#pragma once

#include "gateway/base/clock.h"
#include "gateway/flow/steps.h"
#include "gateway/store/store.h"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::flow {

inline constexpr std::string_view RevocationScope = "cert.revocation";

enum class RevocationState : std::uint8_t { Good, Revoked, Unknown };
std::string_view to_string(RevocationState state);

struct RevocationNote {
    std::string partner{};
    std::string fingerprint{};
    RevocationState state = RevocationState::Unknown;
    bool required =
        false;  // the rule: without an answer it is not believed ("hard-fail"); else it is ("soft-fail")
    std::string by{};      // "ocsp http://…", "crl file:///…"; of an answer
    std::string reason{};  // why it was revoked, or why there is no answer
    Instant asked{};
    std::optional<Instant> next_update{};  // until when a good answer holds

    bool believed() const {
        return state == RevocationState::Good || (state == RevocationState::Unknown && !required);
    }
};
nlohmann::ordered_json revocation_json(const RevocationNote& note);
Result<std::vector<RevocationNote>> revocation_notes(store::Reader& reader);

// What counts from now on: revoked stays revoked when nobody answers, and a good answer counts until its time is over.
RevocationNote settled(const std::optional<RevocationNote>& before, RevocationNote now);

// Keeps it, in one unit with its entry in the audit when state, rule or belief changed. Whether they did.
Result<bool> note_revocation(const Tools& tools, const RevocationNote& note);
// Nobody asks about it any more.
Status forget_revocation(const Tools& tools, const RevocationNote& note);

}  // namespace sallyport::flow

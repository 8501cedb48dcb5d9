// SPDX-License-Identifier: Apache-2.0
// The port to what the API must not forget: nonces that were used, ids of webhooks, and the answers to requests with an
// Idempotency-Key. Durable, so that neither a restart nor a kill lets a replay through.
#pragma once

#include "gateway/base/clock.h"
#include "gateway/base/error.h"

#include <chrono>
#include <optional>
#include <string>

namespace sallyport::https {

struct KeptAnswer {
    std::string fingerprint{};  // SHA-256 of the request it answered, hex
    int status = 200;
    std::string content_type{};
    std::string body{};
};

// Thread-safe. Errors: those of the store; then nothing was claimed or kept.
class RequestLedger {
public:
    virtual ~RequestLedger() = default;

    // True when `name` is new in `space` ("nonce", "webhook"): it is taken from now on, durably. `since` is the time the
    // name was made for; what is older than `keep` is forgotten along the way. Of several calls at once one is told true.
    struct Claim {
        std::string space{};
        std::string name{};  // at most 512 octets
        Instant since{};
        std::chrono::seconds keep{600};
    };
    virtual Result<bool> claim(const Claim& claim) = 0;

    // The answer kept under a caller's key, for at least seven days.
    virtual Result<std::optional<KeptAnswer>> answer(const std::string& partner,
                                                     const std::string& key) = 0;
    // The first one stays: what is kept afterwards is returned.
    virtual Result<KeptAnswer> keep(const std::string& partner,
                                    const std::string& key,
                                    const KeptAnswer& answer) = 0;
};

}  // namespace sallyport::https

// SPDX-License-Identifier: Apache-2.0
// Signed requests: HTTP Message Signatures (RFC 9421) with hmac-sha256 and Content-Digest (RFC 9530), in one profile.
//
// Covered, in any order: "@method" "@path", "@query" when there is one, and when there is a body "content-digest" and
// "content-type"; "idempotency-key" when the header is there. Parameters: created, nonce, keyid; alg when given must be
// hmac-sha256; expires when given counts. One signature, any label.
#pragma once

#include "gateway/base/bytes.h"
#include "gateway/base/clock.h"
#include "gateway/base/error.h"
#include "transports/http_server.h"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace sallyport::https {

struct RequestSignature {
    std::vector<std::string> covered{};
    std::string parameters{};  // as sent, from '(' on: what the base's last line repeats
    std::string key_id{};
    std::string nonce{};
    Instant created{};
    std::optional<Instant> expires{};
    Bytes mac{};
};

bool is_signed(const transports::HttpRequest& request);
// Error code https.signature (Partner), like everything here.
Result<RequestSignature> read_signature(const transports::HttpRequest& head);
// Covers what it must, is of its time, and was made with `key` (RFC 9421 2.5).
Status verify_signature(const RequestSignature& signature,
                        const transports::HttpRequest& head,
                        const Secret& key,
                        Instant now,
                        std::chrono::seconds window);
// The body is the one whose digest was signed.
Status verify_content_digest(const transports::HttpRequest& request);

}  // namespace sallyport::https

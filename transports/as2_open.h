// SPDX-License-Identifier: Apache-2.0
// Opens an AS2 message: decrypt, verify, decompress in whichever order it was built, and keep the octets its MIC covers.
// A pure function of octets and agreement.
#pragma once

#include "certs/cms.h"
#include "gateway/base/bytes.h"
#include "gateway/base/clock.h"
#include "gateway/base/error.h"
#include "transports/as2_agreement.h"
#include "transports/headers.h"

#include <optional>
#include <string>
#include <variant>

namespace sallyport::transports {

struct OpenedMessage {
    Bytes mic_scope;  // RFC 4130 7.3.1 and RFC 5402 4: octets as received, never written anew
    Bytes payload;    // innermost body, transfer decoding undone
    std::string content_type;  // of the payload, as sent
    std::string file_name;
    bool was_signed = false;
    bool was_encrypted = false;
    bool was_compressed = false;
    certs::Digest signature_digest = certs::Digest::Sha256;  // when signed: the MIC's algorithm
    std::string signer_fingerprint;
    Instant
        signer_expires;  // when signed; an expired certificate still verifies, with an alert (CRT-02)
};

// Why not, for the partner (disposition modifier, RFC 4130 7.5.3) and for us.
struct OpenFailure {
    std::string disposition;  // "decryption-failed", "authentication-failed", …
    Error error;
};

std::variant<OpenedMessage, OpenFailure> open_message(const HeaderList& http_headers,
                                                      BytesView body,
                                                      const As2Agreement& agreement);

}  // namespace sallyport::transports

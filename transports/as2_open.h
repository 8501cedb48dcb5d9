// SPDX-License-Identifier: Apache-2.0
// Opens an AS2 message: decrypt, verify, decompress in whichever order it was built, and keep the octets its MIC covers.
// A pure function of octets and agreement.
#pragma once

#include "certs/cms.h"
#include "certs/octets.h"
#include "gateway/base/bytes.h"
#include "gateway/base/clock.h"
#include "gateway/base/error.h"
#include "transports/as2_agreement.h"
#include "transports/headers.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <variant>

namespace sallyport::transports {

struct MessageFacts {
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

struct OpenedMessage : MessageFacts {
    Bytes mic_scope;  // RFC 4130 7.3.1 and RFC 5402 4: octets as received, never written anew
    Bytes payload;    // innermost body, transfer decoding undone
};

class SpoolMedium;
// The same, its octets in encrypted spools or in the body that was given, which must outlive it.
struct LargeMessage : MessageFacts {
    const certs::Octets& mic_scope;
    const certs::Octets& payload;
    std::shared_ptr<SpoolMedium> medium;  // holds them
};

// Why not, for the partner (disposition modifier, RFC 4130 7.5.3) and for us.
struct OpenFailure {
    std::string disposition;  // "decryption-failed", "authentication-failed", …
    Error error;
    // With cms.signer.unknown: the certificate in the message under which its signature holds. Nothing says whose it is.
    std::optional<certs::Certificate> presented{};
};

std::variant<OpenedMessage, OpenFailure> open_message(const HeaderList& http_headers,
                                                      BytesView body,
                                                      const As2Agreement& agreement);

// In constant memory; `spools` is a folder that takes unnamed files.
std::variant<LargeMessage, OpenFailure> open_large_message(const HeaderList& http_headers,
                                                           const certs::Octets& body,
                                                           const As2Agreement& agreement,
                                                           const std::filesystem::path& spools);

}  // namespace sallyport::transports

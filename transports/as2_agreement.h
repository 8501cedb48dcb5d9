// SPDX-License-Identifier: Apache-2.0
// What two parties agreed on for AS2 (RFC 4130), as checked plain data. Composition builds it from the partner file; the
// receiver and the sender read nothing else.
#pragma once

#include "certs/cms.h"
#include "certs/keys.h"
#include "certs/tls.h"
#include "gateway/base/bytes.h"
#include "gateway/base/clock.h"
#include "transports/egress.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::transports {

// What we take from the partner.
struct As2Inbound {
    bool require_signed = true;
    bool require_encrypted = true;
    // Sha1 and TripleDesCbc only where the partner file opts in.
    std::vector<certs::Digest> digests{
        certs::Digest::Sha256, certs::Digest::Sha384, certs::Digest::Sha512};
    std::vector<certs::Cipher> ciphers{certs::Cipher::Aes128Cbc,
                                       certs::Cipher::Aes192Cbc,
                                       certs::Cipher::Aes256Cbc,
                                       certs::Cipher::Aes128Gcm,
                                       certs::Cipher::Aes192Gcm,
                                       certs::Cipher::Aes256Gcm};
    std::size_t max_body_bytes = 100U << 20;  // of the HTTP body, and of every layer inside it
    // Digest of our signature on an MDN when the partner's Disposition-Notification-Options leave it open.
    certs::Digest mdn_digest = certs::Digest::Sha256;
    // Where asynchronous receipts may go; no URL: there are none, a message that asks for one is refused.
    EgressPolicy async_receipts;
};

enum class MdnRequest : std::uint8_t { None, Unsigned, Signed };

// AS2 Restart. Auto: of what we send, where the partner says in EDIINT-Features that it can.
enum class Restart : std::uint8_t { Off, Auto, On };

// What we send to the partner, and what we ask for.
struct As2Outbound {
    std::string url;  // http:// or https://, with path and query
    bool sign = true;
    certs::SignOptions signing;
    bool legacy_micalg_name = false;  // "sha256" instead of "sha-256": quirk micalg-legacy-names
    std::optional<certs::EncryptOptions> encryption = certs::EncryptOptions{};
    bool compress = false;                // before signing
    bool compress_after_signing = false;  // with `compress`: quirk of that name
    bool names_unquoted = false;          // AS2 names with blanks as they are: quirk of that name
    bool mic_missing_unsigned = false;    // receipts of unsigned messages need no MIC: likewise
    bool signature_binary = false;        // the signature's part is not base64: likewise
    // What is encrypted and neither signed nor compressed is the document without its MIME header, and so is the MIC's scope.
    bool headerless_encrypted_body = false;
    Restart restart = Restart::Auto;
    MdnRequest mdn = MdnRequest::Signed;
    std::string mdn_url;    // receipts come there later; empty: in the answer
    std::string subject;    // header; empty: none
    std::string mail_from;  // header From; empty: none
    std::chrono::milliseconds connect_timeout{10'000};
    std::chrono::milliseconds exchange_timeout{
        120'000};  // absolute, from connect to the MDN's last octet
    std::size_t max_response_bytes = 1U << 20;
    certs::TlsClient tls;
    std::string basic_user;  // empty: no Authorization header
    std::shared_ptr<const Secret> basic_password;
    std::shared_ptr<const Secret> bearer_token;  // instead of user and password
};

// What takes over at a planned time.
template <typename T>
struct Planned {
    Instant from;
    T next;
};

struct As2Agreement {
    std::string name;        // in our configuration
    std::string our_id;      // unquoted; compared octet by octet
    std::string partner_id;  // unquoted

    std::optional<certs::Identity> signing;  // signs messages and MDNs
    std::vector<certs::Identity>
        decryption;  // any of them may open a message: old and new during a rollover
    std::vector<certs::Certificate>
        partner_signing;  // any of them may have signed a message or an MDN
    std::vector<certs::Certificate> partner_encryption;  // the first one is used

    // The change of certificates: what is planned verifies and decrypts at once, so it also stands in the lists above; it signs
    // and encrypts from its time on.
    std::optional<Planned<certs::Identity>> next_signing;
    std::optional<Planned<certs::Certificate>> next_encryption;

    As2Inbound inbound;
    As2Outbound outbound;
    bool cem = false;  // certificates are exchanged in messages (as2_cem.h)

    // nullptr: we have none.
    const certs::Identity* signing_at(Instant now) const {
        if (next_signing && now >= next_signing->from) return &next_signing->next;
        return signing ? &*signing : nullptr;
    }
    const certs::Certificate* encryption_at(Instant now) const {
        if (next_encryption && now >= next_encryption->from) return &next_encryption->next;
        return partner_encryption.empty() ? nullptr : &partner_encryption.front();
    }
};

// Implemented over the configuration; a reload swaps what it answers. Thread-safe.
class As2Directory {
public:
    virtual ~As2Directory() = default;
    // By the unquoted AS2-From and AS2-To of an inbound message; nullptr when there is no such pair.
    virtual std::shared_ptr<const As2Agreement> by_ids(std::string_view partner_id,
                                                       std::string_view our_id) const = 0;
    virtual std::shared_ptr<const As2Agreement> by_name(std::string_view name) const = 0;
};

// The directory for a fixed list: demo, tests, and any composition that rebuilds its graph on reload.
std::shared_ptr<As2Directory> fixed_directory(
    std::vector<std::shared_ptr<const As2Agreement>> list);

}  // namespace sallyport::transports

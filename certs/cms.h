// SPDX-License-Identifier: Apache-2.0
// Cryptographic Message Syntax (RFC 5652) for AS2 (RFC 4130, RFC 8551): pure functions of octets, keys and limits.
// Only certificates handed in are ever trusted; certificates inside a message are ignored.
// Thread-safe: no state.
#pragma once

#include "certs/keys.h"
#include "gateway/base/bytes.h"
#include "gateway/base/clock.h"
#include "gateway/base/error.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::certs {

enum class Digest : std::uint8_t { Md5, Sha1, Sha256, Sha384, Sha512 };
enum class Cipher : std::uint8_t {
    TripleDesCbc,
    Aes128Cbc,
    Aes192Cbc,
    Aes256Cbc,
    Aes128Gcm,
    Aes192Gcm,
    Aes256Gcm
};
enum class SignatureScheme : std::uint8_t { Pkcs1, Pss };  // for RSA keys; EC keys use ECDSA
enum class KeyTransport : std::uint8_t { Pkcs1, OaepSha1, OaepSha256 };
// RFC 5083 says AuthEnvelopedData; Java peers put GCM into EnvelopedData with the tag after the ciphertext.
enum class GcmContainer : std::uint8_t { AuthEnveloped, EnvelopedTagged };

std::string_view to_string(Digest digest);  // "sha-256": RFC 5751 spelling
std::string_view to_string(Cipher cipher);  // "aes-256-cbc"
// Any spelling seen in micalg parameters: case, dash, "rsa-" and "sha2-" prefixes do not matter.
std::optional<Digest> digest_from_name(std::string_view name);
std::optional<Cipher> cipher_from_name(std::string_view name);  // exactly as to_string() spells it

Bytes digest(Digest algorithm, BytesView octets);

// What a structure may cost before it is looked at further (operations.md 5.3).
struct CmsLimits {
    std::size_t bytes = 256U << 20;  // of the structure
    unsigned depth = 32;             // nested BER constructions
    std::size_t elements = 200'000;  // BER elements in all
    unsigned recipients = 50;
    unsigned signers = 5;
    std::size_t inflated_bytes = 256U << 20;  // of decompressed content
    std::size_t inflation_ratio = 100;        // enforced after the first MiB of output
};

struct SignOptions {
    Digest digest = Digest::Sha256;
    SignatureScheme scheme = SignatureScheme::Pkcs1;
    bool include_certificate = true;
};

// DER SignedData without the content (for multipart/signed): signed attributes, no S/MIME capabilities.
// Error codes: cms.sign.
Result<Bytes> sign_detached(BytesView content, const Identity& signer, const SignOptions& options);

struct VerifyPolicy {
    std::vector<Certificate> trusted;  // configured for this partner; any of them may have signed
    std::vector<Digest> digests;  // allowed; everything else is refused whatever OpenSSL thinks
};

struct Verified {
    Digest digest = Digest::Sha256;  // of the SignerInfo that verified: the MIC algorithm
    Certificate signer;
    unsigned other_signers = 0;  // SignerInfos that were not ours to judge
};

// At least one SignerInfo must verify under a trusted certificate with an allowed digest.
// Error codes (Blame::Partner): cms.malformed, cms.limit, cms.signature.none (no SignerInfo), cms.signer.unknown,
// cms.digest.refused, cms.digest.mismatch (content changed), cms.signature.invalid.
Result<Verified> verify_detached(BytesView content,
                                 BytesView signature,
                                 const VerifyPolicy& policy,
                                 const CmsLimits& limits);

// The certificates in a SignedData that its SignerInfos name as their signers'. They are what the sender says of itself:
// for people to compare, never to be trusted. Empty when there are none or the structure is not sound; at most 5.
std::vector<Certificate> presented_signers(BytesView signed_data, const CmsLimits& limits);

struct Opened {
    Verified verified;
    Bytes content;
};
// SignedData with its content inside (smime-type=signed-data): accepted, never written.
Result<Opened> verify_opaque(BytesView signed_data,
                             const VerifyPolicy& policy,
                             const CmsLimits& limits);

struct EncryptOptions {
    Cipher cipher = Cipher::Aes256Cbc;
    KeyTransport key_transport = KeyTransport::Pkcs1;
    GcmContainer gcm_container = GcmContainer::AuthEnveloped;
};

// DER EnvelopedData, or what `gcm_container` says for GCM. Error codes: cms.encrypt.
Result<Bytes> encrypt(BytesView content,
                      const std::vector<Certificate>& recipients,
                      const EncryptOptions& options);

struct Decrypted {
    Bytes content;
    Cipher cipher = Cipher::Aes256Cbc;
    std::string recipient;  // fingerprint of the certificate of ours that opened it
};

// Opens with whichever identity a RecipientInfo names. Wrong key, bad padding and damaged content are one error:
// cms.decryption-failed. Its text lists whom the message was encrypted for, which anyone can read from the message.
// Others: cms.malformed, cms.limit, cms.cipher.refused (not in `allowed`).
Result<Decrypted> decrypt(BytesView enveloped,
                          const std::vector<Identity>& identities,
                          const std::vector<Cipher>& allowed,
                          const CmsLimits& limits);

enum class ContentKind : std::uint8_t { Signed, Enveloped, AuthEnveloped, Compressed, Other };
// By the content type's object identifier, never by what a MIME parameter claims. Error codes: cms.malformed.
Result<ContentKind> content_kind(BytesView structure);

// CompressedData (RFC 3274) with zlib. Error codes: cms.compress; cms.malformed, cms.limit, cms.decompression-failed.
Result<Bytes> compress(BytesView content);
Result<Bytes> decompress(BytesView compressed, const CmsLimits& limits);

}  // namespace sallyport::certs

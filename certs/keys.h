// SPDX-License-Identifier: Apache-2.0
// Keys and certificates (X.509, RFC 5280; PEM, RFC 7468) as immutable values that are cheap to copy.
// Nothing here judges trust: a configured certificate is trusted because the operator configured it.
#pragma once

#include "gateway/base/bytes.h"
#include "gateway/base/clock.h"
#include "gateway/base/error.h"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace sallyport::certs {

struct CertificateNative;  // certs/handles.h
struct PrivateKeyNative;   // certs/handles.h

// Thread-safe: immutable after construction.
class Certificate {
public:
    explicit Certificate(std::shared_ptr<const CertificateNative> native);

    const std::string& fingerprint() const;  // SHA-256 over the DER, 64 hex digits, lower case
    const std::string& subject() const;      // RFC 2253, UTF-8
    const std::string& issuer() const;       // RFC 2253, UTF-8
    const std::string& serial() const;       // hex, upper case, with a leading '-' when negative
    Instant not_before() const;
    Instant not_after() const;
    bool valid_at(Instant instant) const {
        return not_before() <= instant && instant <= not_after();
    }
    Bytes der() const;
    std::string pem() const;

    const CertificateNative& native() const { return *m_native; }
    friend bool operator==(const Certificate& a, const Certificate& b) {
        return a.fingerprint() == b.fingerprint();
    }

private:
    std::shared_ptr<const CertificateNative> m_native;
};

// Thread-safe: immutable after construction. The key's memory is cleared when the last copy goes.
class PrivateKey {
public:
    explicit PrivateKey(std::shared_ptr<const PrivateKeyNative> native);

    std::string description() const;  // "RSA 2048 bits": safe to log
    // PKCS#8; encrypted with AES-256-CBC when a passphrase is given.
    Result<Secret> pem(const Secret* passphrase = nullptr) const;

    const PrivateKeyNative& native() const { return *m_native; }

private:
    std::shared_ptr<const PrivateKeyNative> m_native;
};

// A private key and the certificate of its public half; the two always match.
struct Identity {
    PrivateKey key;
    Certificate certificate;
};

// The first certificate of a PEM text, or one DER certificate. Error codes: certs.certificate.unreadable.
// Odd certificates (v1, negative serial, MD5 self-signature, expired) load: partners have them.
Result<Certificate> load_certificate(BytesView pem_or_der);

// Every certificate of a PEM text, in its order; at least one.
Result<std::vector<Certificate>> load_certificates(BytesView pem);

// PKCS#8, PKCS#1 or SEC 1, PEM. Error codes: certs.key.unreadable, certs.key.passphrase (encrypted, and the passphrase is
// missing or wrong). Never prompts.
Result<PrivateKey> load_private_key(const Secret& pem, const Secret* passphrase = nullptr);

// Error codes: certs.identity.mismatch when key and certificate do not belong together.
Result<Identity> make_identity(PrivateKey key, Certificate certificate);

struct SelfSignedRequest {
    std::string common_name;              // printable; goes into subject and issuer
    std::vector<std::string> host_names;  // DNS names or IP addresses for TLS; may be empty
    unsigned rsa_bits = 3072;             // 2048 to 8192
    Instant not_before;
    Instant not_after;
};

// A fresh RSA key and a self-signed SHA-256 certificate for signing, encryption and TLS.
// Error codes: certs.generate (Blame::Bug or Operator for nonsense in the request).
Result<Identity> generate_self_signed(const SelfSignedRequest& request);

}  // namespace sallyport::certs

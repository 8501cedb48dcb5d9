// SPDX-License-Identifier: Apache-2.0
#include "certs/lint.h"

#include "certs/handles.h"

#include <openssl/x509v3.h>

#include <algorithm>
#include <utility>

namespace sallyport::certs {
namespace {

class Linter {
public:
    Linter(const Certificate& certificate, Instant now)
        : m_certificate(certificate),
          m_handle(certificate.native().handle.get()),
          m_days(days_left(certificate, now)),
          m_now(now) {}

    void age() {
        if (m_days < 0)
            add(Severity::Fault,
                "certs.lint.expired",
                "expired " + std::to_string(-m_days) + " days ago",
                "agree a new one with the partner and add it beside this one");
        else if (expiry_stage(m_days) > 0)
            add(Severity::Warning,
                "certs.lint.expires",
                "expires in " + std::to_string(m_days) + " days",
                "make the next one now and agree the day of the change with the partners");
        if (m_certificate.not_before() > m_now)
            add(Severity::Fault,
                "certs.lint.not_yet",
                "is not valid yet",
                "check the clock, or wait for the day it names");
    }

    void strength() {
        EVP_PKEY* key = X509_get0_pubkey(m_handle);
        const int bits = key == nullptr ? 0 : EVP_PKEY_get_bits(key);
        if (key == nullptr)
            add(Severity::Fault, "certs.lint.key", "its key cannot be read", "ask for another one");
        else if (EVP_PKEY_is_a(key, "RSA") == 1 && bits < 2048)
            add(Severity::Fault,
                "certs.lint.key_short",
                "its RSA key has " + std::to_string(bits) + " bits",
                "2048 at least, better 3072");
        int digest = NID_undef;
        if (X509_get_signature_info(m_handle, &digest, nullptr, nullptr, nullptr) == 1 &&
            (digest == NID_md5 || digest == NID_sha1))
            add(Severity::Warning,
                "certs.lint.digest",
                std::string("is signed with ") + (digest == NID_md5 ? "MD5" : "SHA-1"),
                "it loads here; other products refuse it, so take SHA-256 for the next one");
        if (X509_get_version(m_handle) < 2)
            add(Severity::Warning,
                "certs.lint.version",
                "is of X.509 version " + std::to_string(X509_get_version(m_handle) + 1),
                "take version 3 for the next one");
        if (m_certificate.serial().starts_with('-') || m_certificate.serial() == "00" ||
            m_certificate.serial() == "0")
            add(Severity::Warning,
                "certs.lint.serial",
                "its serial number is " + m_certificate.serial(),
                "some products cannot match it: take a positive one for the next");
    }

    void use(CertificateUse use) {
        const std::uint32_t given = X509_get_key_usage(m_handle);
        const bool any = given == UINT32_MAX;
        if (use == CertificateUse::Signing && !any &&
            (given & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) == 0)
            add(Severity::Warning,
                "certs.lint.usage_sign",
                "its key usage does not allow signatures (digitalSignature)",
                "strict partners refuse what it signs");
        EVP_PKEY* key = X509_get0_pubkey(m_handle);
        const bool rsa = key != nullptr && EVP_PKEY_is_a(key, "RSA") == 1;
        if (use == CertificateUse::Encryption && !any && rsa && (given & KU_KEY_ENCIPHERMENT) == 0)
            add(Severity::Warning,
                "certs.lint.usage_encrypt",
                "its key usage does not allow encryption (keyEncipherment)",
                "strict partners will not encrypt for it");
        if (use == CertificateUse::Encryption && key != nullptr && !rsa)
            add(Severity::Warning,
                "certs.lint.not_rsa",
                "is not an RSA certificate",
                "most AS2 products encrypt for RSA only: ask before you hand it out");
        if (use == CertificateUse::Tls) tls();
        if (X509_check_ca(m_handle) == 1 && m_certificate.subject() != m_certificate.issuer())
            add(Severity::Note,
                "certs.lint.authority",
                "is an authority's certificate",
                "configure the certificate it issued to the partner, not the authority's");
    }

    std::vector<Finding> take() {
        std::stable_sort(m_found.begin(), m_found.end(), [](const auto& a, const auto& b) {
            return a.severity > b.severity;
        });
        m_found.erase(std::unique(m_found.begin(),
                                  m_found.end(),
                                  [](const auto& a, const auto& b) { return a.code == b.code; }),
                      m_found.end());
        return std::move(m_found);
    }

private:
    void tls() {
        if (X509_get_ext_by_NID(m_handle, NID_subject_alt_name, -1) < 0)
            add(Severity::Fault,
                "certs.lint.no_names",
                "names no host (subjectAltName)",
                "clients compare that name: make one with --host");
        const std::uint32_t extended = X509_get_extended_key_usage(m_handle);
        if (extended != UINT32_MAX && (extended & XKU_SSL_SERVER) == 0)
            add(Severity::Fault,
                "certs.lint.usage_server",
                "its extended key usage leaves out TLS servers",
                "ask the authority for serverAuth");
    }
    void add(Severity severity, std::string code, std::string text, std::string remedy) {
        m_found.push_back({severity, std::move(code), std::move(text), std::move(remedy)});
    }

    const Certificate& m_certificate;
    X509* m_handle;
    int m_days;
    Instant m_now;
    std::vector<Finding> m_found;
};

}  // namespace

std::string_view to_string(Severity severity) {
    switch (severity) {
        case Severity::Note:
            return "note";
        case Severity::Warning:
            return "warning";
        case Severity::Fault:
            return "fault";
    }
    return "fault";
}

int days_left(const Certificate& certificate, Instant now) {
    return static_cast<int>(
        std::chrono::floor<std::chrono::days>(certificate.not_after() - now).count());
}

int expiry_stage(int days) {
    if (days < 0) return 0;
    int stage = -1;
    for (const int limit : ExpiryDays)
        if (days <= limit) stage = limit;
    return stage;
}

std::vector<Finding> lint(const Certificate& certificate,
                          const std::vector<CertificateUse>& uses,
                          Instant now) {
    Linter linter(certificate, now);
    linter.age();
    linter.strength();
    for (const CertificateUse use : uses)
        linter.use(use);
    return linter.take();
}

}  // namespace sallyport::certs

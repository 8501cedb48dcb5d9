// SPDX-License-Identifier: Apache-2.0
#include "certs/keys.h"

#include "certs/handles.h"

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

#include <array>
#include <cstring>
#include <utility>

namespace sallyport::certs {
namespace {

// PEM's callback: hands out the passphrase we hold, never asks a terminal.
int passphrase_callback(char* buffer, int size, int /*writing*/, void* context) {
    const auto* passphrase = static_cast<const Secret*>(context);
    if (passphrase == nullptr) return -1;
    const std::string_view text = passphrase->reveal();
    if (size < 0 || text.size() > static_cast<std::size_t>(size)) return -1;
    std::memcpy(buffer, text.data(), text.size());
    return static_cast<int>(text.size());
}

void* callback_context(const Secret* passphrase) {
    // OpenSSL's signature wants void*; the callback only reads.
    return const_cast<Secret*>(passphrase);
}

Error generation_error(std::string what) {
    return openssl_error("certs.generate", Blame::Bug, std::move(what));
}

bool is_address(std::string_view name) {
    ASN1_OCTET_STRING* address = a2i_IPADDRESS(std::string(name).c_str());
    ERR_clear_error();
    const bool found = address != nullptr;
    ASN1_OCTET_STRING_free(address);
    return found;
}

bool add_extension(X509* certificate, int nid, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
    const ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
    return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool add_extensions(X509* certificate, const std::vector<std::string>& host_names) {
    std::string names;
    for (const auto& name : host_names) {
        if (!names.empty()) names += ',';
        names += (is_address(name) ? "IP:" : "DNS:") + name;
    }
    return add_extension(certificate, NID_basic_constraints, "critical,CA:FALSE") &&
           add_extension(certificate,
                         NID_key_usage,
                         "critical,digitalSignature,keyEncipherment,dataEncipherment") &&
           add_extension(certificate, NID_subject_key_identifier, "hash") &&
           (names.empty() || add_extension(certificate, NID_subject_alt_name, names));
}

bool set_serial(X509* certificate) {
    std::array<unsigned char, 16> octets{};
    if (RAND_bytes(octets.data(), static_cast<int>(octets.size())) != 1) return false;
    octets[0] &= 0x7F;  // RFC 5280 4.1.2.2: positive
    octets[0] |= 0x40;
    const BignumPtr number(BN_bin2bn(octets.data(), static_cast<int>(octets.size()), nullptr));
    return number &&
           BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

std::time_t seconds_of(Instant instant) {
    return std::chrono::floor<std::chrono::seconds>(instant).time_since_epoch().count();
}

bool fill(X509* certificate, const SelfSignedRequest& request, EVP_PKEY* key) {
    X509_NAME* name = X509_get_subject_name(certificate);
    return X509_set_version(certificate, 2) == 1 && set_serial(certificate) &&
           ASN1_TIME_set(X509_getm_notBefore(certificate), seconds_of(request.not_before)) !=
               nullptr &&
           ASN1_TIME_set(X509_getm_notAfter(certificate), seconds_of(request.not_after)) !=
               nullptr &&
           X509_NAME_add_entry_by_txt(
               name,
               "CN",
               MBSTRING_UTF8,
               reinterpret_cast<const unsigned char*>(request.common_name.data()),
               static_cast<int>(request.common_name.size()),
               -1,
               0) == 1 &&
           X509_set_issuer_name(certificate, name) == 1 && X509_set_pubkey(certificate, key) == 1 &&
           add_extensions(certificate, request.host_names) &&
           X509_sign(certificate, key, EVP_sha256()) > 0;
}

}  // namespace

Certificate::Certificate(std::shared_ptr<const CertificateNative> native)
    : m_native(std::move(native)) {}
const std::string& Certificate::fingerprint() const {
    return m_native->fingerprint;
}
const std::string& Certificate::subject() const {
    return m_native->subject;
}
const std::string& Certificate::issuer() const {
    return m_native->issuer;
}
const std::string& Certificate::serial() const {
    return m_native->serial;
}
Instant Certificate::not_before() const {
    return m_native->not_before;
}
Instant Certificate::not_after() const {
    return m_native->not_after;
}

Bytes Certificate::der() const {
    const BioPtr out = memory_bio();
    i2d_X509_bio(out.get(), m_native->handle.get());
    return bio_octets(out.get());
}

std::string Certificate::pem() const {
    const BioPtr out = memory_bio();
    PEM_write_bio_X509(out.get(), m_native->handle.get());
    return bio_octets(out.get());
}

PrivateKey::PrivateKey(std::shared_ptr<const PrivateKeyNative> native)
    : m_native(std::move(native)) {}

std::string PrivateKey::description() const {
    const EVP_PKEY* key = m_native->handle.get();
    const char* type = EVP_PKEY_get0_type_name(key);
    return std::string(type == nullptr ? "unknown key" : type) + " " +
           std::to_string(EVP_PKEY_get_bits(key)) + " bits";
}

Result<Secret> PrivateKey::pem(const Secret* passphrase) const {
    const BioPtr out(BIO_new(BIO_s_secmem()));
    const EVP_CIPHER* cipher = passphrase == nullptr ? nullptr : EVP_aes_256_cbc();
    if (!out || PEM_write_bio_PKCS8PrivateKey(out.get(),
                                              m_native->handle.get(),
                                              cipher,
                                              nullptr,
                                              0,
                                              passphrase_callback,
                                              callback_context(passphrase)) != 1)
        return openssl_error(
            "certs.key.unwritable", Blame::Operator, "private key cannot be encoded");
    return Secret(bio_octets(out.get()));
}

Result<Certificate> load_certificate(BytesView pem_or_der) {
    const BioPtr in = memory_bio(pem_or_der);
    if (!in)
        return Error(
            "certs.certificate.unreadable", Blame::Operator, "certificate file is too large");
    X509Ptr handle(PEM_read_bio_X509(in.get(), nullptr, passphrase_callback, nullptr));
    if (!handle && pem_or_der.find("-----BEGIN") == BytesView::npos) {
        ERR_clear_error();
        const BioPtr again = memory_bio(pem_or_der);
        handle.reset(d2i_X509_bio(again.get(), nullptr));
    }
    if (!handle)
        return openssl_error(
                   "certs.certificate.unreadable", Blame::Operator, "no certificate can be read")
            .remedy("give the certificate as PEM or DER (X.509)");
    return wrap_certificate(std::move(handle));
}

Result<std::vector<Certificate>> load_certificates(BytesView pem) {
    std::vector<Certificate> found;
    const BioPtr in = memory_bio(pem);
    if (!in)
        return Error(
            "certs.certificate.unreadable", Blame::Operator, "certificate file is too large");
    while (true) {
        X509Ptr handle(PEM_read_bio_X509(in.get(), nullptr, passphrase_callback, nullptr));
        if (!handle) break;
        auto certificate = wrap_certificate(std::move(handle));
        if (!certificate) return std::move(certificate).error();
        found.push_back(*std::move(certificate));
    }
    const unsigned long last = ERR_peek_last_error();
    const bool at_end = ERR_GET_REASON(last) == PEM_R_NO_START_LINE;
    if (found.empty() || !at_end)
        return openssl_error("certs.certificate.unreadable",
                             Blame::Operator,
                             "certificate " + std::to_string(found.size() + 1) + " cannot be read")
            .remedy("give the certificates as PEM (X.509), one after the other");
    ERR_clear_error();
    return found;
}

Result<PrivateKey> load_private_key(const Secret& pem, const Secret* passphrase) {
    const BioPtr in = memory_bio(pem.reveal());
    KeyPtr handle(in ? PEM_read_bio_PrivateKey(
                           in.get(), nullptr, passphrase_callback, callback_context(passphrase))
                     : nullptr);
    if (!handle && pem.reveal().find("ENCRYPTED") != std::string_view::npos)
        return openssl_error("certs.key.passphrase",
                             Blame::Operator,
                             passphrase == nullptr
                                 ? "private key is encrypted and no passphrase is given"
                                 : "passphrase does not open the private key")
            .remedy("name the passphrase of this key in the configuration");
    if (!handle)
        return openssl_error("certs.key.unreadable", Blame::Operator, "no private key can be read")
            .remedy("give the key as PEM (PKCS#8, PKCS#1 or SEC 1)");
    auto native = std::make_shared<PrivateKeyNative>();
    native->handle = std::move(handle);
    return PrivateKey(std::move(native));
}

Result<Identity> make_identity(PrivateKey key, Certificate certificate) {
    if (X509_check_private_key(certificate.native().handle.get(), key.native().handle.get()) != 1) {
        ERR_clear_error();
        return Error("certs.identity.mismatch",
                     Blame::Operator,
                     "private key does not belong to the certificate of " + certificate.subject() +
                         " (SHA-256 " + certificate.fingerprint() + ")")
            .remedy("configure the key and the certificate that were made together");
    }
    return Identity{std::move(key), std::move(certificate)};
}

Result<Identity> generate_self_signed(const SelfSignedRequest& request) {
    if (request.rsa_bits < 2048 || request.rsa_bits > 8192 || request.common_name.empty() ||
        request.common_name.size() > 64 || request.not_after <= request.not_before)
        return Error(
            "certs.generate",
            Blame::Operator,
            "a self-signed certificate needs 2048 to 8192 bits, a name of 1 to 64 characters and "
            "an end after its start");
    KeyPtr key(EVP_RSA_gen(request.rsa_bits));
    if (!key) return generation_error("RSA key cannot be generated");
    X509Ptr handle(X509_new());
    if (!handle || !fill(handle.get(), request, key.get()))
        return generation_error("certificate for " + request.common_name + " cannot be made");
    auto native = std::make_shared<PrivateKeyNative>();
    native->handle = std::move(key);
    auto certificate = wrap_certificate(std::move(handle));
    if (!certificate) return std::move(certificate).error();
    return make_identity(PrivateKey(std::move(native)), *std::move(certificate));
}

}  // namespace sallyport::certs

// SPDX-License-Identifier: Apache-2.0
#include "certs/bundle.h"

#include "certs/handles.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>

#include <utility>

namespace sallyport::certs {
namespace {

using Pkcs12Ptr = Handle<PKCS12, PKCS12_free>;
using RequestPtr = Handle<X509_REQ, X509_REQ_free>;

void free_extensions(STACK_OF(X509_EXTENSION) * stack) {
    sk_X509_EXTENSION_pop_free(stack, X509_EXTENSION_free);
}
using ExtensionStackPtr = Handle<STACK_OF(X509_EXTENSION), free_extensions>;

Error unreadable(std::string what) {
    return openssl_error("certs.bundle.unreadable", Blame::Operator, std::move(what))
        .remedy("give PEM, a DER certificate, or PKCS#12 (.p12, .pfx)");
}

std::string text_of(const Secret* passphrase) {
    return passphrase == nullptr ? std::string() : std::string(passphrase->reveal());
}

// The one that belongs to the key moves to the front.
Status put_own_first(Bundle& bundle) {
    if (!bundle.key) return {};
    for (auto& certificate : bundle.certificates) {
        if (!make_identity(*bundle.key, certificate)) continue;
        std::swap(certificate, bundle.certificates.front());
        return {};
    }
    return Error("certs.identity.mismatch",
                 Blame::Operator,
                 "none of the " + std::to_string(bundle.certificates.size()) +
                     " certificates belongs to the private key")
        .remedy("export the key together with its certificate");
}

Result<Bundle> read_pkcs12(PKCS12* store, const Secret* passphrase) {
    EVP_PKEY* key = nullptr;
    X509* own = nullptr;
    STACK_OF(X509)* others = nullptr;
    const std::string word = text_of(passphrase);
    const int parsed = PKCS12_parse(store, word.c_str(), &key, &own, &others);
    KeyPtr key_handle(key);
    X509Ptr own_handle(own);
    const X509StackPtr other_handles(others);
    if (parsed != 1)
        return openssl_error(
                   "certs.key.passphrase", Blame::Operator, "the key store cannot be opened")
            .remedy("give its passphrase; stores of before 2020 may need to be exported anew");
    Bundle bundle;
    if (key_handle) {
        auto native = std::make_shared<PrivateKeyNative>();
        native->handle = std::move(key_handle);
        bundle.key = PrivateKey(std::move(native));
    }
    const auto take = [&](X509Ptr handle) -> Status {
        auto certificate = wrap_certificate(std::move(handle));
        if (!certificate) return std::move(certificate).error();
        bundle.certificates.push_back(*std::move(certificate));
        return {};
    };
    if (own_handle)
        if (Status taken = take(std::move(own_handle)); !taken) return std::move(taken).error();
    for (int at = 0; others != nullptr && at < sk_X509_num(others); ++at) {
        X509* one = sk_X509_value(others, at);
        X509_up_ref(one);
        if (Status taken = take(X509Ptr(one)); !taken) return std::move(taken).error();
    }
    if (bundle.certificates.empty()) return unreadable("the key store holds no certificate");
    return bundle;
}

Result<Bundle> read_pem(const Secret& octets, const Secret* passphrase) {
    Bundle bundle;
    const std::string_view text = octets.reveal();
    if (text.find("-----BEGIN CERTIFICATE") != std::string_view::npos) {
        auto certificates = load_certificates(text);
        if (!certificates) return std::move(certificates).error();
        bundle.certificates = *std::move(certificates);
    }
    if (text.find("PRIVATE KEY-----") != std::string_view::npos) {
        auto key = load_private_key(octets, passphrase);
        if (!key) return std::move(key).error();
        bundle.key = *std::move(key);
    }
    if (!bundle.key && bundle.certificates.empty())
        return unreadable("the PEM text holds neither a certificate nor a private key");
    return bundle;
}

bool add_request_names(X509_REQ* request, const RequestFacts& facts) {
    X509_NAME* name = X509_REQ_get_subject_name(request);
    const auto add = [&](const char* field, const std::string& value) {
        return value.empty() ||
               X509_NAME_add_entry_by_txt(name,
                                          field,
                                          MBSTRING_UTF8,
                                          reinterpret_cast<const unsigned char*>(value.data()),
                                          static_cast<int>(value.size()),
                                          -1,
                                          0) == 1;
    };
    return add("C", facts.country) && add("O", facts.organization) && add("CN", facts.common_name);
}

bool add_request_extensions(X509_REQ* request, const std::vector<std::string>& host_names) {
    std::string names;
    for (const auto& host : host_names) {
        ASN1_OCTET_STRING* address = a2i_IPADDRESS(host.c_str());
        ERR_clear_error();
        names +=
            (names.empty() ? "" : ",") + std::string(address != nullptr ? "IP:" : "DNS:") + host;
        ASN1_OCTET_STRING_free(address);
    }
    const ExtensionStackPtr stack(sk_X509_EXTENSION_new_null());
    const auto add = [&](int nid, const std::string& value) {
        X509V3_CTX context;
        X509V3_set_ctx_nodb(&context);
        X509V3_set_ctx(&context, nullptr, nullptr, request, nullptr, 0);
        X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
        return extension != nullptr && sk_X509_EXTENSION_push(stack.get(), extension) > 0;
    };
    return stack && add(NID_key_usage, "critical,digitalSignature,keyEncipherment") &&
           (names.empty() || add(NID_subject_alt_name, names)) &&
           X509_REQ_add_extensions(request, stack.get()) == 1;
}

}  // namespace

Result<Bundle> read_bundle(const Secret& octets, const Secret* passphrase) {
    const std::string_view text = octets.reveal();
    if (text.find("-----BEGIN ") != std::string_view::npos) {
        auto bundle = read_pem(octets, passphrase);
        if (!bundle) return bundle;
        if (bundle->certificates.empty()) return bundle;
        if (Status own = put_own_first(*bundle); !own) return std::move(own).error();
        return bundle;
    }
    const BioPtr in = memory_bio(text);
    const Pkcs12Ptr store(in ? d2i_PKCS12_bio(in.get(), nullptr) : nullptr);
    if (store) {
        auto bundle = read_pkcs12(store.get(), passphrase);
        if (!bundle) return bundle;
        if (Status own = put_own_first(*bundle); !own) return std::move(own).error();
        return bundle;
    }
    ERR_clear_error();
    auto certificate = load_certificate(text);
    if (!certificate) return unreadable("the file is neither a certificate nor a key store");
    Bundle bundle;
    bundle.certificates.push_back(*std::move(certificate));
    return bundle;
}

Result<Secret> write_pkcs12(const Identity& identity,
                            const std::vector<Certificate>& chain,
                            const Secret& passphrase) {
    const X509StackPtr others(sk_X509_new_null());
    for (const auto& one : chain) {
        X509* handle = one.native().handle.get();
        X509_up_ref(handle);
        if (!others || sk_X509_push(others.get(), handle) <= 0) X509_free(handle);
    }
    const std::string word = text_of(&passphrase);
    constexpr int Iterations = 100'000;
    const Pkcs12Ptr store(PKCS12_create(word.c_str(),
                                        identity.certificate.subject().c_str(),
                                        identity.key.native().handle.get(),
                                        identity.certificate.native().handle.get(),
                                        others.get(),
                                        NID_aes_256_cbc,
                                        NID_aes_256_cbc,
                                        Iterations,
                                        Iterations,
                                        0));
    const BioPtr out(BIO_new(BIO_s_secmem()));
    if (!store || !out || i2d_PKCS12_bio(out.get(), store.get()) != 1)
        return openssl_error(
            "certs.bundle.unwritable", Blame::Operator, "the key store cannot be written");
    return Secret(bio_octets(out.get()));
}

Result<PrivateKey> generate_key(unsigned rsa_bits) {
    if (rsa_bits < 2048 || rsa_bits > 8192)
        return Error("certs.generate", Blame::Operator, "an RSA key has 2048 to 8192 bits");
    auto native = std::make_shared<PrivateKeyNative>();
    native->handle.reset(EVP_RSA_gen(rsa_bits));
    if (!native->handle)
        return openssl_error("certs.generate", Blame::Bug, "RSA key cannot be generated");
    return PrivateKey(std::move(native));
}

Result<std::string> make_request(const PrivateKey& key, const RequestFacts& facts) {
    if (facts.common_name.empty() || facts.common_name.size() > 64)
        return Error("certs.request", Blame::Operator, "a common name has 1 to 64 characters");
    const RequestPtr request(X509_REQ_new());
    EVP_PKEY* handle = key.native().handle.get();
    const BioPtr out = memory_bio();
    if (!request || X509_REQ_set_version(request.get(), 0) != 1 ||
        !add_request_names(request.get(), facts) ||
        X509_REQ_set_pubkey(request.get(), handle) != 1 ||
        !add_request_extensions(request.get(), facts.host_names) ||
        X509_REQ_sign(request.get(), handle, EVP_sha256()) <= 0 || !out ||
        PEM_write_bio_X509_REQ(out.get(), request.get()) != 1)
        return openssl_error("certs.request", Blame::Operator, "the request cannot be made")
            .remedy("a country is two letters; host names are DNS names or addresses");
    return bio_octets(out.get());
}

}  // namespace sallyport::certs

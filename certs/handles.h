// SPDX-License-Identifier: Apache-2.0
// Owners for OpenSSL's objects: the only header that names OpenSSL types. Each handle is one pointer wide.
#pragma once

#include "certs/keys.h"
#include "gateway/base/bytes.h"
#include "gateway/base/clock.h"
#include "gateway/base/error.h"

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>
#include <string_view>

namespace sallyport::certs {

template <auto Free>
struct FreedBy {
    template <typename T>
    void operator()(T* handle) const {
        Free(handle);
    }
};
template <typename T, auto Free>
using Handle = std::unique_ptr<T, FreedBy<Free>>;

void free_x509_stack(STACK_OF(X509) * stack);  // and the certificates in it

using BioPtr = Handle<BIO, BIO_free_all>;
using CmsPtr = Handle<CMS_ContentInfo, CMS_ContentInfo_free>;
using X509Ptr = Handle<X509, X509_free>;
using X509StackPtr = Handle<STACK_OF(X509), free_x509_stack>;
using KeyPtr = Handle<EVP_PKEY, EVP_PKEY_free>;
using KeyContextPtr = Handle<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using CipherContextPtr = Handle<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;
using ExtensionPtr = Handle<X509_EXTENSION, X509_EXTENSION_free>;
using BignumPtr = Handle<BIGNUM, BN_free>;
static_assert(sizeof(CmsPtr) == sizeof(void*));

struct CertificateNative {
    X509Ptr handle;
    std::string fingerprint;
    std::string subject;
    std::string issuer;
    std::string serial;
    Instant not_before;
    Instant not_after;
};

struct PrivateKeyNative {
    KeyPtr handle;
};

// Empties OpenSSL's error queue of this thread: "reason (library); reason …", or empty.
std::string drain_openssl_errors();

// An Error whose text ends with what OpenSSL had to say.
Error openssl_error(std::string_view code, Blame blame, std::string what);

BioPtr memory_bio(BytesView octets);  // read-only, does not copy; at most INT_MAX octets
BioPtr memory_bio();                  // empty, grows
Bytes bio_octets(BIO* memory);

// "issuer NAME serial HEX": how messages name certificates.
std::string identify(const X509_NAME* issuer, const ASN1_INTEGER* serial);

Result<Certificate> wrap_certificate(X509Ptr handle);

}  // namespace sallyport::certs

// SPDX-License-Identifier: Apache-2.0
#include "gateway/base/digest.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

namespace sallyport {

Bytes sha256(BytesView octets) {
    Bytes out(SHA256_DIGEST_LENGTH, '\0');
    SHA256(reinterpret_cast<const unsigned char*>(octets.data()),
           octets.size(),
           reinterpret_cast<unsigned char*>(out.data()));
    return out;
}

std::string sha256_hex(BytesView octets) {
    return to_hex(sha256(octets));
}

Bytes hmac_sha256(const Secret& key, BytesView octets) {
    const std::string_view inside = key.reveal();
    Bytes out(SHA256_DIGEST_LENGTH, '\0');
    unsigned length = 0;
    HMAC(EVP_sha256(),
         inside.data(),
         static_cast<int>(inside.size()),
         reinterpret_cast<const unsigned char*>(octets.data()),
         octets.size(),
         reinterpret_cast<unsigned char*>(out.data()),
         &length);
    return out;
}

void Sha256::Free::operator()(void* context) const {
    EVP_MD_CTX_free(static_cast<EVP_MD_CTX*>(context));
}

Sha256::Sha256() : m_context(EVP_MD_CTX_new()) {
    EVP_DigestInit_ex(static_cast<EVP_MD_CTX*>(m_context.get()), EVP_sha256(), nullptr);
}

void Sha256::add(BytesView octets) {
    EVP_DigestUpdate(static_cast<EVP_MD_CTX*>(m_context.get()), octets.data(), octets.size());
}

std::string Sha256::hex() const {
    const std::unique_ptr<void, Free> copy(EVP_MD_CTX_new());
    auto* context = static_cast<EVP_MD_CTX*>(copy.get());
    EVP_MD_CTX_copy_ex(context, static_cast<const EVP_MD_CTX*>(m_context.get()));
    Bytes out(SHA256_DIGEST_LENGTH, '\0');
    unsigned length = 0;
    EVP_DigestFinal_ex(context, reinterpret_cast<unsigned char*>(out.data()), &length);
    return to_hex(out);
}

}  // namespace sallyport

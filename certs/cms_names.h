// SPDX-License-Identifier: Apache-2.0
// Inside certs/: our enumerations as OpenSSL knows them, and the guarded decoding every CMS function starts with.
#pragma once

#include "certs/cms.h"
#include "certs/handles.h"

#include <optional>

namespace sallyport::certs {

const EVP_MD* native_digest(Digest digest);
const EVP_CIPHER* native_cipher(Cipher cipher);
std::optional<Digest> digest_from_nid(int nid);
std::optional<Cipher> cipher_from_oid(
    BytesView oid_content);  // the octets of the OBJECT IDENTIFIER
int nid_of_oid(BytesView oid_content);
bool is_gcm(Cipher cipher);

// The outermost element of `octets`, checked against the limits; what follows it (stray line ends) is left out.
Result<BytesView> guarded_structure(BytesView octets, const CmsLimits& limits);
// Decoded by OpenSSL after guarded_structure(). Error codes: cms.malformed, cms.limit.
Result<CmsPtr> decode_cms(BytesView octets, const CmsLimits& limits);
// ContentInfo's parts: the content type and the content element. Error codes: cms.malformed.
struct ContentInfoParts {
    ContentKind kind = ContentKind::Other;
    BytesView content;  // inside [0]: the SignedData, EnvelopedData, … with its header
};
Result<ContentInfoParts> read_content_info(BytesView structure);

// By the content octets of a content type's OBJECT IDENTIFIER.
ContentKind kind_of_oid(BytesView oid_content);
Bytes content_info_oid(ContentKind kind);  // with its header
// ContentInfo around a structure with its header.
Bytes write_content_info(ContentKind kind, BytesView structure);

}  // namespace sallyport::certs

// SPDX-License-Identifier: Apache-2.0
// Inside certs/: the two containers of AES-GCM. RFC 5083 keeps the tag in a field of AuthEnvelopedData; Java peers write
// EnvelopedData with the tag as the last octets of the ciphertext, which OpenSSL refuses. Nothing else differs, so one is
// rewritten as the other and OpenSSL does the cryptography.
#pragma once

#include "gateway/base/bytes.h"
#include "gateway/base/error.h"

#include <cstddef>

namespace sallyport::certs {

// Both take and give a ContentInfo that check_ber() accepts. Error codes: cms.malformed.
Result<Bytes> tagged_to_auth_enveloped(BytesView content_info);
Result<Bytes> auth_enveloped_to_tagged(BytesView content_info);

// How long the tag is, from the content octets of a GCM AlgorithmIdentifier (RFC 5084 3.2): 12 to 16.
// Error codes: cms.malformed.
Result<std::size_t> gcm_tag_size(BytesView algorithm_content);
// Whether the tag of an AuthEnvelopedData is as long as its algorithm says: a shorter one proves less than was agreed.
// Error codes: cms.malformed.
Status check_gcm_tag(BytesView content_info);

}  // namespace sallyport::certs

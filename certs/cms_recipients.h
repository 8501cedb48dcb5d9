// SPDX-License-Identifier: Apache-2.0
// Inside certs/: for whom a message is encrypted, with what, and the one error of every failed decryption.
#pragma once

#include "certs/cms.h"
#include "certs/handles.h"

#include <vector>

namespace sallyport::certs {

bool add_recipient(CMS_ContentInfo* cms, const Certificate& certificate, KeyTransport transport);

// The first identity that a RecipientInfo names, or nullptr.
const Identity* addressee(STACK_OF(CMS_RecipientInfo) * recipients,
                          const std::vector<Identity>& identities);

// cms.decryption-failed; drops what OpenSSL has to say about it.
Error decryption_failed(STACK_OF(CMS_RecipientInfo) * recipients,
                        const std::vector<Identity>& identities);

// Of an AlgorithmIdentifier with its header; OpenSSL has no accessor for an envelope's. Error codes: cms.malformed,
// cms.cipher.refused.
Result<Cipher> cipher_of(BytesView algorithm);
Status check_cipher(Cipher cipher, const std::vector<Cipher>& allowed);

}  // namespace sallyport::certs

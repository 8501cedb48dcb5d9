// SPDX-License-Identifier: Apache-2.0
// The structures of certs/cms.h for content of any size, in constant memory: the same rules, the same answers, the same
// error codes (a test holds the two against each other). Limits::bytes does not apply; what is large is bounded by whoever
// took it in. Thread-safe: no state.
//
// What decrypt_stream() and inflate_stream() write is not to be believed before they return success: padding and tag stand
// at the end. The sink must lead to where nothing reads before that (certs/spool.h).
#pragma once

#include "certs/cms.h"
#include "certs/octets.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace sallyport::certs {

// Several digests over the same octets, read once.
Result<std::map<Digest, Bytes>> digest_stream(const Octets& octets,
                                              const std::vector<Digest>& algorithms);

// Error codes: cms.malformed.
Result<ContentKind> content_kind(const Octets& structure, const CmsLimits& limits);

struct Unsealed {
    Cipher cipher = Cipher::Aes256Cbc;
    std::string recipient;  // fingerprint of the certificate of ours that opened it
};
// EnvelopedData in CBC, GCM in either container. Error codes: those of decrypt(), and the sink's.
Result<Unsealed> decrypt_stream(const Octets& enveloped,
                                const std::vector<Identity>& identities,
                                const std::vector<Cipher>& allowed,
                                const CmsLimits& limits,
                                const OctetSink& sink);

// Error codes: those of verify_detached().
Result<Verified> verify_detached(const Octets& content,
                                 BytesView signature,
                                 const VerifyPolicy& policy,
                                 const CmsLimits& limits);
// SignedData with its content inside: the content to the sink, then the rest of the structure as if detached. Reads what was
// written back through `written`, so that what is hashed is what was kept. Error codes: those of verify_opaque().
Result<Verified> verify_opaque_stream(const Octets& signed_data,
                                      const VerifyPolicy& policy,
                                      const CmsLimits& limits,
                                      const OctetSink& sink,
                                      const Octets& written);

// CompressedData. Error codes: those of decompress(), and the sink's.
Status inflate_stream(const Octets& compressed, const CmsLimits& limits, const OctetSink& sink);

// Error codes: cms.sign.
Result<Bytes> sign_detached(const Octets& content,
                            const Identity& signer,
                            const SignOptions& options);

// BER with indefinite lengths, as every peer reads. Error codes: those of encrypt() and compress(), and the sink's.
Status encrypt_stream(const Octets& content,
                      const std::vector<Certificate>& recipients,
                      const EncryptOptions& options,
                      const OctetSink& sink);
Status deflate_stream(const Octets& content, const OctetSink& sink);

}  // namespace sallyport::certs

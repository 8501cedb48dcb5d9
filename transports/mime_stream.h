// SPDX-License-Identifier: Apache-2.0
// MIME over octets too many to hold: the rules of transports/mime.h in constant memory.
#pragma once

#include "certs/octets.h"
#include "gateway/base/error.h"
#include "transports/mime.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace sallyport::transports {

struct OctetSpan {
    std::uint64_t begin = 0;
    std::uint64_t size = 0;
};

struct StreamedEntity {
    HeaderList headers;
    std::uint64_t body = 0;  // where it begins; it ends with the octets
};
// Error codes: mime.header, mime.limit, spool.read.
Result<StreamedEntity> parse_entity(const certs::Octets& octets, const MimeLimits& limits);

// Error codes: mime.boundary, mime.multipart, mime.limit, spool.read.
Result<std::vector<OctetSpan>> split_multipart(const certs::Octets& body,
                                               std::string_view boundary,
                                               const MimeLimits& limits);

// Whether decode_transfer() would leave these octets as they are.
bool is_identity_transfer(std::string_view encoding);
// base64 in pieces. quoted-printable, which nobody uses for what is large, in memory and up to 16 MiB.
// Error codes: mime.base64, mime.limit, spool.read, and the sink's.
Status decode_transfer(const certs::Octets& body,
                       std::string_view encoding,
                       const certs::OctetSink& sink);

}  // namespace sallyport::transports

// SPDX-License-Identifier: Apache-2.0
// MIME (RFC 2045, 2046, 2183, 2231) as views of the original octets: what was hashed is what is read, nothing is ever
// written anew from a parsed form. Lenient about what peers send, exact about where things begin and end.
#pragma once

#include "gateway/base/bytes.h"
#include "gateway/base/error.h"
#include "transports/headers.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sallyport::transports {

struct MimeLimits {
    std::size_t header_bytes = 32U << 10;
    std::size_t line_bytes = 8U << 10;
    std::size_t header_count = 100;
    std::size_t parts = 100;
    std::size_t boundary_bytes = 70;  // RFC 2046 5.1.1
};

// Views into the octets given; they must outlive it.
struct MimeEntity {
    BytesView octets;        // header, blank line and body: what a signature or MIC covers
    BytesView header_block;  // with its blank line
    BytesView body;
    HeaderList headers;  // unfolded
};

// Lines may end with CR LF or LF. An entity that begins with a blank line has no fields.
// Error codes (Blame::Partner): mime.header (no header block), mime.limit.
Result<MimeEntity> parse_entity(BytesView octets, const MimeLimits& limits);

struct ParameterisedValue {
    std::string value;  // lower case: "multipart/signed", "attachment"
    std::vector<std::pair<std::string, std::string>>
        parameters;  // names in lower case, RFC 2231 joined and decoded
    std::string_view parameter(std::string_view name) const;  // lower case name; empty when absent
};
// Content-Type and Content-Disposition. Never fails: what cannot be read is left out.
ParameterisedValue parse_parameterised(std::string_view text);

// The parts' exact octets: a delimiter's line end belongs to the delimiter (RFC 2046 5.1.1). Preamble and epilogue are
// tolerated and ignored. Error codes: mime.boundary (absent or unusable), mime.multipart (no part, or no closing
// delimiter: the body was cut), mime.limit.
Result<std::vector<BytesView>> split_multipart(BytesView body,
                                               std::string_view boundary,
                                               const MimeLimits& limits);

// Undoes base64 and quoted-printable; 7bit, 8bit, binary, nothing and unknown words leave the octets as they are (AS2's
// default is binary). base64: line breaks of any kind, and what follows the padding, do not matter.
// Error codes: mime.base64.
Result<Bytes> decode_transfer(BytesView body, std::string_view encoding);

// A file name fit for display, from Content-Disposition or Content-Type "name": no path, no control characters, at most
// 255 octets; empty when none. Metadata only: never a path on this machine.
std::string display_file_name(const HeaderList& headers);

}  // namespace sallyport::transports

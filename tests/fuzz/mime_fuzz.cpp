// SPDX-License-Identifier: Apache-2.0
// MIME and the small grammars of AS2: views lie inside the octets they were cut from, in order, and names and MICs that
// were read can be written and read again.
#include "transports/as2_message.h"
#include "transports/mime.h"

#include <cstdlib>
#include <string>

namespace {

using sallyport::BytesView;
namespace transports = sallyport::transports;

void demand(bool holds) {
    if (!holds) std::abort();
}

void inside(BytesView part, BytesView whole) {
    demand(part.empty() || (part.data() >= whole.data() &&
                            part.data() + part.size() <= whole.data() + whole.size()));
}

void field(BytesView text) {
    static_cast<void>(transports::parse_parameterised(text));
    static_cast<void>(transports::read_disposition_options(text));
    if (const auto name = transports::read_as2_name(text))
        demand(transports::read_as2_name(transports::write_as2_name(*name)) == name);
    if (const auto mic = transports::read_mic(text)) demand(!mic->octets.empty());
}

void entity(BytesView octets, unsigned depth) {
    const transports::MimeLimits limits;
    const auto parsed = transports::parse_entity(octets, limits);
    if (!parsed) return;
    inside(parsed->header_block, octets);
    inside(parsed->body, octets);
    static_cast<void>(transports::display_file_name(parsed->headers));
    for (const auto& [name, value] : parsed->headers)
        field(value);
    for (const auto* encoding : {"base64", "quoted-printable"})
        static_cast<void>(transports::decode_transfer(parsed->body, encoding));
    for (const auto& [name, value] : parsed->headers) {
        const auto type = transports::parse_parameterised(value);
        const auto boundary = type.parameter("boundary");
        if (boundary.empty() || depth == 0) continue;
        const auto parts = transports::split_multipart(parsed->body, boundary, limits);
        if (!parts) continue;
        const char* last = parsed->body.data();
        for (const auto part : *parts) {
            inside(part, parsed->body);
            demand(part.empty() || part.data() >= last);
            if (!part.empty()) last = part.data() + part.size();
            entity(part, depth - 1);
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const BytesView octets(reinterpret_cast<const char*>(data), size);
    field(octets);
    entity(octets, 3);
    return 0;
}

// SPDX-License-Identifier: Apache-2.0
// HTTP/1.1 framing: heads, fields and chunked bodies of any octets. A body comes out the same however it was cut into reads.
#include "transports/http_parser.h"

#include <cstdlib>

namespace {

using sallyport::Bytes;
using sallyport::BytesView;
namespace transports = sallyport::transports;

constexpr std::size_t MostBody = 1U << 16U;

struct Fed {
    bool good = true;
    bool done = false;
    std::size_t used = 0;
    Bytes body;

    bool operator==(const Fed&) const = default;
};

Fed decode(BytesView input, std::size_t step) {
    transports::ChunkedDecoder decoder({}, MostBody);
    Fed fed;
    while (fed.used < input.size() && !decoder.done()) {
        const auto piece = input.substr(fed.used, step);
        const auto taken = decoder.feed(piece, fed.body);
        if (!taken) return {.good = false, .done = false, .used = 0, .body = {}};
        if (*taken > piece.size() || (*taken < piece.size() && !decoder.done())) std::abort();
        fed.used += *taken;
    }
    fed.done = decoder.done();
    if (fed.body.size() > MostBody) std::abort();
    return fed;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const BytesView octets(reinterpret_cast<const char*>(data), size);
    const transports::HttpLimits limits;
    BytesView body = octets;
    if (const auto end = transports::find_head_end(octets, 0, limits); end && *end > 0) {
        if (*end > size) std::abort();
        if (const auto head = transports::parse_head(octets.substr(0, *end), limits)) {
            static_cast<void>(transports::decide_framing(*head));
            static_cast<void>(transports::wants_keep_alive(*head));
        }
        body = octets.substr(*end);
    }
    const auto whole = decode(body, body.size() + 1);
    for (const std::size_t step : {std::size_t{1}, std::size_t{3}}) {
        if (!(decode(body, step) == whole)) std::abort();
    }
    return 0;
}

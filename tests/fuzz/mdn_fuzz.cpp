// SPDX-License-Identifier: Apache-2.0
// Receipts from a partner where none is signed, and stored expectations: whatever comes is a delivery, an error with a code,
// or not about this message. The MIME reader over a spool says what the one in memory says.
// SEEDS tests/fuzz/corpora/as2
// SEEDS tests/fuzz/corpora/mime
#include "certs/octets.h"
#include "transports/as2_mdn.h"
#include "transports/mime.h"
#include "transports/mime_stream.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

using sallyport::Bytes;
using sallyport::BytesView;
using sallyport::Status;
namespace certs = sallyport::certs;
namespace transports = sallyport::transports;

void demand(bool holds) {
    if (!holds) std::abort();
}

void check_receipt(const transports::MimeEntity& entity) {
    static const transports::As2Agreement agreement;
    static_cast<void>(transports::looks_like_mdn(entity.headers, entity.body));
    const std::string claimed = transports::claimed_message_id(entity.headers, entity.body);
    const std::string id = claimed.empty() ? std::string("<m@g>") : claimed;
    const auto expected = transports::expect_mdn(transports::MdnRequest::Unsigned, id, "scope");
    const auto judged = transports::judge_mdn(entity.headers, entity.body, expected, agreement);
    demand(judged || !judged.error().code().empty());
    const auto kept = transports::MdnExpectation::read(expected.write());
    demand(kept && kept->message_id == id && kept->mics == expected.mics);
}

// Both readers of the same octets.
void check_stream(BytesView octets, const transports::MimeEntity& entity) {
    const certs::MemoryOctets spooled(octets);
    const transports::MimeLimits limits;
    const auto streamed = transports::parse_entity(spooled, limits);
    demand(static_cast<bool>(streamed));
    demand(streamed->headers == entity.headers);
    demand(octets.substr(static_cast<std::size_t>(streamed->body)) == entity.body);
    const certs::OctetRange body(spooled, streamed->body, octets.size() - streamed->body);
    for (const auto& [name, value] : entity.headers) {
        const auto type = transports::parse_parameterised(value);
        const auto boundary = type.parameter("boundary");
        if (boundary.empty()) continue;
        const auto parts = transports::split_multipart(entity.body, boundary, limits);
        const auto spans = transports::split_multipart(body, boundary, limits);
        demand(static_cast<bool>(parts) == static_cast<bool>(spans));
        if (!parts) continue;
        demand(parts->size() == spans->size());
        for (std::size_t at = 0; at < parts->size(); ++at)
            demand((*parts)[at] == entity.body.substr(static_cast<std::size_t>((*spans)[at].begin),
                                                      static_cast<std::size_t>((*spans)[at].size)));
    }
    for (const auto* encoding : {"base64", "quoted-printable"}) {
        Bytes decoded;
        const Status poured =
            transports::decode_transfer(body, encoding, [&](BytesView piece) -> Status {
                decoded.append(piece);
                return {};
            });
        const auto whole = transports::decode_transfer(entity.body, encoding);
        demand(static_cast<bool>(poured) == static_cast<bool>(whole));
        if (whole) demand(decoded == *whole);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const BytesView octets(reinterpret_cast<const char*>(data), size);
    static_cast<void>(
        transports::MdnExpectation::read({reinterpret_cast<const char*>(data), size}));
    const auto entity = transports::parse_entity(octets, {});
    if (!entity) return 0;
    check_receipt(*entity);
    check_stream(octets, *entity);
    return 0;
}

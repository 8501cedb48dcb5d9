// SPDX-License-Identifier: Apache-2.0
// MIME in constant memory against MIME in memory.
#include "transports/mime_stream.h"

#include <gtest/gtest.h>

#include <string>

namespace sallyport::transports {
namespace {

constexpr std::size_t Window = std::size_t{256} << 10U;

void expect_alike(const std::string& body) {
    const auto held = split_multipart(BytesView(body), "b1", {});
    const auto streamed = split_multipart(certs::MemoryOctets(body), "b1", {});
    ASSERT_EQ(static_cast<bool>(held), static_cast<bool>(streamed));
    if (!held) {
        EXPECT_EQ(held.error().code(), streamed.error().code());
        return;
    }
    ASSERT_EQ(held->size(), streamed->size());
    for (std::size_t at = 0; at < held->size(); ++at) {
        const auto& span = streamed->at(at);
        ASSERT_EQ(BytesView(body).substr(span.begin, span.size), held->at(at)) << "part " << at;
    }
}

// A delimiter may lie across the place where one window ends and the next begins.
TEST(StreamedMultipart, FindsDelimitersAcrossEveryWindowBoundary) {
    const std::string rest = "\r\n--b1\r\nsignature\r\n--b1--\r\n";
    for (std::size_t size = Window - 160; size < Window + 8; ++size)
        expect_alike("--b1\r\n" + std::string(size, 'x') + rest);
    expect_alike("--b1\r\n" + std::string(3 * Window, 'x') + rest);
    expect_alike("--b1\r\n" + std::string(3 * Window, '\n') + rest);
    expect_alike("--b1\r\n" + std::string(2 * Window, '-') + rest);
}

TEST(StreamedMultipart, AgreesOnEveryOddShape) {
    for (const auto* body : {"",
                             "--b1",
                             "--b1--",
                             "--b1\r\n--b1--",
                             "--b1\r\n\r\n--b1--",
                             "--b1\nx\n--b1--\n",
                             "preamble\r\n--b1\r\nx\r\n--b1--\r\nepilogue",
                             "--b10\r\nx\r\n--b10--",
                             "--b1\r\nx --b1 y\r\n--b1\t\r\nz\r\n--b1--",
                             "--b1\r\nx\r\n--b1",
                             "--b1\r\nx",
                             "x--b1\r\ny\r\n--b1--"})
        expect_alike(body);
    EXPECT_EQ(split_multipart(certs::MemoryOctets("x"), "", {}).error().code(), "mime.boundary");
}

TEST(StreamedTransfer, DecodesAsTheMemoryHalfDoes) {
    std::string text = to_base64(std::string(100'001, '\x7F'));
    for (std::size_t at = 76; at < text.size(); at += 78)
        text.insert(at, "\r\n");
    for (const std::string& body : {text,
                                    text + "\r\njunk!",
                                    std::string("QQ=="),
                                    std::string("QQ"),
                                    std::string(""),
                                    std::string("====")})
        for (const auto* encoding : {"base64", "quoted-printable", "binary", ""}) {
            std::string out;
            const auto streamed = decode_transfer(
                certs::MemoryOctets(body), encoding, [&](BytesView octets) -> Status {
                    out += octets;
                    return {};
                });
            const auto held = decode_transfer(BytesView(body), encoding);
            ASSERT_EQ(static_cast<bool>(held), static_cast<bool>(streamed)) << encoding;
            if (held) {
                EXPECT_EQ(out, *held) << encoding;
            } else {
                EXPECT_EQ(streamed.error().code(), held.error().code());
            }
        }
}

}  // namespace
}  // namespace sallyport::transports

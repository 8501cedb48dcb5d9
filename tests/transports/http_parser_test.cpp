// SPDX-License-Identifier: Apache-2.0
#include "transports/http_parser.h"

#include <gtest/gtest.h>

#include <string>

namespace sallyport::transports {
namespace {

Result<HttpRequest> head(const std::string& text) {
    return parse_head(text, {});
}

TEST(HttpHead, ReadsTargetFieldsAndKeepsTheBlockAsReceived) {
    const auto request =
        head("POST /as2/in?x=1 HTTP/1.1\r\nHost: a:80\r\nas2-FROM:  a\tb \r\nX:\r\n\r\n");
    ASSERT_TRUE(request) << request.error().text();
    EXPECT_EQ(request->method, "POST");
    EXPECT_EQ(request->path, "/as2/in");
    EXPECT_EQ(request->query, "x=1");
    EXPECT_EQ(request->minor, 1);
    EXPECT_EQ(header_or_empty(request->headers, "AS2-From"), "a\tb");
    EXPECT_EQ(header_or_empty(request->headers, "x"), "");
    EXPECT_EQ(request->header_block, "Host: a:80\r\nas2-FROM:  a\tb \r\nX:\r\n\r\n");
}

TEST(HttpHead, JoinsFoldedLinesByOneBlank) {  // HDR-11
    const auto request =
        head("POST / HTTP/1.1\r\nHost: a\r\nDNO: signed;\r\n\t micalg\r\n  =sha1\r\n\r\n");
    ASSERT_TRUE(request) << request.error().text();
    EXPECT_EQ(header_or_empty(request->headers, "DNO"), "signed; micalg =sha1");
}

TEST(HttpHead, TakesAbsoluteTargetsAndOptionsStar) {
    EXPECT_EQ(head("GET http://h:1/p?q HTTP/1.1\r\nHost: h\r\n\r\n")->path, "/p");
    EXPECT_EQ(head("GET HTTPS://h HTTP/1.1\r\nHost: h\r\n\r\n")->path, "/");
    EXPECT_EQ(head("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n")->path, "*");
    EXPECT_EQ(head("GET / HTTP/1.0\r\n\r\n")->minor, 0);
}

TEST(HttpHead, RefusesWhatAnotherReaderCouldReadDifferently) {
    struct Case {
        std::string name;
        std::string text;
        std::string code;
        int status;
    };
    const std::string get = "GET / HTTP/1.1\r\n";
    const Case cases[] = {
        {"no host", get + "\r\n", "http.host", 400},
        {"two hosts", get + "Host: a\r\nHost: a\r\n\r\n", "http.host", 400},
        {"host with a path", get + "Host: a/b\r\n\r\n", "http.host", 400},
        {"blank before the colon", get + "Host : a\r\n\r\n", "http.header.name", 400},
        {"no colon", get + "Host: a\r\nnonsense\r\n\r\n", "http.header.name", 400},
        {"empty name", get + ": a\r\n\r\n", "http.header.name", 400},
        {"NUL in a value",
         get + "Host: a\r\nX: a" + std::string(1, '\0') + "\r\n\r\n",
         "http.header.value",
         400},
        {"CR in a value", get + "Host: a\r\nX: a\rb\r\n\r\n", "http.header.value", 400},
        {"first line folded", get + " Host: a\r\n\r\n", "http.header.folded", 400},
        {"folded length",
         get + "Host: a\r\nContent-Length: 1\r\n 0\r\n\r\n",
         "http.header.folded",
         400},
        {"folded encoding",
         get + "Host: a\r\nTransfer-Encoding:\r\n chunked\r\n\r\n",
         "http.header.folded",
         400},
        {"two blanks", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", "http.request-line", 400},
        {"no version", "GET /\r\nHost: a\r\n\r\n", "http.request-line", 400},
        {"odd method", "G@T / HTTP/1.1\r\nHost: a\r\n\r\n", "http.request-line", 400},
        {"HTTP/2", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", "http.version", 505},
        {"lower-case version", "GET / http/1.1\r\nHost: a\r\n\r\n", "http.request-line", 400},
        {"target without slash", "GET a HTTP/1.1\r\nHost: a\r\n\r\n", "http.target", 400},
        {"connect", "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", "http.target", 400},
        {"fragment", "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", "http.target", 400},
        {"8-bit target", "GET /\xC3\xA4 HTTP/1.1\r\nHost: a\r\n\r\n", "http.target", 400},
        {"long target",
         "GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n",
         "http.target.long",
         414},
    };
    for (const auto& one : cases) {
        SCOPED_TRACE(one.name);
        const auto request = head(one.text);
        ASSERT_FALSE(request);
        EXPECT_EQ(request.error().code(), one.code);
        EXPECT_EQ(http_status_of(request.error()), one.status);
    }
}

TEST(HttpHead, CountsFields) {
    std::string text = "GET / HTTP/1.1\r\nHost: a\r\n";
    for (int i = 0; i < 99; ++i)
        text += "X: 1\r\n";
    EXPECT_TRUE(head(text + "\r\n"));
    EXPECT_EQ(head(text + "X: 1\r\n\r\n").error().code(), "http.header.count");
}

TEST(HttpHead, EndIsFoundInPiecesAndBoundedBeforeItIsThere) {
    const std::string text = "GET / HTTP/1.1\r\nHost: a\r\n\r\nBODY";
    for (std::size_t size = 0; size <= text.size(); ++size) {
        const auto end = find_head_end(BytesView(text).substr(0, size), size / 2, {});
        ASSERT_TRUE(end);
        EXPECT_EQ(*end, size >= text.size() - 4 ? text.size() - 4 : 0U) << size;
    }
    EXPECT_EQ(find_head_end("GET / HTTP/1.1\nHost: a\n\n", 0, {}).error().code(), "http.bare-lf");
    EXPECT_EQ(find_head_end(std::string((32U << 10) + 1, 'a'), 0, {}).error().code(),
              "http.header.large");
    EXPECT_TRUE(find_head_end(std::string(32U << 10, 'a'), 0, {}));
}

TEST(HttpFramings, AreOneOrTheOtherOrRefused) {  // HTTP-04
    struct Case {
        std::string fields;
        std::string code;  // or "" when taken
        std::uint64_t length = 0;
        int status = 400;
    };
    const Case cases[] = {
        {"Content-Length: 5\r\n", "", 5},
        {"Content-Length: 0005\r\n", "", 5},
        {"Content-Length: 0\r\n", "", 0},
        {"Content-Length: 9999999999999999999\r\n", "", 9999999999999999999U},
        {"Content-Length: 00000000000000000000000000000000000000000000001\r\n", "", 1},
        {"", "", 0},
        {"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "http.framing.both"},
        {"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "http.framing.both"},
        {"Content-Length: 5\r\nContent-Length: 6\r\n", "http.length"},
        {"Content-Length: 5\r\nContent-Length: 5\r\n", "http.length"},
        {"Content-Length: 5, 5\r\n", "http.length"},
        {"Content-Length: -1\r\n", "http.length"},
        {"Content-Length: +5\r\n", "http.length"},
        {"Content-Length: 5abc\r\n", "http.length"},
        {"Content-Length: 0x5\r\n", "http.length"},
        {"Content-Length: 5 5\r\n", "http.length"},
        {"Content-Length:\r\n", "http.length"},
        {"Content-Length: 99999999999999999999\r\n", "http.length"},
        {"Transfer-Encoding: xchunked\r\n", "http.transfer-encoding.unknown", 0, 501},
        {"Transfer-Encoding: gzip, chunked\r\n", "http.transfer-encoding.unknown", 0, 501},
        {"Transfer-Encoding: identity\r\n", "http.transfer-encoding.unknown", 0, 501},
        {"Transfer-Encoding: \"chunked\"\r\n", "http.transfer-encoding.unknown", 0, 501},
        {"Transfer-Encoding:\r\n", "http.transfer-encoding.unknown", 0, 501},
        {"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "http.transfer-encoding"},
    };
    for (const auto& one : cases) {
        SCOPED_TRACE(one.fields);
        const auto request = head("POST / HTTP/1.1\r\nHost: a\r\n" + one.fields + "\r\n");
        ASSERT_TRUE(request);
        const auto framing = decide_framing(*request);
        ASSERT_EQ(static_cast<bool>(framing), one.code.empty());
        if (framing) {
            EXPECT_EQ(framing->length, one.length);
        } else {
            EXPECT_EQ(framing.error().code(), one.code);
            EXPECT_EQ(http_status_of(framing.error()), one.status);
        }
    }
    EXPECT_EQ(
        decide_framing(*head("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: CHUNKED\r\n\r\n"))
            ->kind,
        BodyFraming::Chunked);
    EXPECT_EQ(decide_framing(*head("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"))
                  .error()
                  .code(),
              "http.transfer-encoding");
}

TEST(Chunks, AreJoinedHoweverTheyArrive) {
    const std::string wire =
        "4\r\nWiki\r\n05 ; name=\"v\"\r\npedia\r\nE\r\n in\r\n\r\nchunks.\r\n000\r\nX-T: 1\r\n\r\n";
    for (std::size_t piece = 1; piece <= wire.size(); ++piece) {
        ChunkedDecoder decoder({}, 1000);
        std::string body;
        for (std::size_t at = 0; at < wire.size(); at += piece) {
            const auto consumed = decoder.feed(BytesView(wire).substr(at, piece), body);
            ASSERT_TRUE(consumed) << consumed.error().text();
            EXPECT_EQ(*consumed, std::min(piece, wire.size() - at));
        }
        EXPECT_TRUE(decoder.done());
        EXPECT_EQ(body, "Wikipedia in\r\n\r\nchunks.");
    }
}

TEST(Chunks, LeaveTheNextRequestAlone) {
    ChunkedDecoder decoder({}, 1000);
    std::string body;
    const std::string wire = "1\r\na\r\n0\r\n\r\n";
    EXPECT_EQ(*decoder.feed(wire + "GET /", body), wire.size());
    EXPECT_TRUE(decoder.done());
}

TEST(Chunks, RefuseEveryOddForm) {
    struct Case {
        std::string wire;
        std::string code;
    };
    const Case cases[] = {
        {"FFFFFFFFFFFFFFFFF\r\n", "http.chunk"},
        {"FFFFFFFFFFFFFFFF\r\n", "http.chunk"},
        {"0000000000000000005\r\n", "http.chunk"},
        {"-5\r\n", "http.chunk"},
        {"+5\r\n", "http.chunk"},
        {"0x5\r\n", "http.chunk"},
        {"\r\n", "http.chunk"},
        {";a\r\n", "http.chunk"},
        {"5 5\r\n", "http.chunk"},
        {"5\n", "http.chunk"},
        {"5\rx\r\n", "http.chunk"},
        {"5;a\rb\r\n", "http.chunk"},
        {"1\r\nab", "http.chunk"},
        {"1\r\na\n", "http.chunk"},
        {"5;" + std::string(2000, 'x'), "http.chunk"},
        {"0\r\nContent-Length: 5\r\n\r\n", "http.trailer"},
        {"0\r\nno colon\r\n\r\n", "http.header.name"},
        {"3E9\r\n", "http.body.large"},
        {"3E8\r\n" + std::string(1000, 'x') + "\r\n1\r\n", "http.body.large"},
    };
    for (const auto& one : cases) {
        SCOPED_TRACE(one.wire.substr(0, 40));
        ChunkedDecoder decoder({}, 1000);
        std::string body;
        const auto consumed = decoder.feed(one.wire, body);
        ASSERT_FALSE(consumed);
        EXPECT_EQ(consumed.error().code(), one.code);
    }
}

TEST(KeepAlive, FollowsVersionAndConnection) {
    EXPECT_TRUE(wants_keep_alive(*head("GET / HTTP/1.1\r\nHost: a\r\n\r\n")));
    EXPECT_FALSE(
        wants_keep_alive(*head("GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n")));
    EXPECT_FALSE(wants_keep_alive(*head("GET / HTTP/1.0\r\n\r\n")));
    EXPECT_TRUE(wants_keep_alive(*head("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n")));
}

}  // namespace
}  // namespace sallyport::transports

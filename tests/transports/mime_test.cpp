// SPDX-License-Identifier: Apache-2.0
#include "transports/mime.h"

#include <gtest/gtest.h>

#include <string>

namespace sallyport::transports {
namespace {

std::vector<std::string> split(const std::string& body, const std::string& boundary = "b") {
    const auto parts = split_multipart(body, boundary, {});
    if (!parts) return {std::string(parts.error().code())};
    return {parts->begin(), parts->end()};
}

TEST(Multipart, Can01And02GiveTheExactOctetsBetweenBoundaries) {
    EXPECT_EQ(split("--b\r\nA: 1\r\n\r\nx\r\n\r\n--b\r\ny\r\n--b--\r\n"),
              (std::vector<std::string>{"A: 1\r\n\r\nx\r\n", "y"}));
    EXPECT_EQ(split("--b\r\nx\n\r\n--b--"), (std::vector<std::string>{"x\n"}));
    EXPECT_EQ(split("--b\r\nx\r\n\r\n--b--"), (std::vector<std::string>{"x\r\n"}));
    EXPECT_EQ(split("--b\nx\ny\n--b--\n"), (std::vector<std::string>{"x\ny"}));  // LF-only products
    EXPECT_EQ(split("--b\r\n\r\n--b--"), (std::vector<std::string>{""}));
    EXPECT_EQ(split("--b\r\n--b--"), (std::vector<std::string>{""}));
}

TEST(Multipart, Can08IgnoresPreambleAndEpilogue) {
    EXPECT_EQ(split("This is MIME\r\n--b\r\nx\r\n--b--\r\nbye --b\r\n--b\r\nz"),
              (std::vector<std::string>{"x"}));
}

TEST(Multipart, TakesPaddingAfterABoundaryAndNoLookAlike) {
    EXPECT_EQ(split("--b \t\r\nx\r\n--bb\r\n --b\r\nx--b\r\n--b--"),
              (std::vector<std::string>{"x\r\n--bb\r\n --b\r\nx--b"}));
    EXPECT_EQ(split("--=_'()+,-./:?\r\nx\r\n--=_'()+,-./:?--", "=_'()+,-./:?"),
              (std::vector<std::string>{"x"}));
}

TEST(Multipart, RefusesWhatIsCutOrUnbounded) {
    EXPECT_EQ(split("--b\r\nx\r\n--b\r\ny"), (std::vector<std::string>{"mime.multipart"}));
    EXPECT_EQ(split("--b\r\nx"), (std::vector<std::string>{"mime.multipart"}));
    EXPECT_EQ(split("--b--"), (std::vector<std::string>{"mime.multipart"}));
    EXPECT_EQ(split(""), (std::vector<std::string>{"mime.multipart"}));
    EXPECT_EQ(split("x", ""), (std::vector<std::string>{"mime.boundary"}));
    EXPECT_EQ(split("x", std::string(71, 'b')), (std::vector<std::string>{"mime.boundary"}));
    std::string many;
    for (int i = 0; i < 101; ++i)
        many += "--b\r\nx\r\n";
    EXPECT_EQ(split(many + "--b--"), (std::vector<std::string>{"mime.limit"}));
}

TEST(Entities, Can09KeepTheirOctetsWhileFieldsAreUnfolded) {
    const std::string octets = "CONTENT-type: a/b;\r\n\t x=y\r\nEmpty:\r\n\r\nbody\r\n";
    const auto entity = parse_entity(octets, {});
    ASSERT_TRUE(entity);
    EXPECT_EQ(entity->octets, octets);
    EXPECT_EQ(entity->header_block, "CONTENT-type: a/b;\r\n\t x=y\r\nEmpty:\r\n\r\n");
    EXPECT_EQ(entity->body, "body\r\n");
    EXPECT_EQ(header_or_empty(entity->headers, "Content-Type"), "a/b; x=y");
}

TEST(Entities, MayHaveLfLinesNoFieldsOrNoBody) {
    EXPECT_EQ(parse_entity("A: 1\n\nx", {})->body, "x");
    EXPECT_EQ(parse_entity("\r\nx", {})->body, "x");
    EXPECT_EQ(parse_entity("A: 1\r\n\r\n", {})->body, "");
    EXPECT_EQ(parse_entity("A: 1", {})->body, "");
    EXPECT_EQ(parse_entity("A : 1\r\n\r\n", {})->headers.at(0).first, "A");
}

TEST(Entities, RefuseABodyWithoutHeaderAndOverlongOnes) {
    EXPECT_EQ(parse_entity("ISA*00*\r\n\r\n", {}).error().code(), "mime.header");
    EXPECT_EQ(parse_entity(" folded\r\n\r\n", {}).error().code(), "mime.header");
    EXPECT_EQ(parse_entity("", {}).error().code(), "mime.header");
    EXPECT_EQ(parse_entity("A: " + std::string(9000, 'x'), {}).error().code(), "mime.limit");
    std::string many;
    for (int i = 0; i < 101; ++i)
        many += "A: 1\r\n";
    EXPECT_EQ(parse_entity(many + "\r\n", {}).error().code(), "mime.limit");
}

TEST(Parameters, AreReadHoweverProductsWriteThem) {
    struct Case {
        std::string text;
        std::string value;
        std::string boundary;
    };
    const Case cases[] = {
        {"multipart/signed; boundary=b", "multipart/signed", "b"},
        {"Multipart/Signed;BOUNDARY=\"b c\";micalg=SHA1", "multipart/signed", "b c"},
        {"multipart/signed;protocol=\"a/b\";boundary=b;", "multipart/signed", "b"},
        {"multipart/signed (comment; boundary=x); boundary=\"b\\\"q\"", "multipart/signed", "b\"q"},
        {" multipart/signed ;\t boundary = b ; x", "multipart/signed", "b"},
        {"multipart/signed; boundary=\"a;b=c\"", "multipart/signed", "a;b=c"},
        {"multipart/signed; boundary*0=\"a\"; boundary*1=b", "multipart/signed", "ab"},
        {"text/plain", "text/plain", ""},
        {"", "", ""},
        {";;;", "", ""},
    };
    for (const auto& one : cases) {
        SCOPED_TRACE(one.text);
        const auto parsed = parse_parameterised(one.text);
        EXPECT_EQ(parsed.value, one.value);
        EXPECT_EQ(parsed.parameter("boundary"), one.boundary);
    }
}

TEST(FileNames, Hdr16AreMetadataWithoutPaths) {
    struct Case {
        std::string disposition;
        std::string name;
    };
    const Case cases[] = {
        {"attachment; filename=\"850.edi\"", "850.edi"},
        {"attachment; filename=850.edi", "850.edi"},
        {"attachment; filename*=UTF-8''Bestellung%20%C3%A4.edi", "Bestellung \xC3\xA4.edi"},
        {"attachment; filename=\"plain\"; filename*=UTF-8''extended", "extended"},
        {"attachment; filename*0=\"ab\"; filename*1=\"cd\"", "abcd"},
        {"attachment; filename=\"../../etc/passwd\"", "passwd"},
        {"attachment; filename=\"C:\\\\windows\\\\x.edi\"", "x.edi"},
        {"attachment; filename=\"..\"", ""},
        {"attachment; filename*=UTF-8''a%00b%0Ac", "abc"},
        {"attachment; filename=\"" + std::string(300, 'x') + "\"", std::string(255, 'x')},
        {"attachment", ""},
    };
    for (const auto& one : cases)
        EXPECT_EQ(display_file_name({{"Content-Disposition", one.disposition}}), one.name)
            << one.disposition;
    EXPECT_EQ(display_file_name({{"Content-Type", "a/b; name=\"n.edi\""}}), "n.edi");
    EXPECT_EQ(display_file_name({{"Content-ID", "<x.edi>"}}), "");
}

TEST(TransferEncodings, Can03And07DecodeBase64OfEveryShapeAndLeaveBinaryAlone) {
    for (const auto* text : {"aGVsbG8=",
                             "aGVs\r\nbG8=\r\n",
                             "aGVs\nbG8=\n",
                             "aGVsbG8",
                             "aGVsbG8=\r\n-- \r\njunk!",
                             " aGVsbG8= "})
        EXPECT_EQ(*decode_transfer(text, "Base64"), "hello") << text;
    EXPECT_EQ(decode_transfer("!!!!", "base64").error().code(), "mime.base64");
    const std::string raw("a\nb\r\n\0c=3D", 10);
    for (const auto* encoding : {"", "binary", "8BIT", "7bit", "x-unknown"})
        EXPECT_EQ(*decode_transfer(raw, encoding), raw) << encoding;
    EXPECT_EQ(*decode_transfer("a=3Db=\r\nc \r\nd", "quoted-printable"), "a=bc\r\nd");
}

}  // namespace
}  // namespace sallyport::transports

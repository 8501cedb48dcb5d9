// SPDX-License-Identifier: Apache-2.0
#include "transports/https/submit.h"

#include <gtest/gtest.h>

namespace sallyport::https {
namespace {

using Syntax = DocumentType::Syntax;

std::string code(Syntax syntax, BytesView octets) {
    const Status fits = check_document({.media_type = "test/test", .syntax = syntax}, octets);
    return fits ? "" : std::string(fits.error().code());
}

TEST(CheckDocument, TakesWhatBeginsAsItsTypeDoes) {
    EXPECT_EQ(code(Syntax::X12, "ISA*00*"), "");
    EXPECT_EQ(code(Syntax::X12, "\r\nISA*00*"), "");
    EXPECT_EQ(code(Syntax::X12, "UNB+UNOA"), "https.body.syntax");
    EXPECT_EQ(code(Syntax::Edifact, "UNA:+.? '"), "");
    EXPECT_EQ(code(Syntax::Xml, "<Order/>"), "");
    EXPECT_EQ(code(Syntax::Json, "[1]"), "https.body.syntax");
    EXPECT_EQ(code(Syntax::Json, "{\"a\": 1}"), "");
    EXPECT_EQ(code(Syntax::X12, ""), "https.body.empty");
    EXPECT_EQ(code(Syntax::X12, "   "), "https.body.syntax");
    EXPECT_EQ(code(Syntax::X12, BytesView("ISA\0", 4)), "https.body.charset");
}

TEST(CheckDocument, BoundsTheDepthBeforeAnythingRecursesAndOutsideOfStrings) {
    const auto nested = [](std::size_t depth) {
        std::string text = "{\"a\":";
        text += std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
        return text;
    };
    EXPECT_EQ(code(Syntax::Json, nested(32)), "");
    EXPECT_EQ(code(Syntax::Json, nested(33)), "https.body.depth");
    EXPECT_EQ(code(Syntax::Json, nested(1'000'000)), "https.body.depth");
    EXPECT_EQ(code(Syntax::Json, "{\"a\": \"" + std::string(100, '[') + "\\\"\"}"), "");
}

TEST(CheckDocument, RefusesJsonThatIsNoUtf8) {
    EXPECT_EQ(code(Syntax::Json, "{\"a\": \"\xFF\"}"), "https.body.syntax");
}

}  // namespace
}  // namespace sallyport::https

// SPDX-License-Identifier: Apache-2.0
#include "gateway/base/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace sallyport {
namespace {

TEST(Utf8, TakesEveryLengthOfCharacter) {
    for (const std::string text :
         {"", "plain", "M\xC3\xBCller", "5 \xE2\x82\xAC", "\xF0\x9F\x93\xA6 box"})
        EXPECT_EQ(utf8_prefix(text), text.size()) << text;
}

TEST(Utf8, StopsWhereItEnds) {
    for (const std::string bad : {"\xFC",              // Latin-1
                                  "\xC3",              // cut off
                                  "\xE2\x82",          //
                                  "\xC0\xAF",          // overlong
                                  "\xE0\x80\xAF",      //
                                  "\xED\xA0\x80",      // a surrogate
                                  "\xF4\x90\x80\x80",  // beyond Unicode
                                  "\x80"})
        EXPECT_EQ(utf8_prefix("ab" + bad + "cd"), 2u);
}

}  // namespace
}  // namespace sallyport

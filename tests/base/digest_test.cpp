// SPDX-License-Identifier: Apache-2.0
#include "gateway/base/digest.h"

#include <gtest/gtest.h>

namespace sallyport {
namespace {

TEST(Digest, HmacIsThatOfTheTestCasesInRfc4231) {
    const Secret jefe("Jefe");
    EXPECT_EQ(to_hex(hmac_sha256(jefe, "what do ya want for nothing?")),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    const Secret long_key(std::string(131, '\xaa'));
    EXPECT_EQ(
        to_hex(hmac_sha256(long_key, "Test Using Larger Than Block-Size Key - Hash Key First")),
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

}  // namespace
}  // namespace sallyport

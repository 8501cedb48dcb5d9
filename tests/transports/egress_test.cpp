// SPDX-License-Identifier: Apache-2.0
// MDN-30: a URL from the wire leads only where the partner file says. The partner is https://as2.partner.example.
#include "transports/egress.h"

#include <gtest/gtest.h>

#include <string>

namespace sallyport::transports {
namespace {

const EgressPolicy Exact{
    .urls = {"https://as2.partner.example:4443/mdn?id=1", "http://as2.partner.example/async"}};
const EgressPolicy Origin{.urls = {"https://as2.partner.example/*"}};

TEST(Egress, Mdn30TakesTheNamedUrlsHoweverTheirPartsAreSpelled) {
    for (const auto* url : {"https://as2.partner.example:4443/mdn?id=1",
                            "HTTPS://AS2.Partner.EXAMPLE:4443/mdn?id=1",
                            "http://as2.partner.example/async",
                            "http://as2.partner.example:80/async"})
        EXPECT_TRUE(check_egress_url(url, Exact)) << url;
    for (const auto* url : {"https://as2.partner.example/",
                            "https://as2.partner.example",
                            "https://as2.partner.example:443/any/path?q=1"})
        EXPECT_TRUE(check_egress_url(url, Origin)) << url;
}

const char* const WaysAround[] = {
    "https://as2.partner.example/mdn?id=1",
    "https://as2.partner.example:4443/mdn?id=2",
    "https://as2.partner.example:4443/mdn",
    "https://as2.partner.example:4443/MDN?id=1",
    "http://as2.partner.example:4443/mdn?id=1",
    "https://as2.partner.example:4443/mdn/?id=1",
    "https://as2.partner.example:4443/x/../mdn?id=1",
    "https://as2.partner.example:4443//mdn?id=1",
    "http://as2.partner.example/async/",
    "http://as2.partner.example/async?x",
    "http://as2.partner.example:8080/async",
    "http://as2.partner.example.evil.test/async",
    "http://evil.test/async",
    "http://evil.test/as2.partner.example/async",
    "http://evil.test?as2.partner.example/async",
    "http://evil.test#as2.partner.example/async",
    "http://evil.test/#http://as2.partner.example/async",
    "http://as2.partner.example@evil.test/async",
    "http://user@as2.partner.example/async",
    "http://user:pw@as2.partner.example/async",
    "http://evil.test@as2.partner.example/async",
    "http://as2.partner.example:80@evil.test/async",
    "http://as2.partner.example%40evil.test/async",
    "http://evil.test\\@as2.partner.example/async",
    "http://as2.partner.example\\.evil.test/async",
    "http:\\\\as2.partner.example\\async",
    "http://as2.partner.example /async",
    " http://as2.partner.example/async",
    "http://as2.partner.example/async ",
    "http://as2.partner.example/async\r\nX: y",
    "http://as2.partner.example\t/async",
    "http://as2.partner.example./async",
    "http://as2%2epartner.example/async",
    "http://\xD0\xB0s2.partner.example/async",
    "http://as2\xE3\x80\x82partner.example/async",
    "http://xas2.partner.example/async",
    "http://partner.example/async",
    "http://*.partner.example/async",
    "//as2.partner.example/async",
    "as2.partner.example/async",
    "http:as2.partner.example/async",
    "http:/as2.partner.example/async",
    "http:///as2.partner.example/async",
    "http://",
    "http:",
    "",
    "mailto:edi@as2.partner.example",
    "ftp://as2.partner.example/async",
    "file:///etc/passwd",
    "gopher://as2.partner.example/async",
    "dict://127.0.0.1:11211/stat",
    "javascript:alert(1)",
    "data:text/plain,x",
    "unix:/run/x.sock",
    "ldap://127.0.0.1/",
    "http://127.0.0.1/async",
    "http://2130706433/async",
    "http://0x7f.1/async",
    "http://[::1]/async",
    "http://[::ffff:127.0.0.1]/async",
    "http://169.254.169.254/latest/meta-data/",
    "http://localhost/async",
    "http://0/async",
    "https://as2.partner.example:0/mdn",
    "http://as2.partner.example:99999/async",
    "http://as2.partner.example:8o/async",
};

TEST(Egress, Mdn30RefusesSixtyWaysAround) {
    for (const auto* url : WaysAround) {
        const auto checked = check_egress_url(url, Exact);
        ASSERT_FALSE(checked) << url;
        EXPECT_TRUE(checked.error().code().starts_with("as2.egress.")) << url;
    }
    EXPECT_GE(std::size(WaysAround), 60U);
    for (const auto* url : {"http://as2.partner.example/",
                            "https://as2.partner.example:8443/",
                            "https://as2.partner.example.evil.test/",
                            "https://as2.partner.example@evil.test/",
                            "https://x.as2.partner.example/"})
        EXPECT_FALSE(check_egress_url(url, Origin)) << url;
    EXPECT_FALSE(check_egress_url("https://as2.partner.example/", {}));
    // A wildcard is for whole paths of one origin; nothing else is one.
    EXPECT_FALSE(check_egress_url("https://as2.partner.example/a/b",
                                  {.urls = {"https://as2.partner.example/a/*"}}));
    EXPECT_FALSE(check_egress_url("https://evil.test/", {.urls = {"*", "https://*/*", "/*", ""}}));
}

TEST(Egress, KnowsPublicAddressesFromAllOthers) {
    for (const auto* address : {"8.8.8.8",
                                "1.1.1.1",
                                "172.15.255.255",
                                "172.32.0.0",
                                "100.63.255.255",
                                "100.128.0.1",
                                "192.167.255.255",
                                "223.255.255.255",
                                "2606:4700::1111",
                                "2a00:1450::1",
                                "::ffff:8.8.8.8",
                                "64:ff9b::808:808",
                                "2002:808:808::1"})
        EXPECT_TRUE(is_public_address(address)) << address;
    for (const auto* address : {"127.0.0.1",
                                "127.255.255.254",
                                "0.0.0.0",
                                "0.1.2.3",
                                "10.0.0.1",
                                "10.255.255.255",
                                "172.16.0.1",
                                "172.31.255.255",
                                "192.168.1.1",
                                "169.254.169.254",
                                "100.64.0.1",
                                "100.127.255.255",
                                "192.0.0.8",
                                "192.0.2.1",
                                "198.18.0.1",
                                "198.19.255.255",
                                "198.51.100.7",
                                "203.0.113.9",
                                "224.0.0.1",
                                "239.255.255.255",
                                "240.0.0.1",
                                "255.255.255.255",
                                "::",
                                "::1",
                                "::127.0.0.1",
                                "::ffff:127.0.0.1",
                                "::ffff:10.0.0.1",
                                "fe80::1",
                                "fec0::1",
                                "fc00::1",
                                "fd12:3456::1",
                                "ff02::1",
                                "2001:db8::1",
                                "2001::1",
                                "64:ff9b::7f00:1",
                                "64:ff9b:1::1",
                                "2002:7f00:1::",
                                "100::1",
                                "",
                                "localhost",
                                "127.1",
                                "8.8.8.8.8"})
        EXPECT_FALSE(is_public_address(address)) << address;
}

}  // namespace
}  // namespace sallyport::transports

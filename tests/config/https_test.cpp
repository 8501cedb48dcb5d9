// SPDX-License-Identifier: Apache-2.0
// [https] on both sides, [webhook.NAME] and deliver_by: what is refused, and what is filled in.
#include "loaded.h"

namespace sallyport::config {
namespace {

const std::string Listening =
    "[https]\nlisten = \"127.0.0.1:8443\"\ntls_certificate = \"edge.pem\"\ntls_key = "
    "\"env:KEY\"\n";

TEST(HttpsSettings, FillInLimitsScopesAndTheWayOut) {
    const Loaded loaded(Listening, "[https]\nnetworks = [\"192.0.2.0/24\"]\n");
    ASSERT_TRUE(loaded.result.ok()) << loaded.result.faults.at(0).text();
    EXPECT_TRUE(loaded.settings().https.listen.enabled);
    EXPECT_EQ(loaded.partner().deliver_by, "https");
    EXPECT_EQ(loaded.partner().https.requests_per_minute, 600U);
    EXPECT_EQ(loaded.partner().https.scopes.size(), 9U);
    EXPECT_NE(show_effective(loaded.partner()).find("requests_per_minute"), std::string::npos);
}

TEST(HttpsSettings, AListenerNeedsACertificateAndItsKey) {
    const Loaded loaded("[https]\nlisten = \"127.0.0.1:8443\"\n", "[https]\n");
    EXPECT_TRUE(loaded.has("https.tls_certificate"));
    EXPECT_TRUE(loaded.has("https.tls_key"));
}

TEST(HttpsSettings, TwoListenersCannotHaveOnePort) {
    EXPECT_FALSE(
        Loaded(Listening + "[sftp]\nlisten = \"127.0.0.1:8443\"\n", "[https]\n").result.ok());
}

TEST(HttpsSettings, AKeyAndItsNameGoTogetherAndScopesAreKnown) {
    EXPECT_TRUE(Loaded("", "[https]\nhmac_key_id = \"a\"\n").has("go together"));
    EXPECT_TRUE(Loaded("", "[https]\nhmac_key = \"env:KEY\"\n").has("go together"));
    EXPECT_TRUE(Loaded("", "[https]\nscopes = [\"documents:reed\"]\n").has("documents:read"));
    EXPECT_TRUE(Loaded("", "deliver_by = \"https\"\n[as2]\nid = \"A\"\n").has("[https]"));
}

TEST(WebhookSettings, NeedOneSecretAndAPathSecretNeedsNetworks) {
    const Loaded good("[webhook.odoo]\npath_secret = \"env:HOOK\"\nnetworks = [\"10.0.0.5\"]\n",
                      "[https]\n");
    ASSERT_TRUE(good.result.ok()) << good.result.faults.at(0).text();
    ASSERT_EQ(good.settings().webhooks.size(), 1U);
    EXPECT_EQ(good.settings().webhooks[0].name, "odoo");
    EXPECT_EQ(good.settings().webhooks[0].wakes, "odoo");
    EXPECT_TRUE(Loaded("[webhook.odoo]\n", "[https]\n").has("either secret or path_secret"));
    EXPECT_TRUE(
        Loaded("[webhook.odoo]\npath_secret = \"env:HOOK\"\n", "[https]\n").has("networks"));
    EXPECT_TRUE(Loaded("[webhook]\nodoo = 1\n", "[https]\n").has("has a name"));
}

}  // namespace
}  // namespace sallyport::config

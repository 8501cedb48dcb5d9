// SPDX-License-Identifier: Apache-2.0
#include "config/secret_ref.h"

#include "fixture.h"

#include "config/units.h"

#include <cstdlib>

namespace sallyport::config {

namespace {

std::string_view code_of(std::string_view text) {
    auto parsed = parse_secret_ref(text, "/base");
    return parsed ? std::string_view("ok") : parsed.error().code();
}

}  // namespace

TEST(SecretReference, KnowsThreeKindsAndRefusesEverythingElse) {
    EXPECT_EQ(parse_secret_ref("file:keys/a.key", "/base")->value, "/base/keys/a.key");
    EXPECT_EQ(parse_secret_ref("file:/etc/a.key", "/base")->value, "/etc/a.key");
    EXPECT_EQ(parse_secret_ref("env:ODOO_KEY", "/base")->text(), "env:ODOO_KEY");
    EXPECT_EQ(parse_secret_ref("credential:odoo-key", "/base")->kind, SecretRef::Kind::Credential);
    EXPECT_EQ(code_of("file:"), "config.secret.name");
    EXPECT_EQ(code_of("env:A B"), "config.secret.name");
    EXPECT_EQ(code_of("credential:../../etc/shadow"), "config.secret.name");
    EXPECT_EQ(code_of("credential:..hidden"), "config.secret.name");
    EXPECT_EQ(code_of("FILE:/etc/a.key"), "config.secret.inline");
}

TEST(SecretReference, NeverRepeatsWhatMayBeTheSecret) {
    for (const char* text : {"hunter2", "env:hunter2 x", "credential:hunter2/x"}) {
        auto refused = parse_secret_ref(text, "/base");
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().text().find("hunter2"), std::string::npos)
            << refused.error().text();
    }
}

class SecretFile : public ::testing::Test {
protected:
    Result<Secret> resolved(const std::string& text, unsigned mode) {
        m_dir.write("secret", text, mode);
        return resolve({SecretRef::Kind::File, (m_dir.path() / "secret").string()});
    }
    ConfigDirectory m_dir;
};

TEST_F(SecretFile, GivesTheOctetsWithoutOneLineEnd) {
    EXPECT_EQ(resolved("hunter2\n", 0600)->reveal(), "hunter2");
    EXPECT_EQ(resolved("hunter2\r\n", 0640)->reveal(), "hunter2");
    EXPECT_EQ(resolved(" hunter2\n\n", 0400)->reveal(), " hunter2\n");
}

TEST_F(SecretFile, RefusesWhatOthersMayReadAndWhatIsEmptyOrAbsent) {
    for (const unsigned mode : {0644U, 0604U, 0602U, 0601U}) {
        auto refused = resolved("hunter2", mode);
        ASSERT_FALSE(refused) << std::oct << mode;
        EXPECT_EQ(refused.error().code(), "config.secret.readable");
    }
    EXPECT_EQ(resolved("\n", 0600).error().code(), "config.secret.empty");
    EXPECT_EQ(resolve({SecretRef::Kind::File, (m_dir.path() / "absent").string()}).error().code(),
              "config.secret.missing");
    EXPECT_EQ(resolve({SecretRef::Kind::File, m_dir.path().string()}).error().code(),
              "config.secret.missing");
    EXPECT_EQ(resolved(std::string((1U << 20U) + 1, 'x'), 0600).error().code(),
              "config.secret.large");
}

TEST_F(SecretFile, EnvironmentAndCredentialsAreLookedUpWhenAsked) {
    EXPECT_EQ(resolve({SecretRef::Kind::Env, "SALLYPORT_TEST_NO_SUCH"}).error().code(),
              "config.secret.missing");
    ::setenv("SALLYPORT_TEST_SECRET",
             "hunter2",
             1);  // NOLINT(concurrency-mt-unsafe): a test of one thread
    EXPECT_EQ(resolve({SecretRef::Kind::Env, "SALLYPORT_TEST_SECRET"})->reveal(), "hunter2");
    ::unsetenv("CREDENTIALS_DIRECTORY");  // NOLINT(concurrency-mt-unsafe)
    EXPECT_EQ(resolve({SecretRef::Kind::Credential, "odoo"}).error().code(),
              "config.secret.missing");
    m_dir.write("odoo", "hunter2", 0400);
    ::setenv("CREDENTIALS_DIRECTORY", m_dir.path().c_str(), 1);  // NOLINT(concurrency-mt-unsafe)
    EXPECT_EQ(resolve({SecretRef::Kind::Credential, "odoo"})->reveal(), "hunter2");
    ::unsetenv("CREDENTIALS_DIRECTORY");  // NOLINT(concurrency-mt-unsafe)
}

TEST(Units, DurationsSizesAndAddressesAreReadExactly) {
    EXPECT_EQ(parse_duration("90s"), std::chrono::seconds(90));
    EXPECT_EQ(parse_duration("250ms"), std::chrono::milliseconds(250));
    EXPECT_EQ(parse_duration("7d"), std::chrono::hours(168));
    for (const char* text :
         {"", "5", "s", "5 s", "5S", "-5s", "+5s", "1.5s", "5ss", "999999999999999999d", "4000d"})
        EXPECT_FALSE(parse_duration(text)) << text;
    EXPECT_EQ(parse_octets("64MiB"), 64U << 20U);
    for (const char* text : {"64MB", "64", "64mib", "2000000GiB", "18446744073709551616B"})
        EXPECT_FALSE(parse_octets(text)) << text;
    EXPECT_EQ(parse_endpoint("[::1]:8080")->host, "::1");
    EXPECT_EQ(parse_endpoint("localhost:0")->port, 0);
    for (const char* text : {"",
                             "8080",
                             ":8080",
                             "h:65536",
                             "h:-1",
                             "h:",
                             "::1:80",
                             "[]:1",
                             "a b:1",
                             "http://h:1",
                             "h:1x"})
        EXPECT_FALSE(parse_endpoint(text)) << text;
}

}  // namespace sallyport::config

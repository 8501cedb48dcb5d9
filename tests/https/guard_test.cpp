// SPDX-License-Identifier: Apache-2.0
#include "transports/https/guard.h"

#include "tests/support/https_fixture.h"

#include <gtest/gtest.h>

namespace sallyport::https {
namespace {

using namespace std::chrono_literals;
using transports::HttpRequest;

class GuardTest : public ::testing::Test {
protected:
    ApiWorld world;
    std::string admit(const HttpRequest& request) {
        auto caller = world.guard->admit(request);
        return caller ? caller->credential.substr(0, caller->credential.find(':'))
                      : std::string(caller.error().code());
    }
    HttpRequest with_token(const std::string& token) {
        return world.request("GET", "/v1/me", token);
    }
    // RFC 9421 as a partner's program writes it, apart from our reader.
    HttpRequest signed_post(const std::string& key_id, const std::string& nonce) {
        HttpRequest request = world.request("POST", "/v1/documents?x=1", "");
        request.body = "ISA*00*~";
        request.headers.emplace_back("Content-Type", "application/edi-x12");
        request.headers.emplace_back("Idempotency-Key", "k1");
        request.headers.emplace_back("Content-Digest",
                                     "sha-256=:" + to_base64(sha256(request.body)) + ":");
        const std::string created = std::to_string(to_micros(world.clock.at) / 1'000'000);
        const std::string parameters =
            "(\"@method\" \"@path\" \"@query\" \"content-digest\" \"content-type\" "
            "\"idempotency-key\");created=" +
            created + ";keyid=\"" + key_id + "\";nonce=\"" + nonce + "\";alg=\"hmac-sha256\"";
        const std::string base =
            "\"@method\": POST\n\"@path\": /v1/documents\n\"@query\": ?x=1\n"
            "\"content-digest\": sha-256=:" +
            to_base64(sha256(request.body)) +
            ":\n\"content-type\": application/edi-x12\n\"idempotency-key\": k1\n"
            "\"@signature-params\": " +
            parameters;
        const Secret key("acme-shared-secret-of-32-characters");
        request.headers.emplace_back("Signature-Input", "sig1=" + parameters);
        request.headers.emplace_back("Signature",
                                     "sig1=:" + to_base64(hmac_sha256(key, base)) + ":");
        return request;
    }
    static void set(HttpRequest& request, const std::string& name, const std::string& value) {
        for (auto& [known, old] : request.headers)
            if (known == name) old = value;
    }
};

TEST_F(GuardTest, TakesATokenACertificateAndASignature) {
    EXPECT_EQ(admit(with_token(world.tokens_of["acme"])), "token");
    HttpRequest by_certificate = world.request("GET", "/v1/me", "");
    by_certificate.client_fingerprint = sha256_hex("acme");
    EXPECT_EQ(admit(by_certificate), "certificate");
    EXPECT_EQ(admit(signed_post("acme-1", "0123456789abcdef")), "key");
}

TEST_F(GuardTest, SaysTheSameOfATokenThatIsUnknownWrongExpiredRevokedOrForAnotherGateway) {
    const std::string good = world.tokens_of["acme"];
    const std::string id = split_token(good)->id;
    std::string wrong = good;
    wrong.back() = wrong.back() == 'A' ? 'B' : 'A';
    EXPECT_EQ(admit(with_token(wrong)), "https.token");
    EXPECT_EQ(admit(with_token("sp1_nonsense")), "https.token");
    world.tokens.all[id].expires = world.clock.at;
    EXPECT_EQ(admit(with_token(good)), "https.token");
    world.tokens.all[id].expires = world.clock.at + 1s;
    world.tokens.all[id].revoked = world.clock.at;
    EXPECT_EQ(admit(with_token(good)), "https.token");
    world.tokens.all[id].revoked = world.clock.at + 1s;  // an overlap
    world.tokens.all[id].environment = "test";
    EXPECT_EQ(admit(with_token(good)), "https.token");
    world.tokens.all[id].environment = "production";
    world.penalties.forget("192.0.2.7");
    EXPECT_EQ(admit(with_token(good)), "token");
}

TEST_F(GuardTest, BansAnAddressThatGuessesAndOnlyThatOne) {
    for (int guess = 0; guess < 5; ++guess)
        EXPECT_EQ(admit(with_token("sp1_nonsense")), "https.token");
    EXPECT_EQ(admit(with_token(world.tokens_of["acme"])), "https.banned");
    EXPECT_GT(world.guard->banned_for(with_token("")).count(), 0);
    HttpRequest elsewhere = with_token(world.tokens_of["acme"]);
    elsewhere.remote_address = "198.51.100.1:99";
    EXPECT_EQ(admit(elsewhere), "token");
}

TEST_F(GuardTest, DoesNotCountOurOwnTroubleOrNoCredentialsAsGuesses) {
    world.tokens.broken = true;
    for (int time = 0; time < 20; ++time)
        EXPECT_EQ(admit(with_token(world.tokens_of["acme"])), "store.unavailable");
    world.tokens.broken = false;
    for (int time = 0; time < 20; ++time)
        EXPECT_EQ(admit(world.request("GET", "/v1/me", "")), "https.credentials");
    EXPECT_EQ(admit(with_token(world.tokens_of["acme"])), "token");
}

TEST_F(GuardTest, RefusesANonceTheSecondTime) {
    const HttpRequest request = signed_post("acme-1", "0123456789abcdef");
    EXPECT_EQ(admit(request), "key");
    EXPECT_EQ(admit(request), "https.replay");
}

TEST_F(GuardTest, RefusesASignatureOutOfItsTime) {
    const HttpRequest request = signed_post("acme-1", "0123456789abcdef");
    world.clock.advance(301s);
    EXPECT_EQ(admit(request), "https.signature");
    world.clock.advance(-602s);
    EXPECT_EQ(admit(request), "https.signature");
    world.clock.advance(301s);
    EXPECT_EQ(admit(request), "key");
}

TEST_F(GuardTest, RefusesASignedRequestOfWhichAnyPartWasChanged) {
    const auto changed = [&](auto&& change) {
        world.penalties.forget("192.0.2.7");
        HttpRequest request = signed_post("acme-1", "0123456789abcdef");
        change(request);
        return admit(request);
    };
    EXPECT_EQ(changed([](auto& r) { r.method = "PUT"; }), "https.signature");
    EXPECT_EQ(changed([](auto& r) { r.path = "/v1/outbox"; }), "https.signature");
    EXPECT_EQ(changed([](auto& r) { r.query = "x=2"; }), "https.signature");
    EXPECT_EQ(changed([](auto& r) { set(r, "Content-Type", "text/xml"); }), "https.signature");
    EXPECT_EQ(changed([](auto& r) { set(r, "Idempotency-Key", "k2"); }), "https.signature");
    EXPECT_EQ(changed([](auto& r) { set(r, "Signature", "sig1=:AAAA:"); }), "https.signature");
    EXPECT_EQ(changed([](auto& r) { set(r, "Signature", "other=:AAAA:"); }), "https.signature");
    EXPECT_EQ(changed([](auto& r) { r.headers.emplace_back("Idempotency-Key", "k1"); }),
              "https.signature");
    EXPECT_EQ(changed([](auto&) {}), "key") << "or the test proves nothing";
}

TEST_F(GuardTest, RefusesASignatureThatCoversTooLittle) {
    HttpRequest request = world.request("POST", "/v1/documents", "");
    const std::string parameters =
        "(\"@method\");created=" + std::to_string(to_micros(world.clock.at) / 1'000'000) +
        ";keyid=\"acme-1\";nonce=\"0123456789abcdef\"";
    const Secret key("acme-shared-secret-of-32-characters");
    request.headers.emplace_back("Signature-Input", "s=" + parameters);
    request.headers.emplace_back(
        "Signature",
        "s=:" +
            to_base64(hmac_sha256(key, "\"@method\": POST\n\"@signature-params\": " + parameters)) +
            ":");
    auto caller = world.guard->admit(request);
    ASSERT_FALSE(caller);
    EXPECT_NE(caller.error().what().find("@path"), std::string::npos);
}

TEST_F(GuardTest, ComparesTheBodyWithTheDigestThatWasSigned) {
    HttpRequest request = signed_post("acme-1", "0123456789abcdef");
    ASSERT_EQ(admit(request), "key");
    EXPECT_TRUE(world.guard->confirm(request));
    request.body += "more";
    auto caller = world.guard->confirm(request);
    ASSERT_FALSE(caller);
    EXPECT_EQ(caller.error().code(), "https.signature");
}

TEST_F(GuardTest, AnUnknownKeyIsAWrongSignature) {
    EXPECT_EQ(admit(signed_post("nobody-1", "0123456789abcdef")), "https.signature");
}

TEST_F(GuardTest, TakesOneKindOfCredentialsOnly) {
    HttpRequest both = signed_post("acme-1", "0123456789abcdef");
    both.headers.emplace_back("Authorization", "Bearer " + world.tokens_of["acme"]);
    EXPECT_EQ(admit(both), "https.credentials");
}

TEST_F(GuardTest, HoldsAPartnerToItsNetworks) {
    world.accounts["acme"]->networks = {"203.0.113.0/24"};
    EXPECT_EQ(admit(with_token(world.tokens_of["acme"])), "https.network");
    HttpRequest near = with_token(world.tokens_of["acme"]);
    near.remote_address = "203.0.113.9:1";
    EXPECT_EQ(admit(near), "token");
}

TEST_F(GuardTest, GivesAPartnerItsRateAndSaysWhenThereIsMore) {
    Account account{.partner = "slow", .requests_per_minute = 60};
    unsigned taken = 0;
    while (world.guard->wait(account).count() == 0)
        ++taken;
    EXPECT_EQ(taken, 15U) << "a quarter of a minute's";
    EXPECT_EQ(world.guard->wait(account), 1s);
    world.clock.advance(10s);
    for (int more = 0; more < 10; ++more)
        EXPECT_EQ(world.guard->wait(account).count(), 0);
    EXPECT_EQ(world.guard->wait(account), 1s);
}

TEST(TokenText, IsReadBackAndNothingElseIs) {
    SystemRandom random;
    const TokenText made = new_token(Instant{}, random);
    const std::string text = join_token(made);
    const auto read = split_token(text);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->id, made.id);
    EXPECT_EQ(read->secret, made.secret);
    EXPECT_FALSE(split_token(text + "x"));
    EXPECT_FALSE(split_token(text.substr(1)));
    EXPECT_FALSE(split_token("sp1_" + std::string(26, ' ') + "_" + made.secret));
}

TEST(AddressOnly, LeavesThePortOut) {
    EXPECT_EQ(address_only("192.0.2.7:80"), "192.0.2.7");
    EXPECT_EQ(address_only("[2001:db8::1]:80"), "2001:db8::1");
    EXPECT_EQ(address_only("2001:db8::1"), "2001:db8::1");
}

}  // namespace
}  // namespace sallyport::https

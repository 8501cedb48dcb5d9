// SPDX-License-Identifier: Apache-2.0
// An attacker's afternoon at the receiver. What stands elsewhere: forged, changed and wrapped receipts (as2_receipt_in_test.cpp,
// as2_mdn_test.cpp), downgrades and the zip bomb (tests/as2-vectors, refused-*), slow clients and smuggling (http_server_test.cpp),
// BER limits (tests/certs), URLs that lead inside (egress_test.cpp).
#include "tests/support/as2_fixture.h"

#include <gtest/gtest.h>

#include <set>

namespace sallyport::transports {
namespace {

std::string disposition(const HttpResponse& response) {
    const std::string text(read_mdn(response)["Disposition"]);
    const auto at = text.find("; ");
    return at == std::string::npos ? "no receipt" : text.substr(at + 2);
}

// The one valid signature is inside a part of something else, beside a document nobody signed.
TEST(Attack, ASignatureWrappedBesideAnotherDocumentSignsNothing) {
    const std::string inner = signed_entity(Document);
    const std::string wrapped =
        "Content-Type: multipart/mixed; boundary=\"w\"\r\n\r\n--w\r\nContent-Type: "
        "application/edi-x12\r\n\r\nFORGED\r\n--w\r\n" +
        inner + "\r\n--w--\r\n";
    ReceiverUnderTest under;
    const auto response = under.post(as2_request(encrypted(wrapped), want_signed()));
    EXPECT_EQ(disposition(response), "processed/error: insufficient-message-security");
    EXPECT_TRUE(under.intake.arrivals.empty());
}

// What is signed is the first part; a second document after the signature is no third part.
TEST(Attack, APartAfterTheSignatureIsRefused) {
    std::string entity = signed_entity(Document);
    entity.replace(entity.rfind("--b1--"),
                   6,
                   "--b1\r\nContent-Type: application/edi-x12\r\n\r\nFORGED\r\n--b1--");
    ReceiverUnderTest under;
    const auto response = under.post(as2_request(encrypted(entity), want_signed()));
    EXPECT_EQ(disposition(response), "processed/error: authentication-failed");
    EXPECT_TRUE(under.intake.arrivals.empty());
}

// One partner's message, sent again under another partner's name.
TEST(Attack, AMessageReplayedAsAnotherPartnersIsNotTheirs) {
    auto first = std::make_shared<As2Agreement>(gateway_agreement());
    auto other = std::make_shared<As2Agreement>(gateway_agreement());
    other->name = "other";
    other->partner_id = "OTHER";
    other->partner_signing = {test_identity("stranger").certificate};
    MemoryIntake intake;
    const SystemClock clock;
    As2Receiver receiver({}, fixed_directory({first, other}), intake, clock, Log(null_sink()));
    const std::string message = encrypted(signed_entity(Document));
    const auto once = receiver.handle(as2_request(message, want_signed()));
    EXPECT_EQ(disposition(once), "processed");
    const auto again =
        receiver.handle(as2_request(message, want_signed() + HeaderList{{"AS2-From", "OTHER"}}));
    EXPECT_EQ(disposition(again), "processed/error: authentication-failed");
    EXPECT_EQ(intake.arrivals.size(), 1U);
}

// What we signed ourselves, posted back under the partner's name: a signature that verifies, and not theirs.
TEST(Attack, OurOwnMessageReflectedIsNotThePartners) {
    for (const auto& entity : {signed_entity(Document, "gateway"),
                               compressed(signed_entity(Document, "gateway")),
                               signed_entity(compressed(Document), "gateway")}) {
        ReceiverUnderTest under;
        EXPECT_EQ(disposition(under.post(as2_request(encrypted(entity), want_signed()))),
                  "processed/error: authentication-failed");
        EXPECT_TRUE(under.intake.arrivals.empty());
    }
}

TEST(Attack, AnAsn1BombOfDepthIsRefusedBeforeItIsUnderstood) {
    std::string bomb;
    for (int level = 0; level < 200'000; ++level)
        bomb += "\x30\x80";
    ReceiverUnderTest under;
    const auto response = under.post(as2_request(cms_entity(bomb), want_signed()));
    EXPECT_EQ(disposition(response), "processed/error: decryption-failed");
    EXPECT_TRUE(under.intake.arrivals.empty());
}

TEST(Attack, AnAsn1LengthThatPromisesGigabytesAllocatesNothing) {
    const std::string promise("\x30\x84\x7F\xFF\xFF\xFF\x06\x09", 8);
    ReceiverUnderTest under;
    EXPECT_EQ(disposition(under.post(as2_request(cms_entity(promise), want_signed()))),
              "processed/error: decryption-failed");
}

// Bleichenbacher and Vaudenay: however a ciphertext is bent, the answer is the same to the letter.
TEST(Attack, EveryBrokenCiphertextGetsTheSameAnswer) {
    const std::string good = encrypted(signed_entity(Document));
    std::set<std::string> answers;
    std::set<std::string> explanations;
    ReceiverUnderTest under;
    const auto post = [&](const std::string& entity) {
        const auto response = under.post(as2_request(entity, want_signed()));
        answers.insert(disposition(response));
        explanations.insert(read_mdn(response).explanation);
    };
    for (const int mask :
         {0x55, 0xAA}) {  // the last octet of padding becomes one that no padding has
        std::string bent = good;
        bent[bent.size() - 17] = static_cast<char>(bent[bent.size() - 17] ^ mask);
        post(bent);
    }
    post(encrypted(signed_entity(Document), "stranger"));  // somebody else's key
    EXPECT_EQ(answers, std::set<std::string>{"processed/error: decryption-failed"});
    EXPECT_EQ(explanations.size(), 1U);
    EXPECT_TRUE(under.intake.arrivals.empty());
}

class HandClock final : public Clock {
public:
    Instant now() const override { return SystemClock().now(); }
    std::chrono::steady_clock::time_point steady_now() const override { return steady; }
    std::chrono::steady_clock::time_point steady{std::chrono::hours{1}};
};

// Vaudenay's question, which no wording of the answer hides: does the last octet of a bent block decrypt to padding? One in 256
// does, and is answered otherwise. So there are few answers, for the one who asks only.
TEST(Attack, APaddingOracleAnswersOnlySoOftenAndNobodyElseWaits) {
    auto first = std::make_shared<As2Agreement>(gateway_agreement());
    auto other = std::make_shared<As2Agreement>(gateway_agreement());
    other->name = "other";
    other->partner_id = "OTHER";
    MemoryIntake intake;
    HandClock clock;
    As2Receiver receiver({}, fixed_directory({first, other}), intake, clock, Log(null_sink()));
    unsigned number = 0;
    const auto post =
        [&](const std::string& entity, const std::string& from, const std::string& address) {
            auto request = as2_request(
                entity,
                want_signed() + HeaderList{{"AS2-From", from},
                                           {"Message-ID", "<" + std::to_string(++number) + "@p>"}});
            request.remote_address = address;
            return receiver.handle(request);
        };
    const std::string good = encrypted(signed_entity(Document));
    const std::string attacker = "192.0.2.66:4080";
    unsigned asked = 0;
    HttpResponse answer;
    for (int mask = 1; mask < 256 && answer.status == 200; ++mask) {
        std::string bent = good;
        bent[bent.size() - 17] = static_cast<char>(bent[bent.size() - 17] ^ mask);
        answer = post(bent, "PARTNER", attacker);
        asked += answer.status == 200 ? 1U : 0U;
    }
    const auto most = static_cast<unsigned>(GuessLimits{}.points);
    EXPECT_GE(asked, most);
    EXPECT_LE(asked, most + 2) << "the one that holds costs nothing";
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(header_or_empty(answer.headers, "Retry-After"), "300");
    // Nothing is told him, not even of a sound message; a new port is no new address.
    EXPECT_EQ(post(good, "PARTNER", "192.0.2.66:4081").status, 503);
    EXPECT_EQ(disposition(post(good, "PARTNER", "192.0.2.1:4080")), "processed");
    EXPECT_EQ(disposition(post(good, "OTHER", attacker)), "processed");
    clock.steady += GuessLimits{}.pause;
    EXPECT_EQ(disposition(post(good, "PARTNER", attacker)), "processed");
}

// Bleichenbacher's half: whatever the wrapped key is bent into, GCM says no with the same words. (Under CBC the random key that
// then stands in for it gives a padding that holds once in 256 times; see the limit on guesses.)
TEST(Attack, EveryBentKeyGetsTheSameAnswer) {
    const std::string good =
        encrypted(signed_entity(Document), "gateway", {.cipher = certs::Cipher::Aes256Gcm});
    const std::size_t key = good.find(std::string("\x04\x82\x01\x00", 4));
    ASSERT_NE(key, std::string::npos);
    auto agreement = gateway_agreement();
    agreement.inbound.ciphers = {certs::Cipher::Aes256Gcm};
    ReceiverUnderTest under(agreement);
    ASSERT_EQ(disposition(under.post(as2_request(good, want_signed()))), "processed");
    std::set<std::string> answers;
    for (std::size_t at = 0; at < 256; at += 17) {
        std::string bent = good;
        bent[key + 4 + at] = static_cast<char>(bent[key + 4 + at] ^ 1);
        const auto response = under.post(
            as2_request(bent, want_signed() + HeaderList{{"Message-ID", "<other@partner>"}}));
        answers.insert(disposition(response) + '|' + read_mdn(response).explanation);
    }
    EXPECT_EQ(answers.size(), 1U);
    EXPECT_TRUE(answers.begin()->starts_with("processed/error: decryption-failed|"))
        << *answers.begin();
    EXPECT_EQ(under.intake.arrivals.size(), 1U);
}

// An agreed signature cannot be taken off by asking nicely: every weaker shape of the same document is refused.
TEST(Attack, EveryDowngradeOfAnAgreedMessageIsRefused) {
    for (const auto& entity : {Document,
                               compressed(Document),
                               encrypted(Document),
                               encrypted(compressed(Document)),
                               signed_entity(Document),
                               compressed(signed_entity(Document))}) {
        ReceiverUnderTest under;
        EXPECT_EQ(disposition(under.post(as2_request(entity, want_signed()))),
                  "processed/error: insufficient-message-security");
        EXPECT_TRUE(under.intake.arrivals.empty());
    }
}

}  // namespace
}  // namespace sallyport::transports

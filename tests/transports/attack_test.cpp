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

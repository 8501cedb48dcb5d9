// SPDX-License-Identifier: Apache-2.0
// Receipts of our own messages that come later, as requests: believed only like those in an answer, and nothing but a
// believed one changes anything.
#include "tests/support/as2_fixture.h"

#include "transports/as2_compose.h"
#include "transports/as2_mdn.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace sallyport::transports {
namespace {

constexpr std::string_view OurId = "<01H@gateway.test>";

class MemoryInbox final : public ReceiptInbox {
public:
    Result<std::optional<AwaitedReceipt>> awaited(const std::string& partner,
                                                  const std::string& message_id) override {
        if (broken) return Error("store.unavailable", Blame::Network, "busy");
        if (partner != "partner" || message_id != OurId) return std::optional<AwaitedReceipt>();
        return std::optional<AwaitedReceipt>({.message = "01H", .expectation = expectation});
    }
    Status settle(const AwaitedReceipt& awaited, const Delivery& delivery) override {
        if (broken_later) return Error("store.unavailable", Blame::Network, "busy");
        settled.push_back(awaited.message + ": " + delivery.disposition);
        return {};
    }
    Status contest(const AwaitedReceipt& awaited, const Error& error, BytesView receipt) override {
        contested.push_back(awaited.message + ": " + std::string(error.code()));
        evidence = receipt;
        return {};
    }
    bool broken = false;
    bool broken_later = false;
    std::string expectation;
    std::string evidence;
    std::vector<std::string> settled;
    std::vector<std::string> contested;
};

class LaterReceipt : public testing::Test {
protected:
    LaterReceipt() {
        agreement.outbound.mdn_url = "https://gateway.test/as2";
        const auto frozen = compose_message({.partner = "partner",
                                             .message_id = "01H",
                                             .payload = DocumentBody,
                                             .content_type = "application/edi-x12",
                                             .file_name = "997.edi"},
                                            agreement,
                                            {.host_name = "gateway.test", .product = "x"});
        wire = frozen->wire;
        inbox.expectation = frozen->expectation;
        const auto expected = MdnExpectation::read(frozen->expectation);
        facts = {.from = "PARTNER",
                 .to = "GATEWAY",
                 .original_message_id = std::string(OurId),
                 .disposition = "processed",
                 .mic = to_base64(expected->mics.at(certs::Digest::Sha256)) + ", sha-256",
                 .explanation = "thanks",
                 .message_id = "<mdn@partner>",
                 .boundary_seed = "seed",
                 .product = "Partner"};
    }
    HttpResponse post(const std::string& signer = "partner", const HeaderList& more = {}) {
        ReceiptStyle style;
        style.wanted = true;
        style.is_signed = !signer.empty();
        const auto identity = test_identity(signer.empty() ? "partner" : signer);
        auto mdn = write_mdn(facts, style, signer.empty() ? nullptr : &identity);
        HttpRequest request;
        request.method = "POST";
        request.path = "/as2";
        request.headers = mdn->headers;
        for (const auto& field : more)
            std::erase_if(request.headers,
                          [&](const auto& old) { return old.first == field.first; });
        for (const auto& field : more)
            if (!field.second.empty()) request.headers.push_back(field);
        request.headers.emplace_back("Content-Length", std::to_string(mdn->body.size()));
        request.header_block = write_headers(request.headers) + "\r\n";
        request.body = mutate ? mutate(mdn->body) : mdn->body;
        ReceiverUnderTest under(agreement, {.receipts_in = &inbox});
        auto response = under.post(request);
        refusals = under.intake.refusals.size();
        code = refusals == 0 ? "" : under.intake.refusals.back().code;
        arrivals = under.intake.arrivals.size();
        return response;
    }
    void expect_untouched(const std::string& refused_with) const {
        EXPECT_EQ(code, refused_with);
        EXPECT_TRUE(inbox.settled.empty());
        EXPECT_TRUE(inbox.contested.empty());
        EXPECT_EQ(arrivals, 0U) << "a receipt is never taken for a document";
    }

    As2Agreement agreement = gateway_agreement();
    MemoryInbox inbox;
    MdnFacts facts;
    std::function<std::string(std::string)> mutate;
    std::string wire;
    std::string code;
    std::size_t refusals = 0;
    std::size_t arrivals = 0;
};

TEST_F(LaterReceipt, IsAskedForInTheHeader) {
    const auto entity = parse_entity(wire, {});
    EXPECT_EQ(header_or_empty(entity->headers, "Receipt-Delivery-Option"),
              "https://gateway.test/as2");
}

TEST_F(LaterReceipt, Mdn24SettlesTheMessageWhenEverythingHolds) {
    const auto response = post();
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "");
    EXPECT_EQ(inbox.settled, std::vector<std::string>{"01H: processed"});
    EXPECT_EQ(refusals, 0U);
    EXPECT_EQ(arrivals, 0U);
}

TEST_F(LaterReceipt, Hdr06MayComeWithoutAMessageId) {
    EXPECT_EQ(post("partner", {{"Message-ID", ""}}).status, 200);
    EXPECT_EQ(inbox.settled.size(), 1U);
}

TEST_F(LaterReceipt, AttackForgedBySomebodyElseChangesNothing) {  // MDN-22
    EXPECT_EQ(post("stranger").status, 400);
    expect_untouched("as2.mdn.signature");
}

TEST_F(LaterReceipt, AttackUnsignedChangesNothingWhenSignedWasAsked) {
    facts.disposition = "processed/error: decryption-failed";
    EXPECT_EQ(post("").status, 400);
    expect_untouched("as2.mdn.unsigned");
}

TEST_F(LaterReceipt, AttackOnceChangedOnTheWayChangesNothing) {  // MDN-22
    mutate = [](std::string body) {
        const auto at = body.find("; processed");
        return body.replace(at, 11, "; processeD");
    };
    EXPECT_EQ(post().status, 400);
    expect_untouched("as2.mdn.signature");
}

// The verified part is read, never a second report beside it.
TEST_F(LaterReceipt, Mdn21AttackWrappedAroundAnotherReportChangesNothing) {
    facts.disposition = "processed/error: decryption-failed";
    mutate = [](std::string body) {
        const std::string boundary = body.substr(0, body.find("\r\n"));
        return boundary +
               "\r\nContent-Type: multipart/report; boundary=\"x\"\r\n\r\n--x\r\nContent-Type: "
               "message/disposition-notification\r\n\r\nOriginal-Message-ID: "
               "<01H@gateway.test>\r\nDisposition: a/b; processed\r\n\r\n--x--\r\n" +
               body;
    };
    EXPECT_EQ(post().status, 400);
    expect_untouched("as2.mdn.malformed");
}

TEST_F(LaterReceipt, Mdn20ForAMessageWeNeverSentChangesNothing) {
    facts.original_message_id = "<other@gateway.test>";
    EXPECT_EQ(post().status, 400);
    expect_untouched("as2.mdn.foreign");
}

TEST_F(LaterReceipt, Mdn20OfAnotherPartnerChangesNothing) {
    agreement.name = "another";
    EXPECT_EQ(post().status, 400);
    expect_untouched("as2.mdn.foreign");
}

TEST_F(LaterReceipt, Mdn23WithoutDispositionChangesNothing) {
    facts.disposition = "";
    EXPECT_EQ(post().status, 400);
    expect_untouched("as2.mdn.malformed");
}

TEST_F(LaterReceipt, Mdn26ThatRefusesIsHandedToAPersonWithTheEvidence) {
    facts.disposition = "processed/error: decryption-failed";
    EXPECT_EQ(post().status, 200);
    EXPECT_TRUE(inbox.settled.empty());
    EXPECT_EQ(inbox.contested, std::vector<std::string>{"01H: as2.mdn.refused"});
    EXPECT_NE(inbox.evidence.find("multipart/report"), std::string::npos);
}

TEST_F(LaterReceipt, Mdn24WithAnotherMicIsHandedToAPerson) {
    facts.mic = to_base64(certs::digest(certs::Digest::Sha256, "other")) + ", sha-256";
    EXPECT_EQ(post().status, 200);
    EXPECT_EQ(inbox.contested, std::vector<std::string>{"01H: as2.mdn.mic.mismatch"});
    inbox.contested.clear();
    facts.mic = "";
    EXPECT_EQ(post().status, 200);
    EXPECT_EQ(inbox.contested, std::vector<std::string>{"01H: as2.mdn.mic.missing"});
}

TEST_F(LaterReceipt, IsAskedForAgainWhenItCouldNotBeStored) {
    inbox.broken_later = true;
    EXPECT_EQ(post().status, 503);
    inbox.broken = true;
    EXPECT_EQ(post().status, 503);
    EXPECT_EQ(refusals, 0U);
}

}  // namespace
}  // namespace sallyport::transports

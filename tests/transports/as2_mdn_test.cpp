// SPDX-License-Identifier: Apache-2.0
// What a partner's receipt must be before it counts: MDN-20 to MDN-28. PARTNER answers, GATEWAY judges.
#include "transports/as2_mdn.h"

#include "tests/support/as2_fixture.h"

#include "transports/as2_compose.h"

#include <gtest/gtest.h>

#include <string>

namespace sallyport::transports {
namespace {

using certs::Digest;

const std::string Scope = "Content-Type: a/b\r\n\r\nISA";

struct Response {
    HeaderList headers;
    std::string body;
};

MdnExpectation expected(MdnRequest request = MdnRequest::Signed) {
    return expect_mdn(request, "<m1@gateway>", Scope);
}

MdnFacts facts(const std::string& disposition = "processed", Digest digest = Digest::Sha256) {
    return {.from = "PARTNER",
            .to = "GATEWAY",
            .original_message_id = "<m1@gateway>",
            .disposition = disposition,
            .mic = write_mic(digest, Scope, micalg_name(digest, false)),
            .explanation = "for people",
            .message_id = "<r1@partner>",
            .boundary_seed = "seed",
            .product = "Partner"};
}

Response receipt(const MdnFacts& given,
                 bool is_signed = true,
                 const std::string& signer = "partner",
                 Digest digest = Digest::Sha256) {
    ReceiptStyle style;
    style.wanted = true;
    style.is_signed = is_signed;
    style.digest = digest;
    const auto identity = test_identity(signer);
    auto made = write_mdn(given, style, &identity);
    return {.headers = made->headers, .body = made->body};
}

// Signs any entity as the first part of a receipt.
Response sign_report(const std::string& report, const std::string& signer = "partner") {
    const std::string entity = signed_entity(report, signer);
    const auto parsed = parse_entity(entity, {});
    HeaderList headers{{"AS2-From", "PARTNER"}, {"AS2-To", "GATEWAY"}};
    headers.insert(headers.end(), parsed->headers.begin(), parsed->headers.end());
    return {.headers = headers, .body = std::string(parsed->body)};
}

std::string report(const std::string& fields) {
    return "Content-Type: multipart/report; report-type=disposition-notification; "
           "boundary=r\r\n\r\n--r\r\n\r\ntext\r\n--r\r\n"
           "Content-Type: message/disposition-notification\r\n\r\n" +
           fields + "\r\n--r--\r\n";
}

const std::string GoodFields =
    "Original-Message-ID: <m1@gateway>\r\nDisposition: automatic-action/MDN-sent-automatically; "
    "processed\r\nReceived-Content-MIC: " +
    base64_digest(Digest::Sha256, Scope) + ", sha-256\r\n";

std::string verdict(const Response& response, const MdnExpectation& expectation = expected()) {
    const auto judged =
        judge_mdn(response.headers, response.body, expectation, gateway_agreement());
    return judged ? "delivered" : std::string(judged.error().code());
}

TEST(MdnAcceptance, TakesASignedReceiptAndKeepsItAsEvidence) {
    const auto response = receipt(facts());
    const auto judged = judge_mdn(response.headers, response.body, expected(), gateway_agreement());
    ASSERT_TRUE(judged) << judged.error().text();
    EXPECT_EQ(judged->disposition, "processed");
    EXPECT_TRUE(judged->receipt_signed);
    EXPECT_TRUE(judged->mic_matched);
    EXPECT_NE(judged->receipt.find(response.body), std::string::npos);
    EXPECT_NE(judged->receipt.find("AS2-From: PARTNER\r\n"), std::string::npos);
}

TEST(MdnAcceptance, Mdn20IsForThisMessageAndThisPairOnly) {
    auto other = facts();
    other.original_message_id = "<m2@gateway>";
    EXPECT_EQ(verdict(receipt(other)), "as2.mdn.foreign");
    other.original_message_id = "";
    EXPECT_EQ(verdict(receipt(other)), "as2.mdn.foreign");
    other.original_message_id = "m1@gateway";  // pyas2lib drops the brackets
    EXPECT_EQ(verdict(receipt(other)), "delivered");
    auto pair = facts();
    pair.from = "OTHER";
    EXPECT_EQ(verdict(receipt(pair)), "as2.mdn.foreign");
    pair = facts();
    pair.to = "gateway";
    EXPECT_EQ(verdict(receipt(pair)), "as2.mdn.foreign");
    auto silent = receipt(facts());
    std::erase_if(silent.headers,
                  [](const auto& field) { return field.first.starts_with("AS2-"); });
    EXPECT_EQ(verdict(silent), "delivered");
}

TEST(MdnAcceptance, Mdn21WantsASignatureUnderAConfiguredCertificateOverExactlyTwoParts) {
    EXPECT_EQ(verdict(receipt(facts(), false)), "as2.mdn.unsigned");
    EXPECT_EQ(verdict(receipt(facts(), true, "stranger")), "as2.mdn.signature");
    EXPECT_EQ(verdict(receipt(facts(), true, "gateway")), "as2.mdn.signature");
    EXPECT_EQ(verdict(receipt(facts(), true, "partner-next")), "delivered");  // rollover
    auto changed = receipt(facts("processed/error: authentication-failed"));
    const auto at = changed.body.find("processed/error: authentication-failed");
    changed.body.replace(at, 38, "processed                             ");
    EXPECT_EQ(verdict(changed), "as2.mdn.signature");
    auto three = receipt(facts());
    three.body.insert(three.body.rfind("--signed-seed--"),
                      "--signed-seed\r\n" + report(GoodFields) + "\r\n");
    EXPECT_EQ(verdict(three), "as2.mdn.malformed");
}

TEST(MdnAcceptance, Mdn21ReadsTheVerifiedPartAndNoReportWrappedAroundIt) {
    // The partner's true signature over a negative report, and a forged positive one beside, before, or around it.
    const std::string negative = report(
        "Original-Message-ID: <m1@gateway>\r\nDisposition: "
        "automatic-action/MDN-sent-automatically; processed/error: decryption-failed\r\n");
    const std::string inner = signed_entity(negative);
    const std::string wrapped = "Content-Type: multipart/mixed; boundary=w\r\n\r\n--w\r\n" + inner +
                                "\r\n--w\r\n" + report(GoodFields) + "\r\n--w--\r\n";
    const auto parsed = parse_entity(wrapped, {});
    EXPECT_EQ(verdict({.headers = parsed->headers, .body = std::string(parsed->body)}),
              "as2.mdn.unsigned");
    const auto in_epilogue = sign_report(negative);
    EXPECT_EQ(
        verdict({.headers = in_epilogue.headers, .body = in_epilogue.body + report(GoodFields)}),
        "as2.mdn.refused");
    EXPECT_EQ(verdict({.headers = in_epilogue.headers,
                       .body = report(GoodFields) + "\r\n" + in_epilogue.body}),
              "as2.mdn.refused");
    // Two notifications inside what is signed: which one counts is nobody's guess.
    const std::string two =
        "Content-Type: multipart/report; boundary=r\r\n\r\n--r\r\nContent-Type: "
        "message/disposition-notification\r\n\r\n" +
        GoodFields + "\r\n--r\r\nContent-Type: message/disposition-notification\r\n\r\n" +
        GoodFields + "\r\n--r--\r\n";
    EXPECT_EQ(verdict(sign_report(two)), "as2.mdn.malformed");
}

TEST(MdnAcceptance, Mdn23FailsClosedOnAnUnreadableDisposition) {
    for (const std::string& disposition :
         {std::string(),
          std::string("Disposition: \r\n"),
          std::string("Disposition: processed\r\n"),
          std::string("Disposition: x; dispatched\r\n"),
          std::string("Disposition: x; processed\r\nDisposition: x; processed\r\n")}) {
        const std::string fields = "Original-Message-ID: <m1@gateway>\r\n" + disposition +
                                   "Received-Content-MIC: " + base64_digest(Digest::Sha256, Scope) +
                                   ", sha-256\r\n";
        EXPECT_EQ(verdict(sign_report(report(fields))), "as2.mdn.malformed") << disposition;
    }
}

TEST(MdnAcceptance, Mdn23ReadsFoldedAndOddlySpelledReports) {
    const std::string mic = base64_digest(Digest::Sha256, Scope);
    const std::string folded =
        "original-message-id:\r\n <m1@gateway>\r\nDISPOSITION: "
        "automatic-action/MDN-sent-automatically;\r\n\tprocessed\r\n"
        "Received-content-MIC: " +
        mic.substr(0, 10) + "\r\n " + mic.substr(10) + ",\r\n  SHA256\r\n";
    EXPECT_EQ(verdict(sign_report(report(folded))), "delivered");
    const std::string folded_error =
        "Original-Message-ID: <m1@gateway>\r\nDisposition: "
        "automatic-action/MDN-sent-automatically;\r\n"
        " processed/error:\r\n authentication-failed\r\n";
    EXPECT_EQ(verdict(sign_report(report(folded_error))), "as2.mdn.refused");
    const std::string encoded =
        "Content-Type: multipart/report; boundary=r\r\n\r\n--r\r\nContent-Type: "
        "MESSAGE/disposition-notification\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\n" +
        to_base64(GoodFields) + "\r\n--r--\r\n";
    EXPECT_EQ(verdict(sign_report(encoded)), "delivered");
    EXPECT_EQ(
        verdict(sign_report("Content-Type: message/disposition-notification\r\n\r\n" + GoodFields)),
        "delivered");
}

TEST(MdnAcceptance, Mdn24WantsTheMicPresentAndEqualUnderAnyDigestWeKnow) {
    for (const Digest digest : {Digest::Sha1, Digest::Sha256, Digest::Sha384, Digest::Sha512})
        EXPECT_EQ(verdict(receipt(facts("processed", digest))), "delivered");
    auto wrong = facts();
    wrong.mic = write_mic(Digest::Sha256, Scope + "x", "sha-256");
    EXPECT_EQ(verdict(receipt(wrong)), "as2.mdn.mic.mismatch");
    EXPECT_EQ(verdict(receipt(wrong, false), expected(MdnRequest::Unsigned)),
              "as2.mdn.mic.mismatch");
    auto none = facts();
    none.mic = "";
    EXPECT_EQ(verdict(receipt(none)), "as2.mdn.mic.missing");
    none.mic = "garbage, sha-256";
    EXPECT_EQ(verdict(receipt(none)), "as2.mdn.mic.missing");
    EXPECT_EQ(verdict(receipt(none, false), expected(MdnRequest::Unsigned)), "as2.mdn.mic.missing");
}

TEST(MdnAcceptance, Mdn24RecordsTheWeakerStateOfAnUnsignedReceipt) {
    auto none = facts();
    none.mic = "";
    const auto response = receipt(none, false);
    const auto judged = judge_mdn(
        response.headers, response.body, expected(MdnRequest::Unsigned), gateway_agreement());
    ASSERT_TRUE(judged) << judged.error().text();
    EXPECT_FALSE(judged->receipt_signed);
    EXPECT_FALSE(judged->mic_matched);
    EXPECT_EQ(verdict(receipt(facts(), true), expected(MdnRequest::Unsigned)),
              "delivered");  // more than was asked
}

TEST(MdnAcceptance, Mdn25TakesOnlyTheDuplicateWarning) {
    EXPECT_EQ(verdict(receipt(facts("processed/warning: duplicate-document"))), "delivered");
    EXPECT_EQ(
        verdict(receipt(facts("processed/Warning: authentication-failed, processing continued"))),
        "as2.mdn.warning");
    EXPECT_EQ(verdict(receipt(facts("processed/warning"))), "as2.mdn.warning");
}

TEST(MdnAcceptance, Mdn26LetsOnlyWhatMayPassBeSentAgain) {
    struct Case {
        std::string disposition;
        Blame blame;
    };
    const Case cases[] = {
        {"processed/error: integrity-check-failed", Blame::Network},
        {"processed/error: unexpected-processing-error", Blame::Network},
        {"processed/error: authentication-failed", Blame::Partner},
        {"processed/error: decryption-failed", Blame::Partner},
        {"failed/failure: unsupported MIC-algorithms", Blame::Partner},
        {"failed", Blame::Partner},
    };
    for (const auto& one : cases) {
        SCOPED_TRACE(one.disposition);
        auto given = facts(one.disposition);
        given.mic = "";  // MIC-13: an error needs none
        const auto response = receipt(given);
        const auto judged =
            judge_mdn(response.headers, response.body, expected(), gateway_agreement());
        ASSERT_FALSE(judged);
        EXPECT_EQ(judged.error().code(), "as2.mdn.refused");
        EXPECT_EQ(judged.error().blame(), one.blame);
        EXPECT_NE(judged.error().what().find(one.disposition), std::string::npos);
    }
}

TEST(MdnAcceptance, Mdn28LetsTheFinalRecipientDiffer) {
    EXPECT_EQ(
        verdict(sign_report(report("Final-Recipient: rfc822; somebody@else\r\n" + GoodFields))),
        "delivered");
}

TEST(MdnAcceptance, RefusesWhatIsNoReceipt) {
    for (const std::string type : {"text/html",
                                   "",
                                   "multipart/report",
                                   "multipart/report; boundary=r",
                                   "message/disposition-notification"}) {
        HeaderList headers{{"Content-Type", type}};
        EXPECT_EQ(verdict({.headers = headers, .body = "<html>OK</html>"},
                          expected(MdnRequest::Unsigned)),
                  "as2.mdn.malformed")
            << type;
        EXPECT_EQ(verdict({.headers = headers, .body = "<html>OK</html>"}), "as2.mdn.unsigned")
            << type;
    }
    auto cut = receipt(facts());
    cut.body.resize(cut.body.size() - 12);
    EXPECT_EQ(verdict(cut), "as2.mdn.malformed");
    // The connection broke inside the receipt: the same octets may be sent again.
    EXPECT_EQ(judge_mdn(cut.headers, cut.body, expected(), gateway_agreement()).error().blame(),
              Blame::Network);
}

TEST(MdnExpectations, SurviveStorageAndRefuseDamage) {
    const auto original = expected(MdnRequest::Unsigned);
    const auto read = MdnExpectation::read(original.write());
    ASSERT_TRUE(read);
    EXPECT_EQ(read->request, MdnRequest::Unsigned);
    EXPECT_EQ(read->message_id, "<m1@gateway>");
    EXPECT_EQ(read->mics, original.mics);
    EXPECT_EQ(read->mics.size(), 4U);
    for (const std::string text : {"",
                                   "receipt: signed",
                                   "receipt: perhaps\r\nmessage-id: <a>",
                                   "receipt: signed\r\nmessage-id: <a>\r\nsha-256: !"})
        EXPECT_EQ(MdnExpectation::read(text).error().code(), "as2.expectation") << text;
}

// ------------------------------------------------------------------------------------------------ freezing

Frozen frozen(const As2Agreement& agreement,
              Parcel parcel = {
                  "partner", "01HGATEWAY", DocumentBody, "application/edi-x12", "997.edi"}) {
    auto made = compose_message(
        parcel, agreement, {.host_name = "gateway.test", .product = "Sallyport", .now = {}});
    if (!made) throw std::runtime_error(made.error().text());
    return *std::move(made);
}

TEST(Freezing, GivesEveryTryTheSameIdentity) {
    const auto first = frozen(gateway_agreement());
    const auto second = frozen(gateway_agreement());
    EXPECT_EQ(first.message_id, "<01HGATEWAY@gateway.test>");
    EXPECT_EQ(first.message_id, second.message_id);
    EXPECT_EQ(first.expectation,
              second.expectation);  // the content under the MIC is the same to the octet
}

TEST(Freezing, WritesHeadersAsAs2WantsThem) {
    const auto wire = frozen(gateway_agreement()).wire;
    const auto entity = parse_entity(wire, {});
    const auto header = [&](std::string_view name) {
        return std::string(header_or_empty(entity->headers, name));
    };
    EXPECT_EQ(header("AS2-From"), "GATEWAY");
    EXPECT_EQ(header("AS2-To"), "PARTNER");
    EXPECT_EQ(header("Date"), "Thu, 01 Jan 1970 00:00:00 GMT");
    EXPECT_EQ(header("Disposition-Notification-Options"),
              "signed-receipt-protocol=optional, pkcs7-signature; signed-receipt-micalg=optional, "
              "sha-256");
    EXPECT_EQ(header("Content-Type"),
              "application/pkcs7-mime; smime-type=enveloped-data; name=\"smime.p7m\"");
    EXPECT_EQ(entity->header_block.find("\r\n "), BytesView::npos);  // HDR-11
    auto legacy = gateway_agreement();
    legacy.outbound.legacy_micalg_name = true;
    legacy.our_id = "our id";
    legacy.outbound.mdn = MdnRequest::Unsigned;
    legacy.outbound.encryption.reset();
    const auto other = frozen(legacy).wire;
    EXPECT_NE(other.find("AS2-From: \"our id\"\r\n"), std::string::npos);
    EXPECT_NE(other.find("micalg=sha256;"), std::string::npos);
    EXPECT_EQ(other.find("Disposition-Notification-Options"), std::string::npos);
    EXPECT_NE(other.find("Disposition-Notification-To"), std::string::npos);
}

TEST(Freezing, Can05IsOpenedByTheReceiverInEveryConstructionWithTheSameMic) {
    for (const bool sign : {true, false})
        for (const bool encrypt : {true, false})
            for (const bool compress : {true, false})
                for (const std::string name : {"997.edi", "", "\xC3\xA4 \"x\".edi"}) {
                    SCOPED_TRACE(std::to_string(sign) + std::to_string(encrypt) +
                                 std::to_string(compress) + name);
                    auto agreement = gateway_agreement();
                    agreement.outbound.sign = sign;
                    if (!encrypt) agreement.outbound.encryption.reset();
                    agreement.outbound.compress = compress;
                    const auto made = frozen(
                        agreement, {"partner", "01H", DocumentBody, "application/edi-x12", name});
                    auto partner = partner_agreement();
                    partner.inbound.require_signed = sign;
                    partner.inbound.require_encrypted = encrypt;
                    ReceiverUnderTest under(partner);
                    HttpRequest request;
                    request.method = "POST";
                    const auto entity = parse_entity(made.wire, {});
                    request.headers = entity->headers;
                    request.headers.emplace_back("Content-Length", "1");
                    request.body = entity->body;
                    const auto response = under.post(request);
                    ASSERT_EQ(under.intake.arrivals.size(), 1U) << response.body;
                    EXPECT_EQ(under.intake.arrivals[0].payload, DocumentBody);
                    EXPECT_EQ(under.intake.arrivals[0].file_name, name);
                    EXPECT_EQ(under.intake.arrivals[0].was_signed, sign);
                    EXPECT_EQ(under.intake.arrivals[0].was_encrypted, encrypt);
                    const auto judged = judge_mdn(response.headers,
                                                  response.body,
                                                  *MdnExpectation::read(made.expectation),
                                                  gateway_agreement());
                    ASSERT_TRUE(judged) << judged.error().text();
                    EXPECT_TRUE(judged->mic_matched);
                }
}

TEST(Freezing, SaysWhatTheAgreementLacks) {
    auto no_key = gateway_agreement();
    no_key.signing.reset();
    EXPECT_EQ(compose_message({"partner", "1", "x", "a/b", ""}, no_key, {}).error().code(),
              "as2.agreement.incomplete");
    auto no_certificate = gateway_agreement();
    no_certificate.partner_encryption.clear();
    EXPECT_EQ(compose_message({"partner", "1", "x", "a/b", ""}, no_certificate, {}).error().code(),
              "as2.agreement.incomplete");
    EXPECT_EQ(compose_message({"partner", "1\r\nX: y", "x", "a/b", ""}, gateway_agreement(), {})
                  .error()
                  .code(),
              "as2.header");
}

}  // namespace
}  // namespace sallyport::transports

// SPDX-License-Identifier: Apache-2.0
// The receiver against the ids of the AS2 conformance list: MIC, MDN, HTTP, HDR. Which case proves which id is in its name.
#include "transports/as2_receiver.h"

#include "tests/support/as2_fixture.h"
#include "tests/support/shell.h"

#include "gateway/base/digest.h"
#include "transports/as2_message.h"

#include <gtest/gtest.h>

#include <string>

namespace sallyport::transports {
namespace {

using certs::Digest;

const std::string Processed = "automatic-action/MDN-sent-automatically; processed";

std::string error_disposition(const std::string& modifier) {
    return Processed + "/error: " + modifier;
}

struct MicCase {
    std::string name;
    std::string entity;
    std::string scope;
};

TEST(As2Mic,
     Mic01To10CoverExactlyTheOctetsOfEachConstruction) {  // CAN-04: the document holds a bare LF
    const std::string multipart =
        "Content-Type: multipart/related; boundary=r; type=\"application/edi-x12\"\r\n\r\n--r\r\n" +
        Document + "\r\n--r\r\n" + Document + "\r\n--r--";
    const MicCase cases[] = {
        {"MIC-01 plain", Document, DocumentBody},
        {"MIC-02 signed", signed_entity(Document), Document},
        {"MIC-03 encrypted", encrypted(Document), Document},
        {"MIC-04 signed, encrypted", encrypted(signed_entity(Document)), Document},
        {"MIC-05 compressed", compressed(Document), Document},
        {"MIC-06 compressed, signed",
         signed_entity(compressed("Content-Type: text/plain\r\n\r\nx")),
         compressed("Content-Type: text/plain\r\n\r\nx")},
        {"MIC-07 signed, compressed", compressed(signed_entity(Document)), Document},
        {"MIC-08 compressed, encrypted", encrypted(compressed(Document)), Document},
        {"MIC-09 compressed, signed, encrypted",
         encrypted(signed_entity(compressed(Document))),
         compressed(Document)},
        {"MIC-09 signed, compressed, encrypted",
         encrypted(compressed(signed_entity(Document))),
         Document},
        {"MIC-10 multipart, signed", signed_entity(multipart), multipart},
        {"MIC-10 multipart, plain", multipart, multipart.substr(multipart.find("\r\n\r\n") + 4)},
    };
    for (const auto& one : cases) {
        SCOPED_TRACE(one.name);
        ReceiverUnderTest under(open_agreement());
        const auto mdn = read_mdn(under.post(as2_request(one.entity, want_signed())));
        EXPECT_EQ(mdn["Disposition"], Processed);
        EXPECT_EQ(mdn["Received-Content-MIC"],
                  base64_digest(Digest::Sha256, one.scope) + ", sha-256");
        ASSERT_EQ(under.intake.arrivals.size(), 1U);
        EXPECT_EQ(under.intake.arrivals[0].content_digest, sha256_hex(one.scope));
    }
}

TEST(As2Mic, Mic11CompressionInsideAndOutsideTheSignatureIsRefused) {
    ReceiverUnderTest under(open_agreement());
    const auto mdn = read_mdn(
        under.post(as2_request(compressed(signed_entity(compressed(Document))), want_signed())));
    EXPECT_EQ(mdn["Disposition"], error_disposition("decompression-failed"));
    EXPECT_TRUE(under.intake.arrivals.empty());
}

TEST(As2Mic, Mic12AnUnsignedReceiptStatesItTooAndMic13AnErrorDoesNot) {
    ReceiverUnderTest under;
    EXPECT_EQ(read_mdn(under.post(as2_request(encrypted(signed_entity(Document)),
                                              WantUnsigned)))["Received-Content-MIC"],
              base64_digest(Digest::Sha256, Document) + ", sha-256");
    EXPECT_EQ(read_mdn(under.post(as2_request(Document, WantUnsigned)))["Received-Content-MIC"],
              "");
}

TEST(As2Mic, Mic14UsesTheSignaturesDigestWhateverTheOptionsPrefer) {
    for (const Digest digest : {Digest::Sha1, Digest::Sha256, Digest::Sha384, Digest::Sha512}) {
        ReceiverUnderTest under(open_agreement());
        const auto mdn = read_mdn(under.post(as2_request(
            signed_entity(Document, "partner", {.digest = digest}), want_signed("sha512, md5"))));
        EXPECT_EQ(mdn["Received-Content-MIC"].substr(0, 28),
                  base64_digest(digest, Document).substr(0, 28));
        EXPECT_EQ(mdn.digest, Digest::Sha512);  // the receipt's own signature follows the options
    }
}

TEST(As2Mic, Mic14UnsignedTakesTheFirstKnownOptionElseSha1) {
    struct Case {
        HeaderList wanted;
        std::string mic;
    };
    const Case cases[] = {
        {want_signed("nonsense, SHA256, sha1"),
         base64_digest(Digest::Sha256, DocumentBody) + ", SHA256"},
        {want_signed("sha-512"), base64_digest(Digest::Sha512, DocumentBody) + ", sha-512"},
        {WantUnsigned, base64_digest(Digest::Sha1, DocumentBody) + ", sha1"},
    };
    for (const auto& one : cases) {
        ReceiverUnderTest under(open_agreement());
        EXPECT_EQ(read_mdn(under.post(as2_request(Document, one.wanted)))["Received-Content-MIC"],
                  one.mic);
    }
}

TEST(As2Receiver, HandsOverTheDocumentWithItsEvidence) {
    ReceiverUnderTest under;
    const auto request = as2_request(encrypted(signed_entity(Document)), want_signed());
    const auto response = under.post(request);
    EXPECT_EQ(response.status, 200);
    ASSERT_EQ(under.intake.arrivals.size(), 1U);
    const Arrival& arrival = under.intake.arrivals[0];
    EXPECT_EQ(arrival.transport, "as2");
    EXPECT_EQ(arrival.partner, "partner");
    EXPECT_EQ(arrival.from, "PARTNER");
    EXPECT_EQ(arrival.to, "GATEWAY");
    EXPECT_EQ(arrival.message_id, "<m1@partner>");
    EXPECT_EQ(arrival.payload, DocumentBody);
    EXPECT_EQ(arrival.content_type, "application/edi-x12");
    EXPECT_EQ(arrival.file_name, "850.edi");
    EXPECT_EQ(arrival.raw, request.header_block + request.body);
    EXPECT_EQ(arrival.mic, base64_digest(Digest::Sha256, Document) + ", sha-256");
    EXPECT_TRUE(arrival.was_signed);
    EXPECT_TRUE(arrival.was_encrypted);
    EXPECT_EQ(arrival.signer_fingerprint, test_identity("partner").certificate.fingerprint());
    EXPECT_EQ(arrival.remote_address, "192.0.2.1:4080");
}

TEST(As2Receiver, WritesASignedMdnThatMirrorsTheParties) {
    ReceiverUnderTest under;
    const auto response =
        under.post(as2_request(encrypted(signed_entity(Document)), want_signed()));
    EXPECT_EQ(header_or_empty(response.headers, "AS2-From"), "GATEWAY");
    EXPECT_EQ(header_or_empty(response.headers, "AS2-To"), "PARTNER");
    EXPECT_TRUE(header_or_empty(response.headers, "Message-ID").ends_with("@gateway.test>"));
    const auto mdn = read_mdn(response);
    EXPECT_TRUE(mdn.is_signed);
    EXPECT_EQ(mdn.digest, Digest::Sha256);
    EXPECT_EQ(mdn["Original-Message-ID"], "<m1@partner>");
    EXPECT_EQ(mdn["Final-Recipient"], "rfc822; GATEWAY");
    EXPECT_EQ(mdn["Original-Recipient"], "rfc822; GATEWAY");
    EXPECT_EQ(mdn["Reporting-UA"], "Sallyport");
    for (const auto& [name, value] : response.headers)  // HDR-11: nothing is folded
        EXPECT_EQ(value.find('\n'), std::string::npos) << name;
}

TEST(As2Receiver, AnswersWithoutAReceiptWhenNoneIsAsked) {
    ReceiverUnderTest under;
    const auto response = under.post(as2_request(encrypted(signed_entity(Document))));
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "");
    EXPECT_EQ(under.intake.arrivals.size(), 1U);
    EXPECT_EQ(under.intake.stored.at(0).disposition, "");
    // A refusal must not look like success to a sender that asked for no receipt.
    EXPECT_EQ(under.post(as2_request(Document)).status, 400);
}

TEST(As2Receiver, WeakAlgorithmsPassWhereTheAgreementOptsIn) {  // CRT-06
    auto agreement = gateway_agreement();
    agreement.inbound.digests = {Digest::Sha1};
    agreement.inbound.ciphers = {certs::Cipher::TripleDesCbc};
    ReceiverUnderTest under(agreement);
    const auto entity = encrypted(signed_entity(Document, "partner", {.digest = Digest::Sha1}),
                                  "gateway",
                                  {.cipher = certs::Cipher::TripleDesCbc});
    const auto mdn = read_mdn(under.post(as2_request(entity, want_signed("sha1"))));
    EXPECT_EQ(mdn["Disposition"], Processed);
    EXPECT_EQ(mdn["Received-Content-MIC"], base64_digest(Digest::Sha1, Document) + ", sha1");
    EXPECT_EQ(mdn.digest, Digest::Sha1);
}

TEST(As2Receiver, TellsThePartnerNothingAboutUsBeyondTheDisposition) {
    ReceiverUnderTest under;
    const auto wrong_key =
        under.post(as2_request(encrypted(signed_entity(Document), "stranger"), WantUnsigned));
    auto damaged_entity = encrypted(signed_entity(Document));
    damaged_entity[damaged_entity.size() - 3] =
        static_cast<char>(damaged_entity[damaged_entity.size() - 3] ^ 1);
    const auto damaged = under.post(as2_request(damaged_entity, WantUnsigned));
    EXPECT_EQ(read_mdn(wrong_key)["Disposition"], read_mdn(damaged)["Disposition"]);  // CRT-07
    EXPECT_EQ(read_mdn(wrong_key).explanation, read_mdn(damaged).explanation);
    for (const auto* secret : {"stranger", "serial", "cms."})
        EXPECT_EQ(wrong_key.body.find(secret), std::string::npos) << secret;
    EXPECT_NE(under.intake.refusals[0].reason.find("serial"),
              std::string::npos);  // the coordinator gets it all
}

TEST(As2Receiver, Mdn01AnswersAStrangerUnsignedWithoutReadingTheBody) {
    ReceiverUnderTest under;
    auto request = as2_request(encrypted(signed_entity(Document)),
                               want_signed() + HeaderList{{"AS2-From", "NOBODY"}});
    const auto entry = under.receiver.enter(request);
    ASSERT_TRUE(entry.answer);
    EXPECT_EQ(entry.answer->status, 200);
    const auto mdn = read_mdn(*entry.answer);
    EXPECT_FALSE(mdn.is_signed);
    EXPECT_EQ(mdn["Disposition"], error_disposition("unknown-trading-partner"));
    ASSERT_EQ(under.intake.refusals.size(), 1U);
    EXPECT_EQ(under.intake.refusals[0].from, "NOBODY");
    EXPECT_EQ(under.intake.refusals[0].partner, "");
    EXPECT_EQ(under.intake.refusals[0].code, "as2.agreement.unknown");
    // The same for a wrong receiver, and a plain 400 where no receipt is asked.
    EXPECT_TRUE(under.receiver
                    .enter(as2_request(Document, WantUnsigned + HeaderList{{"AS2-To", "gateway"}}))
                    .answer);
    EXPECT_EQ(under.post(as2_request(Document, {{"AS2-From", "NOBODY"}})).status, 400);
}

TEST(As2Receiver, Mdn06And07FailWhenARequiredReceiptCannotBeGiven) {  // HDR-09
    struct Case {
        std::string name;
        std::string options;
        std::string disposition;
        bool is_signed;
    };
    const std::string protocol = "signed-receipt-protocol=optional, pkcs7-signature; ";
    const Case cases[] = {
        {"MDN-06",
         protocol + "signed-receipt-micalg=required, md5, crc32",
         "failed/failure: unsupported MIC-algorithms",
         true},
        {"MDN-07",
         "signed-receipt-protocol=required, pgp; signed-receipt-micalg=optional, sha1",
         "failed/failure: unsupported format",
         false},
        {"optional algorithm",
         protocol + "signed-receipt-micalg=optional, md5",
         "processed",
         false},
        {"optional protocol",
         "signed-receipt-protocol=optional, pgp; signed-receipt-micalg=optional, sha256",
         "processed",
         false},
        {"required and known",
         "signed-receipt-protocol=required, pkcs7-signature; signed-receipt-micalg=required, "
         "sha256",
         "processed",
         true},
        {"protocol alone", "signed-receipt-protocol=required, pkcs7-signature", "processed", false},
        {"algorithm alone", "signed-receipt-micalg=required, sha256", "processed", false},
        {"nonsense", ";;==,,", "processed", false},
    };
    for (const auto& one : cases) {
        SCOPED_TRACE(one.name);
        ReceiverUnderTest under;
        const auto mdn =
            read_mdn(under.post(as2_request(encrypted(signed_entity(Document)),
                                            {{"Disposition-Notification-To", "x"},
                                             {"Disposition-Notification-Options", one.options}})));
        EXPECT_EQ(mdn["Disposition"],
                  "automatic-action/MDN-sent-automatically; " + one.disposition);
        EXPECT_EQ(mdn.is_signed, one.is_signed);
        EXPECT_EQ(under.intake.arrivals.size(), one.disposition == "processed" ? 1U : 0U);
    }
}

TEST(As2Receiver, Mdn09ReturnsTheStoredReceiptOctetByOctet) {  // MDN-32
    ReceiverUnderTest under;
    const auto first = under.post(as2_request(encrypted(signed_entity(Document)), want_signed()));
    // Encrypted and signed anew: other octets on the wire, the same content.
    const auto again = under.post(as2_request(encrypted(signed_entity(Document)), want_signed()));
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(again.headers, first.headers);
    EXPECT_EQ(under.intake.arrivals.size(), 1U);
}

TEST(As2Receiver, Mdn10HoldsOtherContentUnderAUsedMessageId) {  // MDN-32
    ReceiverUnderTest under;
    under.post(as2_request(encrypted(signed_entity(Document)), want_signed()));
    const auto mdn = read_mdn(
        under.post(as2_request(encrypted(signed_entity(Document + "more")), want_signed())));
    EXPECT_EQ(mdn["Disposition"], error_disposition("unexpected-processing-error"));
    EXPECT_EQ(under.intake.held.size(), 1U);
    EXPECT_EQ(under.intake.arrivals.size(), 1U);
}

TEST(As2Receiver, Mdn11SaysNothingWhenNothingIsDurable) {
    ReceiverUnderTest under;
    under.intake.broken = true;
    for (const auto& entity :
         {encrypted(signed_entity(Document)), encrypted(signed_entity(Document), "stranger")}) {
        const auto response = under.post(as2_request(entity, want_signed()));
        EXPECT_EQ(response.status, 503);
        EXPECT_EQ(header_or_empty(response.headers, "Retry-After"), "60");
        EXPECT_EQ(response.body.find("Disposition"), std::string::npos);
    }
    EXPECT_EQ(under.post(as2_request(Document, {{"AS2-From", "NOBODY"}})).status, 503);
}

TEST(As2Receiver, Mdn12FailsAMessageToItsOwnSender) {
    ReceiverUnderTest under;
    const auto mdn = read_mdn(
        under.post(as2_request(Document, WantUnsigned + HeaderList{{"AS2-From", "GATEWAY"}})));
    EXPECT_EQ(mdn["Disposition"],
              "automatic-action/MDN-sent-automatically; failed/failure: sender-equals-receiver");
}

TEST(As2Receiver, RefusesAnAsynchronousReceiptItDoesNotGive) {
    ReceiverUnderTest under;
    const auto mdn = read_mdn(under.post(as2_request(
        encrypted(signed_entity(Document)),
        want_signed() + HeaderList{{"Receipt-Delivery-Option", "http://127.0.0.1/mdn"}})));
    EXPECT_EQ(mdn["Disposition"], error_disposition("unexpected-processing-error"));
    EXPECT_EQ(under.intake.refusals.at(0).code, "as2.async");
}

TEST(As2Receiver, Hdr06And12RejectMissingAndDoubledHeaders) {
    struct Case {
        std::string name;
        HeaderList change;
    };
    const Case cases[] = {
        {"HDR-06 no Message-ID", {{"Message-ID", ""}}},
        {"no AS2-From", {{"AS2-From", ""}}},
        {"no AS2-To", {{"AS2-To", ""}}},
        {"name too long", {{"AS2-From", std::string(129, 'a')}}},
        {"name not ASCII", {{"AS2-From", "\xC3\xA4"}}},
        {"Message-ID too long", {{"Message-ID", std::string(999, 'a')}}},
        {"HDR-12 AS2-From twice", {{"as2-from", "PARTNER"}}},
        {"HDR-12 Message-ID twice", {{"MESSAGE-ID", "<m1@partner>"}}},
    };
    for (const auto& one : cases) {
        SCOPED_TRACE(one.name);
        ReceiverUnderTest under;
        const auto entry = under.receiver.enter(as2_request(Document, WantUnsigned + one.change));
        ASSERT_TRUE(entry.answer);
        EXPECT_EQ(entry.answer->status, 400);
        EXPECT_EQ(under.intake.refusals.at(0).code, "as2.header");
    }
}

TEST(As2Receiver, Hdr03And04MatchNamesAfterUnquotingAndMirrorThemQuoted) {
    auto agreement = gateway_agreement();
    agreement.partner_id = "Partner \"Two\"";
    ReceiverUnderTest under(agreement);
    const auto response =
        under.post(as2_request(encrypted(signed_entity(Document)),
                               want_signed() + HeaderList{{"AS2-From", "\"Partner \\\"Two\\\"\""},
                                                          {"AS2-To", "\"GATEWAY\""}}));
    EXPECT_EQ(read_mdn(response)["Disposition"], Processed);
    EXPECT_EQ(header_or_empty(response.headers, "AS2-To"), "\"Partner \\\"Two\\\"\"");
    EXPECT_EQ(under.intake.arrivals.at(0).from, "Partner \"Two\"");
}

TEST(As2Receiver, Hdr05EchoesAnyMessageIdOctetByOctet) {
    for (const std::string id :
         {"no brackets or at", "<a@b> trailing", "/../..\\con:*?", "<\xC3\xA4@b>"}) {
        ReceiverUnderTest under;
        const auto mdn = read_mdn(under.post(as2_request(
            encrypted(signed_entity(Document)), WantUnsigned + HeaderList{{"Message-ID", id}})));
        EXPECT_EQ(mdn["Original-Message-ID"], id);
        EXPECT_EQ(under.intake.arrivals.at(0).message_id, id);
    }
}

TEST(As2Receiver, Hdr13To16TakeEveryVersionFeatureTypeAndName) {
    ReceiverUnderTest under;
    const std::string odd =
        "Content-Type: application/edi-consent\r\nContent-Disposition: attachment; "
        "filename=\"..\\\\..\\\\con/../x\ty.edi\"\r\n\r\nISA";
    const auto mdn = read_mdn(
        under.post(as2_request(encrypted(signed_entity(odd)),
                               WantUnsigned + HeaderList{{"AS2-Version", "1.9"},
                                                         {"EDIINT-Features", "CMS, nonsense"},
                                                         {"Date", "31/12/99"}})));
    EXPECT_EQ(mdn["Disposition"], Processed);
    EXPECT_EQ(under.intake.arrivals.at(0).file_name, "xy.edi");
}

TEST(As2Receiver, Http02And05And10AnswerMethodsAndLengthsBeforeTheBody) {
    ReceiverUnderTest under;
    auto head = as2_request(Document);
    head.method = "HEAD";
    EXPECT_EQ(under.receiver.enter(head).answer->status, 200);
    auto get = as2_request(Document);
    get.method = "GET";
    EXPECT_EQ(under.receiver.enter(get).answer->status, 405);
    EXPECT_EQ(under.receiver.enter(as2_request(Document, {{"Content-Length", ""}})).answer->status,
              411);
    auto agreement = gateway_agreement();
    agreement.inbound.max_body_bytes = 4711;
    ReceiverUnderTest small(agreement);
    EXPECT_EQ(small.receiver.enter(as2_request(Document)).max_body_bytes, 4711U);
}

TEST(As2Receiver, Mic03AcceptsAnEncryptedBodyWithoutMimeHeaders) {
    for (const std::string body :
         {"ISA*00*          *00*", "UNA:+.? 'UNB+UNOC:3+A+B'", "UNB+UNOC:3'\nUNH+1'\n\nx"}) {
        auto agreement = gateway_agreement();
        agreement.inbound.require_signed = false;
        ReceiverUnderTest under(agreement);
        const auto mdn = read_mdn(under.post(as2_request(encrypted(body), want_signed())));
        EXPECT_EQ(mdn["Received-Content-MIC"], base64_digest(Digest::Sha256, body) + ", sha-256");
        EXPECT_EQ(under.intake.arrivals.at(0).payload, body);
    }
}

TEST(As2Receiver, Can06DecodesABase64PartAndHashesItAsItCame) {
    const std::string entity = "Content-Type: a/b\r\nContent-Transfer-Encoding: BASE64\r\n\r\n" +
                               to_base64(DocumentBody) + "\r\n";
    ReceiverUnderTest under;
    const auto mdn =
        read_mdn(under.post(as2_request(encrypted(signed_entity(entity)), want_signed())));
    EXPECT_EQ(mdn["Received-Content-MIC"], base64_digest(Digest::Sha256, entity) + ", sha-256");
    EXPECT_EQ(under.intake.arrivals.at(0).payload, DocumentBody);
}

TEST(As2Receiver, Can10And15OpensSignaturesWithTheContentInside) {
    const std::string folder = std::string(SALLYPORT_GOLDEN_DIR) + "/as2/vectors/";
    const auto content = testing_support::slurp(folder + "opaque-content.txt");
    for (const auto* name : {"opaque-signed.der", "opaque-signed-indefinite.ber"}) {
        ReceiverUnderTest under;
        const auto entity = cms_entity(testing_support::slurp(folder + name), "signed-data");
        const auto mdn = read_mdn(under.post(as2_request(encrypted(entity), want_signed())));
        EXPECT_EQ(mdn["Received-Content-MIC"],
                  base64_digest(Digest::Sha256, content) + ", sha-256");
        EXPECT_TRUE(under.intake.arrivals.at(0).was_signed);
        EXPECT_EQ(under.intake.arrivals.at(0).payload,
                  content.substr(content.find("\r\n\r\n") + 4));
    }
}

TEST(As2Receiver, Can16And17DecideByTheStructureNotByTheParameters) {
    const auto sealed =
        *certs::encrypt(signed_entity(Document), {test_identity("gateway").certificate}, {});
    for (const std::string& header :
         {std::string("Content-Type: application/pkcs7-mime"),
          std::string("content-type: Application/X-PKCS7-MIME; name=smime.p7m"),
          std::string("Content-Type: application/pkcs7-mime; smime-type=signed-data"),
          std::string("Content-Type: application/pkcs7-mime; smime-type=compressed-data; "
                      "name=\"x.p7z\"")}) {
        ReceiverUnderTest under;
        const auto mdn =
            read_mdn(under.post(as2_request(header + "\r\n\r\n" + sealed, want_signed())));
        EXPECT_EQ(mdn["Disposition"], Processed) << header;
    }
    ReceiverUnderTest under;
    const auto whole_body_in_base64 =
        "Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
        to_base64(sealed);
    EXPECT_EQ(read_mdn(under.post(as2_request(whole_body_in_base64, want_signed())))["Disposition"],
              Processed);
}

TEST(As2Receiver, RolloverTakesOldAndNewSignerAndOldAndNewKey) {  // CRT-03
    auto agreement = gateway_agreement();
    agreement.decryption = {test_identity("stranger"), test_identity("gateway")};
    for (const auto* recipient : {"stranger", "gateway"})
        for (const auto* signer : {"partner", "partner-next"}) {
            ReceiverUnderTest under(agreement);
            const auto mdn = read_mdn(under.post(
                as2_request(encrypted(signed_entity(Document, signer), recipient), want_signed())));
            EXPECT_EQ(mdn["Disposition"], Processed);
        }
}

// CRT-03: what is planned reads at once and writes from its day on.
TEST(As2Receiver, Crt03SignsReceiptsWithTheNextKeyFromItsDayOn) {
    const SystemClock clock;
    for (const bool due : {false, true}) {
        auto agreement = gateway_agreement();
        agreement.next_signing.emplace(Planned<certs::Identity>{
            clock.now() + std::chrono::hours(due ? -1 : 1), test_identity("partner-next")});
        ReceiverUnderTest under(agreement);
        const auto response =
            under.post(as2_request(encrypted(signed_entity(Document)), want_signed()));
        EXPECT_TRUE(read_mdn(response, due ? "partner-next" : "gateway").is_signed) << due;
    }
}

}  // namespace
}  // namespace sallyport::transports

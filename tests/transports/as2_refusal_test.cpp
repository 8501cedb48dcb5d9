// SPDX-License-Identifier: Apache-2.0
// MDN-02 to MDN-08: each way to be turned away, with its disposition on the wire and its code for the coordinator.
#include "tests/support/as2_fixture.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace sallyport::transports {
namespace {

using certs::Digest;

struct RefusalCase {
    std::string name;
    std::string entity;
    std::string disposition;
    std::string code;
};

std::string changed_after_signing() {
    std::string text = signed_entity(Document);
    text[text.find("ISA*00")] = 'X';
    return text;
}

std::string signed_with_another_boundary() {
    std::string text = signed_entity(Document);
    for (const std::string old : {"--b1", "\"b1"})
        for (auto at = text.find(old); at != std::string::npos; at = text.find(old))
            text.replace(at, old.size(), old.substr(0, old.size() - 1) + "2");
    return text;
}

const std::string NotTwoParts =
    "Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n" + Document + "\r\n--b--";
const std::string JunkSignature =
    "Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n" + Document +
    "\r\n--b\r\nContent-Type: application/pkcs7-signature\r\n\r\njunk\r\n--b--";

std::vector<RefusalCase> keys_and_signatures() {
    return {
        {"MDN-02 encrypted for another",
         encrypted(signed_entity(Document), "stranger"),
         "decryption-failed",
         "cms.decryption-failed"},
        {"MDN-02 not CMS", cms_entity("junk"), "decryption-failed", "cms.malformed"},
        {"MDN-03 unknown signer",
         encrypted(signed_entity(Document, "stranger")),
         "authentication-failed",
         "cms.signer.unknown"},
        {"MDN-03 no signature", encrypted(JunkSignature), "authentication-failed", "cms.malformed"},
        {"MDN-03 one part only", encrypted(NotTwoParts), "authentication-failed", "as2.structure"},
        {"MDN-04 changed content",
         encrypted(changed_after_signing()),
         "integrity-check-failed",
         "cms.digest.mismatch"},
    };
}

std::vector<RefusalCase> policy_and_structure() {
    return {
        {"MDN-05 unsigned", encrypted(Document), "insufficient-message-security", "as2.unsigned"},
        {"MDN-05 unencrypted",
         signed_entity(Document),
         "insufficient-message-security",
         "as2.unencrypted"},
        {"MDN-05 plain", Document, "insufficient-message-security", "as2.unsigned"},
        {"CAN-18 compressed only",
         compressed(Document),
         "insufficient-message-security",
         "as2.unsigned"},
        {"weak digest",
         encrypted(signed_entity(Document, "partner", {.digest = Digest::Sha1})),
         "insufficient-message-security",
         "cms.digest.refused"},
        {"weak cipher",
         encrypted(signed_entity(Document), "gateway", {.cipher = certs::Cipher::TripleDesCbc}),
         "insufficient-message-security",
         "cms.cipher.refused"},
        {"MDN-08 damaged compression",
         encrypted(signed_entity(
             cms_entity(certs::compress(Document)->substr(0, 60) + "damage!", "compressed-data"))),
         "decompression-failed",
         "cms.malformed"},
        {"encrypted twice",
         encrypted(encrypted(signed_entity(Document))),
         "unexpected-processing-error",
         "as2.structure"},
        {"signed twice",
         encrypted(signed_entity(signed_with_another_boundary())),
         "unexpected-processing-error",
         "as2.structure"},
        {"signature around encryption",
         signed_entity(encrypted(Document)),
         "unexpected-processing-error",
         "as2.structure"},
        {"cut multipart",
         "Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n" + Document,
         "unexpected-processing-error",
         "mime.multipart"},
    };
}

void expect_refusals(const std::vector<RefusalCase>& cases) {
    for (const auto& one : cases) {
        SCOPED_TRACE(one.name);
        ReceiverUnderTest under;
        const auto response = under.post(as2_request(one.entity, want_signed()));
        EXPECT_EQ(response.status, 200);  // HTTP-02
        const auto mdn = read_mdn(response);
        EXPECT_TRUE(mdn.is_signed);  // MDN-13
        EXPECT_EQ(mdn["Disposition"],
                  "automatic-action/MDN-sent-automatically; processed/error: " + one.disposition);
        EXPECT_EQ(mdn["Original-Message-ID"], "<m1@partner>");
        EXPECT_TRUE(under.intake.arrivals.empty());
        EXPECT_TRUE(under.intake.stored.empty());  // MDN-31: a refused message burns no Message-ID
        ASSERT_EQ(under.intake.refusals.size(), 1U);
        EXPECT_EQ(under.intake.refusals[0].code, one.code);
        EXPECT_EQ(under.intake.refusals[0].partner, "partner");
        EXPECT_FALSE(under.intake.refusals[0].raw.empty());
        EXPECT_EQ(under.intake.refusal_receipts[0].body, response.body);
    }
}

TEST(As2Refusals, Mdn02To04TellKeysSignersAndContentApartSignedAndAuditedFirst) {
    expect_refusals(keys_and_signatures());
}

TEST(As2Refusals, Mdn05And08TellPolicyAndStructureApart) {
    expect_refusals(policy_and_structure());
}

TEST(As2Refusals, StrangersCannotFillTheDisk) {
    const auto started = std::chrono::steady_clock::time_point() + std::chrono::hours(1);
    Allowance allowance(2, 0.5);
    EXPECT_TRUE(allowance.take(1, started));
    EXPECT_TRUE(allowance.take(1, started));
    EXPECT_FALSE(allowance.take(1, started));
    EXPECT_FALSE(allowance.take(1, started + std::chrono::seconds(1)));
    EXPECT_TRUE(allowance.take(1, started + std::chrono::seconds(2)));
    EXPECT_TRUE(allowance.take(2, started + std::chrono::hours(1)));  // never more than the burst
    EXPECT_FALSE(allowance.take(1, started + std::chrono::hours(1)));

    ReceiverUnderTest under(gateway_agreement(), {.stranger_burst = 2, .strangers_per_second = 0});
    const auto stranger = as2_request(Document, WantUnsigned + HeaderList{{"AS2-From", "NOBODY"}});
    EXPECT_EQ(under.post(stranger).status, 200);
    EXPECT_EQ(under.post(stranger).status, 200);
    const auto third = under.post(stranger);
    EXPECT_EQ(third.status, 429);
    EXPECT_EQ(header_or_empty(third.headers, "Retry-After"), "60");
    EXPECT_EQ(under.intake.refusals.size(), 2U);
    // A partner is served all the same.
    EXPECT_EQ(under.post(as2_request(encrypted(signed_entity(Document)), WantUnsigned)).status,
              200);
    EXPECT_EQ(under.intake.arrivals.size(), 1U);
}

TEST(As2Refusals, KeepTheHeaderWhenBodiesExceedTheirAllowance) {
    ReceiverUnderTest under(gateway_agreement(),
                            {.refused_bytes_burst = 60, .refused_bytes_per_second = 0});
    const auto request = as2_request(Document, WantUnsigned);
    for (int i = 0; i < 4; ++i)
        EXPECT_EQ(under.post(request).status, 200);
    EXPECT_EQ(under.intake.refusals.at(0).raw, request.header_block + request.body);
    EXPECT_EQ(under.intake.refusals.at(3).raw, request.header_block);
}

}  // namespace
}  // namespace sallyport::transports

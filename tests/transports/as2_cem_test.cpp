// SPDX-License-Identifier: Apache-2.0
// The MIME of certificate exchanges, and what the receiver asks of a message that carries one.
#include "transports/as2_cem.h"

#include "tests/support/as2_fixture.h"

#include "transports/as2_restart.h"
#include "transports/as2_stranger.h"

#include <gtest/gtest.h>

#include <string>

namespace sallyport::transports {
namespace {

std::string golden(const std::string& name) {
    const auto octets = read_file(std::string(SALLYPORT_GOLDEN_DIR) + "/as2/cem/" + name, 65536);
    EXPECT_TRUE(octets) << octets.error().text();
    return octets ? *octets : "";
}

Result<CemContainer> read(const std::string& entity) {
    const auto parsed = parse_entity(entity, {});
    return read_cem(parsed->body, header_or_empty(parsed->headers, "Content-Type"));
}

TEST(Cem, IsKnownByItsType) {
    for (const char* type :
         {"multipart/related; type=\"application/ediint-cert-exchange+xml\"; boundary=b",
          "Multipart/Related; boundary=b; TYPE=Application/EDIINT-cert-exchange+XML",
          "application/ediint-cert-exchange+xml; charset=utf-8"})
        EXPECT_TRUE(is_cem(type)) << type;
    for (const char* type : {"multipart/related; boundary=b",
                             "application/xml",
                             "",
                             "multipart/mixed; type=\"application/ediint-cert-exchange+xml\""})
        EXPECT_FALSE(is_cem(type)) << type;
}

TEST(Cem, ReadsACertificateThatOpensslPacked) {
    const auto container = read(golden("request.txt"));
    ASSERT_TRUE(container) << container.error().text();
    EXPECT_NE(container->xml.find("PARTNER-2026-1"), std::string::npos);
    ASSERT_EQ(container->attachments.size(), 1U);
    const CemAttachment& attachment = container->attachments[0];
    EXPECT_EQ(attachment.content_id, "next-1@partner.example");
    EXPECT_EQ(attachment.trouble, "");
    ASSERT_EQ(attachment.certificates.size(), 1U);
    EXPECT_EQ(attachment.certificates[0].fingerprint,
              test_identity("partner-next").certificate.fingerprint());
}

TEST(Cem, WhatIsWrittenIsReadAgain) {
    const auto facts = facts_of(test_identity("gateway").certificate);
    const auto octets = write_cem("<a/>", {{"c1@x", facts}}, "01ABC");
    ASSERT_TRUE(octets) << octets.error().text();
    const std::string type = cem_content_type(*octets);
    EXPECT_TRUE(is_cem(type)) << type;
    const auto container = read_cem(*octets, type);
    ASSERT_TRUE(container) << container.error().text();
    EXPECT_EQ(container->xml, "<a/>");
    ASSERT_EQ(container->attachments.size(), 1U);
    EXPECT_EQ(container->attachments[0].content_id, "c1@x");
    EXPECT_EQ(container->attachments[0].certificates.at(0).fingerprint, facts.fingerprint);
    EXPECT_EQ(*write_cem("<a/>", {{"c1@x", facts}}, "01ABC"), *octets) << "frozen octets";
}

TEST(Cem, WhatCannotBeReadIsSaidAndBounded) {
    const std::string head =
        "Content-Type: multipart/related; type=\"application/ediint-cert-exchange+xml\"; "
        "boundary=b\r\n\r\n";
    const std::string xml =
        "--b\r\nContent-Type: application/ediint-cert-exchange+xml\r\n\r\n<a/>\r\n";
    const std::string junk =
        "--b\r\nContent-Type: application/pkcs7-mime\r\nContent-ID: <c>\r\n\r\njunk\r\n";
    const auto container = read(head + xml + junk + "--b--\r\n");
    ASSERT_TRUE(container) << container.error().text();
    EXPECT_NE(container->attachments.at(0).trouble, "");
    EXPECT_EQ(read(head + junk + "--b--\r\n").error().code(), "cem.container");
    EXPECT_EQ(read(head + xml + xml + "--b--\r\n").error().code(), "cem.container");
    EXPECT_EQ(read(head + xml).error().code(), "mime.multipart") << "the body was cut";
    std::string many = head + xml;
    for (std::size_t at = 0; at <= MostCemParts; ++at)
        many += junk;
    EXPECT_EQ(read(many + "--b--\r\n").error().code(), "mime.limit");
    EXPECT_EQ(read(head + xml + std::string(LargestCem, 'x') + "\r\n--b--\r\n").error().code(),
              "cem.large");
}

TEST(Cem, ComesInSignedMessagesOnly) {
    const std::string entity = golden("request.txt");
    ReceiverUnderTest open(open_agreement());
    const auto refused = open.post(as2_request(encrypted(entity), want_signed()));
    EXPECT_EQ(read_mdn(refused)["Disposition"],
              "automatic-action/MDN-sent-automatically; processed/error: "
              "insufficient-message-security");
    ReceiverUnderTest taken;
    const auto answer = taken.post(as2_request(encrypted(signed_entity(entity)), want_signed()));
    EXPECT_EQ(read_mdn(answer)["Disposition"],
              "automatic-action/MDN-sent-automatically; processed");
}

TEST(Cem, IsAnnouncedWhereItIsDone) {
    auto agreement = gateway_agreement();
    agreement.outbound.restart = Restart::Off;
    EXPECT_EQ(our_features(agreement, true), "");
    agreement.cem = true;
    EXPECT_EQ(our_features(agreement, true), "CEM");
    agreement.outbound.restart = Restart::Auto;
    EXPECT_EQ(our_features(agreement, true), "AS2-Restart, CEM");
    EXPECT_EQ(our_features(agreement, false), "CEM");
    ReceiverUnderTest under(agreement);
    const auto receipt = under.post(as2_request(encrypted(signed_entity(Document)), want_signed()));
    EXPECT_EQ(header_or_empty(receipt.headers, "AS2-Version"), "1.2");
    EXPECT_EQ(header_or_empty(receipt.headers, "EDIINT-Features"), "CEM");
}

TEST(Cem, SaysWhatLintCallsAFault) {
    const auto facts = facts_of(test_identity("partner").certificate);
    EXPECT_EQ(cem_faults(facts, true, true, false, facts.not_before), "");
    EXPECT_NE(cem_faults(facts, true, false, false, facts.not_after + std::chrono::hours(24))
                  .find("certs.lint.expired"),
              std::string::npos);
}

}  // namespace
}  // namespace sallyport::transports

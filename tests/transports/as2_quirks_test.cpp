// SPDX-License-Identifier: Apache-2.0
// What particular products need, each by its name in the partner file: written so, and only then. docs/configure.md says who.
#include "tests/support/as2_fixture.h"
#include "tests/support/temp_dir.h"

#include "transports/as2_compose.h"
#include "transports/as2_mdn.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace sallyport::transports {
namespace {

const ComposeFacts When{.host_name = "gateway.test", .product = "Sallyport", .now = {}};

Parcel a_document() {
    return {.partner = "partner",
            .message_id = "01H",
            .payload = Bytes("ISA*00*~\n\xFF\r\n"),
            .content_type = "application/edi-x12",
            .file_name = "850.edi"};
}

As2Agreement gateway_with(const std::function<void(As2Outbound&)>& set) {
    auto agreement = gateway_agreement();
    set(agreement.outbound);
    return agreement;
}

HttpRequest request_of(const Bytes& wire) {
    const auto entity = parse_entity(wire, {});
    HttpRequest request;
    request.method = "POST";
    request.headers = entity->headers;
    request.headers.emplace_back("Content-Length", "1");
    request.body = entity->body;
    return request;
}

// Composed in memory and from file to file; both are opened by a receiver that asks for nothing, with the MIC we expect.
void expect_read(const As2Agreement& agreement, const std::function<void(const Bytes&)>& see) {
    const testing_support::TempDir dir;
    const auto small = compose_message(a_document(), agreement, When);
    ASSERT_TRUE(small) << small.error().text();
    const auto large = compose_large(
        a_document(), certs::MemoryOctets(a_document().payload), agreement, When, dir.path());
    ASSERT_TRUE(large) << large.error().text();
    // Compression in parts differs from compression at once, and with it a MIC over what was compressed.
    for (const auto& [wire, expectation] :
         {std::pair{small->wire, small->expectation},
          std::pair{testing_support::slurp(large->wire_file), large->expectation}}) {
        see(wire);
        auto partner = partner_agreement();
        partner.inbound.require_signed = partner.inbound.require_encrypted = false;
        ReceiverUnderTest under(partner);
        const auto response = under.post(request_of(wire));
        ASSERT_EQ(under.intake.arrivals.size(), 1U) << response.body;
        EXPECT_EQ(under.intake.arrivals[0].payload, a_document().payload);
        const auto judged = judge_mdn(
            response.headers, response.body, *MdnExpectation::read(expectation), agreement);
        ASSERT_TRUE(judged) << judged.error().text();
        EXPECT_TRUE(judged->mic_matched);
    }
}

TEST(Quirks, MicalgLegacyNamesForSeeburgerAndOlderBizTalk) {
    for (const bool on : {true, false})
        expect_read(gateway_with([&](As2Outbound& out) {
                        out.legacy_micalg_name = on;
                        out.encryption.reset();
                    }),
                    [&](const Bytes& wire) {
                        EXPECT_EQ(wire.find("micalg=sha256;") != Bytes::npos, on);
                        EXPECT_EQ(wire.find("optional, sha256\r\n") != Bytes::npos, on);
                        EXPECT_EQ(wire.find("micalg=sha-256;") != Bytes::npos, !on);
                    });
}

TEST(Quirks, GcmEnvelopedTaggedForBouncyCastle) {
    for (const bool on : {true, false})
        expect_read(gateway_with([&](As2Outbound& out) {
                        out.encryption = certs::EncryptOptions{
                            .cipher = certs::Cipher::Aes256Gcm,
                            .gcm_container = on ? certs::GcmContainer::EnvelopedTagged
                                                : certs::GcmContainer::AuthEnveloped};
                    }),
                    [&](const Bytes& wire) {
                        EXPECT_EQ(wire.find("smime-type=enveloped-data") != Bytes::npos, on);
                        EXPECT_EQ(wire.find("smime-type=authEnveloped-data") != Bytes::npos, !on);
                    });
}

TEST(Quirks, CompressAfterSigningForAs2Lib) {
    for (const bool on : {true, false})
        expect_read(gateway_with([&](As2Outbound& out) {
                        out.compress = true;
                        out.compress_after_signing = on;
                        out.encryption.reset();
                    }),
                    [&](const Bytes& wire) {
                        const auto headers = parse_entity(wire, {})->headers;
                        const auto type = header_or_empty(headers, "Content-Type");
                        EXPECT_EQ(type.starts_with("application/pkcs7-mime"), on) << type;
                        EXPECT_EQ(type.starts_with("multipart/signed"), !on) << type;
                    });
}

TEST(Quirks, NamesUnquotedForAs2LibAndOpenAs2) {
    for (const bool on : {true, false}) {
        auto agreement = gateway_with([&](As2Outbound& out) { out.names_unquoted = on; });
        agreement.our_id = "The Gateway";
        agreement.partner_id = "Partner Two";
        const auto made = compose_message(a_document(), agreement, When);
        ASSERT_TRUE(made);
        const auto headers = parse_entity(made->wire, {})->headers;
        EXPECT_EQ(header_or_empty(headers, "AS2-From"), on ? "The Gateway" : "\"The Gateway\"");
        EXPECT_EQ(header_or_empty(headers, "AS2-To"), on ? "Partner Two" : "\"Partner Two\"");
        auto partner = partner_agreement();
        partner.our_id = "Partner Two";
        partner.partner_id = "The Gateway";
        ReceiverUnderTest under(partner);
        under.post(request_of(made->wire));
        EXPECT_EQ(under.intake.arrivals.size(), 1U);
    }
}

TEST(Quirks, SignatureBinaryForReceiversWithoutBase64) {
    for (const bool on : {true, false})
        expect_read(gateway_with([&](As2Outbound& out) {
                        out.signature_binary = on;
                        out.encryption.reset();
                    }),
                    [&](const Bytes& wire) {
                        const auto entity = parse_entity(wire, {});
                        const auto type =
                            parse_parameterised(header_or_empty(entity->headers, "Content-Type"));
                        const auto parts =
                            split_multipart(entity->body, type.parameter("boundary"), {});
                        ASSERT_TRUE(parts && parts->size() == 2);
                        const auto signature = parse_entity(parts->at(1), {});
                        EXPECT_EQ(header_or_empty(signature->headers, "Content-Transfer-Encoding"),
                                  on ? "binary" : "base64");
                        EXPECT_EQ(signature->body.starts_with("\x30"), on);
                    });
}

TEST(Quirks, HeaderlessEncryptedBodyForMendelson) {
    for (const bool on : {true, false})
        expect_read(
            gateway_with([&](As2Outbound& out) {
                out.headerless_encrypted_body = on;
                out.sign = false;
            }),
            [&](const Bytes& wire) {
                const auto entity = parse_entity(wire, {});
                const auto plain = certs::decrypt(
                    entity->body, {test_identity("partner")}, {certs::Cipher::Aes256Cbc}, {});
                ASSERT_TRUE(plain) << plain.error().text();
                EXPECT_EQ(plain->content == a_document().payload, on);
            });
    // Where there is more than encryption, the header is what was signed: the quirk is none.
    const auto signed_too =
        gateway_with([](As2Outbound& out) { out.headerless_encrypted_body = true; });
    expect_read(signed_too, [](const Bytes&) {});
}

TEST(Quirks, MicMissingUnsignedForPyas2lib) {
    const MdnFacts facts{.from = "PARTNER",
                         .to = "GATEWAY",
                         .original_message_id = "<1@gateway.test>",
                         .disposition = "processed",
                         .mic = "",
                         .explanation = "ok",
                         .message_id = "<r@partner.test>",
                         .boundary_seed = "b",
                         .product = "P"};
    ReceiptStyle style;
    style.wanted = style.is_signed = true;
    const auto identity = test_identity("partner");
    const auto receipt = write_mdn(facts, style, &identity);
    ASSERT_TRUE(receipt);
    const auto expected = expect_mdn(MdnRequest::Signed, "<1@gateway.test>", BytesView("x"));
    for (const bool on : {true, false})
        for (const bool sign : {true, false}) {
            const auto agreement = gateway_with([&](As2Outbound& out) {
                out.mic_missing_unsigned = on;
                out.sign = sign;
            });
            const auto judged = judge_mdn(receipt->headers, receipt->body, expected, agreement);
            EXPECT_EQ(bool(judged), on && !sign);
            if (judged)
                EXPECT_FALSE(judged->mic_matched);
            else
                EXPECT_EQ(judged.error().code(), "as2.mdn.mic.missing");
        }
}

}  // namespace
}  // namespace sallyport::transports

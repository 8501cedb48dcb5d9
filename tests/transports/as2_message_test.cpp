// SPDX-License-Identifier: Apache-2.0
#include "transports/as2_message.h"

#include <gtest/gtest.h>

#include <string>

namespace sallyport::transports {
namespace {

using certs::Digest;

TEST(As2Names, Hdr03And04AreUnquotedComparedAndQuotedOnlyWhereNeeded) {
    struct Case {
        std::string field;
        std::string name;
    };
    const Case cases[] = {
        {"PARTNER", "PARTNER"},
        {"\"PARTNER\"", "PARTNER"},
        {"\"\"PARTNER\"\"", "PARTNER"},
        {"\"a b c !\"", "a b c !"},
        {"a b", "a b"},  // OpenAS2 does not quote
        {"\"a\\\"b\\\\c\"", "a\"b\\c"},
        {" <>#[],; ", "<>#[],;"},
        {std::string(128, 'x'), std::string(128, 'x')},
    };
    for (const auto& one : cases)
        EXPECT_EQ(read_as2_name(one.field), one.name) << one.field;
    for (const std::string field : {"", "\"\"", "a\tb", "\x7F", "\xE4"})
        EXPECT_EQ(read_as2_name(field), std::nullopt) << field;
    EXPECT_EQ(read_as2_name(std::string(129, 'x')), std::nullopt);
    for (const std::string name : {"plain", "two words", "a\"b", "a\\b", "<>;,"})
        EXPECT_EQ(read_as2_name(write_as2_name(name)), name);
    EXPECT_EQ(write_as2_name("plain;<>"), "plain;<>");
    EXPECT_EQ(write_as2_name("a b"), "\"a b\"");
}

TEST(ReceiptOptions, Hdr08AreReadInEveryOrderCaseAndSpacing) {
    for (const auto* field : {
             "signed-receipt-protocol=optional, pkcs7-signature; signed-receipt-micalg=optional, "
             "sha-256, sha1",
             "Signed-Receipt-Micalg=OPTIONAL,sha-256,sha1;SIGNED-RECEIPT-PROTOCOL=Optional,PKCS7-"
             "Signature;",
             "signed-receipt-protocol =\toptional ,\tpkcs7-signature ; signed-receipt-micalg= "
             "optional , sha-256 , sha1 ; ",
             "signed-receipt-protocol=pkcs7-signature; signed-receipt-micalg=sha-256,sha1",
             "signed-receipt-protocol=\"optional\", \"pkcs7-signature\"; (c) "
             "signed-receipt-micalg=optional, \"sha-256\", sha1",
         }) {
        SCOPED_TRACE(field);
        const auto options = read_disposition_options(field);
        EXPECT_TRUE(options.protocol_given);
        EXPECT_FALSE(options.protocol_required);
        EXPECT_EQ(options.protocols, (std::vector<std::string>{"pkcs7-signature"}));
        EXPECT_EQ(options.micalgs, (std::vector<std::string>{"sha-256", "sha1"}));
    }
}

TEST(ReceiptOptions, Hdr07PresenceAsksWhateverTheValue) {
    EXPECT_TRUE(
        choose_receipt({{"disposition-notification-to", ""}}, {Digest::Sha256}, Digest::Sha256)
            .wanted);
    EXPECT_FALSE(choose_receipt(
                     {{"Disposition-Notification-Options", "x"}}, {Digest::Sha256}, Digest::Sha256)
                     .wanted);
}

TEST(MicAlgorithms, Hdr01AreNamedAsConfiguredOrAsTheSenderSpellsThem) {
    EXPECT_EQ(micalg_name(Digest::Sha1, false), "sha1");
    EXPECT_EQ(micalg_name(Digest::Sha256, false), "sha-256");
    EXPECT_EQ(micalg_name(Digest::Sha512, true), "sha512");
    DispositionOptions options;
    options.micalgs = {"md5", "SHA256"};
    EXPECT_EQ(micalg_name(Digest::Sha256, options), "SHA256");
    EXPECT_EQ(micalg_name(Digest::Sha384, options), "sha-384");
}

TEST(Mics, Hdr02AreReadInEveryShapeSeen) {
    const std::string value = to_base64(certs::digest(Digest::Sha256, "x"));
    for (const auto& field : {value + ", sha-256",
                              value + ",sha256",
                              value + " ,   SHA-256",
                              "sha-256, " + value,
                              value,
                              value + ", sha256 (comment)",
                              value.substr(0, 20) + " " + value.substr(20) + ", sha256"}) {
        const auto mic = read_mic(field);
        ASSERT_TRUE(mic) << field;
        EXPECT_EQ(mic->digest, Digest::Sha256);
        EXPECT_EQ(mic->octets, certs::digest(Digest::Sha256, "x"));
    }
    for (const std::string& field : {std::string(),
                                     std::string(","),
                                     std::string("sha-256"),
                                     value + ", sha1",
                                     value + ", sha-224",
                                     std::string("AAAA, sha1")})
        EXPECT_FALSE(read_mic(field)) << field;
}

TEST(Dispositions, AreReadLenientlyAndFailClosed) {
    struct Case {
        std::string field;
        std::string text;
    };
    const Case cases[] = {
        {"automatic-action/MDN-sent-automatically; processed", "processed"},
        {"automatic-action/MDN-sent-automatically;processed", "processed"},
        {"Automatic-Action/mdn-sent-automatically ;\tPROCESSED", "processed"},
        {"automatic-action/MDN-sent-automatically; processed/error: authentication-failed",
         "processed/error: authentication-failed"},
        {"automatic-action/MDN-sent-automatically; processed/Error:decryption-failed",
         "processed/error: decryption-failed"},
        {"automatic-action/MDN-sent-automatically; processed / warning : duplicate-document",
         "processed/warning: duplicate-document"},
        {"automatic-action/MDN-sent-automatically; failed/Failure: unsupported format",
         "failed/failure: unsupported format"},
        {"manual-action/MDN-sent-manually; processed", "processed"},
        {"automatic-action/MDN-sent-automatically; processed/", "processed/error"},
        {"automatic-action/MDN-sent-automatically", ""},
        {"automatic-action/MDN-sent-automatically;", ""},
        {"automatic-action/MDN-sent-automatically; processedly", ""},
        {"processed", ""},
        {"", ""},
    };
    for (const auto& one : cases)
        EXPECT_EQ(read_disposition(one.field).text(), one.text) << one.field;
    EXPECT_TRUE(read_disposition(cases[0].field).clean());
    EXPECT_FALSE(read_disposition("x; failed").clean());
}

}  // namespace
}  // namespace sallyport::transports

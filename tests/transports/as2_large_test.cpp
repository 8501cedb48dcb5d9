// SPDX-License-Identifier: Apache-2.0
// Messages too large to hold: the footprint stays the same whatever their size.
#include "tests/support/as2_fixture.h"
#include "tests/support/temp_dir.h"

#include "certs/cms_stream.h"
#include "certs/spool.h"
#include "transports/as2_open.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

namespace sallyport::transports {
namespace {

using testing_support::TempDir;

// The largest resident size since reset_peak(), in KiB.
std::size_t peak_kib() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("VmHWM:")) return std::stoul(line.substr(6));
    return 0;
}
bool reset_peak() {
    std::ofstream refs("/proc/self/clear_refs");
    refs << "5";
    return static_cast<bool>(refs.flush());
}

// A signed message around `size` octets, encrypted, in a spool.
std::unique_ptr<certs::Spool> large_message(const TempDir& dir,
                                            std::size_t size,
                                            const certs::EncryptOptions& options) {
    auto plain = *certs::Spool::create(dir.path());
    const std::string head = "Content-Type: application/edi-x12\r\n\r\n";
    EXPECT_TRUE(plain->append(head));
    const std::string piece(1 << 16, 'e');
    for (std::size_t done = 0; done < size; done += piece.size())
        EXPECT_TRUE(plain->append(piece));
    const auto signature = certs::sign_detached(*plain, test_identity("partner"), {});
    EXPECT_TRUE(signature);
    const std::string before =
        "Content-Type: multipart/signed; micalg=sha-256; boundary=\"b1\"\r\n\r\n--b1\r\n";
    const std::string after =
        "\r\n--b1\r\nContent-Type: application/pkcs7-signature\r\nContent-Transfer-Encoding: "
        "base64\r\n\r\n" +
        to_base64(*signature) + "\r\n--b1--\r\n";
    const certs::MemoryOctets first(before);
    const certs::MemoryOctets last(after);
    const certs::JoinedOctets whole({&first, plain.get(), &last});
    auto sealed = *certs::Spool::create(dir.path());
    EXPECT_TRUE(certs::encrypt_stream(
        whole, {test_identity("gateway").certificate}, options, sealed->sink()));
    return sealed;
}

TEST(LargeMessage, OpensInConstantMemoryInEveryContainer) {
    constexpr std::size_t Size = std::size_t{32} << 20U;
    constexpr std::size_t MostKib = 12U << 10U;
    const TempDir dir;
    for (const auto& options : {certs::EncryptOptions{.cipher = certs::Cipher::Aes256Cbc},
                                certs::EncryptOptions{.cipher = certs::Cipher::Aes256Gcm},
                                certs::EncryptOptions{.cipher = certs::Cipher::Aes128Gcm,
                                .gcm_container = certs::GcmContainer::EnvelopedTagged}}) {
        if (!reset_peak())
            GTEST_SKIP() << "SKIPPED: the peak of the resident size cannot be reset here";
        const std::size_t before = peak_kib();
        const auto sealed = large_message(dir, Size, options);
        const HeaderList headers{
            {"Content-Type", "application/pkcs7-mime; smime-type=enveloped-data"}};
        const auto opened = open_large_message(headers, *sealed, gateway_agreement(), dir.path());
        ASSERT_TRUE(std::holds_alternative<LargeMessage>(opened))
            << std::get<OpenFailure>(opened).error.text();
        const auto& message = std::get<LargeMessage>(opened);
        EXPECT_TRUE(message.was_signed);
        EXPECT_TRUE(message.was_encrypted);
        EXPECT_EQ(message.payload.size(), Size);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
        EXPECT_LT(peak_kib() - before, MostKib) << "sealing and opening held the message";
#else
        (void)before;
        (void)MostKib;
#endif
    }
}

// Nothing readable lies on the disk before the signature has held: a message that fails leaves nothing at all.
TEST(LargeMessage, AttackLeavesNothingReadableBehind) {
    const TempDir dir;
    const auto sealed = large_message(dir, 1 << 20, {.cipher = certs::Cipher::Aes256Cbc});
    As2Agreement agreement = gateway_agreement();
    agreement.partner_signing = {test_identity("stranger").certificate};
    ReceiverUnderTest under(agreement, {.spool_folder = dir.path()});
    auto request = as2_request(
        "Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\n\r\n", want_signed());
    auto body = *certs::Spool::create(dir.path());
    ASSERT_TRUE(certs::pour(*sealed, body->sink()));
    request.spooled = std::move(body);
    const auto mdn = read_mdn(under.post(request));
    EXPECT_NE(mdn["Disposition"].find("authentication-failed"), std::string_view::npos);
    ASSERT_EQ(under.intake.refusals.size(), 1U);
    EXPECT_TRUE(std::filesystem::is_empty(dir.path()));
}

TEST(LargeMessage, IsTriedAgainWhenOurDiskFails) {
    const TempDir dir;
    const auto sealed = large_message(dir, 1 << 20, {});
    ReceiverUnderTest under(gateway_agreement(), {.spool_folder = "/nowhere/at/all"});
    auto request = as2_request(
        "Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\n\r\n", want_signed());
    auto body = *certs::Spool::create(dir.path());
    ASSERT_TRUE(certs::pour(*sealed, body->sink()));
    request.spooled = std::move(body);
    EXPECT_EQ(under.post(request).status, 503);
    EXPECT_TRUE(under.intake.arrivals.empty());
    EXPECT_TRUE(under.intake.refusals.empty()) << "our disk is not the partner's fault";
}

TEST(As2Receiver, LeavesRoomForOthersWhenOnePartnerSendsTooMuchAtOnce) {
    ReceiverUnderTest under(gateway_agreement(), {.at_once_per_partner = 0});
    const auto response =
        under.post(as2_request(encrypted(signed_entity(Document)), want_signed()));
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(header_or_empty(response.headers, "Retry-After"), "60");
    EXPECT_TRUE(under.intake.refusals.empty());
    ReceiverUnderTest one(gateway_agreement(), {.at_once_per_partner = 1});
    for (int round = 0; round < 3; ++round)
        EXPECT_EQ(one.post(as2_request(encrypted(signed_entity(Document)), want_signed())).status,
                  200)
            << "a place is given back";
}

TEST(As2Receiver, SweepsWhatACrashLeftOfLargeMessages) {
    const TempDir dir;
    testing_support::spill((dir.path() / "01ABC-payload.as2-part").string(), "x");
    testing_support::spill((dir.path() / "other").string(), "x");
    const ReceiverUnderTest under(gateway_agreement(), {.spool_folder = dir.path()});
    EXPECT_FALSE(std::filesystem::exists(dir.path() / "01ABC-payload.as2-part"));
    EXPECT_TRUE(std::filesystem::exists(dir.path() / "other"));
}

}  // namespace
}  // namespace sallyport::transports

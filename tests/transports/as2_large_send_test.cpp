// SPDX-License-Identifier: Apache-2.0
// Sending what is too large to hold: the same constructions, from file to file and over the wire in constant memory.
#include "tests/support/as2_fixture.h"
#include "tests/support/temp_dir.h"

#include "certs/spool.h"
#include "gateway/base/digest.h"
#include "transports/as2_compose.h"
#include "transports/as2_mdn.h"
#include "transports/as2_sender.h"

#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <string>

namespace sallyport::transports {
namespace {

using testing_support::key_path;
using testing_support::shell;
using testing_support::slurp;
using testing_support::spill;
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

struct Construction {
    bool sign;
    bool compress;
    bool compress_last;
    std::optional<certs::EncryptOptions> encryption;
};

std::vector<Construction> constructions() {
    std::vector<Construction> all;
    const std::vector<std::optional<certs::EncryptOptions>> ciphers{
        std::nullopt,
        certs::EncryptOptions{.cipher = certs::Cipher::Aes256Cbc},
        certs::EncryptOptions{.cipher = certs::Cipher::Aes256Gcm},
        certs::EncryptOptions{.cipher = certs::Cipher::Aes128Gcm,
                              .gcm_container = certs::GcmContainer::EnvelopedTagged}};
    for (const auto& cipher : ciphers)
        for (const bool sign : {true, false})
            for (const bool compress : {true, false}) {
                all.push_back({sign, compress, false, cipher});
                if (sign && compress) all.push_back({sign, compress, true, cipher});
            }
    return all;
}

As2Agreement agreement_for(const Construction& one) {
    auto agreement = gateway_agreement();
    agreement.outbound.sign = one.sign;
    agreement.outbound.compress = one.compress;
    agreement.outbound.compress_after_signing = one.compress_last;
    agreement.outbound.encryption = one.encryption;
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

const Parcel Facts{.partner = "partner",
                   .message_id = "01H",
                   .payload = {},
                   .content_type = "application/edi-x12",
                   .file_name = "large.edi"};
const ComposeFacts When{.host_name = "gateway.test", .product = "Sallyport", .now = {}};

TEST(LargeSending, Can05IsOpenedByTheReceiverInEveryConstructionWithTheSameMic) {
    const TempDir dir;
    // Boundaries, line ends of every kind, and more than one piece.
    Bytes document = "--sallyport-01H\r\n" + Bytes(DocumentBody) + "\n\r";
    while (document.size() < 200'000)
        document += document;
    for (const Construction& one : constructions()) {
        const auto agreement = agreement_for(one);
        SCOPED_TRACE(std::to_string(one.sign) + std::to_string(one.compress) +
                     std::to_string(one.compress_last) +
                     std::to_string(one.encryption.has_value()));
        const auto made =
            compose_large(Facts, certs::MemoryOctets(document), agreement, When, dir.path());
        ASSERT_TRUE(made) << made.error().text();
        const Bytes wire = slurp(made->wire_file);
        EXPECT_EQ(made->wire_digest, sha256_hex(wire));
        Parcel small = Facts;
        small.payload = document;
        const auto in_memory = compose_message(small, agreement, When);
        ASSERT_TRUE(in_memory);
        // Compression in parts differs from compression at once, and with it what is signed after it; nothing else may.
        if (!one.compress || one.compress_last || !one.sign) {
            EXPECT_EQ(made->expectation, in_memory->expectation);
        }
        if (!one.compress && !one.sign && !one.encryption) {
            EXPECT_EQ(wire, in_memory->wire);
        }
        auto partner = partner_agreement();
        partner.inbound.require_signed = one.sign;
        partner.inbound.require_encrypted = one.encryption.has_value();
        ReceiverUnderTest under(partner);
        const auto response = under.post(request_of(wire));
        ASSERT_EQ(under.intake.arrivals.size(), 1U) << response.body;
        EXPECT_TRUE(under.intake.arrivals[0].payload == document);
        EXPECT_EQ(under.intake.arrivals[0].file_name, "large.edi");
        const auto judged = judge_mdn(
            response.headers, response.body, *MdnExpectation::read(made->expectation), agreement);
        ASSERT_TRUE(judged) << judged.error().text();
        EXPECT_TRUE(judged->mic_matched);
    }
}

TEST(LargeSending, IsOpenedAndVerifiedByTheOpensslCommand) {
    if (shell("openssl version > /dev/null 2>&1") != 0)
        GTEST_SKIP() << "SKIPPED: there is no openssl command";
    const TempDir dir;
    const std::string at = dir.path().string();
    const Bytes document = Bytes(150'000, 'x') + "\r\n\n" + Bytes(DocumentBody);
    for (const auto cipher : {certs::Cipher::Aes256Cbc, certs::Cipher::Aes256Gcm}) {
        auto agreement = gateway_agreement();
        agreement.outbound.encryption = certs::EncryptOptions{.cipher = cipher};
        const auto made =
            compose_large(Facts, certs::MemoryOctets(document), agreement, When, dir.path());
        ASSERT_TRUE(made) << made.error().text();
        const Bytes wire = slurp(made->wire_file);
        spill(at + "/sealed", wire.substr(wire.find("\r\n\r\n") + 4));
        ASSERT_EQ(shell("openssl cms -decrypt -binary -inform DER -in " + at + "/sealed -out " +
                        at + "/signed -inkey " + key_path("partner.key") + " -recip " +
                        key_path("partner.pem") + " 2> " + at + "/said"),
                  0)
            << slurp(at + "/said");
        // The command's own reader of multiparts rewrites line ends; it gets the two parts apart.
        const Bytes plain = slurp(at + "/signed");
        const auto entity = parse_entity(plain, {});
        ASSERT_TRUE(entity);
        const auto parts =
            split_multipart(entity->body,
                            parse_parameterised(header_or_empty(entity->headers, "Content-Type"))
                                .parameter("boundary"),
                            {});
        ASSERT_TRUE(parts && parts->size() == 2);
        spill(at + "/content", Bytes((*parts)[0]));
        spill(at + "/signature", *decode_transfer(parse_entity((*parts)[1], {})->body, "base64"));
        ASSERT_EQ(shell("openssl cms -verify -binary -noverify -inform DER -in " + at +
                        "/signature -content " + at + "/content -out " + at +
                        "/document -certfile " + key_path("gateway.pem") + " 2> " + at + "/said"),
                  0)
            << slurp(at + "/said");
        EXPECT_TRUE(slurp(at + "/document").ends_with(document));
    }
}

TEST(LargeSending, LeavesNoFileWhenItFailsAndNoneWhenItIsForgotten) {
    const TempDir dir;
    auto no_certificate = gateway_agreement();
    no_certificate.partner_encryption.clear();
    const auto refused =
        compose_large(Facts, certs::MemoryOctets("x"), no_certificate, When, dir.path());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), "as2.agreement.incomplete");
    EXPECT_TRUE(std::filesystem::is_empty(dir.path()));
    {
        const auto made =
            compose_large(Facts, certs::MemoryOctets("x"), gateway_agreement(), When, dir.path());
        ASSERT_TRUE(made);
        EXPECT_TRUE(std::filesystem::exists(made->wire_file));
    }
    EXPECT_TRUE(std::filesystem::is_empty(dir.path()));
    const auto nowhere = compose_large(
        Facts, certs::MemoryOctets("x"), gateway_agreement(), When, "/nowhere/at/all");
    ASSERT_FALSE(nowhere);
    EXPECT_EQ(nowhere.error().code(), "spool.open");
    EXPECT_EQ(nowhere.error().blame(), Blame::Operator);
}

// A partner on a real socket that keeps nothing but what it counted.
class CountingIntake final : public Intake {
public:
    Result<Admission> admit(const Arrival& arrival, const ReceiptMaker& make_receipt) override {
        auto receipt = make_receipt(Verdict::New);
        if (!receipt) return std::move(receipt).error();
        octets = std::filesystem::file_size(arrival.payload_file);
        digest = arrival.payload_digest;
        return Admission{Verdict::New, *std::move(receipt), "m1"};
    }
    Status refuse(const Refusal& refusal, const Receipt& /*receipt*/) override {
        refused = refusal.reason;
        return {};
    }
    std::uint64_t octets = 0;
    std::string digest;
    std::string refused;
};

class LargePartner {
public:
    LargePartner() {
        auto terms = partner_agreement();
        terms.inbound.max_body_bytes = std::size_t{1} << 30U;
        receiver =
            std::make_shared<As2Receiver>(As2ReceiverOptions{.spool_folder = dir.path()},
                                          fixed_directory({std::make_shared<As2Agreement>(terms)}),
                                          intake,
                                          clock,
                                          Log(null_sink()));
        server.emplace(
            HttpServerOptions{}, std::vector<HttpRoute>{{"/", receiver}}, clock, Log(null_sink()));
        if (!server->start()) throw std::runtime_error("server under test does not start");
        agreement.outbound.url = "http://127.0.0.1:" + std::to_string(server->port()) + "/as2";
        agreement.outbound.exchange_timeout = std::chrono::minutes(20);
        sender.emplace(As2SenderOptions{.host_name = "gateway.test", .spool_folder = dir.path()},
                       fixed_directory({std::make_shared<As2Agreement>(agreement)}),
                       clock,
                       Log(null_sink()));
    }

    TempDir dir;
    SystemClock clock;
    CountingIntake intake;
    std::shared_ptr<As2Receiver> receiver;
    std::optional<HttpServer> server;
    As2Agreement agreement = gateway_agreement();
    std::optional<As2Sender> sender;
};

// 256 MB signed, encrypted, sent, spooled, decrypted, verified and receipted, sender and receiver in this one process.
TEST(LargeSending, TakesConstantMemoryFromFileToReceipt) {
    constexpr std::size_t Size = std::size_t{256} << 20U;
    constexpr std::size_t MostKib = 40U << 10U;
    LargePartner partner;
    const auto document = partner.dir.path() / "document.edi";
    Sha256 digest;
    {
        std::ofstream out(document, std::ios::binary);
        const std::string piece(1 << 20, 'e');
        for (std::size_t done = 0; done < Size; done += piece.size()) {
            out << piece;
            digest.add(piece);
        }
    }
    if (!reset_peak())
        GTEST_SKIP() << "SKIPPED: the peak of the resident size cannot be reset here";
    const std::size_t before = peak_kib();
    Parcel parcel = Facts;
    parcel.payload_file = document;
    const auto frozen = partner.sender->freeze(parcel);
    ASSERT_TRUE(frozen) << frozen.error().text();
    EXPECT_TRUE(frozen->wire.empty());
    const auto sent = partner.sender->send(*frozen);
    ASSERT_TRUE(sent) << sent.error().text() << partner.intake.refused;
    EXPECT_TRUE(sent->mic_matched);
    EXPECT_TRUE(sent->receipt_signed);
    EXPECT_EQ(partner.intake.octets, Size);
    EXPECT_EQ(partner.intake.digest, digest.hex());
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    EXPECT_LT(peak_kib() - before, MostKib) << "sender or receiver held the message";
#else
    (void)before;
    (void)MostKib;
#endif
}

// Keeps the digest of every body it is sent.
class Bodies final : public HttpHandler {
public:
    HttpEntry enter(const HttpRequest& /*head*/) override {
        return {.max_body_bytes = 10U << 20, .answer = std::nullopt};
    }
    HttpResponse handle(const HttpRequest& request) override {
        digests.push_back(sha256_hex(request.header_block) + sha256_hex(request.body));
        return {.status = 503, .headers = {}, .body = {}};
    }
    Seen<std::string> digests;
};

TEST(LargeSending, RetrySendsTheSameFrozenOctets) {
    const TempDir dir;
    const SystemClock clock;
    const auto bodies = std::make_shared<Bodies>();
    HttpServer server({}, {{"/", bodies}}, clock, Log(null_sink()));
    ASSERT_TRUE(server.start());
    auto agreement = gateway_agreement();
    agreement.outbound.url = "http://127.0.0.1:" + std::to_string(server.port()) + "/as2";
    As2Sender sender({.host_name = "gateway.test", .spool_folder = dir.path(), .spool_above = 10},
                     fixed_directory({std::make_shared<As2Agreement>(agreement)}),
                     clock,
                     Log(null_sink()));
    Parcel parcel = Facts;
    parcel.payload = Bytes(100'000, 'x');
    const auto frozen = sender.freeze(parcel);
    ASSERT_TRUE(frozen) << frozen.error().text();
    ASSERT_FALSE(frozen->wire_file.empty());
    for (int round = 0; round < 2; ++round) {
        const auto refused = sender.send(*frozen);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code(), "as2.http.status");
        EXPECT_EQ(refused.error().blame(), Blame::Network);
    }
    ASSERT_EQ(bodies->digests.size(), 2U);
    EXPECT_EQ(bodies->digests[0], bodies->digests[1]);
    auto lost = *frozen;
    lost.wire_file = dir.path() / "not there";
    const auto refused = sender.send(lost);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), "file.open");
    EXPECT_EQ(refused.error().blame(), Blame::Operator);
}

}  // namespace
}  // namespace sallyport::transports

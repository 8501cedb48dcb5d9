// SPDX-License-Identifier: Apache-2.0
// The streaming half of CMS against the half in memory: the same octets, the same verdicts, the same error codes.
#include "certs/cms_stream.h"

#include "tests/support/identities.h"
#include "tests/support/shell.h"
#include "tests/support/temp_dir.h"

#include "certs/spool.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace sallyport::certs {
namespace {

using testing_support::key_path;
using testing_support::shell;
using testing_support::slurp;
using testing_support::spill;
using testing_support::test_identity;

const std::vector<Cipher> Every{Cipher::TripleDesCbc,
                                Cipher::Aes128Cbc,
                                Cipher::Aes192Cbc,
                                Cipher::Aes256Cbc,
                                Cipher::Aes128Gcm,
                                Cipher::Aes192Gcm,
                                Cipher::Aes256Gcm};
const std::vector<Digest> Sha2{Digest::Sha256, Digest::Sha384, Digest::Sha512};

// Octets that no compression and no repetition hides.
std::string noise(std::size_t size) {
    std::string octets(size, '\0');
    std::mt19937 random(4711);
    for (char& octet : octets)
        octet = static_cast<char>(random());
    return octets;
}

OctetSink into(std::string& out) {
    return [&out](BytesView octets) -> Status {
        out += octets;
        return {};
    };
}

VerifyPolicy policy(const std::string& name, std::vector<Digest> digests = Sha2) {
    return {.trusted = {test_identity(name).certificate}, .digests = std::move(digests)};
}

struct Sealed {
    EncryptOptions options;
    std::string what;
};
std::vector<Sealed> every_envelope() {
    std::vector<Sealed> all;
    for (const Cipher cipher : Every)
        for (const auto transport :
             {KeyTransport::Pkcs1, KeyTransport::OaepSha1, KeyTransport::OaepSha256})
            for (const auto container :
                 {GcmContainer::AuthEnveloped, GcmContainer::EnvelopedTagged})
                all.push_back(
                    {{.cipher = cipher, .key_transport = transport, .gcm_container = container},
                     std::string(to_string(cipher)) + " " +
                         std::to_string(static_cast<int>(transport)) + " " +
                         std::to_string(static_cast<int>(container))});
    return all;
}

TEST(StreamedEnvelope, OpensWhatTheMemoryHalfSealsAndTheOtherWayRound) {
    for (const auto& envelope : every_envelope())
        for (const std::size_t size : {0U, 1U, 16U, 65'535U, 65'536U, 200'003U}) {
            SCOPED_TRACE(envelope.what + " of " + std::to_string(size));
            const std::string content = noise(size);
            const auto identity = test_identity("gateway");
            const auto held = encrypt(content, {identity.certificate}, envelope.options);
            ASSERT_TRUE(held) << held.error().text();
            std::string opened;
            const auto unsealed =
                decrypt_stream(MemoryOctets(*held), {identity}, Every, {}, into(opened));
            ASSERT_TRUE(unsealed) << unsealed.error().text();
            EXPECT_EQ(opened, content);
            EXPECT_EQ(unsealed->cipher, envelope.options.cipher);
            EXPECT_EQ(unsealed->recipient, identity.certificate.fingerprint());

            std::string streamed;
            ASSERT_TRUE(encrypt_stream(
                MemoryOctets(content), {identity.certificate}, envelope.options, into(streamed)));
            const auto back = decrypt(streamed, {identity}, Every, {});
            ASSERT_TRUE(back) << back.error().text();
            EXPECT_EQ(back->content, content);
        }
}

// Another implementation of the same standards; its -stream option writes indefinite lengths and parts (CAN-10).
TEST(StreamedEnvelope, AgreesWithTheOpensslCommandBothWays) {
    const testing_support::TempDir dir;
    const auto file = [&](const char* name) { return (dir.path() / name).string(); };
    const std::string content = noise(300'000);
    spill(file("plain"), content);
    const auto identity = test_identity("gateway");
    for (const auto* cipher : {"aes-256-cbc", "aes-256-gcm", "des3"}) {
        SCOPED_TRACE(cipher);
        ASSERT_EQ(shell("openssl cms -encrypt -binary -stream -outform DER -" +
                        std::string(cipher) + " -in " + file("plain") + " -out " + file("sealed") +
                        " " + key_path("gateway.pem")),
                  0);
        std::string opened;
        const std::string sealed = slurp(file("sealed"));
        const auto unsealed =
            decrypt_stream(MemoryOctets(sealed), {identity}, Every, {}, into(opened));
        ASSERT_TRUE(unsealed) << unsealed.error().text();
        EXPECT_EQ(opened, content);
    }
    std::string streamed;
    ASSERT_TRUE(encrypt_stream(MemoryOctets(content), {identity.certificate}, {}, into(streamed)));
    spill(file("ours"), streamed);
    ASSERT_EQ(shell("openssl cms -decrypt -binary -inform DER -in " + file("ours") + " -inkey " +
                    key_path("gateway.key") + " -recip " + key_path("gateway.pem") + " -out " +
                    file("back")),
              0);
    EXPECT_EQ(slurp(file("back")), content);
}

TEST(StreamedEnvelope, GivesOneErrorForEveryKeyAndEveryDamage) {
    const auto identity = test_identity("gateway");
    for (const auto& envelope : every_envelope()) {
        if (envelope.options.key_transport != KeyTransport::Pkcs1) continue;
        SCOPED_TRACE(envelope.what);
        const std::string content = noise(100'000);
        const auto held = encrypt(content, {identity.certificate}, envelope.options);
        const bool gcm = to_string(envelope.options.cipher).ends_with("gcm");
        // The key, the last block or the tag: padding and tag must answer alike.
        for (const std::size_t from_end : {std::size_t{1}, held->size() - 300}) {
            std::string bent = *held;
            bent[bent.size() - from_end] = static_cast<char>(bent[bent.size() - from_end] ^ 0x55);
            std::string opened;
            const auto failed =
                decrypt_stream(MemoryOctets(bent), {identity}, Every, {}, into(opened));
            const auto in_memory = decrypt(bent, {identity}, Every, {});
            // A damaged key is replaced by a random one, and a bent last block has any padding: what CBC then gives holds by
            // chance once in 256 times. It is never the content, and GCM never gives anything.
            if (failed || in_memory) {
                EXPECT_FALSE(gcm) << "a bent GCM message was opened";
                EXPECT_NE(failed ? opened : in_memory->content, content);
                continue;
            }
            EXPECT_EQ(failed.error().code(), in_memory.error().code());
            EXPECT_EQ(failed.error().text(), in_memory.error().text());
        }
        std::string opened;
        const auto stranger = decrypt_stream(
            MemoryOctets(*held), {test_identity("stranger")}, Every, {}, into(opened));
        ASSERT_FALSE(stranger);
        EXPECT_EQ(stranger.error().code(), "cms.decryption-failed");
        EXPECT_EQ(opened, "");
        const auto refused = decrypt_stream(MemoryOctets(*held), {identity}, {}, {}, into(opened));
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code(), "cms.cipher.refused");
    }
}

// A tag of one octet would be guessed in 256 tries.
TEST(StreamedEnvelope, AttackRefusesATagCutShort) {
    const auto identity = test_identity("gateway");
    const std::string content = noise(1000);
    auto held = encrypt(content, {identity.certificate}, {.cipher = Cipher::Aes256Gcm});
    ASSERT_TRUE(held);
    // The last field: 04 10 and sixteen octets. Every length around it shrinks by fifteen.
    ASSERT_EQ(held->substr(held->size() - 18, 2), std::string("\x04\x10", 2));
    std::string cut = held->substr(0, held->size() - 15);
    cut[cut.size() - 2] = '\x01';
    const auto shrink = [&](std::size_t at) {
        const auto value = static_cast<unsigned>(static_cast<unsigned char>(cut[at]) << 8U |
                                                 static_cast<unsigned char>(cut[at + 1])) -
                           15U;
        cut[at] = static_cast<char>(value >> 8U);
        cut[at + 1] = static_cast<char>(value & 0xFFU);
    };
    shrink(2);               // ContentInfo: 30 82 xx xx
    shrink(4 + 13 + 2);      // [0] behind the content type of eleven octets
    shrink(4 + 13 + 4 + 2);  // AuthEnvelopedData
    std::string opened;
    const auto streamed = decrypt_stream(MemoryOctets(cut), {identity}, Every, {}, into(opened));
    ASSERT_FALSE(streamed);
    EXPECT_EQ(streamed.error().code(), "cms.malformed");
    const auto in_memory = decrypt(cut, {identity}, Every, {});
    ASSERT_FALSE(in_memory);
    EXPECT_EQ(in_memory.error().code(), "cms.malformed");
}

TEST(StreamedEnvelope, BoundsDepthAndElementsAsTheMemoryHalfDoes) {
    std::string deep;
    for (int level = 0; level < 5000; ++level)
        deep += std::string("\x30\x80", 2);
    std::string opened;
    const auto failed =
        decrypt_stream(MemoryOctets(deep), {test_identity("gateway")}, Every, {}, into(opened));
    ASSERT_FALSE(failed);
    const auto identity = test_identity("gateway");
    const auto held = encrypt(noise(10), {identity.certificate}, {});
    // What is truncated anywhere is refused, never read beyond.
    for (std::size_t size = 0; size < held->size(); ++size) {
        const auto cut = decrypt_stream(
            MemoryOctets(BytesView(*held).substr(0, size)), {identity}, Every, {}, into(opened));
        ASSERT_FALSE(cut) << size;
        EXPECT_NE(cut.error().blame(), Blame::Bug) << cut.error().text();
    }
}

// Octets changed at random: both halves accept the same, and what they accept is the same.
TEST(StreamedEnvelope, DifferentialOnDamagedStructures) {
    const auto identity = test_identity("gateway");
    const std::string content = noise(60);
    std::mt19937 random(815);
    for (const auto container : {GcmContainer::AuthEnveloped, GcmContainer::EnvelopedTagged})
        for (const Cipher cipher : {Cipher::Aes128Cbc, Cipher::Aes128Gcm}) {
            const auto held = encrypt(
                content, {identity.certificate}, {.cipher = cipher, .gcm_container = container});
            for (int round = 0; round < 400; ++round) {
                std::string bent = *held;
                const auto at = random() % bent.size();
                bent[at] = static_cast<char>(random());
                std::string opened;
                const auto streamed =
                    decrypt_stream(MemoryOctets(bent), {identity}, Every, {}, into(opened));
                const auto in_memory = decrypt(bent, {identity}, Every, {});
                if (!streamed) continue;  // may be the stricter one
                // A damaged key is replaced by a random one; under it one CBC padding in 256 holds, by chance.
                if (opened != content) {
                    ASSERT_EQ(cipher, Cipher::Aes128Cbc) << "octet " << at;
                    continue;
                }
                ASSERT_TRUE(in_memory) << "octet " << at << ": " << in_memory.error().text();
                ASSERT_EQ(in_memory->content, content) << "octet " << at;
            }
        }
}

TEST(StreamedSignature, HoldsAndFailsAsInMemory) {
    const std::string content = noise(150'000);
    for (const auto* name : {"partner", "partner-ec"})
        for (const auto scheme : {SignatureScheme::Pkcs1, SignatureScheme::Pss})
            for (const Digest algorithm : Sha2) {
                const auto streamed = sign_detached(MemoryOctets(content),
                                                    test_identity(name),
                                                    {.digest = algorithm, .scheme = scheme});
                ASSERT_TRUE(streamed);
                const auto verified = verify_detached(content, *streamed, policy(name), {});
                ASSERT_TRUE(verified) << verified.error().text();
                EXPECT_EQ(verified->digest, algorithm);
                std::string bent = content;
                bent.back() = static_cast<char>(bent.back() ^ 1);
                const auto changed =
                    verify_detached(MemoryOctets(bent), *streamed, policy(name), {});
                ASSERT_FALSE(changed);
                EXPECT_EQ(changed.error().code(), "cms.digest.mismatch");
            }
}

TEST(StreamedSignature, WithTheContentInsideOpensInParts) {
    const testing_support::TempDir dir;
    const auto file = [&](const char* name) { return (dir.path() / name).string(); };
    const std::string content = noise(150'000);
    spill(file("plain"), content);
    for (const std::string how : {"", "-stream ", "-noattr ", "-stream -noattr "}) {
        SCOPED_TRACE(how);
        ASSERT_EQ(shell("openssl cms -sign -nodetach -binary " + how + "-outform DER -in " +
                        file("plain") + " -out " + file("signed") + " -signer " +
                        key_path("partner.pem") + " -inkey " + key_path("partner.key")),
                  0);
        const std::string structure = slurp(file("signed"));
        auto spool = Spool::create(dir.path());
        ASSERT_TRUE(spool);
        const auto verified = verify_opaque_stream(
            MemoryOctets(structure), policy("partner"), {}, (*spool)->sink(), **spool);
        ASSERT_TRUE(verified) << verified.error().text();
        EXPECT_EQ(*take_octets(**spool, 0, 1 << 20), content);
        auto other = Spool::create(dir.path());
        const auto stranger = verify_opaque_stream(
            MemoryOctets(structure), policy("stranger"), {}, (*other)->sink(), **other);
        ASSERT_FALSE(stranger);
        EXPECT_EQ(stranger.error().code(), "cms.signer.unknown");
        std::string bent = structure;
        bent[bent.size() / 2] = static_cast<char>(bent[bent.size() / 2] ^ 1);
        auto third = Spool::create(dir.path());
        const auto changed = verify_opaque_stream(
            MemoryOctets(bent), policy("partner"), {}, (*third)->sink(), **third);
        ASSERT_FALSE(changed);
        EXPECT_EQ(changed.error().code(), "cms.digest.mismatch");
    }
}

TEST(StreamedCompression, GoesBothWaysWithTheMemoryHalf) {
    for (const std::string& content :
         {std::string(), std::string("x"), noise(300'000), std::string(300'000, 'a')}) {
        std::string out;
        ASSERT_TRUE(inflate_stream(MemoryOctets(*compress(content)), {}, into(out)));
        EXPECT_EQ(out, content);
        std::string packed;
        ASSERT_TRUE(deflate_stream(MemoryOctets(content), into(packed)));
        const auto back = decompress(packed, {});
        ASSERT_TRUE(back) << back.error().text();
        EXPECT_EQ(*back, content);
    }
}

TEST(StreamedCompression, AttackOfABombEndsAtTheLimit) {
    const auto bomb = compress(std::string(std::size_t{64} << 20U, '\0'));
    ASSERT_TRUE(bomb);
    std::size_t written = 0;
    const auto failed = inflate_stream(MemoryOctets(*bomb), {}, [&](BytesView octets) -> Status {
        written += octets.size();
        return {};
    });
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code(), "cms.limit");
    EXPECT_LE(written, std::size_t{2} << 20U) << "what was written before the bomb was noticed";
    std::string cut = compress(noise(5000)).operator*();
    std::string out;
    EXPECT_FALSE(
        inflate_stream(MemoryOctets(BytesView(cut).substr(0, cut.size() - 3)), {}, into(out)));
}

TEST(Spool, GivesBackFromAnyPlaceAndWritesNothingReadable) {
    const testing_support::TempDir dir;
    auto spool = Spool::create(dir.path());
    ASSERT_TRUE(spool) << spool.error().text();
    const std::string content = noise(700'001);
    for (std::size_t at = 0; at < content.size(); at += 9973)
        ASSERT_TRUE((*spool)->append(BytesView(content).substr(at, 9973)));
    EXPECT_EQ((*spool)->size(), content.size());
    for (const std::size_t at : {0U, 1U, 15U, 16U, 17U, 262'143U, 262'144U, 699'990U, 700'001U})
        EXPECT_EQ(*take_octets(**spool, at, 70'000), content.substr(at, 70'000)) << at;
    // No name in the folder; what the descriptor shows is noise.
    EXPECT_TRUE(std::filesystem::is_empty(dir.path()));
    bool seen = false;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        std::error_code gone;
        const auto target = std::filesystem::read_symlink(entry.path(), gone).string();
        if (!target.starts_with(dir.path().string())) continue;
        seen = true;
        EXPECT_EQ(slurp(entry.path()).find(content.substr(4096, 16)), std::string::npos);
    }
    EXPECT_TRUE(seen);
}

// A spool gives less than asked for where what is on disk meets what is not.
TEST(Octets, JoinedAreReadWithoutAGapWhereverAPartStopsShort) {
    const testing_support::TempDir dir;
    auto spool = Spool::create(dir.path());
    ASSERT_TRUE(spool);
    const std::string content = noise(300'000);
    ASSERT_TRUE((*spool)->append(BytesView(content).substr(0, 270'001)));
    ASSERT_TRUE((*spool)->append(BytesView(content).substr(270'001)));
    const MemoryOctets before("before");
    const MemoryOctets after("after");
    const JoinedOctets all({&before, spool->get(), &after});
    EXPECT_EQ(*take_octets(all, 0, 400'000), "before" + content + "after");
    EXPECT_EQ(*take_octets(OctetRange(all, 270'000, 10), 0, 400'000),
              ("before" + content).substr(270'000, 10));
    EXPECT_EQ(*take_octets(OctetRange(all, 300'006, 400), 1, 400'000), "fter");
}

TEST(Spool, SaysWhichFolderMattersWhenItCannotOpen) {
    const auto spool = Spool::create("/nowhere/at/all");
    ASSERT_FALSE(spool);
    EXPECT_EQ(spool.error().code(), "spool.open");
    EXPECT_EQ(spool.error().blame(), Blame::Operator);
}

}  // namespace
}  // namespace sallyport::certs

// SPDX-License-Identifier: Apache-2.0
// A partner whose messages are signed with a certificate nobody configured. What the transport would judge is played: a
// message is believed when its certificate was accepted.
#pragma once

#include "child.h"
#include "world.h"

#include "gateway/flow/trust.h"

#include <gtest/gtest.h>

#include <string>

namespace sallyport::flow::testing {

inline const std::string NewFingerprint(64, 'a');
inline const std::string OtherFingerprint(64, 'b');

inline transports::CertificateFacts facts(const std::string& fingerprint) {
    return {.fingerprint = fingerprint,
            .subject = "CN=acme " + fingerprint.substr(0, 2),
            .issuer = "CN=acme " + fingerprint.substr(0, 2),
            .serial = "01",
            .not_before = from_micros(1'790'000'000'000'000),
            .not_after = from_micros(1'890'000'000'000'000),
            .der = "der of " + fingerprint};
}

class TrustWorld : public World {
public:
    explicit TrustWorld(const std::filesystem::path& directory) : World(directory) {
        tools->judge_again = [this](const store::Message& held) { return judge(held); };
    }

    static transports::Refusal refusal(const std::string& payload,
                                       const std::string& id,
                                       const std::string& fingerprint = NewFingerprint) {
        transports::Refusal refused;
        refused.transport = "as2";
        refused.partner = "acme";
        refused.from = "ACME";
        refused.to = "SALLYPORT";
        refused.message_id = "<" + id + "@acme>";
        refused.code = UnknownSignerCode;
        refused.reason = "signed by a stranger";
        refused.raw = "AS2-From: ACME\r\n\r\n" + payload;
        refused.signer.emplace();
        refused.signer->presented = facts(fingerprint);
        refused.signer->expected = {facts(std::string(64, 'e'))};
        refused.signer->whole = true;
        return refused;
    }
    void refuse(const transports::Refusal& refused) {
        clock.advance(std::chrono::milliseconds(10));
        transports::Receipt negative;
        negative.body = "the negative MDN";
        negative.disposition = "processed/error: authentication-failed";
        const Status done = intake->refuse(refused, negative);
        ASSERT_TRUE(done) << done.error().text();
    }
    std::vector<store::Message> messages(store::MessageState state) {
        auto found = store::read<std::vector<store::Message>>(*store, [&](store::Reader& reader) {
            return reader.messages({.direction = store::Direction::Inbound, .state = state});
        });
        EXPECT_TRUE(found);
        return found ? *found : std::vector<store::Message>{};
    }
    TrustRecord record(const std::string& fingerprint = NewFingerprint) {
        auto found = store::read<std::optional<TrustRecord>>(*store, [&](store::Reader& reader) {
            return trust_record(reader, "acme", fingerprint);
        });
        EXPECT_TRUE(found && *found);
        return found && *found ? **found : TrustRecord{};
    }
    static TrustDecision by(const std::string& actor,
                            const std::string& words = "Bob, telephone",
                            const std::string& fingerprint = NewFingerprint) {
        return {.partner = "acme", .fingerprint = fingerprint, .actor = actor, .words = words};
    }
    void accept() {
        ASSERT_TRUE(request_trust(*tools, by("operator:anna")));
        ASSERT_TRUE(confirm_trust(*tools, by("operator:bert")));
    }

    unsigned judged = 0;

private:
    Result<JudgedAgain> judge(const store::Message& held) {
        ++judged;
        if (record(held.signer_fingerprint).state != TrustState::Accepted)
            return Error(UnknownSignerCode, Blame::Operator, "still unknown");
        auto raw = archive.get(held.raw_ref);
        if (!raw) return std::move(raw).error();
        const std::string id =
            held.transport_id.substr(1, held.transport_id.find('@') - 1);  // as admit() spells it
        auto admitted = admit(raw->substr(raw->find("\r\n\r\n") + 4), id);
        if (!admitted) return std::move(admitted).error();
        return JudgedAgain{.message = admitted->message,
                           .disposition = admitted->receipt.disposition,
                           .repeated = admitted->verdict == transports::Verdict::Identical};
    }
};

}  // namespace sallyport::flow::testing

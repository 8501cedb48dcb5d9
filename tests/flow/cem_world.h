// SPDX-License-Identifier: Apache-2.0
// A partner that exchanges certificates in messages; its wire, and our answers as it would read them.
#pragma once

#include "child.h"
#include "tests/support/identities.h"
#include "world.h"

#include "gateway/flow/cem.h"
#include "gateway/flow/cert_alerts.h"
#include "transports/as2_cem.h"
#include "transports/as2_stranger.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace sallyport::flow::testing {

inline const std::string TrustedSigner(64, 'c');

inline transports::CertificateFacts facts_of_key(const std::string& name) {
    return transports::facts_of(testing_support::test_identity(name).certificate);
}

// By its serial number, as the XML names it.
inline CertificateName name_of(const transports::CertificateFacts& facts) {
    return {.issuer = facts.issuer, .serial = transports::decimal_serial(facts.serial)};
}

inline constexpr std::string_view ContentId = "certificate-1@acme";

class CemWorld : public World {
public:
    explicit CemWorld(const std::filesystem::path& directory) : World(directory) {
        clock.advance(std::chrono::hours(240));  // the test keys are younger than the clock
        set_cem("ask");
        tools->trust_changed = [this]() -> Status {
            ++refreshed;
            return {};
        };
    }
    void set_cem(const std::string& how) {
        config::Partner partner = acme();
        partner.as2.cem = how;
        use(partner);
    }

    CemRequest request(const std::string& id,
                       const std::vector<std::string>& uses = {"digitalSignature",
                                                               "keyEncipherment"}) const {
        return {.id = id,
                .sender = "ACME",
                .originated = clock.now(),
                .items = {{.uses = uses,
                           .respond_by = clock.now() + std::chrono::hours(240),
                           .response_url = "http://acme.example/cem",
                           .certificate = name_of(certificate),
                           .content_id = std::string(ContentId)}}};
    }
    static std::string container(const CemRequest& request,
                                 const transports::CertificateFacts& attached) {
        const auto xml = write_cem_xml(request);
        EXPECT_TRUE(xml) << xml.error().text();
        const auto octets =
            transports::write_cem(xml ? *xml : "", {{std::string(ContentId), attached}}, "x");
        EXPECT_TRUE(octets) << octets.error().text();
        return octets ? *octets : "";
    }
    static std::string container(const CemResponse& response) {
        const auto xml = write_cem_xml(response);
        EXPECT_TRUE(xml) << xml.error().text();
        const auto octets = transports::write_cem(xml ? *xml : "", {}, "x");
        EXPECT_TRUE(octets);
        return octets ? *octets : "";
    }
    // One AS2 message, admitted and worked on as far as it goes.
    void deliver(const std::string& payload, const std::string& id) {
        clock.advance(std::chrono::milliseconds(10));
        transports::Arrival arrival;
        arrival.transport = "as2";
        arrival.partner = "acme";
        arrival.from = "ACME";
        arrival.to = "SALLYPORT";
        arrival.message_id = "<" + id + "@acme>";
        arrival.content_digest = sha256_hex(payload);
        arrival.payload = payload;
        arrival.content_type = transports::cem_content_type(payload);
        arrival.was_signed = is_signed;
        if (is_signed) arrival.signer_fingerprint = TrustedSigner;
        const auto admitted =
            intake->admit(arrival, [](transports::Verdict) -> Result<transports::Receipt> {
                transports::Receipt receipt;
                receipt.disposition = "processed";
                return receipt;
            });
        ASSERT_TRUE(admitted) << admitted.error().text();
        run();
    }
    void ask_us(const std::string& id = "req-1", const std::string& message = "m1") {
        deliver(container(request(id), certificate), message);
    }

    TrustDecision by(const std::string& actor, const std::string& words = "Bob, telephone") const {
        return {.partner = "acme",
                .fingerprint = certificate.fingerprint,
                .actor = actor,
                .words = words};
    }
    void accept() {
        ASSERT_TRUE(request_trust(*tools, by("operator:anna")));
        const auto done = confirm_trust(*tools, by("operator:bert"));
        ASSERT_TRUE(done) << done.error().text();
        run();
    }
    TrustRecord record() {
        auto found = store::read<std::optional<TrustRecord>>(*store, [&](store::Reader& reader) {
            return trust_record(reader, "acme", certificate.fingerprint);
        });
        EXPECT_TRUE(found && *found);
        return found && *found ? **found : TrustRecord{};
    }
    std::vector<CemExchange> exchanges() {
        auto found = store::read<std::vector<CemExchange>>(
            *store, [](store::Reader& reader) { return cem_exchanges(reader); });
        EXPECT_TRUE(found);
        return found ? *found : std::vector<CemExchange>{};
    }
    std::vector<store::Document> cem_documents(store::Direction direction) {
        auto found = documents({.direction = direction});
        std::erase_if(found, [](const auto& one) { return one.standard != CemStandard; });
        return found;
    }
    // What went to the partner last, read as the partner reads it.
    CemMessage said() {
        const std::string payload = sender.last_wire.substr(std::string("frozen:").size());
        const auto read = transports::read_cem(payload, transports::cem_content_type(payload));
        EXPECT_TRUE(read) << read.error().text();
        auto message = read_cem_xml(read ? read->xml : "");
        EXPECT_TRUE(message) << message.error().text();
        return message ? *message : CemMessage();
    }
    CemResponse response() {
        const auto message = said();
        EXPECT_TRUE(std::holds_alternative<CemResponse>(message));
        const auto* response = std::get_if<CemResponse>(&message);
        return response != nullptr ? *response : CemResponse{};
    }

    CemAnnouncement announcement() const {
        return {.partner = "acme",
                .certificate = ours,
                .uses = {"keyEncipherment", "digitalSignature"},
                .respond_by = clock.now() + std::chrono::hours(240),
                .our_name = "SALLYPORT",
                .response_url = "http://gateway.example:4080/as2",
                .actor = "operator:anna"};
    }
    CemResponse answer(const std::string& id, bool accepted, const std::string& reason = {}) const {
        return {.id = id,
                .sender = "ACME",
                .originated = clock.now(),
                .items = {{.accepted = accepted, .reason = reason, .certificate = name_of(ours)}}};
    }
    std::vector<Consent> known_consents() {
        auto found = store::read<std::vector<Consent>>(
            *store, [](store::Reader& reader) { return consents(reader); });
        EXPECT_TRUE(found);
        return found ? *found : std::vector<Consent>{};
    }
    std::ptrdiff_t count(const std::string& event) {
        const auto all = events();
        return std::count(all.begin(), all.end(), event);
    }

    const transports::CertificateFacts certificate = facts_of_key("partner-next");
    const transports::CertificateFacts ours = facts_of_key("gateway");
    unsigned refreshed = 0;
    bool is_signed = true;  // what is delivered
};

}  // namespace sallyport::flow::testing

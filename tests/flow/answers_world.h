// SPDX-License-Identifier: Apache-2.0
// A shop that sends 005010 and EDIFACT, and the answers a partner writes to it.
#pragma once

#include "outbound_world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace sallyport::flow::testing {

inline std::filesystem::path shipped_map(const std::string& name) {
    return std::filesystem::path(SALLYPORT_SOURCE_DIR) / "mappings/shipped" / name;
}

// The seller of outbound_world.h in release 005010: answers with 999s and is answered with them.
inline config::Partner later_seller() {
    config::Partner partner = seller();
    partner.x12.acknowledge_with = "999";
    partner.documents.back().version = "005010";
    partner.documents.back().map = shipped_map("x12-855-5010.map");
    return partner;
}

inline config::Partner grocer() {
    config::Partner partner = seller();
    partner.edifact.enabled = true;
    partner.edifact.our_id = "4000001000005";
    partner.edifact.their_id = "4012345000009";
    partner.edifact.our_qualifier = partner.edifact.their_qualifier = "14";
    partner.edifact.syntax = "UNOC";
    partner.edifact.syntax_version = "3";
    partner.edifact.acknowledgement_within = std::chrono::hours(24);
    config::DocumentAgreement& out = partner.documents.back();
    out.standard = "EDIFACT";
    out.version = "D96A";
    out.set = "ORDRSP";
    out.map = shipped_map("edifact-ordrsp-d96a.map");
    return partner;
}

// What goes out compiles once per partner of this header.
template <config::Partner (*Who)()>
void use_compiled(World& world,
                  const config::Partner& partner,
                  std::shared_ptr<const edi::Guide> guide = {}) {
    static const auto base = [] {
        auto load = load_agreements(
            {Who()}, std::filesystem::path(SALLYPORT_SOURCE_DIR) / "mappings/shipped", schemas());
        for (const Error& fault : load.faults)
            ADD_FAILURE() << fault.text();
        return load.agreements.at(0);
    }();
    auto agreement = std::make_shared<Agreement>(*base);
    agreement->partner = partner;
    agreement->guide = std::move(guide);
    for (OutboundDocument& out : agreement->outbound)
        out.batch = partner.documents.back().batch;
    world.agreements.swap({agreement});
}

struct X12Reply {
    std::string control = "501";
    std::string usage = "P";
    std::string functional_id = "FA";
    std::string version = "005010";  // GS08; ISA12 follows it
    bool asks_for_ta1 = false;
};

// What ACME sends: `body` holds `count` transactions.
inline std::string x12_reply(const std::string& body,
                             const X12Reply& reply,
                             const std::string& count = "1") {
    const std::string control = std::string(9 - reply.control.size(), '0') + reply.control;
    const std::string isa_version = reply.version == "005010" ? "^*00501" : "U*00401";
    return "ISA*00*          *00*          *ZZ*ACMERETAIL     *ZZ*SALLYPORT      *261123*0600*" +
           isa_version + "*" + control + "*" + (reply.asks_for_ta1 ? "1" : "0") + "*" +
           reply.usage + "*>~GS*" + reply.functional_id + "*ACMERETAIL*SALLYPORT*20261123*0600*" +
           reply.control + "*X*" + reply.version + "~" + body + "GE*" + count + "*" +
           reply.control + "~IEA*1*" + control + "~";
}

// One transaction around its body: "999", "AK1*…~…". A number per control.
inline std::string x12_set(const std::string& set,
                           const std::string& body,
                           const std::string& control = "0001") {
    const auto segments = 2 + std::count(body.begin(), body.end(), '~');
    return "ST*" + set + "*" + control + "~" + body + "SE*" + std::to_string(segments) + "*" +
           control + "~";
}

inline std::string edifact_reply(const std::string& message, const std::string& control = "77") {
    return "UNB+UNOC:3+4012345000009:14+4000001000005:14+261123:0600+" + control + "'" + message +
           "UNZ+1+" + control + "'";
}

inline std::string edifact_message(const std::string& type, const std::string& body) {
    const auto segments = 2 + std::count(body.begin(), body.end(), '\'');
    return "UNH+1+" + type + "'" + body + "UNT+" + std::to_string(segments) + "+1'";
}

// `outcome` as it stands in UCI behind the parties: "7", "4+23".
inline std::string contrl(const std::string& control,
                          const std::string& outcome,
                          const std::string& messages = {}) {
    return edifact_message(
        "CONTRL:D:3:UN",
        "UCI+" + control + "+4000001000005:14+4012345000009:14+" + outcome + "'" + messages);
}

inline std::string aperak(const std::string& function, const std::string& rest) {
    return edifact_message("APERAK:D:96A:UN",
                           "BGM++A-1+" + function + "'DTM+137:202611230600:203'" + rest);
}

// One answer to an order, as ORDRSP and 855 both take it.
inline nlohmann::ordered_json order_response(const std::string& number) {
    auto json = nlohmann::ordered_json::parse(R"({
        "purpose": "original", "status": "accepted", "number": "", "date": "2024-05-02",
        "order": {"number": "", "date": "2024-05-01", "seller_number": "SO1177"},
        "currency": "EUR",
        "buyer": {"gln": "4012345000009"}, "seller": {"gln": "4000001000005"},
        "lines": [{"no": "1", "quantity": "24", "unit": "unit",
                   "item": {"gtin": "4012345678901"}, "status": "accepted"}]})");
    json["number"] = "OUR-" + number;
    json["order"]["number"] = number;
    return json;
}

// Submits `canonical` as our number OUR-… for order `number`, and runs what is ready. The document.
inline std::string submit(Shop& shop,
                          const std::string& number,
                          const nlohmann::ordered_json& canonical) {
    shop.world.clock.advance(std::chrono::milliseconds(10));
    auto submission = submission_of("odoo/" + number, canonical);
    submission.business_number = number;
    submission.own_number = "OUR-" + number;
    auto submitted = shop.outbound->submit(submission);
    EXPECT_TRUE(submitted) << submitted.error().text();
    shop.world.run();
    return submitted ? submitted->document : std::string();
}

inline std::vector<store::AuditEntry> audit_of(World& world, const std::string& subject) {
    auto entries = store::read<std::vector<store::AuditEntry>>(
        *world.store, [](store::Reader& reader) { return reader.audit_entries(1, 1000); });
    EXPECT_TRUE(entries);
    if (!entries) return {};
    std::erase_if(*entries, [&](const auto& entry) { return entry.subject != subject; });
    return *entries;
}

}  // namespace sallyport::flow::testing

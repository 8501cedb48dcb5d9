// SPDX-License-Identifier: Apache-2.0
// The world of world.h with a partner we answer, and the door for what goes out.
#pragma once

#include "world.h"

#include "gateway/flow/outbound.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace sallyport::flow::testing {

inline nlohmann::ordered_json answer_to_order(const std::string& number) {
    auto json = nlohmann::ordered_json::parse(R"({
        "purpose": "original", "status": "accepted_changed", "date": "2024-05-02",
        "order": {"number": "", "date": "2024-05-01", "seller_number": "SO1177"},
        "lines": [{"no": "1", "quantity": "24", "unit": "case", "price": "12.50",
                   "item": {"seller_code": "A-100"},
                   "answers": [{"status": "accepted", "quantity": "24", "unit": "case"}]}]})");
    json["order"]["number"] = number;
    return json;
}

// The caller keeps `canonical`.
inline Submission submission_of(const std::string& key, const nlohmann::ordered_json& canonical) {
    Submission submission;
    submission.source_key = key;
    submission.partner = "acme";
    submission.kind = "OrderResponse";
    submission.canonical = &canonical;
    submission.business_number = "PO-1";
    submission.origin = "odoo";
    return submission;
}

inline config::Partner seller() {
    config::Partner partner = acme();
    partner.x12.acknowledgement_within = std::chrono::hours(24);
    partner.documents.push_back(
        {.inbound = false,
         .standard = "X12",
         .version = "004010",
         .set = "855",
         .map = std::filesystem::path(SALLYPORT_SOURCE_DIR) / "mappings/shipped/x12-855-base.map"});
    return partner;
}

inline config::Partner deaf() {
    config::Partner partner = seller();
    partner.x12.expect_acknowledgement = false;
    return partner;
}

// The 855 is compiled once.
inline void use_seller(World& world, const config::Partner& partner) {
    static const auto base = [] {
        auto load =
            load_agreements({seller()},
                            std::filesystem::path(SALLYPORT_SOURCE_DIR) / "mappings/shipped",
                            schemas());
        for (const Error& fault : load.faults)
            ADD_FAILURE() << fault.text();
        return load.agreements.at(0);
    }();
    auto agreement = std::make_shared<Agreement>(*base);
    agreement->partner = partner;
    for (OutboundDocument& out : agreement->outbound)
        out.batch = partner.documents.back().batch;
    world.agreements.swap({agreement});
}

// What was on the wire last, without the mark of the played transport.
inline std::string sent_octets(const World& world) {
    const std::string mark("frozen:");
    return world.sender.last_wire.starts_with(mark) ? world.sender.last_wire.substr(mark.size())
                                                    : world.sender.last_wire;
}

struct Shop {
    explicit Shop(const std::filesystem::path& directory) : world(directory) {
        use_seller(world, seller());
        outbound = make_outbound(*world.tools, [this] { ++woken; });
    }
    store::Document document(const std::string& id) {
        auto found = store::read<std::optional<store::Document>>(
            *world.store, [&](store::Reader& reader) { return reader.document(id); });
        EXPECT_TRUE(found && *found);
        return found && *found ? **found : store::Document{};
    }
    std::string octets(const std::string& address) {
        auto found = world.archive.get(address);
        EXPECT_TRUE(found) << address;
        return found ? *found : std::string();
    }
    // Submits the answer to one order and runs what is ready. The document.
    std::string send(const std::string& number) {
        world.clock.advance(std::chrono::milliseconds(10));
        const auto canonical = answer_to_order(number);
        auto submission = submission_of("odoo/" + number, canonical);
        submission.business_number = number;
        auto submitted = outbound->submit(submission);
        EXPECT_TRUE(submitted) << submitted.error().text();
        world.run();
        return submitted ? submitted->document : std::string();
    }

    World world;
    std::unique_ptr<Outbound> outbound;
    unsigned woken = 0;
};

}  // namespace sallyport::flow::testing

// SPDX-License-Identifier: Apache-2.0
// The partner API on a real store, archive and pipeline, for the tests here; stock is played.
#pragma once

#include "../flow/world.h"
#include "tests/support/https_fixture.h"
#include "tests/support/temp_dir.h"

#include "gateway/api/partner_api.h"
#include "gateway/flow/mailbox.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace sallyport::api {

using https::ApiWorld;
using https::code_of;
using nlohmann::json;
using transports::HttpRequest;
using transports::HttpResponse;

class Shelf final : public flow::StockInquiries {
public:
    explicit Shelf(const Clock& clock) : m_clock(clock) {}
    Result<flow::StockAnswer> stock(const std::string& partner,
                                    const std::vector<std::string>& skus) override {
        if (away) return Error("odoo.unreachable", Blame::Network, "connection refused");
        flow::StockAnswer answer;
        answer.as_of = m_clock.now() - std::chrono::seconds{42};
        for (const std::string& sku : skus)
            if (partner == "acme" && sku == "A-100")
                answer.levels.push_back({.sku = sku, .available = "12.5", .unit = "Units"});
            else
                answer.unknown.push_back(sku);
        return answer;
    }
    bool away = false;

private:
    const Clock& m_clock;
};

class PartnerApi : public ::testing::Test {
protected:
    PartnerApi() {
        config::Partner bolt = flow::testing::acme();
        bolt.name = "bolt";
        world.agreements.swap({flow::testing::agreement_with(flow::testing::acme()),
                               flow::testing::agreement_with(bolt)});
        EXPECT_TRUE(changes.prepare(world.random));
        door = who.door(make_partner_api(parts()));
    }
    PartnerApiParts parts() {
        return {.store = *world.store,
                .archive = world.archive,
                .mailbox = mailbox,
                .intake = *world.intake,
                .changes = changes,
                .clock = world.clock,
                .stock = &shelf,
                .orders = &*orders,
                .shipments = &*shipments,
                .types = standard_types(),
                .version = "0.1.0"};
    }
    HttpResponse get(const std::string& target, const std::string& partner = "acme") {
        return ApiWorld::ask(*door, who.request("GET", target, who.tokens_of[partner]));
    }
    HttpResponse post(const std::string& key,
                      const Bytes& body,
                      const std::string& partner = "acme") {
        world.clock.advance(std::chrono::milliseconds(10));
        return ApiWorld::ask(
            *door,
            who.post("/v1/documents", who.tokens_of[partner], key, {"application/edi-x12", body}));
    }
    static std::string header(const HttpResponse& response, const std::string& name) {
        return std::string(transports::header_or_empty(response.headers, name));
    }
    // A message of ours that waits for its partner.
    std::string waiting(const std::string& partner, const Bytes& octets) {
        world.clock.advance(std::chrono::milliseconds(10));
        store::Message message;
        message.id = new_id(world.clock.now(), world.random);
        message.direction = store::Direction::Outbound;
        message.state = store::MessageState::Frozen;
        message.transport = "https";
        message.partner = partner;
        message.file_name = "997.edi";
        message.payload_ref = *world.archive.put(octets);
        EXPECT_TRUE(world.store->submit(
            [&](store::Transaction& unit) { return unit.add_message(message); }));
        return message.id;
    }
    HttpResponse confirm(const std::string& id,
                         const std::string& digest,
                         const std::string& partner = "acme",
                         const std::string& key = "c1") {
        return ApiWorld::ask(*door,
                             who.post("/v1/outbox/" + id + "/confirmation",
                                      who.tokens_of[partner],
                                      key,
                                      {"application/json", "{\"sha256\":\"" + digest + "\"}"}));
    }

    Result<flow::CanonicalReader> orders = flow::CanonicalReader::load(
        std::filesystem::path(SALLYPORT_SOURCE_DIR) / "mappings/shipped", flow::CanonicalOrder);
    Result<flow::CanonicalReader> shipments = flow::CanonicalReader::load(
        std::filesystem::path(SALLYPORT_SOURCE_DIR) / "mappings/shipped",
        flow::CanonicalTransportStatus);
    testing_support::TempDir directory;
    flow::testing::World world{directory.path()};
    ApiWorld who;
    Shelf shelf{world.clock};
    flow::StoreMailbox mailbox{{.store = *world.store,
                                .archive = world.archive,
                                .clock = world.clock,
                                .metrics = world.metrics,
                                .log = Log(null_sink()),
                                .transport = "https"}};
    Changes changes{*world.store, world.clock};
    std::shared_ptr<https::Door> door;
};

}  // namespace sallyport::api

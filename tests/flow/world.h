// SPDX-License-Identifier: Apache-2.0
// The pipeline on a real store, a real archive, the real schemas and the shipped 850 map; only time, the wire and the back
// office are played. Both players keep what they saw in files, so that it survives a killed process.
#pragma once

#include "gateway/base/digest.h"
#include "gateway/base/file.h"
#include "gateway/base/guarded.h"
#include "gateway/flow/agreements.h"
#include "gateway/flow/intake.h"
#include "gateway/flow/pipeline.h"
#include "gateway/flow/steps.h"
#include "gateway/store/sqlite_store.h"
#include "parsers/schema.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace sallyport::flow::testing {

class FakeClock final : public Clock {
public:
    Instant now() const override { return from_micros(m_micros.load()); }
    std::chrono::steady_clock::time_point steady_now() const override {
        return std::chrono::steady_clock::time_point(std::chrono::microseconds(m_micros.load()));
    }
    void advance(std::chrono::microseconds by) { m_micros += by.count(); }

private:
    std::atomic<std::int64_t> m_micros{1'795'000'000'000'000};
};

// Its own numbers in every process, or ids of a restarted one would collide with those of the killed one.
class SplitRandom final : public Random {
public:
    std::uint64_t next() override { return m_system.next(); }

private:
    SystemRandom m_system;
};

class FakeSender final : public transports::Sender {
public:
    explicit FakeSender(std::filesystem::path log) : m_log(std::move(log)) {}

    Result<transports::Frozen> freeze(const transports::Parcel& parcel) override {
        if (freeze_error) return *freeze_error;
        return transports::Frozen{.transport = "as2",
                                  .partner = parcel.partner,
                                  .message_id = "<" + parcel.message_id + "@test>",
                                  .wire = "frozen:" + parcel.payload,
                                  .expectation = "expects"};
    }
    Result<transports::Delivery> send(const transports::Frozen& frozen) override {
        std::ofstream(m_log, std::ios::app)
            << frozen.message_id << ' ' << sha256_hex(frozen.wire) << '\n';
        last_wire = frozen.wire;
        if (!failures.empty()) {
            Error error = failures.front();
            failures.pop_front();
            return error;
        }
        if (pending) return transports::Delivery{.http_status = 200, .receipt_pending = true};
        return transports::Delivery{.disposition = "processed",
                                    .receipt = "the MDN",
                                    .receipt_signed = true,
                                    .mic_matched = true,
                                    .http_status = 200};
    }
    std::vector<std::string> sent() const {
        std::vector<std::string> lines;
        std::ifstream in(m_log);
        for (std::string line; std::getline(in, line);)
            lines.push_back(line);
        return lines;
    }

    std::deque<Error> failures;
    std::optional<Error> freeze_error;
    std::string last_wire;
    bool pending = false;  // receipts come later

private:
    std::filesystem::path m_log;
};

// One file per order: creating it twice is impossible, as it is with an external id.
class FakeBackOffice final : public BackOffice {
public:
    explicit FakeBackOffice(std::filesystem::path directory)
        : m_directory(std::move(directory)), m_changes(m_directory.string() + ".changes") {
        std::filesystem::create_directories(m_directory);
    }
    Result<std::variant<Posted, Missing>> post_order(const OrderPosting& posting) override {
        calls.push_back(posting);
        if (!failures.empty()) {
            Error error = failures.front();
            failures.pop_front();
            return error;
        }
        if (!missing.empty()) return std::variant<Posted, Missing>(std::exchange(missing, {}));
        const auto file = m_directory / sha256_hex(posting.business_key);
        const bool existed = std::filesystem::exists(file);
        std::ofstream(file, std::ios::app) << posting.document << '\n';
        return std::variant<Posted, Missing>(
            Posted{.id = 42, .name = "S00042", .state = "draft", .existed = existed});
    }
    std::vector<OrderOutcome> post_orders(std::span<const OrderPosting> postings) override {
        batches.push_back(postings.size());
        return BackOffice::post_orders(postings);
    }
    Result<std::variant<Changed, Missing>> change_order(const ChangePosting& posting) override {
        const auto made = changes();
        const bool existed = std::find(made.begin(), made.end(), posting.change_key) != made.end();
        if (!existed) std::ofstream(m_changes, std::ios::app) << posting.change_key << '\n';
        return std::variant<Changed, Missing>(Changed{
            .order = {.id = posting.record, .name = "S00042", .state = "draft", .existed = existed},
            .verdicts = {{.no = "1", .accepted = true, .reason = ""}}});
    }
    Status ping() override { return {}; }
    // The keys of the changes, in the order in which they were made.
    std::vector<std::string> changes() const {
        std::vector<std::string> keys;
        std::ifstream in(m_changes);
        for (std::string key; std::getline(in, key);)
            keys.push_back(key);
        return keys;
    }
    std::size_t orders() const {
        std::size_t count = 0;
        for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(m_directory))
            ++count;
        return count;
    }

    std::deque<Error> failures;
    Missing missing;
    std::vector<OrderPosting> calls;
    std::vector<std::size_t> batches;  // how many orders came together

private:
    std::filesystem::path m_directory;
    std::filesystem::path m_changes;
};

// Keeps the sentences; thread-safe.
class MemoryLog final : public LogSink {
public:
    void write(Level /*level*/,
               std::string_view sentence,
               const std::vector<std::pair<std::string, std::string>>& /*fields*/) override {
        m_sentences.with([&](auto& list) { list.emplace_back(sentence); });
    }
    std::size_t count(const std::string& sentence) const {
        return m_sentences.with([&](const auto& list) {
            return static_cast<std::size_t>(std::count(list.begin(), list.end(), sentence));
        });
    }

private:
    Guarded<std::vector<std::string>> m_sentences;
};

struct Order850 {
    std::string number = "PO-1";
    std::string control = "000000001";
    std::string quantity = "24";
    std::string sender = "ACMERETAIL";
    std::string usage = "P";
    bool with_trailer = true;  // SE
};

inline std::string write_850(const Order850& order) {
    std::string sender = order.sender;
    sender.resize(15, ' ');
    std::string text = "ISA*00*          *00*          *ZZ*" + sender +
                       "*ZZ*SALLYPORT      *261123*0600*U*00401*" + order.control + "*0*" +
                       order.usage + "*>~GS*PO*" + order.sender +
                       "*SALLYPORT*20261123*0600*1*X*004010~ST*850*0001~BEG*00*NE*" + order.number +
                       "**20261123~N1*ST*ACME DC 42*UL*4012345000016~PO1*1*" + order.quantity +
                       "*EA*11.11*PE*VN*EDI-1001~CTT*1~";
    if (order.with_trailer) text += "SE*6*0001~";
    return text + "GE*1*1~IEA*1*" + order.control + "~";
}

// Loaded once: they are the same for every case.
inline const edi::SchemaSet& schemas() {
    static const auto loaded =
        edi::SchemaSet::load(std::filesystem::path(SALLYPORT_SOURCE_DIR) / "parsers/schemas");
    EXPECT_TRUE(loaded) << loaded.error().text();
    return *loaded;
}

inline config::Partner acme() {
    config::Partner partner;
    partner.name = "acme";
    partner.x12.enabled = true;
    partner.x12.our_qualifier = partner.x12.their_qualifier = "ZZ";
    partner.x12.our_id = partner.x12.our_group_id = "SALLYPORT";
    partner.x12.their_id = partner.x12.their_group_id = "ACMERETAIL";
    partner.odoo.customer = "CUST-4711";
    partner.documents.push_back(
        {.standard = "X12",
         .version = "004010",
         .set = "850",
         .map = std::filesystem::path(SALLYPORT_SOURCE_DIR) / "mappings/shipped/x12-850-base.map"});
    return partner;
}

// Compiling the map is the slow part, so changed partners share the compiled one.
inline std::shared_ptr<const Agreement> agreement_with(const config::Partner& partner) {
    static const auto base = [] {
        auto load = load_agreements(
            {acme()}, std::filesystem::path(SALLYPORT_SOURCE_DIR) / "mappings/shipped", schemas());
        for (const Error& fault : load.faults)
            ADD_FAILURE() << fault.text();
        return load.agreements.at(0);
    }();
    auto agreement = std::make_shared<Agreement>(*base);
    agreement->partner = partner;
    return agreement;
}

class World {
public:
    explicit World(const std::filesystem::path& directory)
        : archive(directory / "archive"),
          agreements({agreement_with(acme())}),
          sender(directory / "sent.log"),
          back_office(directory / "orders") {
        auto opened = store::open_sqlite_store({.file = directory / "store.db"}, clock);
        if (!opened) throw std::runtime_error(opened.error().text());
        store = *std::move(opened);
        tools.emplace(Tools{.store = *store,
                            .archive = archive,
                            .agreements = agreements,
                            .schemas = schemas(),
                            .sender = sender,
                            .back_office = back_office,
                            .clock = clock,
                            .random = random,
                            .metrics = metrics,
                            .log = Log(log)});
        pipeline = std::make_unique<Pipeline>(
            PipelineOptions{.retry = {.first = std::chrono::seconds(10)}}, *tools);
        intake = std::make_unique<DurableIntake>(DurableIntake::Parts{.store = *store,
                                                                      .archive = archive,
                                                                      .clock = clock,
                                                                      .random = random,
                                                                      .metrics = metrics,
                                                                      .log = Log(null_sink())});
    }

    Result<transports::Admission> admit(const std::string& payload, const std::string& id) {
        transports::Arrival arrival;
        arrival.transport = "as2";
        arrival.partner = "acme";
        arrival.from = "ACME";
        arrival.to = "SALLYPORT";
        arrival.message_id = "<" + id + "@acme>";
        arrival.content_digest = sha256_hex(payload);
        arrival.payload = payload;
        arrival.raw = "AS2-From: ACME\r\n\r\n" + payload;
        return intake->admit(
            arrival, [&](transports::Verdict verdict) -> Result<transports::Receipt> {
                ++receipts_made;
                transports::Receipt receipt;
                receipt.body = "receipt " + std::to_string(receipts_made) + " for " + id;
                receipt.disposition =
                    verdict == transports::Verdict::New ? "processed" : "processed/error: conflict";
                return receipt;
            });
    }
    // Admits and runs everything that is ready.
    void receive(const std::string& payload, const std::string& id) {
        clock.advance(std::chrono::milliseconds(10));  // ids sort by time
        auto admitted = admit(payload, id);
        ASSERT_TRUE(admitted) << admitted.error().text();
        run();
    }
    std::size_t run() {
        auto steps = pipeline->run_until_idle();
        EXPECT_TRUE(steps) << steps.error().text();
        return steps ? *steps : 0;
    }

    std::vector<store::Document> documents(const store::DocumentFilter& filter = {}) {
        auto found = store::read<std::vector<store::Document>>(
            *store, [&](store::Reader& reader) { return reader.documents(filter); });
        EXPECT_TRUE(found) << found.error().text();
        return found ? *found : std::vector<store::Document>{};
    }
    // The newest of that set.
    store::Document newest(const std::string& set) {
        auto found = documents({.set = set, .limit = 1});
        EXPECT_EQ(found.size(), 1U) << "no document of set " << set;
        return found.empty() ? store::Document{} : found.front();
    }
    store::Document newest_envelope() {
        auto found = documents({.direction = store::Direction::Inbound,
                                .level = store::DocumentLevel::Interchange,
                                .limit = 1});
        EXPECT_EQ(found.size(), 1U);
        return found.empty() ? store::Document{} : found.front();
    }
    std::vector<store::Job> jobs(store::JobState state) {
        auto found = store::read<std::vector<store::Job>>(
            *store, [&](store::Reader& reader) { return reader.jobs({.state = state}); });
        EXPECT_TRUE(found) << found.error().text();
        return found ? *found : std::vector<store::Job>{};
    }
    void release(const store::Job& job) {
        const Status done =
            store->submit([&](store::Transaction& unit) { return unit.release_job(job.id); });
        ASSERT_TRUE(done) << done.error().text();
    }
    std::vector<std::string> events() {
        auto entries = store::read<std::vector<store::AuditEntry>>(
            *store, [](store::Reader& reader) { return reader.audit_entries(1, 1000); });
        std::vector<std::string> names;
        if (entries)
            for (const store::AuditEntry& entry : *entries)
                names.push_back(entry.event);
        return names;
    }
    void use(const config::Partner& partner) { agreements.swap({agreement_with(partner)}); }

    FakeClock clock;
    SplitRandom random;
    Metrics metrics;
    std::shared_ptr<MemoryLog> log = std::make_shared<MemoryLog>();
    store::Archive archive;
    Agreements agreements;
    FakeSender sender;
    FakeBackOffice back_office;
    std::unique_ptr<store::Store> store;
    std::optional<Tools> tools;
    std::unique_ptr<Pipeline> pipeline;
    std::unique_ptr<DurableIntake> intake;
    unsigned receipts_made = 0;
};

}  // namespace sallyport::flow::testing

// SPDX-License-Identifier: Apache-2.0
// The door for what goes out: the canonical document, its key and its first job, in one unit.
#include "gateway/flow/outbound.h"

#include "gateway/base/crash_point.h"
#include "gateway/base/digest.h"

#include <nlohmann/json.hpp>

#include <utility>

namespace sallyport::flow {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t LongestKey = 512;

Bytes source_key_of(const std::string& key) {
    return store::replay_key({key});
}

// The same content whatever the order of its members.
std::string digest_of(const Submission& submission) {
    const nlohmann::json sorted = *submission.canonical;
    return sha256_hex(store::replay_key({submission.partner,
                                         submission.kind,
                                         submission.set,
                                         submission.business_number,
                                         submission.own_number,
                                         sorted.dump()}));
}

Status check(const Tools& tools, const Submission& submission) {
    if (submission.source_key.empty() || submission.source_key.size() > LongestKey)
        return Error("flow.submit.key",
                     Blame::Bug,
                     "the source key has " + std::to_string(submission.source_key.size()) +
                         " octets; 1 to 512 are needed");
    if (submission.kind.empty() || submission.origin.empty())
        return Error("flow.submit.kind", Blame::Bug, "kind and origin must be named");
    if (submission.canonical == nullptr || !submission.canonical->is_object())
        return Error(
            "flow.submit.canonical", Blame::Bug, "the canonical document is no JSON object");
    auto agreement = agreement_of(tools, submission.partner);
    if (!agreement) return std::move(agreement).error();
    return {};
}

std::string text_at(const ordered_json& document, const char* name) {
    const auto found = document.find(name);
    return found != document.end() && found->is_string() ? found->get<std::string>()
                                                         : std::string();
}

store::Document row_of(const Submission& submission, std::string id, std::string canonical) {
    store::Document document;
    document.id = std::move(id);
    document.level = store::DocumentLevel::Transaction;
    document.direction = store::Direction::Outbound;
    document.partner = submission.partner;
    document.set = submission.set;
    document.kind = submission.kind;
    document.business_number = submission.business_number;
    document.own_number = submission.own_number;
    document.purpose = text_at(*submission.canonical, "purpose");
    document.canonical_ref = std::move(canonical);
    document.status.content = store::ContentStatus::Pending;
    document.status.delivery = store::DeliveryStatus::Pending;
    document.next = gateway_acts();
    return document;
}

Error other_content(const Submission& submission, const store::ReplayAnswer& first) {
    return Error("flow.submit.conflict",
                 Blame::BackOffice,
                 "the source key \"" + submission.source_key +
                     "\" was used with other content on " + iso8601(first.since) + " (document " +
                     first.target + ")")
        .remedy("submit changed content under a key of its own revision; `sallyport doc show " +
                first.target + "` shows what was submitted first");
}

struct Door {
    store::Document document;
    std::string digest;
    std::string lane;
};

Result<Submitted> store_submission(store::Transaction& transaction,
                                   Journal& journal,
                                   const Submission& submission,
                                   const Door& door) {
    auto answer = transaction.claim_replay_key({.layer = store::ReplayLayer::Source,
                                                .key = source_key_of(submission.source_key),
                                                .digest = door.digest,
                                                .target = door.document.id});
    if (!answer) return std::move(answer).error();
    if (answer->verdict == store::ReplayVerdict::Identical)
        return Submitted{.document = answer->target, .existed = true};
    if (answer->verdict == store::ReplayVerdict::Conflict)
        return other_content(submission, *answer);
    if (Status added = transaction.add_document(door.document); !added)
        return std::move(added).error();
    auto job = transaction.add_job(
        {.kind = std::string(step::Write), .document = door.document.id, .order_key = door.lane});
    if (!job) return std::move(job).error();
    Status noted = journal.record(transaction,
                                  {.actor = submission.origin,
                                   .event = "document.submitted",
                                   .subject = door.document.id,
                                   .detail = {{"kind", submission.kind},
                                              {"partner", submission.partner},
                                              {"source_key", submission.source_key},
                                              {"canonical", door.document.canonical_ref}}});
    if (!noted) return std::move(noted).error();
    return Submitted{.document = door.document.id, .existed = false};
}

Result<Door> open_door(const Tools& tools, const Submission& submission) {
    if (Status good = check(tools, submission); !good) return std::move(good).error();
    auto canonical = tools.archive.put(submission.canonical->dump());
    if (!canonical) return std::move(canonical).error();
    Door door;
    door.document = row_of(submission, tools.make_id(), *std::move(canonical));
    door.digest = digest_of(submission);
    door.lane = submission.business_number.empty()
                    ? outbound_lane(submission.partner, door.document.id)
                    : outbound_order_lane(submission.partner, submission.business_number);
    return door;
}

class OutboundDoor final : public Outbound {
public:
    OutboundDoor(const Tools& tools, std::function<void()> submitted)
        : m_tools(tools), m_submitted(std::move(submitted)) {}

    Result<Submitted> submit(const Submission& submission) override {
        auto door = open_door(m_tools, submission);
        if (!door) return std::move(door).error();
        Journal journal;
        CRASH_POINT("submit.commit.before");
        auto done = store::submit<Submitted>(
            m_tools.store, [&](store::Transaction& transaction) -> Result<Submitted> {
                return store_submission(transaction, journal, submission, *door);
            });
        if (!done) return done;
        CRASH_POINT("submit.commit.after");
        if (done->existed) return done;
        journal.publish(m_tools.log, m_tools.metrics);
        m_tools.metrics.count("sallyport_submissions_total",
                              {{"partner", submission.partner}, {"kind", submission.kind}});
        if (m_submitted) m_submitted();
        return done;
    }

    Result<std::optional<OutboundState>> find(const std::string& source_key) override {
        return store::read<std::optional<OutboundState>>(
            m_tools.store, [&](store::Reader& reader) -> Result<std::optional<OutboundState>> {
                auto owner =
                    reader.replay_owner(store::ReplayLayer::Source, source_key_of(source_key));
                if (!owner) return std::move(owner).error();
                if (!*owner) return std::optional<OutboundState>();
                auto document = reader.document((*owner)->target);
                if (!document) return std::move(document).error();
                if (!*document)
                    return Error("flow.document.missing",
                                 Blame::Bug,
                                 "document " + (*owner)->target + " is not stored");
                OutboundState state{.document = **std::move(document)};
                if (!state.document.parent.empty()) {
                    auto parent = reader.document(state.document.parent);
                    if (!parent) return std::move(parent).error();
                    state.envelope = *std::move(parent);
                }
                return std::optional<OutboundState>(std::move(state));
            });
    }

private:
    const Tools& m_tools;
    const std::function<void()> m_submitted;
};

}  // namespace

Result<Commit> prepare_submission(const Tools& tools, const Submission& submission) {
    auto door = open_door(tools, submission);
    if (!door) return std::move(door).error();
    Submission kept = submission;
    kept.canonical = nullptr;  // it is in the archive
    return Commit([kept = std::move(kept), door = *std::move(door)](store::Transaction& transaction,
                                                                    Journal& journal) -> Status {
        auto taken = store_submission(transaction, journal, kept, door);
        return taken ? Status() : Status(std::move(taken).error());
    });
}

std::unique_ptr<Outbound> make_outbound(const Tools& tools, std::function<void()> submitted) {
    return std::make_unique<OutboundDoor>(tools, std::move(submitted));
}

}  // namespace sallyport::flow

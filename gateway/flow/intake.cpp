// SPDX-License-Identifier: Apache-2.0
#include "gateway/flow/intake.h"

#include "gateway/base/crash_point.h"
#include "gateway/flow/journal.h"
#include "gateway/flow/steps.h"
#include "gateway/flow/unknown_signer.h"

#include <utility>

namespace sallyport::flow {
namespace {

using transports::Admission;
using transports::Arrival;
using transports::Receipt;
using transports::Verdict;

Bytes identity_key(const Arrival& arrival) {
    return store::replay_key({arrival.transport, arrival.from, arrival.to, arrival.message_id});
}

// The second and later deliveries of one conflicting content are repeats of that conflict, not new ones.
Bytes conflict_key(const Arrival& arrival) {
    return store::replay_key({"conflict",
                              arrival.transport,
                              arrival.from,
                              arrival.to,
                              arrival.message_id,
                              arrival.content_digest});
}

store::StoredReceipt stored(const Receipt& receipt) {
    return {.http_status = receipt.http_status,
            .headers = receipt.headers,
            .body = receipt.body,
            .disposition = receipt.disposition};
}

Receipt restored(const store::StoredReceipt& receipt) {
    return {.http_status = receipt.http_status,
            .headers = receipt.headers,
            .body = receipt.body,
            .disposition = receipt.disposition};
}

store::Message message_of(const Arrival& arrival) {
    store::Message message;
    message.direction = store::Direction::Inbound;
    message.transport = arrival.transport;
    message.partner = arrival.partner;
    message.from = arrival.from;
    message.to = arrival.to;
    message.transport_id = arrival.message_id;
    message.content_digest = arrival.content_digest;
    message.mic = arrival.mic;
    message.content_type = arrival.content_type;
    message.file_name = arrival.file_name;
    message.was_signed = arrival.was_signed;
    message.was_encrypted = arrival.was_encrypted;
    message.signer_fingerprint = arrival.signer_fingerprint;
    message.remote_address = arrival.remote_address;
    return message;
}

}  // namespace

struct DurableIntake::Attempt {
    const Arrival& arrival;
    const transports::ReceiptMaker& make_receipt;
    store::Message message;  // archived, without receipt
};

DurableIntake::DurableIntake(Parts parts) : m_parts(std::move(parts)) {}

Result<Admission> DurableIntake::admit(const Arrival& arrival,
                                       const transports::ReceiptMaker& make_receipt) {
    if (arrival.message_id.empty() || arrival.content_digest.empty())
        return Error("flow.intake.identity",
                     Blame::Bug,
                     "the transport handed over a message without identity or content digest");
    const auto owner =
        store::read<std::optional<store::ReplayAnswer>>(m_parts.store, [&](store::Reader& reader) {
            return reader.replay_owner(store::ReplayLayer::Transport, identity_key(arrival));
        });
    if (!owner) return owner.error();
    if (*owner && (*owner)->digest == arrival.content_digest) return answer_again((*owner)->target);

    if (m_parts.free_bytes && m_parts.free_bytes() < m_parts.least_free) {
        m_parts.metrics.count("sallyport_intake_refused_total", {{"reason", "disk"}});
        return Error("flow.intake.disk",
                     Blame::Operator,
                     "the disk of the state directory is nearly full")
            .remedy("make room; the partner tries again by itself");
    }
    CRASH_POINT("intake.archive.before");
    Attempt attempt{arrival, make_receipt, message_of(arrival)};
    auto payload =
        arrival.payload_file.empty()
            ? m_parts.archive.put(arrival.payload)
            : m_parts.archive.share(
                  arrival.payload_file,
                  arrival.payload_digest.empty() ? arrival.content_digest : arrival.payload_digest);
    if (!payload) return std::move(payload).error();
    attempt.message.payload_ref = *payload;
    attempt.message.raw_ref = *payload;
    if (!arrival.raw.empty() || !arrival.raw_digest.empty()) {
        auto raw = arrival.raw_digest.empty()
                       ? m_parts.archive.put(arrival.raw)
                       : m_parts.archive.share(arrival.raw_file, arrival.raw_digest);
        if (!raw) return std::move(raw).error();
        attempt.message.raw_ref = *raw;
    }
    attempt.message.id = new_id(m_parts.clock.now(), m_parts.random);
    CRASH_POINT("intake.archive.after");
    if (*owner) return admit_conflict(attempt, (*owner)->target);
    return admit_new(attempt);
}

Result<Admission> DurableIntake::admit_new(const Attempt& attempt) {
    auto receipt = attempt.make_receipt(Verdict::New);
    if (!receipt) return std::move(receipt).error();
    store::Message message = attempt.message;
    message.state = store::MessageState::Received;
    message.receipt = stored(*receipt);
    Journal journal;
    store::ReplayAnswer answer;
    Status done = m_parts.store.submit([&](store::Transaction& transaction) -> Status {
        auto claimed = transaction.claim_replay_key({.layer = store::ReplayLayer::Transport,
                                                     .key = identity_key(attempt.arrival),
                                                     .digest = attempt.arrival.content_digest,
                                                     .target = message.id});
        if (!claimed) return std::move(claimed).error();
        answer = *claimed;
        if (answer.verdict != store::ReplayVerdict::New) return {};
        if (Status added = transaction.add_message(message); !added) return added;
        auto job = transaction.add_job({.kind = std::string(step::Unwrap),
                                        .message = message.id,
                                        .order_key = arrival_lane(message.partner)});
        if (!job) return std::move(job).error();
        return journal.record(transaction,
                              {.actor = "partner:" + message.partner,
                               .event = "message.received",
                               .subject = message.id,
                               .detail = {{"transport", message.transport},
                                          {"transport_id", message.transport_id},
                                          {"payload", message.payload_ref},
                                          {"disposition", message.receipt.disposition},
                                          {"from", message.remote_address}}});
    });
    if (!done) return std::move(done).error();
    if (answer.verdict != store::ReplayVerdict::New) return settled(attempt, answer);
    CRASH_POINT("intake.commit.after");
    journal.publish(m_parts.log, m_parts.metrics);
    m_parts.metrics.count("sallyport_messages_total",
                          {{"direction", "inbound"}, {"partner", message.partner}});
    if (m_parts.admitted) m_parts.admitted();
    return Admission{Verdict::New, *std::move(receipt), message.id};
}

// Two deliveries of one identity at the same time: the other one's unit came first.
Result<Admission> DurableIntake::settled(const Attempt& attempt, const store::ReplayAnswer& owner) {
    if (owner.verdict == store::ReplayVerdict::Identical) return answer_again(owner.target);
    return admit_conflict(attempt, owner.target);
}

Result<Admission> DurableIntake::answer_again(const std::string& message) const {
    auto first = store::read<std::optional<store::Message>>(
        m_parts.store, [&](store::Reader& reader) { return reader.message(message); });
    if (!first) return std::move(first).error();
    if (!*first)
        return Error("flow.intake.identity",
                     Blame::Bug,
                     "the replay guard names message " + message + ", which is not stored");
    m_parts.metrics.count("sallyport_duplicates_suppressed_total", {{"layer", "transport"}});
    m_parts.log.info("identical message again, stored receipt returned",
                     {{"message", message}, {"partner", (*first)->partner}});
    const bool held = (*first)->state == store::MessageState::Held;
    return Admission{
        held ? Verdict::Conflict : Verdict::Identical, restored((*first)->receipt), message};
}

Result<Admission> DurableIntake::admit_conflict(const Attempt& attempt, const std::string& first) {
    auto receipt = attempt.make_receipt(Verdict::Conflict);
    if (!receipt) return std::move(receipt).error();
    store::Message message = attempt.message;
    message.state = store::MessageState::Held;
    message.receipt = stored(*receipt);
    message.code = "flow.transport.conflict";
    message.reason = "the partner used Message-ID " + message.transport_id +
                     " before for other content (message " + first +
                     "); compare the two and release or discard this one";
    store::Document document =
        held_interchange(message, new_id(m_parts.clock.now(), m_parts.random));
    Journal journal;
    store::ReplayAnswer answer;
    Status done = m_parts.store.submit([&](store::Transaction& transaction) -> Status {
        auto claimed = transaction.claim_replay_key({.layer = store::ReplayLayer::Transport,
                                                     .key = conflict_key(attempt.arrival),
                                                     .digest = attempt.arrival.content_digest,
                                                     .target = message.id});
        if (!claimed) return std::move(claimed).error();
        answer = *claimed;
        if (answer.verdict != store::ReplayVerdict::New) return {};
        return store_held_message(transaction, journal, message, document, {{"first", first}});
    });
    if (!done) return std::move(done).error();
    if (answer.verdict != store::ReplayVerdict::New) return answer_again(answer.target);
    journal.publish(m_parts.log, m_parts.metrics);
    return Admission{Verdict::Conflict, *std::move(receipt), message.id};
}

Status DurableIntake::refuse(const transports::Refusal& refusal,
                             const transports::Receipt& receipt) {
    store::Message message;
    message.direction = store::Direction::Inbound;
    message.state = store::MessageState::Refused;
    message.transport = refusal.transport;
    message.partner = refusal.partner;
    message.from = refusal.from;
    message.to = refusal.to;
    message.transport_id = refusal.message_id;
    message.remote_address = refusal.remote_address;
    message.code = refusal.code;
    message.reason = refusal.reason;
    message.receipt = stored(receipt);
    if (!refusal.raw.empty() || !refusal.raw_digest.empty()) {
        auto raw = refusal.raw_digest.empty()
                       ? m_parts.archive.put(refusal.raw)
                       : m_parts.archive.share(refusal.raw_file, refusal.raw_digest);
        if (!raw) return std::move(raw).error();
        message.raw_ref = *raw;
    }
    message.id = new_id(m_parts.clock.now(), m_parts.random);
    if (refusal.signer) {
        auto held = hold_unknown_signer(m_parts, message, refusal);
        if (!held) return std::move(held).error();
        if (*held) return {};
    }
    Journal journal;
    Status done = m_parts.store.submit([&](store::Transaction& transaction) -> Status {
        message.finished = transaction.now();
        if (Status added = transaction.add_message(message); !added) return added;
        return journal.record(
            transaction,
            {.actor = refusal.partner.empty() ? refusal.transport : "partner:" + refusal.partner,
             .event = "message.refused",
             .subject = message.id,
             .detail = {{"code", refusal.code},
                        {"transport_id", refusal.message_id},
                        {"disposition", receipt.disposition},
                        {"from", refusal.remote_address}}},
            Level::Warn);
    });
    if (!done) return done;
    journal.publish(m_parts.log, m_parts.metrics);
    m_parts.metrics.count("sallyport_refusals_total", {{"code", refusal.code}});
    return {};
}

}  // namespace sallyport::flow

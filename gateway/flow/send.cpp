// SPDX-License-Identifier: Apache-2.0
// Frozen octets to the partner, as often as it takes, until a verified receipt is stored. What we acknowledged counts as
// acknowledged only now.
#include "gateway/base/crash_point.h"
#include "gateway/flow/cem.h"
#include "gateway/flow/steps.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace sallyport::flow {
namespace {

store::AckStatus said_about(store::ContentStatus content) {
    switch (content) {
        case store::ContentStatus::Valid:
            return store::AckStatus::Accepted;
        case store::ContentStatus::ValidWithFaults:
            return store::AckStatus::AcceptedWithFaults;
        case store::ContentStatus::Pending:
        case store::ContentStatus::Invalid:
        case store::ContentStatus::Unreadable:
            return store::AckStatus::Rejected;
    }
    return store::AckStatus::Rejected;
}

store::AckStatus said_about_all(const std::vector<store::Document>& family) {
    std::size_t accepted = 0;
    std::size_t rejected = 0;
    bool faults = false;
    for (const store::Document& member : family) {
        if (member.status.acknowledgement == store::AckStatus::NotNeeded) continue;
        const auto verdict = said_about(member.status.content);
        (verdict == store::AckStatus::Rejected ? rejected : accepted) += 1;
        faults = faults || verdict == store::AckStatus::AcceptedWithFaults;
    }
    if (accepted == 0) return store::AckStatus::Rejected;
    if (rejected != 0) return store::AckStatus::PartlyAccepted;
    return faults ? store::AckStatus::AcceptedWithFaults : store::AckStatus::Accepted;
}

// The received interchange that an outbound one answered, and what is in it.
Status settle_received(store::Transaction& transaction, const std::string& received) {
    auto interchange = transaction.document(received);
    if (!interchange) return std::move(interchange).error();
    auto family = transaction.documents({.parent = received, .limit = 10'000});
    if (!family) return std::move(family).error();
    for (const store::Document& member : *family) {
        if (member.status.acknowledgement != store::AckStatus::Owed) continue;
        store::DocumentUpdate update;
        update.acknowledgement = said_about(member.status.content);
        if (Status done = transaction.update_document(member.id, update); !done) return done;
    }
    store::DocumentUpdate update;
    update.acknowledgement = said_about_all(*family);
    // What a person must look at stays with them, though the partner has its answer.
    if (*interchange && (*interchange)->next.actor == store::Actor::Gateway) update.next = nobody();
    return transaction.update_document(received, update);
}

// The partner has it: the time for its acknowledgement counts from now.
Status await_answer(store::Transaction& transaction,
                    const store::Document& document,
                    store::DocumentUpdate& update) {
    if (document.status.acknowledgement != store::AckStatus::Expected) return {};
    const std::string& envelope = document.parent.empty() ? document.id : document.parent;
    auto expected = transaction.expectations_of(envelope);
    if (!expected) return std::move(expected).error();
    for (const store::Expectation& one : *expected) {
        const bool waits = one.state == store::ExpectationState::Open ||
                           one.state == store::ExpectationState::Overdue;
        if (one.kind == "mdn" || !waits) continue;
        // RespondByDate stands, as the partner reads it.
        const Instant due =
            one.kind == CemExpectation ? one.due : transaction.now() + (one.due - one.created);
        if (document.parent.empty())
            if (Status moved = transaction.postpone_expectation(one.id, due); !moved) return moved;
        update.next = store::NextMove{.actor = store::Actor::Partner,
                                      .due = due,
                                      .code = {},
                                      .reason = "the partner acknowledges it"};
    }
    return {};
}

Status settle_sent(store::Transaction& transaction, const std::string& message) {
    auto sent = transaction.documents({.message = message, .limit = 10'000});
    if (!sent) return std::move(sent).error();
    // The envelope moves the deadline that its members read: it comes after them.
    std::stable_partition(
        sent->begin(), sent->end(), [](const store::Document& one) { return !one.parent.empty(); });
    for (const store::Document& document : *sent) {
        store::DocumentUpdate update;
        update.delivery = store::DeliveryStatus::Delivered;
        // An answer may have been faster than the receipt: what it left to a person stays with them.
        if (!document.next.code.starts_with("flow.ack.")) update.next = nobody();
        if (Status waits = await_answer(transaction, document, update); !waits) return waits;
        if (Status done = transaction.update_document(document.id, update); !done) return done;
        if (document.level != store::DocumentLevel::Interchange || document.acknowledges.empty())
            continue;
        if (Status done = settle_received(transaction, document.acknowledges); !done) return done;
    }
    return {};
}

// The partner has the octets; its receipt comes by itself, or the expectation turns overdue.
Status note_sent(store::Transaction& transaction,
                 Journal& journal,
                 const store::Message& message,
                 int http_status) {
    auto now = transaction.message(message.id);
    if (!now) return std::move(now).error();
    if (*now && (*now)->state == store::MessageState::Frozen) {  // its receipt may have been faster
        auto sent = transaction.documents({.message = message.id, .limit = 10'000});
        if (!sent) return std::move(sent).error();
        store::DocumentUpdate update;
        update.next = store::NextMove{.actor = store::Actor::Partner,
                                      .due = transaction.now() + PersonActsWithin,
                                      .code = {},
                                      .reason = "the partner's receipt comes later"};
        for (const store::Document& document : *sent)
            if (Status done = transaction.update_document(document.id, update); !done) return done;
    }
    return journal.record(transaction,
                          {.actor = {},
                           .event = "message.sent",
                           .subject = message.id,
                           .detail = {{"transport_id", message.transport_id},
                                      {"http_status", std::to_string(http_status)}}});
}

// Above this AS2 sends from the file in the archive.
constexpr std::uint64_t LargeWire = std::uint64_t{1} << 20U;

Result<transports::Frozen> frozen_octets(const Tools& tools, const store::Message& message) {
    transports::Frozen frozen{.transport = message.transport,
                              .partner = message.partner,
                              .message_id = message.transport_id,
                              .wire = {},
                              .expectation = message.expectation};
    const auto size = tools.archive.size(message.raw_ref);
    if (!size) return size.error();
    if (message.transport == "as2" && *size > LargeWire) {
        auto file = tools.archive.checked_file(message.raw_ref);
        if (!file) return std::move(file).error();
        frozen.wire_file = *std::move(file);
        return frozen;
    }
    auto wire = tools.archive.get(message.raw_ref);
    if (!wire) return std::move(wire).error();
    frozen.wire = *std::move(wire);
    return frozen;
}

}  // namespace

Status store_delivery(store::Transaction& transaction,
                      Journal& journal,
                      const store::Message& message,
                      const store::StoredReceipt& receipt) {
    auto now = transaction.message(message.id);
    if (!now) return std::move(now).error();
    if (*now && (*now)->state == store::MessageState::Delivered) return {};
    if (Status done = transaction.set_receipt(message.id, receipt, store::MessageState::Delivered);
        !done)
        return done;
    auto met =
        transaction.meet_expectation("mdn", message.partner, message.transport_id, message.id);
    if (!met) return std::move(met).error();
    if (Status done = settle_sent(transaction, message.id); !done) return done;
    return journal.record(
        transaction,
        {.actor = {},
         .event = "message.delivered",
         .subject = message.id,
         .detail = {{"transport_id", message.transport_id}, {"disposition", receipt.disposition}}});
}

Result<Commit> send(const Tools& tools, const store::Job& job) {
    auto message = load_message(tools.store, job.message);
    if (!message) return std::move(message).error();
    if (message->state == store::MessageState::Delivered)
        return Commit(
            [](store::Transaction& /*transaction*/, Journal& /*journal*/) { return Status{}; });
    auto frozen = frozen_octets(tools, *message);
    if (!frozen) return std::move(frozen).error();
    CRASH_POINT("send.before");
    auto delivery = tools.sender.send(*frozen);
    if (!delivery) return std::move(delivery).error();
    CRASH_POINT("send.after");
    tools.metrics.count("sallyport_messages_total",
                        {{"direction", "outbound"}, {"partner", message->partner}});
    if (delivery->receipt_pending)
        return Commit([message = *std::move(message), status = delivery->http_status](
                          store::Transaction& transaction, Journal& journal) -> Status {
            return note_sent(transaction, journal, message, status);
        });
    store::StoredReceipt receipt;
    receipt.http_status = delivery->http_status;
    receipt.body = delivery->receipt;
    receipt.disposition = delivery->disposition;
    return Commit([message = *std::move(message), receipt = std::move(receipt)](
                      store::Transaction& transaction, Journal& journal) -> Status {
        return store_delivery(transaction, journal, message, receipt);
    });
}

}  // namespace sallyport::flow

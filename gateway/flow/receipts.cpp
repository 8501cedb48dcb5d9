// SPDX-License-Identifier: Apache-2.0
#include "gateway/flow/receipts.h"

#include "gateway/base/crash_point.h"
#include "gateway/base/digest.h"
#include "gateway/flow/journal.h"
#include "gateway/flow/steps.h"

#include <utility>
#include <vector>

namespace sallyport::flow {
namespace {

constexpr std::string_view ReceiptTransport = "as2-receipt";

Bytes receipt_key(const transports::AsyncReceipt& receipt) {
    return store::replay_key({ReceiptTransport,
                              receipt.partner,
                              receipt.url,
                              receipt.original_message_id,
                              sha256_hex(receipt.receipt.body)});
}

store::Message message_of(const transports::AsyncReceipt& receipt, std::string id) {
    store::Message message;
    message.id = std::move(id);
    message.direction = store::Direction::Outbound;
    message.state = store::MessageState::Frozen;
    message.transport = ReceiptTransport;
    message.partner = receipt.partner;
    message.to = receipt.url;
    message.transport_id = receipt.original_message_id;
    message.receipt = {.http_status = receipt.receipt.http_status,
                       .headers = receipt.receipt.headers,
                       .body = receipt.receipt.body,
                       .disposition = receipt.receipt.disposition};
    return message;
}

Status add_receipt_job(store::Transaction& transaction, const std::string& message) {
    // No order key: nobody waits for a receipt, and a paused partner still gets those for what was taken.
    auto job = transaction.add_job({.kind = std::string(step::Receipt), .message = message});
    if (!job) return std::move(job).error();
    return {};
}

// The receipt was queued before. Only one that has left is sent again.
Status again(store::Transaction& transaction, const std::string& id) {
    auto message = transaction.message(id);
    if (!message) return std::move(message).error();
    if (!*message || (*message)->state == store::MessageState::Frozen) return {};
    if (Status done = transaction.set_message_state(id, store::MessageState::Frozen); !done)
        return done;
    return add_receipt_job(transaction, id);
}

// What the partner may have made of the brackets of a Message-ID.
std::vector<std::string> spellings(const std::string& id) {
    if (id.size() > 2 && id.front() == '<' && id.back() == '>')
        return {id, id.substr(1, id.size() - 2)};
    return {id, '<' + id + '>'};
}

Status fail_documents(store::Transaction& transaction,
                      const std::string& message,
                      const Error& error) {
    auto sent = transaction.documents({.message = message, .limit = 10'000});
    if (!sent) return std::move(sent).error();
    store::DocumentUpdate update;
    update.delivery = store::DeliveryStatus::Failed;
    update.next = person_acts(error, transaction.now());
    for (const store::Document& document : *sent)
        if (Status done = transaction.update_document(document.id, update); !done) return done;
    return {};
}

}  // namespace

Status ReceiptDesk::enqueue(const transports::AsyncReceipt& receipt) {
    const store::Message message = message_of(receipt, new_id(m_parts.clock.now(), m_parts.random));
    Journal journal;
    CRASH_POINT("receipt.queue.before");
    Status done = m_parts.store.submit([&](store::Transaction& transaction) -> Status {
        auto claimed = transaction.claim_replay_key({.layer = store::ReplayLayer::Transport,
                                                     .key = receipt_key(receipt),
                                                     .digest = sha256_hex(receipt.receipt.body),
                                                     .target = message.id});
        if (!claimed) return std::move(claimed).error();
        if (claimed->verdict != store::ReplayVerdict::New)
            return again(transaction, claimed->target);
        if (Status added = transaction.add_message(message); !added) return added;
        if (Status added = add_receipt_job(transaction, message.id); !added) return added;
        return journal.record(transaction,
                              {.actor = {},
                               .event = "receipt.queued",
                               .subject = message.id,
                               .detail = {{"transport_id", message.transport_id},
                                          {"url", receipt.url},
                                          {"disposition", message.receipt.disposition}}});
    });
    if (!done) return done;
    CRASH_POINT("receipt.queue.after");
    journal.publish(m_parts.log, m_parts.metrics);
    if (m_parts.queued) m_parts.queued();
    return {};
}

Result<std::optional<transports::AwaitedReceipt>> ReceiptDesk::awaited(
    const std::string& partner, const std::string& message_id) {
    using Found = std::optional<transports::AwaitedReceipt>;
    return store::read<Found>(m_parts.store, [&](store::Reader& reader) -> Result<Found> {
        for (const std::string& id : spellings(message_id)) {
            auto messages = reader.messages({.direction = store::Direction::Outbound,
                                             .partner = partner,
                                             .transport_id = id,
                                             .limit = 10});
            if (!messages) return std::move(messages).error();
            for (const store::Message& message : *messages) {
                if (message.transport == ReceiptTransport) continue;
                const bool delivered = message.state == store::MessageState::Delivered;
                return Found({.message = message.id,
                              .expectation = message.expectation,
                              .settled = delivered ? message.receipt.disposition : ""});
            }
        }
        return Found();
    });
}

Status ReceiptDesk::settle(const transports::AwaitedReceipt& awaited,
                           const transports::Delivery& delivery) {
    auto message = load_message(m_parts.store, awaited.message);
    if (!message) return std::move(message).error();
    store::StoredReceipt receipt;
    receipt.http_status = 200;
    receipt.body = delivery.receipt;
    receipt.disposition = delivery.disposition;
    Journal journal;
    Status done = m_parts.store.submit([&](store::Transaction& transaction) -> Status {
        if (Status stored = store_delivery(transaction, journal, *message, receipt); !stored)
            return stored;
        // Sending had given up, and the partner has it after all.
        auto jobs = transaction.jobs({.state = store::JobState::Parked,
                                      .kind = std::string(step::Send),
                                      .message = awaited.message});
        if (!jobs) return std::move(jobs).error();
        for (const store::Job& job : *jobs)
            if (Status dropped = transaction.discard_job(job.id); !dropped) return dropped;
        return {};
    });
    if (!done) return done;
    CRASH_POINT("receipt.settle.after");
    journal.publish(m_parts.log, m_parts.metrics);
    return {};
}

Status ReceiptDesk::contest(const transports::AwaitedReceipt& awaited,
                            const Error& error,
                            BytesView receipt) {
    auto kept = m_parts.archive.put(receipt);
    if (!kept) return std::move(kept).error();
    Journal journal;
    Status done = m_parts.store.submit([&](store::Transaction& transaction) -> Status {
        auto message = transaction.message(awaited.message);
        if (!message) return std::move(message).error();
        const bool settled =
            *message && (*message)->state == store::MessageState::Delivered;  // MDN-27: first wins
        if (!settled) {
            if (Status failed =
                    transaction.fail_message(awaited.message, store::MessageState::Failed, error);
                !failed)
                return failed;
            if (Status failed = fail_documents(transaction, awaited.message, error); !failed)
                return failed;
        }
        return journal.record(transaction,
                              {.actor = {},
                               .event = settled ? "receipt.contradicted" : "message.contested",
                               .subject = awaited.message,
                               .detail = {{"code", std::string(error.code())},
                                          {"reason", error.what()},
                                          {"receipt", *kept}}},
                              Level::Warn);
    });
    if (!done) return done;
    journal.publish(m_parts.log, m_parts.metrics);
    m_parts.metrics.count("sallyport_receipts_contested_total",
                          {{"code", std::string(error.code())}});
    return {};
}

// The step of the queue: one attempt. What it returns as Network is tried again, what else is parked for a person.
Result<Commit> send_receipt(const Tools& tools, const store::Job& job) {
    auto message = load_message(tools.store, job.message);
    if (!message) return std::move(message).error();
    if (message->state == store::MessageState::Delivered)
        return Commit(
            [](store::Transaction& /*transaction*/, Journal& /*journal*/) { return Status{}; });
    if (!tools.send_receipt)
        return Error("flow.receipt.none", Blame::Bug, "there is nothing to send receipts with");
    transports::AsyncReceipt receipt{.partner = message->partner,
                                     .url = message->to,
                                     .original_message_id = message->transport_id,
                                     .receipt = {.http_status = message->receipt.http_status,
                                                 .headers = message->receipt.headers,
                                                 .body = message->receipt.body,
                                                 .disposition = message->receipt.disposition}};
    CRASH_POINT("receipt.send.before");
    if (Status sent = tools.send_receipt(receipt); !sent)
        return std::move(sent).error().during("sending the receipt of " + message->transport_id);
    CRASH_POINT("receipt.send.after");
    return Commit([id = message->id, receipt = std::move(receipt)](store::Transaction& transaction,
                                                                   Journal& journal) -> Status {
        if (Status done = transaction.set_message_state(id, store::MessageState::Delivered); !done)
            return done;
        return journal.record(
            transaction,
            {.actor = {},
             .event = "receipt.sent",
             .subject = id,
             .detail = {{"transport_id", receipt.original_message_id}, {"url", receipt.url}}});
    });
}

}  // namespace sallyport::flow

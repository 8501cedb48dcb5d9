// SPDX-License-Identifier: Apache-2.0
// A message signed with a certificate that nobody configured: answered "authentication-failed" when it comes, kept whole, and
// read again when two people have accepted the certificate. The receipt of then stays as it was sent; the receipt of the later
// reading is what the partner gets when it asks again, and is never sent by itself: a second receipt that contradicts the first
// would be an alarm at the partner's (RFC 4130 7.6 knows one MDN for a message).
#include "gateway/flow/unknown_signer.h"

#include "gateway/base/crash_point.h"
#include "gateway/base/digest.h"
#include "gateway/flow/journal.h"
#include "gateway/flow/steps.h"
#include "gateway/flow/trust.h"

#include <utility>

namespace sallyport::flow {
namespace {

Bytes held_key(const store::Message& message) {
    return store::replay_key({"unknown-signer",
                              message.transport,
                              message.from,
                              message.to,
                              message.transport_id,
                              message.signer_fingerprint});
}

std::string difference(const transports::UnknownSigner& signer) {
    std::string text = "signed with a certificate that the partner file does not name: ";
    text += signer.presented ? certificate_text(*signer.presented)
                             : std::string("the message carries none");
    text += "; expected";
    for (const auto& expected : signer.expected)
        text +=
            (&expected == &signer.expected.front() ? ": " : "; or: ") + certificate_text(expected);
    if (signer.expected.empty()) text += ": none is configured";
    return text + (signer.presented
                       ? ". Compare the fingerprint with the partner by another way than this "
                         "message, then: sallyport cert accept"
                       : ". Ask the partner for its certificate, then: sallyport cert offer");
}

TrustRecord record_of(const store::Message& message, const transports::UnknownSigner& signer) {
    TrustRecord record;
    record.partner = message.partner;
    record.certificate = *signer.presented;
    record.expected = signer.expected;
    record.source = "message";
    record.message = message.id;
    return record;
}

enum class Fate { Held, ReadAtOnce, Refused };

// What was decided on the certificate so far.
Result<Fate> fate_of(store::Transaction& transaction,
                     Journal& journal,
                     const store::Message& message,
                     const transports::UnknownSigner& signer) {
    if (!signer.presented) return Fate::Held;
    auto record = note_presented(transaction, journal, record_of(message, signer));
    if (!record) return std::move(record).error();
    // Accepted between the look at the agreement and this unit.
    if (record->state == TrustState::Accepted) return Fate::ReadAtOnce;
    const bool over =
        record->state == TrustState::Rejected || record->state == TrustState::Withdrawn;
    return over ? Fate::Refused : Fate::Held;
}

}  // namespace

Status store_held_message(store::Transaction& transaction,
                          Journal& journal,
                          const store::Message& message,
                          store::Document document,
                          store::AuditDetail detail) {
    if (Status added = transaction.add_message(message); !added) return added;
    document.next.due = transaction.now() + PersonActsWithin;
    if (Status added = transaction.add_document(document); !added) return added;
    detail.insert({{"code", message.code}, {"transport_id", message.transport_id}});
    return journal.record(transaction,
                          {.actor = "partner:" + message.partner,
                           .event = "message.held",
                           .subject = message.id,
                           .detail = std::move(detail)},
                          Level::Warn);
}

Result<bool> hold_unknown_signer(const DurableIntake::Parts& parts,
                                 store::Message message,
                                 const transports::Refusal& refusal) {
    const transports::UnknownSigner& signer = *refusal.signer;
    if (!signer.whole || message.partner.empty() || message.raw_ref.empty()) return false;
    message.state = store::MessageState::Held;
    message.code = UnknownSignerCode;
    message.reason = difference(signer);
    if (signer.presented) message.signer_fingerprint = signer.presented->fingerprint;
    store::Document document = held_interchange(message, new_id(parts.clock.now(), parts.random));
    document.next.actor = store::Actor::Administrator;
    Journal journal;
    bool held = false;
    CRASH_POINT("signer.hold.before");
    Status done = parts.store.submit([&](store::Transaction& transaction) -> Status {
        auto fate = fate_of(transaction, journal, message, signer);
        if (!fate) return std::move(fate).error();
        if (*fate == Fate::Refused) return {};
        auto claimed = transaction.claim_replay_key({.layer = store::ReplayLayer::Transport,
                                                     .key = held_key(message),
                                                     .digest = sha256_hex(held_key(message)),
                                                     .target = message.id});
        if (!claimed) return std::move(claimed).error();
        if (claimed->verdict != store::ReplayVerdict::New) return {};
        held = true;
        Status stored = store_held_message(transaction,
                                           journal,
                                           message,
                                           document,
                                           {{"presented", message.signer_fingerprint},
                                            {"disposition", message.receipt.disposition},
                                            {"from", message.remote_address}});
        if (!stored) return stored;
        return *fate == Fate::ReadAtOnce ? add_judgement(transaction, message) : Status();
    });
    if (!done) return std::move(done).error();
    CRASH_POINT("signer.hold.after");
    journal.publish(parts.log, parts.metrics);
    if (held) parts.metrics.count("sallyport_messages_held_total", {{"reason", "unknown-signer"}});
    return held;
}

namespace {

// What people read on the held message from now on.
Error account_of(const store::Message& held, const JudgedAgain& again) {
    return Error("trust.read-again",
                 Blame::Operator,
                 "answered \"" + held.receipt.disposition + "\" when it came on " +
                     iso8601(held.created) + "; its certificate " + held.signer_fingerprint +
                     " was accepted since, and it went on as message " + again.message +
                     (again.repeated ? " (which the partner had sent again meanwhile)" : "") +
                     "; when the partner asks again the answer is \"" + again.disposition + "\"");
}

}  // namespace

Result<Commit> judge_held(const Tools& tools, const store::Job& job) {
    auto message = load_message(tools.store, job.message);
    if (!message) return std::move(message).error();
    if (message->state != store::MessageState::Held)
        return Commit([](store::Transaction&, Journal&) { return Status{}; });
    if (!tools.judge_again)
        return Error("flow.judge.none", Blame::Bug, "there is nothing to read messages again with");
    auto again = tools.judge_again(*message);
    if (!again)
        return std::move(again).error().during("reading the held message " + message->transport_id +
                                               " again");
    CRASH_POINT("judge.admitted.after");
    const Error account = account_of(*message, *again);
    return Commit([held = *std::move(message), again = *std::move(again), account](
                      store::Transaction& transaction, Journal& journal) -> Status {
        if (Status done = transaction.fail_message(held.id, store::MessageState::Refused, account);
            !done)
            return done;
        auto documents = transaction.documents({.message = held.id, .limit = 10});
        if (!documents) return std::move(documents).error();
        store::DocumentUpdate update;
        update.back_office = store::BackOfficeStatus::NotNeeded;
        update.next = nobody();
        update.next->code = account.code();
        update.next->reason = account.what();
        for (const store::Document& document : *documents)
            if (Status done = transaction.update_document(document.id, update); !done) return done;
        return journal.record(transaction,
                              {.actor = {},
                               .event = "message.reprocessed",
                               .subject = held.id,
                               .detail = {{"admitted_as", again.message},
                                          {"answered_then", held.receipt.disposition},
                                          {"answered_now", again.disposition},
                                          {"certificate", held.signer_fingerprint},
                                          {"transport_id", held.transport_id}}});
    });
}

}  // namespace sallyport::flow

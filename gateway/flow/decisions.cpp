// SPDX-License-Identifier: Apache-2.0
#include "gateway/flow/decisions.h"

#include "gateway/flow/cem.h"
#include "gateway/flow/trust.h"

#include <optional>
#include <utility>
#include <vector>

namespace sallyport::flow {
namespace {

Error nothing_to_decide(const store::Document& document) {
    return Error("flow.decision.nothing",
                 Blame::Operator,
                 "document " + document.id + " does not wait for a person")
        .remedy("look at it again with `sallyport doc show`");
}

Result<store::Document> find(store::Transaction& transaction, const std::string& id) {
    auto document = transaction.document(id);
    if (!document) return std::move(document).error();
    if (!*document)
        return Error("flow.document.missing", Blame::Operator, "there is no document " + id);
    return **std::move(document);
}

// Parked jobs that speak for the document: its own, or its message's where the step works on messages.
Result<std::vector<store::Job>> parked_jobs(store::Transaction& transaction,
                                            const store::Document& document) {
    store::JobFilter own;
    own.state = store::JobState::Parked;
    own.document = document.id;
    auto jobs = transaction.jobs(own);
    if (!jobs || !jobs->empty() || document.message.empty()) return jobs;
    store::JobFilter of_message;
    of_message.state = store::JobState::Parked;
    of_message.message = document.message;
    jobs = transaction.jobs(of_message);
    if (!jobs) return jobs;
    std::erase_if(*jobs, [](const store::Job& job) { return !job.document.empty(); });
    return jobs;
}

// The step that comes after the guard which held the document; empty where nothing held it.
std::string_view step_after_hold(const store::Document& document) {
    const bool held = document.status.back_office == store::BackOfficeStatus::Held;
    if (document.level == store::DocumentLevel::Interchange) {
        if (!held) return {};
        const bool unread = document.status.content == store::ContentStatus::Unreadable ||
                            document.standard.empty();
        return unread ? step::Unwrap : step::Validate;
    }
    if (held && !document.canonical_ref.empty()) return step::Post;
    if (document.next.code == "flow.map.rejected") return step::Map;
    if (document.next.code == "flow.ack.unmatched" || document.next.code == "flow.ack.invalid")
        return step::Match;
    return {};
}

// Unwrapping makes new rows; the one that waited only says that somebody looked.
store::DocumentUpdate read_again() {
    store::DocumentUpdate update;
    update.next = nobody();
    update.next->reason = "released: read again";
    update.back_office = store::BackOfficeStatus::NotNeeded;
    return update;
}

Status add_step(store::Transaction& transaction,
                const store::Document& document,
                std::string_view step) {
    const bool whole = document.level == store::DocumentLevel::Interchange;
    store::NewJob job;
    job.kind = std::string(step);
    job.message = document.message;
    if (step != step::Unwrap) job.document = document.id;
    job.order_key = whole ? arrival_lane(document.partner)
                          : order_lane(document.partner,
                                       document.business_number.empty() ? document.id
                                                                        : document.business_number);
    auto added = transaction.add_job(job);
    if (!added) return std::move(added).error();
    store::DocumentUpdate update;
    update.next = gateway_acts();
    update.back_office = store::BackOfficeStatus::Pending;
    if (whole || step == step::Match) update.back_office = store::BackOfficeStatus::NotNeeded;
    if (step == step::Unwrap) update = read_again();
    return transaction.update_document(document.id, update);
}

Status release(store::Transaction& transaction, const store::Document& document) {
    auto parked = parked_jobs(transaction, document);
    if (!parked) return std::move(parked).error();
    if (!parked->empty()) {
        for (const store::Job& job : *parked)
            if (Status done = transaction.release_job(job.id); !done) return done;
        if (parked->front().kind == step::Unwrap)
            return transaction.update_document(document.id, read_again());
        store::DocumentUpdate update;
        update.next = gateway_acts();
        if (document.status.back_office == store::BackOfficeStatus::Held)
            update.back_office = store::BackOfficeStatus::Pending;
        if (document.status.delivery == store::DeliveryStatus::Failed)
            update.delivery = store::DeliveryStatus::Pending;
        return transaction.update_document(document.id, update);
    }
    if (document.next.code == UnknownSignerCode || document.next.code == CemDecideCode)
        return Error("flow.decision.trust",
                     Blame::Operator,
                     "document " + document.id + " waits for a decision on a certificate")
            .remedy(
                "two people accept it: sallyport cert accept, then cert confirm; it goes on by "
                "itself then");
    const std::string_view step = step_after_hold(document);
    if (step.empty()) return nothing_to_decide(document);
    return add_step(transaction, document, step);
}

Status discard(store::Transaction& transaction,
               const store::Document& document,
               const std::string& reason) {
    auto parked = parked_jobs(transaction, document);
    if (!parked) return std::move(parked).error();
    if (parked->empty() && step_after_hold(document).empty()) return nothing_to_decide(document);
    for (const store::Job& job : *parked)
        if (Status done = transaction.discard_job(job.id); !done) return done;
    store::DocumentUpdate update;
    update.next = nobody();
    update.next->code = "flow.discarded";
    update.next->reason = reason;
    if (document.status.back_office == store::BackOfficeStatus::Held)
        update.back_office = store::BackOfficeStatus::Refused;
    if (document.direction == store::Direction::Outbound &&
        document.status.delivery != store::DeliveryStatus::Delivered) {
        update.delivery = store::DeliveryStatus::NotNeeded;
        update.acknowledgement = store::AckStatus::NotNeeded;
    }
    return transaction.update_document(document.id, update);
}

using Act = std::function<Status(store::Transaction&, const store::Document&)>;

Status decide_in(store::Transaction& transaction,
                 Journal& journal,
                 const std::string& id,
                 store::AuditEvent event,
                 const Act& act) {
    auto document = find(transaction, id);
    if (!document) return std::move(document).error();
    if (Status acted = act(transaction, *document); !acted) return acted;
    event.subject = id;
    return journal.record(transaction, std::move(event));
}

Status decide_on(const Tools& tools,
                 const std::string& id,
                 const store::AuditEvent& event,
                 const Act& act) {
    Journal journal;
    Status done = tools.store.submit([&](store::Transaction& transaction) {
        return decide_in(transaction, journal, id, event, act);
    });
    if (done) journal.publish(tools.log, tools.metrics);
    return done;
}

}  // namespace

Status release_document(const Tools& tools, const std::string& document, const std::string& actor) {
    return decide_on(tools, document, {.actor = actor, .event = "document.released"}, release);
}

Status release_in(store::Transaction& transaction,
                  Journal& journal,
                  const std::string& document,
                  store::AuditEvent event) {
    return decide_in(transaction, journal, document, std::move(event), release);
}

Status discard_document(const Tools& tools,
                        const std::string& document,
                        const std::string& actor,
                        const std::string& reason) {
    return decide_on(
        tools,
        document,
        {.actor = actor, .event = "document.discarded", .detail = {{"reason", reason}}},
        [&](store::Transaction& transaction, const store::Document& found) {
            return discard(transaction, found, reason);
        });
}

}  // namespace sallyport::flow

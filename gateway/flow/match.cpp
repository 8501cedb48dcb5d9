// SPDX-License-Identifier: Apache-2.0
// A 997 from the partner is matched with what we sent, never acknowledged.
#include "gateway/flow/reading.h"
#include "gateway/flow/steps.h"

#include <utility>
#include <vector>

namespace sallyport::flow {
namespace {

store::AckStatus status_of(char verdict) {
    switch (verdict) {
        case 'A':
            return store::AckStatus::Accepted;
        case 'E':
            return store::AckStatus::AcceptedWithFaults;
        case 'P':
            return store::AckStatus::PartlyAccepted;
        default:
            return store::AckStatus::Rejected;
    }
}

Status settle(store::Transaction& transaction,
              Journal& journal,
              const store::Expectation& met,
              const edi::AckedGroup& group) {
    if (met.document.empty()) return {};
    store::DocumentUpdate update;
    update.acknowledgement = status_of(group.verdict);
    const bool good = group.verdict == 'A';
    update.next = good ? nobody()
                       : person_acts(Blame::BackOffice,
                                     transaction.now(),
                                     "flow.ack.rejected",
                                     "the partner's 997 does not accept group " + group.control);
    if (Status done = transaction.update_document(met.document, update); !done) return done;
    return journal.record(
        transaction,
        {.actor = {},
         .event = good ? "ack.received" : "ack.rejected",
         .subject = met.document,
         .detail = {{"group", group.control}, {"verdict", std::string(1, group.verdict)}}},
        good ? Level::Info : Level::Warn);
}

Status store_matches(store::Transaction& transaction,
                     Journal& journal,
                     const store::Document& document,
                     const std::vector<edi::AckedGroup>& groups) {
    std::string unmatched;
    for (const edi::AckedGroup& group : groups) {
        auto met = transaction.meet_expectation(
            "997", document.partner, group.functional_id + ":" + group.control, document.id);
        if (!met) return std::move(met).error();
        if (met->empty())
            unmatched +=
                (unmatched.empty() ? "" : ", ") + group.functional_id + " " + group.control;
        for (const store::Expectation& expectation : *met)
            if (Status done = settle(transaction, journal, expectation, group); !done) return done;
    }
    store::DocumentUpdate update;
    update.next =
        unmatched.empty()
            ? nobody()
            : person_acts(Blame::BackOffice,
                          transaction.now(),
                          "flow.ack.unmatched",
                          "nothing we sent waits for this acknowledgement: group " + unmatched);
    if (Status done = transaction.update_document(document.id, update); !done) return done;
    return journal.record(
        transaction,
        {.actor = {},
         .event = unmatched.empty() ? "ack.matched" : "ack.unmatched",
         .subject = document.id,
         .detail = {{"groups", std::to_string(groups.size())}, {"unmatched", unmatched}}},
        unmatched.empty() ? Level::Info : Level::Warn);
}

}  // namespace

Result<Commit> match_acknowledgement(const Tools& tools, const store::Job& job) {
    auto document = load_document(tools.store, job.document);
    if (!document) return std::move(document).error();
    auto reading = read_interchange(tools, document->payload_ref, document->partner);
    if (!reading) return std::move(reading).error();
    auto groups = edi::read_997(reading->document);
    if (!groups) return std::move(groups).error();
    return Commit([document = *std::move(document), groups = *std::move(groups)](
                      store::Transaction& transaction, Journal& journal) {
        return store_matches(transaction, journal, document, groups);
    });
}

}  // namespace sallyport::flow

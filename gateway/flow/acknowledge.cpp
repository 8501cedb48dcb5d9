// SPDX-License-Identifier: Apache-2.0
// The 997, 999, TA1 or CONTRL we owe. Its control numbers are taken in the unit that stores the row they belong to; its octets are a function
// of that row and of the interchange it answers, so every later try writes the same ones.
#include "gateway/flow/reading.h"
#include "gateway/flow/steps.h"

#include <optional>
#include <utility>
#include <vector>

namespace sallyport::flow {
namespace {

store::Document answer_to(const store::Document& received, const config::Partner& partner) {
    store::Document answer;
    answer.level = store::DocumentLevel::Interchange;
    answer.direction = store::Direction::Outbound;
    answer.partner = partner.name;
    answer.standard = received.standard;
    answer.sender = received.receiver;
    answer.receiver = received.sender;
    answer.test = received.test;
    answer.acknowledges = received.id;
    answer.status.content = store::ContentStatus::Valid;
    answer.status.delivery = store::DeliveryStatus::Pending;
    answer.next = gateway_acts();
    return answer;
}

store::ControlStream stream_of(const store::Document& answer, std::string kind) {
    if (answer.test) kind += ".test";
    const bool edifact = answer.standard == "EDIFACT";
    return {.sender = answer.sender,
            .receiver = answer.receiver,
            .kind = std::move(kind),
            .last = edifact ? 99'999'999'999'999 : 999'999'999};
}

}  // namespace

Result<Commit> acknowledge(const Tools& tools, const store::Job& job) {
    auto received = load_document(tools.store, job.document);
    if (!received) return std::move(received).error();
    auto agreement = agreement_of(tools, received->partner);
    if (!agreement) return std::move(agreement).error();
    const config::Partner& partner = (*agreement)->partner;
    store::Document answer = answer_to(*received, partner);
    answer.id = tools.make_id();
    // What cannot be read has no groups: only its envelope is answered.
    const bool edifact = answer.standard == "EDIFACT";
    const bool envelope_only = received->status.content == store::ContentStatus::Unreadable;
    const bool grouped = !edifact && !envelope_only;
    // From here on the rows say which form it has: a changed agreement changes none that has its numbers.
    const bool later = grouped && partner.x12.acknowledge_with == "999";
    answer.version = edifact ? "" : later ? AnswerIsa999 : AnswerIsa997;
    store::Document set = answer;
    set.id = tools.make_id();
    set.parent = answer.id;
    set.level = store::DocumentLevel::Transaction;
    set.set = edifact ? "CONTRL" : envelope_only ? "TA1" : later ? "999" : "997";
    set.version = !grouped ? "" : later ? "005010" : "004010";
    set.position = 1;
    return Commit([answer, set, edifact, grouped](store::Transaction& transaction,
                                                  Journal& journal) mutable -> Status {
        auto interchange =
            transaction.next_control_number(stream_of(answer, edifact ? "UNB" : "ISA"));
        if (!interchange) return std::move(interchange).error();
        std::string group;
        if (grouped) {
            auto number = transaction.next_control_number(stream_of(answer, "GS"));
            if (!number) return std::move(number).error();
            group = std::to_string(*number);
        }
        for (store::Document* document : {&answer, &set}) {
            document->interchange_control = std::to_string(*interchange);
            document->group_control = group;
            document->created = transaction.now();
            if (Status added = transaction.add_document(*document); !added) return added;
        }
        auto next = transaction.add_job({.kind = std::string(step::Freeze),
                                         .document = answer.id,
                                         .order_key = outbound_lane(answer.partner, answer.id)});
        if (!next) return std::move(next).error();
        return journal.record(transaction,
                              {.actor = {},
                               .event = "ack.built",
                               .subject = set.id,
                               .detail = {{"acknowledges", answer.acknowledges},
                                          {"control", answer.interchange_control}}});
    });
}

}  // namespace sallyport::flow

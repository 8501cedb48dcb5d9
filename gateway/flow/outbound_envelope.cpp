// SPDX-License-Identifier: Apache-2.0
// Written transactions into an interchange: its numbers are taken in the unit that stores its row, so that there is no
// number without an interchange and no interchange without numbers, whatever is killed.
#include "gateway/flow/interchange.h"
#include "gateway/flow/steps.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace sallyport::flow {
namespace {

constexpr std::size_t LargestBatch = 1'000;  // transactions in one interchange

store::ControlStream stream_of(const store::Document& envelope, std::string kind) {
    if (envelope.test) kind += ".test";
    const bool edifact = envelope.standard == "EDIFACT";
    return {.sender = envelope.sender,
            .receiver = envelope.receiver,
            .kind = std::move(kind),
            .last = edifact ? 99'999'999'999'999 : 999'999'999};
}

// ST02 and UNH 0062 count within their interchange: the row keeps what was given.
std::string member_number(const std::string& standard, std::uint32_t position) {
    std::string number = std::to_string(position);
    if (standard == "X12" && number.size() < 4) number.insert(0, 4 - number.size(), '0');
    return number;
}

store::Document envelope_for(const store::Document& first, std::string id) {
    store::Document envelope;
    envelope.id = std::move(id);
    envelope.level = store::DocumentLevel::Interchange;
    envelope.direction = store::Direction::Outbound;
    envelope.partner = first.partner;
    envelope.standard = first.standard;
    envelope.version = first.version;
    envelope.sender = first.sender;
    envelope.receiver = first.receiver;
    envelope.test = first.test;
    envelope.status.content = store::ContentStatus::Valid;
    envelope.status.delivery = store::DeliveryStatus::Pending;
    envelope.next = gateway_acts();
    return envelope;
}

bool waits_for_an_envelope(const store::Document& document) {
    return document.parent.empty() && !document.payload_ref.empty() &&
           (document.status.content == store::ContentStatus::Valid ||
            document.status.content == store::ContentStatus::ValidWithFaults);
}

// The document alone, or with the others of its batch, oldest first.
Result<std::vector<store::Document>> members_of(store::Transaction& transaction,
                                                const store::Document& document,
                                                bool batch) {
    if (!batch) return std::vector<store::Document>{document};
    auto found = transaction.documents({.direction = store::Direction::Outbound,
                                        .level = store::DocumentLevel::Transaction,
                                        .delivery = store::DeliveryStatus::Pending,
                                        .partner = document.partner,
                                        .set = document.set,
                                        .limit = 10'000});
    if (!found) return found;
    std::erase_if(*found, [&](const store::Document& one) {
        return !waits_for_an_envelope(one) || one.version != document.version ||
               one.test != document.test || one.sender != document.sender ||
               one.receiver != document.receiver;
    });
    std::reverse(found->begin(), found->end());
    if (found->size() > LargestBatch) found->resize(LargestBatch);
    return found;
}

Status take_numbers(store::Transaction& transaction, store::Document& envelope) {
    if (envelope.standard == "XML") return {};  // has the number of its document
    const bool edifact = envelope.standard == "EDIFACT";
    auto interchange =
        transaction.next_control_number(stream_of(envelope, edifact ? "UNB" : "ISA"));
    if (!interchange) return std::move(interchange).error();
    envelope.interchange_control = std::to_string(*interchange);
    if (edifact) return {};
    auto group = transaction.next_control_number(stream_of(envelope, "GS"));
    if (!group) return std::move(group).error();
    envelope.group_control = std::to_string(*group);
    return {};
}

Status place_members(store::Transaction& transaction,
                     const store::Document& envelope,
                     const std::vector<store::Document>& members) {
    std::uint32_t position = 0;
    for (const store::Document& member : members) {
        ++position;
        store::DocumentUpdate update;
        update.placement =
            store::Placement{.parent = envelope.id,
                             .standard = envelope.standard,
                             .set = member.set,
                             .version = member.version,
                             .sender = envelope.sender,
                             .receiver = envelope.receiver,
                             .test = envelope.test,
                             .interchange_control = envelope.interchange_control,
                             .group_control = envelope.group_control,
                             .transaction_control = member_number(envelope.standard, position),
                             .position = position};
        if (Status done = transaction.update_document(member.id, update); !done) return done;
    }
    return {};
}

struct Order {
    std::string document;
    std::string envelope;  // the id of the one to be made
    std::string lane;
    std::int64_t rank = 0;
    bool batch = false;
};

Status store_envelope(store::Transaction& transaction, Journal& journal, const Order& order) {
    auto document = transaction.document(order.document);
    if (!document) return std::move(document).error();
    // Another one of its batch took it along, or a person gave it up.
    if (!*document || !waits_for_an_envelope(**document)) return {};
    auto members = members_of(transaction, **document, order.batch);
    if (!members) return std::move(members).error();
    store::Document envelope = envelope_for(**document, order.envelope);
    if (envelope.standard == "XML") envelope.interchange_control = (*document)->interchange_control;
    envelope.created = transaction.now();
    if (Status taken = take_numbers(transaction, envelope); !taken) return taken;
    if (Status added = transaction.add_document(envelope); !added) return added;
    if (Status placed = place_members(transaction, envelope, *members); !placed) return placed;
    auto next = transaction.add_job({.kind = std::string(step::Freeze),
                                     .document = envelope.id,
                                     .order_key = order.lane,
                                     .rank = order.rank});
    if (!next) return std::move(next).error();
    return journal.record(transaction,
                          {.actor = {},
                           .event = "interchange.built",
                           .subject = envelope.id,
                           .detail = {{"control", envelope.interchange_control},
                                      {"group", envelope.group_control},
                                      {"documents", std::to_string(members->size())},
                                      {"first", members->front().id}}});
}

}  // namespace

Result<Commit> envelope_document(const Tools& tools, const store::Job& job) {
    auto document = load_document(tools.store, job.document);
    if (!document) return std::move(document).error();
    Order order;
    order.document = document->id;
    order.envelope = tools.make_id();
    order.batch = job.order_key == batch_lane(document->partner, document->set);
    order.lane = order.batch ? outbound_lane(document->partner, order.envelope) : job.order_key;
    order.rank = order.batch ? 0 : job.rank;
    return Commit([order = std::move(order)](store::Transaction& transaction, Journal& journal) {
        return store_envelope(transaction, journal, order);
    });
}

}  // namespace sallyport::flow

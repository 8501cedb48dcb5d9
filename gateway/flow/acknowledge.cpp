// SPDX-License-Identifier: Apache-2.0
// The 997 we owe. Its control numbers are taken in the unit that stores the row they belong to; its octets are a function
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
    answer.version = "00401";
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
    return {.sender = answer.sender, .receiver = answer.receiver, .kind = std::move(kind)};
}

}  // namespace

Result<Commit> acknowledge(const Tools& tools, const store::Job& job) {
    auto received = load_document(tools.store, job.document);
    if (!received) return std::move(received).error();
    auto agreement = agreement_of(tools, received->partner);
    if (!agreement) return std::move(agreement).error();
    store::Document answer = answer_to(*received, (*agreement)->partner);
    answer.id = tools.make_id();
    store::Document set = answer;
    set.id = tools.make_id();
    set.parent = answer.id;
    set.level = store::DocumentLevel::Transaction;
    set.set = "997";
    set.version = "004010";
    set.position = 1;
    return Commit([answer, set](store::Transaction& transaction,
                                Journal& journal) mutable -> Status {
        auto interchange = transaction.next_control_number(stream_of(answer, "ISA"));
        if (!interchange) return std::move(interchange).error();
        auto group = transaction.next_control_number(stream_of(answer, "GS"));
        if (!group) return std::move(group).error();
        for (store::Document* document : {&answer, &set}) {
            document->interchange_control = std::to_string(*interchange);
            document->group_control = std::to_string(*group);
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

namespace {

struct Packed {
    store::Message message;
    std::string document;
    std::optional<Instant> receipt_due;
};

Status store_packed(store::Transaction& transaction, Journal& journal, const Packed& packed) {
    if (Status added = transaction.add_message(packed.message); !added) return added;
    auto family = transaction.documents({.parent = packed.document});
    if (!family) return std::move(family).error();
    store::DocumentUpdate update;
    update.message = packed.message.id;
    if (Status done = transaction.update_document(packed.document, update); !done) return done;
    for (const store::Document& member : *family)
        if (Status done = transaction.update_document(member.id, update); !done) return done;
    auto next =
        transaction.add_job({.kind = std::string(step::Send),
                             .message = packed.message.id,
                             .order_key = outbound_lane(packed.message.partner, packed.document)});
    if (!next) return std::move(next).error();
    store::Expectation mdn;
    mdn.kind = "mdn";
    mdn.partner = packed.message.partner;
    mdn.key = packed.message.transport_id;
    mdn.document = packed.document;
    mdn.message = packed.message.id;
    mdn.due = transaction.now() + PersonActsWithin;
    auto expected = transaction.expect(mdn);
    if (!expected) return std::move(expected).error();
    return journal.record(transaction,
                          {.actor = {},
                           .event = "message.frozen",
                           .subject = packed.message.id,
                           .detail = {{"document", packed.document},
                                      {"transport_id", packed.message.transport_id},
                                      {"payload", packed.message.payload_ref},
                                      {"wire", packed.message.raw_ref}}});
}

Result<std::string> octets_of(const Tools& tools,
                              const store::Document& answer,
                              const config::Partner& partner) {
    auto received = load_document(tools.store, answer.acknowledges);
    if (!received) return std::move(received).error();
    auto reading = read_interchange(tools, received->payload_ref, received->partner);
    if (!reading) return std::move(reading).error();
    return functional_acknowledgement(*reading, partner.x12, answer);
}

}  // namespace

Result<Commit> freeze(const Tools& tools, const store::Job& job) {
    auto answer = load_document(tools.store, job.document);
    if (!answer) return std::move(answer).error();
    auto agreement = agreement_of(tools, answer->partner);
    if (!agreement) return std::move(agreement).error();
    auto octets = octets_of(tools, *answer, (*agreement)->partner);
    if (!octets) return std::move(octets).error();

    transports::Parcel parcel;
    parcel.partner = answer->partner;
    parcel.message_id = tools.make_id();
    parcel.payload = *octets;
    parcel.content_type = "application/EDI-X12";
    parcel.file_name = "997-" + answer->interchange_control + ".edi";
    auto frozen = tools.sender.freeze(parcel);
    if (!frozen) return std::move(frozen).error();

    Packed packed;
    packed.document = answer->id;
    store::Message& message = packed.message;
    message.id = parcel.message_id;
    message.direction = store::Direction::Outbound;
    message.state = store::MessageState::Frozen;
    message.transport = frozen->transport;
    message.partner = frozen->partner;
    message.transport_id = frozen->message_id;
    message.content_type = parcel.content_type;
    message.file_name = parcel.file_name;
    message.expectation = frozen->expectation;
    auto payload = tools.archive.put(parcel.payload);
    if (!payload) return std::move(payload).error();
    message.payload_ref = *payload;
    auto wire = tools.archive.put(frozen->wire);
    if (!wire) return std::move(wire).error();
    message.raw_ref = *wire;
    return Commit([packed = std::move(packed)](store::Transaction& transaction, Journal& journal) {
        return store_packed(transaction, journal, packed);
    });
}

}  // namespace sallyport::flow

// SPDX-License-Identifier: Apache-2.0
// The octets of what goes out, made once. They are a function of rows that are stored: of the interchange's numbers and of
// what it answers, or of the transactions that were put into it. So every later try writes the same ones.
#include "gateway/flow/cem.h"
#include "gateway/flow/files.h"
#include "gateway/flow/interchange.h"
#include "gateway/flow/reading.h"
#include "gateway/flow/steps.h"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

namespace sallyport::flow {
namespace {

// What a document's octets became inside the interchange.
struct Part {
    std::string document;
    std::string payload;
};

struct Packed {
    store::Message message;
    std::string document;
    std::string octets_ref;
    std::vector<Part> parts{};  // of documents of ours; empty for acknowledgements
    // The partner's acknowledgement, when one is agreed; counted again from the delivery.
    std::optional<std::chrono::milliseconds> answer_within{};
    std::string answer_kind{}, answer_key{};
};

Status expect_answer(store::Transaction& transaction, const Packed& packed) {
    store::Expectation mdn;
    mdn.kind = "mdn";
    mdn.partner = packed.message.partner;
    mdn.key = packed.message.transport_id;
    mdn.document = packed.document;
    mdn.message = packed.message.id;
    mdn.due = transaction.now() + PersonActsWithin;
    auto receipt = transaction.expect(mdn);
    if (!receipt) return std::move(receipt).error();
    if (!packed.answer_within) return {};
    store::Expectation answer = mdn;
    answer.kind = packed.answer_kind;
    answer.key = packed.answer_key;
    answer.due = transaction.now() + *packed.answer_within;
    auto expected = transaction.expect(answer);
    if (!expected) return std::move(expected).error();
    return {};
}

Status store_parts(store::Transaction& transaction, const Packed& packed) {
    for (const Part& part : packed.parts) {
        store::DocumentUpdate update;
        update.payload_ref = part.payload;
        if (packed.answer_within) update.acknowledgement = store::AckStatus::Expected;
        if (Status done = transaction.update_document(part.document, update); !done) return done;
    }
    return {};
}

Status store_packed(store::Transaction& transaction,
                    Journal& journal,
                    const Packed& packed,
                    const store::Job& job) {
    if (Status added = transaction.add_message(packed.message); !added) return added;
    auto family = transaction.documents({.parent = packed.document, .limit = 10'000});
    if (!family) return std::move(family).error();
    store::DocumentUpdate update;
    update.message = packed.message.id;
    store::DocumentUpdate whole = update;
    whole.payload_ref = packed.octets_ref;
    if (packed.answer_within) whole.acknowledgement = store::AckStatus::Expected;
    if (Status done = transaction.update_document(packed.document, whole); !done) return done;
    for (const store::Document& member : *family)
        if (Status done = transaction.update_document(member.id, update); !done) return done;
    if (Status done = store_parts(transaction, packed); !done) return done;
    auto next = transaction.add_job({.kind = std::string(step::Send),
                                     .message = packed.message.id,
                                     .order_key = job.order_key,
                                     .rank = job.rank});
    if (!next) return std::move(next).error();
    if (Status expected = expect_answer(transaction, packed); !expected) return expected;
    return journal.record(transaction,
                          {.actor = {},
                           .event = "message.frozen",
                           .subject = packed.message.id,
                           .detail = {{"document", packed.document},
                                      {"transport_id", packed.message.transport_id},
                                      {"payload", packed.message.payload_ref},
                                      {"wire", packed.message.raw_ref}}});
}

Result<std::string> answer_octets(const Tools& tools,
                                  const store::Document& answer,
                                  const config::Partner& partner) {
    auto received = load_document(tools.store, answer.acknowledges);
    if (!received) return std::move(received).error();
    auto reading = read_interchange(tools, received->payload_ref, received->partner);
    if (reading) return acknowledgement_octets(*reading, partner, answer);
    if (received->status.content != store::ContentStatus::Unreadable)
        return std::move(reading).error();
    auto octets = tools.archive.get(received->payload_ref);
    if (!octets) return std::move(octets).error();
    const auto envelope = legible_envelope(*octets, tools.schemas, reading.error());
    if (!envelope) return std::move(reading).error();
    return rejection_octets(*envelope, partner, answer);
}

Result<std::vector<store::Document>> family_of(const Tools& tools, const std::string& envelope) {
    auto family =
        store::read<std::vector<store::Document>>(tools.store, [&](store::Reader& reader) {
            return reader.documents({.parent = envelope, .limit = 10'000});
        });
    if (family)
        std::sort(family->begin(), family->end(), [](const auto& one, const auto& other) {
            return one.position < other.position;
        });
    return family;
}

// An XML document goes as it was written and judged.
Result<std::string> own_xml(const Tools& tools,
                            const std::vector<store::Document>& family,
                            Packed& packed) {
    if (family.size() != 1)
        return Error("flow.interchange.missing", Blame::Bug, "XML goes one document at a time");
    packed.parts.push_back({.document = family.front().id, .payload = family.front().payload_ref});
    return tools.archive.get(family.front().payload_ref);
}

// Documents of ours: what was written and judged, in the envelope that carries the numbers.
Result<std::string> own_octets(const Tools& tools,
                               const store::Document& envelope,
                               const config::Partner& partner,
                               Packed& packed) {
    auto family = family_of(tools, envelope.id);
    if (!family) return std::move(family).error();
    if (envelope.standard == "XML") return own_xml(tools, *family, packed);
    std::vector<Member> members;
    for (const store::Document& document : *family) {
        auto written = tools.archive.get(document.payload_ref);
        if (!written) return std::move(written).error();
        auto member = member_of(*std::move(written));
        if (!member) return std::move(member).error();
        member->control = document.transaction_control;
        members.push_back(*std::move(member));
    }
    auto octets = write_interchange(partner, envelope, members);
    if (!octets) return octets;
    packed.answer_within = acknowledgement_within(partner, envelope.standard);
    const bool edifact = envelope.standard == "EDIFACT";
    packed.answer_kind = edifact ? "contrl" : "997";
    packed.answer_key = edifact ? envelope.interchange_control
                                : members.front().functional_id + ":" + envelope.group_control;
    for (std::size_t at = 0; at < members.size(); ++at) {
        auto part = write_interchange(partner, envelope, {members[at]});
        if (!part) return part;
        auto address = tools.archive.put(*part);
        if (!address) return std::move(address).error();
        packed.parts.push_back({.document = (*family)[at].id, .payload = *address});
    }
    return octets;
}

// "997-12.edi", "855-12.edi": a name of ours, never one from the wire.
std::string file_name_of(const store::Document& envelope, const std::string& set) {
    std::string name;
    for (const char letter : set)
        if (std::isalnum(static_cast<unsigned char>(letter)) != 0) name += letter;
    if (envelope.standard == "XML") return name + "-" + envelope.id + ".xml";
    return name + "-" + envelope.interchange_control + ".edi";
}

std::string content_type_of(const std::string& standard) {
    if (standard == "XML") return "application/xml";
    return standard == "EDIFACT" ? "application/EDIFACT" : "application/EDI-X12";
}

// What goes to the transport: an interchange made of what is stored, or a document that passes as it is.
Result<transports::Parcel> make_parcel(const Tools& tools,
                                       const store::Document& envelope,
                                       const config::Partner& partner,
                                       Packed& packed) {
    if (envelope.standard == CemStandard) {
        packed.octets_ref = envelope.payload_ref;
        return parcel_of_cem(tools, envelope, partner);
    }
    if (envelope.standard == FileStandard) {
        packed.octets_ref = envelope.payload_ref;
        return parcel_of_file(tools, envelope, partner);
    }
    auto octets = envelope.acknowledges.empty() ? own_octets(tools, envelope, partner, packed)
                                                : answer_octets(tools, envelope, partner);
    if (!octets) return std::move(octets).error();
    auto payload = tools.archive.put(*octets);
    if (!payload) return std::move(payload).error();
    packed.octets_ref = *std::move(payload);
    transports::Parcel parcel;
    parcel.payload = *std::move(octets);
    parcel.content_type = content_type_of(envelope.standard);
    auto family = family_of(tools, envelope.id);
    if (!family) return std::move(family).error();
    parcel.file_name =
        file_name_of(envelope, family->empty() ? std::string("TA1") : family->front().set);
    return parcel;
}

}  // namespace

Result<Commit> freeze(const Tools& tools, const store::Job& job) {
    auto envelope = load_document(tools.store, job.document);
    if (!envelope) return std::move(envelope).error();
    auto agreement = agreement_of(tools, envelope->partner);
    if (!agreement) return std::move(agreement).error();
    Packed packed;
    packed.document = envelope->id;
    auto parcel = make_parcel(tools, *envelope, (*agreement)->partner, packed);
    if (!parcel) return std::move(parcel).error();
    parcel->partner = envelope->partner;
    parcel->message_id = tools.make_id();
    auto frozen = tools.sender.freeze(*parcel);
    if (!frozen) return std::move(frozen).error();

    store::Message& message = packed.message;
    message.id = parcel->message_id;
    message.direction = store::Direction::Outbound;
    message.state = store::MessageState::Frozen;
    message.transport = frozen->transport;
    message.partner = frozen->partner;
    message.transport_id = frozen->message_id;
    message.content_type = parcel->content_type;
    message.file_name = parcel->file_name;
    message.expectation = frozen->expectation;
    message.payload_ref = packed.octets_ref;
    auto wire = frozen->wire_file.empty()
                    ? tools.archive.put(frozen->wire)
                    : tools.archive.share(frozen->wire_file, frozen->wire_digest);
    if (!wire) return std::move(wire).error();
    message.raw_ref = *wire;
    return Commit(
        [packed = std::move(packed), job](store::Transaction& transaction, Journal& journal) {
            return store_packed(transaction, journal, packed, job);
        });
}

}  // namespace sallyport::flow

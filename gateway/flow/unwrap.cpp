// SPDX-License-Identifier: Apache-2.0
// Message to interchanges: the envelope is read, compared with the agreement and with the envelopes seen before.
#include "gateway/base/digest.h"
#include "gateway/flow/canonical_in.h"
#include "gateway/flow/cem.h"
#include "gateway/flow/files.h"
#include "gateway/flow/interchange.h"
#include "gateway/flow/reading.h"
#include "gateway/flow/steps.h"
#include "gateway/flow/xml_document.h"
#include "parsers/document.h"
#include "parsers/edi.h"
#include "transports/as2_cem.h"

#include <optional>
#include <utility>
#include <vector>

namespace sallyport::flow {
namespace {

struct Envelope {
    store::Document document;
    Bytes key;
    std::string digest;
    std::optional<Error> trouble;  // held, whatever the replay guard says
};

std::string party(std::string_view qualifier, std::string_view id) {
    return std::string(qualifier) + ":" + std::string(id);
}

std::optional<Error> foreign(const config::Partner& partner, const store::Document& document) {
    const bool edifact = document.standard == "EDIFACT", xml = document.standard == "XML";
    const std::string table = edifact ? "[edifact]" : xml ? "[xml]" : "[x12]";
    if (!(edifact ? partner.edifact.enabled : xml ? partner.xml.enabled : partner.x12.enabled))
        return Error(edifact ? "flow.agreement.edifact"
                     : xml   ? "flow.agreement.xml"
                             : "flow.agreement.x12",
                     Blame::Operator,
                     "the agreement with " + partner.name + " does not cover " + document.standard)
            .remedy("add an " + table + " table to the partner file, then release the document");
    const std::string theirs = their_address(partner, document.standard);
    const std::string ours = our_address(partner, document.standard);
    // In XML an address that is not agreed is not compared.
    const bool known = (xml && theirs.empty()) || document.sender == theirs;
    if (!known || !((xml && ours.empty()) || document.receiver == ours))
        return Error("flow.envelope.foreign",
                     Blame::Operator,
                     "the interchange goes from " + document.sender + " to " + document.receiver +
                         ", the agreement with " + partner.name + " says " + theirs + " to " + ours)
            .remedy("correct the " + table +
                    " identifiers in the partner file and release the document, "
                    "or ask the partner whose document this is");
    const std::string flag = edifact ? "UNB 0035" : xml ? "deploymentMode" : "ISA15";
    if (document.test != test_of(partner, document.standard))
        return Error("flow.envelope.test",
                     Blame::Operator,
                     flag + (document.test ? " says test, the agreement is for production"
                                           : " says production, the agreement is for test"))
            .remedy("set test in " + table +
                    " of the partner file as agreed and release the document");
    return std::nullopt;
}

// With the UNA before its header: the separators, and what a decimal point is, hang on it.
std::size_t start_of(const edi::Interchange& interchange) {
    const std::size_t header = interchange.header.place.byte;
    const std::string_view before = interchange.preamble;
    const std::size_t advice = interchange.standard == edi::Standard::Edifact
                                   ? before.rfind("UNA")
                                   : std::string_view::npos;
    const bool advised = advice != std::string_view::npos && header >= before.size() - advice;
    return advised ? header - (before.size() - advice) : header;
}

std::string_view slice(const edi::Document& document, std::size_t index) {
    const auto& all = document.interchanges;
    // With its declaration, which says what the octets mean.
    if (all[index].standard == edi::Standard::Xml) return document.octets();
    const std::size_t begin = start_of(all[index]);
    const std::size_t end =
        index + 1 < all.size() ? start_of(all[index + 1]) : document.octets().size();
    return document.octets().substr(begin, end - begin);
}

bool is_cxml(const store::Document& document) {
    return document.standard == "XML" && document.version == "cxml-1.2";
}

// ISA13 alone names an interchange of this pair; groups and sets inside are covered by the digest of the whole. Of XML only
// cXML has such a name (payloadID); UBL and CII have their numbers as documents, which the business guard knows: here the
// same octets are the same document.
Bytes envelope_key(const Envelope& envelope) {
    const store::Document& document = envelope.document;
    const bool named = document.standard != "XML" || is_cxml(document);
    return store::replay_key({document.partner,
                              document.sender,
                              document.receiver,
                              document.test ? "T" : "P",
                              named ? document.interchange_control : envelope.digest});
}

Envelope envelope_of(const edi::Interchange& interchange,
                     const store::Message& message,
                     const config::Partner& partner,
                     std::string id) {
    Envelope envelope;
    store::Document& document = envelope.document;
    document = held_interchange(message, std::move(id));
    const bool edifact = interchange.standard == edi::Standard::Edifact;
    document.standard = standard_of(interchange);
    document.version = std::string(edifact ? interchange.syntax : interchange.version);
    document.sender = party(interchange.sender_qualifier, interchange.sender);
    document.receiver = party(interchange.receiver_qualifier, interchange.receiver);
    document.test =
        edifact ? interchange.header.text(11) == "1" : interchange.header.text(15) == "T";
    if (document.standard == "XML") {
        document.test = xml_says_test(interchange, partner.xml.test);
        if (interchange.sender.empty()) document.sender.clear();
        if (interchange.receiver.empty()) document.receiver.clear();
    }
    document.interchange_control = std::string(interchange.control);
    document.status.back_office = store::BackOfficeStatus::NotNeeded;
    document.next = gateway_acts();
    return envelope;
}

Status store_held(store::Transaction& transaction,
                  Journal& journal,
                  store::Document document,
                  store::NextMove next) {
    document.status.back_office = store::BackOfficeStatus::Held;
    document.next = std::move(next);
    if (Status added = transaction.add_document(document); !added) return added;
    return journal.record(transaction,
                          {.actor = {},
                           .event = "document.held",
                           .subject = document.id,
                           .detail = {{"code", document.next.code}}},
                          Level::Warn);
}

Status store_duplicate(store::Transaction& transaction,
                       Journal& journal,
                       store::Document document,
                       const store::ReplayAnswer& first) {
    auto original = transaction.document(first.target);
    if (!original) return std::move(original).error();
    if (*original) document.status.content = (*original)->status.content;
    document.next = nobody();
    document.next.code = "flow.duplicate.envelope";
    document.next.reason = "identical to interchange " + first.target + " of " +
                           iso8601(first.since) + ": answered there, nothing to do";
    if (Status added = transaction.add_document(document); !added) return added;
    return journal.record(transaction,
                          {.actor = {},
                           .event = "document.duplicate_suppressed",
                           .subject = document.id,
                           .detail = {{"layer", "envelope"}, {"first", first.target}}});
}

Error conflict(const store::Document& document, const std::string& first) {
    return Error("flow.envelope.conflict",
                 Blame::BackOffice,
                 "interchange control number " + document.interchange_control +
                     " was used before with other content (document " + first + ")")
        .remedy("ask the partner which one counts, then release or discard this one");
}

Status store_envelope(store::Transaction& transaction,
                      Journal& journal,
                      const Envelope& envelope,
                      const store::Job& job) {
    const store::Document& document = envelope.document;
    if (envelope.trouble)
        return store_held(
            transaction, journal, document, person_acts(*envelope.trouble, transaction.now()));
    auto answer = transaction.claim_replay_key({.layer = store::ReplayLayer::Envelope,
                                                .key = envelope.key,
                                                .digest = envelope.digest,
                                                .target = document.id});
    if (!answer) return std::move(answer).error();
    if (answer->verdict == store::ReplayVerdict::Identical)
        return store_duplicate(transaction, journal, document, *answer);
    if (answer->verdict == store::ReplayVerdict::Conflict)
        return store_held(transaction,
                          journal,
                          document,
                          person_acts(conflict(document, answer->target), transaction.now()));
    if (Status added = transaction.add_document(document); !added) return added;
    auto next = transaction.add_job({.kind = std::string(step::Validate),
                                     .document = document.id,
                                     .message = document.message,
                                     .order_key = job.order_key,
                                     .rank = job.rank});
    if (!next) return std::move(next).error();
    return journal.record(
        transaction,
        {.actor = {},
         .event = "interchange.unwrapped",
         .subject = document.id,
         .detail = {{"message", document.message}, {"control", document.interchange_control}}});
}

// Nothing in the message can be read. Where its envelope still says who sent what to whom, as agreed, the partner is told by
// a TA1 or CONTRL; the document stays with its octets and waits for a person either way.
Commit unreadable(const Tools& tools,
                  const store::Message& message,
                  const Agreement& agreement,
                  std::string_view octets,
                  const Error& why) {
    store::Document document = held_interchange(message, tools.make_id());
    document.status.content = store::ContentStatus::Unreadable;
    bool owed = false;
    if (const auto envelope = legible_envelope(octets, tools.schemas, why)) {
        const bool edifact = envelope->standard == edi::to_string(edi::Standard::Edifact);
        const config::Partner& partner = agreement.partner;
        document.standard = edifact ? "EDIFACT" : "X12";
        document.sender = party(envelope->sender_qualifier, envelope->sender);
        document.receiver = party(envelope->receiver_qualifier, envelope->receiver);
        document.interchange_control = envelope->control;
        document.test = test_of(partner, document.standard);
        const auto policy = edifact ? partner.edifact.acknowledge : partner.x12.acknowledge;
        owed = !foreign(partner, document) && policy != config::AckPolicy::Never;
    }
    if (owed) document.status.acknowledgement = store::AckStatus::Owed;
    return [document, why, owed](store::Transaction& transaction, Journal& journal) -> Status {
        // The partner sent it, but only our coordinator can tell them more than the answer says.
        Status held = store_held(
            transaction,
            journal,
            document,
            person_acts(Blame::BackOffice,
                        transaction.now(),
                        why.code(),
                        why.text() + (owed ? "; the partner is told by a TA1 or CONTRL and has to "
                                             "send it again; then discard this one"
                                           : "")));
        if (!held || !owed) return held;
        auto answer =
            transaction.add_job({.kind = std::string(step::Acknowledge),
                                 .document = document.id,
                                 .order_key = outbound_lane(document.partner, document.id)});
        if (!answer) return std::move(answer).error();
        return {};
    };
}

}  // namespace

Result<Commit> unwrap(const Tools& tools, const store::Job& job) {
    auto message = load_message(tools.store, job.message);
    if (!message) return std::move(message).error();
    if (canonical_kind_of_type(message->content_type) != nullptr)
        return unwrap_canonical(tools, *message, job);
    auto agreement = agreement_of(tools, message->partner);
    if (!agreement) return std::move(agreement).error();
    if (transports::is_cem(message->content_type))
        return unwrap_cem(tools, *message, (*agreement)->partner);
    if (passes_unread(*message, (*agreement)->partner)) return unwrap_file(tools, *message);
    const auto size = tools.archive.size(message->payload_ref);
    if (!size) return size.error();
    if (*size > LargestInterchange) return hold_large(tools, *message, *size);
    auto payload = tools.archive.get(message->payload_ref);
    if (!payload) return std::move(payload).error();

    auto read = read_octets(*payload, (*agreement)->guide.get());
    if (!read) return unreadable(tools, *message, **agreement, *payload, read.error());
    std::vector<Envelope> envelopes;
    for (std::size_t index = 0; index < read->interchanges.size(); ++index) {
        const std::string_view octets = slice(*read, index);
        const config::Partner& partner = (*agreement)->partner;
        Envelope envelope =
            envelope_of(read->interchanges[index], *message, partner, tools.make_id());
        auto address = tools.archive.put(octets);
        if (!address) return std::move(address).error();
        envelope.document.payload_ref = *address;
        // Networks print a request anew when they send it again under its payloadID.
        envelope.digest = is_cxml(envelope.document) ? xml_content_digest(read->interchanges[index])
                                                     : sha256_hex(octets);
        envelope.key = envelope_key(envelope);
        envelope.trouble = foreign(partner, envelope.document);
        envelopes.push_back(std::move(envelope));
    }
    return Commit([envelopes = std::move(envelopes), job](store::Transaction& transaction,
                                                          Journal& journal) -> Status {
        for (const Envelope& envelope : envelopes)
            if (Status done = store_envelope(transaction, journal, envelope, job); !done)
                return done;
        return {};
    });
}

}  // namespace sallyport::flow

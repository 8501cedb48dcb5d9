// SPDX-License-Identifier: Apache-2.0
// Message to interchanges: the envelope is read, compared with the agreement and with the envelopes seen before.
#include "gateway/base/digest.h"
#include "gateway/flow/canonical_in.h"
#include "gateway/flow/steps.h"
#include "parsers/document.h"
#include "parsers/x12.h"

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
    const config::X12Agreement& x12 = partner.x12;
    if (!x12.enabled)
        return Error("flow.agreement.x12",
                     Blame::Operator,
                     "the agreement with " + partner.name + " does not cover X12")
            .remedy("add an [x12] table to the partner file, then release the document");
    const std::string theirs = party(x12.their_qualifier, x12.their_id);
    const std::string ours = party(x12.our_qualifier, x12.our_id);
    if (document.sender != theirs || document.receiver != ours)
        return Error("flow.envelope.foreign",
                     Blame::Operator,
                     "the interchange goes from " + document.sender + " to " + document.receiver +
                         ", the agreement with " + partner.name + " says " + theirs + " to " + ours)
            .remedy(
                "correct the [x12] identifiers in the partner file and release the document, "
                "or ask the partner whose document this is");
    if (document.test != x12.test)
        return Error("flow.envelope.test",
                     Blame::Operator,
                     document.test ? "ISA15 says test, the agreement is for production"
                                   : "ISA15 says production, the agreement is for test")
            .remedy("set x12.test in the partner file as agreed and release the document");
    return std::nullopt;
}

std::string_view slice(const edi::Document& document, std::size_t index) {
    const auto& all = document.interchanges;
    const std::size_t begin = all[index].header.place.byte;
    const std::size_t end =
        index + 1 < all.size() ? all[index + 1].header.place.byte : document.octets().size();
    return document.octets().substr(begin, end - begin);
}

Envelope envelope_of(const edi::Interchange& interchange,
                     const store::Message& message,
                     std::string id) {
    Envelope envelope;
    store::Document& document = envelope.document;
    document = held_interchange(message, std::move(id));
    document.standard = "X12";
    document.version = std::string(interchange.version);
    document.sender = party(interchange.sender_qualifier, interchange.sender);
    document.receiver = party(interchange.receiver_qualifier, interchange.receiver);
    document.test = interchange.header.text(15) == "T";
    document.interchange_control = std::string(interchange.control);
    document.status.back_office = store::BackOfficeStatus::NotNeeded;
    document.next = gateway_acts();
    // ISA13 alone names an interchange of this pair; groups and sets inside are covered by the digest of the whole.
    envelope.key = store::replay_key({message.partner,
                                      document.sender,
                                      document.receiver,
                                      document.test ? "T" : "P",
                                      document.interchange_control});
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

// Nothing in the message can be read: there is no envelope to answer to, so a person must.
Commit unreadable(const store::Message& message, std::string id, Error why) {
    store::Document document = held_interchange(message, std::move(id));
    document.status.content = store::ContentStatus::Unreadable;
    return [document, why](store::Transaction& transaction, Journal& journal) {
        // The partner sent it, but only our coordinator can tell them.
        return store_held(
            transaction,
            journal,
            document,
            person_acts(Blame::BackOffice, transaction.now(), why.code(), why.text()));
    };
}

}  // namespace

Result<Commit> unwrap(const Tools& tools, const store::Job& job) {
    auto message = load_message(tools.store, job.message);
    if (!message) return std::move(message).error();
    if (message->content_type == CanonicalOrderType) return unwrap_canonical(tools, *message, job);
    auto payload = tools.archive.get(message->payload_ref);
    if (!payload) return std::move(payload).error();
    auto agreement = agreement_of(tools, message->partner);
    if (!agreement) return std::move(agreement).error();

    auto read =
        edi::read_x12(*std::move(payload),
                      {},
                      (*agreement)->guide ? (*agreement)->guide->leniencies() : edi::Leniencies{});
    if (!read) return unreadable(*message, tools.make_id(), std::move(read).error());
    std::vector<Envelope> envelopes;
    for (std::size_t index = 0; index < read->interchanges.size(); ++index) {
        const std::string_view octets = slice(*read, index);
        Envelope envelope = envelope_of(read->interchanges[index], *message, tools.make_id());
        auto address = tools.archive.put(octets);
        if (!address) return std::move(address).error();
        envelope.document.payload_ref = *address;
        envelope.digest = sha256_hex(octets);
        envelope.trouble = foreign((*agreement)->partner, envelope.document);
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

// SPDX-License-Identifier: Apache-2.0
// Transaction to canonical document, and the business replay guard: the same order is one order, however often and under
// whatever control numbers it comes.
#include "gateway/base/digest.h"
#include "gateway/flow/canonical_in.h"
#include "gateway/flow/reading.h"
#include "gateway/flow/split_order.h"
#include "gateway/flow/steps.h"
#include "gateway/flow/xml_document.h"
#include "mappings/run.h"

#include <nlohmann/json.hpp>

#include <optional>
#include <utility>

namespace sallyport::flow {
namespace {

using nlohmann::ordered_json;

std::string text_at(const ordered_json& document, const char* name) {
    const auto found = document.find(name);
    return found != document.end() && found->is_string() ? found->get<std::string>()
                                                         : std::string();
}

std::string place_of(const mapping::Finding& finding, const edi::Transaction& transaction) {
    if (std::string place = xml_place(finding, transaction); !place.empty()) return place;
    std::string place = finding.segment;
    if (finding.element != 0)
        place += (finding.element < 10 ? "0" : "") + std::to_string(finding.element);
    if (finding.position != 0) place += " (segment " + std::to_string(finding.position) + ")";
    return place.empty() ? place : " at " + place;
}

// Every finding of that verdict in one text: the coordinator mends all of them before the next try.
std::string findings_text(const mapping::ReadOutcome& outcome,
                          mapping::Verdict verdict,
                          const edi::Transaction& transaction) {
    std::string text;
    for (const mapping::Finding& finding : outcome.findings) {
        if (finding.verdict != verdict) continue;
        if (!text.empty()) text += "; ";
        text += finding.message;
        text += place_of(finding, transaction);
        if (!finding.rule.empty()) text += " (" + finding.rule + ")";
    }
    return text;
}

struct Mapped {
    store::Document document;
    store::DocumentUpdate update;
    Bytes key;
    std::string digest;
    OrderParts parts;  // of an order that becomes several
};

Status refuse(store::Transaction& transaction,
              Journal& journal,
              const std::string& document,
              const std::string& why) {
    store::DocumentUpdate update;
    update.back_office = store::BackOfficeStatus::Refused;
    update.next = person_acts(Blame::BackOffice, transaction.now(), "flow.map.rejected", why);
    if (Status done = transaction.update_document(document, update); !done) return done;
    return journal.record(transaction,
                          {.actor = {},
                           .event = "document.rejected",
                           .subject = document,
                           .detail = {{"code", "flow.map.rejected"}}},
                          Level::Warn);
}

Status suppress(store::Transaction& transaction,
                Journal& journal,
                const Mapped& mapped,
                const store::ReplayAnswer& first) {
    store::DocumentUpdate update = mapped.update;
    update.back_office = store::BackOfficeStatus::NotNeeded;
    update.next = nobody();
    update.next->code = "flow.duplicate.business";
    update.next->reason = "the same " + *mapped.update.kind + " " + *mapped.update.business_number +
                          " came as document " + first.target + " on " + iso8601(first.since) +
                          ": nothing is posted twice";
    if (Status done = transaction.update_document(mapped.document.id, update); !done) return done;
    return journal.record(transaction,
                          {.actor = {},
                           .event = "document.duplicate_suppressed",
                           .subject = mapped.document.id,
                           .detail = {{"layer", "business"}, {"first", first.target}}});
}

Status hold_conflict(store::Transaction& transaction,
                     Journal& journal,
                     const Mapped& mapped,
                     const store::ReplayAnswer& first) {
    store::DocumentUpdate update = mapped.update;
    update.back_office = store::BackOfficeStatus::Held;
    update.next =
        person_acts(Blame::BackOffice,
                    transaction.now(),
                    "flow.business.conflict",
                    *mapped.update.kind + " " + *mapped.update.business_number +
                        " came before with other content (document " + first.target +
                        "); ask the partner which one counts, then release or discard this one");
    if (Status done = transaction.update_document(mapped.document.id, update); !done) return done;
    return journal.record(transaction,
                          {.actor = {},
                           .event = "document.held",
                           .subject = mapped.document.id,
                           .detail = {{"code", "flow.business.conflict"}, {"first", first.target}}},
                          Level::Warn);
}

bool is_kept(const Mapped& mapped) {
    const CanonicalKind* kind = canonical_kind_named(*mapped.update.kind);
    return kind != nullptr && kind->kept;
}

// A report: the thread and the partner see it, nothing is posted.
Status keep(store::Transaction& transaction, Journal& journal, const Mapped& mapped) {
    store::DocumentUpdate update = mapped.update;
    update.back_office = store::BackOfficeStatus::NotNeeded;
    update.next = nobody();
    if (Status done = transaction.update_document(mapped.document.id, update); !done) return done;
    return journal.record(
        transaction,
        {.actor = {},
         .event = "document.kept",
         .subject = mapped.document.id,
         .detail = {{"kind", *update.kind}, {"canonical", *update.canonical_ref}}});
}

Status store_mapped(store::Transaction& transaction,
                    Journal& journal,
                    const Mapped& mapped,
                    const store::Job& job) {
    auto answer = transaction.claim_replay_key({.layer = store::ReplayLayer::Business,
                                                .key = mapped.key,
                                                .digest = mapped.digest,
                                                .target = mapped.document.id});
    if (!answer) return std::move(answer).error();
    // Also before it is held as a conflict: released, it goes on as what it is.
    if (!mapped.parts.empty())
        if (Status kept = keep_parts(transaction, mapped.document.id, mapped.parts); !kept)
            return kept;
    // A document that is mapped again, after a person mended something, still owns its key.
    const bool ours = answer->target == mapped.document.id;
    if (answer->verdict == store::ReplayVerdict::Identical && !ours)
        return suppress(transaction, journal, mapped, *answer);
    if (answer->verdict == store::ReplayVerdict::Conflict && !ours)
        return hold_conflict(transaction, journal, mapped, *answer);
    if (is_kept(mapped)) return keep(transaction, journal, mapped);
    if (Status done = transaction.update_document(mapped.document.id, mapped.update); !done)
        return done;
    auto next = transaction.add_job({.kind = std::string(step::Post),
                                     .document = mapped.document.id,
                                     .message = job.message,
                                     .order_key = job.order_key,
                                     .rank = job.rank});
    if (!next) return std::move(next).error();
    return journal.record(
        transaction,
        {.actor = {},
         .event = "document.mapped",
         .subject = mapped.document.id,
         .detail = {{"kind", *mapped.update.kind}, {"canonical", *mapped.update.canonical_ref}}});
}

Error no_mapping(const store::Document& document, const edi::Transaction& transaction) {
    const std::string profile =
        transaction.association.empty() ? "" : " " + std::string(transaction.association);
    return Error("flow.agreement.document",
                 Blame::Operator,
                 "nothing is agreed with " + document.partner + " for " + document.set + " " +
                     document.version + profile)
        .remedy(
            "add a [[documents]] entry with its mapping to the partner file, then release "
            "the document");
}

Result<Commit> mapped_commit(const Tools& tools,
                             const store::Job& job,
                             store::Document document,
                             const mapping::CompiledMap* map,  // null: it came canonical
                             const ordered_json& canonical) {
    std::string kind = map == nullptr ? document.kind : canonical_kind(*map);
    const std::string text = canonical.dump();
    auto address = tools.archive.put(text);
    if (!address) return std::move(address).error();
    Mapped mapped;
    mapped.update.kind = std::move(kind);
    mapped.update.business_number = order_number_in(*mapped.update.kind, canonical);
    mapped.update.purpose = text_at(canonical, "purpose");
    mapped.update.canonical_ref = *address;
    mapped.update.back_office = store::BackOfficeStatus::Pending;
    mapped.update.next = gateway_acts();
    mapped.key = store::replay_key({document.partner,
                                    *mapped.update.kind,
                                    *mapped.update.business_number,
                                    *mapped.update.purpose,
                                    document.test ? "T" : "P"});
    if (*mapped.update.kind == "OrderChange") {
        // Many changes of one order: each is known by its number, one without by what it says.
        std::string number = text_at(canonical, "change_number");
        mapped.key += "|" + (number.empty() ? sha256_hex(text) : number);
        mapped.update.own_number = std::move(number);
    }
    mapped.digest = document.standard == "XML" && document.version == "cxml-1.2"
                        ? sha256_hex(without_message_names(canonical).dump())
                        : sha256_hex(text);
    if (map != nullptr) {
        auto parts = parts_of(tools, *map, canonical);
        if (!parts) return std::move(parts).error();
        mapped.parts = *std::move(parts);
    }
    // An order is shipped, billed and answered more than once: shipments and bills have numbers, answers what they say.
    if (std::string number = own_number_in(*mapped.update.kind, canonical); !number.empty()) {
        mapped.key += "|" + number;
        mapped.update.own_number = std::move(number);
    } else if (*mapped.update.kind == "OrderResponse") {
        mapped.key += "|" + mapped.digest;
    }
    // Reports of one shipment follow each other: another content is another report, not a conflict.
    if (is_kept(mapped)) {
        mapped.update.own_number = text_at(canonical, "number");
        mapped.key = store::replay_key({document.partner,
                                        *mapped.update.kind,
                                        text_at(canonical, "number"),
                                        mapped.digest,
                                        document.test ? "T" : "P"});
    }
    mapped.document = std::move(document);
    return Commit(
        [mapped = std::move(mapped), job](store::Transaction& transaction, Journal& journal) {
            return store_mapped(transaction, journal, mapped, job);
        });
}

// What came as a canonical document has nothing to be mapped.
Result<Commit> map_canonical(const Tools& tools, const store::Job& job, store::Document document) {
    auto text = tools.archive.get(document.payload_ref);
    if (!text) return std::move(text).error();
    const auto canonical = ordered_json::parse(*text, nullptr, false);
    if (!canonical.is_object())
        return Error("flow.canonical.damaged",
                     Blame::Bug,
                     "the stored canonical document of " + document.id + " is no JSON");
    return mapped_commit(tools, job, std::move(document), nullptr, canonical);
}

}  // namespace

Result<Commit> map_document(const Tools& tools, const store::Job& job) {
    auto document = load_document(tools.store, job.document);
    if (!document) return std::move(document).error();
    if (document->standard == CanonicalStandard)
        return map_canonical(tools, job, *std::move(document));
    auto agreement = agreement_of(tools, document->partner);
    if (!agreement) return std::move(agreement).error();
    auto reading = read_interchange(tools, document->payload_ref, document->partner);
    if (!reading) return std::move(reading).error();
    const auto& groups = reading->interchange().groups;
    if (groups.empty() || groups.front().transactions.empty())
        return Error("flow.interchange.missing", Blame::Bug, "the stored extract is empty");
    const edi::Transaction& received = groups.front().transactions.front();
    const InboundDocument* agreed = (*agreement)
                                        ->document({.inbound = true,
                                                    .standard = document->standard,
                                                    .version = document->version,
                                                    .set = document->set,
                                                    .association = received.association,
                                                    .test = document->test});
    if (agreed == nullptr) return no_mapping(*document, received);

    auto outcome = mapping::read(*agreed->map, received, agreed->params);
    if (!outcome) return std::move(outcome).error();
    if (outcome->rejected()) {
        const std::string why = findings_text(*outcome, mapping::Verdict::Reject, received);
        return Commit([id = document->id, why](store::Transaction& transaction, Journal& journal) {
            return refuse(transaction, journal, id, why);
        });
    }
    if (outcome->held())
        return Error("flow.map.held",
                     Blame::BackOffice,
                     findings_text(*outcome, mapping::Verdict::Hold, received))
            .remedy("add the missing rows to the mapping's tables, then release the document");
    return mapped_commit(tools, job, *std::move(document), agreed->map.get(), *outcome->document);
}

}  // namespace sallyport::flow

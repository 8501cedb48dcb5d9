// SPDX-License-Identifier: Apache-2.0
// Canonical document to a transaction that was judged as the partner will judge it. It is kept as an interchange with the
// number 1, so that it can be read, shown and put into its real envelope without asking the map again.
#include "gateway/flow/interchange.h"
#include "gateway/flow/reading.h"
#include "gateway/flow/steps.h"
#include "gateway/flow/xml_document.h"
#include "mappings/run.h"
#include "parsers/edi.h"
#include "parsers/xml.h"
#include "parsers/xml_schema.h"

#include <nlohmann/json.hpp>

#include <utility>

namespace sallyport::flow {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t FaultsInText = 5;  // the rest stands in the document's list

std::string findings_text(const mapping::WriteOutcome& outcome, mapping::Verdict verdict) {
    std::string text;
    for (const mapping::Finding& finding : outcome.findings) {
        if (finding.verdict != verdict) continue;
        if (!text.empty()) text += "; ";
        text += finding.message;
        if (!finding.field.empty()) text += " at " + finding.field;
        if (!finding.rule.empty()) text += " (" + finding.rule + ")";
    }
    return text;
}

Result<ordered_json> canonical_of(const Tools& tools, const store::Document& document) {
    auto text = tools.archive.get(document.canonical_ref);
    if (!text) return std::move(text).error();
    auto json = ordered_json::parse(*text, nullptr, false);
    if (json.is_discarded())
        return Error("flow.canonical.damaged",
                     Blame::Bug,
                     "the stored canonical document of " + document.id + " is no JSON");
    return json;
}

Status taken(const mapping::WriteOutcome& outcome) {
    if (outcome.rejected())
        return Error("flow.outbound.rejected",
                     Blame::BackOffice,
                     findings_text(outcome, mapping::Verdict::Reject))
            .remedy(
                "correct the record and submit it as a new revision, or mend the map; then "
                "release or discard this document");
    if (outcome.held())
        return Error("flow.outbound.held",
                     Blame::BackOffice,
                     findings_text(outcome, mapping::Verdict::Hold))
            .remedy("add the missing rows to the map's tables, then release the document");
    return {};
}

// Octets that can be judged, and what the document's row will say of them.
struct Trial {
    store::Placement row;
    std::string octets;
};

Result<Trial> segments_trial(const store::Document& document,
                             const config::Partner& partner,
                             const OutboundDocument& way,
                             mapping::WriteOutcome outcome) {
    Member member;
    member.set = way.set;
    member.version = way.version;
    member.association = way.association;
    if (const edi::SetSchema* set = way.map->plan_set(); set != nullptr)
        member.functional_id = std::string(set->functional_group);
    member.control = way.standard == "X12" ? "0001" : "1";
    member.body = std::move(outcome.segments);
    store::Document envelope;
    envelope.standard = way.standard;
    envelope.sender = our_address(partner, way.standard);
    envelope.receiver = their_address(partner, way.standard);
    envelope.test = test_of(partner, way.standard);
    envelope.interchange_control = envelope.group_control = "1";
    envelope.created = document.created;
    auto octets = write_interchange(partner, envelope, {member});
    if (!octets) return std::move(octets).error();
    return Trial{.row = {.standard = way.standard,
                         .set = way.set,
                         .version = way.version,
                         .sender = envelope.sender,
                         .receiver = envelope.receiver,
                         .test = envelope.test},
                 .octets = *std::move(octets)};
}

// An XML document is its own envelope: what it says of parties and number is what its row says.
Result<Trial> xml_trial(const Tools& tools,
                        const config::Partner& partner,
                        const OutboundDocument& way,
                        const mapping::WriteOutcome& outcome) {
    if (!partner.xml.enabled)
        return Error("flow.agreement.syntax",
                     Blame::Operator,
                     "the agreement with " + partner.name + " does not cover XML")
            .remedy("add an [xml] table to the partner file, then release the document");
    auto octets =
        edi::write_xml(*outcome.xml, way.map->xml_type()->root_namespace, &tools.schemas.xml());
    if (!octets) return std::move(octets).error();
    auto read = edi::read_xml(*octets);
    if (!read) return std::move(read).error().during("reading what was written, to judge it");
    const edi::Interchange& interchange = read->interchanges.front();
    const auto named = [](std::string_view qualifier, std::string_view id) {
        return id.empty() ? std::string() : std::string(qualifier) + ":" + std::string(id);
    };
    return Trial{.row = {.standard = way.standard,
                         .set = way.set,
                         .version = way.version,
                         .sender = named(interchange.sender_qualifier, interchange.sender),
                         .receiver = named(interchange.receiver_qualifier, interchange.receiver),
                         .test = partner.xml.test,
                         .interchange_control = std::string(interchange.control)},
                 .octets = *std::move(octets)};
}

Result<Trial> trial_of(const Tools& tools,
                       const store::Document& document,
                       const config::Partner& partner,
                       const OutboundDocument& way,
                       ordered_json canonical) {
    const bool xml = way.standard == "XML";
    if (xml)
        canonical = completed(std::move(canonical),
                              {.kind = document.kind,
                               .family = way.version,
                               .association = way.association,
                               .id = document.id,
                               .own_number = document.own_number,
                               .created = document.created,
                               .agreed = partner.xml});
    auto outcome = mapping::write(*way.map, canonical, way.params);
    if (!outcome) return std::move(outcome).error();
    if (Status good = taken(*outcome); !good) return std::move(good).error();
    return xml ? xml_trial(tools, partner, way, *outcome)
               : segments_trial(document, partner, way, *std::move(outcome));
}

// Every fault at every level, those of the transaction first.
std::vector<edi::Fault> all_faults(const edi::Report& report) {
    std::vector<edi::Fault> all;
    for (const edi::InterchangeReport& interchange : report.interchanges) {
        for (const edi::GroupReport& group : interchange.groups) {
            for (const edi::TransactionReport& transaction : group.transactions)
                all.insert(all.end(), transaction.faults.begin(), transaction.faults.end());
            all.insert(all.end(), group.faults.begin(), group.faults.end());
        }
        all.insert(all.end(), interchange.faults.begin(), interchange.faults.end());
    }
    return all;
}

// Empty when nothing is an error.
std::string errors_text(const std::vector<edi::Fault>& faults) {
    std::string text;
    std::size_t errors = 0;
    for (const edi::Fault& fault : faults) {
        if (fault.severity != edi::Severity::Error) continue;
        if (++errors > FaultsInText) continue;
        const std::string place = xml_place(fault);
        text += text.empty() ? "" : "; ";
        text += place.empty() ? fault.segment + " (segment " + std::to_string(fault.position) +
                                    "): " + fault.message
                              : fault.message + place + " [" + std::string(fault.code) + "]";
    }
    if (errors > FaultsInText)
        text += "; and " + std::to_string(errors - FaultsInText) + " more, see `doc show`";
    return text;
}

Result<std::vector<edi::Fault>> judged(const Tools& tools,
                                       const Agreement& agreement,
                                       const std::string& octets) {
    auto document = edi::read(octets);
    if (!document)
        return std::move(document).error().during("reading what was written, to judge it");
    edi::ValidationOptions options;
    options.guide = agreement.guide.get();
    options.thorough = true;
    return all_faults(edi::validate(*document, tools.schemas, options));
}

// The faults stay with the document whether it goes on or not: a parked step stores nothing but its error.
Status keep_faults(const Tools& tools, const std::string& document, const std::string& faults) {
    return tools.store.submit([&](store::Transaction& transaction) {
        store::DocumentUpdate update;
        update.content = store::ContentStatus::Invalid;
        update.faults_ref = faults;
        return transaction.update_document(document, update);
    });
}

struct Written {
    store::DocumentUpdate update;
    store::NewJob next;
};

Status store_written(store::Transaction& transaction,
                     Journal& journal,
                     const std::string& document,
                     const Written& written) {
    if (Status done = transaction.update_document(document, written.update); !done) return done;
    auto next = transaction.add_job(written.next);
    if (!next) return std::move(next).error();
    return journal.record(transaction,
                          {.actor = {},
                           .event = "document.written",
                           .subject = document,
                           .detail = {{"set", written.update.placement->set},
                                      {"version", written.update.placement->version},
                                      {"payload", *written.update.payload_ref}}});
}

// The next full interval since 1970: all that is written before it leaves with it, also after a restart.
Instant batch_end(Instant now, std::chrono::milliseconds interval) {
    const std::int64_t micros = to_micros(now);
    const std::int64_t width = std::chrono::microseconds(interval).count();
    return from_micros((micros / width + 1) * width);
}

store::NewJob envelope_job(const store::Document& document,
                           const OutboundDocument& way,
                           const store::Job& job,
                           Instant now) {
    store::NewJob next{.kind = std::string(step::Envelope),
                       .document = document.id,
                       .order_key = job.order_key,
                       .rank = job.rank};
    if (way.batch.count() == 0) return next;
    // One at a time for all documents of the batch: the first of them takes the others along.
    next.order_key = batch_lane(document.partner, way.set);
    next.rank = 0;
    next.run_at = batch_end(now, way.batch);
    return next;
}

// A credit note goes as such where the agreement has a set of its own for it.
Result<const OutboundDocument*> way_of(const Agreement& agreement,
                                       const store::Document& document,
                                       const ordered_json& canonical) {
    const auto type = canonical.find("type");
    const bool credit = document.set.empty() && document.kind == "Invoice" &&
                        type != canonical.end() && *type == "credit_note";
    if (credit)
        if (auto way = agreement.outbound_for(document.kind, "CreditNote")) return way;
    return agreement.outbound_for(document.kind, document.set);
}

}  // namespace

std::string batch_lane(std::string_view partner, std::string_view set) {
    return std::string(partner) + "/out/batch/" + std::string(set);
}

Result<Commit> write_document(const Tools& tools, const store::Job& job) {
    auto document = load_document(tools.store, job.document);
    if (!document) return std::move(document).error();
    auto agreement = agreement_of(tools, document->partner);
    if (!agreement) return std::move(agreement).error();
    auto canonical = canonical_of(tools, *document);
    if (!canonical) return std::move(canonical).error();
    auto way = way_of(**agreement, *document, *canonical);
    if (!way) return std::move(way).error();
    auto trial = trial_of(tools, *document, (*agreement)->partner, **way, *std::move(canonical));
    if (!trial) return std::move(trial).error();
    auto faults = judged(tools, **agreement, trial->octets);
    if (!faults) return std::move(faults).error();
    auto payload = tools.archive.put(trial->octets);
    if (!payload) return std::move(payload).error();
    std::string kept;
    if (!faults->empty()) {
        auto stored = tools.archive.put(faults_json(*faults).dump());
        if (!stored) return std::move(stored).error();
        kept = *stored;
    }
    if (const std::string text = errors_text(*faults); !text.empty()) {
        if (Status done = keep_faults(tools, document->id, kept); !done)
            return std::move(done).error();
        return Error("flow.outbound.invalid",
                     Blame::BackOffice,
                     "the " + (*way)->set + " would not be valid: " + text)
            .remedy(
                "mend the map, the partner's guide or the record; then release the document "
                "(a changed record: submit it as a new revision and discard this one)");
    }
    Written outcome;
    outcome.update.content =
        faults->empty() ? store::ContentStatus::Valid : store::ContentStatus::ValidWithFaults;
    outcome.update.faults_ref = kept;
    outcome.update.payload_ref = *payload;
    outcome.update.next = gateway_acts();
    outcome.update.placement = std::move(trial->row);
    outcome.next = envelope_job(*document, **way, job, tools.clock.now());
    return Commit([outcome = std::move(outcome), id = document->id](store::Transaction& transaction,
                                                                    Journal& journal) {
        return store_written(transaction, journal, id, outcome);
    });
}

}  // namespace sallyport::flow

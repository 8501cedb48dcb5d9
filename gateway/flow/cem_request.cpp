// SPDX-License-Identifier: Apache-2.0
// A partner's request: judged, presented to people, decided, answered.
#include "gateway/base/digest.h"
#include "gateway/flow/cem_record.h"
#include "gateway/flow/cem_take.h"
#include "transports/as2_cem.h"

#include <algorithm>
#include <map>
#include <utility>

namespace sallyport::flow {
namespace {

using transports::CemAttachment;
using transports::CertificateFacts;

// "00123" and "123" are one number.
std::string_view number_of(std::string_view serial) {
    return serial.substr(std::min(serial.find_first_not_of('0'), serial.size()));
}

struct Judged {
    CemItem item;
    std::optional<CertificateFacts> certificate{};  // absent: rejected without anybody's decision
};

Judged rejected(const TrustRequest& wish, std::string reason) {
    return {.item = {.fingerprint = {},
                     .uses = wish.uses,
                     .name = wish.certificate,
                     .verdict = CemVerdict::Rejected,
                     .reason = std::move(reason)}};
}

// What nobody needs to be asked about. Empty: it can be used so.
std::string no_such_use(const std::vector<std::string>& uses, const config::Partner& partner) {
    for (const std::string& use : uses) {
        if (use == cert_use::Signature || use == cert_use::Encryption) continue;
        if (use == cert_use::TlsServer && !partner.as2.tls_certificates.empty()) continue;
        if (use == cert_use::TlsServer)
            return "tlsServer: we trust your HTTPS server by its authority, no exchange is needed";
        if (use == cert_use::TlsClient)
            return "tlsClient: certificates of HTTPS clients are not taken by CEM here";
        return "CertUsage is a word that is not known here";
    }
    return {};
}

Judged judge(const TrustRequest& wish,
             const std::vector<CemAttachment>& attachments,
             const config::Partner& partner,
             Instant now) {
    if (auto why = no_such_use(wish.uses, partner); !why.empty()) return rejected(wish, why);
    const auto part = std::find_if(attachments.begin(), attachments.end(), [&](const auto& one) {
        return one.content_id == wish.content_id;
    });
    if (part == attachments.end())
        return rejected(wish, "no part of the message has the Content-ID " + wish.content_id);
    if (!part->trouble.empty()) return rejected(wish, part->trouble);
    const auto found =
        std::find_if(part->certificates.begin(), part->certificates.end(), [&](const auto& one) {
            return number_of(transports::decimal_serial(one.serial)) ==
                   number_of(wish.certificate.serial);
        });
    if (found == part->certificates.end())
        return rejected(wish,
                        "the certificate attached has serial number " +
                            transports::decimal_serial(part->certificates.front().serial) +
                            ", the request names " + wish.certificate.serial);
    std::string faults = transports::cem_faults(*found,
                                                has_use(wish.uses, cert_use::Signature),
                                                has_use(wish.uses, cert_use::Encryption),
                                                has_use(wish.uses, cert_use::TlsServer),
                                                now);
    if (!faults.empty()) return rejected(wish, std::move(faults));
    return {.item = {.fingerprint = found->fingerprint,
                     .uses = wish.uses,
                     .name = wish.certificate,
                     .verdict = CemVerdict::Open,
                     .reason = {}},
            .certificate = *found};
}

void add_uses(std::vector<std::string>& all, const std::vector<std::string>& more) {
    for (const std::string& use : more)
        if (!has_use(all, use)) all.push_back(use);
}

// A request taken apart, outside any unit.
struct Taken {
    CemExchange exchange;
    std::map<std::string, TrustRecord> records{};  // by fingerprint: one certificate, all its uses
    store::Document document{};
    std::string digest{};
    std::string trusted_signer{};  // not empty: the partner file lets its requests count at once
};

std::string digest_of(const CemRequest& request, const std::vector<Judged>& judged) {
    std::string text;
    for (std::size_t at = 0; at < judged.size(); ++at) {
        text += request.items[at].certificate.serial + ' ' + judged[at].item.fingerprint;
        for (const std::string& use : judged[at].item.uses)
            text += ' ' + use;
        text += '\n';
    }
    return sha256_hex(text);
}

bool covers(const TrustRecord& record, const std::vector<std::string>& uses) {
    return std::all_of(uses.begin(), uses.end(), [&](const std::string& use) {
        return has_use(record.uses, use) || (record.uses.empty() && use == cert_use::Signature) ||
               (!record.encrypt_from.empty() && use == cert_use::Encryption);
    });
}

// What is known of the certificate decides, or people will.
Status present(store::Transaction& transaction,
               Journal& journal,
               const Taken& taken,
               TrustRecord record,
               CemExchange& exchange) {
    const auto set = [&](CemVerdict verdict, const std::string& reason) {
        for (CemItem& item : exchange.items)
            if (item.fingerprint == record.certificate.fingerprint) {
                item.verdict = verdict;
                item.reason = reason;
            }
    };
    auto known = note_presented(transaction, journal, record);
    if (!known) return std::move(known).error();
    if (known->state == TrustState::Accepted) {
        if (covers(*known, record.uses))
            set(CemVerdict::Accepted, {});
        else
            set(CemVerdict::Rejected, "it is trusted here already, for other uses only");
        return {};
    }
    if (known->state == TrustState::Rejected || known->state == TrustState::Withdrawn) {
        set(CemVerdict::Rejected,
            "it was " + std::string(to_string(known->state)) + " here on " +
                iso8601(known->ended.at).substr(0, 10));
        return {};
    }
    known->uses = record.uses;
    if (taken.trusted_signer.empty()) return save_trust(transaction, *known);
    set(CemVerdict::Accepted, {});
    if (has_use(known->uses, cert_use::Encryption))
        known->encrypt_from = write_xml_time(std::max(exchange.respond_by, transaction.now()));
    return accept_by_agreement(transaction,
                               journal,
                               *std::move(known),
                               "request " + exchange.id + ", signed with " + taken.trusted_signer);
}

constexpr std::chrono::hours LongestWait{24 * 14};

store::NextMove people_decide(const CemExchange& exchange, Instant now) {
    std::string which;
    for (const CemItem& item : exchange.items)
        if (item.verdict == CemVerdict::Open)
            which += (which.empty() ? "" : ", ") + item.fingerprint;
    store::NextMove next = person_acts(
        Blame::Operator,
        now,
        CemDecideCode,
        "the partner sends certificates for us to trust: " + which +
            "; compare the fingerprints with it by another way, then: sallyport cert accept, and "
            "somebody else: sallyport cert confirm; or cert reject. The answer goes by itself");
    // The partner names the day, but cannot make us forget it.
    if (exchange.respond_by > now) next.due = std::min(exchange.respond_by, now + LongestWait);
    return next;
}

Status add_answer_job(store::Transaction& transaction, const CemExchange& exchange) {
    auto job =
        transaction.add_job({.kind = std::string(step::Cem),
                             .document = exchange.document,
                             .order_key = outbound_lane(exchange.partner, exchange.document)});
    return job ? Status() : Status(std::move(job).error());
}

Status store_request(store::Transaction& transaction, Journal& journal, const Taken& taken) {
    store::Document document = taken.document;
    CemExchange exchange = taken.exchange;
    auto claim = transaction.claim_replay_key(
        {.layer = store::ReplayLayer::Business,
         .key = store::replay_key({"cem", exchange.partner, exchange.id}),
         .digest = taken.digest,
         .target = document.id});
    if (!claim) return std::move(claim).error();
    if (claim->verdict == store::ReplayVerdict::Identical)
        return store_cem_repeat(transaction, journal, document, claim->target);
    if (claim->verdict == store::ReplayVerdict::Conflict)
        return store_cem_held(
            transaction,
            journal,
            document,
            Error("cem.conflict",
                  Blame::Partner,
                  "requestId " + exchange.id +
                      " was used before for other certificates (document " + claim->target + ")")
                .remedy("ask the partner which one counts and have it send that one anew"));
    for (const auto& [fingerprint, record] : taken.records)
        if (Status done = present(transaction, journal, taken, record, exchange); !done)
            return done;
    const bool open = exchange.open();
    document.next = open ? people_decide(exchange, transaction.now()) : gateway_acts();
    document.status.back_office =
        open ? store::BackOfficeStatus::Pending : store::BackOfficeStatus::NotNeeded;
    if (Status added = transaction.add_document(document); !added) return added;
    if (Status saved = save_cem(transaction, exchange); !saved) return saved;
    if (!open)
        if (Status added = add_answer_job(transaction, exchange); !added) return added;
    return journal.record(transaction,
                          {.actor = "partner:" + exchange.partner,
                           .event = "certificate.exchange.received",
                           .subject = document.id,
                           .detail = {{"request", exchange.id},
                                      {"certificates", std::to_string(exchange.items.size())},
                                      {"respond_by", write_xml_time(exchange.respond_by)}}},
                          open ? Level::Warn : Level::Info);
}

}  // namespace

Commit take_cem_request(const Tools& tools,
                        const store::Message& message,
                        const config::Partner& partner,
                        const CemRequest& request,
                        const std::vector<CemAttachment>& attachments) {
    Taken taken;
    taken.document = cem_document(message, tools.make_id());
    taken.document.version = "request";
    taken.document.own_number = request.id;
    if (partner.as2.cem == "trusted-signer") taken.trusted_signer = message.signer_fingerprint;
    CemExchange& exchange = taken.exchange;
    exchange.partner = message.partner;
    exchange.id = request.id;
    exchange.document = taken.document.id;
    exchange.our_name = message.to;
    exchange.asked = message.created;
    std::vector<Judged> judged;
    for (const TrustRequest& wish : request.items) {
        judged.push_back(judge(wish, attachments, partner, tools.clock.now()));
        exchange.items.push_back(judged.back().item);
        if (wish.respond_by &&
            (exchange.respond_by == Instant{} || *wish.respond_by < exchange.respond_by))
            exchange.respond_by = *wish.respond_by;
        if (!judged.back().certificate) continue;
        TrustRecord& record = taken.records[judged.back().item.fingerprint];
        record.partner = message.partner;
        record.certificate = *judged.back().certificate;
        record.source = "cem";
        add_uses(record.uses, wish.uses);
    }
    taken.digest = digest_of(request, judged);
    return [taken = std::move(taken)](store::Transaction& transaction, Journal& journal) {
        return store_request(transaction, journal, taken);
    };
}

Status settle_cem(store::Transaction& transaction, TrustRecord& record) {
    auto exchanges = cem_exchanges(transaction);
    if (!exchanges) return std::move(exchanges).error();
    const bool accepted = record.state == TrustState::Accepted;
    for (CemExchange& exchange : *exchanges) {
        if (exchange.ours || exchange.partner != record.partner || !exchange.open()) continue;
        bool touched = false;
        for (CemItem& item : exchange.items) {
            if (item.verdict != CemVerdict::Open ||
                item.fingerprint != record.certificate.fingerprint)
                continue;
            touched = true;
            item.verdict = accepted ? CemVerdict::Accepted : CemVerdict::Rejected;
            if (!accepted) item.reason = record.ended.words;
        }
        if (!touched) continue;
        if (accepted && record.encrypt_from.empty() && has_use(record.uses, cert_use::Encryption))
            record.encrypt_from = write_xml_time(std::max(exchange.respond_by, transaction.now()));
        if (Status saved = save_cem(transaction, exchange); !saved) return saved;
        if (exchange.open()) continue;
        store::DocumentUpdate update;
        update.next = gateway_acts();
        update.back_office = store::BackOfficeStatus::NotNeeded;
        if (Status done = transaction.update_document(exchange.document, update); !done)
            return done;
        if (Status added = add_answer_job(transaction, exchange); !added) return added;
    }
    return {};
}

Result<Commit> answer_cem(const Tools& tools, const store::Job& job) {
    auto document = load_document(tools.store, job.document);
    if (!document) return std::move(document).error();
    auto known = store::read<std::optional<CemExchange>>(tools.store, [&](store::Reader& reader) {
        return cem_exchange(reader, false, document->partner, document->own_number);
    });
    if (!known) return std::move(known).error();
    if (!*known)
        return Error("flow.cem.missing",
                     Blame::Bug,
                     "nothing is known of the certificate exchange " + document->own_number);
    // The partner may sign with it as soon as it has read that we trust it.
    if (tools.trust_changed)
        if (Status counts = tools.trust_changed(); !counts) return std::move(counts).error();
    const CemExchange& exchange = **known;
    CemResponse response{.id = exchange.id,
                         .sender = exchange.our_name,
                         .originated = tools.clock.now(),
                         .items = {}};
    for (const CemItem& item : exchange.items)
        response.items.push_back({.accepted = item.verdict == CemVerdict::Accepted,
                                  .reason = item.reason.substr(0, 500),
                                  .certificate = item.name});
    auto xml = write_cem_xml(response);
    if (!xml) return std::move(xml).error();
    const std::string id = tools.make_id();
    auto container = transports::write_cem(*xml, {}, id);
    if (!container) return std::move(container).error();
    auto payload = tools.archive.put(*container);
    if (!payload) return std::move(payload).error();
    return Commit([id, payload = *payload, asked = exchange](store::Transaction& transaction,
                                                             Journal& journal) -> Status {
        auto now = cem_exchange(transaction, false, asked.partner, asked.id);
        if (!now) return std::move(now).error();
        if (!*now || !(*now)->answer.empty()) return {};  // answered already
        CemExchange answered = **std::move(now);
        answered.answer = id;
        if (Status saved = save_cem(transaction, answered); !saved) return saved;
        if (Status queued = queue_cem(transaction, answered, "response", id, payload); !queued)
            return queued;
        store::DocumentUpdate update;
        update.next = nobody();
        if (Status done = transaction.update_document(answered.document, update); !done)
            return done;
        std::string verdicts;
        for (const CemItem& item : answered.items)
            verdicts += (verdicts.empty() ? "" : ", ") + std::string(to_string(item.verdict));
        return journal.record(transaction,
                              {.actor = {},
                               .event = "certificate.exchange.answered",
                               .subject = answered.document,
                               .detail = {{"request", answered.id},
                                          {"partner", answered.partner},
                                          {"verdicts", verdicts},
                                          {"answer", id}}});
    });
}

}  // namespace sallyport::flow

// SPDX-License-Identifier: Apache-2.0
// Certificate exchanges as they come, and our own requests with the answers to them.
#include "gateway/flow/cem.h"

#include "gateway/base/crash_point.h"
#include "gateway/flow/cem_record.h"
#include "gateway/flow/cem_take.h"
#include "gateway/flow/cert_alerts.h"
#include "transports/as2_cem.h"

#include <algorithm>
#include <utility>

namespace sallyport::flow {
namespace {

Commit hold(const Tools& tools, const store::Message& message, const Error& why) {
    store::Document document = cem_document(message, tools.make_id());
    document.status.content = store::ContentStatus::Unreadable;
    return [document, why](store::Transaction& transaction, Journal& journal) {
        return store_cem_held(transaction, journal, document, why);
    };
}

Error off(const config::Partner& partner) {
    return Error("cem.off",
                 Blame::Operator,
                 "certificates are not exchanged in messages with " + partner.name +
                     " (as2.cem is \"off\")")
        .remedy("set as2.cem = \"ask\" in the partner file, then release it; or discard it");
}

// The items of ours that an answer names: by serial number, for a name is spelled in many ways and each of ours is once in it.
CemItem* item_named(CemExchange& exchange, const CertificateName& name) {
    const auto found = std::find_if(exchange.items.begin(), exchange.items.end(), [&](auto& item) {
        return item.name.serial == name.serial;
    });
    return found == exchange.items.end() ? nullptr : &*found;
}

Status note_verdict(store::Transaction& transaction,
                    Journal& journal,
                    const CemExchange& exchange,
                    const CemItem& item,
                    const store::Message& message) {
    const bool agreed = item.verdict == CemVerdict::Accepted;
    return note_consent(transaction,
                        journal,
                        {.partner = exchange.partner,
                         .fingerprint = item.fingerprint,
                         .actor = "partner:" + exchange.partner,
                         .words = "CEM response " + message.transport_id + ": " +
                                  (agreed ? "Accepted" : "Rejected: " + item.reason)},
                        agreed ? ConsentState::Agreed : ConsentState::Objected);
}

// All have an answer: the deadline is met, and a rejection is somebody's move.
Status settle_ours(store::Transaction& transaction,
                   const CemExchange& exchange,
                   const store::Message& message) {
    auto met = transaction.meet_expectation(
        std::string(CemExpectation), exchange.partner, exchange.id, message.id);
    if (!met) return std::move(met).error();
    std::string reasons;
    for (const CemItem& item : exchange.items)
        if (item.verdict == CemVerdict::Rejected)
            reasons += (reasons.empty() ? "" : "; ") + item.fingerprint.substr(0, 16) +
                       "…: " + (item.reason.empty() ? "no reason given" : item.reason);
    store::DocumentUpdate update;
    update.acknowledgement =
        reasons.empty() ? store::AckStatus::Accepted : store::AckStatus::Rejected;
    update.next = reasons.empty()
                      ? nobody()
                      : person_acts(Blame::Operator,
                                    transaction.now(),
                                    "cem.rejected",
                                    "the partner does not take our certificate: " + reasons +
                                        "; speak with it, or move next_from");
    return transaction.update_document(exchange.document, update);
}

Status store_response(store::Transaction& transaction,
                      Journal& journal,
                      const store::Message& message,
                      store::Document document,
                      const CemResponse& response) {
    auto known = cem_exchange(transaction, true, message.partner, response.id);
    if (!known) return std::move(known).error();
    const Error unasked("cem.unasked",
                        Blame::Partner,
                        "a response to the certificate exchange " + response.id +
                            ", which we did not send to this partner or which named other "
                            "certificates");
    if (!*known) return store_cem_held(transaction, journal, document, unasked);
    CemExchange exchange = **std::move(known);
    bool named = false, news = false;
    for (const TrustAnswer& answer : response.items) {
        CemItem* item = item_named(exchange, answer.certificate);
        if (item == nullptr) continue;
        named = true;
        if (item->verdict != CemVerdict::Open) continue;
        news = true;
        item->verdict = answer.accepted ? CemVerdict::Accepted : CemVerdict::Rejected;
        item->reason = answer.reason;
        if (Status noted = note_verdict(transaction, journal, exchange, *item, message); !noted)
            return noted;
    }
    if (!named) return store_cem_held(transaction, journal, document, unasked);
    if (!news) return store_cem_repeat(transaction, journal, document, exchange.answer);
    exchange.answer = document.id;
    if (Status saved = save_cem(transaction, exchange); !saved) return saved;
    if (Status added = transaction.add_document(document); !added) return added;
    return exchange.open() ? Status() : settle_ours(transaction, exchange, message);
}

// One certificate is asked about once at a time.
Status none_open(store::Transaction& transaction, const CemAnnouncement& announcement) {
    auto exchanges = cem_exchanges(transaction);
    if (!exchanges) return std::move(exchanges).error();
    for (const CemExchange& one : *exchanges) {
        if (!one.ours || one.partner != announcement.partner || !one.open()) continue;
        for (const CemItem& item : one.items)
            if (item.fingerprint == announcement.certificate.fingerprint)
                return Error("cem.announced",
                             Blame::Operator,
                             announcement.partner + " was asked on " +
                                 iso8601(one.asked).substr(0, 10) +
                                 " and has not answered (document " + one.document + ")")
                    .remedy(
                        "wait for its answer, or ask it by another way and note that with "
                        "sallyport cert agreed");
    }
    return {};
}

Status check_announcement(const Tools& tools,
                          const config::Partner& partner,
                          const CemAnnouncement& announcement) {
    if (partner.as2.cem == "off") return off(partner);
    if (announcement.respond_by <= tools.clock.now())
        return Error("cem.respond-by",
                     Blame::Operator,
                     "the partner must have time to answer: " +
                         write_xml_time(announcement.respond_by) + " has passed")
            .remedy("give --respond-by a day to come, not after next_from");
    return {};
}

Status store_announcement(store::Transaction& transaction,
                          Journal& journal,
                          CemExchange exchange,
                          const CemAnnouncement& announcement,
                          const std::string& payload) {
    if (Status free = none_open(transaction, announcement); !free) return free;
    exchange.asked = transaction.now();
    if (Status queued = queue_cem(transaction, exchange, "request", exchange.document, payload);
        !queued)
        return queued;
    if (Status saved = save_cem(transaction, exchange); !saved) return saved;
    store::Expectation answer;
    answer.kind = CemExpectation;
    answer.partner = exchange.partner;
    answer.key = exchange.id;
    answer.document = exchange.document;
    answer.due = exchange.respond_by;
    if (auto expected = transaction.expect(answer); !expected) return std::move(expected).error();
    Status told =
        note_consent(transaction,
                     journal,
                     {.partner = exchange.partner,
                      .fingerprint = announcement.certificate.fingerprint,
                      .actor = announcement.actor,
                      .words = "CEM request " + exchange.id + ", document " + exchange.document},
                     ConsentState::Told);
    if (!told) return told;
    return journal.record(transaction,
                          {.actor = announcement.actor,
                           .event = "certificate.exchange.requested",
                           .subject = exchange.document,
                           .detail = {{"request", exchange.id},
                                      {"partner", exchange.partner},
                                      {"sha256", announcement.certificate.fingerprint},
                                      {"respond_by", write_xml_time(exchange.respond_by)}}});
}

}  // namespace

Status store_cem_held(store::Transaction& transaction,
                      Journal& journal,
                      store::Document document,
                      const Error& why) {
    document.status.back_office = store::BackOfficeStatus::Held;
    document.status.content = store::ContentStatus::Unreadable;
    document.next = person_acts(Blame::Operator, transaction.now(), why.code(), why.text());
    if (Status added = transaction.add_document(document); !added) return added;
    return journal.record(transaction,
                          {.actor = {},
                           .event = "document.held",
                           .subject = document.id,
                           .detail = {{"code", document.next.code}}},
                          Level::Warn);
}

Status store_cem_repeat(store::Transaction& transaction,
                        Journal& journal,
                        store::Document document,
                        const std::string& first) {
    document.next = nobody();
    document.next.code = "cem.repeat";
    document.next.reason = "the same was said before (document " + first + "): nothing to do";
    if (Status added = transaction.add_document(document); !added) return added;
    return journal.record(transaction,
                          {.actor = {},
                           .event = "document.duplicate_suppressed",
                           .subject = document.id,
                           .detail = {{"layer", "business"}, {"first", first}}});
}

Commit take_cem_response(const Tools& tools,
                         const store::Message& message,
                         const CemResponse& response) {
    store::Document document = cem_document(message, tools.make_id());
    document.version = "response";
    document.own_number = response.id;
    return [message, document, response](store::Transaction& transaction, Journal& journal) {
        return store_response(transaction, journal, message, document, response);
    };
}

Result<Commit> unwrap_cem(const Tools& tools,
                          const store::Message& message,
                          const config::Partner& partner) {
    if (partner.as2.cem == "off") return hold(tools, message, off(partner));
    // AS2 refuses it at the door (as2_receiver.cpp); what came another way is signed by nobody.
    if (!message.was_signed)
        return hold(tools,
                    message,
                    Error("cem.unsigned",
                          Blame::Partner,
                          "certificates are exchanged in signed AS2 messages only, this came by " +
                              message.transport));
    const auto size = tools.archive.size(message.payload_ref);
    if (!size) return size.error();
    if (*size > transports::LargestCem)
        return hold(tools,
                    message,
                    Error("cem.large", Blame::Partner, "a certificate exchange of that size"));
    auto payload = tools.archive.get(message.payload_ref);
    if (!payload) return std::move(payload).error();
    auto container = transports::read_cem(*payload, message.content_type);
    if (!container) return hold(tools, message, container.error());
    auto said = read_cem_xml(container->xml);
    if (!said) return hold(tools, message, said.error());
    const auto* request = std::get_if<CemRequest>(&*said);
    const auto* response = std::get_if<CemResponse>(&*said);
    const std::string& sender = request != nullptr ? request->sender : response->sender;
    if (sender != message.from)
        return hold(tools,
                    message,
                    Error("cem.sender",
                          Blame::Partner,
                          "the certificate exchange names \"" + sender +
                              "\" as its sender, the message came from \"" + message.from + "\""));
    if (request != nullptr)
        return take_cem_request(tools, message, partner, *request, container->attachments);
    return take_cem_response(tools, message, *response);
}

Result<transports::Parcel> parcel_of_cem(const Tools& tools,
                                         const store::Document& document,
                                         const config::Partner& partner) {
    if (!partner.as2.sign)
        return Error("cem.unsigned",
                     Blame::Operator,
                     "certificates are exchanged in signed messages only, and as2.sign is false")
            .remedy("set as2.sign in the file of partner " + partner.name + ", then release it");
    if (!partner.deliver_by.empty() && partner.deliver_by != "as2")
        return Error("cem.way",
                     Blame::Operator,
                     "certificates are exchanged by AS2, and what we send goes by " +
                         partner.deliver_by)
            .remedy("tell the partner by another way and discard this one");
    auto octets = tools.archive.get(document.payload_ref);
    if (!octets) return std::move(octets).error();
    transports::Parcel parcel;
    parcel.content_type = transports::cem_content_type(*octets);
    parcel.payload = *std::move(octets);
    return parcel;
}

Result<std::string> announce_certificate(const Tools& tools, const CemAnnouncement& announcement) {
    auto agreement = agreement_of(tools, announcement.partner);
    if (!agreement) return std::move(agreement).error();
    if (Status sound = check_announcement(tools, (*agreement)->partner, announcement); !sound)
        return std::move(sound).error();
    CemExchange exchange{.ours = true,
                         .partner = announcement.partner,
                         .id = tools.make_id(),
                         .document = tools.make_id(),
                         .our_name = announcement.our_name,
                         .asked = tools.clock.now(),
                         .respond_by = announcement.respond_by,
                         .items = {},
                         .answer = {}};
    const CertificateName name{
        .issuer = announcement.certificate.issuer,
        .serial = transports::decimal_serial(announcement.certificate.serial)};
    exchange.items.push_back({.fingerprint = announcement.certificate.fingerprint,
                              .uses = announcement.uses,
                              .name = name,
                              .verdict = CemVerdict::Open,
                              .reason = {}});
    const std::string content_id = exchange.id + ".certificate@sallyport";
    auto xml = write_cem_xml(CemRequest{.id = exchange.id,
                                        .sender = exchange.our_name,
                                        .originated = exchange.asked,
                                        .items = {{.uses = announcement.uses,
                                                   .respond_by = announcement.respond_by,
                                                   .response_url = announcement.response_url,
                                                   .certificate = name,
                                                   .content_id = content_id}}});
    if (!xml) return std::move(xml).error();
    auto container =
        transports::write_cem(*xml, {{content_id, announcement.certificate}}, exchange.id);
    if (!container) return std::move(container).error();
    auto payload = tools.archive.put(*container);
    if (!payload) return std::move(payload).error();
    Journal journal;
    CRASH_POINT("announce.commit.before");
    const Status done = tools.store.submit([&](store::Transaction& transaction) {
        return store_announcement(transaction, journal, exchange, announcement, *payload);
    });
    if (!done) return done.error();
    CRASH_POINT("announce.commit.after");
    journal.publish(tools.log, tools.metrics);
    return exchange.document;
}

}  // namespace sallyport::flow

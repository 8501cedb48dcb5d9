// SPDX-License-Identifier: Apache-2.0
#include "gateway/flow/trust.h"

#include "gateway/base/crash_point.h"
#include "gateway/flow/cem.h"
#include "gateway/flow/unknown_signer.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace sallyport::flow {
namespace {

constexpr unsigned MostHeld = 10'000;

// Lower-case ASCII without the kind before the colon, blanks or a domain.
std::string person_of(std::string_view actor) {
    const std::size_t colon = actor.find(':');
    if (colon != std::string_view::npos) actor.remove_prefix(colon + 1);
    actor = actor.substr(0, actor.find('@'));
    std::string name;
    for (const char letter : actor)
        if (letter != ' ' && letter != '\t')
            name += letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    return name;
}

Error wrong_state(const TrustRecord& record, std::string_view wanted) {
    return Error("trust.state",
                 Blame::Operator,
                 "the certificate " + record.certificate.fingerprint + " of " + record.partner +
                     " is " + std::string(to_string(record.state)) + ", so it cannot be " +
                     std::string(wanted))
        .remedy("see: sallyport cert pending --all");
}

Error no_words(std::string what) {
    return Error("trust.words", Blame::Operator, std::move(what));
}

Result<TrustRecord> find(store::Transaction& transaction, const TrustDecision& decision) {
    if (decision.actor.empty() || person_of(decision.actor).empty())
        return no_words("say who decides");
    auto found = trust_record(transaction, decision.partner, decision.fingerprint);
    if (!found) return std::move(found).error();
    if (!*found)
        return Error("trust.missing",
                     Blame::Operator,
                     "nobody presented a certificate " + decision.fingerprint + " for " +
                         decision.partner)
            .remedy("see: sallyport cert pending");
    return **std::move(found);
}

Status tell(store::Transaction& transaction,
            Journal& journal,
            const TrustRecord& record,
            const TrustDecision& decision) {
    return journal.record(transaction,
                          {.actor = decision.actor,
                           .event = "certificate." + std::string(to_string(record.state)),
                           .subject = "certificate:" + record.certificate.fingerprint,
                           .detail = {{"partner", record.partner},
                                      {"sha256", record.certificate.fingerprint},
                                      {"subject", record.certificate.subject},
                                      {"source", record.source},
                                      {"words", decision.words}}},
                          record.state == TrustState::Presented ? Level::Warn : Level::Info);
}

using Act = std::function<Status(store::Transaction&, Journal&, TrustRecord&)>;

// One decision, one unit.
Status decide(const Tools& tools, const TrustDecision& decision, const Act& act) {
    Journal journal;
    CRASH_POINT("trust.commit.before");
    Status done = tools.store.submit([&](store::Transaction& transaction) -> Status {
        auto record = find(transaction, decision);
        if (!record) return std::move(record).error();
        if (Status acted = act(transaction, journal, *record); !acted) return acted;
        if (Status saved = save_trust(transaction, *record); !saved) return saved;
        return tell(transaction, journal, *record, decision);
    });
    CRASH_POINT("trust.commit.after");
    if (done) journal.publish(tools.log, tools.metrics);
    return done;
}

Result<std::vector<store::Message>> held_for(store::Transaction& transaction,
                                             const TrustRecord& record) {
    auto held = transaction.messages({.direction = store::Direction::Inbound,
                                      .state = store::MessageState::Held,
                                      .partner = record.partner,
                                      .limit = MostHeld});
    if (!held) return held;
    // One that carried no certificate is tried as well: its signature says whether this is the one.
    std::erase_if(*held, [&](const store::Message& message) {
        return !waits_for_trust(message) ||
               (!message.signer_fingerprint.empty() &&
                message.signer_fingerprint != record.certificate.fingerprint);
    });
    std::reverse(held->begin(), held->end());  // in the order in which they came
    return held;
}

// How many will be read again.
Result<std::size_t> judge_held_for(store::Transaction& transaction, const TrustRecord& record) {
    auto held = held_for(transaction, record);
    if (!held) return std::move(held).error();
    for (const store::Message& message : *held)
        if (Status added = add_judgement(transaction, message); !added)
            return std::move(added).error();
    return held->size();
}

Status give_up(store::Transaction& transaction, const TrustRecord& record) {
    auto held = held_for(transaction, record);
    if (!held) return std::move(held).error();
    for (const store::Message& message : *held) {
        if (message.signer_fingerprint.empty()) continue;  // another certificate may be its own
        const Error why("trust.rejected",
                        Blame::Partner,
                        "the certificate that signed it was rejected: " + record.ended.words);
        if (Status done = transaction.fail_message(message.id, store::MessageState::Refused, why);
            !done)
            return done;
        auto documents = transaction.documents({.message = message.id, .limit = 10});
        if (!documents) return std::move(documents).error();
        store::DocumentUpdate update;
        update.back_office = store::BackOfficeStatus::Refused;
        update.next = nobody();
        update.next->code = why.code();
        update.next->reason = why.what();
        for (const store::Document& document : *documents)
            if (Status done = transaction.update_document(document.id, update); !done) return done;
    }
    return {};
}

}  // namespace

bool same_person(std::string_view a, std::string_view b) {
    return person_of(a) == person_of(b);
}

bool waits_for_trust(const store::Message& message) {
    return message.state == store::MessageState::Held && message.code == UnknownSignerCode;
}

Status add_judgement(store::Transaction& transaction, const store::Message& message) {
    // A lane of its own for each partner: in the order in which they came, and nothing else waits for one that fails.
    auto job = transaction.add_job({.kind = std::string(step::Judge),
                                    .message = message.id,
                                    .order_key = "judge:" + message.partner});
    if (!job) return std::move(job).error();
    return {};
}

Result<TrustRecord> note_presented(store::Transaction& transaction,
                                   Journal& journal,
                                   TrustRecord record) {
    auto known = trust_record(transaction, record.partner, record.certificate.fingerprint);
    if (!known) return std::move(known).error();
    if (*known) return **std::move(known);
    record.state = TrustState::Presented;
    record.presented = transaction.now();
    if (Status saved = save_trust(transaction, record); !saved) return std::move(saved).error();
    const Status told =
        tell(transaction, journal, record, {.actor = "partner:" + record.partner, .words = {}});
    if (!told) return told.error();
    return record;
}

Status request_trust(const Tools& tools, const TrustDecision& decision) {
    if (decision.words.empty())
        return no_words("say how the fingerprint was checked with the partner, and with whom");
    return decide(
        tools,
        decision,
        [&](store::Transaction& transaction, Journal& /*journal*/, TrustRecord& record) {
            if (record.state == TrustState::Accepted || record.state == TrustState::Requested)
                return Status(wrong_state(record, "asked for again"));
            record.state = TrustState::Requested;
            record.requested = {decision.actor, transaction.now(), decision.words};
            record.confirmed = record.ended = {};
            record.encrypt_from = decision.encrypt_from;
            return Status();
        });
}

Result<std::size_t> confirm_trust(const Tools& tools, const TrustDecision& decision) {
    std::size_t waiting = 0;
    const Status done = decide(
        tools,
        decision,
        [&](store::Transaction& transaction, Journal& /*journal*/, TrustRecord& record) -> Status {
            if (record.state != TrustState::Requested) return wrong_state(record, "confirmed");
            if (same_person(record.requested.actor, decision.actor))
                return Error("trust.same-person",
                             Blame::Operator,
                             record.requested.actor +
                                 " asked for it, so another person must "
                                 "confirm it")
                    .remedy(
                        "have a colleague compare the fingerprint and confirm from an account "
                        "of their own");
            record.state = TrustState::Accepted;
            record.confirmed = {decision.actor, transaction.now(), decision.words};
            auto judged = judge_held_for(transaction, record);
            if (!judged) return std::move(judged).error();
            waiting = *judged;
            return settle_cem(transaction, record);
        });
    if (!done) return done.error();
    return waiting;
}

Status accept_by_agreement(store::Transaction& transaction,
                           Journal& journal,
                           TrustRecord record,
                           const std::string& words) {
    const TrustDecision decision{.partner = record.partner,
                                 .fingerprint = record.certificate.fingerprint,
                                 .actor = "agreement:" + record.partner,
                                 .words = words};
    record.requested = {"partner:" + record.partner, transaction.now(), words};
    record.confirmed = {decision.actor, transaction.now(), "as2.cem = \"trusted-signer\""};
    record.state = TrustState::Accepted;
    if (auto judged = judge_held_for(transaction, record); !judged)
        return std::move(judged).error();
    if (Status saved = save_trust(transaction, record); !saved) return saved;
    return tell(transaction, journal, record, decision);
}

Status reject_trust(const Tools& tools, const TrustDecision& decision) {
    if (decision.words.empty()) return no_words("say why it is rejected");
    return decide(
        tools,
        decision,
        [&](store::Transaction& transaction, Journal& /*journal*/, TrustRecord& record) {
            if (record.state != TrustState::Presented && record.state != TrustState::Requested)
                return Status(wrong_state(record, "rejected"));
            record.state = TrustState::Rejected;
            record.ended = {decision.actor, transaction.now(), decision.words};
            if (Status settled = settle_cem(transaction, record); !settled) return settled;
            return give_up(transaction, record);
        });
}

Status withdraw_trust(const Tools& tools, const TrustDecision& decision) {
    if (decision.words.empty()) return no_words("say why it is withdrawn");
    return decide(tools,
                  decision,
                  [&](store::Transaction& transaction, Journal& /*journal*/, TrustRecord& record) {
                      if (record.state != TrustState::Accepted)
                          return Status(wrong_state(record, "withdrawn"));
                      record.state = TrustState::Withdrawn;
                      record.ended = {decision.actor, transaction.now(), decision.words};
                      return Status();
                  });
}

Status offer_certificate(const Tools& tools, TrustRecord record, const std::string& actor) {
    if (person_of(actor).empty()) return no_words("say who offers it");
    Journal journal;
    const Status done = tools.store.submit([&](store::Transaction& transaction) -> Status {
        auto noted = note_presented(transaction, journal, record);
        if (!noted) return std::move(noted).error();
        return journal.record(transaction,
                              {.actor = actor,
                               .event = "certificate.offered",
                               .subject = "certificate:" + record.certificate.fingerprint,
                               .detail = {{"partner", record.partner},
                                          {"state", std::string(to_string(noted->state))}}});
    });
    if (done) journal.publish(tools.log, tools.metrics);
    return done;
}

}  // namespace sallyport::flow

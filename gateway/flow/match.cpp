// SPDX-License-Identifier: Apache-2.0
// What a partner answers to what we sent, matched by control numbers; never acknowledged. A later answer counts over an
// earlier one; the same answer again changes nothing.
#include "gateway/flow/answers.h"
#include "gateway/flow/reading.h"
#include "gateway/flow/steps.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace sallyport::flow {
namespace {

using store::AckStatus;

constexpr std::size_t FaultsInReason = 5;

// Numbers are compared as such: partners pad them, and leave the padding out.
std::string bare(std::string_view number) {
    const std::size_t digit = number.find_first_not_of('0');
    return std::string(digit == std::string_view::npos ? number : number.substr(digit));
}

// An answer with what has to be stored beside it.
struct Answer {
    Said said;
    std::string faults_ref;                // of the whole
    std::vector<std::string> part_faults;  // as said.parts; empty where a part has none
};

struct Heard {
    store::Document document;  // the answer's own row
    std::vector<Answer> answers;
};

Result<std::string> keep(const Tools& tools, const std::vector<SaidFault>& faults) {
    if (faults.empty()) return std::string();
    return tools.archive.put(said_json(faults).dump());
}

Result<std::vector<Answer>> with_faults_kept(const Tools& tools, std::vector<Said> all) {
    std::vector<Answer> answers;
    for (Said& said : all) {
        Answer answer{.said = std::move(said)};
        auto whole = keep(tools, answer.said.faults);
        if (!whole) return std::move(whole).error();
        answer.faults_ref = *std::move(whole);
        for (const SaidPart& part : answer.said.parts) {
            auto own = keep(tools, part.faults);
            if (!own) return std::move(own).error();
            answer.part_faults.push_back(*std::move(own));
        }
        answers.push_back(std::move(answer));
    }
    return answers;
}

// Our interchange that it speaks about: of this partner, between the same two addresses, the newest that carries the number.
Result<std::optional<store::Document>> subject_of(store::Transaction& transaction,
                                                  const store::Document& answer,
                                                  const Said& said) {
    store::DocumentFilter filter{.direction = store::Direction::Outbound,
                                 .level = store::DocumentLevel::Interchange,
                                 .partner = answer.partner};
    filter.interchange_control = bare(said.interchange);
    filter.group_control = bare(said.group);
    if (filter.interchange_control.empty() && filter.group_control.empty())
        return std::optional<store::Document>();
    auto found = transaction.documents(filter);
    if (!found) return std::move(found).error();
    for (store::Document& one : *found)
        if (one.sender == answer.receiver && one.receiver == answer.sender &&
            one.test == answer.test && one.acknowledges.empty())
            return std::optional<store::Document>(std::move(one));
    return std::optional<store::Document>();
}

// "997:PR:12" in words: what nobody waits for.
std::string name_of(const Said& said) {
    std::string name = said.word;
    if (!said.interchange.empty()) name += " of interchange " + said.interchange;
    if (!said.group.empty()) name += " of group " + said.functional_id + " " + said.group;
    for (const SaidPart& part : said.parts)
        if (said.interchange.empty() && said.group.empty())
            name += " of " + part.set + " " + part.control;
    return name;
}

struct Verdict {
    AckStatus status;
    const std::vector<SaidFault>* faults;
    std::string faults_ref;
};

store::NextMove move_after(const Said& said, const Verdict& verdict, Instant now) {
    if (verdict.status == AckStatus::Accepted) return nobody();
    const bool rejected =
        verdict.status == AckStatus::Rejected || verdict.status == AckStatus::PartlyAccepted;
    std::string reason =
        "the partner's " + said.word + (rejected ? " rejects it" : " accepts it with faults");
    if (!verdict.faults->empty()) reason += ": " + faults_text(*verdict.faults, FaultsInReason);
    reason += rejected
                  ? "; mend the cause, submit the document as a new revision, and tell the partner"
                  : "; mend the map before the partner gets stricter";
    return person_acts(Blame::BackOffice,
                       now,
                       rejected ? "flow.ack.rejected" : "flow.ack.faults",
                       std::move(reason));
}

Status settle(store::Transaction& transaction,
              Journal& journal,
              const store::Document& subject,
              const Said& said,
              const Verdict& verdict) {
    if (subject.status.acknowledgement == verdict.status) return {};  // said before
    store::DocumentUpdate update;
    update.acknowledgement = verdict.status;
    update.next = move_after(said, verdict, transaction.now());
    if (!verdict.faults_ref.empty()) update.faults_ref = verdict.faults_ref;
    if (Status done = transaction.update_document(subject.id, update); !done) return done;
    const bool good = verdict.status == AckStatus::Accepted;
    return journal.record(
        transaction,
        {.actor = {},
         .event = good ? "ack.received" : "ack.rejected",
         .subject = subject.id,
         .detail = {{"by", said.word},
                    {"verdict", std::string(store::to_string(verdict.status))},
                    {"before", std::string(store::to_string(subject.status.acknowledgement))}}},
        good ? Level::Info : Level::Warn);
}

// Of a set that is named: what is said about it; of the others: what is said about the whole.
std::optional<Verdict> verdict_on(const Answer& answer, const store::Document& member) {
    for (std::size_t at = 0; at < answer.said.parts.size(); ++at) {
        const SaidPart& part = answer.said.parts[at];
        const bool same = bare(part.control) == bare(member.transaction_control) &&
                          (part.set.empty() || part.set == member.set);
        // 824 and APERAK may name the interchange or group alone, by whatever number the partner keeps.
        const bool whole =
            part.control.empty() || (answer.said.word == "APERAK" && !same &&
                                     bare(part.control) == member.interchange_control);
        if (same || whole) return Verdict{part.verdict, &part.faults, answer.part_faults[at]};
    }
    if (!answer.said.about_all) return std::nullopt;
    // A group that is accepted in part names what it rejects.
    const AckStatus rest = answer.said.verdict == AckStatus::PartlyAccepted ? AckStatus::Accepted
                                                                            : answer.said.verdict;
    return Verdict{rest, &answer.said.faults, answer.faults_ref};
}

AckStatus status_of_all(const std::vector<AckStatus>& all) {
    const auto count = [&](AckStatus status) {
        return static_cast<std::size_t>(std::count(all.begin(), all.end(), status));
    };
    if (count(AckStatus::Rejected) == all.size()) return AckStatus::Rejected;
    if (count(AckStatus::Rejected) != 0) return AckStatus::PartlyAccepted;
    return count(AckStatus::AcceptedWithFaults) != 0 ? AckStatus::AcceptedWithFaults
                                                     : AckStatus::Accepted;
}

Status settle_family(store::Transaction& transaction,
                     Journal& journal,
                     const store::Document& subject,
                     const Answer& answer) {
    auto family = transaction.documents({.parent = subject.id, .limit = 10'000});
    if (!family) return std::move(family).error();
    std::vector<AckStatus> now;
    bool said_something = false;
    for (const store::Document& member : *family) {
        const auto verdict = verdict_on(answer, member);
        now.push_back(verdict ? verdict->status : member.status.acknowledgement);
        if (!verdict) continue;
        said_something = true;
        if (Status done = settle(transaction, journal, member, answer.said, *verdict); !done)
            return done;
    }
    if (!said_something) return {};
    const bool open = std::any_of(now.begin(), now.end(), [](AckStatus status) {
        return status == AckStatus::Expected || status == AckStatus::Overdue;
    });
    if (open) return {};
    AckStatus whole = answer.said.about_all ? answer.said.verdict : status_of_all(now);
    return settle(transaction,
                  journal,
                  subject,
                  answer.said,
                  {whole, &answer.said.faults, answer.faults_ref});
}

std::string key_of(const Said& said, const store::Document& subject) {
    if (said.expectation == "contrl") return subject.interchange_control;
    return said.functional_id + ":" + subject.group_control;
}

// What waits for this answer; a TA1 that rejects takes with it what would have been acknowledged inside.
Status meet(store::Transaction& transaction,
            const store::Document& document,
            const store::Document& subject,
            const Said& said) {
    if (!said.expectation.empty()) {
        auto met = transaction.meet_expectation(
            said.expectation, document.partner, key_of(said, subject), document.id);
        if (!met) return std::move(met).error();
        return {};
    }
    if (!said.about_all) return {};
    auto waiting = transaction.expectations_of(subject.id);
    if (!waiting) return std::move(waiting).error();
    for (const store::Expectation& one : *waiting) {
        if (one.kind == "mdn" || one.state == store::ExpectationState::Met ||
            one.state == store::ExpectationState::Cancelled)
            continue;
        if (Status done = transaction.cancel_expectation(one.id); !done) return done;
    }
    return {};
}

// True when something of ours was meant.
Result<bool> match_one(store::Transaction& transaction,
                       Journal& journal,
                       const store::Document& document,
                       const Answer& answer) {
    auto subject = subject_of(transaction, document, answer.said);
    if (!subject) return std::move(subject).error();
    if (!*subject) return false;
    if (Status done = meet(transaction, document, **subject, answer.said); !done)
        return std::move(done).error();
    if (Status done = settle_family(transaction, journal, **subject, answer); !done)
        return std::move(done).error();
    store::DocumentUpdate update;
    update.acknowledges = (*subject)->id;
    if (Status done = transaction.update_document(document.id, update); !done)
        return std::move(done).error();
    return true;
}

Status store_matches(store::Transaction& transaction, Journal& journal, const Heard& heard) {
    std::string unmatched;
    for (const Answer& answer : heard.answers) {
        auto matched = match_one(transaction, journal, heard.document, answer);
        if (!matched) return std::move(matched).error();
        if (!*matched) unmatched += (unmatched.empty() ? "" : ", ") + name_of(answer.said);
    }
    store::DocumentUpdate update;
    update.next =
        unmatched.empty()
            ? nobody()
            : person_acts(Blame::BackOffice,
                          transaction.now(),
                          "flow.ack.unmatched",
                          "nothing we sent is meant by this answer: " + unmatched +
                              "; ask the partner, then discard it, or release it to look again");
    if (Status done = transaction.update_document(heard.document.id, update); !done) return done;
    return journal.record(
        transaction,
        {.actor = {},
         .event = unmatched.empty() ? "ack.matched" : "ack.unmatched",
         .subject = heard.document.id,
         .detail = {{"answers", std::to_string(heard.answers.size())}, {"unmatched", unmatched}}},
        unmatched.empty() ? Level::Info : Level::Warn);
}

}  // namespace

Result<Commit> match_acknowledgement(const Tools& tools, const store::Job& job) {
    auto document = load_document(tools.store, job.document);
    if (!document) return std::move(document).error();
    auto reading = read_interchange(tools, document->payload_ref, document->partner);
    if (!reading) return std::move(reading).error();
    auto said = answers_in(reading->document, document->set);
    if (!said) return std::move(said).error();
    auto answers = with_faults_kept(tools, *std::move(said));
    if (!answers) return std::move(answers).error();
    Heard heard{.document = *std::move(document), .answers = *std::move(answers)};
    return Commit([heard = std::move(heard)](store::Transaction& transaction, Journal& journal) {
        return store_matches(transaction, journal, heard);
    });
}

}  // namespace sallyport::flow

// SPDX-License-Identifier: Apache-2.0
// What a partner answers to what we sent, matched by control numbers; never acknowledged. A later answer counts over an
// earlier one; the same answer again changes nothing.
#include "gateway/flow/answer_subject.h"
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

// "997:PR:12" in words: what nobody waits for.
std::string name_of(const Said& said) {
    std::string name = said.word;
    if (!said.interchange.empty()) name += " of interchange " + said.interchange;
    if (!said.group.empty()) name += " of group " + said.functional_id + " " + said.group;
    for (const SaidPart& part : said.parts)
        if (said.interchange.empty() && said.group.empty() && !part.control.empty())
            name += " of " + (part.set.empty() ? std::string("message") : part.set) + " " +
                    part.control;
    for (const SaidName& one : said.names)
        if (said.interchange.empty() && said.group.empty())
            name += ", " + one.qualifier + " " + one.number;
    return name;
}

struct Verdict {
    AckStatus status;
    std::vector<SaidFault> faults;
    std::string faults_ref;
};

constexpr std::string_view RejectedCode = "flow.ack.rejected";  // their translator says no
constexpr std::string_view RefusedCode = "flow.ack.refused";    // their application does

bool is_rejection(AckStatus status) {
    return status == AckStatus::Rejected || status == AckStatus::PartlyAccepted;
}

store::NextMove move_after(const Said& said, const Verdict& verdict, Instant now) {
    if (verdict.status == AckStatus::Accepted) return nobody();
    const bool rejected = is_rejection(verdict.status);
    std::string reason =
        "the partner's " + said.word + (rejected ? " rejects it" : " accepts it with faults");
    if (!verdict.faults.empty()) reason += ": " + faults_text(verdict.faults, FaultsInReason);
    reason += rejected
                  ? "; mend the cause, submit the document as a new revision, and tell the partner"
                  : "; mend the map before the partner gets stricter";
    return person_acts(Blame::BackOffice,
                       now,
                       !rejected         ? "flow.ack.faults"
                       : said.of_content ? RefusedCode
                                         : RejectedCode,
                       std::move(reason));
}

Status note_verdict(store::Transaction& transaction,
                    Journal& journal,
                    const store::Document& subject,
                    const Said& said,
                    AckStatus stands) {
    const AckStatus before = subject.status.acknowledgement;
    return journal.record(transaction,
                          {.actor = {},
                           .event = stands == AckStatus::Accepted ? "ack.received" : "ack.rejected",
                           .subject = subject.id,
                           .detail = {{"by", said.word},
                                      {"verdict", std::string(store::to_string(stands))},
                                      {"before", std::string(store::to_string(before))}}},
                          stands == AckStatus::Accepted ? Level::Info : Level::Warn);
}

// How the document stands afterwards.
Result<AckStatus> settle(store::Transaction& transaction,
                         Journal& journal,
                         const store::Document& subject,
                         const Said& said,
                         const Verdict& verdict) {
    const AckStatus before = subject.status.acknowledgement;
    const bool refused = said.of_content && is_rejection(verdict.status);
    if (before == verdict.status && (!refused || subject.next.code == RefusedCode))
        return before;  // said before
    // That it could be read does not undo that it was refused: the one often comes after the other.
    if (subject.next.code == RefusedCode && !said.of_content && !is_rejection(verdict.status))
        return before;
    store::DocumentUpdate update;
    update.acknowledgement = verdict.status;
    update.next = move_after(said, verdict, transaction.now());
    if (!verdict.faults_ref.empty()) update.faults_ref = verdict.faults_ref;
    if (Status done = transaction.update_document(subject.id, update); !done)
        return std::move(done).error();
    Status noted = note_verdict(transaction, journal, subject, said, verdict.status);
    if (!noted) return std::move(noted).error();
    return verdict.status;
}

// Does the part name this document? A message keeps its number where a network has put it into a group of its own; a group
// nobody knows here is none of ours.
bool is_about(const SaidPart& part, const store::Document& member) {
    const bool numbered = part.control.empty() ||
                          (bare_number(part.control) == bare_number(member.transaction_control) &&
                           (part.set.empty() || part.set == member.set));
    const bool grouped = part.group.empty() ||
                         bare_number(part.group) == bare_number(member.group_control) ||
                         (member.group_control.empty() && !part.control.empty());
    return numbered && grouped;
}

bool is_about_any(const SaidPart& part, const std::vector<store::Document>& members) {
    return std::any_of(members.begin(), members.end(), [&](const store::Document& member) {
        return is_about(part, member);
    });
}

// The part of the answer that names this document; none: it is not named.
std::optional<std::size_t> part_about(const Said& said, const store::Document& member) {
    for (std::size_t at = 0; at < said.parts.size(); ++at)
        if (is_about(said.parts[at], member)) return at;
    return std::nullopt;
}

// A group or interchange that is accepted in part names what it rejects. Where it does not, or names a group we do not
// know, nobody knows who is meant.
bool names_all_it_rejects(const Said& said, const std::vector<store::Document>& members) {
    bool any = false;
    for (const SaidPart& part : said.parts) {
        if (!is_rejection(part.verdict)) continue;
        if (part.control.empty() && !is_about_any(part, members)) return false;
        any = true;
    }
    return any;
}

// Of what the answer does not name: what is said about the whole.
Verdict verdict_on_rest(const Answer& answer, const std::vector<store::Document>& members) {
    const std::size_t sent = members.size();
    Verdict rest{answer.said.verdict, answer.said.faults, answer.faults_ref};
    if (rest.status == AckStatus::PartlyAccepted && names_all_it_rejects(answer.said, members))
        rest.status = AckStatus::Accepted;
    if (rest.status == AckStatus::PartlyAccepted)
        for (const SaidPart& part : answer.said.parts)
            if (part.control.empty() && !is_about_any(part, members))
                rest.faults.insert(rest.faults.end(), part.faults.begin(), part.faults.end());
    if (answer.said.received != 0 && answer.said.received < sent && !is_rejection(rest.status)) {
        rest.status = AckStatus::AcceptedWithFaults;
        rest.faults.push_back(
            {.code = "ak9.count",
             .segment = {},
             .value = {},
             .message = "the partner counted " + std::to_string(answer.said.received) + " of " +
                        std::to_string(sent) + " documents; ask which are missing"});
    }
    return rest;
}

struct Family {
    const store::Document& interchange;
    std::vector<store::Document> members;
    std::string meant;  // the one member that is meant; empty: as the parts name them
};

std::optional<Verdict> verdict_on(const Answer& answer,
                                  const Family& family,
                                  const store::Document& member) {
    const Said& said = answer.said;
    if (!family.meant.empty()) {
        if (member.id != family.meant) return std::nullopt;
        return Verdict{
            said.parts.front().verdict, said.parts.front().faults, answer.part_faults.front()};
    }
    const auto part = part_about(said, member);
    if (part) {
        Verdict named{
            said.parts[*part].verdict, said.parts[*part].faults, answer.part_faults[*part]};
        // What is rejected as a whole is rejected in each part, whatever is said about it.
        if (said.about_all && said.verdict == AckStatus::Rejected && !is_rejection(named.status))
            return Verdict{AckStatus::Rejected, said.faults, answer.faults_ref};
        return named;
    }
    if (!said.about_all) return std::nullopt;
    return verdict_on_rest(answer, family.members);
}

AckStatus status_of_all(const std::vector<AckStatus>& all, const Said& said) {
    const auto count = [&](AckStatus status) {
        return static_cast<std::size_t>(std::count(all.begin(), all.end(), status));
    };
    if (said.about_all && said.verdict == AckStatus::Rejected) return AckStatus::Rejected;
    if (count(AckStatus::Rejected) == all.size()) return AckStatus::Rejected;
    if (count(AckStatus::Rejected) + count(AckStatus::PartlyAccepted) != 0)
        return AckStatus::PartlyAccepted;
    const bool noted = said.about_all && said.verdict == AckStatus::AcceptedWithFaults;
    return noted || count(AckStatus::AcceptedWithFaults) != 0 ? AckStatus::AcceptedWithFaults
                                                              : AckStatus::Accepted;
}

// "855 0009", …: parts that name nothing we sent there.
std::string unknown_parts(const Answer& answer, const Family& family) {
    std::string unknown;
    if (!family.meant.empty()) return unknown;
    for (const SaidPart& part : answer.said.parts) {
        if (part.control.empty() && part.group.empty()) continue;
        if (is_about_any(part, family.members)) continue;
        unknown += (unknown.empty() ? "" : ", ") +
                   (part.control.empty() ? "group " + part.group : part.set + " " + part.control);
    }
    return unknown;
}

Status settle_family(store::Transaction& transaction,
                     Journal& journal,
                     const Family& family,
                     const Answer& answer) {
    std::vector<AckStatus> now;
    bool said_something = false;
    for (const store::Document& member : family.members) {
        now.push_back(member.status.acknowledgement);
        const auto verdict = verdict_on(answer, family, member);
        if (!verdict) continue;
        said_something = true;
        auto stands = settle(transaction, journal, member, answer.said, *verdict);
        if (!stands) return std::move(stands).error();
        now.back() = *stands;
    }
    if (!said_something) return {};
    const bool open = std::any_of(now.begin(), now.end(), [](AckStatus status) {
        return status == AckStatus::Expected || status == AckStatus::Overdue;
    });
    if (open) return {};
    auto whole = settle(transaction,
                        journal,
                        family.interchange,
                        answer.said,
                        {status_of_all(now, answer.said), answer.said.faults, answer.faults_ref});
    if (!whole) return std::move(whole).error();
    return {};
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

// What of the answer is about nothing of ours, in words; empty: all of it is.
Result<std::string> match_one(store::Transaction& transaction,
                              Journal& journal,
                              const store::Document& document,
                              const Answer& answer) {
    auto subject = subject_of(transaction, document, answer.said);
    if (!subject) return std::move(subject).error();
    if (subject->several) return name_of(answer.said) + " (several of ours are called so)";
    if (!subject->interchange) return name_of(answer.said);
    const store::Document& interchange = *subject->interchange;
    if (Status done = meet(transaction, document, interchange, answer.said); !done)
        return std::move(done).error();
    auto members = transaction.documents({.parent = interchange.id, .limit = 10'000});
    if (!members) return std::move(members).error();
    const Family family{interchange, *std::move(members), subject->member};
    if (Status done = settle_family(transaction, journal, family, answer); !done)
        return std::move(done).error();
    store::DocumentUpdate update;
    update.acknowledges = interchange.id;
    if (Status done = transaction.update_document(document.id, update); !done)
        return std::move(done).error();
    std::string unknown = unknown_parts(answer, family);
    if (unknown.empty()) return unknown;
    return answer.said.word + " of " + unknown + ", which is not in interchange " +
           interchange.interchange_control;
}

Status store_matches(store::Transaction& transaction, Journal& journal, const Heard& heard) {
    std::string unmatched;
    for (const Answer& answer : heard.answers) {
        auto matched = match_one(transaction, journal, heard.document, answer);
        if (!matched) return std::move(matched).error();
        if (!matched->empty()) unmatched += (unmatched.empty() ? "" : ", ") + *matched;
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

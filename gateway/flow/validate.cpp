// SPDX-License-Identifier: Apache-2.0
// Interchange to transactions: each judged against its schema, each with a row of its own; the answer owed is put on the
// road together with the documents it speaks about.
#include "gateway/flow/answers.h"
#include "gateway/flow/interchange.h"
#include "gateway/flow/reading.h"
#include "gateway/flow/steps.h"
#include "gateway/flow/xml_document.h"

#include <nlohmann/json.hpp>

#include <optional>
#include <utility>
#include <vector>

namespace sallyport::flow {
namespace {

struct Judged {
    store::Document document;
    std::string lane;
    std::string_view step;  // empty: goes no further
};

store::ContentStatus content_of(char verdict, bool clean) {
    if (verdict == 'R') return store::ContentStatus::Invalid;
    return clean ? store::ContentStatus::Valid : store::ContentStatus::ValidWithFaults;
}

const edi::Fault* first_error(const std::vector<edi::Fault>& faults) {
    for (const edi::Fault& fault : faults)
        if (fault.severity == edi::Severity::Error) return &fault;
    return nullptr;
}

// What the coordinator reads first: the fault that decided, in its own words.
void explain_rejection(store::Document& document,
                       const edi::GroupReport& group,
                       const edi::TransactionReport& transaction) {
    const edi::Fault* fault = first_error(transaction.faults);
    if (fault == nullptr) fault = first_error(group.faults);
    document.status.back_office = store::BackOfficeStatus::Refused;
    document.next.actor = store::Actor::Partner;
    document.next.code = fault == nullptr ? "flow.content.rejected" : std::string(fault->code);
    document.next.reason = fault == nullptr
                               ? "another transaction of its group was rejected"
                               : fault->message + xml_place(*fault) + "; " + fault->remedy;
}

// An answer that is not acknowledged in turn: the partner learns of its faults from a person only.
void explain_invalid_answer(store::Document& document, Instant now) {
    document.status.back_office = store::BackOfficeStatus::NotNeeded;
    document.next = person_acts(Blame::BackOffice,
                                now,
                                "flow.ack.invalid",
                                "the partner's " + document.set +
                                    " is faulty and was not taken: " + document.next.reason +
                                    "; nobody tells the partner, for acknowledgements are not "
                                    "acknowledged; release it to take it as it is");
}

// Documents of one order keep their order, and so do answers about one group or interchange of ours: the later one counts.
std::string lane_of(const store::Document& document, const edi::Transaction& transaction) {
    std::string number = document.business_number;
    for (const edi::Segment& segment : transaction.segments) {
        if (!number.empty()) break;
        if (segment.tag == "AK1")
            number = "ack:" + std::string(segment.text(1)) + ":" + std::string(segment.text(2));
        if (segment.tag == "UCI") number = "ack:" + std::string(segment.text(1));
    }
    return order_lane(document.partner, number.empty() ? document.id : number);
}

struct Place {
    std::size_t group = 0;
    std::size_t transaction = 0;
    std::uint32_t position = 0;
};

Result<Judged> judge(const Tools& tools,
                     const store::Document& parent,
                     const Reading& reading,
                     const Place& place) {
    const edi::Group& group = reading.interchange().groups[place.group];
    const edi::Transaction& transaction = group.transactions[place.transaction];
    const edi::GroupReport& group_report = reading.judged().groups[place.group];
    const edi::TransactionReport& report = group_report.transactions[place.transaction];

    Judged judged;
    store::Document& document = judged.document;
    document = parent;
    document.id = tools.make_id();
    document.parent = parent.id;
    document.level = store::DocumentLevel::Transaction;
    document.set = std::string(transaction.set);
    document.version = std::string(transaction.version);
    document.group_control = std::string(group.control);
    document.transaction_control = std::string(transaction.control);
    document.position = place.position;
    document.business_number = sequence_number(transaction);
    document.next = gateway_acts();
    document.created = {};
    document.updated = {};

    const char verdict = edi::verdict(group_report, report, reading.policy);
    document.status.content = content_of(verdict, report.faults.empty());
    const bool acknowledgement = edi::is_acknowledgement(transaction.set);
    const bool answer = is_answer(transaction.set);
    if (verdict == 'R') explain_rejection(document, group_report, report);
    if (verdict == 'R' && acknowledgement) explain_invalid_answer(document, tools.clock.now());
    if (verdict != 'R') judged.step = answer ? step::Match : step::Map;
    if (acknowledgement) document.status.acknowledgement = store::AckStatus::NotNeeded;
    if (!answer && verdict != 'R') document.status.back_office = store::BackOfficeStatus::Pending;
    judged.lane = lane_of(document, transaction);

    auto payload = tools.archive.put(extract(reading, place.group, place.transaction));
    if (!payload) return std::move(payload).error();
    document.payload_ref = *payload;
    document.faults_ref.clear();
    if (!report.faults.empty()) {
        auto faults = tools.archive.put(faults_json(report.faults).dump());
        if (!faults) return std::move(faults).error();
        document.faults_ref = *faults;
    }
    return judged;
}

bool answer_due(config::AckPolicy policy, const Reading& reading) {
    bool something = false;
    bool clean = true;
    for (const edi::GroupReport& group : reading.judged().groups) {
        if (group.functional_id == "FA") continue;
        clean = clean && group.faults.empty();
        something = something || group.transactions.empty();
        for (const edi::TransactionReport& transaction : group.transactions) {
            if (edi::is_acknowledgement(transaction.set)) continue;
            something = true;
            clean = clean && transaction.faults.empty();
        }
    }
    switch (policy) {
        case config::AckPolicy::Never:
            return false;
        case config::AckPolicy::Always:
            return something;
        case config::AckPolicy::OnFaults:
            return something && !clean;
    }
    return false;
}

// TA1s stand before the groups, in no transaction: they get a row of their own, so that they are matched and seen.
Judged interchange_answers(const Tools& tools, const store::Document& parent) {
    Judged judged;
    judged.document = parent;
    judged.document.id = tools.make_id();
    judged.document.parent = parent.id;
    judged.document.level = store::DocumentLevel::Transaction;
    judged.document.set = "TA1";
    judged.document.status.content = store::ContentStatus::Valid;
    judged.document.status.acknowledgement = store::AckStatus::NotNeeded;
    judged.document.status.back_office = store::BackOfficeStatus::NotNeeded;
    judged.document.next = gateway_acts();
    judged.document.created = {};
    judged.document.updated = {};
    judged.document.faults_ref.clear();
    judged.step = step::Match;
    judged.lane = order_lane(parent.partner, judged.document.id);
    return judged;
}

store::ContentStatus content_of_all(const std::vector<Judged>& all, const Reading& reading) {
    bool any_good = false;
    bool clean = reading.judged().faults.empty();
    for (const Judged& judged : all) {
        const auto content = judged.document.status.content;
        any_good = any_good || content != store::ContentStatus::Invalid;
        clean = clean && content == store::ContentStatus::Valid;
    }
    if (!any_good) return store::ContentStatus::Invalid;
    return clean ? store::ContentStatus::Valid : store::ContentStatus::ValidWithFaults;
}

Status store_judged(store::Transaction& transaction,
                    Journal& journal,
                    const Judged& judged,
                    const store::Job& job) {
    store::Document document = judged.document;
    if (document.next.actor == store::Actor::Partner)
        document.next.due = transaction.now() + PersonActsWithin;
    if (Status added = transaction.add_document(document); !added) return added;
    if (!judged.step.empty()) {
        auto next = transaction.add_job({.kind = std::string(judged.step),
                                         .document = judged.document.id,
                                         .message = job.message,
                                         .order_key = judged.lane,
                                         .rank = job.rank});
        if (!next) return std::move(next).error();
    }
    const bool bad = judged.document.status.content == store::ContentStatus::Invalid;
    return journal.record(
        transaction,
        {.actor = {},
         .event = bad ? "document.rejected" : "document.validated",
         .subject = judged.document.id,
         .detail = {{"set", judged.document.set},
                    {"content", std::string(to_string(judged.document.status.content))},
                    {"code", judged.document.next.code}}},
        bad ? Level::Warn : Level::Info);
}

Result<std::vector<Judged>> judge_all(const Tools& tools,
                                      const store::Document& parent,
                                      const Reading& reading) {
    std::vector<Judged> all;
    Place place;
    const auto& groups = reading.interchange().groups;
    for (place.group = 0; place.group < groups.size(); ++place.group)
        for (place.transaction = 0; place.transaction < groups[place.group].transactions.size();
             ++place.transaction) {
            ++place.position;
            auto judged = judge(tools, parent, reading, place);
            if (!judged) return std::move(judged).error();
            all.push_back(*std::move(judged));
        }
    if (has_ta1(reading.interchange())) all.push_back(interchange_answers(tools, parent));
    return all;
}

}  // namespace

Result<Commit> validate_interchange(const Tools& tools, const store::Job& job) {
    auto parent = load_document(tools.store, job.document);
    if (!parent) return std::move(parent).error();
    auto agreement = agreement_of(tools, parent->partner);
    if (!agreement) return std::move(agreement).error();
    auto reading = read_interchange(tools, parent->payload_ref, parent->partner);
    if (!reading) return std::move(reading).error();

    const config::Partner& partner = (*agreement)->partner;
    const bool owed = answer_due(ack_policy(partner, parent->standard), *reading);
    parent->status.back_office = store::BackOfficeStatus::NotNeeded;
    store::Document pattern = *parent;
    pattern.status.acknowledgement = owed ? store::AckStatus::Owed : store::AckStatus::NotNeeded;
    auto all = judge_all(tools, pattern, *reading);
    if (!all) return std::move(all).error();

    store::DocumentUpdate update;
    update.content = content_of_all(*all, *reading);
    update.back_office = store::BackOfficeStatus::NotNeeded;
    update.acknowledgement = pattern.status.acknowledgement;
    update.next = owed ? gateway_acts() : nobody();
    if (!reading->judged().faults.empty()) {
        auto faults = tools.archive.put(faults_json(reading->judged().faults).dump());
        if (!faults) return std::move(faults).error();
        update.faults_ref = *faults;
    }
    return Commit([all = *std::move(all),
                   update,
                   owed,
                   job,
                   answer_lane = outbound_lane(parent->partner, parent->id)](
                      store::Transaction& transaction, Journal& journal) -> Status {
        if (Status done = transaction.update_document(job.document, update); !done) return done;
        if (owed) {
            auto answer = transaction.add_job({.kind = std::string(step::Acknowledge),
                                               .document = job.document,
                                               .message = job.message,
                                               .order_key = answer_lane});
            if (!answer) return std::move(answer).error();
        }
        for (const Judged& judged : all)
            if (Status done = store_judged(transaction, journal, judged, job); !done) return done;
        return {};
    });
}

}  // namespace sallyport::flow

// SPDX-License-Identifier: Apache-2.0
#include "gateway/flow/answers.h"

#include "gateway/flow/answer_words.h"
#include "parsers/ack.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace sallyport::flow {
namespace {

using store::AckStatus;

AckStatus status_of(char verdict) {
    switch (verdict) {
        case 'A':
            return AckStatus::Accepted;
        case 'E':
            return AckStatus::AcceptedWithFaults;
        case 'P':
            return AckStatus::PartlyAccepted;
        default:
            return AckStatus::Rejected;
    }
}

void add_codes(std::vector<SaidFault>& faults,
               const std::vector<std::string>& codes,
               AnswerList list) {
    for (const std::string& code : codes)
        if (!code.empty())
            faults.push_back({.code = code_name(list, code), .message = words_of(list, code)});
}

std::vector<SaidFault> faults_of(const edi::AckedTransaction& acked) {
    std::vector<SaidFault> faults;
    add_codes(faults, acked.codes, AnswerList::Transaction);
    for (const edi::AckedElement& detail : acked.details) {
        const bool element = detail.element != 0 || !detail.code.empty();
        const AnswerList list = element ? AnswerList::Element : AnswerList::Segment;
        const std::string& code = element ? detail.code : detail.segment_code;
        faults.push_back({.code = code_name(list, code),
                          .segment = detail.segment,
                          .position = detail.segment_position,
                          .element = detail.element,
                          .value = detail.value,
                          .message = words_of(list, code)});
    }
    return faults;
}

Said said_by(const edi::AckedGroup& group, const std::string& word) {
    Said said;
    said.expectation = "997";
    said.word = word;
    said.functional_id = group.functional_id;
    said.group = group.control;
    said.verdict = status_of(group.verdict);
    said.received = group.received;
    add_codes(said.faults, group.codes, AnswerList::Group);
    for (const edi::AckedTransaction& acked : group.transactions)
        said.parts.push_back({.set = acked.set,
                              .control = acked.control,
                              .verdict = status_of(acked.verdict),
                              .faults = faults_of(acked)});
    return said;
}

// 0083: 4 and its like reject; 7 acknowledges; 8 is the receipt only and settles nothing.
AckStatus action_of(char action) {
    return action == '7' || action == '8' ? AckStatus::Accepted : AckStatus::Rejected;
}

Said said_by(const edi::ContrlAnswer& contrl) {
    Said said;
    said.word = "CONTRL";
    said.expectation = contrl.action == '8' && contrl.messages.empty() ? "" : "contrl";
    said.about_all = !said.expectation.empty();
    said.interchange = contrl.control;
    said.verdict = action_of(contrl.action);
    if (!contrl.code.empty()) add_codes(said.faults, {contrl.code}, AnswerList::Edifact);
    // First, for what is rejected as a whole is rejected in each part.
    for (const edi::ContrlGroup& group : contrl.groups) {
        if (action_of(group.action) != AckStatus::Rejected) continue;
        SaidPart& part = said.parts.emplace_back();
        part.group = group.control;
        if (!group.code.empty()) add_codes(part.faults, {group.code}, AnswerList::Edifact);
    }
    std::size_t rejected = said.parts.size();
    for (const edi::ContrlMessage& message : contrl.messages) {
        SaidPart part;
        part.group = message.group;
        part.set = message.type;
        part.control = message.reference;
        part.verdict = action_of(message.action);
        rejected += part.verdict == AckStatus::Rejected ? 1U : 0U;
        if (!message.code.empty()) add_codes(part.faults, {message.code}, AnswerList::Edifact);
        for (const edi::AckedElement& detail : message.details) {
            // A UCS says it of the segment, a UCD below it of an element.
            const std::string& code = detail.code.empty() ? detail.segment_code : detail.code;
            part.faults.push_back({.code = code_name(AnswerList::Edifact, code),
                                   .segment = detail.segment,
                                   .position = detail.segment_position,
                                   .element = detail.element,
                                   .value = detail.value,
                                   .message = words_of(AnswerList::Edifact, code)});
        }
        said.parts.push_back(std::move(part));
    }
    if (rejected != 0 && said.verdict == AckStatus::Accepted)
        said.verdict = AckStatus::PartlyAccepted;
    return said;
}

Said said_by(const edi::AckedInterchange& ta1) {
    Said said;
    said.word = "TA1";
    said.interchange = ta1.control;
    said.verdict = status_of(ta1.verdict);
    said.about_all = said.verdict == AckStatus::Rejected;
    if (ta1.note != "000") add_codes(said.faults, {ta1.note}, AnswerList::Interchange);
    return said;
}

Said said_by(const edi::Advice& advice, const std::string& word) {
    Said said;
    said.word = word;
    said.about_all = false;
    said.of_content = true;
    said.group = advice.group_control;
    for (const edi::AdvisedName& name : advice.names)
        said.names.push_back({name.qualifier, name.number});
    said.verdict = status_of(advice.verdict);
    SaidPart part{.set = advice.set, .control = advice.control, .verdict = said.verdict};
    for (const edi::AdvisedFault& fault : advice.faults)
        part.faults.push_back({.code = word + "." + fault.code,
                               .segment = fault.segment,
                               .position = fault.position,
                               .element = fault.element,
                               .value = fault.value,
                               .message = !fault.text.empty() ? fault.text
                                          : word == "824"
                                              ? words_of(AnswerList::Application, fault.code)
                                              : "application error " + fault.code});
    said.parts.push_back(std::move(part));
    return said;
}

}  // namespace

bool is_answer(std::string_view set) {
    constexpr std::array<std::string_view, 6> Answers{
        {"997", "999", "824", "CONTRL", "APERAK", "TA1"}};
    return std::find(Answers.begin(), Answers.end(), set) != Answers.end();
}

Result<std::vector<Said>> answers_in(const edi::Document& document, const std::string& set) {
    std::vector<Said> all;
    if (set == "TA1") {
        for (const edi::AckedInterchange& ta1 : edi::read_ta1(document))
            all.push_back(said_by(ta1));
    } else if (set == "824" || set == "APERAK") {
        for (const edi::Advice& advice : edi::read_advice(document))
            all.push_back(said_by(advice, set));
    } else if (set == "CONTRL") {
        auto answers = edi::read_contrl(document);
        if (!answers) return std::move(answers).error();
        for (const edi::ContrlAnswer& answer : *answers)
            all.push_back(said_by(answer));
    } else {
        auto groups = edi::read_997(document);
        if (!groups) return std::move(groups).error();
        for (const edi::AckedGroup& group : *groups)
            all.push_back(said_by(group, set));
    }
    return all;
}

std::string faults_text(const std::vector<SaidFault>& faults, std::size_t most) {
    std::string text;
    for (std::size_t at = 0; at < std::min(most, faults.size()); ++at) {
        const SaidFault& fault = faults[at];
        if (at != 0) text += "; ";
        if (!fault.segment.empty()) {
            text += fault.segment;
            if (fault.position != 0) text += " (segment " + std::to_string(fault.position) + ")";
            if (fault.element != 0) text += ", element " + std::to_string(fault.element);
            text += ": ";
        }
        text += fault.message;
        if (!fault.value.empty()) text += ": " + fault.value;
        text += " [" + fault.code + "]";
    }
    if (faults.size() > most) text += "; and " + std::to_string(faults.size() - most) + " more";
    return text;
}

nlohmann::ordered_json said_json(const std::vector<SaidFault>& faults) {
    auto list = nlohmann::ordered_json::array();
    for (const SaidFault& fault : faults) {
        nlohmann::ordered_json row;
        row["code"] = fault.code;
        row["severity"] = "error";
        row["segment"] = fault.segment;
        row["position"] = fault.position;
        if (fault.element != 0) row["element"] = fault.element;
        if (!fault.value.empty()) row["value"] = fault.value;
        row["message"] = fault.message;
        row["remedy"] = "the partner said so";
        list.push_back(std::move(row));
    }
    return list;
}

}  // namespace sallyport::flow

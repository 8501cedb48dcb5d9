// SPDX-License-Identifier: Apache-2.0
#include "gateway/flow/answer_subject.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace sallyport::flow {
namespace {

using store::AckStatus;
using store::Document;

// Sent by us to who answers, production apart from tests, and itself no answer.
bool is_ours(const Document& one, const Document& answer) {
    return one.sender == answer.receiver && one.receiver == answer.sender &&
           one.test == answer.test && one.acknowledges.empty();
}

Result<AnswerSubject> by_control(store::Transaction& transaction,
                                 const Document& answer,
                                 const Said& said) {
    store::DocumentFilter filter{.direction = store::Direction::Outbound,
                                 .level = store::DocumentLevel::Interchange,
                                 .partner = answer.partner};
    filter.interchange_control = bare_number(said.interchange);
    filter.group_control = bare_number(said.group);
    AnswerSubject subject;
    if (filter.interchange_control.empty() && filter.group_control.empty()) return subject;
    auto found = transaction.documents(filter);
    if (!found) return std::move(found).error();
    for (Document& one : *found) {
        if (!is_ours(one, answer)) continue;
        subject.interchange = std::move(one);
        break;
    }
    return subject;
}

// How many of the numbers are this document's. A reference to the message may be any number it went under.
std::size_t called_by(const Document& document, const std::vector<SaidName>& names) {
    return static_cast<std::size_t>(
        std::count_if(names.begin(), names.end(), [&](const SaidName& name) {
            if (name.number == document.own_number || name.number == document.business_number)
                return true;
            const bool of_message = name.qualifier == "ACW" || name.qualifier == "TN";
            return of_message &&
                   (bare_number(name.number) == document.interchange_control ||
                    bare_number(name.number) == bare_number(document.transaction_control));
        }));
}

bool waits(const Document& document) {
    return document.status.acknowledgement == AckStatus::Expected ||
           document.status.acknowledgement == AckStatus::Overdue;
}

// Those that most of the numbers are about; where one still waits, only those that do.
std::vector<Document> most_called(std::vector<Document> all,
                                  const Document& answer,
                                  const Said& said) {
    const std::string set = said.parts.empty() ? std::string() : said.parts.front().set;
    std::erase_if(all, [&](const Document& one) {
        return one.parent.empty() || !is_ours(one, answer) || (!set.empty() && one.set != set);
    });
    std::size_t most = 1;
    for (const Document& one : all)
        most = std::max(most, called_by(one, said.names));
    std::erase_if(all, [&](const Document& one) { return called_by(one, said.names) != most; });
    if (all.size() > 1 && std::any_of(all.begin(), all.end(), waits))
        std::erase_if(all, [](const Document& one) { return !waits(one); });
    return all;
}

Result<AnswerSubject> by_names(store::Transaction& transaction,
                               const Document& answer,
                               const Said& said) {
    auto sent = transaction.documents({.direction = store::Direction::Outbound,
                                       .level = store::DocumentLevel::Transaction,
                                       .partner = answer.partner,
                                       .limit = 10'000});
    if (!sent) return std::move(sent).error();
    const std::vector<Document> called = most_called(*std::move(sent), answer, said);
    AnswerSubject subject;
    if (called.empty()) return subject;
    const bool together = std::all_of(called.begin(), called.end(), [&](const Document& one) {
        return one.parent == called.front().parent;
    });
    subject.several = called.size() > 1;
    // The number of the interchange: all that is in it.
    if (subject.several && together) {
        auto family = transaction.documents({.parent = called.front().parent, .limit = 10'000});
        if (!family) return std::move(family).error();
        subject.several = family->size() != called.size();
    }
    if (subject.several) return subject;
    if (called.size() == 1) subject.member = called.front().id;
    auto interchange = transaction.document(called.front().parent);
    if (!interchange) return std::move(interchange).error();
    subject.interchange = *std::move(interchange);
    return subject;
}

}  // namespace

std::string bare_number(std::string_view number) {
    const std::size_t digit = number.find_first_not_of('0');
    return std::string(digit == std::string_view::npos ? number : number.substr(digit));
}

Result<AnswerSubject> subject_of(store::Transaction& transaction,
                                 const store::Document& answer,
                                 const Said& said) {
    const bool numbered = !said.interchange.empty() || !said.group.empty();
    if (numbered || said.names.empty()) return by_control(transaction, answer, said);
    return by_names(transaction, answer, said);
}

}  // namespace sallyport::flow

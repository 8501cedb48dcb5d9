// SPDX-License-Identifier: Apache-2.0
#include "gateway/odoo/change_judge.h"

#include "gateway/flow/order_change.h"
#include "gateway/odoo/order_changes.h"

#include <algorithm>
#include <map>
#include <utility>

namespace sallyport::odoo {

using flow::ChangeVerdict;

namespace {

constexpr const char* Separator = " | ";

// What the change leaves unsaid stays as Odoo has it, whoever put it there.
Status settle(const JudgeContext& context,
              const Json& said,
              const std::string& code,
              Wanted& wanted) {
    const Standing& now = *wanted.standing;
    ResolvedLine& line = wanted.line;
    if (!said.contains("quantity") && !flow::takes_back(said)) line.quantity = now.quantity;
    if (!said.contains("price") || flow::takes_back(said)) line.price = now.price;
    const auto person = [&](const std::string& what) {
        return held(context.order,
                    "line " + wanted.no + ": " + what,
                    "make the change in Odoo if you agree, then release the document; or "
                    "discard it and tell the buyer");
    };
    if ((code == "quantity_up" && line.quantity < now.quantity) ||
        (code == "quantity_down" && line.quantity > now.quantity))
        return person("it says '" + code + "' with " + plain(line.quantity) + " instead of " +
                      plain(now.quantity));
    if (!context.undecided) {
        if (!flow::takes_back(said) && line.product != now.product)
            return person("another product instead of " + now.name);
        if (!flow::takes_back(said) && line.unit != now.unit) return person("another unit");
        if (line.price != now.price)
            return person("the price " + plain(line.price) + " instead of " + plain(now.price));
    }
    if (flow::takes_back(said)) {
        line.product = now.product;
        line.unit = now.unit;
    }
    const auto differs = [&](const std::string& what, const Decimal& from, const Decimal& to) {
        if (from == to) return;
        wanted.difference +=
            (wanted.difference.empty() ? "" : ", ") + what + plain(from) + " -> " + plain(to);
    };
    differs("", now.quantity, line.quantity);
    differs("price ", now.price, line.price);
    if (line.product != now.product) wanted.difference += " other product";
    if (line.unit != now.unit) wanted.difference += " other unit";
    return {};
}

}  // namespace

Error held(const std::string& order, const std::string& what, const std::string& remedy) {
    return Error("odoo.change.held",
                 Blame::BackOffice,
                 "the change of order " + order + " waits for a person: " + what)
        .remedy(remedy);
}

std::string plain(const Decimal& value) {
    return value.trimmed().to_string();
}

Json lines_of(const Json& document) {
    const auto found = document.find("lines");
    return found != document.end() && found->is_array() ? *found : Json::array();
}

bool has_line(const Json& order, const std::string& no) {
    for (const Json& line : lines_of(order))
        if (text_of(line, "no") == no) return true;
    return false;
}

// What cannot be understood is nobody's to guess.
Status check_change(const std::string& order, const flow::ChangePosting& posting) {
    std::map<std::string, int> uses;
    for (const Json& line : lines_of(posting.order))
        ++uses[text_of(line, "no")];
    for (const Json& line : lines_of(posting.change)) {
        const std::string no = text_of(line, "no");
        if (no.empty() || uses[no] > 1)
            return held(order,
                        no.empty() ? std::string("a line of it has no number")
                                   : "the order has several lines " + no,
                        "make the change in Odoo, then discard the document");
    }
    if (text_of(posting.change, "purpose") != "replace") return {};
    for (const Json& line : lines_of(posting.order))
        if (!line.value("cancelled", false) && !has_line(posting.change, text_of(line, "no")))
            return held(order,
                        "it replaces the order and says nothing of line " + text_of(line, "no"),
                        "ask the buyer whether that line is cancelled; make the change in Odoo, "
                        "then discard the document");
    return {};
}

Result<flow::ChangeVerdict> judge_line(const JudgeContext& context,
                                       const Json& said,
                                       Wanted& wanted) {
    const std::string code = text_of(said, "change");
    const bool known = has_line(context.posting.order, wanted.no);
    const auto refuse = [&](std::string why) {
        return ChangeVerdict{.no = wanted.no, .accepted = false, .reason = std::move(why)};
    };
    if (code == "add" && known && wanted.standing != nullptr && !flow::takes_back(said) &&
        !wanted.standing->quantity.is_zero())
        return refuse("the order has that line already");
    if (known && wanted.standing == nullptr)
        return held(context.order,
                    "line " + wanted.no + " was removed from it in Odoo",
                    "make the change in Odoo, then discard the document");
    if (!known) {
        if (wanted.standing != nullptr) return refuse("the order has that line already");
        wanted.difference =
            "new: " + plain(wanted.line.quantity) + " at " + plain(wanted.line.price);
        return ChangeVerdict{.no = wanted.no, .accepted = true, .reason = {}};
    }
    if (flow::takes_back(said)) wanted.line.quantity = Decimal();
    if (Status fits = settle(context, said, code, wanted); !fits) return std::move(fits).error();
    const Standing& now = *wanted.standing;
    if (wanted.line.quantity < now.delivered)
        return refuse(plain(now.delivered) + " are delivered");
    if (wanted.line.quantity < now.invoiced) return refuse(plain(now.invoiced) + " are invoiced");
    return ChangeVerdict{.no = wanted.no, .accepted = true, .reason = {}};
}

std::string verdicts_text(const std::vector<ChangeVerdict>& verdicts) {
    std::string text;
    for (const ChangeVerdict& one : verdicts) {
        std::string reason = one.reason;
        std::replace(reason.begin(), reason.end(), '|', '/');
        text += (text.empty() ? "" : Separator) + (one.no.empty() ? "*" : one.no) +
                (one.accepted ? " accepted" : " refused: " + reason);
    }
    return text;
}

std::vector<ChangeVerdict> verdicts_in(const std::string& text) {
    std::vector<ChangeVerdict> verdicts;
    const std::string separator = Separator;
    for (std::size_t begin = 0; begin < text.size();) {
        const auto end = std::min(text.find(separator, begin), text.size());
        const std::string one = text.substr(begin, end - begin);
        begin = end + separator.size();
        const auto refused = one.find(" refused: ");
        const auto accepted = one.rfind(" accepted");
        if (refused == std::string::npos && accepted == std::string::npos) continue;
        ChangeVerdict verdict;
        verdict.accepted = refused == std::string::npos;
        verdict.no = one.substr(0, verdict.accepted ? accepted : refused);
        if (verdict.no == "*") verdict.no.clear();
        if (!verdict.accepted) verdict.reason = one.substr(refused + 10);
        verdicts.push_back(std::move(verdict));
    }
    return verdicts;
}

}  // namespace sallyport::odoo

// SPDX-License-Identifier: Apache-2.0
// A change of an order to the back office, and the answer to it. The order in force is kept beside the first one, so that
// what goes out later is compared with what the buyer last asked for.
#include "gateway/base/crash_point.h"
#include "gateway/base/digest.h"
#include "gateway/flow/in_force.h"
#include "gateway/flow/order_change.h"
#include "gateway/flow/outbound.h"
#include "gateway/flow/posting.h"
#include "gateway/flow/split_order.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

namespace sallyport::flow {
namespace {

using nlohmann::ordered_json;

constexpr const char* Early = "flow.change.early";

std::string change_key(const store::Document& document, const ordered_json& change) {
    return business_key(document, "OrderChange") + "|" +
           (document.own_number.empty() ? sha256_hex(change.dump()).substr(0, 16)
                                        : document.own_number);
}

// A later change was made: this one would undo it.
Status check_sequence(const Tools& tools, const store::Document& document) {
    std::int64_t own = 0;
    const auto number = [](const std::string& text, std::int64_t& value) {
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        return error == std::errc() && end == text.data() + text.size();
    };
    if (!number(document.own_number, own)) return {};
    auto others =
        store::read<std::vector<store::Document>>(tools.store, [&](store::Reader& reader) {
            return reader.documents({.direction = store::Direction::Inbound,
                                     .back_office = store::BackOfficeStatus::Posted,
                                     .partner = document.partner,
                                     .business_number = document.business_number,
                                     .limit = 1000});
        });
    if (!others) return std::move(others).error();
    for (const store::Document& other : *others) {
        std::int64_t theirs = 0;
        if (other.kind == "OrderChange" && other.test == document.test &&
            number(other.own_number, theirs) && theirs > own)
            return Error("flow.change.stale",
                         Blame::BackOffice,
                         "change " + document.own_number + " of order " + document.business_number +
                             " came after change " + other.own_number + " was made")
                .remedy(
                    "ask the buyer whether it still counts; make it in Odoo, then discard the "
                    "document");
    }
    return {};
}

// A change keeps the place in its order's lane at which it came: one that came later and found the order here must not be
// made before it.
Result<std::int64_t> post_again(store::Transaction& transaction, const store::Document& change) {
    auto first =
        transaction.jobs({.kind = std::string(step::Post), .document = change.id, .limit = 1});
    if (!first) return std::move(first).error();
    return transaction.add_job({.kind = std::string(step::Post),
                                .document = change.id,
                                .message = change.message,
                                .order_key = order_lane(change.partner, change.business_number),
                                .rank = first->empty() ? 0 : first->front().rank});
}

Commit wait_for_order(const store::Document& document) {
    return [document](store::Transaction& transaction, Journal& journal) -> Status {
        // The order may have been posted since this step looked.
        auto order = transaction.back_office_result(business_key(document, "Order"));
        if (!order) return std::move(order).error();
        auto split = split_before(transaction, business_key(document, "Order"));
        if (!split) return std::move(split).error();
        if (*order || !split->empty()) {
            auto again = post_again(transaction, document);
            return again ? Status() : Status(std::move(again).error());
        }
        store::DocumentUpdate update;
        update.back_office = store::BackOfficeStatus::Held;
        update.next = person_acts(Blame::BackOffice,
                                  transaction.now(),
                                  Early,
                                  "order " + document.business_number +
                                      " is not here yet: the change goes on by itself when it "
                                      "comes; else ask the partner for it, or discard the change");
        if (Status done = transaction.update_document(document.id, update); !done) return done;
        return journal.record(transaction,
                              {.actor = {},
                               .event = "document.held",
                               .subject = document.id,
                               .detail = {{"code", Early}}},
                              Level::Warn);
    };
}

// Which of the orders a change means it does not say.
Status check_not_split(const Tools& tools, const store::Document& document) {
    auto split = store::read<std::string>(tools.store, [&](store::Reader& reader) {
        return split_before(reader, business_key(document, "Order"));
    });
    if (!split) return std::move(split).error();
    if (split->empty()) return {};
    return Error("flow.change.split",
                 Blame::BackOffice,
                 "order " + document.business_number +
                     " was split by store, and this change is for the whole of it")
        .remedy("find its orders with `sallyport thread " + document.business_number +
                "`, make the change in each that it concerns, tell the buyer, then discard this "
                "document");
}

struct Made {
    store::Document document{};
    Changed changed{};
    std::string key{};
    std::string order_address{};  // the order in force after it
    std::int64_t changes = 0;
    Commit answer{};  // empty: none is agreed
};

Status store_made(store::Transaction& transaction, Journal& journal, const Made& made) {
    store::BackOfficeResult result;
    result.business_key = made.key;
    result.document = made.document.id;
    result.system = "odoo";
    result.record = made.changed.order.id;
    result.name = made.changed.order.name;
    result.state = made.changed.order.state;
    result.existed = made.changed.order.existed;
    result.posted = transaction.now();
    if (Status done = transaction.record_back_office(result); !done) return done;
    if (Status done = set_order_in_force(transaction,
                                         made.changed.order.id,
                                         {.address = made.order_address, .changes = made.changes});
        !done)
        return done;
    bool refused = true;
    std::string reasons;
    for (const ChangeVerdict& one : made.changed.verdicts) {
        refused = refused && !one.accepted;
        if (!one.accepted)
            reasons += (reasons.empty() ? "" : "; ") +
                       (one.no.empty() ? std::string() : "line " + one.no + ": ") + one.reason;
    }
    store::DocumentUpdate update;
    update.back_office =
        refused ? store::BackOfficeStatus::Refused : store::BackOfficeStatus::Posted;
    update.next = nobody();
    if (!reasons.empty()) {
        update.next->code = "flow.change.refused";
        update.next->reason = reasons;
    }
    if (Status done = transaction.update_document(made.document.id, update); !done) return done;
    if (made.answer)
        if (Status sent = made.answer(transaction, journal); !sent) return sent;
    return journal.record(transaction,
                          {.actor = {},
                           .event = refused ? "change.refused" : "change.made",
                           .subject = made.document.id,
                           .detail = {{"order", made.changed.order.name},
                                      {"verdicts", verdicts_json(made.changed.verdicts).dump()}}});
}

// The 865, where one is agreed. Without it the order response says it.
Result<Commit> answer_of(const Tools& tools,
                         const Agreement& agreement,
                         const Made& made,
                         const ordered_json& change) {
    if (auto way = agreement.outbound_for("OrderChange", "");
        !way && way.error().code() == "flow.outbound.none")
        return Commit();
    const ordered_json answer =
        answer_to_change(change, made.changed.verdicts, iso8601(tools.clock.now()).substr(0, 10));
    Submission submission;
    submission.source_key = "change/" + made.document.id + "/answer";
    submission.partner = made.document.partner;
    submission.kind = "OrderChange";
    submission.canonical = &answer;
    submission.business_number = made.document.business_number;
    submission.own_number = made.changed.order.name;
    submission.origin = "odoo";
    return prepare_submission(tools, submission);
}

Result<std::variant<Changed, Missing>> ask(const Tools& tools,
                                           const store::Document& document,
                                           const Agreement& agreement,
                                           ChangePosting posting) {
    auto original = original_of(tools, document);
    if (!original) return std::move(original).error();
    posting.original = *std::move(original);
    posting.document = document.id;
    posting.partner = document.partner;
    posting.order_key = business_key(document, "Order");
    posting.customer = agreement.partner.odoo.customer;
    CRASH_POINT("change.before");
    auto answer = tools.back_office.change_order(posting);
    CRASH_POINT("change.after");
    return answer;
}

std::string in_force_name(std::int64_t record) {
    return "order/" + std::to_string(record);
}

}  // namespace

Result<InForce> order_in_force_of(const Tools& tools,
                                  std::int64_t record,
                                  const store::Document& first) {
    auto kept =
        store::read<std::optional<store::Bookmark>>(tools.store, [&](store::Reader& reader) {
            return reader.bookmark("order in force", in_force_name(record));
        });
    if (!kept) return std::move(kept).error();
    if (!*kept) return InForce{.address = first.canonical_ref};
    const auto json = ordered_json::parse((*kept)->value, nullptr, false);
    if (!json.is_object())
        return Error("flow.canonical.damaged", Blame::Bug, "the order in force is no JSON");
    return InForce{.address = json.value("order", ""),
                   .changes = json.value("changes", std::int64_t{0})};
}

Status set_order_in_force(store::Transaction& transaction,
                          std::int64_t record,
                          const InForce& force) {
    const ordered_json kept{{"order", force.address}, {"changes", force.changes}};
    return transaction.set_bookmark("order in force", in_force_name(record), kept.dump());
}

Status wake_early_changes(store::Transaction& transaction, const store::Document& order) {
    auto waiting = transaction.documents({.direction = store::Direction::Inbound,
                                          .back_office = store::BackOfficeStatus::Held,
                                          .partner = order.partner,
                                          .business_number = order.business_number,
                                          .limit = 1000});
    if (!waiting) return std::move(waiting).error();
    std::reverse(waiting->begin(), waiting->end());  // oldest first
    for (const store::Document& change : *waiting) {
        if (change.next.code != Early || change.test != order.test) continue;
        if (auto job = post_again(transaction, change); !job) return std::move(job).error();
        store::DocumentUpdate update;
        update.back_office = store::BackOfficeStatus::Pending;
        update.next = gateway_acts();
        if (Status done = transaction.update_document(change.id, update); !done) return done;
    }
    return {};
}

Result<Commit> post_change(const Tools& tools,
                           const store::Document& document,
                           const Agreement& agreement) {
    auto change = canonical_of(tools, document);
    if (!change) return std::move(change).error();
    auto order = store::read<std::optional<store::BackOfficeResult>>(
        tools.store, [&](store::Reader& reader) {
            return reader.back_office_result(business_key(document, "Order"));
        });
    if (!order) return std::move(order).error();
    if (!*order) {
        if (Status whole = check_not_split(tools, document); !whole)
            return std::move(whole).error();
        return wait_for_order(document);
    }
    if (Status in_turn = check_sequence(tools, document); !in_turn)
        return std::move(in_turn).error();
    auto first = load_document(tools.store, (*order)->document);
    if (!first) return std::move(first).error();
    auto force = order_in_force_of(tools, (*order)->record, *first);
    if (!force) return std::move(force).error();
    auto text = tools.archive.get(force->address);
    if (!text) return std::move(text).error();
    Made made{.document = document};
    made.key = change_key(document, *change);
    ChangePosting posting;
    posting.change_key = made.key;
    posting.record = (*order)->record;
    posting.order = ordered_json::parse(*text, nullptr, false);
    posting.change = *change;
    const ordered_json before = posting.order;
    auto outcome = ask(tools, document, agreement, std::move(posting));
    if (!outcome) return std::move(outcome).error();
    if (const auto* missing = std::get_if<Missing>(&*outcome)) return missing_values(*missing);
    made.changed = std::get<Changed>(*std::move(outcome));
    auto address = tools.archive.put(order_in_force(before, *change, made.changed.verdicts).dump());
    if (!address) return std::move(address).error();
    made.order_address = *std::move(address);
    made.changes = force->changes + 1;
    auto answer = answer_of(tools, agreement, made, *change);
    if (!answer) return std::move(answer).error();
    made.answer = *std::move(answer);
    return Commit([made = std::move(made)](store::Transaction& transaction, Journal& journal) {
        return store_made(transaction, journal, made);
    });
}

}  // namespace sallyport::flow

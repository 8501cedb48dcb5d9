// SPDX-License-Identifier: Apache-2.0
#include "gateway/odoo/order_batch.h"

#include "gateway/odoo/batch_items.h"

#include <algorithm>
#include <set>
#include <utility>

namespace sallyport::odoo {

namespace {

using flow::OrderOutcome;
using flow::OrderPosting;

// The purposes that ask for a new order. A confirmation or a duplicate of one must not become a second one.
Status check_purpose(const OrderPosting& posting) {
    const std::string purpose = text_of(posting.order, "purpose");
    if (purpose.empty() || purpose == "original") return {};
    return Error("odoo.order.purpose",
                 Blame::BackOffice,
                 "order " + text_of(posting.order, "number") + " is a '" + purpose +
                     "', not an original")
        .remedy("handle it by hand in Odoo, then mark the document as done");
}

std::vector<OrderOutcome> post_different(const BatchParts& parts,
                                         std::span<const OrderPosting> postings) {
    std::vector<BatchItem> orders;
    for (const OrderPosting& posting : postings)
        orders.push_back({.posting = &posting,
                          .key = order_key(posting.business_key),
                          .number = text_of(posting.order, "number")});
    BatchItems items;
    for (BatchItem& order : orders) {
        if (Status good = check_purpose(*order.posting); !good) order.fail(std::move(good).error());
        items.push_back(&order);
    }
    Lookups lookups(parts.data);
    find_or_create(parts, lookups, items);
    finish_orders(parts, lookups, items);
    std::vector<OrderOutcome> outcomes;
    for (BatchItem& order : orders)
        outcomes.push_back(*std::move(order.outcome));
    return outcomes;
}

}  // namespace

std::size_t Caution::limit(const std::string& key, std::size_t otherwise) const {
    return m_limits.with([&](const auto& limits) {
        const auto found = limits.find(key);
        return found == limits.end() ? otherwise : std::min(otherwise, found->second);
    });
}

void Caution::learn(const std::vector<std::string>& keys) {
    constexpr std::size_t MostKept = 10'000;
    m_limits.with([&](auto& limits) {
        if (limits.size() > MostKept) limits.clear();
        for (const std::string& key : keys)
            limits[key] = std::max<std::size_t>(1, keys.size() / 2);
    });
}

void Caution::forget(const std::string& key) {
    m_limits.with([&](auto& limits) { limits.erase(key); });
}

std::vector<OrderOutcome> post_batch(const BatchParts& parts,
                                     std::span<const OrderPosting> postings) {
    // The same order twice in one call would be two rows under one external id: the second waits for the first.
    std::set<std::string> seen;
    bool repeated = false;
    for (const OrderPosting& posting : postings)
        repeated = !seen.insert(posting.business_key).second || repeated;
    if (!repeated) return post_different(parts, postings);
    std::vector<OrderOutcome> answers;
    for (const OrderPosting& posting : postings)
        answers.push_back(std::move(post_different(parts, {&posting, 1}).front()));
    return answers;
}

}  // namespace sallyport::odoo

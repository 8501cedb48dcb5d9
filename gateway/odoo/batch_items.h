// SPDX-License-Identifier: Apache-2.0
// The orders of one batch on their way, and how a refused call is narrowed down to those that Odoo means. Internal to
// gateway/odoo. One thread.
#pragma once

#include "gateway/odoo/lookups.h"
#include "gateway/odoo/order_batch.h"
#include "gateway/odoo/order_compare.h"
#include "gateway/odoo/resolve.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace sallyport::odoo {

struct BatchItem {
    const flow::OrderPosting* posting = nullptr;
    std::string key{};
    std::string number{};
    std::int64_t id = 0;
    bool existed = false;
    bool others = false;  // orders of anybody with that number
    std::optional<ResolvedOrder> resolved{};
    OrderHeader header{};
    std::optional<Error> refusal{};  // of the confirmation; the state tells whether it counts
    std::optional<flow::OrderOutcome> outcome{};  // set: nothing more is done with it

    std::size_t lines() const { return resolved ? resolved->lines.size() : 1; }
    // Neither confirmed nor cancelled.
    bool open() const { return header.state == "draft" || header.state == "sent"; }
    void fail(Error error) { outcome = flow::OrderOutcome(std::move(error)); }
};
using BatchItems = std::vector<BatchItem*>;

// Those without an outcome that `wish` is true of.
BatchItems those(const BatchItems& items, const std::function<bool(const BatchItem&)>& wish);

void fail_all(std::span<BatchItem* const> items, const Error& error, const char* step);

// Calls for all; for halves of them when Odoo refuses, so that in the end only those fail that it means. Those that
// failed have their outcome.
void divide(std::span<BatchItem* const> items,
            const char* step,
            const std::function<Status(std::span<BatchItem* const>)>& call);

Result<Json> external_ids_of(Client& client,
                             const std::string& model,
                             std::vector<std::int64_t> ids);

// Finds the orders that are in Odoo, resolves and creates the others (order_create.cpp).
void find_or_create(const BatchParts& parts, Lookups& lookups, const BatchItems& items);
// The master data of all at once; whoever misses something gets the list of it.
void resolve_all(const BatchParts& parts, Lookups& lookups, const BatchItems& items);
// Original, note, comparison, confirmation (order_finish.cpp).
void finish_orders(const BatchParts& parts, Lookups& lookups, const BatchItems& items);

}  // namespace sallyport::odoo

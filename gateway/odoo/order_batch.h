// SPDX-License-Identifier: Apache-2.0
// Orders that came together, in as few calls as Odoo allows: each step of the recipe (orders.h) is one call for all of
// them, each order and line under an external id of its own. An order that Odoo refuses is found by halving and holds up
// no other. Internal to gateway/odoo.
#pragma once

#include "gateway/base/guarded.h"
#include "gateway/flow/back_office.h"
#include "gateway/odoo/client.h"
#include "gateway/odoo/master_data.h"
#include "gateway/odoo/orders.h"

#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <vector>

namespace sallyport::odoo {

// Orders whose creation ended without an answer go in smaller company next time, so that one that kills Odoo's worker
// ends up alone. Kept in memory only: after a restart it is learned again. Thread-safe.
class Caution {
public:
    std::size_t limit(const std::string& key, std::size_t otherwise) const;
    void learn(const std::vector<std::string>& keys);  // they went together
    void forget(const std::string& key);

private:
    Guarded<std::map<std::string, std::size_t>> m_limits;
};

struct BatchParts {
    Client& client;
    MasterData& data;
    const OrdersOptions& options;
    std::function<Result<Json>(const Call&)> patiently;  // repeats what Odoo rolled back
    std::mutex& confirm_lane;  // one at a time: confirmations contend for the same stock rows
    Caution& caution;
};

// The outcome of each, in their sequence. See orders.h for the codes.
std::vector<flow::OrderOutcome> post_batch(const BatchParts& parts,
                                           std::span<const flow::OrderPosting> postings);

}  // namespace sallyport::odoo

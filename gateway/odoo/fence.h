// SPDX-License-Identifier: Apache-2.0
// The second fence: what one flow may say to Odoo at all (model, method, fields), enforced in the client before a byte
// leaves, whatever Odoo's own groups would allow. The first fence is the service account's access rights.
#pragma once

#include "gateway/base/error.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sallyport::odoo {

// One call, in the words of Odoo's parameter names, so that JSON-RPC and JSON-2 can both carry it.
struct Call {
    std::string model;
    std::string method;
    std::optional<std::vector<std::int64_t>> ids;  // absent for methods of the model itself
    nlohmann::ordered_json arguments = nlohmann::ordered_json::object();  // by parameter name
    nlohmann::ordered_json context = nlohmann::ordered_json::object();
};

// Immutable after construction; any thread.
class Fence {
public:
    struct Rule {
        std::string model;
        std::string method;
        std::vector<std::string> fields;  // what may be read, searched, loaded or written
    };

    Fence() = default;  // refuses everything
    explicit Fence(const std::vector<Rule>& rules);
    Fence with(const std::vector<Rule>& more) const;

    // Fields are taken from `fields` and `groupby`, from the leaves of `domain`, from the columns of `load` (without a
    // trailing /id or /.id) and from the keys of `vals`. A read without a list of fields is refused: it would mean "all of them".
    // `load` is refused unless its context asks for create-or-get (mode=update, noupdate) in our own module.
    // Error code odoo.fence (Blame::Bug): the gateway asked for something its own flow must not do.
    Status check(const Call& call) const;

private:
    std::map<std::pair<std::string, std::string>, std::set<std::string>> m_allowed;
};

// What posting an order needs. `partner_fields` are the configured GLN fields, `line_field` the optional custom field
// for the buyer's line number; empty when there is none.
Fence orders_in_fence(const std::vector<std::string>& partner_fields,
                      const std::string& line_field);

}  // namespace sallyport::odoo

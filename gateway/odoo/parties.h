// SPDX-License-Identifier: Apache-2.0
// Addresses of Odoo as parties of our documents. Internal to gateway/odoo.
#pragma once

#include "gateway/odoo/client.h"
#include "gateway/odoo/values.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sallyport::odoo {

class PartyReader {
public:
    // `gln_fields` are those a GLN is looked for in; what this Odoo lacks is left out. `client` outlives it.
    PartyReader(Client& client, std::vector<std::string> gln_fields)
        : m_client(client), m_gln_fields(std::move(gln_fields)) {}

    // Null when there is no such partner. A GLN whose check digit is wrong is left out. Errors are the client's.
    Result<Json> party(std::int64_t partner);
    Result<Json> company(std::int64_t company);
    // The address of the warehouse that receipts of that type go to; null when it has none.
    Result<Json> warehouse_of(std::int64_t picking_type);

private:
    Result<std::string> code_of(const char* model, std::optional<std::int64_t> id);
    Status know_fields();

    Client& m_client;
    std::vector<std::string> m_gln_fields;
    bool m_known = false;
};

std::vector<Fence::Rule> party_rules(const std::vector<std::string>& gln_fields);

}  // namespace sallyport::odoo

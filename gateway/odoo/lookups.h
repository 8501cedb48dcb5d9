// SPDX-License-Identifier: Apache-2.0
// What documents that are posted together ask of Odoo's master data: asked once for all of them, kept as long as this
// object lives. Internal to gateway/odoo. One thread. Errors are those of the client.
#pragma once

#include "gateway/odoo/master_data.h"

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace sallyport::odoo {

// The words of documents that records are looked up by.
struct LookupWords {
    std::set<std::string> refs{};      // of partners
    std::set<std::string> glns{};      // of partners
    std::set<std::string> barcodes{};  // of products and packagings
    std::set<std::string> codes{};     // of products
};

class Lookups {
public:
    // `data` outlives this.
    explicit Lookups(MasterData& data) : m_data(data) {}

    // Ahead of the questions below, in calls of bounded size.
    Status gather(const LookupWords& wanted);

    // As MasterData; asks only for what was not asked before.
    Result<std::vector<Partner>> partners(const std::set<std::string>& refs,
                                          const std::set<std::string>& glns);
    Result<std::vector<Product>> products(const std::set<std::string>& barcodes,
                                          const std::set<std::string>& codes);
    Result<std::vector<Product>> products_by_id(const std::set<std::int64_t>& ids);
    Result<std::vector<Packaging>> packagings(const std::set<std::string>& barcodes);

    MasterData& data() { return m_data; }

private:
    Status ask_partners(const std::set<std::string>& refs, const std::set<std::string>& glns);
    Status ask_products(const std::set<std::string>& barcodes, const std::set<std::string>& codes);
    Status ask_packagings(const std::set<std::string>& barcodes);
    void keep(std::vector<Product> products);

    MasterData& m_data;
    LookupWords m_asked;             // partners and products
    std::set<std::string> m_packed;  // barcodes asked for as packagings
    std::vector<Partner> m_partners;
    std::vector<Product> m_products;
    std::vector<Packaging> m_packagings;
};

}  // namespace sallyport::odoo

// SPDX-License-Identifier: Apache-2.0
// What the gateway looks up in Odoo before it posts, each look-up one call for a whole document, the slow-moving part
// kept for a while. Internal to gateway/odoo. Thread-safe. Errors are those of the client.
#pragma once

#include "gateway/base/clock.h"
#include "gateway/base/guarded.h"
#include "gateway/odoo/client.h"
#include "gateway/odoo/values.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace sallyport::odoo {

struct Partner {
    std::int64_t id = 0;
    std::int64_t commercial = 0;  // the company it belongs to; its own id for a company
    std::string name;
    std::string ref;
    std::set<std::string> glns;
    std::optional<std::int64_t> pricelist;
};

struct Product {
    std::int64_t id = 0;
    std::string name;
    std::string code;
    std::string barcode;
    std::int64_t unit = 0;
    bool sold = true;
};

struct Packaging {
    std::string barcode;
    std::int64_t product = 0;
    std::int64_t unit = 0;
    Decimal quantity;
};

struct Unit {
    std::int64_t id = 0;
    std::string name;
    std::int64_t category = 0;
};

// What this database has, and how many decimal places it keeps.
struct Model {
    std::vector<std::string> gln_fields;
    bool line_field = false;
    bool locked = false;  // orders have it; before Odoo 17 a locked order is in state "done"
    int price_places = 2;
    int quantity_places = 2;
};

class MasterData {
public:
    MasterData(Client& client,
               std::vector<std::string> gln_fields,
               std::string line_field,
               std::chrono::minutes cache_age,
               const Clock& clock);

    Result<Model> model();
    // Those whose ref or GLN is among the values, archived ones left out.
    Result<std::vector<Partner>> partners(const std::set<std::string>& refs,
                                          const std::set<std::string>& glns);
    Result<std::vector<Product>> products(const std::set<std::string>& barcodes,
                                          const std::set<std::string>& codes);
    Result<std::vector<Product>> products_by_id(const std::set<std::int64_t>& ids);
    Result<std::vector<Packaging>> packagings(const std::set<std::string>& barcodes);
    // By external id ("uom.product_uom_unit"); nothing when Odoo does not know it.
    Result<std::optional<std::int64_t>> unit_by_external_id(const std::string& external_id);
    Result<std::map<std::int64_t, Unit>> units(const std::set<std::int64_t>& ids);
    // ISO code of a price list's currency, or of the account's company when there is no price list; empty when that
    // cannot be told.
    Result<std::string> currency(std::optional<std::int64_t> pricelist);
    // The record behind one of our external ids: nothing, or its id; 0 when it exists and this account may not see it.
    Result<std::optional<std::int64_t>> by_external_id(const std::string& module,
                                                       const std::string& name);

private:
    template <typename T>
    struct Kept {
        T value{};
        std::chrono::steady_clock::time_point since{};
    };
    struct Cache {
        std::optional<Kept<Model>> model;
        std::map<std::string, Kept<std::int64_t>> unit_ids;
        std::map<std::int64_t, Kept<Unit>> units;
        std::map<std::int64_t, Kept<std::string>> currencies;  // by price list, 0 for the company
    };
    bool fresh(std::chrono::steady_clock::time_point since) const;
    Result<std::vector<Product>> search_products(Json domain);
    Result<Json> search(const std::string& model, Json domain, std::vector<std::string> fields);

    Client& m_client;
    std::vector<std::string> m_gln_fields;
    std::string m_line_field;
    std::chrono::minutes m_cache_age;
    const Clock& m_clock;
    Guarded<Cache> m_cache;
};

}  // namespace sallyport::odoo

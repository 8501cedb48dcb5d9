// SPDX-License-Identifier: Apache-2.0
// The buyer's order beside what stands for it in Odoo: line by line, and quantities and prices in the buyer's own units.
// Internal to gateway/odoo.
#pragma once

#include "gateway/base/decimal.h"
#include "gateway/odoo/books.h"
#include "gateway/odoo/client.h"
#include "gateway/odoo/master_data.h"
#include "gateway/odoo/resolve.h"
#include "gateway/odoo/watch.h"

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace sallyport::odoo {

// What a document says, before its revision is known.
struct Draft {
    KnownOrder known{};
    std::string kind{};
    std::string own_number{};
    std::string matters{};  // what makes a new revision when it differs
    Json canonical{};
    bool as_asked = false;  // nothing in it differs from what the buyer last asked for
};

struct EchoLine {
    Json said{};              // the canonical line
    std::int64_t record = 0;  // sale.order.line; 0: it is gone
    ResolvedLine meant{};     // product, unit, quantity and price as it was posted
};

struct Measure {
    Decimal value{};
    std::string unit{};  // canonical
    bool said = true;    // in the unit of the order; else in that of Odoo's line
};

class Echo {
public:
    KnownOrder known{};
    std::vector<EchoLine> lines{};
    std::map<std::int64_t, Decimal> sizes{};      // of units: pieces of their category's reference
    std::map<std::int64_t, std::string> words{};  // canonical names of units

    const EchoLine* of(std::int64_t sale_line) const;
    // `quantity` of `unit` as the buyer counts it. Error codes odoo.echo.unit, decimal.*.
    Result<Measure> measure(const EchoLine& line, const Decimal& quantity, std::int64_t unit) const;
    // A price per `unit` in the terms of the order's price; per piece where the measure is.
    Result<Decimal> price(const EchoLine& line,
                          const Decimal& price,
                          std::int64_t unit,
                          const Measure& measure) const;
    Result<Decimal> size(std::int64_t unit) const;
    // Copies references and parties of the order into a document.
    void repeat(Json& document, std::initializer_list<const char*> fields) const;
};

class EchoReader {
public:
    // All outlive it.
    EchoReader(Client& client, Books& books, const OrdersOptions& options, const Clock& clock);

    // Absent: no order of EDI. `units` are those of Odoo's records besides the order's own. Error codes odoo.echo.missing,
    // odoo.echo.line, those of client and books.
    Result<std::optional<Echo>> read(std::int64_t sale_order,
                                     const std::vector<std::int64_t>& sale_lines,
                                     std::set<std::int64_t> units);

private:
    Status read_units(Echo& echo, std::set<std::int64_t> units);

    Client& m_client;
    Books& m_books;
    const OrdersOptions& m_options;
    MasterData m_data;
};

// search_read of everything the domain has, in the order of ids.
Result<Json> read_all(Client& client,
                      const std::string& model,
                      Json domain,
                      std::vector<std::string> fields);
Result<Json> read_external_ids(Client& client,
                               const std::string& model,
                               const std::vector<std::int64_t>& ids);
std::vector<std::int64_t> ids_of(const Json& records);
Json leaf(const char* field, const char* op, Json value);

// price_unit after the discount, which both are in the record.
Result<Decimal> net_price(const Json& record);

// The canonical word for an external id of a unit; empty when there is none.
std::string unit_word(const std::string& external_id, const OrdersOptions& options);

// The three documents. Absent: not ours, or nothing to say yet. `wait` is set when it must be looked at again.
Result<std::optional<Draft>> draft_response(Client& client, EchoReader& echo, std::int64_t order);
struct ShipmentRules {
    const std::map<std::string, std::string>& carriers;
    const std::string& package_field;
    const std::string& sscc_prefix;
    std::chrono::seconds tracking_wait;
    Instant now;
    Books& books;
};
Result<std::optional<Draft>> draft_ship_notice(
    Client& client, EchoReader& echo, const ShipmentRules& rules, std::int64_t picking, bool& wait);
Result<std::optional<Draft>> draft_invoice(Client& client, EchoReader& echo, std::int64_t move);

}  // namespace sallyport::odoo

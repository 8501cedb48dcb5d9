// SPDX-License-Identifier: Apache-2.0
// A purchase order of ours as a vendor's documents speak of it: lines by number, item and unit. Internal to gateway/odoo.
//
// The number of a line is its place among the order's lines in the order they were made: lines of a confirmed purchase
// order cannot be deleted, so it stays what it is, and it needs no field of its own.
#pragma once

#include "gateway/base/decimal.h"
#include "gateway/flow/back_office.h"
#include "gateway/odoo/client.h"
#include "gateway/odoo/orders.h"
#include "gateway/odoo/values.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sallyport::odoo {

struct PurchaseLine {
    std::int64_t id = 0;
    std::string no{};  // "1"
    std::int64_t product = 0;
    std::string description{};  // as Odoo writes it for the vendor
    std::string code{};         // our reference
    std::string barcode{};
    std::string vendor_code{};
    std::int64_t unit = 0;
    Decimal quantity{};
    Decimal price{};  // after the discount, per unit of the line
    bool discounted = false;
    Decimal received{};
    Decimal invoiced{};
    std::string planned{};  // UTC, "2026-12-20 12:00:00"; may be empty
};

struct PurchaseOrder {
    std::int64_t id = 0;
    std::string name{};
    std::string state{};
    std::int64_t vendor = 0;      // as the order names it; perhaps a contact of the company
    std::int64_t commercial = 0;  // the company
    std::string vendor_ref{};     // the company's
    std::string currency{};
    std::string confirmed{};  // UTC
    std::string planned{};
    std::int64_t company = 0;
    std::int64_t buyer = 0;  // res.users; 0: nobody
    std::int64_t picking_type = 0;
    std::int64_t drop_to = 0;  // the address goods go to when they do not come to us
    std::vector<PurchaseLine> lines{};

    const PurchaseLine* line_of(std::int64_t id) const;
    const PurchaseLine* line_no(const std::string& no) const;
};

// Units of Odoo by the words of our documents. Of one database, read for one document.
class UnitTable {
public:
    // `partner` is the agreement whose words come first. Errors are the client's.
    static Result<UnitTable> read(Client& client,
                                  const OrdersOptions& options,
                                  const std::string& partner);
    std::string word(std::int64_t unit) const;  // empty: it has none
    // How many of `unit` a quantity in `word` is. Nothing: no such unit, or one of another category.
    std::optional<Decimal> quantity_in(const Decimal& quantity,
                                       const std::string& word,
                                       std::int64_t unit) const;
    // A price per `word` as one per `unit`.
    std::optional<Decimal> price_in(const Decimal& price,
                                    const std::string& word,
                                    std::int64_t unit) const;

private:
    struct Unit {
        std::int64_t category = 0;
        Decimal size{};  // pieces of the category's reference
        std::string external_id{};
    };
    const Unit* meant(const std::string& word) const;

    std::map<std::int64_t, Unit> m_units{};
    std::map<std::string, std::string> m_own{};  // words of agreement and gateway to external ids
    OrdersOptions m_options{};
};

class PurchaseReader {
public:
    // `client` outlives it.
    explicit PurchaseReader(Client& client) : m_client(client) {}

    // Absent: no such record. Errors are the client's.
    Result<std::optional<PurchaseOrder>> by_id(std::int64_t id);
    // The one a vendor's document names. Error codes (BackOffice): odoo.purchase.unknown, odoo.purchase.state.
    Result<PurchaseOrder> by_number(const std::string& number, const std::string& vendor_ref);

private:
    Result<std::optional<PurchaseOrder>> read(Json domain);
    Status read_vendor(PurchaseOrder& order);
    Status read_lines(PurchaseOrder& order);
    Status read_items(PurchaseOrder& order);

    Client& m_client;
};

// Which line a line of a vendor's document is about. Error code odoo.purchase.line (BackOffice): none, more than one, or
// one whose item is another.
Result<const PurchaseLine*> line_meant(const PurchaseOrder& order,
                                       const std::string& no,
                                       const Json& item);

// The price of a line of a document, per one of its unit: price_per and price_basis taken into account.
Result<Decimal> price_said(const Json& line);

// What reading orders and units asks of Odoo.
std::vector<Fence::Rule> purchase_rules();

}  // namespace sallyport::odoo

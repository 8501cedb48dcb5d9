// SPDX-License-Identifier: Apache-2.0
// From records of Odoo to documents for partners: the answer to an order when it is confirmed, changed or cancelled; the
// ship notice when a delivery is done; the invoice or credit note when it is posted. Only for orders that came in by EDI,
// whose line numbers and references are echoed.
//
// Exactly once per revision: what matters to the partner is hashed; a new hash is a new revision, which is written down
// with its document before it is submitted under the key "odoo/<database>/<model>/<id>/<kind>/<revision>". After a crash the
// same document goes out under the same key, whatever became of the record meanwhile; then the record is looked at anew.
// The invoice is the exception: a posted one that changed after it was sent is never sent again by itself; it is
// odoo.invoice.changed, for a person.
//
// Error codes (BackOffice unless said otherwise): odoo.echo.line, odoo.echo.unit, odoo.echo.missing, odoo.invoice.totals,
// odoo.invoice.changed, odoo.sscc.prefix, odoo.sscc.exhausted (Operator), and those of client and books.
#pragma once

#include "gateway/base/clock.h"
#include "gateway/odoo/books.h"
#include "gateway/odoo/client.h"
#include "gateway/odoo/orders.h"
#include "gateway/odoo/watch.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace sallyport::odoo {

struct OutgoingOptions {
    std::string database{};
    OrdersOptions orders{};  // as the orders were posted with: item tables and units
    // A delivery with a carrier and without a tracking number waits so long after it was done.
    std::chrono::seconds tracking_wait{600};
    // Extension digit and GS1 company prefix, 8 to 11 digits; the rest of the 17 is a running number. Empty: packages
    // whose name is no SSCC go out without one.
    std::string sscc_prefix{};
    std::map<std::string, std::string> carriers{};  // name in Odoo to SCAC
    std::string package_field{"x_sscc"};            // field of packages that may hold an SSCC
};

// Each flow with the client of its own account; null: that document is not made.
struct OutgoingClients {
    Client* responses = nullptr;
    Client* shipments = nullptr;
    Client* invoices = nullptr;
};

// Thread-safe, as far as one record is not examined twice at once.
class Outgoing {
public:
    Outgoing(Books& books, OutgoingClients clients, OutgoingOptions options, const Clock& clock);
    ~Outgoing();

    Result<Examined> order(std::int64_t sale_order);
    Result<Examined> picking(std::int64_t stock_picking);
    Result<Examined> invoice(std::int64_t account_move);

    void use(OutgoingOptions options);

private:
    class Impl;
    std::unique_ptr<Impl> m_impl;
};

// What each account may say.
Fence responses_out_fence(const OrdersOptions& options);
Fence shipments_out_fence(const OrdersOptions& options, const std::string& package_field);
Fence invoices_out_fence(const OrdersOptions& options);
Fence watcher_fence();

// What is watched.
WatchedModel watched_orders();
WatchedModel watched_pickings();
WatchedModel watched_move_lines();  // a done quantity that was edited does not touch its picking
WatchedModel watched_invoices();

// The serial shipping container code for a running number: 17 digits of prefix and number, and the check digit.
// Error codes odoo.sscc.prefix, odoo.sscc.exhausted.
Result<std::string> make_sscc(const std::string& prefix, std::int64_t number);
// 18 digits with the right check digit, perhaps after "00" or "(00)"; else empty.
std::string sscc_in(const std::string& text);
// 13 digits with the right check digit; else empty.
std::string gln_in(const std::string& text);

}  // namespace sallyport::odoo

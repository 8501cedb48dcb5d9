// SPDX-License-Identifier: Apache-2.0
// What vendors and customers send about our orders and invoices, on the records it is about: a vendor's answer on our
// purchase order, its ship notice on the receipt we expect, its invoice as a draft bill, a customer's remittance advice on
// our invoices. Nothing is confirmed, received, posted or paid: that stays with people.
//
// Exactly once: a bill has an external id of its own (create-or-get); an answer and a ship notice are one write together
// with the note that names them, and the note is looked for first; notes, tasks and attachments have external ids. Every
// step may be repeated after any crash or lost reply.
//
// Error codes (BackOffice unless said otherwise): odoo.purchase.*, odoo.answer.held, odoo.receipt.none, odoo.shipment.held,
// odoo.bill.held, odoo.bill.duplicate, odoo.remittance.unknown, odoo.flow.off (Operator), and those of client and load.
#pragma once

#include "gateway/flow/back_office.h"
#include "gateway/odoo/client.h"
#include "gateway/odoo/orders.h"
#include "gateway/odoo/record_notes.h"
#include "gateway/odoo/values.h"

#include <functional>
#include <memory>
#include <string>
#include <variant>

namespace sallyport::odoo {

// Each flow with the client of its own account; null: that document is not taken.
struct VendorClients {
    Client* answers = nullptr;
    Client* ship_notices = nullptr;
    Client* bills = nullptr;
    Client* remittances = nullptr;
};

// What the outgoing flows remember, by the same names (books.h).
struct Memory {
    std::function<Result<std::string>(const std::string& name)> recall{};
    std::function<Status(const std::string& name, const std::string& value)> remember{};
};

// Thread-safe.
class VendorDocuments {
public:
    using Answer = Result<std::variant<flow::Noted, flow::Missing>>;

    // The clients outlive it. `pause` waits between the tries of a busy call.
    VendorDocuments(VendorClients clients, OrdersOptions options, Memory memory, Pause pause);
    ~VendorDocuments();

    Answer post(const flow::DocumentPosting& posting);
    void use(OrdersOptions options);

private:
    class Impl;
    std::unique_ptr<Impl> m_impl;
};

// What each account may say.
Fence purchase_in_fence();
Fence ship_notices_in_fence();
Fence bills_in_fence();
Fence remittances_in_fence();

}  // namespace sallyport::odoo

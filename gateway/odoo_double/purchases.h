// SPDX-License-Identifier: Apache-2.0
// What Odoo does on the buy side, as far as its flows see it: orders with receipts, receiving with lots and backorders,
// draft bills with their taxes. Internal to gateway/odoo_double.
#pragma once

#include "gateway/odoo_double/env.h"

#include <string>

namespace sallyport::odoo_double {

class Purchases {
public:
    explicit Purchases(Env& env) : m_env(env) {}

    // After defaults, before the record is written; other models are left as they are.
    void before_create(const std::string& model, Json& values);
    void after_create(const std::string& model, Id id);
    void after_write(const std::string& model, Id id);

    void confirm(Id order);
    void cancel(Id order);
    bool is_receipt(Id picking) const;
    // A question that changes nothing, unless the context forbids it.
    Json receive(Id picking);
    void post(Id bill);
    // Makes a posted payment that settles this line of a posted bill.
    Id pay(Id line);

private:
    void order_line(Json& values);
    void expect(Id picking, Id line, double quantity);
    void raise(Id move, double more);
    Json packaging_of(Id line) const;
    Json owed(const Json& bills) const;
    void follow_order_line(Id line);
    void total_order(Id order);
    void total_bill(Id move);
    void count_billed(Id line);
    Id add(const std::string& model, Json values);

    Env& m_env;
};

}  // namespace sallyport::odoo_double

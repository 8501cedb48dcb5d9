// SPDX-License-Identifier: Apache-2.0
// What Odoo does with stock and invoices, as far as the outgoing flows see it: reservation by lots, validation with a
// backorder, invoices of what was delivered, credit notes. Internal to gateway/odoo_double.
#pragma once

#include "gateway/odoo_double/env.h"

namespace sallyport::odoo_double {

constexpr Id CustomerLocation = 5;

class Deliveries {
public:
    explicit Deliveries(Env& env) : m_env(env) {}
    void reserve(Id move);  // its move lines follow its quantity and the stock there is
    void release(Id picking);
    // A question that changes nothing, unless the context forbids it.
    Json validate(Id picking);

private:
    struct Shipped {
        Id move = 0;
        double wanted = 0.0;
        double done = 0.0;
    };
    void drop_lines(Id move);
    void take_from_stock(Id line);
    std::vector<Shipped> shipped(Id picking);
    void back_order(Id picking, const std::vector<Shipped>& all);

    Env& m_env;
};

class Invoices {
public:
    explicit Invoices(Env& env) : m_env(env) {}
    void invoice(Id order);
    void post(Id move);
    void draft(Id move);
    Id credit(Id move);

private:
    void add_line(Id move, Json values);
    void total(Id move, double sign);

    Env& m_env;
};

}  // namespace sallyport::odoo_double

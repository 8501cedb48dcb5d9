// SPDX-License-Identifier: Apache-2.0
// What Odoo computes on sales orders: defaults from the customer, prices from the price list, amounts, confirmation.
// Internal to gateway/odoo_double.
#pragma once

#include "gateway/odoo_double/env.h"

#include <string>

namespace sallyport::odoo_double {

class SaleOrders {
public:
    explicit SaleOrders(Env& env) : m_env(env) {}

    void before_create(Json& values);
    void after_create(Id order);
    void before_create_line(Json& values);
    void before_write_line(Id line, Json& values);
    void recompute_line(Id line);
    void recompute(Id order);
    void before_unlink(Id order);
    void before_unlink_line(Id line);
    void confirm(Id order);
    void cancel(Id order);
    void deliver(Id order, Id line);

private:
    Json get(const std::string& model, Id id, const std::string& field) const {
        return m_env.value(model, id, field);
    }
    double list_price(const Json& order_pricelist, Id product, Id unit) const;
    double in_product_unit(Id product, Id unit, double quantity) const;
    Json packaging(Id product, Id unit, double quantity) const;

    Env& m_env;
};

}  // namespace sallyport::odoo_double

// SPDX-License-Identifier: Apache-2.0
// Odoo's ORM as far as the gateway needs it, for one call of one account in one transaction. Internal.
#pragma once

#include "gateway/odoo_double/odoo_double.h"
#include "gateway/odoo_double/raised.h"
#include "gateway/odoo_double/records.h"
#include "gateway/odoo_double/schema.h"

#include <string>
#include <vector>

namespace sallyport::odoo_double {

// Throws Raised. The caller holds the lock and ends the transaction.
class Env {
public:
    Env(const Schema& schema,
        Records& records,
        const Account& account,
        Json context,
        std::string now)
        : m_schema(schema),
          m_records(records),
          m_account(account),
          m_context(std::move(context)),
          m_now(std::move(now)) {}

    const ModelSchema& model(const std::string& name) const;  // "Object x doesn't exist"
    const FieldSchema& field(const ModelSchema& model, const std::string& name) const;
    bool may(const std::string& model, char operation) const;  // 'r', 'w', 'c', 'u'
    void require(const std::string& model, char operation) const;

    // env_read.cpp
    std::vector<Id> search(const std::string& model, const Json& domain, const Json& options) const;
    Json read(const std::string& model,
              const std::vector<Id>& ids,
              std::vector<std::string> fields) const;
    Json fields_get(const std::string& model, const Json& names, const Json& attributes) const;
    Json get_external_id(const std::string& model, const std::vector<Id>& ids) const;
    std::string display_name(const std::string& model, Id id) const;
    Json value(const std::string& model,
               Id id,
               const std::string& field) const;  // as stored or computed; ids for relations

    // env_write.cpp
    Id create(const std::string& model, Json values);
    void write(const std::string& model, const std::vector<Id>& ids, const Json& values);
    void unlink(const std::string& model, const std::vector<Id>& ids);
    void store_external_id(const std::string& module,
                           const std::string& name,
                           const std::string& model,
                           Id id,
                           bool noupdate);

    // load.cpp
    Json load(const std::string& model, const Json& columns, const Json& rows);

    // sale_order.cpp
    Json action_confirm(const std::vector<Id>& ids);
    Json action_cancel(const std::vector<Id>& ids);
    Json message_post(const std::string& model, const std::vector<Id>& ids, const Json& arguments);
    // deliveries.cpp, invoices.cpp
    Json button_validate(const std::vector<Id>& ids);
    Json create_invoices();
    Json action_post(const std::vector<Id>& ids);
    Json button_draft(const std::vector<Id>& ids);
    Json refund_moves(const std::vector<Id>& ids);

    // purchases.cpp
    Json button_confirm(const std::vector<Id>& ids);
    Json button_cancel(const std::vector<Id>& ids);
    Json action_create_payments(const std::vector<Id>& wizards);

    Json address_get(const std::vector<Id>& ids, const Json& kinds) const;

    Records& records() { return m_records; }
    const Account& account() const { return m_account; }
    const Json& context() const { return m_context; }
    const std::string& now() const { return m_now; }

private:
    friend class SaleOrders;
    friend class Deliveries;
    friend class Invoices;
    friend class Purchases;
    bool matches(const std::string& model, Id id, const Json& domain) const;
    void check_leaf(const std::string& name, const Json& leaf) const;
    bool leaf_matches(const std::string& model, Id id, const Json& leaf) const;
    Json path_values(const std::string& model, Id id, const std::string& path) const;
    bool is_child_of(const std::string& model, Id id, const Json& ancestors) const;
    Json presented(const FieldSchema& field, const Json& value) const;
    Json checked(const ModelSchema& model, const FieldSchema& field, const Json& value) const;
    void check_exists(const std::string& model, Id id) const;
    void check_document(const std::string& model, const Json& values) const;
    void set(const std::string& model, Id id, const Json& values);
    void apply_commands(const FieldSchema& field, Id owner, const Json& commands);
    void defaults(const std::string& model, Json& record);

    const Schema& m_schema;
    Records& m_records;
    const Account& m_account;
    Json m_context;
    std::string m_now;
};

// Parts of a domain or an order: shared by search and load.
bool is_false(const Json& value);
double number(const Json& value);
double rounded(double value, int places);

}  // namespace sallyport::odoo_double

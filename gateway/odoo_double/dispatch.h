// SPDX-License-Identifier: Apache-2.0
// JSON-RPC services of the double: common, db and object, with the errors of a real server. Internal. Not thread-safe.
#pragma once

#include "gateway/odoo_double/env.h"

#include <optional>
#include <string>
#include <vector>

namespace sallyport::odoo_double {

// What a call was about, for faults and counters.
struct CallName {
    std::string model;
    std::string method;
};

class Dispatcher {
public:
    Dispatcher(Records& records, std::string database, std::vector<Account> accounts, int version)
        : m_records(records),
          m_database(std::move(database)),
          m_accounts(std::move(accounts)),
          m_version(version) {}

    // The call's name, empty when it is no object call.
    static CallName name_of(const Json& request);

    // The result; throws Raised. Changes are left uncommitted.
    Json call(const Json& request, const std::string& now);

    // One call of JSON-2: `body` has the arguments by name, ids and context among them.
    Json call2(const CallName& name, Json body, const std::string& key, const std::string& now);
    const std::string& database() const { return m_database; }
    Json web_version() const;

    // As an administrator.
    Json act(const std::string& model,
             const std::string& method,
             const Json& positional,
             Json named,
             const std::string& now);

private:
    const Account* account(const Json& user, const Json& key) const;
    Json common(const std::string& method, const Json& arguments) const;
    Json object(const Json& arguments, const std::string& now);
    Json execute(
        Env& env, const std::string& model, const std::string& method, Json positional, Json named);
    Json execute_users(Env& env, const std::string& method, const Json& named) const;
    Json execute_record(Env& env,
                        const std::string& model,
                        const std::string& method,
                        const Json& named);

    static Json execute_step(Env& env,
                             const std::string& model,
                             const std::string& method,
                             const std::vector<Id>& ids);

    Json probe(const Env& env,
               const std::string& model,
               const std::string& method,
               const Json& named) const;
    Json search(const Env& env,
                const std::string& model,
                const std::string& method,
                const Json& named) const;

    Schema m_schema;
    Records& m_records;
    std::string m_database;
    std::vector<Account> m_accounts;
    int m_version;
};

}  // namespace sallyport::odoo_double

// SPDX-License-Identifier: Apache-2.0
// The double's records: kept in memory, written to SQLite when a transaction commits, so that what was answered is on the
// disk and what was rolled back is nowhere. One transaction at a time; the caller holds the lock. Internal.
#pragma once

#include "gateway/base/error.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace sallyport::odoo_double {

using Json = nlohmann::ordered_json;
using Id = std::int64_t;

class Records {
public:
    // Error code odoo_double.file (Blame::Operator).
    static Result<std::unique_ptr<Records>> open(const std::filesystem::path& file);
    ~Records();

    const std::map<Id, Json>& all(const std::string& model) const;
    const Json* find(const std::string& model, Id id) const;
    bool empty() const { return m_records.empty(); }

    Id next_id(const std::string&
                   model);  // not taken back by a rollback, as PostgreSQL's sequences are not
    void use_id(const std::string& model, Id id);  // seeds bring their own ids
    void put(const std::string& model, Id id, Json record);
    void erase(const std::string& model, Id id);

    // (module, name) -> id of the ir.model.data record; the uniqueness real Odoo has by index.
    std::optional<Id> external_id(const std::string& module, const std::string& name) const;

    // The ir.model.data records that name a record.
    std::vector<Id> external_ids_of(const std::string& model, Id id) const;
    // Records whose many2one `field` points at `owner`. Indexed for the fields that grow with the orders.
    std::vector<Id> owned_by(const std::string& model, const std::string& field, Id owner) const;

    std::size_t savepoint() const { return m_undo.size(); }
    void rollback_to(std::size_t savepoint);
    Status commit();  // all of it on the disk, or none
    void rollback();

private:
    struct Database;
    struct Undo {
        std::string model;
        Id id = 0;
        std::optional<Json> before;
    };
    explicit Records(std::unique_ptr<Database> database);
    Status load();
    void index(const std::string& model, Id id, const Json* before, const Json* after);
    void set(const std::string& model, Id id, std::optional<Json> record);

    std::unique_ptr<Database> m_database;
    std::map<std::string, std::map<Id, Json>> m_records;
    std::map<std::string, Id> m_last_ids;
    std::map<std::pair<std::string, std::string>, Id> m_external_ids;
    std::map<std::pair<std::string, Id>, std::set<Id>>
        m_owned;  // (model, owner) of the indexed field
    std::vector<Undo> m_undo;
};

}  // namespace sallyport::odoo_double

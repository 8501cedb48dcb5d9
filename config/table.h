// SPDX-License-Identifier: Apache-2.0
// Inside config only: binds one TOML table to its fields, collecting every fault on the way.
#pragma once

#include "config/field.h"

#include <map>
#include <string>
#include <vector>

namespace sallyport::config {

class Binder {
public:
    Binder(std::vector<Error>& faults, FieldContext context)
        : m_faults(faults), m_context(std::move(context)) {}

    // `title` stands before every key in messages and places: "" or "as2.". `others` are tables that the caller binds by
    // itself. Absent keys get their defaults.
    void bind(const Node& table,
              const std::string& title,
              const std::vector<Field>& fields,
              const std::vector<std::string>& others = {});

    // Where a key of this file stands; only the file's name when it does not.
    Place place(const std::string& key, const Place& otherwise) const;
    const std::map<std::string, Place>& places() const { return m_places; }

    void fault(Error error) { m_faults.push_back(std::move(error)); }

private:
    void walk(const Node& table, const std::string& prefix);
    void read(const Field& field, const Node& node);
    void read_default(const Field& field);
    void unknown(const std::string& name, const Node& node, const std::string& prefix);
    const Field* field_of(const std::string& key) const;
    bool is_table(const std::string& key) const;
    bool is_other(const std::string& key) const;

    std::vector<Error>& m_faults;
    FieldContext m_context;
    std::map<std::string, Place> m_places;  // full key to where its value stands
    // Of the table being bound:
    std::string m_title;
    const std::vector<Field>* m_fields = nullptr;
    const std::vector<std::string>* m_others = nullptr;
    std::vector<std::string> m_seen;
};

}  // namespace sallyport::config

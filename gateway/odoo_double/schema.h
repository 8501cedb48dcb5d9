// SPDX-License-Identifier: Apache-2.0
// The models the double knows: fields, types, labels, default order. Internal to gateway/odoo_double.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sallyport::odoo_double {

struct FieldSchema {
    std::string name;
    std::string
        type;  // Odoo's word: char, text, html, boolean, integer, float, monetary, date, datetime, selection,
    // many2one, one2many, many2many, many2one_reference, binary
    std::string relation;  // of relational fields
    std::string inverse;   // of one2many fields
    std::string label;
    bool required = false;
    std::vector<std::pair<std::string, std::string>> selection;
    int places = -1;  // of floats that round
};

struct ModelSchema {
    std::string name;
    std::string label;
    std::string order;  // "name, id desc"
    std::string
        visible_to;  // "user": every internal user reads it; "all-rights", "": by access rights only
    std::map<std::string, FieldSchema> fields;

    const FieldSchema* field(std::string_view name) const;
};

class Schema {
public:
    Schema();
    const ModelSchema* model(const std::string& name) const;
    const std::map<std::string, ModelSchema>& models() const { return m_models; }

private:
    void read(const char* text);

    std::map<std::string, ModelSchema> m_models;
};

// schema_buying.cpp; in the language of schema.cpp.
const char* buying_schema();

}  // namespace sallyport::odoo_double

// SPDX-License-Identifier: Apache-2.0
#include "config/table.h"

#include <algorithm>
#include <set>

namespace sallyport::config {

namespace {

bool contains(const std::vector<std::string>& words, const std::string& word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

std::string listed(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words)
        text += (text.empty() ? "" : ", ") + word;
    return text;
}

}  // namespace

void Binder::bind(const Node& table,
                  const std::string& title,
                  const std::vector<Field>& fields,
                  const std::vector<std::string>& others) {
    m_title = title;
    m_fields = &fields;
    m_others = &others;
    m_seen.clear();
    walk(table, "");
    for (const Field& field : fields) {
        if (contains(m_seen, field.key)) continue;
        if (!field.standard.empty()) {
            read_default(field);
            continue;
        }
        m_faults.push_back(
            Error("config.key.missing", Blame::Operator, title + field.key + " is missing")
                .at({.source = table.place.source, .line = title.empty() ? 0 : table.place.line})
                .remedy("add " + field.key + ": " + field.help));
    }
}

Place Binder::place(const std::string& key, const Place& otherwise) const {
    const auto found = m_places.find(key);
    return found == m_places.end() ? otherwise : found->second;
}

void Binder::walk(const Node& table, const std::string& prefix) {
    for (const auto& [name, node] : table.members) {
        const std::string key = prefix + name;
        if (const Field* field = field_of(key)) {
            read(*field, node);
        } else if (is_other(key)) {
            m_places[m_title + key] = node.place;
        } else if (!is_table(key)) {
            unknown(name, node, prefix);
        } else if (node.kind != Node::Kind::Table) {
            m_faults.push_back(Error("config.type",
                                     Blame::Operator,
                                     m_title + key + " is " + std::string(to_string(node.kind)))
                                   .at(node.place)
                                   .remedy("write a table: [" + m_title + key + "]"));
        } else {
            walk(node, key + ".");
        }
    }
}

void Binder::read(const Field& field, const Node& node) {
    m_seen.push_back(field.key);
    m_places[m_title + field.key] = node.place;
    Field named = field;  // messages name the whole key
    named.key = m_title + field.key;
    if (auto done = read_field(named, node, m_context); !done)
        m_faults.push_back(std::move(done).error());
}

void Binder::read_default(const Field& field) {
    auto parsed = parse_toml("value = " + field.standard + "\n", "default");
    auto done =
        parsed ? read_field(field, *parsed->find("value"), m_context) : Status(parsed.error());
    if (!done)
        m_faults.push_back(
            Error("config.default",
                  Blame::Bug,
                  "the default of " + field.key + " is not valid: " + done.error().text()));
}

void Binder::unknown(const std::string& name, const Node& node, const std::string& prefix) {
    // What could stand at this level.
    std::set<std::string> known;
    for (const Field& field : *m_fields)
        if (field.key.starts_with(prefix))
            known.insert(field.key.substr(prefix.size(),
                                          field.key.find('.', prefix.size()) - prefix.size()));
    if (prefix.empty()) known.insert(m_others->begin(), m_others->end());
    const std::vector<std::string> candidates(known.begin(), known.end());
    std::string near = near_match(name, candidates);
    std::string remedy =
        near.empty() ? "known here: " + listed(candidates) : "did you mean " + near + "?";
    // A key that belongs into another table is the commoner slip.
    if (near.empty())
        for (const Field& field : *m_fields)
            if (field.key.ends_with("." + name))
                remedy = "it belongs into another table: " + m_title + field.key;
    const bool table = node.kind == Node::Kind::Table;
    m_faults.push_back(Error("config.key.unknown",
                             Blame::Operator,
                             (table ? "there is no table [" : "there is no setting ") + m_title +
                                 prefix + name + (table ? "]" : ""))
                           .at({.source = node.place.source,
                                .line = node.place.line,
                                .column = table ? node.place.column : 1})
                           .remedy(remedy));
}

const Field* Binder::field_of(const std::string& key) const {
    for (const Field& field : *m_fields)
        if (field.key == key) return &field;
    return nullptr;
}

bool Binder::is_table(const std::string& key) const {
    return std::any_of(m_fields->begin(), m_fields->end(), [&](const Field& field) {
        return field.key.starts_with(key + ".");
    });
}

bool Binder::is_other(const std::string& key) const {
    return contains(*m_others, key);
}

}  // namespace sallyport::config

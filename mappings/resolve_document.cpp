// SPDX-License-Identifier: Apache-2.0
// The document side of a path: fields, records, lists, kinds.
#include "mappings/resolve.h"

namespace sallyport::mapping {

void Resolver::no_field(const Step& step, const RecordType& record) {
    std::vector<std::string> names;
    for (const Field& field : record.fields)
        names.push_back(field.name);
    std::string near = near_match(step.name, names);
    std::string help = near.empty() ? "" : "did you mean " + near + "?";
    if (near.empty() && &record != &m_document.root() && m_document.root().slot(step.name) >= 0)
        help = "write " + m_document.name() + "." + step.name + " for the field of the document";
    report("MAP210", step.span, record.name + " has no field " + step.name, std::move(help));
}

bool Resolver::has_kinds(const Step& step, const Field& field) {
    if (field.type == FieldType::List && field.kind_slot >= 0) return true;
    report(
        "MAP212",
        step.span,
        step.name + (field.type == FieldType::List ? " is a list without kinds" : " is not a list"),
        "remove the bracket");
    return false;
}

std::optional<DocPlace> Resolver::document(const Path& path,
                                           const Scope& scope,
                                           bool brackets_filter) {
    DocPlace out;
    out.span = path.span;
    out.text = spell(path);
    const RecordType* record = scope.record;
    std::size_t i = 0;
    if (path.steps.size() > 1 && path.steps[0].name == m_document.name() &&
        record->slot(path.steps[0].name) < 0) {
        out.from_root = true;
        record = &m_document.root();
        i = 1;
    }
    for (; i < path.steps.size(); ++i) {
        const Step& step = path.steps[i];
        const bool last = i + 1 == path.steps.size();
        if (record == nullptr) {
            report("MAP210",
                   step.span,
                   out.field->name + " is a " + std::string(to_string(out.field->type)) +
                       ", it has no fields",
                   "");
            return std::nullopt;
        }
        const int slot = record->slot(step.name);
        if (slot < 0) {
            no_field(step, *record);
            return std::nullopt;
        }
        const Field& field = record->fields[static_cast<std::size_t>(slot)];
        out.field = &field;
        std::string kind;
        if (!step.tests.empty()) {
            if (!has_kinds(step, field)) return std::nullopt;
            kind = step.tests[0].code;
        }
        if (field.type != FieldType::Record && field.type != FieldType::List) {
            out.slot = slot;
            record = nullptr;
            continue;
        }
        record = field.record;
        out.hops.push_back({static_cast<std::uint16_t>(slot), &field, kind});
        if (last && !kind.empty() && !brackets_filter) {
            if (field.value_slot < 0) {
                report("MAP211",
                       step.span,
                       "entries of " + step.name + " have several fields; which one is meant?",
                       "write " + step.name + "[" + kind + "].FIELD");
                return std::nullopt;
            }
            out.slot = field.value_slot;
            out.field = &field.record->fields[static_cast<std::size_t>(field.value_slot)];
        }
    }
    return out;
}

}  // namespace sallyport::mapping

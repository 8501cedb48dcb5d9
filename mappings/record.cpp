// SPDX-License-Identifier: Apache-2.0
#include "mappings/record.h"

#include "mappings/plan.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace sallyport::mapping {

DocValue* DocRecord::find(std::uint16_t wanted) {
    if (!may_hold(wanted)) return nullptr;
    for (DocValue& value : values)
        if (value.slot == wanted) return &value;
    return nullptr;
}
const DocValue* DocRecord::find(std::uint16_t wanted) const {
    if (!may_hold(wanted)) return nullptr;
    for (const DocValue& value : values)
        if (value.slot == wanted) return &value;
    return nullptr;
}

std::string_view DocRecord::text(int wanted) const {
    if (wanted < 0) return {};
    const DocValue* value = find(static_cast<std::uint16_t>(wanted));
    return value == nullptr ? std::string_view{} : value->text;
}

void attach(DocRecord& parent, std::uint16_t slot, DocRecord& child, bool list) {
    DocValue* value = parent.find(slot);
    if (value == nullptr) value = &parent.add(slot, {});
    value->records.push_back(&child);
    child.parent = &parent;
    child.slot = slot;
    child.index = list ? static_cast<std::uint32_t>(value->records.size()) : 0;
}

DocRecord* descend(DocRecord* from, std::span<const DocHop> hops, DocArena* arena) {
    for (const DocHop& hop : hops) {
        const DocValue* value = from->find(hop.slot);
        DocRecord* next = nullptr;
        if (value != nullptr) {
            for (DocRecord* record : value->records) {
                if (!hop.kind.empty() && record->text(hop.field->kind_slot) != hop.kind) continue;
                next = record;
                break;
            }
        }
        if (next == nullptr) {
            if (arena == nullptr) return nullptr;
            next = arena->make(hop.field->record);
            if (!hop.kind.empty())
                next->add(static_cast<std::uint16_t>(hop.field->kind_slot), hop.kind);
            attach(*from, hop.slot, *next, hop.field->type == FieldType::List);
        }
        from = next;
    }
    return from;
}

std::string field_path(const DocRecord& record, int slot) {
    std::string out;
    const Field* last = slot < 0 ? nullptr : &record.type->fields[static_cast<std::size_t>(slot)];
    if (record.parent != nullptr) {
        out = field_path(*record.parent, record.slot);
        const Field& own = record.parent->type->fields[record.slot];
        if (own.value_slot >= 0 && !record.text(own.kind_slot).empty()) {
            out += "[" + std::string(record.text(own.kind_slot)) + "]";
            if (own.value_slot == slot) return out;
        } else if (record.index > 0) {
            out += "[" + std::to_string(record.index) + "]";
        }
    }
    if (last != nullptr) out += (out.empty() ? "" : ".") + last->name;
    return out;
}

nlohmann::ordered_json to_json(DocRecord& record) {
    nlohmann::ordered_json out = nlohmann::ordered_json::object();
    const auto by_slot = [](const DocValue& a, const DocValue& b) { return a.slot < b.slot; };
    if (!std::is_sorted(record.values.begin(), record.values.end(), by_slot))
        std::sort(record.values.begin(), record.values.end(), by_slot);
    auto& object = out.get_ref<nlohmann::ordered_json::object_t&>();
    object.reserve(record.values.size());
    for (DocValue& value : record.values) {
        const Field& field = record.type->fields[value.slot];
        if (field.type == FieldType::List) {
            nlohmann::ordered_json list = nlohmann::ordered_json::array();
            auto& array = list.get_ref<nlohmann::ordered_json::array_t&>();
            array.reserve(value.records.size());
            for (DocRecord* entry : value.records)
                array.push_back(to_json(*entry));
            object.Container::emplace_back(field.name, std::move(list));
        } else if (field.type == FieldType::Record) {
            if (!value.records.empty() && !value.records[0]->empty())
                object.Container::emplace_back(field.name, to_json(*value.records[0]));
        } else {
            object.Container::emplace_back(field.name, std::string(value.text));
        }
    }
    return out;
}

DocRecord* from_json(const nlohmann::ordered_json& json, const RecordType& type, DocArena& arena) {
    DocRecord* out = arena.make(&type);
    int slot = -1;
    for (const auto& [name, value] : json.get_ref<const nlohmann::ordered_json::object_t&>()) {
        slot = type.slot(name, slot + 1);
        if (slot < 0) continue;
        const Field& field = type.fields[static_cast<std::size_t>(slot)];
        const auto at = static_cast<std::uint16_t>(slot);
        if (field.type == FieldType::List) {
            for (const auto& entry : value)
                attach(*out, at, *from_json(entry, *field.record, arena), true);
        } else if (field.type == FieldType::Record) {
            attach(*out, at, *from_json(value, *field.record, arena), false);
        } else {
            out->add(at, value.get_ref<const std::string&>());
        }
    }
    return out;
}

}  // namespace sallyport::mapping

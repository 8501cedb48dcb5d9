// SPDX-License-Identifier: Apache-2.0
#include "mappings/evaluate.h"

#include "mappings/lenses.h"

#include <algorithm>

namespace sallyport::mapping {

bool EvalValue::holds() const {
    switch (kind) {
        case Kind::Absent:
            return false;
        case Kind::Text:
            return text != "false";
        case Kind::Number:
            return true;
        case Kind::Truth:
            return truth;
        case Kind::List:
            return !items.empty();
    }
    return false;
}

std::string EvalValue::as_text() const {
    switch (kind) {
        case Kind::Absent:
            return {};
        case Kind::Text:
            return text;
        case Kind::Number:
            return number.to_string();
        case Kind::Truth:
            return truth ? "true" : "false";
        case Kind::List: {
            std::string out;
            for (const EvalValue& item : items)
                out += (out.empty() ? "" : ", ") + item.as_text();
            return out;
        }
    }
    return {};
}

std::optional<Decimal> EvalValue::as_number() const {
    if (kind == Kind::Number) return number;
    if (kind != Kind::Text) return std::nullopt;
    const Result<Decimal> parsed = Decimal::parse(text);
    if (!parsed) return std::nullopt;
    return *parsed;
}

bool same_value(const EvalValue& a, const EvalValue& b) {
    if (a.absent() || b.absent()) return false;
    if (a.kind == EvalValue::Kind::Number || b.kind == EvalValue::Kind::Number) {
        const std::optional<Decimal> left = a.as_number();
        const std::optional<Decimal> right = b.as_number();
        return left && right && *left == *right;
    }
    return a.as_text() == b.as_text();
}

namespace {

bool numeric(FieldType type) {
    return type == FieldType::Decimal || type == FieldType::Integer;
}

EvalValue typed(FieldType type, std::string text) {
    if (numeric(type))
        if (const Result<Decimal> number = Decimal::parse(text)) return EvalValue::of(*number);
    return EvalValue::of(std::move(text));
}

// Every single value in the arguments, lists opened.
void flatten(const EvalValue& value, std::vector<EvalValue>& out) {
    if (value.kind == EvalValue::Kind::List)
        for (const EvalValue& item : value.items)
            flatten(item, out);
    else if (!value.absent())
        out.push_back(value);
}

int small(const EvalValue& value) {
    const std::optional<Decimal> number = value.as_number();
    if (!number) return -1;
    const Int128 whole = number->trimmed().scale() == 0 ? number->trimmed().coefficient() : -1;
    return whole < 0 || whole > 10000 ? -1 : static_cast<int>(whole);
}

}  // namespace

EvalValue Evaluator::wire_value(const CompiledExpr& expr, const Anchor& anchor) {
    if (m_wire == nullptr) return {};
    if (expr.wire.kind == PlaceKind::Anchor || expr.wire.kind == PlaceKind::PairList) {
        EvalValue out;
        out.kind = EvalValue::Kind::List;
        if (expr.wire.kind == PlaceKind::PairList) {
            for (std::size_t n = m_wire->pairs(expr.wire, anchor).size(); n > 0; --n)
                out.items.push_back(EvalValue::of(true));
            return out;
        }
        m_wire->each(expr.wire, anchor, [&](const Anchor&) {
            out.items.push_back(EvalValue::of(true));
            return true;
        });
        return out;
    }
    const WireText found = m_wire->read(expr.wire, anchor, true, false);
    if (found.absent()) return {};
    if (!numeric(expr.type)) return EvalValue::of(std::string(found.text));
    const bool edifact = m_plan.set->standard == edi::Standard::Edifact;
    const Conversion converted =
        to_document(expr.wire.element, FieldType::Decimal, found.text, edifact);
    return converted.ok ? typed(FieldType::Decimal, converted.text)
                        : EvalValue::of(std::string(found.text));
}

void Evaluator::collect(
    const DocRecord& record, const DocPlace& place, std::size_t hop, EvalValue& out, bool& list) {
    if (hop < place.hops.size()) {
        const DocHop& at = place.hops[hop];
        const bool opens = at.field->type == FieldType::List &&
                           (at.kind.empty() || (place.slot < 0 && hop + 1 == place.hops.size()));
        list = list || opens;
        const DocValue* value = record.find(at.slot);
        if (value == nullptr) return;
        for (const DocRecord* entry : value->records) {
            if (!at.kind.empty() && entry->text(at.field->kind_slot) != at.kind) continue;
            collect(*entry, place, hop + 1, out, list);
            if (!opens) return;
        }
        return;
    }
    if (place.slot < 0) {
        out.items.push_back(EvalValue::of(true));
        return;
    }
    const std::string_view text = record.text(place.slot);
    if (!text.empty()) out.items.push_back(typed(place.field->type, std::string(text)));
}

EvalValue Evaluator::document_value(const DocPlace& place, const DocRecord& record) {
    EvalValue out;
    bool list = false;
    collect(place.from_root ? *m_root : record, place, 0, out, list);
    if (list) {
        out.kind = EvalValue::Kind::List;
        return out;
    }
    return out.items.empty() ? EvalValue{} : std::move(out.items[0]);
}

EvalValue Evaluator::number_call(const CompiledExpr& expr, std::vector<EvalValue>& args) {
    std::vector<EvalValue> all;
    for (const EvalValue& arg : args)
        flatten(arg, all);
    if (expr.function == Function::Count)
        return EvalValue::of(Decimal(static_cast<std::int64_t>(all.size())));
    if (expr.function == Function::Sum) {
        Decimal total;
        for (const EvalValue& item : all) {
            const std::optional<Decimal> number = item.as_number();
            if (!number) continue;
            const Result<Decimal> next = total.plus(*number);
            if (!next) return {};
            total = *next;
        }
        return EvalValue::of(total);
    }
    const bool largest = expr.function == Function::Max;
    EvalValue best;
    for (const EvalValue& item : all) {
        const std::optional<Decimal> number = item.as_number();
        const std::optional<Decimal> known = best.as_number();
        const bool better =
            best.absent() || (number && known ? (largest ? *number > *known : *number < *known)
                                              : (largest ? item.as_text() > best.as_text()
                                                         : item.as_text() < best.as_text()));
        if (better) best = item;
    }
    return best;
}

namespace {

EvalValue arithmetic(Function function, const std::vector<EvalValue>& args) {
    const std::optional<Decimal> number = args[0].as_number();
    if (!number) return {};
    if (function == Function::Abs)
        return EvalValue::of(number->is_negative() ? number->negated() : *number);
    const int scale = small(args.back());
    if (scale < 0 || scale > 30) return {};
    if (function == Function::Round) {
        const Result<Decimal> out = number->rounded(scale);
        return out ? EvalValue::of(*out) : EvalValue{};
    }
    const std::optional<Decimal> divisor = args[1].as_number();
    if (!divisor) return {};
    const Result<Decimal> out = number->divided_by(*divisor, scale);
    return out ? EvalValue::of(*out) : EvalValue{};
}

EvalValue replaced(const std::string& text, const std::string& from, const std::string& to) {
    if (from.empty()) return EvalValue::of(text);
    std::string out;
    std::size_t at = 0;
    for (std::size_t hit = text.find(from); hit != std::string::npos; hit = text.find(from, at)) {
        out += text.substr(at, hit - at) + to;
        at = hit + from.size();
        if (out.size() > 65536) return {};
    }
    return EvalValue::of(out + text.substr(at));
}

// concat is absent when one part is; join leaves absent parts out.
EvalValue joined(const std::string& between,
                 const std::vector<EvalValue>& args,
                 std::size_t from,
                 bool all) {
    std::vector<EvalValue> parts;
    for (std::size_t i = from; i < args.size(); ++i) {
        if (all && args[i].absent()) return {};
        flatten(args[i], parts);
    }
    std::string out;
    for (std::size_t i = 0; i < parts.size(); ++i)
        out += (i > 0 ? between : "") + parts[i].as_text();
    return EvalValue::of(out);
}

}  // namespace

EvalValue Evaluator::text_call(const CompiledExpr& expr, std::vector<EvalValue>& args) {
    const std::string first = args[0].as_text();
    switch (expr.function) {
        case Function::Concat:
            return joined("", args, 0, true);
        case Function::Join:
            return joined(first, args, 1, false);
        case Function::Left:
            return small(args[1]) < 0
                       ? EvalValue{}
                       : EvalValue::of(first.substr(0, static_cast<std::size_t>(small(args[1]))));
        case Function::Right: {
            const int count = small(args[1]);
            if (count < 0) return {};
            const auto size = static_cast<std::size_t>(count);
            return EvalValue::of(first.size() <= size ? first : first.substr(first.size() - size));
        }
        case Function::Mid: {
            const int from = small(args[1]);
            const int count = small(args[2]);
            if (from < 1 || count < 0 || static_cast<std::size_t>(from) > first.size()) return {};
            return EvalValue::of(
                first.substr(static_cast<std::size_t>(from) - 1, static_cast<std::size_t>(count)));
        }
        case Function::Length:
            return EvalValue::of(Decimal(static_cast<std::int64_t>(first.size())));
        case Function::Upper: {
            std::string out = first;
            for (char& c : out)
                if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
            return EvalValue::of(out);
        }
        case Function::Replace:
            return replaced(first, args[1].as_text(), args[2].as_text());
        case Function::Round:
        case Function::Abs:
        case Function::Div:
            return arithmetic(expr.function, args);
        case Function::Count:
        case Function::Sum:
        case Function::Min:
        case Function::Max:
        case Function::Exists:
        case Function::FirstOf:
        case Function::Index:
        case Function::CountSegments:
            break;
    }
    return {};
}

// How many records or texts a place of the document holds.
std::size_t Evaluator::count(const DocRecord& record, const DocPlace& place, std::size_t hop) {
    if (hop == place.hops.size()) return place.slot < 0 || !record.text(place.slot).empty() ? 1 : 0;
    const DocHop& at = place.hops[hop];
    const bool opens = at.field->type == FieldType::List &&
                       (at.kind.empty() || (place.slot < 0 && hop + 1 == place.hops.size()));
    const DocValue* value = record.find(at.slot);
    if (value == nullptr) return 0;
    std::size_t out = 0;
    for (const DocRecord* entry : value->records) {
        if (!at.kind.empty() && entry->text(at.field->kind_slot) != at.kind) continue;
        out += count(*entry, place, hop + 1);
        if (!opens) break;
    }
    return out;
}

EvalValue Evaluator::call(const CompiledExpr& expr, const Anchor& anchor, const DocRecord& record) {
    if (expr.function == Function::Count && expr.args.size() == 1 &&
        expr.args[0].op == Op::Document) {
        const DocPlace& place = expr.args[0].document;
        return EvalValue::of(Decimal(
            static_cast<std::int64_t>(count(place.from_root ? *m_root : record, place, 0))));
    }
    std::vector<EvalValue> args;
    for (const CompiledExpr& arg : expr.args)
        args.push_back(value(arg, anchor, record));
    switch (expr.function) {
        case Function::Exists:
            return EvalValue::of(args[0].kind == EvalValue::Kind::List ? !args[0].items.empty()
                                                                       : !args[0].absent());
        case Function::FirstOf: {
            std::vector<EvalValue> all;
            for (const EvalValue& arg : args)
                flatten(arg, all);
            return all.empty() ? EvalValue{} : all[0];
        }
        case Function::Index:
            return EvalValue::of(Decimal(static_cast<std::int64_t>(record.index)));
        case Function::CountSegments: {
            if (m_wire == nullptr) return {};
            const std::string tag = args[0].as_text();
            const auto& segments = m_wire->transaction().segments;
            return EvalValue::of(
                Decimal(std::count_if(segments.begin(), segments.end(), [&](const edi::Segment& s) {
                    return s.tag == tag;
                })));
        }
        case Function::Count:
        case Function::Sum:
        case Function::Min:
        case Function::Max:
            return number_call(expr, args);
        case Function::Join:
            return text_call(expr, args);
        case Function::Concat:
        case Function::Left:
        case Function::Mid:
        case Function::Right:
        case Function::Length:
        case Function::Upper:
        case Function::Replace:
        case Function::Round:
        case Function::Div:
        case Function::Abs:
            if (args[0].absent()) return {};
            return text_call(expr, args);
    }
    return {};
}

EvalValue Evaluator::binary(const CompiledExpr& expr,
                            const Anchor& anchor,
                            const DocRecord& record) {
    const EvalValue a = value(expr.args[0], anchor, record);
    if (expr.op == Op::Or)
        return EvalValue::of(a.holds() || value(expr.args[1], anchor, record).holds());
    if (expr.op == Op::And)
        return EvalValue::of(a.holds() && value(expr.args[1], anchor, record).holds());
    const EvalValue b = value(expr.args[1], anchor, record);
    if (expr.op == Op::Equal) return EvalValue::of(same_value(a, b));
    if (expr.op == Op::NotEqual) return EvalValue::of(!same_value(a, b));
    if (expr.op == Op::In)
        return EvalValue::of(
            std::any_of(b.items.begin(), b.items.end(), [&](const EvalValue& item) {
                return same_value(a, item);
            }));
    const std::optional<Decimal> left = a.as_number();
    const std::optional<Decimal> right = b.as_number();
    if (expr.op == Op::Add || expr.op == Op::Subtract || expr.op == Op::Multiply) {
        if (!left || !right) return {};
        const Result<Decimal> out = expr.op == Op::Add        ? left->plus(*right)
                                    : expr.op == Op::Subtract ? left->minus(*right)
                                                              : left->times(*right);
        return out ? EvalValue::of(*out) : EvalValue{};
    }
    if (a.absent() || b.absent()) return EvalValue::of(false);
    const int order = left && right ? (*left < *right   ? -1
                                       : *left > *right ? 1
                                                        : 0)
                                    : a.as_text().compare(b.as_text());
    const bool less = order < 0;
    const bool equal = order == 0;
    return EvalValue::of(expr.op == Op::Less        ? less
                         : expr.op == Op::Greater   ? !less && !equal
                         : expr.op == Op::LessEqual ? less || equal
                                                    : !less);
}

EvalValue Evaluator::value(const CompiledExpr& expr,
                           const Anchor& anchor,
                           const DocRecord& record) {
    switch (expr.op) {
        case Op::Text:
            return EvalValue::of(expr.text);
        case Op::Number:
            return EvalValue::of(expr.number);
        case Op::Wire:
            return wire_value(expr, anchor);
        case Op::Document:
            return document_value(expr.document, record);
        case Op::Parameter: {
            const std::optional<std::string>& text = m_parameters[expr.parameter];
            if (!text) return {};
            const ParamType type = m_plan.map.params[expr.parameter].type;
            return typed(type == ParamType::Decimal || type == ParamType::Integer
                             ? FieldType::Decimal
                             : FieldType::Text,
                         *text);
        }
        case Op::List: {
            EvalValue out;
            out.kind = EvalValue::Kind::List;
            for (const CompiledExpr& item : expr.args)
                out.items.push_back(value(item, anchor, record));
            return out;
        }
        case Op::Call:
            return call(expr, anchor, record);
        case Op::Not:
            return EvalValue::of(!value(expr.args[0], anchor, record).holds());
        case Op::Or:
        case Op::And:
        case Op::Equal:
        case Op::NotEqual:
        case Op::Less:
        case Op::Greater:
        case Op::LessEqual:
        case Op::GreaterEqual:
        case Op::In:
        case Op::Add:
        case Op::Subtract:
        case Op::Multiply:
            return binary(expr, anchor, record);
    }
    return {};
}

std::string Evaluator::text(const Message& message, const Anchor& anchor, const DocRecord& record) {
    std::string out;
    for (std::size_t i = 0; i < message.texts.size(); ++i) {
        out += message.texts[i];
        if (i < message.values.size()) out += value(message.values[i], anchor, record).as_text();
    }
    return out;
}

}  // namespace sallyport::mapping

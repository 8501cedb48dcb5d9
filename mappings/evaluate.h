// SPDX-License-Identifier: Apache-2.0
// Expressions and messages over a wire and a document. Private to mappings/.
#pragma once

#include "mappings/plan.h"
#include "mappings/record.h"
#include "mappings/wire_view.h"

#include <optional>
#include <string>
#include <vector>

namespace sallyport::mapping {

struct EvalValue {
    enum class Kind : std::uint8_t { Absent, Text, Number, Truth, List } kind = Kind::Absent;
    std::string text;
    Decimal number;
    bool truth = false;
    std::vector<EvalValue> items;

    static EvalValue of(std::string value) {
        EvalValue out;
        if (!value.empty()) {
            out.kind = Kind::Text;
            out.text = std::move(value);
        }
        return out;
    }
    static EvalValue of(const Decimal& value) {
        EvalValue out;
        out.kind = Kind::Number;
        out.number = value;
        return out;
    }
    static EvalValue of(bool value) {
        EvalValue out;
        out.kind = Kind::Truth;
        out.truth = value;
        return out;
    }
    bool absent() const { return kind == Kind::Absent; }
    bool holds() const;           // as a condition
    std::string as_text() const;  // as put into a message or an element; empty: absent
    std::optional<Decimal> as_number() const;
};

// Equality is numeric when both sides are numbers and one is typed so; else it is of texts.
bool same_value(const EvalValue& a, const EvalValue& b);

class Evaluator {
public:
    Evaluator(const Plan& plan,
              const std::vector<std::optional<std::string>>& parameters,
              WireView* wire,
              DocRecord* root)
        : m_plan(plan), m_parameters(parameters), m_wire(wire), m_root(root) {}

    EvalValue value(const CompiledExpr& expr, const Anchor& anchor, const DocRecord& record);
    std::string text(const Message& message, const Anchor& anchor, const DocRecord& record);

private:
    EvalValue wire_value(const CompiledExpr& expr, const Anchor& anchor);
    EvalValue document_value(const DocPlace& place, const DocRecord& record);
    void collect(const DocRecord& record,
                 const DocPlace& place,
                 std::size_t hop,
                 EvalValue& out,
                 bool& list);
    static std::size_t count(const DocRecord& record, const DocPlace& place, std::size_t hop);
    EvalValue call(const CompiledExpr& expr, const Anchor& anchor, const DocRecord& record);
    EvalValue text_call(const CompiledExpr& expr, std::vector<EvalValue>& args);
    EvalValue number_call(const CompiledExpr& expr, std::vector<EvalValue>& args);
    EvalValue binary(const CompiledExpr& expr, const Anchor& anchor, const DocRecord& record);

    const Plan& m_plan;
    const std::vector<std::optional<std::string>>& m_parameters;
    WireView* m_wire;
    DocRecord* m_root;
};

}  // namespace sallyport::mapping

// SPDX-License-Identifier: Apache-2.0
#include "mappings/findings.h"

#include <algorithm>

namespace sallyport::mapping {

std::string_view to_string(Verdict verdict) {
    switch (verdict) {
        case Verdict::Reject:
            return "reject";
        case Verdict::Hold:
            return "hold";
        case Verdict::Warn:
            return "warn";
        case Verdict::Note:
            return "note";
    }
    return "note";
}

Verdict verdict_of(Action action) {
    switch (action) {
        case Action::Reject:
            return Verdict::Reject;
        case Action::Hold:
            return Verdict::Hold;
        case Action::Warn:
            return Verdict::Warn;
    }
    return Verdict::Reject;
}

namespace {

bool any(const std::vector<Finding>& findings, Verdict verdict) {
    return std::any_of(
        findings.begin(), findings.end(), [&](const Finding& f) { return f.verdict == verdict; });
}

// What a parameter of that type must look like.
FieldType field_type(ParamType type) {
    switch (type) {
        case ParamType::Text:
            return FieldType::Text;
        case ParamType::Code:
            return FieldType::Code;
        case ParamType::Decimal:
            return FieldType::Decimal;
        case ParamType::Integer:
            return FieldType::Integer;
        case ParamType::Date:
            return FieldType::Date;
        case ParamType::Time:
            return FieldType::Time;
        case ParamType::Moment:
            return FieldType::Moment;
        case ParamType::Boolean:
            return FieldType::Boolean;
    }
    return FieldType::Text;
}

}  // namespace

bool ReadOutcome::rejected() const {
    return any(findings, Verdict::Reject);
}
bool ReadOutcome::held() const {
    return any(findings, Verdict::Hold);
}
bool WriteOutcome::rejected() const {
    return any(findings, Verdict::Reject);
}
bool WriteOutcome::held() const {
    return any(findings, Verdict::Hold);
}

Result<std::vector<std::optional<std::string>>> bind_parameters(const Plan& plan,
                                                                const Parameters& given) {
    std::vector<std::optional<std::string>> out = plan.parameter_defaults;
    std::vector<std::string> names;
    for (const Param& param : plan.map.params)
        names.push_back(param.name);
    for (const auto& [name, value] : given) {
        const auto found = std::find(names.begin(), names.end(), name);
        if (found == names.end()) {
            const std::string near = near_match(name, names);
            return Error("map.parameter",
                         Blame::Operator,
                         "map " + plan.map.name + " has no parameter " + name)
                .remedy(near.empty() ? "remove it from the partner record"
                                     : "did you mean " + near + "?");
        }
        const auto at = static_cast<std::size_t>(found - names.begin());
        if (!is_value(field_type(plan.map.params[at].type), value))
            return Error("map.parameter",
                         Blame::Operator,
                         "parameter " + name + " of map " + plan.map.name + ": \"" + value +
                             "\" is not of its type")
                .remedy("correct it in the partner record");
        out[at] = value;
    }
    for (std::size_t i = 0; i < out.size(); ++i)
        if (!out[i] && !plan.map.params[i].optional)
            return Error("map.parameter",
                         Blame::Operator,
                         "map " + plan.map.name + " needs parameter " + names[i])
                .remedy("set it in the partner record, or with set in the map");
    return out;
}

}  // namespace sallyport::mapping

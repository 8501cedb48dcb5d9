// SPDX-License-Identifier: Apache-2.0
#include "mappings/compile.h"

#include "mappings/lenses.h"

#include <algorithm>

namespace sallyport::mapping {

std::string squeeze(std::string_view text) {
    std::string out;
    bool comment = false;
    bool quoted = false;
    for (const char c : text) {
        if (c == '"' && !comment) quoted = !quoted;
        if (c == '#' && !quoted) comment = true;
        if (c == '\n') comment = false;
        if (comment) continue;
        const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
        if (!blank)
            out += c;
        else if (!out.empty() && out.back() != ' ')
            out += ' ';
    }
    while (!out.empty() && out.back() == ' ')
        out.pop_back();
    return out;
}

namespace {

std::string suggestion(std::string_view word, const std::vector<std::string>& known) {
    const std::string near = near_match(word, known);
    return near.empty() ? std::string() : "did you mean " + near + "?";
}

bool texty(FieldType type) {
    return type == FieldType::Text || type == FieldType::Code;
}

// MAP501: only a schema type and the same document type convert without a lens.
bool fits(FieldType from, FieldType to, const edi::Element* element, bool edifact) {
    if (from == to || (texty(from) && texty(to))) return true;
    if (from == FieldType::Integer && to == FieldType::Decimal) return true;
    if (from == FieldType::Date && to == FieldType::Moment) return true;
    if (from == FieldType::Moment && to == FieldType::Date) return true;
    if (from == FieldType::Decimal && to == FieldType::Integer)
        return edifact || element == nullptr || as_xml(element) != nullptr;
    // Numbers that are names: a line number is n..6 in EDIFACT and N0 in X12.
    if (texty(to) && (from == FieldType::Integer || (edifact && from == FieldType::Decimal)))
        return true;
    // An EDIFACT an..35 holds quantities in later directories.
    return edifact && from == FieldType::Text &&
           (to == FieldType::Decimal || to == FieldType::Integer);
}

const char* lens_hint(FieldType from, FieldType to) {
    if (texty(from) && to == FieldType::Date)
        return "use | date \"CCYYMMDD\" (or dtm 102 for EDIFACT)";
    if (texty(from) && to == FieldType::Moment) return "use | moment, or dtm 203 for EDIFACT";
    if (texty(from) && to == FieldType::Time) return "use | time \"HHMM\"";
    return "choose another field, or a lens that changes the type";
}

}  // namespace

std::string Compiler::which_one(const WirePlace& place, const char* part) const {
    return "write " + place.text + (m_plan.xml != nullptr ? "/NAME" : part) + " or the like";
}

std::uint32_t Compiler::add_rule(const Item& item, bool is_rule) {
    RuleInfo info;
    info.span = item.span;
    info.where = m_plan.map.sources.where(item.span);
    info.text = squeeze(m_plan.map.sources.text(item.span));
    info.is_rule = is_rule;
    m_plan.rules.push_back(std::move(info));
    return static_cast<std::uint32_t>(m_plan.rules.size() - 1);
}

void Compiler::run() {
    Scope scope;
    scope.record = &m_plan.document->root();
    for (const Param& param : m_plan.map.params) {
        m_plan.parameter_defaults.push_back(param.value);
        if (scope.record->slot(param.name) >= 0)
            error("MAP125",
                  param.span,
                  "a parameter may not have the name of a field of the document",
                  "rename it, for example our_" + param.name);
    }
    items(m_plan.map.items, scope, m_plan.steps);
    unused();
}

void Compiler::unused() {
    const auto warn = [&](Span at, const std::string& what) {
        if (at.file == 0)
            m_diagnostics.push_back(
                {"MAP124", Severity::Warning, at, what + " is never used", "remove it, or use it"});
    };
    for (const Param& param : m_plan.map.params)
        if (!m_used_params.contains(param.name)) warn(param.span, "parameter " + param.name);
    for (const Table& table : m_plan.map.tables)
        if (!m_used_tables.contains(table.name)) warn(table.span, "table " + table.name);
    for (const Fragment& fragment : m_plan.map.fragments)
        if (!m_used_fragments.contains(fragment.name))
            warn(fragment.span, "fragment " + fragment.name);
}

void Compiler::items(const std::vector<Item>& list,
                     const Scope& scope,
                     std::vector<PlanStep>& out) {
    for (const Item& one : list)
        item(one, scope, out);
    unions(out);
}

void Compiler::item(const Item& one, const Scope& scope, std::vector<PlanStep>& out) {
    switch (one.kind) {
        case ItemKind::Rule:
            return rule(one, scope, out);
        case ItemKind::Block:
        case ItemKind::Each:
            return block(one, scope, out);
        case ItemKind::Use:
            return use(one, scope, out);
        case ItemKind::Require:
            return require(one, scope, out);
        case ItemKind::When:
            return when(one, scope, out);
        case ItemKind::First: {
            PlanStep step;
            step.kind = StepKind::First;
            step.rule = add_rule(one, false);
            items(one.children, scope, step.steps);
            out.push_back(std::move(step));
            return;
        }
        case ItemKind::Remove:
        case ItemKind::Replace:
        case ItemKind::Into:
            return;  // the loader has reported what it could not apply
    }
}

// ---- rules ------------------------------------------------------------------------------------------------------------

void Compiler::rule(const Item& item, const Scope& scope, std::vector<PlanStep>& out) {
    PlanStep step;
    step.rule = add_rule(item, true);
    step.arrow = item.arrow.value_or(Arrow::Both);
    step.always = item.always;
    bool ok = false;
    if (!item.left_is_path || !item.path.outside) {
        ok = derived(item, scope, step);
    } else {
        const bool several = std::any_of(item.lenses.begin(),
                                         item.lenses.end(),
                                         [](const LensCall& call) { return call.name == "wrap"; });
        std::optional<WirePlace> place = m_resolver.wire(item.path, scope, {several});
        const bool lenses_ok = lenses(item.lenses, step.lenses, 0);
        const bool parameter = item.fields.size() == 1 && item.fields[0].steps.size() == 1 &&
                               step.arrow != Arrow::Read &&
                               m_plan.map.param(item.fields[0].steps[0].name) != nullptr &&
                               scope.record->slot(item.fields[0].steps[0].name) < 0;
        if (place) step.wire = *std::move(place);
        ok = step.wire.segment != nullptr && lenses_ok;
        // Without its lenses a rule has no types to compare.
        if (lenses_ok)
            ok = (item.fields.empty() || parameter ? check_or_put(item, scope, step)
                                                   : move(item, scope, step)) &&
                 ok;
    }
    ok = clauses(item, scope, step) && ok;
    if (ok) out.push_back(std::move(step));
}

bool Compiler::derived(const Item& item, const Scope& scope, PlanStep& step) {
    step.kind = StepKind::Derive;
    if (step.arrow != Arrow::Read || item.fields.size() != 1) {
        error("MAP410",
              item.span,
              "a computed value goes into one field of the document, with ->",
              "a computation has no inverse; write a second rule for the other direction");
        return false;
    }
    Expr left = item.left;
    if (item.left_is_path) {
        left.kind = ExprKind::Path;
        left.path = item.path;
        left.span = item.path.span;
    }
    std::optional<CompiledExpr> expr = expression(left, scope);
    std::optional<DocPlace> field = m_resolver.document(item.fields[0], scope);
    if (!expr || !field) return false;
    step.expr = *std::move(expr);
    step.fields.push_back(*std::move(field));
    return true;
}

bool Compiler::move(const Item& item, const Scope& scope, PlanStep& step) {
    step.kind = StepKind::Move;
    for (const Path& path : item.fields) {
        std::optional<DocPlace> field = m_resolver.document(path, scope);
        if (!field) return false;
        if (field->slot < 0) {
            error("MAP211",
                  path.span,
                  field->text + " is a " + std::string(to_string(field->field->type)) +
                      ", a rule fills one field",
                  field->field->type == FieldType::List
                      ? "write each SEGMENT <-> " + field->text + " { … }"
                      : "open it with a block, or name the field: " + field->text + ".FIELD");
            return false;
        }
        const bool repeated =
            std::any_of(field->hops.begin(), field->hops.end(), [](const DocHop& hop) {
                return hop.field->type == FieldType::List && hop.kind.empty();
            });
        if (repeated) {
            error("MAP211",
                  path.span,
                  "a list stands on the way to " + field->text,
                  "open its entries with each … <-> LIST { … }");
            return false;
        }
        step.fields.push_back(*std::move(field));
    }
    words_fit(item, step);
    return step.wire.segment == nullptr || move_types(item, step);
}

// A row whose word the field cannot hold is refused whenever it is read.
void Compiler::words_fit(const Item& item, const PlanStep& step) {
    if (step.lenses.empty() || step.lenses.back().kind != LensKind::Table ||
        step.arrow == Arrow::Write || step.fields.size() != 1)
        return;
    const std::vector<std::string>& values = step.fields[0].field->values;
    const CompiledTable& table = *step.lenses.back().table;
    std::set<std::string> strange;
    for (const auto& [code, word] : table.read)
        if (!values.empty() && std::find(values.begin(), values.end(), word.first) == values.end())
            strange.insert(word.first);
    if (strange.empty()) return;
    std::string all;
    for (const std::string& word : strange)
        all += (all.empty() ? "\"" : ", \"") + word + "\"";
    m_diagnostics.push_back({"MAP403",
                             Severity::Warning,
                             item.path.span,
                             "table " + table.name + " reads " + all +
                                 (strange.size() > 1 ? ", which are" : ", which is") +
                                 " no value of " + step.fields[0].text +
                                 "; such a document is refused",
                             suggestion(*strange.begin(), values)});
}

// DTM[137] | dtm 102: the date and its format code, side by side.
bool Compiler::date_elements(const Item& item, PlanStep& step) {
    for (const char* part : {"2380", "2379"}) {
        const std::vector<edi::Locator> at = step.wire.segment->locate(part);
        if (at.empty()) {
            error("MAP203",
                  item.path.span,
                  std::string(step.wire.segment->tag) + " has no " + part,
                  "dtm works on DTM");
            return false;
        }
        step.wire.at.push_back(at[0]);
    }
    step.wire.kind = PlaceKind::Elements;
    step.wire.element = step.wire.segment->element_at(step.wire.at[0]);
    return true;
}

// From the type of the element to that of the field.
bool Compiler::lens_types(const PlanStep& step, FieldType& type) {
    const bool edifact = m_plan.set->standard == edi::Standard::Edifact;
    for (const LensOp& lens : step.lenses) {
        const LensFacts& facts = facts_of(lens.kind);
        const bool raw =
            texty(facts.left) && &lens == step.lenses.data();  // sees the element's text
        if (!raw && !fits(type, facts.left, nullptr, edifact)) {
            error("MAP501",
                  lens.span,
                  std::string(facts.name) + " takes a " + std::string(to_string(facts.left)) +
                      ", not a " + std::string(to_string(type)),
                  lens_hint(type, facts.left));
            return false;
        }
        type = lens.kind == LensKind::Dtm && lens.number != 203 ? FieldType::Date : facts.right;
    }
    return true;
}

bool Compiler::field_count(const Item& item, const PlanStep& step) {
    const LensOp* last = step.lenses.empty() ? nullptr : &step.lenses.back();
    const bool two = last != nullptr && (last->kind == LensKind::Split ||
                                         (last->kind == LensKind::Dtm && last->number == 718));
    const std::size_t wanted = two ? 2 : 1;
    if (step.fields.size() == wanted) return true;
    error("MAP501",
          item.fields[0].span,
          "this rule makes " + std::to_string(wanted) + (two ? " values" : " value") + ", " +
              std::to_string(step.fields.size()) +
              (step.fields.size() == 1 ? " field is named" : " fields are named"),
          two ? "write (first, second)" : "a split or dtm 718 makes two");
    return false;
}

// Follows the type from the element through the lenses to the field.
bool Compiler::move_types(const Item& item, PlanStep& step) {
    const bool edifact = m_plan.set->standard == edi::Standard::Edifact;
    const bool dated = edifact && !step.lenses.empty() && step.lenses[0].kind == LensKind::Dtm;
    const bool pairs = step.wire.kind == PlaceKind::PairList;
    if (pairs || (step.wire.kind == PlaceKind::Anchor && !dated)) {
        error("MAP206",
              item.path.span,
              "which element of " + step.wire.text + " is meant?",
              pairs ? "write " + step.wire.text + "[CODE]" : which_one(step.wire, ".02"));
        return false;
    }
    if (step.wire.kind == PlaceKind::Anchor && !date_elements(item, step)) return false;
    FieldType type = natural_type(step.wire.element);
    step.input =
        step.lenses.empty() ? step.fields[0].field->type : facts_of(step.lenses[0].kind).left;
    if (!lens_types(step, type) || !field_count(item, step)) return false;
    for (const DocPlace& field : step.fields) {
        if (fits(type,
                 field.field->type,
                 step.lenses.empty() ? step.wire.element : nullptr,
                 edifact))
            continue;
        error("MAP501",
              item.path.span,
              step.wire.text + " is a " + std::string(to_string(type)) + ", " + field.text +
                  " is a " + std::string(to_string(field.field->type)),
              lens_hint(type, field.field->type));
        return false;
    }
    const DocPlace& field = step.fields[0];
    const edi::Element* element = step.wire.element;
    if (step.arrow != Arrow::Read && step.lenses.empty() && element != nullptr && texty(type) &&
        field.field->max_length > element->max)
        m_diagnostics.push_back({"MAP502",
                                 Severity::Warning,
                                 item.path.span,
                                 field.text + " holds up to " +
                                     std::to_string(field.field->max_length) + " characters, " +
                                     step.wire.text + " " + std::to_string(element->max),
                                 "longer values are refused when writing; | cut " +
                                     std::to_string(element->max) + " accepts the loss"});
    return true;
}

bool Compiler::bare_word(const Path& path) {
    return m_plan.xml == nullptr && path.outside && !path.absolute && path.steps.size() == 1 &&
           path.parts.empty() && path.group.empty() && path.steps[0].tests.empty() &&
           m_plan.set->find(path.steps[0].name).empty();
}

bool Compiler::check_or_put(const Item& item, const Scope& scope, PlanStep& step) {
    if (step.arrow == Arrow::Read) {
        error("MAP410",
              item.right.span,
              "-> ends in a field of the document",
              "write the field on the right, or use <- to write a value");
        return false;
    }
    std::optional<CompiledExpr> expr = expression(item.right, scope);
    if (!expr) return false;
    step.expr = *std::move(expr);
    step.kind = step.arrow == Arrow::Write ? StepKind::Put : StepKind::Check;
    if (step.wire.segment == nullptr) return false;
    if (step.wire.kind == PlaceKind::Anchor || step.wire.kind == PlaceKind::PairList) {
        error("MAP206",
              item.path.span,
              "which element of " + step.wire.text + " is meant?",
              which_one(step.wire, ".01"));
        return false;
    }
    if (step.kind == StepKind::Check && step.expr.op == Op::Wire) {
        error("MAP410",
              item.right.span,
              "the right side is the document's, a path into the wire cannot stand there",
              "use require to compare two elements");
        return false;
    }
    if (step.expr.op == Op::Text && step.wire.element != nullptr && !step.wire.at.empty() &&
        step.lenses.empty()) {
        const edi::Element& element = *step.wire.element;
        if (element.codes != nullptr && !element.codes->contains(step.expr.text)) {
            std::vector<std::string> codes;
            for (const std::string_view code : element.codes->values())
                codes.emplace_back(code);
            error("MAP207",
                  item.right.span,
                  "\"" + step.expr.text + "\" is not in the code list of element " +
                      std::string(element.id),
                  suggestion(step.expr.text, codes));
            return false;
        }
        if (step.expr.text.size() > element.max) {
            error("MAP502",
                  item.right.span,
                  "\"" + step.expr.text + "\" is " + std::to_string(step.expr.text.size()) +
                      " long, " + step.wire.text + " holds " + std::to_string(element.max),
                  "");
            return false;
        }
    }
    return true;
}

bool Compiler::otherwise(const Item& item, PlanStep& step) {
    if (!item.otherwise) return true;
    if (step.kind != StepKind::Move || step.fields.size() != 1) {
        error("MAP410",
              item.otherwise->span,
              "default fills a field; this rule has none",
              "remove it");
        return false;
    }
    const Field& field = *step.fields[0].field;
    const std::string& text = item.otherwise->text;
    if (!is_value(field.type, text) || text.empty()) {
        error(field.type == FieldType::Date ? "MAP504" : "MAP501",
              item.otherwise->span,
              "\"" + text + "\" is not a " + std::string(to_string(field.type)),
              "the default is a value of " + step.fields[0].text);
        return false;
    }
    if (!field.values.empty() &&
        std::find(field.values.begin(), field.values.end(), text) == field.values.end()) {
        error("MAP501",
              item.otherwise->span,
              "\"" + text + "\" is not a value of " + step.fields[0].text,
              suggestion(text, field.values));
        return false;
    }
    if (!step.lenses.empty() && step.lenses.back().kind == LensKind::Table &&
        !step.lenses.back().keep && step.arrow != Arrow::Read &&
        !step.lenses.back().table->write.contains(text) && !item.omit) {
        error("MAP403",
              item.otherwise->span,
              "\"" + text + "\" is no word of table " + step.lenses.back().table->name +
                  " and could not be written",
              suggestion(text, step.lenses.back().table->words));
        return false;
    }
    step.otherwise = text;
    step.omit = item.omit;
    return true;
}

bool Compiler::clauses(const Item& item, const Scope& scope, PlanStep& step) {
    bool ok = otherwise(item, step);
    if (item.condition) {
        if (step.arrow == Arrow::Both) {
            error("MAP410",
                  item.condition->span,
                  "if belongs to one-way rules: the test would have to hold in both directions",
                  "use when A <-> B { … }");
            ok = false;
        }
        step.condition = expression(*item.condition, scope);
        ok = ok && step.condition.has_value();
    }
    if (item.on_fail) {
        step.on_fail.given = true;
        step.on_fail.action = item.on_fail->action;
        step.on_fail.code = item.on_fail->code;
        std::optional<Message> text = message(*item.on_fail, scope);
        ok = ok && text.has_value();
        if (text) step.on_fail.message = *std::move(text);
        if (step.kind == StepKind::Put || step.kind == StepKind::Derive) {
            error("MAP410",
                  item.on_fail->span,
                  "nothing can fail in a rule that only sets a value",
                  "else belongs to <-> rules and to require");
            ok = false;
        }
    }
    return ok;
}

}  // namespace sallyport::mapping

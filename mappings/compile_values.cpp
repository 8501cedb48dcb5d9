// SPDX-License-Identifier: Apache-2.0
// Lenses, expressions and messages of the compiler.
#include "mappings/compile.h"
#include "mappings/grammar.h"
#include "mappings/lenses.h"

#include <algorithm>

namespace sallyport::mapping {

namespace {

std::string suggestion(std::string_view word, const std::vector<std::string>& known) {
    const std::string near = near_match(word, known);
    return near.empty() ? std::string() : "did you mean " + near + "?";
}

struct FunctionFacts {
    Function function;
    std::string_view name;
    std::size_t least, most;
    bool whole;  // takes lists and records
};
constexpr FunctionFacts Functions[] = {
    {Function::Count, "count", 1, 1, true},
    {Function::Sum, "sum", 1, 1, true},
    {Function::Min, "min", 1, 16, true},
    {Function::Max, "max", 1, 16, true},
    {Function::Exists, "exists", 1, 1, true},
    {Function::FirstOf, "first_of", 1, 16, true},
    {Function::Join, "join", 2, 16, true},
    {Function::Concat, "concat", 1, 16, false},
    {Function::Left, "left", 2, 2, false},
    {Function::Mid, "mid", 3, 3, false},
    {Function::Right, "right", 2, 2, false},
    {Function::Length, "length", 1, 1, false},
    {Function::Upper, "upper", 1, 1, false},
    {Function::Replace, "replace", 3, 3, false},
    {Function::Round, "round", 2, 2, false},
    {Function::Div, "div", 3, 3, false},
    {Function::Abs, "abs", 1, 1, false},
    {Function::Index, "index", 0, 0, false},
    {Function::CountSegments, "count_segments", 1, 1, false},
};

int to_int(std::string_view digits) {
    int out = 0;
    for (const char c : digits)
        if (c >= '0' && c <= '9' && out < 100000) out = out * 10 + (c - '0');
    return out;
}

}  // namespace

const CompiledTable* Compiler::table(const std::string& name) {
    m_used_tables.insert(name);
    for (const auto& known : m_plan.tables)
        if (known->name == name) return known.get();
    const Table* source = m_plan.map.table(name);
    if (source == nullptr) return nullptr;
    auto made = std::make_unique<CompiledTable>();
    made->name = name;
    for (const TableRow& row : source->rows) {
        if (row.arrow != Arrow::Write &&
            made->read.emplace(row.outside, std::pair(row.word, row.span)).second)
            made->codes.push_back(row.outside);
        if (row.arrow != Arrow::Read &&
            made->write.emplace(row.word, std::pair(row.outside, row.span)).second)
            made->words.push_back(row.word);
    }
    m_plan.tables.push_back(std::move(made));
    return m_plan.tables.back().get();
}

bool Compiler::table_lens(const LensCall& call, LensOp& op) {
    if (call.args.empty() || call.args[0].kind == LensArgKind::Names) {
        error("MAP121", call.span, "table needs the name of a table", "write | table NAME");
        return false;
    }
    op.table = table(call.args[0].text);
    if (op.table == nullptr) {
        std::vector<std::string> names;
        for (const Table& one : m_plan.map.tables)
            names.push_back(one.name);
        error("MAP120",
              call.args[0].span,
              "there is no table " + call.args[0].text,
              suggestion(call.args[0].text, names));
        return false;
    }
    if (call.args.size() == 1) return true;
    const bool shape = call.args.size() == 3 && call.args[1].text == "else";
    if (shape && call.args[2].kind == LensArgKind::Word && call.args[2].text == "keep")
        op.keep = true;
    else if (shape && call.args[2].kind == LensArgKind::Text) {
        op.fallback = true;
        op.text = call.args[2].text;
    } else {
        error("MAP121",
              call.args[1].span,
              "after the name of the table only else keep or else \"x\" can stand",
              "");
        return false;
    }
    return true;
}

bool Compiler::lens_arguments(const LensCall& call, LensOp& op) {
    const LensFacts& facts = facts_of(op.kind);
    const bool one = call.args.size() == 1;
    const bool text = one && call.args[0].kind == LensArgKind::Text && !call.args[0].text.empty();
    const bool number = one && call.args[0].kind == LensArgKind::Number;
    bool right = false;
    switch (op.kind) {
        case LensKind::Table:
            return table_lens(call, op);
        case LensKind::Date:
        case LensKind::Time:
        case LensKind::Split:
        case LensKind::Prefix:
        case LensKind::Suffix:
        case LensKind::Sscc:
            right = text;
            break;
        case LensKind::Zeros:
        case LensKind::Wrap:
        case LensKind::Cut:
        case LensKind::Round:
        case LensKind::Scale:
        case LensKind::Dtm:
            right = number && to_int(call.args[0].text) <= 10000;
            break;
        case LensKind::Moment:
            right = call.args.empty() || (call.args.size() == 2 && call.args[0].text == "zone" &&
                                          call.args[1].kind == LensArgKind::Text);
            if (right && !call.args.empty()) op.zone = call.args[1].text;
            break;
        case LensKind::Trim:
        case LensKind::Upper:
        case LensKind::Ascii:
        case LensKind::Negate:
        case LensKind::Invert:
        case LensKind::Gtin:
        case LensKind::Digit:
            right = call.args.empty();
            break;
    }
    if (!right) {
        error("MAP121",
              call.span,
              "this is not how " + call.name + " is written",
              "write " + std::string(facts.usage));
        return false;
    }
    if (text) op.text = call.args[0].text;
    if (number) op.number = to_int(call.args[0].text);
    return lens_format(call, op);
}

// Formats and format codes that exist.
bool Compiler::lens_format(const LensCall& call, const LensOp& op) {
    if (op.kind == LensKind::Date &&
        (op.text.find('D') == std::string::npos || op.text.find('M') == std::string::npos ||
         op.text.find('Y') == std::string::npos)) {
        error("MAP504",
              call.args[0].span,
              "\"" + op.text + "\" is not a date format",
              "use C, Y, M and D: \"CCYYMMDD\", \"DD.MM.CCYY\"");
        return false;
    }
    if (op.kind == LensKind::Dtm && op.number != 102 && op.number != 203 && op.number != 718) {
        error("MAP504",
              call.args[0].span,
              "format code " + call.args[0].text + " is not handled",
              "102 date, 203 date and time, 718 period");
        return false;
    }
    if (op.kind == LensKind::Scale && op.number > 30) {
        error("MAP503",
              call.args[0].span,
              "a number has at most 30 decimals here",
              "write scale 2 for percent");
        return false;
    }
    return true;
}

bool Compiler::lens(const LensCall& call, std::vector<LensOp>& out, unsigned depth) {
    if (const LensFacts* facts = find_lens(call.name)) {
        LensOp op;
        op.kind = facts->kind;
        op.span = call.span;
        if (!lens_arguments(call, op)) return false;
        out.push_back(std::move(op));
        return true;
    }
    if (const UserLens* user = m_plan.map.lens(call.name)) {
        if (depth > 8 || !call.args.empty()) {
            error("MAP121",
                  call.span,
                  depth > 8 ? "lens " + call.name + " uses itself"
                            : "a lens of one's own takes nothing",
                  "");
            return false;
        }
        return lenses(user->lenses, out, depth + 1);
    }
    std::vector<std::string> names;
    for (const LensFacts& one : lens_facts())
        names.emplace_back(one.name);
    for (const UserLens& one : m_plan.map.lenses)
        names.push_back(one.name);
    std::string help = suggestion(call.name, names);
    if (m_plan.map.table(call.name) != nullptr) help = "write | table " + call.name;
    error("MAP121", call.span, "there is no lens " + call.name, help);
    return false;
}

bool Compiler::lenses(const std::vector<LensCall>& calls,
                      std::vector<LensOp>& out,
                      unsigned depth) {
    bool ok = true;
    for (const LensCall& call : calls)
        ok = lens(call, out, depth) && ok;
    return ok;
}

// ---- expressions ------------------------------------------------------------------------------------------------------

std::optional<CompiledExpr> Compiler::wire_expression(const Expr& expr,
                                                      const Scope& scope,
                                                      bool whole) {
    CompiledExpr out;
    out.span = expr.span;
    const Path& path = expr.path;
    if (bare_word(path) && path.steps[0].name.find(':') == std::string::npos) {
        const std::string& word = path.steps[0].name;
        const bool glued = word.size() > 3 && word[word.size() - 1] >= '0' &&
                           word[word.size() - 1] <= '9' &&
                           !m_plan.set->find(word.substr(0, word.size() - 2)).empty();
        if (!glued) {
            error("MAP011",
                  expr.span,
                  word + " is not a segment here; a text stands in quotes",
                  "write \"" + word + "\"");
            return std::nullopt;
        }
    }
    std::optional<WirePlace> place = m_resolver.wire(path, scope);
    if (!place) return std::nullopt;
    if (!whole && (place->kind == PlaceKind::Anchor || place->kind == PlaceKind::PairList)) {
        error("MAP206",
              expr.span,
              "which element of " + place->text + " is meant?",
              which_one(*place, ".01"));
        return std::nullopt;
    }
    out.op = Op::Wire;
    out.type = natural_type(place->element);
    out.wire = *std::move(place);
    return out;
}

// A name that is no field here: a parameter. False when it was none and has been reported.
bool Compiler::parameter_expression(const Expr& expr, CompiledExpr& out) {
    const std::string& name = expr.path.steps[0].name;
    std::vector<std::string> names;
    for (std::size_t i = 0; i < m_plan.map.params.size(); ++i) {
        names.push_back(m_plan.map.params[i].name);
        if (names.back() != name) continue;
        m_used_params.insert(name);
        out.op = Op::Parameter;
        out.parameter = i;
        return true;
    }
    const std::string near = near_match(name, names);
    if (near.empty()) return true;
    error("MAP123",
          expr.span,
          "there is no parameter or field " + name,
          "did you mean " + near + "?");
    return false;
}

std::optional<CompiledExpr> Compiler::path_expression(const Expr& expr,
                                                      const Scope& scope,
                                                      bool whole) {
    CompiledExpr out;
    out.span = expr.span;
    const Path& path = expr.path;
    if (path.outside) return wire_expression(expr, scope, whole);
    if (path.steps.size() == 1 && path.steps[0].tests.empty() &&
        scope.record->slot(path.steps[0].name) < 0) {
        if (!parameter_expression(expr, out)) return std::nullopt;
        if (out.op == Op::Parameter) return out;
    }
    std::optional<DocPlace> place = m_resolver.document(path, scope, whole);
    if (!place) return std::nullopt;
    if (!whole && place->slot < 0) {
        error("MAP211",
              expr.span,
              place->text + " is a " + std::string(to_string(place->field->type)),
              "count(" + place->text + ") or sum(" + place->text +
                  ".FIELD) make one value of a list");
        return std::nullopt;
    }
    out.op = Op::Document;
    out.type = place->field->type;
    out.document = *std::move(place);
    return out;
}

bool Compiler::arguments(const Expr& expr, const Scope& scope, CompiledExpr& out, bool whole) {
    bool ok = true;
    for (const Expr& arg : expr.args) {
        std::optional<CompiledExpr> compiled = expression(arg, scope, whole);
        ok = ok && compiled.has_value();
        if (compiled) out.args.push_back(*std::move(compiled));
    }
    return ok;
}

std::optional<CompiledExpr> Compiler::call_expression(const Expr& expr, const Scope& scope) {
    const FunctionFacts* found = nullptr;
    for (const FunctionFacts& facts : Functions)
        if (facts.name == expr.text) found = &facts;
    if (found == nullptr) {
        std::vector<std::string> names;
        for (const FunctionFacts& facts : Functions)
            names.emplace_back(facts.name);
        std::string help = suggestion(expr.text, names);
        if (find_lens(expr.text) != nullptr)
            help = expr.text + " is a lens: PATH | " + expr.text + " <-> field";
        error("MAP122", expr.span, "there is no function " + expr.text, help);
        return std::nullopt;
    }
    if (expr.args.size() < found->least || expr.args.size() > found->most) {
        error("MAP122",
              expr.span,
              expr.text + " takes " + std::to_string(found->least) +
                  (found->most != found->least ? " or more" : "") + " values, not " +
                  std::to_string(expr.args.size()),
              found->function == Function::Div ? "div(a, b, scale) says how many decimals to keep"
                                               : "");
        return std::nullopt;
    }
    CompiledExpr out;
    out.op = Op::Call;
    out.span = expr.span;
    out.function = found->function;
    if (!arguments(expr, scope, out, found->whole)) return std::nullopt;
    return out;
}

std::optional<CompiledExpr> Compiler::expression(const Expr& expr, const Scope& scope, bool whole) {
    CompiledExpr out;
    out.span = expr.span;
    switch (expr.kind) {
        case ExprKind::Text:
            out.text = expr.text;
            return out;
        case ExprKind::Number: {
            out.op = Op::Number;
            const Result<Decimal> number = Decimal::parse(expr.text);
            if (!number) {
                error("MAP503", expr.span, number.error().what(), "");
                return std::nullopt;
            }
            out.number = *number;
            return out;
        }
        case ExprKind::Path:
            return path_expression(expr, scope, whole);
        case ExprKind::Call:
            return call_expression(expr, scope);
        case ExprKind::List:
            out.op = Op::List;
            break;
        case ExprKind::Not:
            out.op = Op::Not;
            break;
        case ExprKind::Binary: {
            static const std::vector<std::pair<std::string_view, Op>> Operators = {
                {"or", Op::Or},
                {"and", Op::And},
                {"=", Op::Equal},
                {"!=", Op::NotEqual},
                {"<", Op::Less},
                {">", Op::Greater},
                {"<=", Op::LessEqual},
                {">=", Op::GreaterEqual},
                {"in", Op::In},
                {"+", Op::Add},
                {"-", Op::Subtract},
                {"*", Op::Multiply}};
            for (const auto& [sign, op] : Operators)
                if (sign == expr.text) out.op = op;
            break;
        }
    }
    const bool logical = out.op == Op::Not || out.op == Op::Or || out.op == Op::And;
    if (!arguments(expr, scope, out, logical)) return std::nullopt;
    return out;
}

// ---- messages ---------------------------------------------------------------------------------------------------------

std::optional<Message> Compiler::message(const Else& clause, const Scope& scope) {
    Message out;
    const std::string_view raw = m_plan.map.sources.text(clause.span);
    std::string piece;
    bool ok = true;
    for (std::size_t i = 1; i + 1 < raw.size(); ++i) {
        if (raw[i] == '\\') {
            const std::size_t end = raw.substr(i + 1, 2) == "u{" ? raw.find('}', i) : i + 1;
            if (end == std::string_view::npos) break;
            piece += raw.substr(i, end - i + 1);
            i = end;
            continue;
        }
        if (raw[i] != '{') {
            piece += raw[i];
            continue;
        }
        const std::size_t end = raw.find('}', i);
        if (end == std::string_view::npos) {
            error("MAP002",
                  {clause.span.file,
                   clause.span.begin + static_cast<std::uint32_t>(i),
                   clause.span.begin + static_cast<std::uint32_t>(i) + 1},
                  "this { is never closed",
                  "write {expression}, or \\u{7b} for a brace");
            return std::nullopt;
        }
        const Span span{clause.span.file,
                        clause.span.begin + static_cast<std::uint32_t>(i) + 1,
                        clause.span.begin + static_cast<std::uint32_t>(end)};
        const std::optional<Expr> expr = parse_expression(m_plan.map.sources, span, m_diagnostics);
        std::optional<CompiledExpr> compiled = expr ? expression(*expr, scope) : std::nullopt;
        ok = ok && compiled.has_value();
        if (compiled) {
            out.texts.push_back(unquote("\"" + piece + "\""));
            piece.clear();
            out.values.push_back(*std::move(compiled));
        }
        i = end;
    }
    out.texts.push_back(unquote("\"" + piece + "\""));
    if (!ok) return std::nullopt;
    return out;
}

}  // namespace sallyport::mapping

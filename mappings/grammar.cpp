// SPDX-License-Identifier: Apache-2.0
// The grammar of maps, by Spirit X3 as a recogniser: it pushes (kind, begin, end) events and knows no AST, so there is no
// attribute coupling, and every node has its span. Every recursive rule goes through BOOST_SPIRIT_DEFINE: anything else
// costs a minute and gigabytes to compile.
//
// Blanks are skipped by the tokens themselves; comments and continued lines were blanked out before (syntax.cpp), so that
// here a line end always ends a statement.
#include "mappings/recogniser.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wall"
#pragma GCC diagnostic ignored "-Wextra"
#include <boost/spirit/home/x3.hpp>
#pragma GCC diagnostic pop

#include <algorithm>

namespace sallyport::mapping {
namespace {

namespace x3 = boost::spirit::x3;
using It = const char*;

// Collects events and the furthest failure. One per run.
class Builder {
public:
    Builder(std::string_view text, unsigned max_failures)
        : m_begin(text.data()), m_max_failures(max_failures), m_furthest(text.data()) {}

    std::size_t mark() const { return m_out.events.size(); }
    void truncate(std::size_t mark) { m_out.events.resize(mark); }
    std::size_t open(Node kind, It begin) {
        m_out.events.push_back({kind, offset(begin), offset(begin), 1});
        return m_out.events.size() - 1;
    }
    void close(std::size_t mark, It end) {
        m_out.events[mark].end = offset(end);
        m_out.events[mark].size = static_cast<std::uint32_t>(m_out.events.size() - mark);
    }
    void failed(It at, const char* expected) {
        if (expected == nullptr || at < m_furthest) return;
        if (at > m_furthest) m_expected.clear();
        m_furthest = at;
        if (std::find(m_expected.begin(), m_expected.end(), expected) == m_expected.end())
            m_expected.emplace_back(expected);
    }
    void start_statement(It at) {
        m_furthest = at;
        m_expected.clear();
    }
    void keep_failure() {
        if (m_out.failures.size() < m_max_failures)
            m_out.failures.push_back({offset(m_furthest), m_expected});
    }
    Recognised take() { return std::move(m_out); }

private:
    std::uint32_t offset(It at) const { return static_cast<std::uint32_t>(at - m_begin); }

    Recognised m_out;
    It m_begin;
    unsigned m_max_failures;
    It m_furthest;
    std::vector<std::string> m_expected;
};

struct BuilderTag;

template <typename Context>
Builder& builder(const Context& context) {
    return x3::get<BuilderTag>(context);
}

It skip_blanks(It at, It last) {
    while (at != last && (*at == ' ' || *at == '\t' || *at == '\r'))
        ++at;
    return at;
}

// node(k)[p]: an event around everything p pushes; on failure all of it goes.
template <typename Subject>
struct NodeDirective : x3::unary_parser<Subject, NodeDirective<Subject>> {
    using base = x3::unary_parser<Subject, NodeDirective<Subject>>;
    using attribute_type = x3::unused_type;
    static constexpr bool has_attribute = false;
    NodeDirective(const Subject& inner, Node kind) : base(inner), m_kind(kind) {}

    template <typename Context, typename RContext, typename Attribute>
    bool parse(
        It& first, const It& last, const Context& context, RContext& rcontext, Attribute&) const {
        Builder& out = builder(context);
        const It save = first;
        const std::size_t mark = out.mark();
        const bool real = m_kind != Node::Nothing;
        if (real) out.open(m_kind, skip_blanks(first, last));
        if (!this->subject.parse(first, last, context, rcontext, x3::unused)) {
            out.truncate(mark);
            first = save;
            return false;
        }
        if (real) out.close(mark, first);
        return true;
    }
    Node m_kind;
};

// tok(k, label)[p]: a leaf after optional blanks; glued(k)[p] is the same without the blanks.
template <typename Subject>
struct TokenDirective : x3::unary_parser<Subject, TokenDirective<Subject>> {
    using base = x3::unary_parser<Subject, TokenDirective<Subject>>;
    using attribute_type = x3::unused_type;
    static constexpr bool has_attribute = false;
    TokenDirective(const Subject& inner, Node kind, const char* label, bool blanks)
        : base(inner), m_kind(kind), m_label(label), m_blanks(blanks) {}

    template <typename Context, typename RContext, typename Attribute>
    bool parse(
        It& first, const It& last, const Context& context, RContext& rcontext, Attribute&) const {
        Builder& out = builder(context);
        It at = m_blanks ? skip_blanks(first, last) : first;
        const It begin = at;
        if (!this->subject.parse(at, last, context, rcontext, x3::unused)) {
            out.failed(begin, m_label);
            return false;
        }
        if (m_kind != Node::Nothing) out.close(out.open(m_kind, begin), at);
        first = at;
        return true;
    }
    Node m_kind;
    const char* m_label;
    bool m_blanks;
};

// recovering[p]: a statement that cannot be read is kept as a failure and skipped, with the block it opens.
template <typename Subject>
struct RecoveringDirective : x3::unary_parser<Subject, RecoveringDirective<Subject>> {
    using base = x3::unary_parser<Subject, RecoveringDirective<Subject>>;
    using attribute_type = x3::unused_type;
    static constexpr bool has_attribute = false;
    RecoveringDirective(const Subject& inner, bool top) : base(inner), m_top(top) {}

    template <typename Context, typename RContext, typename Attribute>
    bool parse(
        It& first, const It& last, const Context& context, RContext& rcontext, Attribute&) const {
        Builder& out = builder(context);
        const It begin = skip_blanks(first, last);
        if (begin == last || (*begin == '}' && !m_top)) return false;
        out.start_statement(begin);
        if (this->subject.parse(first, last, context, rcontext, x3::unused)) return true;
        out.keep_failure();
        first = after_statement(begin, last);
        return true;
    }

private:
    static It after_string(It at, It last) {
        if (last - at >= 3 && at[1] == '"' && at[2] == '"') {
            for (at += 3; last - at >= 3; ++at)
                if (at[0] == '"' && at[1] == '"' && at[2] == '"') return at + 3;
            return last;
        }
        for (++at; at != last && *at != '"' && *at != '\n'; ++at)
            if (*at == '\\' && at + 1 != last) ++at;
        return at == last || *at == '\n' ? at : at + 1;
    }
    It after_statement(It at, It last) const {
        int depth = 0;
        while (at != last) {
            if (*at == '"') {
                at = after_string(at, last);
                continue;
            }
            if (*at == '{') ++depth;
            if (*at == '}' && --depth < 0 && !m_top) return at;
            if (*at == '}' && depth < 0) depth = 0;
            const bool over = (*at == '\n' || *at == ';') && depth == 0;
            ++at;
            if (over) break;
        }
        return at;
    }
    bool m_top;
};

// The closing brace. At the end of the text it is reported and taken as given, so that nothing is parsed twice.
struct CloseBrace : x3::parser<CloseBrace> {
    using attribute_type = x3::unused_type;
    static constexpr bool has_attribute = false;
    template <typename Context, typename RContext, typename Attribute>
    bool parse(It& first, const It& last, const Context& context, RContext&, Attribute&) const {
        const It at = skip_blanks(first, last);
        if (at != last && *at == '}') {
            first = at + 1;
            return true;
        }
        if (at == last) return true;
        builder(context).failed(at, "\"}\"");
        return false;
    }
};

struct NodeGen {
    Node kind;
    template <typename P>
    auto operator[](const P& p) const {
        using Subject = typename x3::extension::as_parser<P>::value_type;
        return NodeDirective<Subject>(x3::as_parser(p), kind);
    }
};
struct TokenGen {
    Node kind;
    const char* label;
    bool blanks;
    template <typename P>
    auto operator[](const P& p) const {
        using Subject = typename x3::extension::as_parser<P>::value_type;
        return TokenDirective<Subject>(x3::as_parser(p), kind, label, blanks);
    }
};
struct RecoveringGen {
    bool top;
    template <typename P>
    auto operator[](const P& p) const {
        using Subject = typename x3::extension::as_parser<P>::value_type;
        return RecoveringDirective<Subject>(x3::as_parser(p), top);
    }
};

constexpr NodeGen node(Node kind) {
    return {kind};
}
constexpr NodeGen all{Node::Nothing};  // what belongs together when an alternative fails
constexpr TokenGen tok(Node kind, const char* label = nullptr) {
    return {kind, label, true};
}
constexpr TokenGen glued(Node kind) {
    return {kind, nullptr, false};
}

using x3::ascii::alnum;
using x3::ascii::alpha;
// Any octet: texts are UTF-8, ascii::char_ ends at 127.
struct Octet : x3::parser<Octet> {
    using attribute_type = x3::unused_type;
    static constexpr bool has_attribute = false;
    template <typename Context, typename RContext, typename Attribute>
    bool parse(It& first, const It& last, const Context&, RContext&, Attribute&) const {
        if (first == last) return false;
        ++first;
        return true;
    }
};

using x3::ascii::char_;
using x3::ascii::digit;
using x3::ascii::lower;

auto sym(const char* text, const char* label) {
    return tok(Node::Nothing, label)[x3::lit(text)];
}
auto word_end() {
    return !(alnum | char_("_:"));
}
auto kw(const char* text, Node kind = Node::Nothing) {
    return tok(kind, text)[x3::lit(text) >> word_end()];
}

// ---- words ------------------------------------------------------------------------------------------------------------
const auto dash = x3::lit('-') >> !x3::lit('>');
const auto code_chars = +(alnum | char_("_.") | dash);
const auto name_chars = alpha >> *(alnum | x3::lit('_') | dash);
const auto map_name_chars = (alnum | x3::lit('_')) >> *(alnum | char_("_.") | dash);
const auto text_chars =
    !x3::lit("\"\"\"") >> x3::lit('"') >>
    *((x3::lit('\\') >> (Octet{} - x3::lit('\n'))) | (Octet{} - char_("\"\\\n"))) >> x3::lit('"');
const auto raw_chars = x3::lit("\"\"\"") >> *(Octet{} - x3::lit("\"\"\"")) >> x3::lit("\"\"\"");
const auto number_chars = -x3::lit('-') >> +digit >> -(x3::lit('.') >> +digit) >>
                          !(alnum | char_("_."));
const auto arrow_chars = x3::lit("<->") | x3::lit("->") | x3::lit("<-");

const auto text = tok(Node::Text, "a quoted text")[text_chars];
const auto literal =
    tok(Node::Text, "a quoted text")[text_chars] | tok(Node::Number, "a number")[number_chars];
const auto code = tok(Node::Text, nullptr)[text_chars] | tok(Node::Code, "a code")[code_chars];
const auto name = tok(Node::Name, "a name")[name_chars];
const auto arrow = tok(Node::ArrowTok, "an arrow (<->, -> or <-)")[arrow_chars];
const auto nl = sym("\n", "end of line");
const auto end_of = +nl | (sym(";", nullptr) >> *nl) | tok(Node::Nothing, nullptr)[&x3::lit('}')] |
                    tok(Node::Nothing, nullptr)[x3::eoi];

// ---- rules ------------------------------------------------------------------------------------------------------------
const x3::rule<struct PathId> path;
const x3::rule<struct LensId> lens;
const x3::rule<struct ExprId> expr;
const x3::rule<struct SumId> sum;
const x3::rule<struct PrimId> prim;
const x3::rule<struct ClauseId> clause;
const x3::rule<struct RuleId> rule;
const x3::rule<struct ItemId> item;
const x3::rule<struct BodyId> body;
const x3::rule<struct TopId> top;
const x3::rule<struct FileId> file;

// Paths are written without blanks, except inside brackets.
const auto element_name = -x3::lit('@') >> +(alnum | char_("_:.@/") | dash);
const auto not_test = kw("not") >> tok(Node::NotElement, "an element")[element_name];
const auto equal_test = tok(Node::ElementName, nullptr)[element_name >> &(*x3::lit(' ') >> '=')] >>
                        sym("=", nullptr) >> code;
const auto test = node(Node::TestNode)[all[not_test] | all[equal_test] | code];
const auto tests = glued(Node::Nothing)[x3::lit('[')] >> (test % sym(",", "\",\"")) >>
                   sym("]", "\"]\"");
const auto occurrence = glued(Node::Nothing)[x3::lit('(')] >> glued(Node::Occurrence)[+digit] >>
                        glued(Node::Nothing)[x3::lit(')')];
const auto selector = -all[tests] >> -all[occurrence];
const auto step_chars = (x3::lit('@') | alpha) >> *(alnum | char_("_:") | (x3::lit('-') >> &alpha));
const auto step = node(Node::StepNode)[glued(Node::Name)[step_chars] >> selector];
const auto part = node(Node::PartNode)[glued(Node::Name)[+(alnum | x3::lit('_'))] >> selector];
const auto dotted = glued(Node::Nothing)[x3::lit('.')] >> part;
const auto group = glued(Node::Nothing)[x3::lit(".(")] >>
                   (tok(Node::GroupCode, "an element")[+alnum] % sym(",", "\",\"")) >>
                   sym(")", "\")\"");
const auto root = tok(Node::Relative, nullptr)[x3::lit("./")] |
                  tok(Node::Absolute, nullptr)[x3::lit('/')] |
                  tok(Node::Nothing, "a path")[&(alpha | char_("@"))];
const auto full_path =
    root >> step >> *all[glued(Node::Nothing)[x3::lit('/')] >> step] >> *all[dotted] >> -all[group];
const auto tail_path = tok(Node::Nothing, nullptr)[&x3::lit('.')] >> *all[dotted] >> -all[group];
const auto some_tail =
    tok(Node::Nothing, nullptr)[&(x3::lit('.') >> (alnum | char_("_(")))] >> tail_path;
const auto path_def = node(Node::PathNode)[all[full_path] | all[some_tail]];

// Lenses.
const auto name_list =
    node(Node::NameList)[sym("(", nullptr) >>
                         (tok(Node::Code, "a name")[code_chars] % sym(",", "\",\"")) >>
                         sym(")", "\")\"")];
const auto lens_argument = node(Node::LensUnder)[kw("under") >> path] | all[name_list] |
                           tok(Node::Text, nullptr)[text_chars] |
                           tok(Node::Word, nullptr)[code_chars];
const auto lens_def = node(Node::LensNode)[tok(Node::Name, "a lens")[name_chars] >> *lens_argument];
const auto lenses = *all[sym("|", "\"|\"") >> lens];

// Expressions.
const auto call =
    node(Node::Call)[tok(Node::Name, nullptr)[lower >> *(lower | digit | x3::lit('_'))] >>
                     glued(Node::Nothing)[x3::lit('(')] >> -(expr % sym(",", "\",\"")) >>
                     sym(")", "\")\"")];
const auto list =
    node(Node::List)[sym("[", nullptr) >> -(expr % sym(",", "\",\"")) >> sym("]", "\"]\"")];
const auto prim_def =
    all[call] | all[list] | all[sym("(", nullptr) >> expr >> sym(")", "\")\"")] | path | literal;
const auto product = node(Node::Product)[prim % tok(Node::Operator, nullptr)[x3::lit('*')]];
const auto add_op = tok(Node::Operator, nullptr)[x3::lit('+') | dash];
const auto sum_def = node(Node::Sum)[product % add_op];
const auto compare_chars = x3::lit("!=") | x3::lit("<=") | x3::lit(">=") | x3::lit('=') |
                           (x3::lit('<') >> !x3::lit('-')) | x3::lit('>') |
                           (x3::lit("in") >> word_end());
const auto compare = node(Node::Compare)[*kw("not", Node::Not) >> sum >>
                                         -all[tok(Node::Operator, nullptr)[compare_chars] >> sum]];
const auto conjunction = node(Node::And)[compare % kw("and")];
const auto expr_def = node(Node::Or)[conjunction % kw("or")];

// Rules and blocks.
const auto as_name = node(Node::As)[kw("as") >> name];
const auto action = tok(
    Node::ActionTok,
    "reject, hold or warn")[(x3::lit("reject") | x3::lit("hold") | x3::lit("warn")) >> word_end()];
const auto else_clause =
    node(Node::ElseClause)[kw("else") >> action >> -tok(Node::Code, nullptr)[code_chars] >> text];
const auto default_clause =
    node(Node::Default)[kw("default") >> literal >> -kw("omit", Node::Omit)];
const auto clause_def =
    all[default_clause] | node(Node::If)[kw("if") >> expr] | all[else_clause] | all[as_name];
const auto fields = node(
    Node::Fields)[sym("(", nullptr) >> path >> +(sym(",", "\",\"") >> path) >> sym(")", "\")\"")];
const auto left = all[path >> lenses >> arrow] | all[node(Node::LeftExpr)[expr] >> arrow];
const auto rule_def =
    node(Node::Rule)[-kw("always", Node::Always) >> left >>
                     (all[fields] | node(Node::RightExpr)[expr]) >> *clause >> end_of];

const auto body_def = node(Node::Body)[sym("{", "\"{\"") >> *(nl | sym(";", nullptr)) >>
                                       *RecoveringGen{false}[item] >> CloseBrace{}];
const auto block = node(Node::Block)[path >> -all[arrow >> path] >> body >> end_of];
const auto group_by = node(Node::GroupBy)[kw("group") >> kw("by") >> path];
const auto each =
    node(Node::Each)[kw("each") >> path >> arrow >> path >> -group_by >> body >> end_of];
const auto first = node(Node::First)[kw("first") >> -all[as_name] >> body >> end_of];
const auto when_right = all[arrow >> -node(Node::WhenRight)[expr]];
const auto when =
    node(Node::When)[kw("when") >> expr >> -when_right >> -all[as_name] >> body >> end_of];
const auto use = node(Node::Use)[kw("use") >> name >> end_of];
const auto phase = kw("on") >> (kw("parse", Node::Phase) | kw("build", Node::Phase));
const auto require =
    node(Node::Require)[kw("require") >> -all[phase] >> expr >> else_clause >> end_of];
const auto each_mark = -kw("each", Node::EachTok);
const auto remove = node(Node::Remove)[kw("remove") >> each_mark >> path >> end_of];
const auto replace_fragment =
    node(Node::ReplaceFragment)[kw("replace") >> kw("fragment") >> name >> body >> end_of];
const auto replace_with =
    node(Node::Replace)[kw("replace") >> each_mark >> path >> kw("with") >> item];
const auto replace_same = node(Node::Replace)[kw("replace") >> item];
const auto into = node(Node::Into)[kw("in") >> each_mark >> path >> body >> end_of];
const auto item_def = all[each] | all[first] | all[when] | all[use] | all[require] | all[remove] |
                      all[replace_fragment] | all[replace_with] | all[replace_same] | all[into] |
                      all[block] | all[rule];

// Lines of the head of a file.
const auto version = kw("version") >> tok(Node::VersionTok, "a version")[code_chars];
const auto map_line = node(Node::MapLine)[kw("map") >> tok(Node::Name, "a name")[map_name_chars] >>
                                          -all[version] >> end_of];
const auto file_text = tok(Node::FileTok, "a file name in quotes")[text_chars];
const auto extends = node(Node::Extends)[kw("extends") >> file_text >> -all[version] >> end_of];
const auto include = node(Node::Include)[kw("include") >> file_text >> end_of];
const auto side_word = tok(Node::Name, "x12, edifact, xml or odoo")
    [(x3::lit("x12") | x3::lit("edifact") | x3::lit("xml") | x3::lit("odoo")) >> word_end()];
const auto header =
    node(Node::Header)[side_word >> +code >> arrow >> name >>
                       -node(Node::SplitBy)[kw("split") >> kw("by") >> path] >> end_of];
const auto namespace_line =
    node(Node::NamespaceLine)[kw("namespace") >> name >> sym("=", "\"=\"") >> text >> end_of];
const auto type_word =
    tok(Node::TypeTok,
        "a type (text, code, decimal, integer, date, time, moment, boolean)")[name_chars];
const auto param_value = all[sym("=", "\"=\"") >> literal] | kw("optional", Node::OptionalTok);
const auto param_line = node(Node::ParamLine)[kw("param") >> name >> sym(":", "\":\"") >>
                                              type_word >> -param_value >> end_of];
const auto set_line =
    node(Node::SetLine)[kw("set") >> name >> sym("=", "\"=\"") >> literal >> end_of];
const auto row = node(Node::Row)[code >> arrow >> code >> *nl];
const auto rows = sym("{", "\"{\"") >> *nl >> *RecoveringGen{false}[row] >> CloseBrace{};
const auto from = node(Node::TableFrom)[kw("from") >> file_text >> -all[name_list]];
const auto table = node(Node::TableDef)[kw("table") >> name >> (all[from] | all[rows]) >> end_of];
const auto lens_line =
    node(Node::LensDef)[kw("lens") >> name >> sym("=", "\"=\"") >> lens >> lenses >> end_of];
const auto fragment = node(Node::FragmentDef)[kw("fragment") >> name >> body >> end_of];

// Test blocks.
const auto given = tok(Node::RawText, "a text between \"\"\" and \"\"\"")[raw_chars] |
                   all[kw("file") >> file_text];
const auto grade =
    tok(Node::GradeTok,
        "exact, stable or none")[(x3::lit("exact") | x3::lit("stable") | x3::lit("none")) >>
                                 word_end()];
const auto test_line =
    (node(Node::Wire)[kw("wire") >> given] | node(Node::Canonical)[kw("canonical") >> given] |
     node(Node::RoundTripLine)[kw("round") >> kw("trip") >> grade] |
     node(Node::Expect)[kw("expect") >> action >> text]) >>
    end_of;
const auto test_block =
    node(Node::TestDef)[kw("test") >> text >> sym("{", "\"{\"") >> *nl >>
                        *RecoveringGen{false}[all[test_line]] >> CloseBrace{} >> end_of];

const auto top_def = all[extends] | all[include] | all[header] | all[namespace_line] |
                     all[param_line] | all[set_line] | all[table] | all[lens_line] | all[fragment] |
                     all[test_block] | item;
const auto file_def = *nl >> -map_line >> *RecoveringGen{true}[top] >> *nl;

BOOST_SPIRIT_DEFINE(path, lens, expr, sum, prim, clause, rule, item, body, top, file)

}  // namespace

Recognised recognise(std::string_view prepared, StartRule start, unsigned max_failures) {
    Builder out(prepared, max_failures);
    It at = prepared.data();
    const It last = at + prepared.size();
    if (start == StartRule::File) {
        x3::parse(at, last, x3::with<BuilderTag>(out)[file]);
    } else {
        out.start_statement(at);
        const bool matched = x3::parse(at, last, x3::with<BuilderTag>(out)[expr]);
        if (!matched || skip_blanks(at, last) != last) {
            out.failed(skip_blanks(at, last), "an operator or the end of the expression");
            out.keep_failure();
        }
    }
    return out.take();
}

}  // namespace sallyport::mapping

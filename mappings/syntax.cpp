// SPDX-License-Identifier: Apache-2.0
// A text to its AST, and what the recogniser could not read to messages.
#include "mappings/grammar.h"
#include "mappings/prepare.h"
#include "mappings/recogniser.h"
#include "mappings/syntax_builder.h"

#include <algorithm>

namespace sallyport::mapping {

namespace {

std::string expected_text(const std::vector<std::string>& expected) {
    std::string out = "expected ";
    const std::size_t shown = std::min<std::size_t>(expected.size(), 6);
    for (std::size_t i = 0; i < shown; ++i) {
        if (i > 0) out += i + 1 == shown ? " or " : ", ";
        const bool keyword = std::all_of(
            expected[i].begin(), expected[i].end(), [](char c) { return c >= 'a' && c <= 'z'; });
        out += keyword ? "\"" + expected[i] + "\"" : expected[i];
    }
    return expected.empty() ? "this cannot stand here" : out;
}

std::string expected_help(std::string_view before,
                          std::string_view rest,
                          const std::vector<std::string>& expected) {
    const auto wants = [&](std::string_view label) {
        return std::find(expected.begin(), expected.end(), label) != expected.end();
    };
    if (rest.starts_with("<=>") || rest.starts_with("=>") || rest.starts_with("-->") ||
        (before.ends_with("<=") && rest.starts_with('>')))
        return "arrows are <-> (both ways), -> (into the document) and <- (out of it)";
    if (rest.starts_with('/') && wants("an arrow (<->, -> or <-)"))
        return "there is no division sign; div(a, b, scale) says how many decimals to keep";
    if (wants("a quoted text") && !rest.empty() && rest[0] != '\n')
        return "texts stand in double quotes";
    return {};
}

void add_failures(const Sources& sources,
                  std::uint32_t file,
                  std::uint32_t shift,
                  const std::vector<Failure>& failures,
                  std::vector<Diagnostic>& diagnostics) {
    const std::string_view text = sources.files[file].text;
    for (const Failure& failure : failures) {
        const std::uint32_t begin = failure.at + shift;
        std::uint32_t end = begin;
        while (end < text.size() &&
               std::string_view(" \t\r\n").find(text[end]) == std::string_view::npos &&
               end - begin < 40)
            ++end;
        const std::string_view rest = begin < text.size() ? text.substr(begin) : std::string_view{};
        diagnostics.push_back(
            {"MAP002",
             Severity::Error,
             {file, begin, std::max(end, begin + 1)},
             expected_text(failure.expected),
             expected_help(text.substr(0, std::min<std::size_t>(begin, text.size())),
                           rest,
                           failure.expected)});
    }
}

}  // namespace

MapFile parse_map(const Sources& sources,
                  std::uint32_t file,
                  std::vector<Diagnostic>& diagnostics,
                  const GrammarLimits& limits) {
    MapFile out;
    if (sources.files[file].text.size() > limits.bytes) {
        diagnostics.push_back({"MAP001",
                               Severity::Error,
                               {file, 0, 1},
                               "the file has " + std::to_string(sources.files[file].text.size()) +
                                   " bytes, " + std::to_string(limits.bytes) + " is the limit",
                               "split it with include, or keep tables in CSV files"});
        return out;
    }
    const std::size_t before = diagnostics.size();
    const std::string prepared = prepare(sources, file, limits, diagnostics);
    const Recognised found = recognise(prepared, StartRule::File, limits.faults);
    add_failures(sources, file, 0, found.failures, diagnostics);
    SyntaxBuilder(sources, file, 0, found.events, diagnostics).build(out);
    std::stable_sort(
        diagnostics.begin() + static_cast<std::ptrdiff_t>(before),
        diagnostics.end(),
        [](const Diagnostic& a, const Diagnostic& b) { return a.span.begin < b.span.begin; });
    if (diagnostics.size() > before + limits.faults) diagnostics.resize(before + limits.faults);
    return out;
}

std::optional<Expr> parse_expression(const Sources& sources,
                                     Span span,
                                     std::vector<Diagnostic>& diagnostics) {
    const std::string_view text = sources.text(span);
    unsigned depth = 0;
    for (const char c : text)
        if ((c == '(' || c == '[') && ++depth > GrammarLimits{}.depth) break;
    if (depth > GrammarLimits{}.depth) {
        diagnostics.push_back(
            {"MAP001", Severity::Error, span, "brackets are nested too deep", ""});
        return std::nullopt;
    }
    const Recognised found = recognise(text, StartRule::Expression, 1);
    add_failures(sources, span.file, span.begin, found.failures, diagnostics);
    if (!found.failures.empty() || found.events.empty()) return std::nullopt;
    return SyntaxBuilder(sources, span.file, span.begin, found.events, diagnostics).expression(0);
}

}  // namespace sallyport::mapping

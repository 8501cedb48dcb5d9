// SPDX-License-Identifier: Apache-2.0
#include "mappings/source.h"

#include <algorithm>

namespace sallyport::mapping {

namespace {

std::string_view name_of(Severity severity) {
    switch (severity) {
        case Severity::Error:
            return "error";
        case Severity::Warning:
            return "warning";
        case Severity::Note:
            return "note";
    }
    return "error";
}

// The line around `at`, and the offset where it starts.
std::string_view line_around(std::string_view text, std::size_t at, std::size_t& start) {
    at = std::min(at, text.size());
    start = at == 0 ? 0 : text.rfind('\n', at - 1);
    start = at == 0 || start == std::string_view::npos ? 0 : start + 1;
    std::size_t end = text.find('\n', at);
    if (end == std::string_view::npos) end = text.size();
    std::string_view line = text.substr(start, end - start);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

std::string printable(std::string_view line) {
    std::string out(line);
    for (char& c : out)
        if (c == '\t' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
    return out;
}

}  // namespace

LineColumn Sources::position(Span span) const {
    LineColumn out;
    if (span.file >= files.size()) return out;
    const std::string& text = files[span.file].text;
    const std::size_t end = std::min<std::size_t>(span.begin, text.size());
    for (std::size_t i = 0; i < end; ++i) {
        ++out.column;
        if (text[i] == '\n') {
            ++out.line;
            out.column = 1;
        }
    }
    return out;
}

std::string_view Sources::text(Span span) const {
    if (span.file >= files.size()) return {};
    const std::string_view text = files[span.file].text;
    if (span.begin >= text.size() || span.end <= span.begin) return {};
    return text.substr(span.begin, span.end - span.begin);
}

std::string Sources::where(Span span) const {
    if (span.file >= files.size()) return {};
    return files[span.file].name + ":" + std::to_string(position(span).line);
}

std::string render(const Diagnostic& diagnostic, const Sources& sources) {
    const Span span = diagnostic.span;
    std::string out;
    if (span.file >= sources.files.size()) {
        out = std::string(name_of(diagnostic.severity)) + " " + diagnostic.code + "\n   " +
              diagnostic.message;
    } else {
        const LineColumn at = sources.position(span);
        const SourceFile& file = sources.files[span.file];
        out = file.name + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) + ": " +
              std::string(name_of(diagnostic.severity)) + " " + diagnostic.code + "\n";
        std::size_t start = 0;
        const std::string_view line = line_around(file.text, span.begin, start);
        const std::string number = std::to_string(at.line);
        const std::string margin(number.size() < 5 ? 5 - number.size() : 0, ' ');
        out += margin + number + " | " + printable(line) + "\n";
        const std::size_t column = std::min<std::size_t>(span.begin, file.text.size()) - start;
        std::size_t width = span.end > span.begin ? span.end - span.begin : 1;
        width = std::max<std::size_t>(
            1, std::min(width, line.size() > column ? line.size() - column : 1));
        out += std::string(margin.size() + number.size(), ' ') + " | " + std::string(column, ' ') +
               std::string(width, '^') + " " + diagnostic.message;
    }
    if (!diagnostic.help.empty()) out += "\n   help: " + diagnostic.help;
    return out;
}

std::string render(const std::vector<Diagnostic>& diagnostics, const Sources& sources) {
    std::string out;
    for (const Diagnostic& diagnostic : diagnostics) {
        out += render(diagnostic, sources);
        out += '\n';
    }
    return out;
}

bool has_errors(const std::vector<Diagnostic>& diagnostics) {
    return std::any_of(diagnostics.begin(), diagnostics.end(), [](const Diagnostic& d) {
        return d.severity == Severity::Error;
    });
}

}  // namespace sallyport::mapping

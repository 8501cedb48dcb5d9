// SPDX-License-Identifier: Apache-2.0
// Texts of maps, places in them, and what the checker says about them. The layout of a message is the one people see:
// file:line:column, the source line, a caret under the place, a remedy.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::mapping {

// Half-open byte range in file number `file` of a Sources list.
struct Span {
    std::uint32_t file = 0;
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
};

struct SourceFile {
    std::string name;  // as written in include/extends, or as given to the loader
    std::string text;
};

struct LineColumn {
    std::uint32_t line = 1;    // counts from 1
    std::uint32_t column = 1;  // in bytes, counts from 1
};

// The files of one map, in the order they were read. Spans point into it. Value type.
struct Sources {
    std::vector<SourceFile> files;

    LineColumn position(Span span) const;
    std::string_view text(Span span) const;
    // "acme-850.map:12", the way rules are named in traces and rejections.
    std::string where(Span span) const;
};

enum class Severity : std::uint8_t { Error, Warning, Note };

// One finding. `code` is stable ("MAP201"); tests, documents and tickets name it.
struct Diagnostic {
    std::string code;
    Severity severity = Severity::Error;
    Span span;
    std::string message;  // stands behind the carets
    std::string help;     // the remedy; may be empty
};

// The layout of messages, three or four lines, no line end at the last one.
std::string render(const Diagnostic& diagnostic, const Sources& sources);
std::string render(const std::vector<Diagnostic>& diagnostics, const Sources& sources);
bool has_errors(const std::vector<Diagnostic>& diagnostics);

}  // namespace sallyport::mapping

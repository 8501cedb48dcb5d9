// SPDX-License-Identifier: Apache-2.0
// How paths and texts are spelled in maps.
#include "mappings/grammar.h"

namespace sallyport::mapping {

std::string spell(const Path& path) {
    std::string out;
    const auto add_step = [&out](const Step& step) {
        out += step.name;
        if (!step.tests.empty()) {
            out += '[';
            for (std::size_t i = 0; i < step.tests.size(); ++i) {
                const Test& test = step.tests[i];
                if (i > 0) out += ", ";
                if (test.absent)
                    out += "not " + test.element;
                else
                    out += (test.element.empty() ? "" : test.element + "=") + test.code;
            }
            out += ']';
        }
        if (step.occurrence > 0) out += "(" + std::to_string(step.occurrence) + ")";
    };
    if (path.absolute) out += '/';
    for (std::size_t i = 0; i < path.steps.size(); ++i) {
        if (i > 0) out += path.outside ? '/' : '.';
        add_step(path.steps[i]);
    }
    for (const Step& part : path.parts) {
        out += '.';
        add_step(part);
    }
    if (!path.group.empty()) {
        out += ".(";
        for (std::size_t i = 0; i < path.group.size(); ++i)
            out += (i > 0 ? "," : "") + path.group[i];
        out += ')';
    }
    return out;
}

std::string_view to_string(Action action) {
    switch (action) {
        case Action::Reject:
            return "reject";
        case Action::Hold:
            return "hold";
        case Action::Warn:
            return "warn";
    }
    return "reject";
}

namespace {

void append_utf8(std::uint32_t code, std::string& out) {
    const auto tail = [&](unsigned shift) {
        out += static_cast<char>(0x80U | ((code >> shift) & 0x3FU));
    };
    if (code < 0x80) {
        out += static_cast<char>(code);
    } else if (code < 0x800) {
        out += static_cast<char>(0xC0U | (code >> 6U));
        tail(0);
    } else if (code < 0x10000) {
        out += static_cast<char>(0xE0U | (code >> 12U));
        tail(6);
        tail(0);
    } else {
        out += static_cast<char>(0xF0U | (code >> 18U));
        tail(12);
        tail(6);
        tail(0);
    }
}

std::uint32_t hex_value(std::string_view digits) {
    std::uint32_t out = 0;
    for (const char c : digits) {
        const int digit = c >= '0' && c <= '9'   ? c - '0'
                          : c >= 'a' && c <= 'f' ? c - 'a' + 10
                          : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                 : 0;
        if (out <= 0x10FFFF) out = out * 16 + static_cast<std::uint32_t>(digit);
    }
    return out;
}

}  // namespace

std::string unquote(std::string_view text) {
    std::string out;
    if (text.size() >= 2) text = text.substr(1, text.size() - 2);
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\' || i + 1 >= text.size()) {
            out += text[i];
            continue;
        }
        const char next = text[++i];
        if (next == 'n') {
            out += '\n';
        } else if (next == 'u' && i + 1 < text.size() && text[i + 1] == '{') {
            const std::size_t end = text.find('}', i);
            if (end == std::string_view::npos) continue;
            const std::uint32_t code = hex_value(text.substr(i + 2, end - i - 2));
            if (code <= 0x10FFFF) append_utf8(code, out);
            i = end;
        } else {
            out += next;
        }
    }
    return out;
}

}  // namespace sallyport::mapping

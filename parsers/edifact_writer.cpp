// SPDX-License-Identifier: Apache-2.0
// Drafts to octets: envelope, counts, release characters, character set and trimming are made here.
#include "parsers/edifact.h"

#include <algorithm>

namespace sallyport::edi {
namespace {

bool blank(const DraftSegment::Components& components) {
    return std::all_of(
        components.begin(), components.end(), [](const std::string& text) { return text.empty(); });
}
bool blank(const DraftSegment::Repetitions& repetitions) {
    return std::all_of(repetitions.begin(), repetitions.end(), [](const auto& components) {
        return blank(components);
    });
}

class EdifactWriter {
public:
    EdifactWriter(const Separators& separators, std::string_view syntax)
        : m_separators(separators), m_syntax(syntax) {}
    Status write(const DraftEdifact& interchange);
    std::string take() { return std::move(m_out); }

private:
    Status header(const DraftEdifact& interchange);
    Status message(const DraftMessage& message);
    Status segment(const DraftSegment& segment);
    Status element(const DraftSegment& segment, std::size_t index);
    Status value(const DraftSegment& segment, std::size_t index, std::string_view text);
    void advice();

    const Separators& m_separators;
    std::string_view m_syntax;
    std::string m_out;
};

Status demand(std::string_view name, std::string_view text, std::size_t max) {
    if (!text.empty() && text.size() <= max) return {};
    return Error("edifact.write.field",
                 Blame::Operator,
                 std::string(name) + " \"" + std::string(text.substr(0, 40)) +
                     "\" must have 1 to " + std::to_string(max) + " characters")
        .remedy("correct the partner agreement");
}

Status EdifactWriter::write(const DraftEdifact& interchange) {
    if (Status done = header(interchange); !done) return done;
    for (const DraftMessage& one : interchange.messages) {
        if (Status done = message(one); !done) return done;
    }
    return segment(
        DraftSegment("UNZ", {std::to_string(interchange.messages.size()), interchange.control}));
}

void EdifactWriter::advice() {
    m_out += "UNA";
    m_out += m_separators.component;
    m_out += m_separators.element;
    m_out += m_separators.decimal;
    m_out += m_separators.release == '\0' ? ' ' : m_separators.release;
    m_out += m_separators.repetition == '\0' ? ' ' : m_separators.repetition;
    m_out += m_separators.terminator.substr(0, 1);
    m_out += m_separators.line_end;
}

Status EdifactWriter::header(const DraftEdifact& interchange) {
    struct Field {
        std::string_view name, text;
        std::size_t max;
    };
    for (const Field& one : {Field{"sender (0004)", interchange.sender.id, 35},
                             Field{"receiver (0010)", interchange.receiver.id, 35},
                             Field{"date (0017)", interchange.date, 8},
                             Field{"time (0019)", interchange.time, 4},
                             Field{"control reference (0020)", interchange.control, 14}}) {
        if (Status valid = demand(one.name, one.text, one.max); !valid) return valid;
    }
    if (interchange.always_una) advice();
    DraftSegment unb("UNB");
    unb.set({1, 1, 1}, interchange.syntax);
    unb.set({1, 2, 1}, std::string(1, interchange.syntax_version));
    unb.set({2, 1, 1}, interchange.sender.id);
    unb.set({2, 2, 1}, interchange.sender.qualifier);
    unb.set({3, 1, 1}, interchange.receiver.id);
    unb.set({3, 2, 1}, interchange.receiver.qualifier);
    unb.set({4, 1, 1}, interchange.date);
    unb.set({4, 2, 1}, interchange.time);
    unb.set(5, interchange.control);
    unb.set(7, interchange.application_reference);
    if (interchange.acknowledgement_request) unb.set(9, "1");
    if (interchange.test) unb.set(11, "1");
    return segment(unb);
}

Status EdifactWriter::message(const DraftMessage& message) {
    if (Status valid = demand("message reference (0062)", message.reference, 14); !valid)
        return valid;
    if (Status valid = demand("message type (0065)", message.type, 6); !valid) return valid;
    DraftSegment unh("UNH", {message.reference});
    unh.set({2, 1, 1}, message.type);
    unh.set({2, 2, 1}, message.version);
    unh.set({2, 3, 1}, message.release);
    unh.set({2, 4, 1}, message.agency);
    unh.set({2, 5, 1}, message.association);
    if (Status done = segment(unh); !done) return done;
    for (const DraftSegment& one : message.body) {
        if (Status done = segment(one); !done) return done;
    }
    return segment(
        DraftSegment("UNT", {std::to_string(message.body.size() + 2), message.reference}));
}

Status EdifactWriter::segment(const DraftSegment& segment) {
    m_out += segment.tag();
    std::size_t count = segment.elements().size();
    while (count > 0 && blank(segment.elements()[count - 1]))
        --count;
    for (std::size_t i = 0; i < count; ++i) {
        m_out += m_separators.element;
        if (Status done = element(segment, i); !done) return done;
    }
    m_out += m_separators.terminator;
    m_out += m_separators.line_end;
    return {};
}

Status EdifactWriter::element(const DraftSegment& segment, std::size_t index) {
    const auto& repetitions = segment.elements()[index];
    std::size_t count = repetitions.size();
    while (count > 0 && blank(repetitions[count - 1]))
        --count;
    for (std::size_t r = 0; r < count; ++r) {
        // Below syntax 4 a repeat is an element of its own.
        if (r > 0)
            m_out +=
                m_separators.repetition != '\0' ? m_separators.repetition : m_separators.element;
        const auto& components = repetitions[r];
        std::size_t last = components.size();
        while (last > 0 && components[last - 1].empty())
            --last;
        for (std::size_t c = 0; c < last; ++c) {
            if (c > 0) m_out += m_separators.component;
            if (Status done = value(segment, index, components[c]); !done) return done;
        }
    }
    return {};
}

Status EdifactWriter::value(const DraftSegment& segment, std::size_t index, std::string_view text) {
    const bool ascii = std::all_of(
        text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    const auto encoded =
        ascii ? std::optional<std::string>(text) : edifact_from_utf8(text, m_syntax);
    const auto refuse = [&](std::string_view why) {
        return Error("edifact.write.character",
                     Blame::Operator,
                     "element " + std::to_string(index + 1) + " of " + segment.tag() + " holds \"" +
                         std::string(text.substr(0, 40)) + "\": " + std::string(why))
            .remedy(
                "choose another syntax identifier for this partner, or replace the character in "
                "the mapping");
    };
    if (!encoded)
        return refuse("character set " + std::string(m_syntax) + " has no such character");
    for (const char c : *encoded) {
        const bool special = c == m_separators.element || c == m_separators.component ||
                             c == m_separators.terminator[0] ||
                             (c == m_separators.release && c != '\0') ||
                             (c == m_separators.repetition && c != '\0');
        if (static_cast<unsigned char>(c) < 0x20)
            return refuse("control characters cannot be written");
        if (special && m_separators.release == '\0')
            return refuse("it holds a separator and there is no release character");
        if (special) m_out += m_separators.release;
        m_out += c;
    }
    return {};
}

}  // namespace

Result<std::string> write_edifact(const DraftEdifact& interchange) {
    EdifactWriter writer(interchange.separators, interchange.syntax);
    if (Status done = writer.write(interchange); !done)
        return std::move(done).error().during("writing EDIFACT");
    return writer.take();
}

}  // namespace sallyport::edi

// SPDX-License-Identifier: Apache-2.0
// Drafts to octets: envelope, counts and trimming are made here, never by the caller.
#include "parsers/x12.h"

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

class X12Writer {
public:
    explicit X12Writer(const Separators& separators) : m_separators(separators) {}
    Status write(const DraftInterchange& interchange);
    std::string take() { return std::move(m_out); }

private:
    Status header(const DraftInterchange& interchange);
    Status group(const DraftGroup& group);
    Status segment(const DraftSegment& segment);
    Status element(const DraftSegment& segment, std::size_t index);
    Status value(const DraftSegment& segment, std::size_t index, std::string_view text);
    Status field(std::string_view name,
                 std::string_view text,
                 std::size_t min,
                 std::size_t max) const;
    void end_segment();

    const Separators& m_separators;
    std::string m_out;
};

Error write_error(std::string_view code, std::string what, std::string remedy) {
    return Error(code, Blame::Operator, std::move(what)).remedy(std::move(remedy));
}

std::string padded(std::string_view text, std::size_t width) {
    std::string out(text);
    if (out.size() < width) out.append(width - out.size(), ' ');
    return out;
}

Status X12Writer::field(std::string_view name,
                        std::string_view text,
                        std::size_t min,
                        std::size_t max) const {
    if (text.size() < min || text.size() > max) {
        return write_error("x12.write.field",
                           std::string(name) + " \"" + std::string(text.substr(0, 40)) +
                               "\" must have " + std::to_string(min) + " to " +
                               std::to_string(max) + " characters",
                           "correct the partner agreement");
    }
    for (const char c : text) {
        const bool separator = c == m_separators.element || c == m_separators.terminator[0] ||
                               (c == m_separators.component && c != '\0');
        if (separator || static_cast<unsigned char>(c) < 0x20) {
            return write_error("x12.write.field",
                               std::string(name) + " holds a separator or control character",
                               "correct the partner agreement");
        }
    }
    return {};
}

Status X12Writer::write(const DraftInterchange& interchange) {
    if (Status done = header(interchange); !done) return done;
    for (const DraftSegment& extra : interchange.extra) {
        if (Status done = segment(extra); !done) return done;
    }
    for (const DraftGroup& one : interchange.groups) {
        if (Status done = group(one); !done) return done;
    }
    const std::string control =
        std::string(9 - interchange.control.size(), '0') + interchange.control;
    return segment(DraftSegment("IEA", {std::to_string(interchange.groups.size()), control}));
}

Status X12Writer::header(const DraftInterchange& interchange) {
    struct Field {
        std::string_view name, text;
        std::size_t min, max;
    };
    const Field fields[] = {{"ISA05", interchange.sender_qualifier, 2, 2},
                            {"ISA06", interchange.sender, 1, 15},
                            {"ISA07", interchange.receiver_qualifier, 2, 2},
                            {"ISA08", interchange.receiver, 1, 15},
                            {"ISA09", interchange.date, 6, 6},
                            {"ISA10", interchange.time, 4, 4},
                            {"ISA12", interchange.version, 5, 5},
                            {"ISA13", interchange.control, 1, 9}};
    for (const Field& one : fields) {
        if (Status valid = field(one.name, one.text, one.min, one.max); !valid) return valid;
    }
    if (m_separators.component == '\0' || m_separators.terminator.empty()) {
        return write_error("x12.write.field",
                           "separators are incomplete",
                           "name an element, a component separator and a segment terminator");
    }
    const bool repeats = interchange.version >= "00402" && m_separators.repetition != '\0';
    const std::string eleventh = repeats ? std::string(1, m_separators.repetition) : "U";
    const char star = m_separators.element;
    m_out += "ISA";
    const std::string control =
        std::string(9 - interchange.control.size(), '0') + interchange.control;
    for (const std::string& text : {std::string("00"),
                                    padded("", 10),
                                    std::string("00"),
                                    padded("", 10),
                                    interchange.sender_qualifier,
                                    padded(interchange.sender, 15),
                                    interchange.receiver_qualifier,
                                    padded(interchange.receiver, 15),
                                    interchange.date,
                                    interchange.time,
                                    eleventh,
                                    interchange.version,
                                    control,
                                    std::string(interchange.request_acknowledgement ? "1" : "0"),
                                    std::string(interchange.test ? "T" : "P"),
                                    std::string(1, m_separators.component)}) {
        m_out += star;
        m_out += text;
    }
    end_segment();
    return {};
}

Status X12Writer::group(const DraftGroup& group) {
    struct Field {
        std::string_view name, text;
        std::size_t min, max;
    };
    const Field fields[] = {{"GS01", group.functional_id, 2, 2},
                            {"GS02", group.sender, 2, 15},
                            {"GS03", group.receiver, 2, 15},
                            {"GS04", group.date, 6, 8},
                            {"GS05", group.time, 4, 8},
                            {"GS06", group.control, 1, 9},
                            {"GS07", group.agency, 1, 2},
                            {"GS08", group.version, 1, 12}};
    for (const Field& one : fields) {
        if (Status valid = field(one.name, one.text, one.min, one.max); !valid) return valid;
    }
    if (Status done = segment(DraftSegment("GS",
                                           {group.functional_id,
                                            group.sender,
                                            group.receiver,
                                            group.date,
                                            group.time,
                                            group.control,
                                            group.agency,
                                            group.version}));
        !done)
        return done;
    for (const DraftTransaction& transaction : group.transactions) {
        if (Status valid = field("ST02", transaction.control, 4, 9); !valid) return valid;
        if (Status done = segment(DraftSegment("ST", {transaction.set, transaction.control}));
            !done)
            return done;
        for (const DraftSegment& one : transaction.body) {
            if (Status done = segment(one); !done) return done;
        }
        if (Status done = segment(DraftSegment(
                "SE", {std::to_string(transaction.body.size() + 2), transaction.control}));
            !done)
            return done;
    }
    return segment(DraftSegment("GE", {std::to_string(group.transactions.size()), group.control}));
}

Status X12Writer::segment(const DraftSegment& segment) {
    m_out += segment.tag();
    std::size_t count = segment.elements().size();
    while (count > 0 && blank(segment.elements()[count - 1]))
        --count;
    for (std::size_t i = 0; i < count; ++i) {
        m_out += m_separators.element;
        if (Status done = element(segment, i); !done) return done;
    }
    end_segment();
    return {};
}

Status X12Writer::element(const DraftSegment& segment, std::size_t index) {
    const auto& repetitions = segment.elements()[index];
    std::size_t count = repetitions.size();
    while (count > 0 && blank(repetitions[count - 1]))
        --count;
    if (count > 1 && m_separators.repetition == '\0') {
        return write_error("x12.write.separator",
                           segment.tag() + " repeats element " + std::to_string(index + 1) +
                               ", this interchange has no repetition separator",
                           "use interchange version 00402 or later, or do not repeat the element");
    }
    for (std::size_t r = 0; r < count; ++r) {
        if (r > 0) m_out += m_separators.repetition;
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

Status X12Writer::value(const DraftSegment& segment, std::size_t index, std::string_view text) {
    for (const char c : text) {
        const bool separator = c == m_separators.element || c == m_separators.component ||
                               c == m_separators.terminator[0] ||
                               (c == m_separators.repetition && c != '\0');
        if (!separator) continue;
        return write_error(
            "x12.write.separator",
            "element " + std::to_string(index + 1) + " of " + segment.tag() +
                " holds the separator '" + std::string(1, c) + "': \"" +
                std::string(text.substr(0, 40)) + "\"",
            "choose other separators for this partner, or replace the character in the mapping");
    }
    m_out += text;
    return {};
}

void X12Writer::end_segment() {
    m_out += m_separators.terminator;
    m_out += m_separators.line_end;
}

}  // namespace

DraftSegment::DraftSegment(std::string tag, std::initializer_list<std::string_view> elements)
    : m_tag(std::move(tag)) {
    for (const std::string_view text : elements)
        m_elements.push_back({{std::string(text)}});
}

void DraftSegment::set(const Locator& at, std::string text) {
    if (at.element == 0 || at.component == 0 || at.repetition == 0) return;
    if (m_elements.size() < at.element) m_elements.resize(at.element);
    Repetitions& repetitions = m_elements[at.element - 1u];
    if (repetitions.size() < at.repetition) repetitions.resize(at.repetition);
    Components& components = repetitions[at.repetition - 1u];
    if (components.size() < at.component) components.resize(at.component);
    components[at.component - 1u] = std::move(text);
}

std::string_view DraftSegment::text(const Locator& at) const {
    if (at.element == 0 || at.element > m_elements.size()) return {};
    const Repetitions& repetitions = m_elements[at.element - 1u];
    if (at.repetition == 0 || at.repetition > repetitions.size()) return {};
    const Components& components = repetitions[at.repetition - 1u];
    return at.component == 0 || at.component > components.size()
               ? std::string_view()
               : std::string_view(components[at.component - 1u]);
}

bool DraftSegment::empty() const {
    return std::all_of(m_elements.begin(), m_elements.end(), [](const Repetitions& repetitions) {
        return blank(repetitions);
    });
}

Result<std::string> write_x12(const DraftInterchange& interchange) {
    X12Writer writer(interchange.separators);
    if (Status done = writer.write(interchange); !done)
        return std::move(done).error().during("writing X12");
    return writer.take();
}

}  // namespace sallyport::edi

// SPDX-License-Identifier: Apache-2.0
// Drafts to octets: envelope, counts and trimming are made here, never by the caller.
#include "parsers/printable.h"
#include "parsers/segment_writer.h"
#include "parsers/x12.h"

namespace sallyport::edi {
namespace {

class X12Writer {
public:
    X12Writer(const Separators& separators, const WriteStyle& style)
        : m_separators(separators),
          m_writer(m_separators, {.standard = Standard::X12, .syntax = {}, .style = style}) {}
    Status write(const DraftInterchange& interchange);
    std::string take() { return m_writer.take(); }

private:
    Status header(const DraftInterchange& interchange);
    Status group(const DraftGroup& group);
    Status segment(const DraftSegment& one) { return m_writer.segment(one); }
    Status field(std::string_view name,
                 std::string_view text,
                 std::size_t min,
                 std::size_t max) const;

    const Separators& m_separators;
    SegmentWriter m_writer;
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
        if (separator || is_control(c)) {
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
    const bool repeats = m_separators.repetition != '\0';
    const std::string eleventh = repeats ? std::string(1, m_separators.repetition) : "U";
    const char star = m_separators.element;
    std::string isa = "ISA";
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
        isa += star;
        isa += text;
    }
    m_writer.add(isa);
    m_writer.end_segment();
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

}  // namespace

Result<std::string> write_x12(const DraftInterchange& interchange) {
    Separators separators = interchange.separators;
    separators.release = '\0';  // ISX is for releases that no shipped set has
    if (interchange.version < "00402") separators.repetition = '\0';  // ISA11 says U there
    X12Writer writer(separators, interchange.style);
    if (Status done = writer.write(interchange); !done)
        return std::move(done).error().during("writing X12");
    return writer.take();
}

}  // namespace sallyport::edi

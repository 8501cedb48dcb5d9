// SPDX-License-Identifier: Apache-2.0
// Drafts to octets: envelope, counts, release characters, character set and trimming are made here.
#include "parsers/edifact.h"
#include "parsers/segment_writer.h"

namespace sallyport::edi {
namespace {

class EdifactWriter {
public:
    explicit EdifactWriter(const DraftEdifact& interchange)
        : m_separators(interchange.separators),
          m_writer(m_separators,
                   {.standard = Standard::Edifact,
                    .syntax = interchange.syntax,
                    .style = interchange.style}) {}
    Status write(const DraftEdifact& interchange);
    std::string take() { return m_writer.take(); }

private:
    Status header(const DraftEdifact& interchange);
    Status group(const DraftMessageGroup& group);
    Status message(const DraftMessage& message);
    Status segment(const DraftSegment& one) { return m_writer.segment(one); }
    void advice();

    const Separators& m_separators;
    SegmentWriter m_writer;
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
    if (!interchange.messages.empty() && !interchange.groups.empty())
        return Error("edifact.write.field",
                     Blame::Operator,
                     "an interchange has messages or groups of messages, not both")
            .remedy("put every message into a group, or none");
    if (Status done = header(interchange); !done) return done;
    for (const DraftMessageGroup& one : interchange.groups) {
        if (Status done = group(one); !done) return done;
    }
    for (const DraftMessage& one : interchange.messages) {
        if (Status done = message(one); !done) return done;
    }
    return segment(
        DraftSegment("UNZ",
                     {std::to_string(interchange.messages.size() + interchange.groups.size()),
                      interchange.control}));
}

void EdifactWriter::advice() {
    std::string una = "UNA";
    una += m_separators.component;
    una += m_separators.element;
    una += m_separators.decimal;
    una += m_separators.release == '\0' ? ' ' : m_separators.release;
    una += m_separators.repetition == '\0' ? ' ' : m_separators.repetition;
    una += m_separators.terminator.substr(0, 1);
    m_writer.add(una + m_separators.line_end);
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

Status EdifactWriter::group(const DraftMessageGroup& group) {
    if (Status valid = demand("group reference (0048)", group.control, 14); !valid) return valid;
    if (Status valid = demand("message group (0038)", group.type, 6); !valid) return valid;
    DraftSegment ung("UNG", {group.type});
    ung.set({2, 1, 1}, group.sender.id);
    ung.set({2, 2, 1}, group.sender.qualifier);
    ung.set({3, 1, 1}, group.receiver.id);
    ung.set({3, 2, 1}, group.receiver.qualifier);
    ung.set({4, 1, 1}, group.date);
    ung.set({4, 2, 1}, group.time);
    ung.set(5, group.control);
    ung.set(6, group.agency);
    ung.set({7, 1, 1}, group.version);
    ung.set({7, 2, 1}, group.release);
    ung.set({7, 3, 1}, group.association);
    if (Status done = segment(ung); !done) return done;
    for (const DraftMessage& one : group.messages) {
        if (one.type != group.type)
            return Error(
                       "edifact.write.field",
                       Blame::Operator,
                       "message " + one.reference + " is " + one.type + ", its group " + group.type)
                .remedy("one group for each message type");
        if (Status done = message(one); !done) return done;
    }
    return segment(DraftSegment("UNE", {std::to_string(group.messages.size()), group.control}));
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

}  // namespace

Result<std::string> write_edifact(const DraftEdifact& interchange) {
    EdifactWriter writer(interchange);
    if (Status done = writer.write(interchange); !done)
        return std::move(done).error().during("writing EDIFACT");
    return writer.take();
}

}  // namespace sallyport::edi

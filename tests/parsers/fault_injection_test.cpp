// SPDX-License-Identifier: Apache-2.0
// A property over every set of every release: a valid document has no fault, and one injected fault gives exactly that
// fault, at exactly that place, in the report, in the 997 and 999 or the CONTRL, and in the stream validator. Which kinds were
// put into which sets stands in docs/reference/fault-injection.md; GW_ACCEPT=1 writes it anew.
#include "edi_fixture.h"
#include "fault_conditions.h"
#include "stream_compare.h"

#include "parsers/ack.h"
#include "parsers/edi.h"
#include "parsers/guide.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>

namespace sallyport::edi {
namespace {

using test::Body;
using test::Injected;
using test::Kind;

template <typename Function>
Kind kind(const char* name, const char* column, Function inject) {
    return {name, column, inject};
}

Kind condition(const char* name, const char* column, ConditionKind which) {
    return {name, column, [which](const SetSchema& set, Body body) {
                return test::broken_condition(set, std::move(body), which);
            }};
}

Kind guide(const char* name, const char* column, const char* letter) {
    return {name, column, [letter](const SetSchema& set, Body body) {
                return test::broken_guide_condition(set, std::move(body), letter);
            }};
}

const std::vector<Kind>& kinds() {
    static const std::vector<Kind> all = {
        kind("segment no release knows", "us", test::unknown_segment),
        kind("segment of another set",
             "fs",
             [](const SetSchema& set, Body body) {
                 return test::foreign_segment(test::schemas(), set, std::move(body));
             }),
        kind("mandatory segment missing", "ms", test::missing_segment),
        kind("segment that opens a loop missing", "ls", test::missing_starter),
        kind("segment more often than allowed", "so", test::segment_too_often),
        kind("loop more often than allowed", "lo", test::loop_too_often),
        kind("segment behind its place", "sq", test::segment_too_late),
        kind("mandatory element missing", "me", test::missing_element),
        kind("mandatory component missing", "mc", test::missing_component),
        kind("one element too many", "te", test::too_many_elements),
        kind("one component too many", "tc", test::too_many_components),
        kind("one repetition too many", "tr", test::too_many_repetitions),
        kind("value too long", "vl", test::too_long),
        kind("value too short", "vs", test::too_short),
        kind("code not in the list", "vc", test::bad_code),
        kind("no number", "vn", test::bad_number),
        kind("no date", "vd", test::bad_date),
        kind("no time", "vt", test::bad_time),
        kind("character not allowed", "vx", test::bad_character),
        condition("condition P", "cP", ConditionKind::Paired),
        condition("condition R", "cR", ConditionKind::Required),
        condition("condition C", "cC", ConditionKind::Conditional),
        condition("condition L", "cL", ConditionKind::ListConditional),
        condition("condition E", "cE", ConditionKind::Exclusive),
        guide("condition D1 (a guide's)", "d1", "D1"),
        guide("condition D2 (a guide's)", "d2", "D2"),
        guide("condition D3 (a guide's)", "d3", "D3"),
        guide("condition D4 (a guide's)", "d4", "D4"),
        guide("condition D5 (a guide's)", "d5", "D5"),
        guide("condition D6 (a guide's)", "d6", "D6"),
        guide("condition D7 (a guide's)", "d7", "D7"),
        kind("level whose parent is not there", "tp", test::tree_without_parent),
        kind("level number used twice", "td", test::tree_number_twice)};
    return all;
}

// A trailer changed or left out. `x12` and `edifact` are the words of the acknowledgements; null: the standard has no such
// segment.
struct EnvelopeKind {
    const char* name;
    const char* column;
    const char* code;
    const char *from_x12, *to_x12, *from_edifact, *to_edifact;
    const char *where_x12, *word_x12, *where_edifact, *word_edifact;
};
const EnvelopeKind Envelopes[] = {
    {"count of segments",
     "e1",
     "edi.set.count",
     "~SE*",
     "~SE*9",
     "'UNT+",
     "'UNT+9",
     "AK5",
     "4",
     "UCM",
     "29"},
    {"number of the set in its trailer",
     "e2",
     "edi.set.control-mismatch",
     "*0001~GE",
     "*0002~GE",
     "+1'UNZ",
     "+2'UNZ",
     "AK5",
     "3",
     "UCM",
     "28"},
    {"no trailer of the set",
     "e3",
     "edi.set.trailer-missing",
     "~SE*",
     nullptr,
     "'UNT+",
     nullptr,
     "AK5",
     "2",
     "UCM",
     "13"},
    {"count of sets in the group",
     "e4",
     "edi.group.count",
     "~GE*1",
     "~GE*7",
     nullptr,
     nullptr,
     "AK9",
     "5",
     nullptr,
     nullptr},
    {"number of the group in its trailer",
     "e5",
     "edi.group.control-mismatch",
     "~GE*1*1~",
     "~GE*1*2~",
     nullptr,
     nullptr,
     "AK9",
     "4",
     nullptr,
     nullptr},
    {"no trailer of the group",
     "e6",
     "edi.group.trailer-missing",
     "~GE*",
     nullptr,
     nullptr,
     nullptr,
     "AK9",
     "3",
     nullptr,
     nullptr},
    {"count in the interchange trailer",
     "e7",
     "edi.interchange.count",
     "~IEA*1",
     "~IEA*7",
     "'UNZ+1",
     "'UNZ+7",
     "TA1",
     "021",
     "UCI",
     "29"},
    {"number in the interchange trailer",
     "e8",
     "edi.interchange.control-mismatch",
     "*000000001~",
     "*000000002~",
     "'UNZ+1+1",
     "'UNZ+1+2",
     "TA1",
     "001",
     "UCI",
     "28"},
    {"no trailer of the interchange",
     "e9",
     "edi.interchange.trailer-missing",
     "~IEA*",
     nullptr,
     "'UNZ+",
     nullptr,
     "TA1",
     "023",
     "UCI",
     "13"},
};

std::optional<std::string> bent_envelope(std::string octets, bool x12, const EnvelopeKind& kind) {
    const char* from = x12 ? kind.from_x12 : kind.from_edifact;
    const char* to = x12 ? kind.to_x12 : kind.to_edifact;
    if (!from) return std::nullopt;
    const std::size_t at = octets.rfind(from);
    if (at == std::string::npos) return std::nullopt;
    if (to) return octets.replace(at, std::string_view(from).size(), to);
    const std::size_t end = octets.find(x12 ? '~' : '\'', at + 1);
    return octets.erase(at, end - at);
}

std::string listed(const std::vector<Fault>& faults) {
    std::string text;
    for (const Fault& fault : faults)
        text += std::string(fault.code) + " " + fault.segment + "@" +
                std::to_string(fault.position) + " element " + std::to_string(fault.element) + "." +
                std::to_string(fault.component) + ": " + fault.message + "\n";
    return text;
}

std::string contrl_of(const Report& report) {
    const auto written = write_contrl(report.interchanges[0],
                                      {.control = "2",
                                       .reference = "2",
                                       .date = "20261120",
                                       .time = "1016",
                                       .receipt_only = false});
    EXPECT_TRUE(written) << written.error().text();
    return written ? *written : std::string();
}

std::size_t count_of(const std::string& text, std::string_view what) {
    std::size_t count = 0;
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
        ++count;
    return count;
}

// The CONTRL names this segment and element with this code, and no other.
void expect_in_contrl(const Report& report, const Fault& fault) {
    const std::string contrl = contrl_of(report);
    if (contrl.empty()) return;  // the document was a CONTRL
    const bool segment = fault.scope == Scope::Segment;
    EXPECT_NE(contrl.find("UCS+" + std::to_string(fault.position) +
                          (segment ? "+" + std::string(fault.ack.edifact) : "") + "'"),
              std::string::npos)
        << contrl;
    EXPECT_EQ(count_of(contrl, "'UCS+"), 1u) << contrl;
    EXPECT_EQ(count_of(contrl, "'UCD+"), segment ? 0u : 1u) << contrl;
    if (segment) return;
    const std::string detail = "UCD+" + std::string(fault.ack.edifact) + "+" +
                               std::to_string(fault.element + 1) +
                               (fault.component > 0 ? ":" + std::to_string(fault.component) : "");
    EXPECT_NE(contrl.find(detail), std::string::npos) << detail << "\n" << contrl;
}

// The 997 or 999 has one AK3 or IK3 for this segment, one AK4 or IK4 where an element is meant, and no more.
void expect_in_997(const Report& report, const Fault& fault, AckForm form) {
    const auto ack = make_acknowledgement(
        report.interchanges[0].groups[0], AcceptancePolicy::RejectTransaction, "0001", form);
    if (!ack) return;  // the document was a 997 or 999
    const bool f999 = form == AckForm::F999, whole = fault.scope == Scope::Segment;
    const std::string_view ak3 = f999 && !fault.ack.ik3.empty() ? fault.ack.ik3 : fault.ack.ak3;
    const std::string_view ak4 = f999 && !fault.ack.ik4.empty() ? fault.ack.ik4 : fault.ack.ak4;
    std::size_t segments = 0, elements = 0;
    for (const DraftSegment& one : ack->body) {
        if (one.tag() == (f999 ? "IK3" : "AK3")) {
            ++segments;
            EXPECT_EQ(one.text({1, 1, 1}), fault.segment.substr(0, 3));
            EXPECT_EQ(one.text({2, 1, 1}), std::to_string(fault.position));
            if (whole) {
                EXPECT_EQ(one.text({4, 1, 1}), ak3);
            }
        }
        if (one.tag() == (f999 ? "IK4" : "AK4")) {
            ++elements;
            EXPECT_EQ(one.text({1, 1, 1}), std::to_string(fault.element));
            if (fault.component > 0) {
                EXPECT_EQ(one.text({1, 2, 1}), std::to_string(fault.component));
            }
            EXPECT_EQ(one.text({3, 1, 1}), ak4);
        }
    }
    EXPECT_EQ(segments, 1u) << fault.message;
    EXPECT_EQ(elements, whole ? 0u : 1u) << fault.message;
}

void expect_acknowledged(const Report& report, const Fault& fault) {
    if (report.interchanges[0].standard == "edifact") {
        expect_in_contrl(report, fault);
        return;
    }
    expect_in_997(report, fault, AckForm::F997);
    expect_in_997(report, fault, AckForm::F999);
}

Report judged(const std::string& octets, const std::string& guide_text = {}) {
    std::optional<Guide> guide;
    ValidationOptions options;
    if (!guide_text.empty()) {
        auto parsed = Guide::parse(guide_text, "acme.guide", test::schemas());
        EXPECT_TRUE(parsed) << parsed.error().text();
        if (parsed) guide = *std::move(parsed);
        if (guide) options.guide = &*guide;
    }
    StreamOptions stream;
    stream.validation = options;
    EXPECT_EQ(test::difference(octets, test::schemas(), stream), "");  // as a stream: the same
    auto document = read(octets);
    EXPECT_TRUE(document) << document.error().text();
    return document ? validate(*document, test::schemas(), options) : Report{};
}

std::vector<Fault> errors_in(const Report& report) {
    std::vector<Fault> errors;
    for (Fault& fault : test::faults_in(report)) {
        if (fault.severity == Severity::Error) errors.push_back(std::move(fault));
    }
    return errors;
}

void expect_one(const Injected& injected, const std::string& octets) {
    const Report report = judged(octets, injected.guide);
    const std::vector<Fault> faults = errors_in(report);
    EXPECT_EQ(faults.size(), 1u) << listed(faults) << octets.substr(0, 1500);
    if (faults.size() != 1) return;
    EXPECT_EQ(faults[0].code, injected.code) << listed(faults);
    EXPECT_EQ(faults[0].segment, injected.segment);
    EXPECT_EQ(faults[0].position, injected.position) << listed(faults);
    EXPECT_EQ(faults[0].element, injected.element) << listed(faults);
    EXPECT_EQ(faults[0].component, injected.component) << listed(faults);
    expect_acknowledged(report, faults[0]);
}

void expect_envelope(const EnvelopeKind& kind, const std::string& octets, bool x12) {
    const Report report = judged(octets);
    const std::vector<Fault> faults = errors_in(report);
    EXPECT_EQ(faults.size(), 1u) << listed(faults);
    if (faults.size() != 1) return;
    EXPECT_EQ(faults[0].code, kind.code);
    const std::string word = x12 ? kind.word_x12 : kind.word_edifact;
    const std::string where = x12 ? kind.where_x12 : kind.where_edifact;
    if (where == "TA1") {
        EXPECT_EQ(interchange_verdict(report.interchanges[0]).note, word);
    } else if (x12) {
        for (const AckForm form : {AckForm::F997, AckForm::F999}) {
            const auto ack = make_acknowledgement(report.interchanges[0].groups[0],
                                                  AcceptancePolicy::RejectTransaction,
                                                  "0001",
                                                  form);
            if (!ack) return;  // the document was one
            const std::string tag = form == AckForm::F999 && where == "AK5" ? "IK5" : where;
            const std::uint16_t at = where == "AK9" ? 5 : 2;
            std::size_t found = 0;
            for (const DraftSegment& one : ack->body)
                found += one.tag() == tag && one.text({at, 1, 1}) == word ? 1u : 0u;
            EXPECT_EQ(found, 1u) << tag << " " << word;
        }
    } else if (const std::string contrl = contrl_of(report); !contrl.empty()) {
        const std::size_t from = contrl.find("'" + where + "+");
        ASSERT_NE(from, std::string::npos) << contrl;
        const std::string segment = contrl.substr(from, contrl.find('\'', from + 1) - from);
        EXPECT_NE(segment.find("+4+" + word), std::string::npos) << contrl;
    }
}

std::vector<std::string> releases() {
    std::vector<std::string> all;
    for (const SchemaSet::Name& name : test::schemas().names()) {
        if (all.empty() || all.back() != name.release) all.emplace_back(name.release);
    }
    return all;
}

class FaultInjection : public testing::TestWithParam<std::string> {
protected:
    template <typename Visit>
    void each_set(Visit visit) {
        for (const SchemaSet::Name& name : test::schemas().names()) {
            if (name.release != GetParam()) continue;
            const auto set = test::schemas().find(name.standard, name.release, name.set);
            ASSERT_TRUE(set);
            SCOPED_TRACE(std::string(name.release) + " " + std::string(name.set));
            visit(**set, test::sample_body(**set));
        }
    }
};

TEST_P(FaultInjection, EverySetHasADocumentWithoutFault) {
    each_set([](const SetSchema& set, const Body& body) {
        const Report report = judged(test::sample_document(set, body));
        EXPECT_EQ(listed(errors_in(report)), "");
        EXPECT_TRUE(report.accepted());
    });
}

TEST_P(FaultInjection, OneInjectedFaultGivesExactlyThatFaultAtThatPlace) {
    each_set([](const SetSchema& set, const Body& body) {
        for (const Kind& one : kinds()) {
            SCOPED_TRACE(one.name);
            const std::optional<Injected> injected = one.inject(set, body);
            if (injected) expect_one(*injected, test::document_of(set, *injected));
        }
    });
}

TEST_P(FaultInjection, AWrongTrailerIsOneFaultOfItsLevel) {
    each_set([](const SetSchema& set, const Body& body) {
        const bool x12 = set.standard == Standard::X12;
        for (const EnvelopeKind& one : Envelopes) {
            SCOPED_TRACE(one.name);
            const auto octets = bent_envelope(test::sample_document(set, body), x12, one);
            if (octets) expect_envelope(one, *octets, x12);
        }
    });
}

INSTANTIATE_TEST_SUITE_P(Releases,
                         FaultInjection,
                         testing::ValuesIn(releases()),
                         [](const auto& one) { return one.param; });

std::string table_row(const SetSchema& set, std::map<std::string, std::size_t>& totals) {
    const Body body = test::sample_body(set);
    std::string row(set.id);
    row.resize(10, ' ');
    const auto cell = [&](const char* column, bool there) {
        row += there ? "  x" : "  .";
        totals[column] += there ? 1u : 0u;
    };
    for (const Kind& one : kinds())
        cell(one.column, one.inject(set, body).has_value());
    const std::string octets = test::sample_document(set, body);
    for (const EnvelopeKind& one : Envelopes)
        cell(one.column, bent_envelope(octets, set.standard == Standard::X12, one).has_value());
    return row + "\n";
}

std::string page() {
    std::string text =
        "# Fault injection: which fault was put into which set\n\n"
        "Made by `tests/parsers/fault_injection_test.cpp` (`GW_ACCEPT=1` writes it). For every `x` "
        "a valid document of the set, made from its\nschema, got one fault of the kind, and "
        "exactly "
        "that fault was found at exactly that place: in the report of the tree and of the stream,\n"
        "in the 997 and 999, or in the CONTRL; trailers of the interchange in the TA1 or UCI. A "
        "`.` "
        "says that the set has no place where this\nfault can stand alone (no such rule, or "
        "breaking it breaks another).\n\n| | kind | sets |\n|---|---|---|\n";
    std::map<std::string, std::size_t> totals;
    std::string tables, release;
    std::string head = "set       ";
    for (const Kind& one : kinds())
        head += " " + std::string(one.column);
    for (const EnvelopeKind& one : Envelopes)
        head += " " + std::string(one.column);
    for (const SchemaSet::Name& name : test::schemas().names()) {
        const auto set = test::schemas().find(name.standard, name.release, name.set);
        if (!set) continue;
        if (release != name.release) {
            tables += (release.empty() ? "" : "```\n") + std::string("\n## ") +
                      std::string(name.release) + "\n\n```\n" + head + "\n";
            release = name.release;
        }
        tables += table_row(**set, totals);
    }
    const auto line = [&](const char* column, const char* what) {
        text += "| `" + std::string(column) + "` | " + what + " | " +
                std::to_string(totals[column]) + " |\n";
    };
    for (const Kind& one : kinds())
        line(one.column, one.name);
    for (const EnvelopeKind& one : Envelopes)
        line(one.column, one.name);
    return text + tables + "```\n";
}

TEST(FaultCoverage, ThePageSaysWhichKindsWerePutIntoWhichSets) {
    const auto file =
        std::filesystem::path(SALLYPORT_SOURCE_DIR) / "docs" / "reference" / "fault-injection.md";
    const std::string made = page();
    if (std::getenv("GW_ACCEPT") != nullptr) {
        std::ofstream(file, std::ios::binary) << made;
        GTEST_SKIP() << "written anew: " << file.filename();
    }
    EXPECT_TRUE(test::read(file) == made) << "run with GW_ACCEPT=1 to write " << file.filename();
    for (const Kind& one : kinds()) {
        std::size_t sets = 0;
        for (const SchemaSet::Name& name : test::schemas().names()) {
            const auto set = test::schemas().find(name.standard, name.release, name.set);
            if (set && one.inject(**set, test::sample_body(**set))) ++sets;
        }
        EXPECT_GT(sets, 5u) << one.name;
    }
}

}  // namespace
}  // namespace sallyport::edi

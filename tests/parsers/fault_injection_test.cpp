// SPDX-License-Identifier: Apache-2.0
// A property over every set of every release: a valid document has no fault, and one injected fault gives exactly that
// fault, at exactly that place, in the report and in the acknowledgement.
#include "edi_fixture.h"
#include "set_sample.h"
#include "stream_compare.h"

#include "parsers/ack.h"
#include "parsers/edi.h"

#include <gtest/gtest.h>

#include <iostream>

namespace sallyport::edi {
namespace {

using test::SampleSegment;

struct Injected {
    std::vector<SampleSegment> body;
    std::string_view code;
    std::string segment;
    std::uint32_t position = 0;
    std::uint16_t element = 0;  // 0: not judged
};
using Injection = std::optional<Injected> (*)(const SetSchema& set,
                                              std::vector<SampleSegment> body);

std::uint32_t position_of(std::size_t index) {
    return static_cast<std::uint32_t>(index + 2);
}  // behind the header

const SegmentSchema& schema_of(const SetSchema& set, const SampleSegment& sample) {
    return *set.nodes[sample.node].segment;
}

std::optional<Injected> unknown_segment(const SetSchema&, std::vector<SampleSegment> body) {
    const std::size_t at = body.size() / 2;
    body.insert(body.begin() + static_cast<std::ptrdiff_t>(at),
                SampleSegment{0, DraftSegment("QQQ", {"1"})});
    return Injected{std::move(body), "edi.segment.unknown", "QQQ", position_of(at), 0};
}

std::optional<Injected> missing_first_segment(const SetSchema& set,
                                              std::vector<SampleSegment> body) {
    const std::string tag = body.front().draft.tag();
    const Node& node = set.nodes[body.front().node];
    if (body.size() < 2 || node.loop || node.usage != Usage::Mandatory || set.find(tag).size() != 1)
        return std::nullopt;
    body.erase(body.begin());
    return Injected{std::move(body), "edi.segment.missing", tag, 2, 0};
}

std::optional<Injected> segment_too_often(const SetSchema& set, std::vector<SampleSegment> body) {
    for (std::size_t i = 0; i < body.size(); ++i) {
        const Node& node = set.nodes[body[i].node];
        if (node.loop || node.max != 1 || set.find(node.tag).size() != 1) continue;
        const std::string tag = body[i].draft.tag();
        const SampleSegment copy = body[i];
        body.insert(body.begin() + static_cast<std::ptrdiff_t>(i), copy);
        return Injected{std::move(body), "edi.segment.repeated", tag, position_of(i + 1), 0};
    }
    return std::nullopt;
}

std::optional<Injected> segment_too_late(const SetSchema& set, std::vector<SampleSegment> body) {
    const Node& node = set.nodes[body.front().node];
    if (body.size() < 2 || node.loop || set.find(node.tag).size() != 1) return std::nullopt;
    const SampleSegment copy = body.front();
    body.push_back(copy);
    const std::size_t last = body.size() - 1;
    return Injected{
        std::move(body), "edi.segment.sequence", copy.draft.tag(), position_of(last), 0};
}

// The first simple element that `pick` likes gets the value `pick` returns.
template <typename Pick>
std::optional<Injected> bend(const SetSchema& set,
                             std::vector<SampleSegment> body,
                             std::string_view code,
                             Pick pick) {
    for (std::size_t i = 0; i < body.size(); ++i) {
        const SegmentSchema& schema = schema_of(set, body[i]);
        if (schema.tag == "HL" || schema.tag == "CPS") continue;  // trees have rules of their own
        for (std::uint16_t element = 1; element <= schema.elements.size(); ++element) {
            const ElementRef& ref = schema.elements[element - 1u];
            if (!ref.element || body[i].draft.text({element, 1, 1}).empty()) continue;
            const std::optional<std::string> value = pick(*ref.element, ref, schema, element);
            if (!value) continue;
            body[i].draft.set(element, *value);
            const std::string tag(schema.tag);
            return Injected{std::move(body), code, tag, position_of(i), element};
        }
    }
    return std::nullopt;
}

bool conditioned(const SegmentSchema& schema, std::uint16_t element) {
    for (const Condition& condition : schema.conditions) {
        for (const std::uint8_t position : condition.positions) {
            if (position == element) return true;
        }
    }
    return false;
}

std::optional<Injected> missing_element(const SetSchema& set, std::vector<SampleSegment> body) {
    return bend(set,
                std::move(body),
                "edi.element.missing",
                [](const Element&,
                   const ElementRef& ref,
                   const SegmentSchema& schema,
                   std::uint16_t element) {
                    // Another element must stay, or the segment would end in a separator; a condition would speak up as well.
                    const bool fits = ref.usage == Usage::Mandatory &&
                                      !conditioned(schema, element) &&
                                      element < schema.elements.size() &&
                                      schema.elements[element].usage == Usage::Mandatory;
                    return fits ? std::optional<std::string>("") : std::nullopt;
                });
}

std::optional<Injected> element_too_long(const SetSchema& set, std::vector<SampleSegment> body) {
    return bend(set,
                std::move(body),
                "edi.element.too-long",
                [](const Element& element, const ElementRef&, const SegmentSchema&, std::uint16_t) {
                    const bool text =
                        element.type == DataType::Text || element.type == DataType::Any;
                    return text && !element.codes && element.max < 200
                               ? std::optional(std::string(element.max + 1, 'A'))
                               : std::nullopt;
                });
}

std::optional<Injected> element_too_short(const SetSchema& set, std::vector<SampleSegment> body) {
    return bend(set,
                std::move(body),
                "edi.element.too-short",
                [](const Element& element, const ElementRef&, const SegmentSchema&, std::uint16_t) {
                    const bool text =
                        element.type == DataType::Text || element.type == DataType::Any;
                    return text && !element.codes && element.min > 1
                               ? std::optional(std::string(element.min - 1, 'A'))
                               : std::nullopt;
                });
}

std::optional<Injected> bad_code(const SetSchema& set, std::vector<SampleSegment> body) {
    return bend(set,
                std::move(body),
                "edi.element.code",
                [](const Element& element, const ElementRef&, const SegmentSchema&, std::uint16_t)
                    -> std::optional<std::string> {
                    if (!element.codes || element.type == DataType::Digits) return std::nullopt;
                    for (const char c : std::string_view("QXJ0W7")) {
                        const std::string word(element.max < 6 ? element.max : element.min, c);
                        if (!element.codes->contains(word)) return word;
                    }
                    return std::nullopt;
                });
}

std::optional<Injected> bad_number(const SetSchema& set, std::vector<SampleSegment> body) {
    return bend(set,
                std::move(body),
                "edi.element.number",
                [](const Element& element, const ElementRef&, const SegmentSchema&, std::uint16_t) {
                    const bool numeric = element.type == DataType::Implied ||
                                         element.type == DataType::Real ||
                                         element.type == DataType::Digits;
                    return numeric && !element.codes ? std::optional(std::string(element.min, 'X'))
                                                     : std::nullopt;
                });
}

std::optional<Injected> bad_date(const SetSchema& set, std::vector<SampleSegment> body) {
    return bend(set,
                std::move(body),
                "edi.element.date",
                [](const Element& element, const ElementRef&, const SegmentSchema&, std::uint16_t) {
                    return element.type == DataType::Date && element.max == 8
                               ? std::optional<std::string>("20260230")
                               : std::nullopt;
                });
}

std::optional<Injected> too_many_elements(const SetSchema& set, std::vector<SampleSegment> body) {
    const SegmentSchema& schema = schema_of(set, body.front());
    const auto beyond = static_cast<std::uint16_t>(schema.elements.size() + 1);
    body.front().draft.set(beyond, "X");
    const std::string tag(schema.tag);
    return Injected{std::move(body), "edi.element.too-many", tag, 2, beyond};
}

// Half of a pair whose elements no other condition names.
std::optional<Injected> half_a_pair(const SetSchema& set, std::vector<SampleSegment> body) {
    for (std::size_t i = 0; i < body.size(); ++i) {
        const SegmentSchema& schema = schema_of(set, body[i]);
        for (const Condition& condition : schema.conditions) {
            const std::uint16_t first = condition.positions[0];
            const auto named = std::count_if(
                schema.conditions.begin(), schema.conditions.end(), [&](const Condition& other) {
                    return std::find(other.positions.begin(), other.positions.end(), first) !=
                           other.positions.end();
                });
            const ElementRef& ref = schema.elements[first - 1u];
            if (condition.kind != ConditionKind::Paired || condition.positions.size() != 2 ||
                named != 1 || !ref.element || !body[i].draft.text({first, 1, 1}).empty())
                continue;
            body[i].draft.set(first, test::sample_value(*ref.element));
            const std::string tag(schema.tag);
            return Injected{std::move(body),
                            "edi.element.condition",
                            tag,
                            position_of(i),
                            condition.positions[1]};
        }
    }
    return std::nullopt;
}

std::string listed(const std::vector<Fault>& faults) {
    std::string text;
    for (const Fault& fault : faults)
        text += std::string(fault.code) + " " + fault.segment + "@" +
                std::to_string(fault.position) + " element " + std::to_string(fault.element) +
                ": " + fault.message + "\n";
    return text;
}

// The acknowledgement must name the same place with the same code.
void expect_acknowledged(const Report& report, const Fault& fault) {
    if (report.interchanges[0].standard == "edifact") {
        const auto written = write_contrl(report.interchanges[0],
                                          {.control = "2",
                                           .reference = "2",
                                           .date = "20261120",
                                           .time = "1016",
                                           .receipt_only = false});
        ASSERT_TRUE(written) << written.error().text();
        if (written->empty()) return;  // the document was a CONTRL
        const std::string place =
            "UCS+" + std::to_string(fault.position) +
            (fault.scope == Scope::Segment ? "+" + std::string(fault.ack.edifact) : "") + "'";
        EXPECT_NE(written->find(place), std::string::npos) << *written;
        if (fault.scope == Scope::Element) {
            EXPECT_NE(written->find("UCD+" + std::string(fault.ack.edifact) + "+" +
                                    std::to_string(fault.element + 1)),
                      std::string::npos)
                << *written;
        }
        return;
    }
    const auto ack =
        make_997(report.interchanges[0].groups[0], AcceptancePolicy::RejectTransaction, "0001");
    if (!ack) return;  // the document was a 997 or 999
    bool segment = false, element = fault.scope == Scope::Segment;
    for (const DraftSegment& one : ack->body) {
        if (one.tag() == "AK3" && one.text({2, 1, 1}) == std::to_string(fault.position))
            segment = one.text({4, 1, 1}) == (fault.scope == Scope::Segment ? fault.ack.ak3 : "8");
        if (one.tag() == "AK4" && one.text({1, 1, 1}) == std::to_string(fault.element) &&
            one.text({3, 1, 1}) == fault.ack.ak4)
            element = true;
    }
    EXPECT_TRUE(segment && element) << "not in the 997: " << fault.message;
}

const std::pair<const char*, Injection> Kinds[] = {{"unknown segment", unknown_segment},
                                                   {"missing first segment", missing_first_segment},
                                                   {"segment too often", segment_too_often},
                                                   {"segment too late", segment_too_late},
                                                   {"missing element", missing_element},
                                                   {"element too long", element_too_long},
                                                   {"element too short", element_too_short},
                                                   {"bad code", bad_code},
                                                   {"bad number", bad_number},
                                                   {"bad date", bad_date},
                                                   {"too many elements", too_many_elements},
                                                   {"half a pair", half_a_pair}};

Report judged(std::string octets) {
    EXPECT_EQ(test::difference(octets, test::schemas(), {}), "");  // as a stream: the same
    auto document = read(std::move(octets));
    EXPECT_TRUE(document) << document.error().text();
    return document ? validate(*document, test::schemas()) : Report{};
}

TEST(FaultInjection, EverySetHasADocumentWithoutFault) {
    for (const SchemaSet::Name& name : test::schemas().names()) {
        SCOPED_TRACE(std::string(name.release) + " " + std::string(name.set));
        const auto set = test::schemas().find(name.standard, name.release, name.set);
        ASSERT_TRUE(set);
        const std::string octets = test::sample_document(**set, test::sample_body(**set));
        const Report report = judged(octets);
        for (const Fault& fault : test::faults_in(report)) {
            EXPECT_NE(fault.severity, Severity::Error)
                << fault.code << " " << fault.segment << " " << fault.position << ": "
                << fault.message << "\n"
                << octets.substr(0, 2000);
        }
        EXPECT_TRUE(report.accepted());
    }
}

TEST(FaultInjection, OneInjectedFaultGivesExactlyThatFaultAtThatPlace) {
    std::map<std::string, int> tried;
    for (const SchemaSet::Name& name : test::schemas().names()) {
        const auto set = test::schemas().find(name.standard, name.release, name.set);
        ASSERT_TRUE(set);
        const std::vector<SampleSegment> body = test::sample_body(**set);
        for (const auto& [kind, inject] : Kinds) {
            SCOPED_TRACE(std::string(name.release) + " " + std::string(name.set) + ": " + kind);
            const std::optional<Injected> injected = inject(**set, body);
            if (!injected) continue;
            ++tried[kind];
            const Report report = judged(test::sample_document(**set, injected->body));
            std::vector<Fault> faults;
            for (Fault& fault : test::faults_in(report)) {
                if (fault.severity == Severity::Error) faults.push_back(std::move(fault));
            }
            EXPECT_EQ(faults.size(), 1u) << listed(faults);
            if (faults.size() != 1) continue;
            EXPECT_EQ(faults[0].code, injected->code) << listed(faults);
            EXPECT_EQ(faults[0].segment, injected->segment);
            EXPECT_EQ(faults[0].position, injected->position) << listed(faults);
            if (injected->element != 0) {
                EXPECT_EQ(faults[0].element, injected->element);
            }
            expect_acknowledged(report, faults[0]);
        }
    }
    for (const auto& [kind, inject] : Kinds) {
        std::cout << "  " << kind << ": " << tried[kind] << " sets\n";
        EXPECT_GT(tried[kind], 20) << kind;
    }
}

}  // namespace
}  // namespace sallyport::edi

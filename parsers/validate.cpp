// SPDX-License-Identifier: Apache-2.0
#include "parsers/envelope.h"
#include "parsers/guide.h"
#include "parsers/xml_validate.h"

#include <charconv>

namespace sallyport::edi {

std::optional<std::uint64_t> count_in(std::string_view digits) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
    return value;
}

std::string_view without_zeros(std::string_view digits) {
    while (digits.size() > 1 && digits.front() == '0')
        digits.remove_prefix(1);
    return digits;
}

std::string_view without_blanks(std::string_view text) {
    while (!text.empty() && text.back() == ' ')
        text.remove_suffix(1);
    while (!text.empty() && text.front() == ' ')
        text.remove_prefix(1);
    return text;
}

void envelope_fault(FaultSink& sink,
                    std::string_view code,
                    const Segment& segment,
                    const Locator& at,
                    std::string message) {
    Fault fault = make_fault(code, &segment, std::move(message));
    fault.element = at.element;
    if (at.component > 1) fault.component = at.component;
    if (const Value* value = segment.value(at)) {
        fault.value = shown(value->raw);
        fault.byte =
            segment.place.byte + static_cast<std::uint64_t>(value->raw.data() - segment.raw.data());
    }
    sink.add(std::move(fault));
}

Report validate(Document& document, const SchemaSet& schemas, const ValidationOptions& asked) {
    ValidationOptions options = asked;
    if (options.guide) {
        for (const auto& [code, severity] : options.guide->severities())
            options.severities[code] = severity;
    }
    Report report;
    for (std::size_t i = 0; i < document.interchanges.size(); ++i) {
        Interchange& one = document.interchanges[i];
        report.interchanges.push_back(
            one.standard == Standard::X12   ? validate_x12(one, schemas, options)
            : one.standard == Standard::Xml ? validate_xml(one, schemas.xml(), options)
                                            : validate_edifact(one, schemas, options));
        const std::uint64_t end = i + 1 < document.interchanges.size()
                                      ? document.interchanges[i + 1].header.place.byte
                                      : document.octets().size();
        report.interchanges.back().end = end;
    }
    return report;
}

}  // namespace sallyport::edi

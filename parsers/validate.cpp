// SPDX-License-Identifier: Apache-2.0
#include "parsers/envelope.h"
#include "parsers/guide.h"
#include "parsers/schema_uses.h"
#include "parsers/transaction_check.h"
#include "parsers/xml_validate.h"

#include <algorithm>
#include <array>
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

bool is_envelope_tag(std::string_view tag) {
    static constexpr std::array<std::string_view, 12> Tags = {
        "ISA", "GS", "ST", "SE", "GE", "IEA", "UNB", "UNG", "UNH", "UNT", "UNE", "UNZ"};
    return std::find(Tags.begin(), Tags.end(), tag) != Tags.end();
}

Error envelope_too_long(std::string_view tag, std::uint64_t byte, std::uint32_t line) {
    return Error("edi.limit.segment",
                 Blame::Partner,
                 "the envelope segment " + shown(tag.substr(0, 6)) +
                     " is longer than a segment may be")
        .at({.source = {}, .byte = byte, .line = line})
        .remedy("a terminator is missing; ask the sender to send the whole file again");
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

void take_found(const Interchange& interchange, InterchangeReport& report, FaultSink& sink) {
    for (const Fault& fault : interchange.faults) {
        if (fault.severity == Severity::Repair) {
            report.repairs.push_back(fault);
        } else {
            sink.add(fault);
        }
    }
}

void check_trailer(const Segment& trailer,
                   std::size_t counted,
                   std::string_view control,
                   const TrailerCheck& check,
                   FaultSink& sink) {
    if (count_in(trailer.text(1)) != counted) {
        envelope_fault(sink,
                       check.count_code,
                       trailer,
                       {1, 1, 1},
                       "the trailer states " + shown(trailer.text(1)) + " " +
                           std::string(check.what) + ", " + std::to_string(counted) +
                           " were counted");
    }
    const bool same = check.numeric ? without_zeros(without_blanks(trailer.text(2))) ==
                                          without_zeros(without_blanks(control))
                                    : trailer.text(2) == control;
    if (same) return;
    envelope_fault(sink,
                   check.control_code,
                   trailer,
                   {2, 1, 1},
                   "the trailer says " + std::string(check.reference) + " " +
                       shown(trailer.text(2)) + ", the header " + shown(control));
}

void check_set_trailer(const Transaction& transaction,
                       std::string_view reference,
                       FaultSink& sink) {
    if (transaction.complete) {
        check_trailer(transaction.segments.back(),
                      transaction.segments.size() + transaction.passed,
                      transaction.control,
                      {.count_code = "edi.set.count",
                       .control_code = "edi.set.control-mismatch",
                       .what = "segments",
                       .reference = reference},
                      sink);
        return;
    }
    const bool x12 = transaction.segments.front().tag == "ST";
    Fault fault = make_fault(
        "edi.set.trailer-missing",
        &transaction.segments.back(),
        x12 ? "the transaction set has no trailer (SE)" : "the message has no trailer (UNT)");
    fault.segment = x12 ? "SE" : "UNT";
    sink.add(std::move(fault));
}

TransactionReport open_report(const Transaction& transaction, FaultSink& sink) {
    TransactionReport report;
    report.set = transaction.set;
    report.version = transaction.version;
    report.control = transaction.control;
    report.byte = transaction.segments.front().place.byte;
    report.segments = static_cast<std::uint32_t>(transaction.segments.size() + transaction.passed);
    report.complete = transaction.complete;
    for (const Fault& fault : transaction.faults)
        sink.add(fault);
    return report;
}

void check_body(Transaction& transaction,
                const SchemaSet& schemas,
                const ElementRules& rules,
                const ValidationOptions& options,
                std::vector<Fault>& faults,
                FaultSink& sink) {
    if (transaction.passed > 0) return;
    TransactionCheck(transaction, schemas, rules, sink).run();
    if (transaction.schema) {
        const Guide* use =
            use_of(schemas, *transaction.schema, transaction.association, options.guide);
        if (use) apply_guide(*use, transaction, faults, sink);
    }
    if (options.guide) apply_guide(*options.guide, transaction, faults, sink);
}

void close_report(TransactionReport& report, const FaultSink& sink) {
    std::stable_sort(report.faults.begin(),
                     report.faults.end(),
                     [](const Fault& a, const Fault& b) { return a.position < b.position; });
    report.faults_left_out = sink.left_out();
}

namespace {

// Places in what was received, where a reader took line ends out.
void restore_places(const Document& document, std::vector<Fault>& faults) {
    for (Fault& fault : faults) {
        std::uint32_t lines = 0;
        for (const Document::LeftOut& one : document.left_out)
            lines += one.at <= fault.byte ? 1u : 0u;
        fault.line += lines;
        fault.byte = document.received_at(fault.byte);
    }
}

void restore_places(const Document& document, Report& report) {
    if (document.left_out.empty()) return;
    for (InterchangeReport& interchange : report.interchanges) {
        restore_places(document, interchange.faults);
        restore_places(document, interchange.repairs);
        for (GroupReport& group : interchange.groups) {
            restore_places(document, group.faults);
            for (TransactionReport& transaction : group.transactions)
                restore_places(document, transaction.faults);
        }
    }
}

}  // namespace

ValidationOptions with_guide(ValidationOptions options) {
    if (!options.guide) return options;
    if (!options.guide->syntaxes().empty()) {
        options.strict_characters = true;
        options.severities["edifact.character-set"] = Severity::Error;
    }
    if (!options.guide->extended_characters()) options.extended_characters = false;
    for (const auto& [code, severity] : options.guide->severities())
        options.severities[code] = severity;
    return options;
}

Report validate(Document& document, const SchemaSet& schemas, const ValidationOptions& asked) {
    const ValidationOptions options = with_guide(asked);
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
    restore_places(document, report);
    return report;
}

}  // namespace sallyport::edi

// SPDX-License-Identifier: Apache-2.0
// sallyport edi ack: every acknowledgement a file can earn, from the same report.
#include "gateway/base/clock.h"
#include "gateway/daemon/edi_command.h"
#include "parsers/ack.h"

#include <nlohmann/json.hpp>

#include <tuple>
#include <utility>

namespace sallyport::daemon {
namespace {

// CCYYMMDD and HHMM of now, in UTC.
std::pair<std::string, std::string> date_and_time() {
    const std::string text = iso8601(SystemClock().now());  // 2026-11-23T04:56:12.123456Z
    return {text.substr(0, 4) + text.substr(5, 2) + text.substr(8, 2),
            text.substr(11, 2) + text.substr(14, 2)};
}

class Acknowledger {
public:
    explicit Acknowledger(const EdiOptions& options) : m_options(options) {
        std::tie(m_date, m_time) = date_and_time();
    }

    Result<std::string> write(const edi::InterchangeReport& report,
                              const edi::Separators& separators) {
        const bool x12 = report.standard == "x12";
        const std::string kind = m_options.kind != "auto" ? m_options.kind : x12 ? "997" : "contrl";
        const bool for_x12 = kind == "997" || kind == "999" || kind == "ta1" || kind == "824";
        if (report.standard == "xml" || for_x12 != x12) {
            return Error("edi.ack.kind",
                         Blame::Operator,
                         "a document in " + report.standard + " has no " + kind)
                .remedy("997, 999, ta1 and 824 answer X12; contrl and aperak answer EDIFACT");
        }
        if (!for_x12) {
            edi::ContrlEnvelope envelope;
            envelope.control = envelope.reference = m_options.control;
            envelope.date = m_date;
            envelope.time = m_time;
            envelope.receipt_only = m_options.receipt;
            return kind == "contrl" ? edi::write_contrl(report, envelope)
                                    : edi::write_aperak(report, envelope);
        }
        edi::AckEnvelope envelope;
        envelope.separators = separators;
        envelope.interchange_control = envelope.group_control = m_options.control;
        envelope.transaction_control = [this] {
            const std::string digits = std::to_string(++m_next);
            return std::string(digits.size() < 4 ? 4 - digits.size() : 0, '0') + digits;
        };
        envelope.date = m_date;
        envelope.time = m_time;
        envelope.ta1 = m_options.kind == "auto";
        if (kind == "999") {
            envelope.form = edi::AckForm::F999;
            envelope.version = "005010";
            envelope.isa_version = "00501";
        }
        const auto policy = edi::policy_named(m_options.policy);
        if (kind == "ta1") return edi::write_ta1(report, envelope);
        return kind == "824" ? edi::write_824(report, *policy, envelope)
                             : edi::write_997(report, *policy, envelope);
    }

private:
    const EdiOptions& m_options;
    std::string m_date, m_time;
    unsigned m_next = 0;
};

// Whom it goes to, which interchange it answers, and the octets to send.
nlohmann::ordered_json answer_json(const edi::InterchangeReport& received,
                                   const std::string& octets) {
    return {{"standard", received.standard},
            {"answers", received.control},
            {"sender", received.receiver},
            {"receiver", received.sender},
            {"accepted", received.accepted()},
            {"octets", octets}};
}

}  // namespace

int acknowledge_reports(CommandLine& line,
                        const EdiOptions& options,
                        const edi::Report& reports,
                        const std::vector<edi::Separators>& separators) {
    Acknowledger acknowledger(options);
    std::string all;
    auto answers = nlohmann::ordered_json::array();
    for (std::size_t i = 0; i < reports.interchanges.size(); ++i) {
        const edi::InterchangeReport& received = reports.interchanges[i];
        auto written = acknowledger.write(received, separators[i]);
        if (!written) return report(line, written.error());
        all += *written;
        if (!written->empty()) answers.push_back(answer_json(received, *written));
    }
    if (options.summary) {
        print_summary(line.out, reports);
    } else if (line.json) {
        const nlohmann::ordered_json json = {{"accepted", reports.accepted()},
                                             {"answers", std::move(answers)}};
        line.out << json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace)
                 << '\n';
    } else {
        line.out << all;
    }
    if (all.empty())
        line.err
            << "sallyport: nothing to acknowledge: the file holds acknowledgements only, or no "
               "header that says whom to answer\n";
    return reports.accepted() ? exit_code::Done : exit_code::DocumentsHaveFaults;
}

int acknowledge_file(CommandLine& line, const EdiOptions& options, const Judged& judged) {
    std::vector<edi::Separators> separators;
    for (const edi::Interchange& interchange : judged.document.interchanges) {
        separators.push_back(judged.partner && judged.partner->separators
                                 ? *judged.partner->separators
                                 : interchange.separators);
    }
    return acknowledge_reports(line, options, judged.report, separators);
}

int acknowledge_unreadable(CommandLine& line,
                           const EdiOptions& options,
                           const std::string& octets,
                           const Error& why) {
    const int code = report(line, why);
    const auto broken = edi::report_unreadable(octets, why);
    if (!broken || (options.kind != "auto" && options.kind != "ta1")) return code;
    EdiOptions asked = options;
    asked.kind = "ta1";
    edi::Separators separators;
    separators.component = '>';
    auto written = Acknowledger(asked).write(*broken, separators);
    if (!written) return report(line, written.error());
    line.out << *written;
    return code;
}

}  // namespace sallyport::daemon

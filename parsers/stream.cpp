// SPDX-License-Identifier: Apache-2.0
#include "parsers/stream.h"

#include "parsers/edi.h"
#include "parsers/prepare.h"
#include "parsers/stream_driver.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

namespace sallyport::edi {
namespace {

constexpr std::size_t StartOctets = std::size_t{64} << 10;  // looked at to tell what the stream is

Error unsupported(std::string what) {
    return Error("edi.stream.unsupported", Blame::Operator, std::move(what))
        .remedy("validate the file as a whole");
}

// The start of the stream as the readers see a document of its own: what they refuse, convert or unwrap there is refused here.
Status check_start(std::string_view start, const StreamOptions& options) {
    std::string octets(start);
    if (start.size() >= StartOctets) {
        const std::size_t line = octets.find_last_of('\n');
        if (line != std::string::npos) octets.resize(line + 1);
        if (start.find_first_not_of(" \t\r\n") == std::string_view::npos)
            return unsupported("the stream starts with more than " + std::to_string(StartOctets) +
                               " blanks");
    }
    Limits limits = options.limits;
    limits.bytes = std::max(limits.bytes, octets.size());
    auto prepared = prepare(std::move(octets), limits, options.leniencies);
    if (!prepared) return std::move(prepared).error();
    if (!prepared->repairs.empty() || !prepared->left_out.empty())
        return unsupported("the document has to be converted before it can be read");
    return {};
}

}  // namespace

OctetSource octets_from(int descriptor) {
    return [descriptor](char* to, std::size_t capacity) -> Result<std::size_t> {
        for (;;) {
            const ssize_t got = ::read(descriptor, to, capacity);
            if (got >= 0) return static_cast<std::size_t>(got);
            if (errno == EINTR) continue;
            return Error("stream.read",
                         Blame::Operator,
                         std::string("the stream cannot be read: ") + std::strerror(errno))
                .remedy("look at the file or the program before the pipe");
        }
    };
}

void StreamSink::separators(const Separators&) {}
void StreamSink::begin_interchange(const InterchangeReport&) {}
void StreamSink::begin_group(const GroupReport&) {}
void StreamSink::end_group(GroupReport) {}
void StreamSink::end_interchange(InterchangeReport) {}
bool StreamSink::wants_parts() const {
    return false;
}
Status StreamSink::part(Part) {
    return {};
}

void ReportCollector::separators(const Separators& separators) {
    m_separators.push_back(separators);
}

void ReportCollector::begin_interchange(const InterchangeReport& report) {
    m_report.interchanges.push_back(report);
}

void ReportCollector::begin_group(const GroupReport& report) {
    m_report.interchanges.back().groups.push_back(report);
}

void ReportCollector::transaction(TransactionReport report) {
    if (m_faults >= m_most_faults && report.faults.size() > 1) {
        const auto error =
            std::find_if(report.faults.begin(), report.faults.end(), [](const Fault& fault) {
                return fault.severity == Severity::Error;
            });
        std::vector<Fault> kept;
        kept.push_back(std::move(error == report.faults.end() ? report.faults.front() : *error));
        report.faults_left_out += static_cast<std::uint32_t>(report.faults.size() - 1);
        report.faults = std::move(kept);
    }
    m_faults += report.faults.size();
    m_report.interchanges.back().groups.back().transactions.push_back(std::move(report));
}

void ReportCollector::end_group(GroupReport report) {
    GroupReport& group = m_report.interchanges.back().groups.back();
    report.transactions = std::move(group.transactions);
    group = std::move(report);
}

void ReportCollector::end_interchange(InterchangeReport report) {
    InterchangeReport& interchange = m_report.interchanges.back();
    report.groups = std::move(interchange.groups);
    interchange = std::move(report);
}

StreamValidator::StreamValidator(const SchemaSet& schemas)
    : m_state(std::make_unique<State>(schemas)) {}
StreamValidator::StreamValidator(StreamValidator&&) noexcept = default;
StreamValidator& StreamValidator::operator=(StreamValidator&&) noexcept = default;
StreamValidator::~StreamValidator() = default;

Status StreamValidator::run(const OctetSource& source,
                            const StreamOptions& options,
                            StreamSink& sink) {
    StreamFeed feed(source, options);
    const std::string_view start = feed.ahead(StartOctets);
    if (feed.failed()) return *feed.failed();
    if (Status done = check_start(start, options); !done) return done;
    const auto standard = sniff(start, options.limits);
    if (standard == Standard::Xml) return unsupported("XML is not read as a stream");
    const auto driver = standard == Standard::Edifact
                            ? edifact_driver(*m_state, feed, options, sink)
                            : x12_driver(*m_state, feed, options, sink);
    return driver->run();
}

Status validate_stream(const OctetSource& source,
                       const SchemaSet& schemas,
                       const StreamOptions& options,
                       StreamSink& sink) {
    return StreamValidator(schemas).run(source, options, sink);
}

}  // namespace sallyport::edi

// SPDX-License-Identifier: Apache-2.0
// Validation of streams of any length in constant memory: octets in, the reports of edi::validate() out, transaction by
// transaction. Faultless transactions are judged by a compiled form of their set, at memory speed; a transaction with
// anything out of the ordinary goes through the tree reader and validator, so that both say the same about every input.
//
// Memory: two windows of `chunk_bytes`, one segment (Limits::segment_bytes), one transaction (`transaction_bytes`) as a tree,
// and the compiled sets in use. What it may not hold is refused by name, never left out.
//
// For a pipeline: ReportCollector keeps what acknowledgements are made of (write_997() and write_contrl() take its
// InterchangeReports as they take a tree's), StreamSink::part() hands every transaction on as an interchange of its own, small
// enough to be read and mapped as a tree. Neither ever holds the whole document.
#pragma once

#include "gateway/base/error.h"
#include "parsers/fault.h"
#include "parsers/schema.h"
#include "parsers/split.h"
#include "parsers/x12.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <vector>

namespace sallyport::edi {

// Reads at most `capacity` octets to `to`; 0: the end of the stream.
using OctetSource = std::function<Result<std::size_t>(char* to, std::size_t capacity)>;

// From a file descriptor (not owned); error stream.read (Blame::Operator).
OctetSource octets_from(int descriptor);

struct StreamOptions {
    // Unlike a document's, a stream's length is not limited by default; segments and junk are.
    Limits limits{.bytes = std::numeric_limits<std::size_t>::max(),
                  .segments = std::numeric_limits<std::size_t>::max()};
    Leniencies leniencies;
    ValidationOptions validation;
    std::size_t chunk_bytes = std::size_t{256} << 10;
    // Kept of a transaction, in case it turns out to have faults, and for its part. A longer one is judged as it passes; see
    // StreamValidator.
    std::size_t transaction_bytes = std::size_t{2} << 20;
    bool scalar = false;  // separators found one by one: for comparison
    std::size_t controls =
        1'000'000;  // control numbers remembered to find duplicates; runs of numbers count as one
};

// What is found, in stream order. Reports of groups and interchanges come twice: when they open (envelope fields only) and
// when they end (with their own faults; their transactions and groups stay empty).
class StreamSink {
public:
    virtual ~StreamSink() = default;
    // Those of the interchange that begins next: what an answer to it is written with.
    virtual void separators(const Separators& separators);
    virtual void begin_interchange(const InterchangeReport& report);
    virtual void begin_group(const GroupReport& report);
    virtual void transaction(TransactionReport report) = 0;
    virtual void end_group(GroupReport report);
    virtual void end_interchange(InterchangeReport report);

    // True: transaction() is followed by part(), the same transaction as split() cuts it from a tree, with the line ends that
    // stand behind the interchange header. Its verdict may still change with its group: a part is for keeping, not for
    // posting, until end_interchange(). An error ends the run and is what run() returns.
    virtual bool wants_parts() const;
    virtual Status part(Part part);
};

// A Report as the tree validator makes it, for acknowledgements and short streams. Its memory grows with the number of
// transactions (some 300 octets each), not with their octets. `most_faults`: from that many on only the first error of a
// transaction is kept, so that its verdict stays; the others are counted in faults_left_out.
class ReportCollector : public StreamSink {
public:
    explicit ReportCollector(std::size_t most_faults = std::numeric_limits<std::size_t>::max())
        : m_most_faults(most_faults) {}
    void separators(const Separators& separators) override;
    void begin_interchange(const InterchangeReport& report) override;
    void begin_group(const GroupReport& report) override;
    void transaction(TransactionReport report) override;
    void end_group(GroupReport report) override;
    void end_interchange(InterchangeReport report) override;
    const Report& report() const { return m_report; }
    // One per interchange of the report.
    const std::vector<Separators>& separators() const { return m_separators; }

private:
    std::size_t m_most_faults, m_faults = 0;
    Report m_report;
    std::vector<Separators> m_separators;
};

// Keeps the compiled sets between runs. One per thread; `schemas` must outlive it.
//
// Faults equal those of edi::validate() over edi::read() with the same limits, leniencies and options. A transaction longer
// than StreamOptions::transaction_bytes that has faults is reported as it was judged in passing: values as the tree judges
// them, but of misplaced segments, levels of a tree and a missing trailer only that and roughly where, not in the same words,
// and with more than one fault per cause.
//
// Errors: those of edi::read(), and (Blame::Partner) edi.limit.segment (an envelope segment too long to hold),
// edi.limit.binary (BIN or BDS with more than Limits::segment_bytes), edi.limit.controls, edi.limit.levels,
// edi.limit.transaction (longer, and to be judged by a guide or thoroughly, or wanted as a part: Blame::Operator); what the sink
// got before stays true. edi.stream.unsupported (Blame::Operator): readable, but only as a whole (edi::read()): other
// encodings, wrapped documents, XML, separators that are line ends. Said before the sink got anything, unless it is a later
// interchange of the stream that cannot be read.
class StreamValidator {
public:
    explicit StreamValidator(const SchemaSet& schemas);
    StreamValidator(StreamValidator&&) noexcept;
    StreamValidator& operator=(StreamValidator&&) noexcept;
    ~StreamValidator();

    Status run(const OctetSource& source, const StreamOptions& options, StreamSink& sink);

    struct State;

private:
    std::unique_ptr<State> m_state;
};

Status validate_stream(const OctetSource& source,
                       const SchemaSet& schemas,
                       const StreamOptions& options,
                       StreamSink& sink);

}  // namespace sallyport::edi

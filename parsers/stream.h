// SPDX-License-Identifier: Apache-2.0
// Validation of streams of any length in constant memory: octets in, the reports of edi::validate() out, transaction by
// transaction. Faultless transactions are judged by a compiled form of their set, at memory speed; a transaction with
// anything out of the ordinary goes through the tree reader and validator, so that both say the same about every input.
//
// Memory: two windows of `chunk_bytes`, one segment (Limits::segment_bytes), one transaction (`transaction_bytes`) as a tree,
// and the compiled sets in use. What it may not hold is refused by name, never left out.
#pragma once

#include "gateway/base/error.h"
#include "parsers/fault.h"
#include "parsers/schema.h"
#include "parsers/x12.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>

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
    // Kept of a transaction, in case it turns out to have faults. A longer one is judged as it passes; see StreamValidator.
    std::size_t transaction_bytes = std::size_t{2} << 20;
    std::size_t controls =
        1'000'000;  // control numbers remembered to find duplicates; runs of numbers count as one
};

// What is found, in stream order. Reports of groups and interchanges come twice: when they open (envelope fields only) and
// when they end (with their own faults; their transactions and groups stay empty).
class StreamSink {
public:
    virtual ~StreamSink() = default;
    virtual void begin_interchange(const InterchangeReport& report);
    virtual void begin_group(const GroupReport& report);
    virtual void transaction(TransactionReport report) = 0;
    virtual void end_group(GroupReport report);
    virtual void end_interchange(InterchangeReport report);
};

// Everything in one Report, for streams short enough.
class ReportCollector : public StreamSink {
public:
    void begin_interchange(const InterchangeReport& report) override;
    void begin_group(const GroupReport& report) override;
    void transaction(TransactionReport report) override;
    void end_group(GroupReport report) override;
    void end_interchange(InterchangeReport report) override;
    const Report& report() const { return m_report; }

private:
    Report m_report;
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
// edi.limit.transaction (longer, and to be judged by a guide or thoroughly: Blame::Operator); what the sink got before stays
// true. edi.stream.unsupported (Blame::Operator): readable, but only as a whole (edi::read()).
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

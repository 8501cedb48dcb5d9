// SPDX-License-Identifier: Apache-2.0
// The catalogue of faults (code, severity, scope, acknowledgement words, remedy) and the sink that collects them.
// Private to parsers/.
#pragma once

#include "parsers/document.h"
#include "parsers/fault.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::edi {

struct FaultKind {
    std::string_view code;
    Severity severity;
    Scope scope;
    AckCodes ack;
    std::string_view remedy;
};
// Every kind there is; the code must be one of them (a test walks all).
const FaultKind& fault_kind(std::string_view code);
std::vector<FaultKind> all_fault_kinds();

using Severities = std::map<std::string, Severity, std::less<>>;

// A fault of `code` with everything the catalogue knows, and the place of `segment`.
Fault make_fault(std::string_view code, const Segment* segment, std::string message);

// Offending octets as reports show them: at most 99.
std::string shown(std::string_view value);

// Keeps at most `limit` faults in `faults`; counts the rest.
class FaultSink {
public:
    FaultSink(std::vector<Fault>& faults, std::uint32_t limit, const Severities& severities)
        : m_faults(faults), m_limit(limit), m_severities(severities) {}
    void add(Fault fault);
    std::uint32_t left_out() const { return m_left_out; }
    std::uint32_t errors() const { return m_errors; }

private:
    std::vector<Fault>& m_faults;
    std::uint32_t m_limit;
    const Severities& m_severities;
    std::uint32_t m_left_out = 0;
    std::uint32_t m_errors = 0;
};

}  // namespace sallyport::edi

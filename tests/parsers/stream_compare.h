// SPDX-License-Identifier: Apache-2.0
// The stream validator and the tree validator on the same octets, and every difference between what they say.
#pragma once

#include "parsers/edi.h"
#include "parsers/report.h"
#include "parsers/stream.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

namespace sallyport::edi::test {

inline OctetSource source_of(std::string_view octets) {
    return [octets](char* to, std::size_t capacity) mutable -> Result<std::size_t> {
        const std::size_t count = std::min(capacity, octets.size());
        std::copy_n(octets.begin(), count, to);
        octets.remove_prefix(count);
        return count;
    };
}

// Everything a report says, as text: the JSON of the command line and what that leaves out.
inline std::string said(const Report& report) {
    std::string text = report_json(report).dump(1);
    for (const InterchangeReport& one : report.interchanges) {
        text += "\n" + std::to_string(one.byte) + "-" + std::to_string(one.end) + " " + one.syntax +
                " " + one.date + " " + one.time + (one.complete ? " complete" : "") +
                (one.acknowledgement_requested ? " ack" : "");
        for (const GroupReport& group : one.groups) {
            text += "\n " + group.date + " " + group.time + " " +
                    std::to_string(group.stated_transactions) + (group.complete ? " complete" : "");
            for (const TransactionReport& set : group.transactions) {
                text += "\n  " + set.association + " " + std::to_string(set.byte) +
                        (set.known ? " known" : "") + (set.complete ? " complete" : "") +
                        (set.accepted() ? " accepted" : "");
            }
        }
    }
    return text;
}

inline std::string first_difference(const std::string& tree, const std::string& stream) {
    const auto [a, b] = std::mismatch(tree.begin(), tree.end(), stream.begin(), stream.end());
    if (a == tree.end() && b == stream.end()) return {};
    const auto at = static_cast<std::size_t>(a - tree.begin());
    const std::size_t from = at < 200 ? 0 : at - 200;
    return "tree: …" + tree.substr(from, 500) + "\nstream: …" + stream.substr(from, 500);
}

// Empty: both say the same. `cannot` counts what a stream refuses by name and a document of its own would not be.
inline std::string difference(const std::string& octets,
                              const SchemaSet& schemas,
                              StreamOptions options,
                              int* cannot = nullptr) {
    if (options.limits.bytes > std::size_t{1} << 40) options.limits.bytes = std::size_t{1} << 40;
    auto document = read(octets, options.limits, options.leniencies);
    ReportCollector collector;
    const Status streamed = validate_stream(source_of(octets), schemas, options, collector);
    if (!streamed && streamed.error().code() == "edi.stream.unsupported") {
        if (cannot) ++*cannot;
        return {};
    }
    ReportCollector other;
    options.scalar = true;
    const Status scalar = validate_stream(source_of(octets), schemas, options, other);
    if (static_cast<bool>(scalar) != static_cast<bool>(streamed) ||
        said(other.report()) != said(collector.report()))
        return "the scalar twin: " +
               first_difference(said(collector.report()), said(other.report()));
    if (!document || !streamed) {
        const std::string tree(document ? "read" : document.error().code());
        const std::string stream(streamed ? "read" : streamed.error().code());
        return tree == stream ? std::string() : "tree: " + tree + ", stream: " + stream;
    }
    return first_difference(said(validate(*document, schemas, options.validation)),
                            said(collector.report()));
}

}  // namespace sallyport::edi::test

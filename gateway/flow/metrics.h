// SPDX-License-Identifier: Apache-2.0
// Counters and gauges in the Prometheus text format. Labels are bounded sets (partner, set, result), never document ids.
#pragma once

#include "gateway/base/guarded.h"

#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace sallyport::flow {

using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

// Thread-safe. Names carry the prefix: "sallyport_documents_total".
class Metrics {
public:
    void count(std::string_view name, Labels labels, std::uint64_t by = 1);
    void set(std::string_view name, Labels labels, std::int64_t value);
    // Forgets the series of one name: gauges whose labels come and go.
    void clear(std::string_view name);

    // Every series, sorted, with its # TYPE line. Names that end in _total are counters, all others gauges.
    std::string text() const;

private:
    using Table = std::map<std::string, std::map<std::string, std::int64_t>>;  // name, label text
    Guarded<Table> m_table;
};

}  // namespace sallyport::flow

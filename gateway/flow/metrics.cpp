// SPDX-License-Identifier: Apache-2.0
#include "gateway/flow/metrics.h"

namespace sallyport::flow {
namespace {

// Exposition format: backslash, double quote and line feed are escaped inside a label value.
std::string escaped(std::string_view value) {
    std::string out;
    for (const char octet : value) {
        if (octet == '\\' || octet == '"') out += '\\';
        if (octet == '\n') {
            out += "\\n";
            continue;
        }
        out += octet;
    }
    return out;
}

std::string label_text(Labels labels) {
    if (labels.size() == 0) return {};
    std::string out = "{";
    for (const auto& [name, value] : labels) {
        if (out.size() > 1) out += ',';
        out.append(name).append("=\"").append(escaped(value)).append("\"");
    }
    return out + "}";
}

}  // namespace

void Metrics::count(std::string_view name, Labels labels, std::uint64_t by) {
    m_table.with([&](Table& table) {
        table[std::string(name)][label_text(labels)] += static_cast<std::int64_t>(by);
    });
}

void Metrics::set(std::string_view name, Labels labels, std::int64_t value) {
    m_table.with([&](Table& table) { table[std::string(name)][label_text(labels)] = value; });
}

void Metrics::clear(std::string_view name) {
    m_table.with([&](Table& table) { table.erase(std::string(name)); });
}

std::string Metrics::text() const {
    return m_table.with([](const Table& table) {
        std::string out;
        for (const auto& [name, series] : table) {
            out += "# TYPE " + name + (name.ends_with("_total") ? " counter\n" : " gauge\n");
            for (const auto& [labels, value] : series)
                out += name + labels + " " + std::to_string(value) + "\n";
        }
        return out;
    });
}

}  // namespace sallyport::flow

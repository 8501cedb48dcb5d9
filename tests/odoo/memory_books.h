// SPDX-License-Identifier: Apache-2.0
// Books in memory that complain of one key with two contents, and what the canonical schemas find in a document.
#pragma once

#include "gateway/base/file.h"
#include "gateway/odoo/books.h"
#include "gateway/odoo/values.h"
#include "mappings/canonical.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sallyport::odoo {

class MemoryBooks final : public Books {
public:
    Result<std::optional<KnownOrder>> order_behind(std::int64_t sale_order) override {
        const auto found = orders.find(sale_order);
        return found == orders.end() ? std::optional<KnownOrder>() : found->second;
    }
    bool wanted(const std::string&, const std::string& kind) override { return kind != unwanted; }
    Result<std::string> recall(const std::string& name) override { return memory[name]; }
    Status remember(const std::string& name, const std::string& value) override {
        memory[name] = value;
        return {};
    }
    Result<std::int64_t> next_number(const std::string&, std::int64_t) override { return ++number; }
    Status submit(const OutgoingDocument& document) override {
        if (failing) return Error("store.unavailable", Blame::Network, "killed here");
        const auto [at, is_new] = submitted.emplace(document.source_key, document);
        if (is_new) keys.push_back(document.source_key);
        EXPECT_EQ(at->second.canonical, document.canonical) << "one key, two contents";
        if (lost) return Error("store.unavailable", Blame::Network, "killed after it");
        return {};
    }

    // What went out last. There must be one.
    const OutgoingDocument& last() const { return submitted.at(keys.back()); }

    std::map<std::int64_t, KnownOrder> orders{};
    std::map<std::string, std::string> memory{};
    std::map<std::string, OutgoingDocument> submitted{};
    std::vector<std::string> keys{};
    std::string unwanted{};
    std::int64_t number = 0;
    bool failing = false;
    bool lost = false;
};

inline std::string findings(const std::string& schema, const Json& document) {
    const std::filesystem::path folder =
        std::filesystem::path(SALLYPORT_SOURCE_DIR) / "mappings/canonical";
    const auto text = [&](std::string_view name) {
        return read_file(folder / std::string(name), 1U << 22U);
    };
    auto parsed = mapping::DocumentSchema::parse(
        *text(schema + ".schema.json"),
        [&](std::string_view name) -> Result<std::string> { return *text(name); });
    if (!parsed) return parsed.error().text();
    std::string all;
    for (const auto& one : (*parsed)->check(document))
        all += one.pointer + ": " + one.message + "\n";
    return all;
}

}  // namespace sallyport::odoo

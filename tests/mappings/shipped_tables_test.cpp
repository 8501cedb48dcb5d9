// SPDX-License-Identifier: Apache-2.0
// The shipped code tables: readable by the loader, reversible (every word one code that writes it, every code one word), and
// one chain: a unit that comes in by X12 can leave by Rec 20 and EDIFACT.
#include "map_fixture.h"

#include "gateway/base/file.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <sstream>

namespace sallyport::mapping {
namespace {

struct ShippedTable {
    const char* file;
    const char* columns;
};
constexpr ShippedTable Tables[] = {
    {"tables/units-x12.csv", "x12, unit"},
    {"tables/units-edifact.csv", "edifact, unit"},
    {"tables/units-rec20.csv", "rec20, unit"},
    {"tables/units-odoo.csv", "xmlid, unit"},
    {"tables/country.csv", "edifact, iso"},
    {"tables/currency.csv", "wire, iso"},
    {"tables/adjustment-reasons-x12.csv", "x12, reason"},
    {"tables/adjustment-reasons-edifact.csv", "edifact, reason"},
};

class ShippedTables : public testing::TestWithParam<ShippedTable> {};

TEST_P(ShippedTables, AreReversible) {
    const ShippedTable& table = GetParam();
    const std::string map =
        std::string("map tables version 1\nx12 004010 850 <-> order\ntable t from \"") +
        table.file + "\" (" + table.columns + ")\nBEG.03 <-> number\nBEG.04 | table t <-> type\n";
    const MapLoad loaded = load_map("test.map", with({{"test.map", map}}), schemas());
    for (const Diagnostic& one : loaded.diagnostics) {
        EXPECT_NE(one.code, "MAP003") << render(one, loaded.sources);
        EXPECT_NE(one.code, "MAP401") << render(one, loaded.sources);
        EXPECT_NE(one.code, "MAP402") << render(one, loaded.sources);
    }
}
INSTANTIATE_TEST_SUITE_P(All, ShippedTables, testing::ValuesIn(Tables), [](const auto& one) {
    std::string name = one.param.file;
    name = name.substr(name.find('/') + 1);
    name = name.substr(0, name.find('.'));
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
});

std::set<std::string> words(const std::string& file) {
    const auto path = std::filesystem::path(SALLYPORT_SOURCE_DIR) / "mappings" / "shipped" / file;
    const Result<Bytes> text = read_file(path, 1U << 20);
    EXPECT_TRUE(text) << path;
    std::istringstream lines(text ? *text : Bytes());
    std::set<std::string> out;
    std::string line;
    std::getline(lines, line);
    while (std::getline(lines, line)) {
        const std::size_t comma = line.find(',');
        out.insert(line.substr(comma + 1, line.find(',', comma + 1) - comma - 1));
    }
    return out;
}

TEST(ShippedUnits, OfX12HaveACodeOfRecommendation20AndOfEdifact) {
    const std::set<std::string> rec20 = words("tables/units-rec20.csv");
    const std::set<std::string> edifact = words("tables/units-edifact.csv");
    const std::set<std::string> x12 = words("tables/units-x12.csv");
    EXPECT_GT(x12.size(), 60U);
    for (const std::string& unit : x12) {
        EXPECT_TRUE(rec20.contains(unit)) << unit;
        EXPECT_TRUE(edifact.contains(unit)) << unit;
    }
    for (const std::string& unit : words("tables/units-odoo.csv"))
        EXPECT_TRUE(rec20.contains(unit)) << unit;
}

}  // namespace
}  // namespace sallyport::mapping

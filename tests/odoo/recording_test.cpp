// SPDX-License-Identifier: Apache-2.0
// The double against what a real Odoo 17 answered to the calls of the flows and of the people before them
// (tests/golden/odoo/sell_side.json and buy_side.json, recorded by us). Ids, numbers and times are the server's own.
#include "tests/support/temp_dir.h"

#include "gateway/base/file.h"
#include "gateway/odoo/values.h"
#include "gateway/odoo_double/odoo_double.h"

#include <gtest/gtest.h>

#include <cctype>
#include <regex>
#include <sstream>

namespace sallyport::odoo {
namespace {

// What a server makes up: ids, numbers, times, today's date.
Json plain(const Json& value, const std::string& field) {
    static const std::regex Made(
        R"(\b[SP]\d{5}\b|WH/(OUT|IN)/\d+|R?INV/\d{4}/\d+|BILL/\d{4}/\d\d/\d+|PBNK1/\d{4}/\d+|\(id \d+\)|\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d)?)");
    if (value.is_array()) {
        Json out = Json::array();
        for (const Json& one : value)
            out.push_back(one.is_number_integer() ? Json("#") : plain(one, field));
        // Names of moves are not modelled.
        if (field == "move_id" && out.size() == 2) out = "#";
        return out;
    }
    if (value.is_object()) {
        Json out = Json::object();
        for (const auto& item : value.items())
            if (item.key() != "id") out[item.key()] = plain(item.value(), item.key());
        return out;
    }
    if (value.is_string()) return std::regex_replace(value.get<std::string>(), Made, "#");
    if (value.is_number()) return value.get<double>();
    return value;
}

Json filled(const Json& value, const Json& kept) {
    if (value.is_string() && value.get<std::string>().starts_with("$"))
        return kept[value.get<std::string>().substr(1)];
    if (!value.is_structured()) return value;
    Json out = value;
    for (auto& one : out)
        one = filled(one, kept);
    return out;
}

Json at_path(const Json& result, const std::string& path) {
    Json value = result;
    std::istringstream parts(path);
    for (std::string part; std::getline(parts, part, '.');) {
        if (part == "*id") {
            Json ids = Json::array();
            for (const Json& one : value)
                ids.push_back(one["id"]);
            value = ids;
        } else if (std::isdigit(static_cast<unsigned char>(part[0])) != 0) {
            Json inner = value.at(std::stoul(part));  // a copy: it lies inside what it replaces
            value = std::move(inner);
        } else {
            Json inner = value.at(part);
            value = std::move(inner);
        }
    }
    return value;
}

}  // namespace

class Recording : public testing::TestWithParam<const char*> {};

TEST_P(Recording, IsWhatTheDoubleAnswersToo) {
    const testing_support::TempDir directory;
    const SystemClock clock;
    odoo_double::Options options;
    options.file = directory.path() / "odoo.db";
    options.seed = odoo_double::demo_seed();
    auto odoo = odoo_double::OdooDouble::start(std::move(options), clock);
    ASSERT_TRUE(odoo) << odoo.error().text();
    const Json recording = Json::parse(
        *read_file(std::string(SALLYPORT_GOLDEN_DIR) + "/odoo/" + GetParam() + ".json", 1U << 22U));
    Json kept = Json::object();
    for (const Json& step : recording["steps"]) {
        const std::string model = step["model"];
        const std::string method = step["method"];
        SCOPED_TRACE(step["note"].get<std::string>() + ": " + model + "." + method);
        auto answer =
            (*odoo)->ask(model, method, filled(step["args"], kept), filled(step["kw"], kept));
        if (step.contains("error")) {
            ASSERT_FALSE(answer);
            EXPECT_EQ(plain(answer.error().what(), ""),
                      plain(step["error"]["name"].get<std::string>() + ": " +
                                step["error"]["message"].get<std::string>(),
                            ""));
            continue;
        }
        ASSERT_TRUE(answer) << answer.error().text();
        if (step.contains("keep"))
            for (const auto& item : step["keep"].items())
                kept[item.key()] = at_path(*answer, item.value());
        if (!step.contains("result")) continue;
        Json ours = plain(*answer, "");
        const Json theirs = plain(step["result"], "");
        if (theirs.is_object())  // an action: what it is, not how it looks
            for (const auto& item : theirs.items())
                EXPECT_EQ(ours.value(item.key(), Json()), item.value());
        else
            EXPECT_EQ(ours.dump(), theirs.dump());
    }
}

INSTANTIATE_TEST_SUITE_P(OfAnOdoo17,
                         Recording,
                         testing::Values("sell_side", "buy_side"),
                         [](const auto& one) { return std::string(one.param); });

}  // namespace sallyport::odoo

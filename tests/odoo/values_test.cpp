// SPDX-License-Identifier: Apache-2.0
#include "gateway/odoo/values.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace sallyport::odoo {
namespace {

TEST(OdooValues, KeepsEveryNumberWithAPointAsItWasWritten) {
    const auto reply =
        parse_reply(R"({"a":10.50,"b":1031.3700000000001,"c":1e-05,"d":24,"e":-0.0})");
    ASSERT_TRUE(reply);
    EXPECT_EQ((*reply)["a"], "10.50");
    EXPECT_EQ(decimal_of((*reply)["b"])->to_string(), "1031.3700000000001");
    EXPECT_EQ(decimal_of((*reply)["c"])->to_string(), "0.00001");
    EXPECT_EQ(decimal_of((*reply)["d"])->to_string(), "24");
    EXPECT_TRUE(decimal_of((*reply)["e"])->is_zero());
}

TEST(OdooValues, RefusesAReplyThatWasCutOff) {
    EXPECT_EQ(parse_reply(R"({"jsonrpc": "2.0", "result": [1, 2)").error().code(),
              "odoo.reply.malformed");
    EXPECT_EQ(parse_reply("").error().code(), "odoo.reply.malformed");
    EXPECT_EQ(parse_reply(R"({"a":1} x)").error().code(), "odoo.reply.malformed");
}

TEST(OdooValues, RefusesAReplyThatIsNestedWithoutEnd) {
    EXPECT_EQ(parse_reply(std::string(100'000, '[')).error().code(), "odoo.reply.malformed");
}

TEST(OdooValues, TakesFalseAsUnset) {
    const auto record =
        *parse_reply(R"({"ref":false,"parent_id":false,"partner_id":[7,"ACME"],"sale_ok":true})");
    EXPECT_EQ(text_of(record, "ref"), "");
    EXPECT_EQ(text_of(record, "absent"), "");
    EXPECT_FALSE(id_in(record, "parent_id"));
    EXPECT_EQ(id_in(record, "partner_id"), 7);
    EXPECT_EQ(name_in(record, "partner_id"), "ACME");
    EXPECT_FALSE(is_unset(record["sale_ok"]));
}

TEST(OdooValues, WritesMomentsAsNaiveUtc) {
    struct Case {
        const char* in;
        const char* out;
    };
    for (const Case& c : {Case{"2026-12-10", "2026-12-10 12:00:00"},
                          Case{"2026-12-10T09:30", "2026-12-10 09:30:00"},
                          Case{"2026-12-10T23:30:15.250-02:00", "2026-12-11 01:30:15"},
                          Case{"2026-01-01T00:15:00+01:00", "2025-12-31 23:15:00"},
                          Case{"2026-12-10T09:30:00Z", "2026-12-10 09:30:00"},
                          Case{"2024-02-29T10:00+0530", "2024-02-29 04:30:00"}}) {
        SCOPED_TRACE(c.in);
        const auto moment = utc_datetime(c.in, "12:00:00");
        ASSERT_TRUE(moment);
        EXPECT_EQ(*moment, c.out);
    }
    for (const char* bad : {"",
                            "2026-13-01",
                            "2025-02-29",
                            "10.12.2026",
                            "2026-12-10T25:00",
                            "2026-12-10x09:00",
                            "2026-12-10T09:30 CET",
                            "2026-12-10T09"}) {
        SCOPED_TRACE(bad);
        EXPECT_EQ(utc_datetime(bad, "12:00:00").error().code(), "odoo.date");
    }
}

TEST(OdooValues, LetsNoMarkupIntoANote) {
    EXPECT_EQ(escape_html("<script>\"&'"), "&lt;script&gt;&#34;&amp;&#39;");
}

}  // namespace
}  // namespace sallyport::odoo

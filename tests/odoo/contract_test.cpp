// SPDX-License-Identifier: Apache-2.0
// The double against a real server: recorded calls are made again, and the double must answer the same, apart from the
// ids, numbers and times a server makes up. The recordings are not part of the project; where they are absent the test is
// skipped. The table below says which calls are not answered alike, and why.
#include "contract_world.h"
#include "tests/support/temp_dir.h"

#include "gateway/base/clock.h"
#include "gateway/base/file.h"
#include "gateway/odoo_double/odoo_double.h"

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/URI.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <iterator>
#include <map>
#include <memory>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace sallyport::odoo_double {
namespace {

using Json = nlohmann::ordered_json;

struct Recording {
    const char* file;
    std::string after;                    // the recording whose records this one uses
    std::map<int, const char*> left_out;  // index of the call -> why it is not answered alike
};

void PrintTo(const Recording& recording, std::ostream* out) {
    *out << recording.file;
}

const std::vector<Recording> Recordings{
    {"01_version_auth", "", {{4, "one database"}, {6, "the account's time zone is fixed"}}},
    {"05_lookups", "", {}},
    {"06_sale_order_850_855_860", "", {}},
    {"13_errors",
     "06_sale_order_850_855_860",
     {{19, "lots are not modelled"},
      {23, "one company"},
      {27, "the server's other orders"},
      {30, "product 0 is no case of the gateway"}}},
    {"17_idempotency", "", {}},
    {"18_idempotency_details",
     "",
     {{3, "date-times are loaded in UTC only"},
      {4, "record of call 3"},
      {5, "record of call 3"},
      {37, "vendor bills are not modelled"}}},
    {"20_overprivilege_probe",
     "",
     {{96, "group ids and login dates of that server"},
      {97, "that server's other users"},
      {302, "group ids and login dates of that server"},
      {303, "that server's other users"},
      {404, "that server's modules"},
      {405, "group ids and login dates of that server"},
      {406, "that server's other users"},
      {407, "system parameters are not modelled"},
      {408, "system parameters are not modelled"}}},
};

// Fields that depend on what the double does not model.
const std::set<std::string> NotCompared{"free_qty_today",
                                        "virtual_available_at_date",
                                        "message_follower_ids",
                                        "moreinfo",
                                        "debug",
                                        "arguments",
                                        "picking_ids_count"};

struct HttpAnswer {
    int status = 0;
    std::string body;
};

HttpAnswer post(const std::string& url, const std::string& type, const std::string& body) {
    const Poco::URI uri(url);
    Poco::Net::HTTPClientSession session(uri.getHost(), uri.getPort());
    Poco::Net::HTTPRequest request("POST", "/jsonrpc", "HTTP/1.1");
    request.setContentType(type);
    request.setContentLength64(static_cast<Poco::Int64>(body.size()));
    session.sendRequest(request) << body;
    Poco::Net::HTTPResponse response;
    auto& stream = session.receiveResponse(response);
    EXPECT_EQ(response.get("Connection", ""),
              response.getStatus() == 404 ? response.get("Connection", "") : "Close");
    return {static_cast<int>(response.getStatus()),
            std::string(std::istreambuf_iterator<char>(stream), {})};
}

std::string without_numbers(const std::string& text) {
    static const std::regex Names(R"(\bS\d{5}\b|WH/OUT/\d+|\(id=\d+\))");
    return std::regex_replace(text, Names, "#");
}

bool is_moment(const Json& value) {
    static const std::regex Moment(R"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)");
    return value.is_string() && std::regex_match(value.get<std::string>(), Moment);
}

// The ids a server makes up: what it called 25 may be 1 here, but then everywhere.
class Ids {
public:
    explicit Ids(const Json& world) {
        for (const auto& model : world)
            for (const auto& record : model)
                if (record.contains("id")) m_fixed.insert(record["id"].get<std::int64_t>());
    }
    bool same(std::int64_t recorded, std::int64_t ours, const std::string& place) {
        const auto known = m_ours.find(recorded);
        if (known != m_ours.end()) return known->second == ours;
        if (recorded == ours) return true;
        // What a call created or loaded has a new id; other ids only when they are no master data.
        const bool created = place == "result" || place == "ids" || place == "order_line";
        const bool named = place == "id" || place.ends_with("_id") || place.ends_with("_ids");
        if (!created && (!named || m_fixed.contains(recorded))) return false;
        m_ours[recorded] = ours;
        return true;
    }
    Json ours(const Json& recorded) const {
        if (recorded.is_number_integer()) {
            const auto known = m_ours.find(recorded.get<std::int64_t>());
            return known == m_ours.end() ? recorded : Json(known->second);
        }
        if (!recorded.is_structured()) return recorded;
        Json mapped = recorded.is_array() ? Json::array() : Json::object();
        for (const auto& item : recorded.items()) {
            if (recorded.is_array())
                mapped.push_back(ours(item.value()));
            else
                mapped[item.key()] = item.key() == "res_id" && item.value().is_string()
                                         ? item.value()
                                         : ours(item.value());
        }
        return mapped;
    }

    // get_external_id answers an object keyed by id.
    std::string ours_as_key(const std::string& recorded) const {
        if (recorded.find_first_not_of("0123456789") != std::string::npos) return recorded;
        const auto known = m_ours.find(std::stoll(recorded));
        return known == m_ours.end() ? recorded : std::to_string(known->second);
    }

private:
    std::set<std::int64_t> m_fixed;
    std::map<std::int64_t, std::int64_t> m_ours;
};

class Comparison {
public:
    Comparison(Ids& ids, std::vector<std::string>& differences)
        : m_ids(ids), m_differences(differences) {}

    void compare(const Json& recorded,
                 const Json& ours,
                 const std::string& path,
                 const std::string& key) {
        if (recorded.is_object() && ours.is_object()) {
            for (const auto& item : recorded.items()) {
                if (NotCompared.contains(item.key())) continue;
                if (!ours.contains(m_ids.ours_as_key(item.key())))
                    differ(path + "." + item.key(), item.value(), "absent");
                else
                    compare(item.value(),
                            ours[m_ids.ours_as_key(item.key())],
                            path + "." + item.key(),
                            item.key());
            }
            return;
        }
        if (recorded.is_array() && ours.is_array() && recorded.size() == ours.size()) {
            for (std::size_t at = 0; at < recorded.size(); ++at)
                compare(recorded[at], ours[at], path + "[" + std::to_string(at) + "]", key);
            return;
        }
        if (recorded.is_number_integer() && ours.is_number_integer()) {
            if (!m_ids.same(recorded.get<std::int64_t>(), ours.get<std::int64_t>(), key))
                differ(path, recorded, ours);
            return;
        }
        if (is_moment(recorded) && is_moment(ours) && key != "commitment_date") return;
        if (recorded.is_string() && ours.is_string())
            return texts(recorded.get<std::string>(), ours.get<std::string>(), path, key);
        if (recorded != ours || recorded.type() != ours.type()) differ(path, recorded, ours);
    }

private:
    // Odoo lists the groups that would help, and PostgreSQL points into its statement: the first line says what happened.
    void texts(std::string recorded,
               std::string ours,
               const std::string& path,
               const std::string& key) {
        if (key == "message") {
            recorded = recorded.substr(0, recorded.find('\n'));
            ours = ours.substr(0, ours.find('\n'));
        }
        if (without_numbers(recorded) != without_numbers(ours)) differ(path, recorded, ours);
    }
    void differ(const std::string& path, const Json& recorded, const Json& ours) {
        m_differences.push_back(path + ": recorded " + recorded.dump() + ", the double " +
                                ours.dump());
    }

    Ids& m_ids;
    std::vector<std::string>& m_differences;
};

Json calls_in(const std::filesystem::path& path) {
    const auto text = read_file(path, std::size_t{64} << 20);
    EXPECT_TRUE(text) << path;
    return text ? Json::parse(*text) : Json::array();
}

class Contract : public testing::TestWithParam<Recording> {
protected:
    void SetUp() override {
        const auto folder = std::filesystem::path(SALLYPORT_SHARED_DIR) / "odoo" / "transcripts";
        if (!std::filesystem::exists(folder))
            GTEST_SKIP() << "the recordings are not on this machine";
        m_calls = calls_in(folder / (std::string(GetParam().file) + ".json"));
        if (!GetParam().after.empty()) m_before = calls_in(folder / (GetParam().after + ".json"));
        Options options;
        options.file = m_directory.path() / "odoo.sqlite";
        options.database = "edi";
        options.seed = contract::world();
        options.accounts = contract::accounts();
        auto started = OdooDouble::start(std::move(options), m_clock);
        ASSERT_TRUE(started) << started.error().text();
        m_double = *std::move(started);
    }

    Json m_before = Json::array();
    Json m_calls;
    testing_support::TempDir m_directory;
    SystemClock m_clock;
    std::unique_ptr<OdooDouble> m_double;
};

struct Tally {
    int alike = 0;
    int left_out = 0;
    int summaries = 0;  // what several clients saw; no single call to make again
};

// One recorded exchange, made again.
void replay(const Json& call,
            const std::string& url,
            Ids& ids,
            std::vector<std::string>& differences) {
    const Json& request = call["request"];
    const bool raw = request.contains("raw");
    const std::string type =
        raw ? request.value("headers", Json::object()).value("Content-Type", "application/json")
            : "application/json";
    const auto answer =
        post(url, type, raw ? request["raw"].get<std::string>() : ids.ours(request["body"]).dump());
    if (answer.status != call["response"]["status"])
        differences.push_back("HTTP status " + std::to_string(answer.status));
    Json recorded = call["response"]["body"];
    if (recorded.is_string() && answer.status == 200)
        recorded = Json::parse(recorded.get<std::string>());
    const Json ours = answer.status == 200 ? Json::parse(answer.body) : Json(answer.body);
    Comparison(ids, differences).compare(recorded, ours, "", "");
}

bool is_exchange(const Json& call) {
    const Json request = call.value("request", Json());
    const Json response = call.value("response", Json());
    return request.is_object() && request.value("POST", "") == "/jsonrpc" &&
           (request.contains("raw") || request.contains("body")) && response.is_object() &&
           response.contains("status");
}

TEST_P(Contract, TheDoubleAnswersAsTheRecordedServer) {
    const Json world = contract::world();
    Ids ids(world);
    Tally tally;
    const std::string url = m_double->url();
    for (const auto& call : m_before) {
        std::vector<std::string> ignored;
        if (is_exchange(call)) replay(call, url, ids, ignored);
    }
    for (std::size_t at = 0; at < m_calls.size(); ++at) {
        const Json& call = m_calls[at];
        if (!is_exchange(call)) {
            ++tally.summaries;
            continue;
        }
        std::vector<std::string> differences;
        replay(call, url, ids, differences);
        if (GetParam().left_out.contains(static_cast<int>(at))) {
            EXPECT_FALSE(differences.empty())
                << "call " << at << " is answered alike; take it out of the table";
            ++tally.left_out;
            continue;
        }
        for (const auto& difference : differences)
            ADD_FAILURE() << GetParam().file << " call " << at << " ("
                          << call.value("note", Json()).dump() << ") " << difference;
        if (differences.empty()) ++tally.alike;
    }
    std::cout << GetParam().file << ": " << tally.alike << " calls answered alike, "
              << tally.left_out << " left out, " << tally.summaries << " summaries\n";
    RecordProperty("alike", tally.alike);
    RecordProperty("left_out", tally.left_out);
    EXPECT_EQ(tally.left_out, static_cast<int>(GetParam().left_out.size()))
        << "the table names calls that do not exist";
}

INSTANTIATE_TEST_SUITE_P(Recorded, Contract, testing::ValuesIn(Recordings), [](const auto& one) {
    return std::string(one.param.file);
});

}  // namespace
}  // namespace sallyport::odoo_double

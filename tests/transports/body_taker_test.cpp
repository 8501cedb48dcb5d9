// SPDX-License-Identifier: Apache-2.0
#include "transports/body_taker.h"

#include "tests/support/raw_client.h"
#include "tests/support/temp_dir.h"

#include "gateway/base/clock.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace sallyport::transports {
namespace {

using testing_support::RawClient;
using testing_support::TempDir;

TEST(BodyRoom, LeavesRoomForOthersWhateverOneAddressDoes) {
    BodyRoom room(1000, 10'000, 50);
    EXPECT_TRUE(room.take("192.0.2.1", 500, 0));
    EXPECT_FALSE(room.take("192.0.2.1", 1, 0)) << "more than its share";
    EXPECT_TRUE(room.take("192.0.2.1", 0, 5000)) << "the disk is counted apart";
    EXPECT_FALSE(room.take("192.0.2.1", 0, 1));
    EXPECT_TRUE(room.take("192.0.2.2", 500, 5000));
    EXPECT_FALSE(room.take("192.0.2.3", 1, 0)) << "everything is in use";
    room.give_back("192.0.2.2", 500, 5000);
    EXPECT_TRUE(room.take("192.0.2.3", 400, 4000));
}

TEST(BodyTaker, MovesABodyToDiskWhenItOutgrowsMemoryAndGivesTheRoomBack) {
    const TempDir dir;
    BodyRoom room(1000, 10'000, 100);
    HttpRequest request;
    {
        BodyTaker taker(room, "192.0.2.1");
        taker.begin(600, dir.path());
        ASSERT_TRUE(taker.take(std::string(600, 'a')));
        ASSERT_TRUE(taker.take("b")) << "above the threshold";
        ASSERT_TRUE(room.take("192.0.2.9", 1000, 0)) << "nothing of it is in memory any more";
        room.give_back("192.0.2.9", 1000, 0);
        ASSERT_TRUE(taker.take(std::string(9000, 'c')));
        EXPECT_FALSE(room.take("192.0.2.9", 0, 400));
        taker.finish(request);
    }
    ASSERT_TRUE(request.spooled);
    EXPECT_EQ(request.body, "");
    EXPECT_EQ(*certs::take_octets(*request.spooled, 0, 20'000),
              std::string(600, 'a') + "b" + std::string(9000, 'c'));
    EXPECT_TRUE(room.take("192.0.2.9", 1000, 10'000)) << "room that was not given back";
}

TEST(BodyTaker, SaysBusyWhenTheDiskShareIsUsedUp) {
    const TempDir dir;
    BodyRoom room(1000, 2000, 100);
    BodyTaker taker(room, "192.0.2.1");
    taker.begin(10, dir.path());
    ASSERT_TRUE(taker.take(std::string(2000, 'a')));
    const auto busy = taker.take("b");
    ASSERT_FALSE(busy);
    EXPECT_EQ(busy.error().code(), "http.busy");
    EXPECT_TRUE(room.take("192.0.2.2", 1000, 2000)) << "what was refused is thrown away at once";
}

// Tells what it got, and from where.
class Spooling final : public HttpHandler {
public:
    explicit Spooling(std::filesystem::path folder) : m_folder(std::move(folder)) {}
    HttpEntry enter(const HttpRequest& /*head*/) override {
        return {.max_body_bytes = 100'000, .spool_above = 50, .spool_folder = m_folder};
    }
    HttpResponse handle(const HttpRequest& request) override {
        if (!request.spooled) return {.body = "memory " + request.body};
        return {.body = "disk " + *certs::take_octets(*request.spooled, 0, 100'000)};
    }

private:
    std::filesystem::path m_folder;
};

TEST(HttpServer, PutsLongBodiesOnDiskAndShortOnesIntoMemory) {
    const TempDir dir;
    const SystemClock clock;
    HttpServer http({}, {{"/", std::make_shared<Spooling>(dir.path())}}, clock, Log(null_sink()));
    ASSERT_TRUE(http.start());
    RawClient client(http.port());
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nshort");
    EXPECT_NE(client.response().find("memory short"), std::string::npos);
    const std::string text(3000, 'x');
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3000\r\n\r\n" + text);
    EXPECT_NE(client.response().find("disk " + text), std::string::npos);
    client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nbb8\r\n" + text +
                "\r\n0\r\n\r\n");
    EXPECT_NE(client.response().find("disk " + text), std::string::npos);
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nagain");
    EXPECT_NE(client.response().find("memory again"), std::string::npos);
}

TEST(HttpServer, SaysTryAgainAndNothingOfTheDiskWhenABodyCannotBeKept) {
    const SystemClock clock;
    HttpServer http(
        {}, {{"/", std::make_shared<Spooling>("/nowhere/at/all")}}, clock, Log(null_sink()));
    ASSERT_TRUE(http.start());
    RawClient client(http.port());
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3000\r\n\r\n" +
                std::string(3000, 'x'));
    const auto answer = client.response();
    EXPECT_NE(answer.find(" 503 "), std::string::npos) << answer;
    EXPECT_EQ(answer.find("nowhere"), std::string::npos) << answer;
}

}  // namespace
}  // namespace sallyport::transports

// SPDX-License-Identifier: Apache-2.0
// Five thousand connections from as many addresses that send a piece of a header and no more, against the real server: another
// partner's messages get through all the while.
#include "tests/support/as2_fixture.h"

#include "transports/http_client.h"
#include "transports/http_server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace sallyport::transports {
namespace {

constexpr unsigned Attackers = 5000;
constexpr unsigned Tries = 100;  // of one message; a partner's product tries again too

// One connection from an address of its own in 127/8.
int slow_connection(unsigned number, std::uint16_t port) {
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(0x7F010000U + number + 1);
    (void)::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    (void)::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    constexpr std::string_view piece = "POST /as2 HTTP/1.1\r\nHost: a\r\nX-Slow: ";
    (void)::send(descriptor, piece.data(), piece.size(), MSG_NOSIGNAL);
    return descriptor;
}

bool enough_descriptors() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return false;
    limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, Attackers + 1000);
    return ::setrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur == Attackers + 1000;
}

TEST(Slowloris, AttackOfFiveThousandLetsOtherPartnersMessagesThrough) {
    if (!enough_descriptors()) GTEST_SKIP() << "SKIPPED: too few file descriptors are allowed here";
    const SystemClock clock;
    MemoryIntake intake;
    auto receiver = std::make_shared<As2Receiver>(
        As2ReceiverOptions{},
        fixed_directory({std::make_shared<As2Agreement>(gateway_agreement())}),
        intake,
        clock,
        Log(null_sink()));
    HttpServer server({.max_connections = 64}, {{"/as2", receiver}}, clock, Log(null_sink()));
    ASSERT_TRUE(server.start());

    std::atomic<bool> attacked{false};
    std::vector<int> held;
    std::thread attack([&] {
        for (unsigned number = 0; number < Attackers; ++number)
            held.push_back(slow_connection(number, server.port()));
        attacked = true;
    });
    Watchdog dog(clock);
    unsigned delivered = 0;
    unsigned lost = 0;
    while (!attacked || delivered + lost < 10) {
        auto message = as2_request(
            encrypted(signed_entity(Document)),
            want_signed() +
                HeaderList{{"Message-ID", "<" + std::to_string(delivered + lost) + "@partner>"}});
        std::erase_if(message.headers, [](const auto& field) {
            return field.first == "Host" || field.first == "Content-Length";
        });
        HttpPost post;
        post.url = "http://127.0.0.1:" + std::to_string(server.port()) + "/as2";
        post.headers = message.headers;
        post.body = message.body;
        bool done = false;
        for (unsigned attempt = 0; attempt < Tries && !done; ++attempt) {
            const auto reply = http_post(post, dog, clock);
            done = reply && reply->status == 200;
        }
        ++(done ? delivered : lost);
    }
    attack.join();
    EXPECT_EQ(lost, 0U);
    EXPECT_EQ(intake.arrivals.size(), delivered);
    EXPECT_LE(server.stats().active, 64U + 64U) << "the bound on connections holds";
    for (const int descriptor : held)
        ::close(descriptor);
    RecordProperty("delivered", static_cast<int>(delivered));
}

}  // namespace
}  // namespace sallyport::transports

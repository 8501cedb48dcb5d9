// SPDX-License-Identifier: Apache-2.0
// A gateway as a process of its own with a whole configuration; partner and back office live in the test.
#pragma once

#include "program.h"

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/daemon/demo_partner.h"
#include "gateway/daemon/demo_site.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

namespace sallyport::daemon::testing {

class Site {
public:
    Site() {
        const auto data =
            std::filesystem::path(SALLYPORT_BINARY).parent_path() / "share" / "sallyport";
        auto made = DemoSite::make(data, clock);
        if (!made) throw std::runtime_error(made.error().text());
        demo = *std::move(made);
        ::setenv("SALLYPORT_ODOO_URL", "", 1);  // the double, whatever the developer's shell says
        auto back_office = demo->back_office(clock);
        if (!back_office) throw std::runtime_error(back_office.error().text());
        odoo = *std::move(back_office);
        auto started = DemoPartner::start({.our_id = DemoPartnerId,
                                           .gateway_id = DemoGatewayId,
                                           .identity = demo->partner(),
                                           .gateway_certificate = demo->gateway().certificate},
                                          clock,
                                          Log(null_sink()));
        if (!started) throw std::runtime_error(started.error().text());
        partner = *std::move(started);
        auto written = demo->configure(odoo, partner->url());
        if (!written) throw std::runtime_error(written.error().text());
        sample = read_text(data / "demo" / "850.edi");
    }
    std::filesystem::path path(const std::string& name) const { return demo->directory() / name; }
    std::string config() const { return demo->config_file().string(); }

    // Ready and reachable for the partner when it returns.
    void start() {
        gateway = std::make_unique<Program>(std::vector<std::string>{"run", "--config", config()});
        ASSERT_TRUE(gateway->await("err", "gateway started")) << gateway->err();
        const std::string log = gateway->err();
        const std::string key = "as2_port=";
        partner->set_gateway_url("http://127.0.0.1:" +
                                 std::to_string(std::stoi(log.substr(log.find(key) + key.size()))) +
                                 "/as2");
    }
    void stop() {
        gateway->signal(SIGTERM);
        EXPECT_EQ(gateway->wait().code, 0);
        gateway.reset();
    }
    void reload() {
        const std::string before = gateway->err();
        gateway->signal(SIGHUP);
        while (gateway->err().find("configuration ", before.size()) == std::string::npos)
            ::sched_yield();
    }
    void send(const std::string& payload) {
        auto frozen = partner->freeze(new_id(clock.now(), random), payload);
        ASSERT_TRUE(frozen) << frozen.error().text();
        auto sent = partner->send(*frozen);
        ASSERT_TRUE(sent) << sent.error().text();
        EXPECT_EQ(sent->disposition, "processed");
    }
    Ended command(std::vector<std::string> arguments) const {
        arguments.insert(arguments.end(), {"--config", config()});
        return run_program(arguments);
    }
    nlohmann::json answer(std::vector<std::string> arguments) const {
        arguments.emplace_back("--json");
        const Ended ended = command(std::move(arguments));
        return nlohmann::json::parse(ended.out, nullptr, false);
    }
    // The newest document of that purchase order once its back office status is `wanted`.
    nlohmann::json await_document(const std::string& number, const std::string& wanted) const {
        const auto deadline = clock.steady_now() + std::chrono::seconds(60);
        nlohmann::json last;
        while (clock.steady_now() < deadline) {
            const auto list = answer({"doc", "list", "--number", number});
            if (list.is_object() && !list["documents"].empty()) {
                last = list["documents"][0];
                if (last["status"]["back_office"] == wanted) return last;
            }
        }
        ADD_FAILURE() << "never became " << wanted << ": " << last.dump(2) << gateway->err();
        return last;
    }
    std::int64_t orders(const std::string& number) const {
        auto count = demo->count_orders(odoo, number, clock);
        EXPECT_TRUE(count) << count.error().text();
        return count ? *count : -1;
    }

    SystemClock clock;
    SystemRandom random;
    std::unique_ptr<DemoSite> demo;
    DemoOdoo odoo;
    std::unique_ptr<DemoPartner> partner;
    std::unique_ptr<Program> gateway;
    std::string sample;
};

inline std::string replaced(std::string text, const std::string& what, const std::string& with) {
    const std::size_t at = text.find(what);
    EXPECT_NE(at, std::string::npos) << what;
    return at == std::string::npos ? text : text.replace(at, what.size(), with);
}

}  // namespace sallyport::daemon::testing

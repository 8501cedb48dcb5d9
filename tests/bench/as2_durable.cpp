// SPDX-License-Identifier: Apache-2.0
// as2_durable KEYS FOLDER: the gateway's AS2 receiver, intake, SQLite store and archive on a socket, without the pipeline behind them:
// what it costs to receive durably, and nothing else. Ends with its standard input.
#include "station_case.h"

#include "gateway/flow/intake.h"
#include "gateway/store/archive.h"
#include "gateway/store/sqlite_store.h"
#include "gateway/store/store.h"
#include "transports/as2_receiver.h"
#include "transports/http_server.h"

#include <filesystem>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>

namespace sallyport {
namespace {

int run(const std::string& keys, const std::filesystem::path& folder) {
    const SystemClock clock;
    SystemRandom random;
    const Log log(null_sink());
    flow::Metrics metrics;
    std::filesystem::create_directories(folder / "spool");
    auto store = store::open_sqlite_store({.file = folder / "sallyport.db"}, clock);
    if (!store) throw std::runtime_error(store.error().text());
    const store::Archive archive(folder / "archive", (*store)->objects());
    flow::DurableIntake intake({.store = **store,
                                .archive = archive,
                                .clock = clock,
                                .random = random,
                                .metrics = metrics,
                                .log = log,
                                .admitted = [] {}});
    auto agreement = std::make_shared<transports::As2Agreement>();
    agreement->name = "load";
    agreement->our_id = "GATEWAY";
    agreement->partner_id = "PARTNER";
    agreement->inbound.max_body_bytes = std::size_t{16} << 30U;  // tests/bench/as2-large
    agreement->signing = interop::load_identity(keys, "gateway");
    agreement->decryption = {*agreement->signing};
    agreement->partner_signing = {interop::load_identity(keys, "peer").certificate};
    const auto receiver = std::make_shared<transports::As2Receiver>(
        transports::As2ReceiverOptions{.spool_folder = folder / "spool"},
        transports::fixed_directory({agreement}),
        intake,
        clock,
        log);
    transports::HttpServer server({}, {{"/as2", receiver}}, clock, log);
    if (const auto started = server.start(); !started)
        throw std::runtime_error(started.error().text());
    std::cout << "{\"event\": \"listening\", \"port\": " << server.port() << "}" << std::endl;
    for (std::string line; std::getline(std::cin, line);) {
    }
    return 0;
}

}  // namespace
}  // namespace sallyport

int main(int count, char** words) {
    try {
        if (count != 3) throw std::runtime_error("usage: as2_durable KEYS FOLDER");
        return sallyport::run(words[1], words[2]);
    } catch (const std::exception& thrown) {
        std::cerr << "as2_durable: " << thrown.what() << '\n';
        return 2;
    }
}

// SPDX-License-Identifier: Apache-2.0
// sftp_durable PUBLIC_KEY_FILE FOLDER: the gateway's SFTP server, intake, SQLite store and archive on a socket, without the
// pipeline behind them: what it costs to take uploads in durably, and nothing else. Ends with its standard input.
#include "gateway/base/file.h"
#include "gateway/flow/intake.h"
#include "gateway/flow/mailbox.h"
#include "gateway/store/archive.h"
#include "gateway/store/sqlite_store.h"
#include "gateway/store/store.h"
#include "transports/sftp/host_key.h"
#include "transports/sftp/server.h"

#include <filesystem>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>

namespace sallyport {
namespace {

class NoRecord final : public sftp::Recorder {
public:
    void record(const sftp::Event& /*event*/) override {}
};

std::shared_ptr<sftp::Account> load_account(const std::filesystem::path& public_key) {
    const auto line = read_file(public_key, 16U << 10U);
    if (!line) throw std::runtime_error(line.error().text());
    const auto key = sftp::read_public_key(*line);
    if (!key) throw std::runtime_error(key.error().text());
    auto account = std::make_shared<sftp::Account>();
    account->partner = account->user = "acme";
    account->public_keys = {key->type + " " + key->base64};
    account->temporary = {".tmp", ".part", ".filepart"};
    account->uploads = {.file_bytes = std::uint64_t{8} << 30U,
                        .quota_bytes = std::uint64_t{16} << 30U,
                        .files = 10'000,
                        .per_minute = 1'000'000};
    account->sessions = 1000;
    return account;
}

int run(const std::filesystem::path& public_key, const std::filesystem::path& folder) {
    const SystemClock clock;
    SystemRandom random;
    const Log log(null_sink());
    flow::Metrics metrics;
    std::filesystem::create_directories(folder);
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
    flow::StoreMailbox mailbox(
        {.store = **store, .archive = archive, .clock = clock, .metrics = metrics, .log = log});
    auto uploads = sftp::Uploads::open({folder / "uploads", clock, random});
    auto host_key = sftp::generate_key(sftp::KeyType::Ed25519);
    if (!uploads || !host_key) throw std::runtime_error("no staging folder or no host key");
    transports::Penalties penalties({}, clock);
    NoRecord recorder;
    sftp::ServerOptions options;
    options.host_keys = {std::make_shared<const Secret>(*std::move(host_key))};
    options.max_sessions = options.max_sessions_per_address = 1000;
    sftp::Server server(std::move(options),
                        {.accounts = sftp::fixed_accounts({load_account(public_key)}),
                         .uploads = **uploads,
                         .intake = intake,
                         .mailbox = mailbox,
                         .penalties = penalties,
                         .recorder = recorder,
                         .clock = clock,
                         .log = log});
    if (const Status started = server.start(); !started)
        throw std::runtime_error(started.error().text());
    std::cout << server.port() << std::endl;
    for (std::string line; std::getline(std::cin, line);) {
    }
    return 0;
}

}  // namespace
}  // namespace sallyport

int main(int count, char** words) {
    try {
        if (count != 3) throw std::runtime_error("usage: sftp_durable PUBLIC_KEY_FILE FOLDER");
        return sallyport::run(words[1], words[2]);
    } catch (const std::exception& thrown) {
        std::cerr << "sftp_durable: " << thrown.what() << '\n';
        return 2;
    }
}

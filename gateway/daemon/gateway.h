// SPDX-License-Identifier: Apache-2.0
// The whole object graph of one gateway process, built by hand: reading build() in compose.cpp is reading the program.
#pragma once

#include "config/load.h"
#include "gateway/base/clock.h"
#include "gateway/base/error.h"
#include "gateway/base/log.h"
#include "gateway/flow/map_changes.h"
#include "gateway/store/store.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::daemon {

std::string_view version();  // "0.1.0"

// Where the store and the archive of a state directory are.
std::filesystem::path store_file(const config::Settings& settings);
std::filesystem::path archive_directory(const config::Settings& settings);

struct GatewayParts;

// Not thread-safe; its threads are its own.
class Gateway {
public:
    // Everything that can be wrong with a configuration, keys, maps and all, without starting anything.
    static std::vector<Error> check(const config::Configuration& configuration);

    // Opens the store and builds the graph; nothing listens yet. The first fault of check(), or of store and Odoo client.
    static Result<std::unique_ptr<Gateway>> build(config::Configuration configuration,
                                                  const Clock& clock,
                                                  Log log);
    ~Gateway();  // stops
    Gateway(const Gateway&) = delete;
    Gateway& operator=(const Gateway&) = delete;
    Gateway(Gateway&&) = delete;
    Gateway& operator=(Gateway&&) = delete;

    // Pipeline first, then the listeners. Errors: http.listen, http.tls, and those of the store.
    Status start();
    // Listeners first: requests in progress finish, at most `drain`; then the pipeline's steps in progress.
    void stop(std::chrono::milliseconds drain);
    // Takes over partners, maps, item tables, units, our identities and the certificate of the HTTPS listener; keeps all the
    // old ones when anything is wrong. The rest of sallyport.toml needs a restart; `sallyport config reference` says which.
    // What of the maps changed is audited under `actor`, and documents that waited for it go on.
    Result<flow::MapsTaken> reload(const config::Configuration& configuration,
                                   const std::string& actor);
    // What answers `sallyport config reload` and `map table add`, on a thread of the API. Set before start().
    void on_reload(std::function<Result<flow::MapsTaken>(const std::string& actor)> answer);

    std::uint16_t as2_port() const;  // 0: not listening
    std::uint16_t as2_tls_port() const;
    std::uint16_t sftp_port() const;
    std::uint16_t https_port() const;
    std::uint16_t api_port() const;
    store::Store& store();

private:
    explicit Gateway(std::unique_ptr<GatewayParts> parts);
    std::unique_ptr<GatewayParts> m_parts;
};

}  // namespace sallyport::daemon

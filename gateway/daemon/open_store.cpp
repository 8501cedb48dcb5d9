// SPDX-License-Identifier: Apache-2.0
#include "gateway/daemon/open_store.h"

#include "config/load.h"
#include "gateway/daemon/gateway.h"
#include "gateway/store/sqlite_store.h"

#include <utility>

namespace sallyport::daemon {

std::filesystem::path store_file(const config::Settings& settings) {
    return settings.state_directory / "sallyport.db";
}

std::filesystem::path archive_directory(const config::Settings& settings) {
    return settings.state_directory / "archive";
}

Result<OpenStore> open_for_reading(const CommandLine& line) {
    config::LoadResult load = config::load(line.config_file, {.check_files = false});
    if (!load.ok() && load.configuration.settings.state_directory.empty())
        return std::move(load.faults.front());
    auto store = store::open_sqlite_store_read_only(store_file(load.configuration.settings));
    if (!store) return std::move(store).error().during("opening the store");
    return OpenStore{.settings = std::move(load.configuration.settings),
                     .store = *std::move(store)};
}

}  // namespace sallyport::daemon

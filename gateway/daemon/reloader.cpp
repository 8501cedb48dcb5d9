// SPDX-License-Identifier: Apache-2.0
#include "gateway/daemon/reloader.h"

#include "config/load.h"
#include "gateway/daemon/notify.h"

#include <utility>

namespace sallyport::daemon {

Reloader::Reloader(Gateway& gateway, std::filesystem::path file, Log log)
    : m_gateway(gateway), m_file(std::move(file)), m_log(std::move(log)) {
    gateway.on_reload([this](const std::string& actor) { return reload(actor); });
}

Result<flow::MapsTaken> Reloader::reload(const std::string& actor) {
    const std::lock_guard lock(m_mutex);
    notify_manager("RELOADING=1");
    auto taken = read_again(actor);
    notify_manager("READY=1");
    return taken;
}

Result<flow::MapsTaken> Reloader::read_again(const std::string& actor) {
    const config::LoadResult load = config::load(m_file);
    auto taken = load.ok() ? m_gateway.reload(load.configuration, actor)
                           : Result<flow::MapsTaken>(load.faults.front());
    if (taken)
        m_log.info("configuration reloaded",
                   {{"partners", load.configuration.partners.size()},
                    {"maps", taken->maps},
                    {"rows", taken->rows},
                    {"released", taken->released.size()}});
    else if (taken.error().code().starts_with("store."))
        m_log.error("configuration reloaded, but what changed could not be audited",
                    {{"error", taken.error().text()}});
    else
        m_log.error("configuration not reloaded, the old one stays",
                    {{"error", taken.error().text()}});
    return taken;
}

}  // namespace sallyport::daemon

// SPDX-License-Identifier: Apache-2.0
// `sallyport run`: the daemon, from checked configuration to a drained stop.
#include "gateway/daemon/command.h"
#include "gateway/daemon/gateway.h"
#include "gateway/daemon/notify.h"
#include "gateway/daemon/reloader.h"
#include "gateway/daemon/signals.h"

#include <CLI/CLI.hpp>

#include <csignal>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace sallyport::daemon {
namespace {

// Below systemd's TimeoutStopSec with room for the steps in progress.
constexpr std::chrono::seconds Drain{20};

Level level_of(const std::string& name) {
    if (name == "debug") return Level::Debug;
    if (name == "warn") return Level::Warn;
    if (name == "error") return Level::Error;
    return Level::Info;
}

int report_all(CommandLine& line, const std::vector<Error>& faults) {
    for (const Error& fault : faults)
        (void)report(line, fault);
    line.err << "sallyport: " << faults.size() << (faults.size() == 1 ? " fault" : " faults")
             << " in the configuration\n";
    return exit_code::Configuration;
}

void announce(const Gateway& gateway, const Log& log) {
    log.info("gateway started",
             {{"version", version()},
              {"as2_port", gateway.as2_port()},
              {"sftp_port", gateway.sftp_port()},
              {"as2_tls_port", gateway.as2_tls_port()},
              {"api_port", gateway.api_port()}});
    notify_manager("READY=1\nSTATUS=taking and processing documents");
}

int run(CommandLine& line) {
    config::LoadResult load = config::load(line.config_file);
    if (!load.ok()) return report_all(line, load.faults);
    // Before the first thread: threads inherit the mask, and only this one takes the signals.
    const SignalWait signals({SIGTERM, SIGINT, SIGHUP});
    const SystemClock clock;
    const Log log(stderr_sink(clock), level_of(load.configuration.settings.log_level));
    const auto faults = Gateway::check(load.configuration);
    if (!faults.empty()) return report_all(line, faults);
    std::optional<Reloader> reloader;  // goes after the gateway that asks it
    auto gateway = Gateway::build(std::move(load.configuration), clock, log);
    if (!gateway) return report(line, gateway.error());
    reloader.emplace(**gateway, line.config_file, log);
    if (Status started = (*gateway)->start(); !started) return report(line, started.error());
    announce(**gateway, log);
    while (true) {
        const int signal = signals.wait();
        if (signal != SIGHUP) break;
        (void)reloader->reload("gateway");
    }
    notify_manager("STOPPING=1\nSTATUS=finishing what is in progress");
    log.info("gateway stopping");
    (*gateway)->stop(Drain);
    gateway->reset();
    log.info("gateway stopped");
    return exit_code::Done;
}

}  // namespace

void add_run_command(CommandLine& line) {
    CLI::App* verb = line.app.add_subcommand(
        "run", "run the gateway until SIGTERM; SIGHUP reads the partners again");
    verb->footer(
        "Examples:\n"
        "  sallyport run                                       as the service does\n"
        "  sallyport run --config ./sallyport.toml             with settings of your own\n"
        "  systemctl reload sallyport                          partners and maps changed\n");
    verb->callback([&line] { line.action = [&line] { return run(line); }; });
}

}  // namespace sallyport::daemon

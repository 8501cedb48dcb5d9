// SPDX-License-Identifier: Apache-2.0
// How commands that only look get at the store of a gateway that may be running.
#pragma once

#include "config/settings.h"
#include "gateway/base/error.h"
#include "gateway/daemon/command.h"
#include "gateway/store/store.h"

#include <memory>

namespace sallyport::daemon {

struct OpenStore {
    config::Settings settings;
    std::unique_ptr<store::Store> store;  // read-only
};

// Reads the settings (partners may be broken: looking must still work) and opens the store beside a running gateway.
// Error codes: config.*, store.open.
Result<OpenStore> open_for_reading(const CommandLine& line);

}  // namespace sallyport::daemon

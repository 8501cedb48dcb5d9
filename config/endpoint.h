// SPDX-License-Identifier: Apache-2.0
// Where a door of the gateway listens.
#pragma once

#include <cstdint>
#include <string>

namespace sallyport::config {

struct Endpoint {
    std::string host{};      // address to listen on; "::" is every interface
    std::uint16_t port = 0;  // 0: any free one (tests, demo)
};

struct HttpListener {
    bool enabled = false;
    Endpoint listen{};
};

}  // namespace sallyport::config

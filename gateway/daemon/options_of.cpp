// SPDX-License-Identifier: Apache-2.0
#include "gateway/daemon/options_of.h"

namespace sallyport::daemon {

transports::HttpServerOptions server_options(const config::Settings& settings,
                                             const config::Endpoint& listen) {
    transports::HttpServerOptions options;
    options.address = listen.host;
    options.port = listen.port;
    options.max_connections = settings.limits.connections;
    options.max_connections_per_address = settings.limits.connections_per_address;
    options.max_body_bytes_in_flight = settings.limits.bodies_in_memory;
    options.max_spooled_bytes_in_flight = settings.limits.bodies_on_disk;
    options.max_share_of_address = settings.limits.share_of_address;
    options.deadlines.handshake = settings.limits.handshake_timeout;
    options.deadlines.header = settings.limits.header_timeout;
    options.deadlines.body = settings.limits.body_timeout;
    return options;
}

transports::HttpServerOptions as2_options(const config::Settings& settings,
                                          const config::Endpoint& listen) {
    auto options = server_options(settings, listen);
    options.proxies = settings.as2.proxies;
    return options;
}

flow::PipelineOptions pipeline_options(const config::Settings& settings) {
    flow::PipelineOptions options;
    options.workers = settings.pipeline.workers;
    options.lease = settings.pipeline.lease;
    options.retry.first = settings.retry.first_delay;
    options.retry.factor = settings.retry.factor;
    options.retry.cap = settings.retry.longest_delay;
    options.retry.jitter = settings.retry.jitter;
    options.retry.give_up_after = settings.retry.give_up_after;
    return options;
}

Bytes random_octets(Random& random) {
    Bytes octets;
    for (int word = 0; word < 4; ++word) {
        std::uint64_t bits = random.next();
        for (int octet = 0; octet < 8; ++octet, bits >>= 8U)
            octets += static_cast<char>(bits & 0xFFU);
    }
    return octets;
}

std::string reachable(const std::string& host) {
    if (host == "0.0.0.0") return "127.0.0.1";
    return host == "::" ? "::1" : host;
}

}  // namespace sallyport::daemon

// SPDX-License-Identifier: Apache-2.0
// Settings as the options of the parts they are for.
#pragma once

#include "config/settings.h"
#include "gateway/base/bytes.h"
#include "gateway/base/clock.h"
#include "gateway/flow/pipeline.h"
#include "transports/http_server.h"

#include <string>

namespace sallyport::daemon {

transports::HttpServerOptions server_options(const config::Settings& settings,
                                             const config::Endpoint& listen);
// The listeners that partners reach, perhaps through a load balancer.
transports::HttpServerOptions as2_options(const config::Settings& settings,
                                          const config::Endpoint& listen);
// Commands run on this machine: a gateway that listens everywhere is asked on loopback.
std::string reachable(const std::string& host);
Bytes random_octets(Random& random);  // 32
flow::PipelineOptions pipeline_options(const config::Settings& settings);

}  // namespace sallyport::daemon

// SPDX-License-Identifier: Apache-2.0
// The PROXY protocol, version 2 (haproxy.org, proxy-protocol.txt): who the client behind a load balancer is. Version 1 is not
// taken: it is text without a length, and nothing needs it.
#pragma once

#include "gateway/base/bytes.h"
#include "gateway/base/error.h"

#include <cstddef>
#include <string>

namespace sallyport::transports {

inline constexpr std::size_t ProxyStartBytes = 16;  // signature, command, family, length
inline constexpr std::size_t MostProxyBytes =
    1024;  // what follows; address and a few TLVs need far less

// How many octets follow the first sixteen. Error codes (Operator): http.proxy.header.
Result<std::size_t> proxy_body_size(BytesView start);

// The client as "host:port" ("[host]:port" for IPv6); empty for the balancer's own connections (LOCAL) and for families
// other than TCP over IP, where the connection's own address stands. `whole`: both parts. Error codes: http.proxy.header.
Result<std::string> read_proxy_header(BytesView whole);

}  // namespace sallyport::transports

// SPDX-License-Identifier: Apache-2.0
#include "transports/proxy_header.h"

#include <arpa/inet.h>

#include <array>

namespace sallyport::transports {
namespace {

constexpr std::string_view Signature("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr unsigned Local = 0x20;
constexpr unsigned Proxy = 0x21;
constexpr unsigned TcpOverIpv4 = 0x11;
constexpr unsigned TcpOverIpv6 = 0x21;

unsigned octet(BytesView octets, std::size_t at) {
    return static_cast<unsigned char>(octets[at]);
}

Error broken(std::string what) {
    return Error("http.proxy.header", Blame::Operator, std::move(what))
        .remedy(
            "let the load balancer send the PROXY protocol, version 2, or take it off the list");
}

std::string address_text(int family, BytesView octets) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    return ::inet_ntop(family, octets.data(), text.data(), text.size()) == nullptr ? ""
                                                                                   : text.data();
}

}  // namespace

Result<std::size_t> proxy_body_size(BytesView start) {
    if (start.size() < ProxyStartBytes || !start.starts_with(Signature))
        return broken("a connection of the load balancer does not begin with a PROXY header");
    const unsigned command = octet(start, 12);
    if (command != Local && command != Proxy)
        return broken("the PROXY header has a version or command that is not known");
    const std::size_t size = octet(start, 14) * 256U + octet(start, 15);
    if (size > MostProxyBytes) return broken("the PROXY header is too long");
    return size;
}

Result<std::string> read_proxy_header(BytesView whole) {
    const auto size = proxy_body_size(whole);
    if (!size) return size.error();
    if (whole.size() != ProxyStartBytes + *size) return broken("the PROXY header is cut");
    if (octet(whole, 12) == Local) return std::string();
    const unsigned family = octet(whole, 13);
    const std::size_t width = family == TcpOverIpv4 ? 4 : family == TcpOverIpv6 ? 16 : 0;
    if (width == 0) return std::string();
    const BytesView body = whole.substr(ProxyStartBytes);
    if (body.size() < 2 * width + 4)
        return broken("the PROXY header is too short for its addresses");
    const auto host = address_text(width == 4 ? AF_INET : AF_INET6, body.substr(0, width));
    const unsigned port = octet(body, 2 * width) * 256U + octet(body, 2 * width + 1);
    return (width == 4 ? host : '[' + host + ']') + ':' + std::to_string(port);
}

}  // namespace sallyport::transports

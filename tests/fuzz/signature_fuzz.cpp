// SPDX-License-Identifier: Apache-2.0
// HTTP Message Signatures (RFC 9421), Content-Digest and the PROXY header from anybody: nothing but a Result comes out, and
// no request passes as signed that nobody with the key signed.
#include "transports/http_parser.h"
#include "transports/https/signature.h"
#include "transports/proxy_header.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

using sallyport::BytesView;
namespace https = sallyport::https;
namespace transports = sallyport::transports;

void demand(bool holds) {
    if (!holds) std::abort();
}

void check_proxy(BytesView octets) {
    if (octets.size() < transports::ProxyStartBytes) return;
    const auto more = transports::proxy_body_size(octets.substr(0, transports::ProxyStartBytes));
    if (!more) return;
    demand(*more <= transports::MostProxyBytes);
    if (octets.size() >= transports::ProxyStartBytes + *more)
        static_cast<void>(
            transports::read_proxy_header(octets.substr(0, transports::ProxyStartBytes + *more)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const BytesView octets(reinterpret_cast<const char*>(data), size);
    check_proxy(octets);
    const transports::HttpLimits limits;
    const auto end = transports::find_head_end(octets, 0, limits);
    if (!end || *end == 0) return 0;
    auto head = transports::parse_head(octets.substr(0, *end), limits);
    if (!head) return 0;
    head->body = sallyport::Bytes(octets.substr(*end));
    static_cast<void>(https::verify_content_digest(*head));
    const auto signature = https::read_signature(*head);
    if (!signature) {
        demand(signature.error().code() == std::string_view("https.signature"));
        return 0;
    }
    demand(https::is_signed(*head));
    // The key is nobody's: no seed was signed with it.
    const sallyport::Secret key("0123456789abcdef0123456789abcdef");
    demand(!https::verify_signature(
        *signature, *head, key, signature->created, std::chrono::hours(24)));
    return 0;
}

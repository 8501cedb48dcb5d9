// SPDX-License-Identifier: Apache-2.0
// The BER walker: what it accepts it can walk, and what it writes it accepts.
// SEEDS tests/fuzz/corpora/cms
#include "certs/ber.h"

#include <cstdlib>

namespace {

using sallyport::BytesView;
namespace certs = sallyport::certs;

void demand(bool holds) {
    if (!holds) std::abort();
}

// Every nested element of octets that check_ber() accepted can be read.
void walk(BytesView octets) {
    certs::BerReader reader(octets);
    while (!reader.at_end()) {
        const auto element = reader.next();
        demand(static_cast<bool>(element));
        demand(element->content.size() <= element->whole.size());
        if (element->constructed()) walk(element->content);
        static_cast<void>(certs::octet_string(*element));
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const BytesView octets(reinterpret_cast<const char*>(data), size);
    const auto length = certs::check_ber(octets, 32, 10'000);
    if (!length) return 0;
    demand(*length <= size);
    walk(octets.substr(0, *length));
    const auto rewritten = certs::write_element(certs::ber::OctetString, octets.substr(0, *length));
    demand(static_cast<bool>(certs::check_ber(rewritten, 32, 10'000)));
    return 0;
}

// SPDX-License-Identifier: Apache-2.0
// XML: nothing but a Result comes out; what was read gives its octets back; what was written reads as the same tree.
// SEEDS tests/golden/xml
// SHARED corpus/xml
#include "parsers/schema.h"
#include "parsers/xml.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace sallyport::edi;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

bool same(const Transaction& a, const Transaction& b) {
    if (a.segments.size() != b.segments.size()) return false;
    for (std::size_t i = 0; i < a.segments.size(); ++i) {
        if (a.segments[i].tag != b.segments[i].tag ||
            a.segments[i].text(1) != b.segments[i].text(1) ||
            a.segments[i].loop != b.segments[i].loop)
            return false;
    }
    return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string octets(reinterpret_cast<const char*>(data), size);
    auto first = read_xml(octets, Limits::tight());
    if (!first) return 0;
    if (emit(*first) != octets) std::abort();
    const Interchange& interchange = first->interchanges.front();
    const Transaction& tree = interchange.groups.front().transactions.front();
    for (std::uint32_t i = 0; i < tree.segments.size() && i < 50; ++i)
        (void)xpath(tree, i);
    auto written = write_xml(draft_of(tree), interchange.syntax);
    if (!written) {
        // Names XML allows and this writer does not print are refused by name, nothing else is.
        if (written.error().code() != std::string_view("xml.write.name")) std::abort();
        return 0;
    }
    auto second = read_xml(*written, Limits::tight());
    if (!second) {
        const std::string_view code =
            second.error().code();  // prefixes and references may be longer than what was read
        if (code.substr(0, 10) != "xml.limit." && code != "edi.limit.bytes") std::abort();
        return 0;
    }
    if (!same(tree, second->interchanges.front().groups.front().transactions.front())) std::abort();
    return 0;
}

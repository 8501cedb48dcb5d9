// SPDX-License-Identifier: Apache-2.0
// Certificate exchanges from MIME to XML: a container or an error with a code, and what was read is read again from what is
// written of it.
// SEEDS tests/golden/as2/cem
#include "gateway/flow/cem_xml.h"
#include "transports/as2_cem.h"
#include "transports/mime.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <variant>

namespace {

using namespace sallyport;

void demand(bool holds) {
    if (!holds) std::abort();
}

template <typename Message>
void check_again(const Message& message) {
    const auto written = flow::write_cem_xml(message);
    if (!written) return;  // a character that XML cannot carry came as a reference
    const auto again = flow::read_cem_xml(*written);
    // Blanks at the ends of a text do not survive, and a text of blanks alone is none.
    if (!again) return demand(again.error().code() == "cem.field");
    const auto* same = std::get_if<Message>(&*again);
    demand(same != nullptr && same->items.size() == message.items.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string octets(reinterpret_cast<const char*>(data), size);
    const auto entity = transports::parse_entity(octets, {});
    if (!entity) return 0;
    const auto type = transports::header_or_empty(entity->headers, "Content-Type");
    if (!transports::is_cem(type)) return 0;
    const auto container = transports::read_cem(entity->body, type);
    if (!container) return demand(!container.error().code().empty()), 0;
    demand(container->attachments.size() <= transports::MostCemParts);
    for (const auto& attachment : container->attachments)
        demand(attachment.certificates.empty() == !attachment.trouble.empty());
    const auto message = flow::read_cem_xml(container->xml);
    if (!message) return demand(!message.error().code().empty()), 0;
    std::visit([](const auto& one) { check_again(one); }, *message);
    return 0;
}

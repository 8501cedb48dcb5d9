// SPDX-License-Identifier: Apache-2.0
#include "gateway/flow/xml_door.h"

#include "parsers/xml.h"

#include <string>

namespace sallyport::flow {

Status check_xml(BytesView octets) {
    auto read = edi::read_xml(std::string(octets));
    if (!read) return std::move(read).error();
    return {};
}

}  // namespace sallyport::flow

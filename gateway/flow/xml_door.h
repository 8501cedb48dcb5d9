// SPDX-License-Identifier: Apache-2.0
// XML at a door that answers at once: what no reader would take is refused there, before it is stored.
#pragma once

#include "gateway/base/bytes.h"
#include "gateway/base/error.h"

namespace sallyport::flow {

// Well-formed, at most 64 elements inside each other, declaring and including nothing, in an encoding we know. Error codes
// (Partner): those of edi::read_xml (xml.syntax, xml.encoding, xml.doctype, xml.entity, xml.limit.*). Pure.
Status check_xml(BytesView octets);

}  // namespace sallyport::flow

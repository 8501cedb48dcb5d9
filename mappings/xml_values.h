// SPDX-License-Identifier: Apache-2.0
// Values of XML Schema's types and of documents: W3C XML Schema part 2. Private to mappings/.
#pragma once

#include "mappings/lenses.h"
#include "mappings/xml_set.h"

#include <string>
#include <string_view>

namespace sallyport::mapping {

// Zones of dates and times of day are dropped, as are seconds that are 00; midnight of an xs:dateTime is its date.
Conversion xml_to_document(const XmlElement& element, FieldType wanted, std::string_view wire);
std::string xml_from_document(const XmlElement& element, FieldType type, std::string_view value);

}  // namespace sallyport::mapping

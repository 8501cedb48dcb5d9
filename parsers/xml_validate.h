// SPDX-License-Identifier: Apache-2.0
// XML documents against their definitions: what validate() calls for Standard::Xml. Private to parsers/.
#pragma once

#include "parsers/fault.h"
#include "parsers/x12.h"
#include "parsers/xml_schema.h"

namespace sallyport::edi {

// Structure, values and, for invoices that say they follow EN 16931 or Peppol BIS Billing 3, the business rules.
InterchangeReport validate_xml(Interchange& interchange,
                               const XmlSchemas& schemas,
                               const ValidationOptions& options);

}  // namespace sallyport::edi

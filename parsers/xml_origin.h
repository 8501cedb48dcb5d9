// SPDX-License-Identifier: Apache-2.0
// Which document an XML tree is, its number, and who sent it to whom. Private to parsers/.
#pragma once

#include "parsers/document.h"

namespace sallyport::edi {

// Fills version, sender, receiver, control of the interchange, set, version, control, association of the transaction.
void identify_xml(Interchange& interchange, Transaction& transaction);

}  // namespace sallyport::edi

// SPDX-License-Identifier: Apache-2.0
// XML documents for people and programs: what view.h and split.h do for Standard::Xml. Private to parsers/.
#pragma once

#include "gateway/base/error.h"
#include "parsers/document.h"
#include "parsers/fault.h"
#include "parsers/view.h"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace sallyport::edi {

// One element a line with its position, its line in the file behind each fault.
std::string xml_text_view(const Interchange& interchange,
                          const InterchangeReport& report,
                          Faults faults);
std::string xml_html_view(const Interchange& interchange, const InterchangeReport& report);

// {"standard":"xml","namespace","version",…,"groups":[{"transactions":[{"set",…,"root":{"tag","position","text",
// "attributes":{…},"children":[…]}}]}]}
nlohmann::ordered_json xml_json(const Interchange& interchange);
// Its inverse. Errors as write_xml, and edi.json.shape when something is not where xml_json puts it.
Result<std::string> write_xml_json(const nlohmann::ordered_json& interchange);

}  // namespace sallyport::edi

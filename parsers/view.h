// SPDX-License-Identifier: Apache-2.0
// Documents for people: one segment per line with its position and depth, faults under the segment they sit in; and the
// tree as JSON. Pure functions over a validated document and its report.
#pragma once

#include "parsers/document.h"
#include "parsers/fault.h"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace sallyport::edi {

enum class Faults : bool { Leave, Show };

// Plain text; control characters of values are shown as '.'.
std::string text_view(const Document& document, const Report& report, Faults faults);

// One HTML page without scripts or outside references; a fault stands at its element with its explanation.
std::string html_view(const Document& document, const Report& report);

// {"interchanges":[{"standard","separators",…,"groups":[{…,"transactions":[{"set","version","control","segments":[{"tag",
// "position","loop","elements":[…]}]}]}]}]}. An element is text, or a list of repetitions, each text or a list of components.
nlohmann::ordered_json document_json(const Document& document);

}  // namespace sallyport::edi

// SPDX-License-Identifier: Apache-2.0
// What the codes of acknowledgements mean, in our own words: for a person who reads why the partner said no.
// Private to gateway/flow.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sallyport::flow {

enum class AnswerList : std::uint8_t {
    Interchange,  // TA105
    Group,        // AK905
    Transaction,  // AK502, IK502
    Segment,      // AK304, IK304
    Element,      // AK403, IK403
    Edifact,      // 0085
    Application   // TED01 (647)
};

// "the value has no place in its code list"; of a code we do not know: "code XX".
std::string words_of(AnswerList list, std::string_view code);
// "997.element.7", "contrl.12": the partner's code with the list it is from.
std::string code_name(AnswerList list, std::string_view code);

}  // namespace sallyport::flow

// SPDX-License-Identifier: Apache-2.0
// What a partner says about something we sent, whatever it says it with: 997, 999, TA1, 824, CONTRL and APERAK in one form.
// Private to gateway/flow. Pure.
#pragma once

#include "gateway/base/error.h"
#include "gateway/store/document.h"
#include "parsers/document.h"

#include <nlohmann/json_fwd.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::flow {

// One fault as the partner named it, in words.
struct SaidFault {
    std::string code;  // "997.ak4.7", "contrl.12", "824.024": what the partner wrote
    std::string segment;
    std::uint32_t position = 0;
    std::uint16_t element = 0;
    std::string value;
    std::string message;
};

// About one transaction of ours.
struct SaidPart {
    std::string set;      // "855"; may be empty
    std::string control;  // ST02, UNH 0062; empty: all there are, of `group` where one is named
    std::string group{};  // CONTRL: 0048 of the UCF it stands under
    store::AckStatus verdict = store::AckStatus::Rejected;
    std::vector<SaidFault> faults;
};

// A number the partner calls a document of ours by, as written.
struct SaidName {
    std::string qualifier;  // "ACW", "ON", "IV"
    std::string number;
};

struct Said {
    // What settles it: "997" (also 999), "contrl"; empty: it says something but no acknowledgement is met by it (TA1, 824,
    // APERAK).
    std::string expectation;
    std::string word;           // "997", "999", "TA1", "824", "CONTRL", "APERAK": for people
    std::string functional_id;  // X12 groups: GS01
    std::string interchange;    // our control number; empty: not named
    std::string group;          // likewise
    store::AckStatus verdict = store::AckStatus::Rejected;  // of the whole it names
    // false: it is silent about what it does not name as a part (824, APERAK; a TA1 that accepts).
    bool about_all = true;
    bool of_content =
        false;  // 824, APERAK: the partner's application says it, not their translator
    std::uint32_t received = 0;   // how many they counted in the group; 0: not said
    std::vector<SaidName> names;  // 824, APERAK: what is meant, where no control numbers are given
    std::vector<SaidFault> faults;  // of the interchange or group
    std::vector<SaidPart> parts;
};

// Is this set an answer to something of ours, so that it is matched and not mapped?
bool is_answer(std::string_view set);

// Everything the document says with `set` ("TA1": its TA1 segments). Errors: those of edi::read_997 and edi::read_contrl.
Result<std::vector<Said>> answers_in(const edi::Document& document, const std::string& set);

// "PO1 (segment 12), element 3: code not known: XX [997.ak4.7]"; at most `most` of them.
std::string faults_text(const std::vector<SaidFault>& faults, std::size_t most);
nlohmann::ordered_json said_json(const std::vector<SaidFault>& faults);

}  // namespace sallyport::flow

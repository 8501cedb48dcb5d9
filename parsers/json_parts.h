// SPDX-License-Identifier: Apache-2.0
// What the JSON of a report and of a document say alike, as UTF-8 whatever was on the wire. Private to parsers/.
#pragma once

#include "parsers/printable.h"

#include <nlohmann/json.hpp>

namespace sallyport::edi {

template <typename Interchange>
void put_parties(nlohmann::ordered_json& json, const Interchange& interchange) {
    json["sender"] = printable(interchange.sender);
    json["sender_qualifier"] = printable(interchange.sender_qualifier);
    json["receiver"] = printable(interchange.receiver);
    json["receiver_qualifier"] = printable(interchange.receiver_qualifier);
    json["control"] = printable(interchange.control);
    json["version"] = printable(interchange.version);
}

template <typename Group>
void put_group(nlohmann::ordered_json& json, const Group& group) {
    json["functional_id"] = printable(group.functional_id);
    json["sender"] = printable(group.sender);
    json["receiver"] = printable(group.receiver);
    json["version"] = printable(group.version);
    json["control"] = printable(group.control);
}

template <typename Transaction>
void put_set(nlohmann::ordered_json& json, const Transaction& transaction) {
    json["set"] = printable(transaction.set);
    json["version"] = printable(transaction.version);
    json["control"] = printable(transaction.control);
}

}  // namespace sallyport::edi

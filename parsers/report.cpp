// SPDX-License-Identifier: Apache-2.0
#include "parsers/report.h"

#include <nlohmann/json.hpp>

#include <cstdint>

namespace sallyport::edi {
namespace {

using Json = nlohmann::ordered_json;

// Length of the well-formed UTF-8 sequence at `at`; 0: none.
std::size_t utf8_length(std::string_view text, std::size_t at) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t length = lead < 0x80                   ? 1
                               : lead >= 0xC2 && lead < 0xE0 ? 2
                               : lead >= 0xE0 && lead < 0xF0 ? 3
                               : lead >= 0xF0 && lead < 0xF5 ? 4
                                                             : 0;
    if (length == 0 || at + length > text.size()) return 0;
    for (std::size_t i = 1; i < length; ++i) {
        if ((static_cast<unsigned char>(text[at + i]) & 0xC0) != 0x80) return 0;
    }
    const auto second = length > 1 ? static_cast<unsigned char>(text[at + 1]) : 0;
    const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
    const bool outside = (lead == 0xED && second >= 0xA0) || (lead == 0xF4 && second >= 0x90);
    return overlong || outside ? 0 : length;
}

std::string printable(std::string_view octets) {
    bool valid = true;
    for (std::size_t at = 0; at < octets.size() && valid;) {
        const std::size_t length = utf8_length(octets, at);
        valid = length != 0;
        at += length;
    }
    if (valid) return std::string(octets);
    std::string text;
    for (const char c : octets) {
        const auto octet = static_cast<unsigned char>(c);
        if (octet < 0x80) {
            text += c;
        } else {
            text += static_cast<char>(0xC0 | (octet >> 6));
            text += static_cast<char>(0x80 | (octet & 0x3F));
        }
    }
    return text;
}

Json faults_json(const std::vector<Fault>& faults) {
    Json list = Json::array();
    for (const Fault& fault : faults)
        list.push_back(fault_json(fault));
    return list;
}

Json transaction_json(const TransactionReport& transaction) {
    Json json;
    json["set"] = printable(transaction.set);
    json["version"] = printable(transaction.version);
    json["control"] = printable(transaction.control);
    json["accepted"] = transaction.accepted();
    json["segments"] = transaction.segments;
    json["faults"] = faults_json(transaction.faults);
    if (transaction.faults_left_out > 0) json["faults_left_out"] = transaction.faults_left_out;
    return json;
}

Json group_json(const GroupReport& group) {
    Json json;
    json["functional_id"] = printable(group.functional_id);
    json["sender"] = printable(group.sender);
    json["receiver"] = printable(group.receiver);
    json["version"] = printable(group.version);
    json["control"] = printable(group.control);
    json["accepted"] = group.accepted();
    json["faults"] = faults_json(group.faults);
    json["transactions"] = Json::array();
    for (const TransactionReport& transaction : group.transactions)
        json["transactions"].push_back(transaction_json(transaction));
    return json;
}

}  // namespace

Json fault_json(const Fault& fault) {
    Json json;
    json["code"] = fault.code;
    json["severity"] = to_string(fault.severity);
    json["segment"] = printable(fault.segment);
    json["position"] = fault.position;
    json["loop"] = printable(fault.loop);
    json["element"] = fault.element;
    json["repetition"] = fault.repetition;
    json["component"] = fault.component;
    json["byte"] = fault.byte;
    json["line"] = fault.line;
    json["value"] = printable(fault.value);
    json["message"] = printable(fault.message);
    json["remedy"] = fault.remedy;
    Json ack = Json::object();
    const auto add = [&ack](const char* name, std::string_view code) {
        if (!code.empty()) ack[name] = code;
    };
    add("ta1", fault.ack.ta1);
    add("ak9", fault.ack.ak9);
    add("ak5", fault.ack.ak5);
    add("ak3",
        fault.scope == Scope::Element && fault.ack.ak3.empty() && !fault.ack.ak4.empty()
            ? std::string_view("8")
            : fault.ack.ak3);
    add("ak4", fault.ack.ak4);
    add("ik3", fault.ack.ik3);
    add("ik4", fault.ack.ik4);
    add("edifact", fault.ack.edifact);
    json["ack"] = std::move(ack);
    return json;
}

Json report_json(const Report& report) {
    Json json;
    json["accepted"] = report.accepted();
    json["interchanges"] = Json::array();
    for (const InterchangeReport& interchange : report.interchanges) {
        Json one;
        one["standard"] = interchange.standard;
        one["sender"] = printable(interchange.sender);
        one["sender_qualifier"] = printable(interchange.sender_qualifier);
        one["receiver"] = printable(interchange.receiver);
        one["receiver_qualifier"] = printable(interchange.receiver_qualifier);
        one["control"] = printable(interchange.control);
        one["version"] = printable(interchange.version);
        one["test"] = interchange.test;
        one["accepted"] = interchange.accepted();
        one["repairs"] = faults_json(interchange.repairs);
        one["faults"] = faults_json(interchange.faults);
        one["groups"] = Json::array();
        for (const GroupReport& group : interchange.groups)
            one["groups"].push_back(group_json(group));
        json["interchanges"].push_back(std::move(one));
    }
    return json;
}

}  // namespace sallyport::edi

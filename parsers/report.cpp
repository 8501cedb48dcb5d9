// SPDX-License-Identifier: Apache-2.0
#include "parsers/report.h"

#include "parsers/json_parts.h"

#include <cstdint>

namespace sallyport::edi {
namespace {

using Json = nlohmann::ordered_json;

Json faults_json(const std::vector<Fault>& faults) {
    Json list = Json::array();
    for (const Fault& fault : faults)
        list.push_back(fault_json(fault));
    return list;
}

Json transaction_json(const TransactionReport& transaction) {
    Json json;
    put_set(json, transaction);
    json["accepted"] = transaction.accepted();
    json["segments"] = transaction.segments;
    json["faults"] = faults_json(transaction.faults);
    if (transaction.faults_left_out > 0) json["faults_left_out"] = transaction.faults_left_out;
    return json;
}

Json group_json(const GroupReport& group) {
    Json json;
    put_group(json, group);
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
    if (!fault.xpath.empty()) json["xpath"] = printable(fault.xpath);
    json["value"] = printable(fault.value);
    json["message"] = printable(fault.message);
    json["remedy"] = fault.remedy;
    // ak3, ak4 and edifact are promised to programs and are there even when that vocabulary has no word.
    Json ack = Json::object();
    const auto add = [&ack](const char* name, std::string_view code) {
        if (!code.empty()) ack[name] = code;
    };
    add("ta1", fault.ack.ta1);
    add("ak9", fault.ack.ak9);
    add("ak5", fault.ack.ak5);
    ack["ak3"] = fault.scope == Scope::Element && fault.ack.ak3.empty() && !fault.ack.ak4.empty()
                     ? std::string_view("8")
                     : fault.ack.ak3;
    ack["ak4"] = fault.ack.ak4;
    add("ik3", fault.ack.ik3);
    add("ik4", fault.ack.ik4);
    ack["edifact"] = fault.ack.edifact;
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
        put_parties(one, interchange);
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

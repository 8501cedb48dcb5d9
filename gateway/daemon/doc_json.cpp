// SPDX-License-Identifier: Apache-2.0
#include "gateway/daemon/doc_json.h"

#include "gateway/base/bytes.h"

namespace sallyport::daemon {

using nlohmann::ordered_json;

namespace {

ordered_json instant_json(const std::optional<Instant>& instant) {
    return instant ? ordered_json(iso8601(*instant)) : ordered_json(nullptr);
}

}  // namespace

ordered_json axes_json(const store::FourAxes& status) {
    ordered_json axes;
    axes["content"] = store::to_string(status.content);
    axes["delivery"] = store::to_string(status.delivery);
    axes["acknowledgement"] = store::to_string(status.acknowledgement);
    axes["back_office"] = store::to_string(status.back_office);
    return axes;
}

ordered_json document_json(const store::Document& document) {
    ordered_json row;
    row["id"] = document.id;
    row["level"] = store::to_string(document.level);
    row["direction"] = store::to_string(document.direction);
    row["partner"] = document.partner;
    row["standard"] = document.standard;
    row["set"] = document.set;
    row["version"] = document.version;
    row["sender"] = document.sender;
    row["receiver"] = document.receiver;
    row["test"] = document.test;
    row["control"] = {{"interchange", document.interchange_control},
                      {"group", document.group_control},
                      {"transaction", document.transaction_control}};
    row["kind"] = document.kind;
    row["number"] = document.business_number;
    row["purpose"] = document.purpose;
    row["status"] = axes_json(document.status);
    row["next"] = {{"actor", store::to_string(document.next.actor)},
                   {"due", instant_json(document.next.due)},
                   {"code", document.next.code},
                   {"reason", document.next.reason}};
    row["message"] = document.message;
    row["parent"] = document.parent;
    row["acknowledges"] = document.acknowledges;
    row["payload"] = document.payload_ref;
    row["canonical"] = document.canonical_ref;
    row["created"] = iso8601(document.created);
    row["updated"] = iso8601(document.updated);
    return row;
}

ordered_json message_json(const store::Message& message) {
    ordered_json row;
    row["id"] = message.id;
    row["direction"] = store::to_string(message.direction);
    row["state"] = store::to_string(message.state);
    row["transport"] = message.transport;
    row["partner"] = message.partner;
    row["from"] = message.from;
    row["to"] = message.to;
    row["transport_id"] = message.transport_id;
    row["digest"] = message.content_digest;
    row["mic"] = message.mic;
    row["signed"] = message.was_signed;
    row["encrypted"] = message.was_encrypted;
    row["signer"] = message.signer_fingerprint;
    row["remote"] = message.remote_address;
    row["payload"] = message.payload_ref;
    row["raw"] = message.raw_ref;
    row["receipt"] = {{"http_status", message.receipt.http_status},
                      {"disposition", message.receipt.disposition}};
    row["code"] = message.code;
    row["reason"] = message.reason;
    row["created"] = iso8601(message.created);
    row["finished"] = instant_json(message.finished);
    return row;
}

ordered_json attempt_json(const store::Attempt& attempt) {
    ordered_json row;
    row["step"] = attempt.kind;
    row["number"] = attempt.number;
    row["started"] = iso8601(attempt.started);
    row["ended"] = iso8601(attempt.ended);
    row["ok"] = attempt.ok;
    row["code"] = attempt.code;
    row["error"] = attempt.text;
    row["blame"] = attempt.blame;
    row["next_run"] = instant_json(attempt.next_run);
    return row;
}

ordered_json order_json(const store::BackOfficeResult& result) {
    ordered_json row;
    row["system"] = result.system;
    row["id"] = result.record;
    row["name"] = result.name;
    row["state"] = result.state;
    row["existed"] = result.existed;
    row["posted"] = iso8601(result.posted);
    return row;
}

ordered_json audit_json(const store::AuditEntry& entry) {
    ordered_json row;
    row["seq"] = entry.seq;
    row["time"] = iso8601(entry.time);
    row["actor"] = entry.actor;
    row["event"] = entry.event;
    row["subject"] = entry.subject;
    row["detail"] = ordered_json::parse(entry.detail, nullptr, false);
    row["hash"] = to_hex(entry.hash);
    return row;
}

}  // namespace sallyport::daemon

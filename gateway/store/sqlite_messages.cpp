// SPDX-License-Identifier: Apache-2.0
#include "gateway/store/sqlite_session.h"

#include <algorithm>

namespace sallyport::store {

namespace {

constexpr std::string_view Columns =
    "id, direction, state, transport, partner, sender, receiver, transport_id, content_digest, "
    "mic, content_type, "
    "file_name, payload_ref, raw_ref, was_signed, was_encrypted, signer_fingerprint, "
    "remote_address, receipt_status, "
    "receipt_headers, receipt_body, receipt_disposition, expectation, code, reason, resend_of, "
    "created, finished";
constexpr std::string_view Shape = "ttttttttttttttiittibbtbtttii";

// "Name: value" lines ending in LF: readable in any database browser.
Bytes header_lines(const StoredReceipt& receipt) {
    Bytes lines;
    for (const auto& [name, value] : receipt.headers)
        lines += name + ": " + value + "\n";
    return lines;
}

std::vector<std::pair<std::string, std::string>> headers_from(std::string_view lines) {
    std::vector<std::pair<std::string, std::string>> headers;
    while (!lines.empty()) {
        const std::string_view line = lines.substr(0, lines.find('\n'));
        const std::size_t colon = line.find(": ");
        if (colon != std::string_view::npos)
            headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
        lines.remove_prefix(std::min(lines.size(), line.size() + 1));
    }
    return headers;
}

bool fits_a_line(const StoredReceipt& receipt) {
    return std::all_of(receipt.headers.begin(), receipt.headers.end(), [](const auto& header) {
        return !header.first.empty() && header.first.find_first_of(":\r\n") == std::string::npos &&
               header.second.find_first_of("\r\n") == std::string::npos;
    });
}

Error bad_header() {
    return {
        "store.receipt.header", Blame::Bug, "a receipt's header has a line end or a colon in it"};
}

Message message_from(Row row) {
    Message message;
    message.id = row.text();
    message.direction = from_string<Direction>(row.text()).value_or(Direction::Inbound);
    message.state = from_string<MessageState>(row.text()).value_or(MessageState::Held);
    message.transport = row.text();
    message.partner = row.text();
    message.from = row.text();
    message.to = row.text();
    message.transport_id = row.text();
    message.content_digest = row.text();
    message.mic = row.text();
    message.content_type = row.text();
    message.file_name = row.text();
    message.payload_ref = row.text();
    message.raw_ref = row.text();
    message.was_signed = row.flag();
    message.was_encrypted = row.flag();
    message.signer_fingerprint = row.text();
    message.remote_address = row.text();
    message.receipt.http_status = static_cast<int>(row.integer());
    message.receipt.headers = headers_from(row.octets());
    message.receipt.body = row.octets();
    message.receipt.disposition = row.text();
    message.expectation = row.octets();
    message.code = row.text();
    message.reason = row.text();
    message.resend_of = row.text();
    message.created = row.instant();
    message.finished = row.maybe_instant();
    return message;
}

std::vector<Value> values_of(const Message& message, Instant now) {
    return {message.id,
            std::string(to_string(message.direction)),
            std::string(to_string(message.state)),
            message.transport,
            message.partner,
            message.from,
            message.to,
            message.transport_id,
            message.content_digest,
            message.mic,
            message.content_type,
            message.file_name,
            message.payload_ref,
            message.raw_ref,
            flag(message.was_signed),
            flag(message.was_encrypted),
            message.signer_fingerprint,
            message.remote_address,
            std::int64_t{message.receipt.http_status},
            Octets{header_lines(message.receipt)},
            Octets{message.receipt.body},
            message.receipt.disposition,
            Octets{message.expectation},
            message.code,
            message.reason,
            text_or_null(message.resend_of),
            micros(message.created == Instant{} ? now : message.created),
            instant_or_null(message.finished)};
}

bool is_final(MessageState state) {
    return state == MessageState::Delivered || state == MessageState::Refused ||
           state == MessageState::Failed;
}

}  // namespace

Result<std::vector<Message>> SqliteSession::read_messages(const std::string& tail,
                                                          const std::vector<Value>& values) {
    auto rows = query("SELECT " + std::string(Columns) + " FROM messages" + tail, Shape, values);
    if (!rows) return std::move(rows).error();
    std::vector<Message> found;
    found.reserve(rows->size());
    for (Row& row : *rows)
        found.push_back(message_from(std::move(row)));
    return found;
}

Result<std::optional<Message>> SqliteSession::message(const std::string& id) {
    auto found = read_messages(" WHERE id = ?", {id});
    if (!found) return std::move(found).error();
    if (found->empty()) return std::optional<Message>();
    return std::optional<Message>(std::move(found->front()));
}

Result<std::vector<Message>> SqliteSession::messages(const MessageFilter& filter) {
    Where where;
    where.add_enum("direction", filter.direction);
    where.add_enum("state", filter.state);
    where.add_text("partner", filter.partner);
    where.add_text("transport_id", filter.transport_id);
    if (filter.since) where.add("created >= ?", micros(*filter.since));
    if (!filter.before_id.empty()) where.add("id < ?", filter.before_id);
    return read_messages(where.text() + order_and_limit("id DESC", filter.limit), where.values());
}

Status SqliteSession::add_message(const Message& message) {
    if (!fits_a_line(message.receipt)) return doom(bad_header());
    std::vector<Value> values = values_of(message, m_now);
    std::string marks("?");
    for (std::size_t at = 1; at < values.size(); ++at)
        marks += ", ?";
    return run("INSERT INTO messages (" + std::string(Columns) + ") VALUES (" + marks + ")",
               values);
}

Status SqliteSession::set_message_state(const std::string& id, MessageState state) {
    return change("message " + id,
                  "UPDATE messages SET state = ?, finished = ? WHERE id = ?",
                  {std::string(to_string(state)), is_final(state) ? micros(m_now) : Null{}, id});
}

Status SqliteSession::fail_message(const std::string& id, MessageState state, const Error& error) {
    return change("message " + id,
                  "UPDATE messages SET state = ?, code = ?, reason = ?, finished = ? WHERE id = ?",
                  {std::string(to_string(state)),
                   std::string(error.code()),
                   error.text(),
                   is_final(state) ? micros(m_now) : Null{},
                   id});
}

Status SqliteSession::set_receipt(const std::string& id,
                                  const StoredReceipt& receipt,
                                  MessageState state) {
    if (!fits_a_line(receipt)) return doom(bad_header());
    return change("message " + id,
                  "UPDATE messages SET receipt_status = ?, receipt_headers = ?, receipt_body = ?, "
                  "receipt_disposition = ?, state = ?, finished = ? WHERE id = ?",
                  {std::int64_t{receipt.http_status},
                   Octets{header_lines(receipt)},
                   Octets{receipt.body},
                   receipt.disposition,
                   std::string(to_string(state)),
                   is_final(state) ? micros(m_now) : Null{},
                   id});
}

}  // namespace sallyport::store

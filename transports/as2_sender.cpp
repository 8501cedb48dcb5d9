// SPDX-License-Identifier: Apache-2.0
#include "transports/as2_sender.h"

#include "transports/as2_compose.h"
#include "transports/as2_mdn.h"
#include "transports/as2_restart.h"
#include "transports/http_client.h"
#include "transports/mime.h"
#include "transports/mime_stream.h"
#include "transports/watchdog.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

namespace sallyport::transports {
namespace {

Result<std::shared_ptr<const As2Agreement>> find_agreement(const As2Directory& directory,
                                                           const std::string& name) {
    auto agreement = directory.by_name(name);
    if (!agreement)
        return Error("as2.agreement.unknown", Blame::Operator, "there is no AS2 agreement " + name)
            .remedy("add it to the partner files");
    return agreement;
}

// Credentials go to the configured URL and nowhere else: redirects are not followed.
Status add_login(const As2Agreement& agreement, HeaderList& headers) {
    const As2Outbound& outbound = agreement.outbound;
    std::string value;
    if (outbound.bearer_token)
        value = "Bearer " + std::string(outbound.bearer_token->reveal());
    else if (!outbound.basic_user.empty() && outbound.basic_password)
        value = "Basic " + to_base64(outbound.basic_user + ':' +
                                     std::string(outbound.basic_password->reveal()));
    if (value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos)
        return Error("as2.header",
                     Blame::Operator,
                     "the login of agreement " + agreement.name + " has a line break inside")
            .remedy("the secret must be one line");
    if (!value.empty()) headers.emplace_back("Authorization", std::move(value));
    return {};
}

// Whether these frozen octets ask for a receipt that comes later, to a URL of ours.
bool asks_for_later_receipt(const HeaderList& wire) {
    return find_header(wire, "Receipt-Delivery-Option") != nullptr;
}

// Frozen octets, wherever they lie.
struct Wire {
    std::unique_ptr<const certs::Octets> all;
    HeaderList headers;
    std::unique_ptr<const certs::Octets> body;
};

Result<Wire> open_wire(const Frozen& frozen) {
    Wire wire{.all = std::make_unique<certs::MemoryOctets>(frozen.wire), .headers = {}, .body = {}};
    if (!frozen.wire_file.empty()) {
        auto file = certs::FileOctets::open(frozen.wire_file);
        if (!file) return std::move(file).error();
        wire.all = *std::move(file);
    }
    auto entity = parse_entity(*wire.all, {});
    if (!entity)
        return Error(
            "as2.wire", Blame::Bug, "frozen message cannot be read: " + entity.error().what());
    wire.headers = std::move(entity->headers);
    wire.body = std::make_unique<certs::OctetRange>(*wire.all, entity->body, wire.all->size());
    return wire;
}

// How many octets of the transfer the partner holds: what its answer to HEAD says. Absent: it does not know restarts.
std::optional<std::uint64_t> held_there(const HttpPost& post,
                                        Watchdog& watchdog,
                                        const Clock& clock) {
    HttpPost question = post;
    question.head = true;
    question.large_body = nullptr;
    question.headers.clear();
    for (const auto& [name, value] : post.headers)
        if (equal_no_case(name, "AS2-From") || equal_no_case(name, "AS2-To") ||
            equal_no_case(name, "AS2-Version") || equal_no_case(name, "ETag") ||
            equal_no_case(name, "Authorization") || equal_no_case(name, "User-Agent"))
            question.headers.emplace_back(name, value);
    const auto reply = http_post(question, watchdog, clock);
    if (!reply || !check_reply(*reply, post.url)) return std::nullopt;
    const std::string* length = find_header(reply->headers, "Content-Length");
    if (length == nullptr) return std::nullopt;
    return read_held("*/" + std::string(trim(*length)));
}

// The message, from where the partner's octets end. Where all of them are there, the last one goes again, so that there is a
// request to answer. A partner that says otherwise (416) gets all of it.
Result<HttpReply> post_restartable(HttpPost post,
                                   const certs::Octets& body,
                                   const std::string& message_id,
                                   Watchdog& watchdog,
                                   const Clock& clock) {
    post.headers.emplace_back("ETag", restart_etag(message_id));
    post.large_body = &body;
    const auto held = held_there(post, watchdog, clock);
    if (held && *held != 0) {
        const std::uint64_t from = std::min(*held, body.size() - 1);
        const certs::OctetRange rest(body, from, body.size() - from);
        HttpPost more = post;
        more.large_body = &rest;
        more.headers.emplace_back("Content-Range",
                                  "bytes " + std::to_string(from) + '-' +
                                      std::to_string(body.size() - 1) + '/' +
                                      std::to_string(body.size()));
        auto reply = http_post(more, watchdog, clock);
        if (!reply || reply->status != 416) return reply;
    }
    return http_post(post, watchdog, clock);
}

Delivery without_receipt(int status, bool pending) {
    Delivery delivery;
    delivery.http_status = status;
    delivery.receipt_pending = pending;
    return delivery;
}

}  // namespace

As2Sender::As2Sender(As2SenderOptions options,
                     std::shared_ptr<const As2Directory> directory,
                     const Clock& clock,
                     Log log)
    : m_options(std::move(options)),
      m_directory(std::move(directory)),
      m_clock(clock),
      m_log(std::move(log)),
      m_watchdog(std::make_shared<Watchdog>(clock)) {}

Result<Frozen> As2Sender::freeze(const Parcel& parcel) {
    const auto agreement = find_agreement(*m_directory, parcel.partner);
    if (!agreement) return agreement.error();
    const bool large = parcel.payload.size() > m_options.spool_above;
    if (!parcel.payload_file.empty() || (large && !m_options.spool_folder.empty()))
        return freeze_large(parcel, **agreement);
    return compose_message(
        parcel,
        **agreement,
        {.host_name = m_options.host_name, .product = m_options.product, .now = m_clock.now()});
}

Result<Frozen> As2Sender::freeze_large(const Parcel& parcel, const As2Agreement& agreement) const {
    std::unique_ptr<const certs::Octets> payload =
        std::make_unique<certs::MemoryOctets>(parcel.payload);
    if (!parcel.payload_file.empty()) {
        auto file = certs::FileOctets::open(parcel.payload_file);
        if (!file) return std::move(file).error();
        payload = *std::move(file);
    }
    return compose_large(
        parcel,
        *payload,
        agreement,
        {.host_name = m_options.host_name, .product = m_options.product, .now = m_clock.now()},
        m_options.spool_folder);
}

Result<Delivery> As2Sender::send(const Frozen& frozen) {
    auto found = find_agreement(*m_directory, frozen.partner);
    if (!found) return std::move(found).error();
    const As2Agreement& agreement = **found;
    const auto expected = MdnExpectation::read(frozen.expectation);
    if (!expected) return expected.error();
    const auto wire = open_wire(frozen);
    if (!wire) return wire.error();
    const auto& outbound = agreement.outbound;
    HttpPost post{.url = outbound.url,
                  .headers = wire->headers,
                  .body = {},
                  .large_body = wire->body.get(),
                  .connect_timeout = outbound.connect_timeout,
                  .exchange_timeout = outbound.exchange_timeout,
                  .max_response_bytes = outbound.max_response_bytes,
                  .tls = &outbound.tls};
    if (Status login = add_login(agreement, post.headers); !login) return std::move(login).error();
    const Log log = m_log.with({{"partner", agreement.name}, {"message_id", frozen.message_id}});
    const bool restarts =
        wire->body->size() > m_options.restart_above &&
        (outbound.restart == Restart::On ||
         (outbound.restart == Restart::Auto && m_features->has(agreement.name, RestartFeature)));
    auto reply = restarts
                     ? post_restartable(post, *wire->body, frozen.message_id, *m_watchdog, m_clock)
                     : http_post(post, *m_watchdog, m_clock);
    if (reply) m_features->note(agreement.name, reply->headers);
    if (!reply) {
        log.warn("as2 message not delivered", {{"code", reply.error().code()}});
        return std::move(reply).error().during("sending to " + agreement.name);
    }
    const auto status = check_reply(*reply, outbound.url);
    if (!status) {
        log.warn("as2 message not delivered",
                 {{"code", status.error().code()}, {"status", reply->status}});
        return status.error();
    }
    if (expected->request == MdnRequest::None) {
        log.info("as2 message sent, no receipt asked for", {{"status", reply->status}});
        return without_receipt(reply->status, false);
    }
    // Some servers answer with a page of text and send the receipt as agreed.
    if (asks_for_later_receipt(wire->headers) && !looks_like_mdn(reply->headers, reply->body)) {
        log.info("as2 message sent, its receipt comes later", {{"status", reply->status}});
        return without_receipt(reply->status, true);
    }
    if (trim(reply->body).empty())
        return Error("as2.mdn.missing",
                     Blame::Network,
                     outbound.url + " accepted the message and sent no receipt")
            .remedy("if it repeats, ask the partner to enable synchronous receipts");
    auto delivery = judge_mdn(reply->headers, reply->body, *expected, agreement);
    if (!delivery) {
        log.warn("as2 receipt not accepted", {{"code", delivery.error().code()}});
        return std::move(delivery).error().during("judging the receipt of " + agreement.name);
    }
    delivery->http_status = reply->status;
    log.info("as2 message delivered", {{"disposition", delivery->disposition}});
    return delivery;
}

}  // namespace sallyport::transports

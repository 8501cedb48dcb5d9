// SPDX-License-Identifier: Apache-2.0
// The transports that are one HTTP request for each document.
#pragma once

#include "doors.h"
#include "tests/support/as2_fixture.h"
#include "tests/support/https_fixture.h"

#include "transports/http_server.h"
#include "transports/https/submit.h"

namespace sallyport::sftp {

// Sends that share of a request in such pieces, and gives back everything that is answered.
inline std::string exchange_with(std::uint16_t port,
                                 const std::string& request,
                                 double share,
                                 std::size_t piece_octets = SIZE_MAX) {
    const int descriptor = connected_to(port);
    BytesView rest(request.data(),
                   static_cast<std::size_t>(static_cast<double>(request.size()) * share));
    while (!rest.empty()) {
        const ssize_t sent =
            ::send(descriptor, rest.data(), std::min(rest.size(), piece_octets), MSG_NOSIGNAL);
        if (sent <= 0) break;
        rest.remove_prefix(static_cast<std::size_t>(sent));
    }
    if (share < 1) ::shutdown(descriptor, SHUT_WR);
    std::string answer;
    char piece[4096];
    for (ssize_t got = 0; (got = ::recv(descriptor, piece, sizeof piece, 0)) > 0;)
        answer.append(piece, static_cast<std::size_t>(got));
    ::close(descriptor);
    return answer;
}

class As2Door final : public Door {
public:
    As2Door() { restart(); }
    ~As2Door() override { m_server->stop(std::chrono::milliseconds{0}); }
    As2Door(const As2Door&) = delete;
    As2Door& operator=(const As2Door&) = delete;
    As2Door(As2Door&&) = delete;
    As2Door& operator=(As2Door&&) = delete;

    std::size_t deliver(const std::vector<File>& files) override {
        std::size_t acknowledged = 0;
        for (const File& file : files)
            acknowledged += positive(exchange(message(file, "partner"), 1.0)) ? 1U : 0U;
        return acknowledged;
    }
    std::size_t deliver_as_other(const File& file) override {
        return positive(exchange(message(file, "partner-next", "BOLT"), 1.0)) ? 1U : 0U;
    }
    std::size_t deliver_slowly(const File& file) override {
        return positive(exchange_with(m_server->port(), message(file, "partner"), 1.0, SlowOctets))
                   ? 1U
                   : 0U;
    }
    void deliver_half(const File& file) override { (void)exchange(message(file, "partner"), 0.5); }
    std::size_t deliver_as_stranger(const File& file) override {
        return positive(exchange(message(file, "stranger"), 1.0)) ? 1U : 0U;
    }
    void restart() override {
        if (m_server) m_server->stop(std::chrono::milliseconds{0});
        auto acme = transports::gateway_agreement();
        acme.name = "acme";
        acme.partner_signing = {transports::test_identity("partner").certificate};
        acme.inbound.max_body_bytes = FileBytes + FileBytes / 2;
        auto bolt = acme;
        bolt.name = "bolt";
        bolt.partner_id = "BOLT";
        bolt.partner_signing = {transports::test_identity("partner-next").certificate};
        auto receiver = std::make_shared<transports::As2Receiver>(
            transports::As2ReceiverOptions{.host_name = "gateway.test"},
            transports::fixed_directory(
                {std::make_shared<transports::As2Agreement>(std::move(acme)),
                 std::make_shared<transports::As2Agreement>(std::move(bolt))}),
            intake,
            m_clock,
            Log(null_sink()));
        m_server = std::make_unique<transports::HttpServer>(
            transports::HttpServerOptions{},
            std::vector<transports::HttpRoute>{{"/as2", receiver}},
            m_clock,
            Log(null_sink()));
        if (const Status started = m_server->start(); !started)
            ADD_FAILURE() << started.error().text();
    }
    std::string transport() const override { return "as2"; }
    bool same_octets_are_the_same_message() const override { return false; }  // the Message-ID is

private:
    static std::string message(const File& file,
                               const std::string& signer,
                               const std::string& from = "PARTNER") {
        const std::string entity =
            "Content-Type: application/edi-x12\r\nContent-Transfer-Encoding: binary\r\n"
            "Content-Disposition: attachment; filename=\"" +
            file.first + "\"\r\n\r\n" + file.second;
        // A retry repeats its Message-ID, another file has its own.
        const std::string id = "<" + sha256_hex(file.first + "\n" + file.second) + "@partner>";
        auto request = transports::as2_request(
            transports::encrypted(transports::signed_entity(entity, signer)),
            transports::operator+
            (transports::WantUnsigned, {{"Message-ID", id}, {"AS2-From", from}}));
        std::string text = "POST /as2 HTTP/1.1\r\nConnection: close\r\n";
        for (const auto& [name, value] : request.headers)
            text += name + ": " +
                    (name == "Content-Length" ? std::to_string(request.body.size()) : value) +
                    "\r\n";
        return text + "\r\n" + request.body;
    }
    std::string exchange(const std::string& request, double share) {
        return exchange_with(m_server->port(), request, share);
    }
    static bool positive(const std::string& answer) {
        return answer.find(" 200 ") < 20 && answer.find("; processed\r\n") != std::string::npos;
    }
    SystemClock m_clock;
    std::unique_ptr<transports::HttpServer> m_server;
};

// POST /v1/documents with a bearer token. TLS is the same listener's as everywhere.
class HttpsDoor final : public Door {
public:
    HttpsDoor() { restart(); }
    ~HttpsDoor() override { m_server->stop(std::chrono::milliseconds{0}); }
    HttpsDoor(const HttpsDoor&) = delete;
    HttpsDoor& operator=(const HttpsDoor&) = delete;
    HttpsDoor(HttpsDoor&&) = delete;
    HttpsDoor& operator=(HttpsDoor&&) = delete;

    std::size_t deliver(const std::vector<File>& files) override {
        std::size_t acknowledged = 0;
        for (const File& file : files)
            acknowledged += positive(exchange(message(file, m_token), 1.0)) ? 1U : 0U;
        return acknowledged;
    }
    void deliver_half(const File& file) override { (void)exchange(message(file, m_token), 0.5); }
    std::size_t deliver_as_other(const File& file) override {
        return positive(exchange(message(file, m_world.tokens_of["bolt"]), 1.0)) ? 1U : 0U;
    }
    std::size_t deliver_slowly(const File& file) override {
        return positive(exchange_with(m_server->port(), message(file, m_token), 1.0, SlowOctets))
                   ? 1U
                   : 0U;
    }
    std::size_t deliver_as_stranger(const File& file) override {
        std::string wrong = m_token;
        wrong.back() = wrong.back() == 'A' ? 'B' : 'A';
        return positive(exchange(message(file, wrong), 1.0)) ? 1U : 0U;
    }
    void restart() override {
        if (m_server) m_server->stop(std::chrono::milliseconds{0});
        auto api = std::make_shared<https::Api>();
        https::SubmitOptions options;
        options.path = "/v1/documents";
        options.id = "submitDocument";
        options.types = {{.media_type = "application/octet-stream",
                          .syntax = https::DocumentType::Syntax::Octets}};
        api->endpoints.push_back(https::submit_endpoint(std::move(options), intake, m_world.clock));
        m_server = std::make_unique<transports::HttpServer>(
            transports::HttpServerOptions{},
            std::vector<transports::HttpRoute>{{"/v1", m_world.door(std::move(api))}},
            m_clock,
            Log(null_sink()));
        if (const Status started = m_server->start(); !started)
            ADD_FAILURE() << started.error().text();
    }
    std::string transport() const override { return "https"; }
    // The Idempotency-Key is; who makes a new one means a new message.
    bool same_octets_are_the_same_message() const override { return false; }

private:
    static std::string message(const File& file, const std::string& token) {
        return "POST /v1/documents HTTP/1.1\r\nHost: gateway.test\r\nConnection: close\r\n"
               "Authorization: Bearer " +
               token + "\r\nIdempotency-Key: " + sha256_hex(file.first + "\n" + file.second) +
               "\r\nContent-Type: application/octet-stream\r\n"
               "Content-Disposition: attachment; filename=\"" +
               file.first + "\"\r\nContent-Length: " + std::to_string(file.second.size()) +
               "\r\n\r\n" + file.second;
    }
    std::string exchange(const std::string& request, double share) {
        return exchange_with(m_server->port(), request, share);
    }
    static bool positive(const std::string& answer) { return answer.starts_with("HTTP/1.1 202 "); }

    https::ApiWorld m_world;
    const std::string m_token = m_world.tokens_of["acme"];
    SystemClock m_clock;
    std::unique_ptr<transports::HttpServer> m_server;
};

}  // namespace sallyport::sftp

// SPDX-License-Identifier: Apache-2.0
#include "gateway/odoo/http_post.h"

#include "gateway/odoo/watch.h"

#include <Poco/Exception.h>
#include <Poco/Net/Context.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/NetSSL.h>
#include <Poco/Net/SSLException.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/Timespan.h>
#include <Poco/URI.h>

#include <algorithm>
#include <array>
#include <istream>
#include <ostream>
#include <utility>

namespace sallyport::odoo {

namespace {

namespace net = Poco::Net;
using std::chrono::steady_clock;

Poco::Timespan timespan(std::chrono::milliseconds time) {
    return Poco::Timespan(time.count() * 1000);
}

Error not_reached(const Target& target, const std::string& why) {
    return Error("odoo.connect",
                 Blame::Network,
                 "Odoo at " + target.text() + " cannot be reached: " + why)
        .remedy("see whether Odoo is up and the url is right; nothing was sent");
}

Error untrusted(const Target& target, const std::string& why) {
    return Error("odoo.tls",
                 Blame::Operator,
                 "no trustworthy TLS connection to " + target.text() + ": " + why)
        .remedy("give Odoo a certificate for that name, or name its CA in ca_file");
}

Error reply_lost(const Target& target, const std::string& why) {
    return Error("odoo.reply.lost",
                 Blame::Network,
                 "the call was sent to " + target.text() + " and its reply is lost (" + why +
                     "): Odoo may or may not have carried it out");
}

std::string reason(const Poco::Exception& problem) {
    const std::string& more = problem.message();
    return more.empty() ? std::string(problem.name()) : std::string(problem.name()) + ": " + more;
}

void send_all(net::StreamSocket& socket, const std::string& text) {
    std::size_t sent = 0;
    while (sent < text.size()) {
        const auto chunk = std::min<std::size_t>(text.size() - sent, 1U << 20);
        const int now = socket.sendBytes(text.data() + sent, static_cast<int>(chunk));
        if (now <= 0) throw net::ConnectionResetException("nothing accepted");
        sent += static_cast<std::size_t>(now);
    }
}

// A connection that writes head and body in one go (Poco would send them in pieces of 4 KiB, and a prefork Odoo holds a
// worker for an unfinished request), and whose receive time-out always ends at the deadline, so that a server that
// trickles cannot hold us. Made from a connected socket, so that Poco never reconnects and resends by itself.
class Session final : public net::HTTPClientSession {
public:
    Session(const net::StreamSocket& socket,
            std::chrono::milliseconds read_timeout,
            const Clock& clock)
        : net::HTTPClientSession(socket), m_read_timeout(read_timeout), m_clock(clock) {
        setKeepAlive(false);
    }

    void send_now() {
        send_all(socket(), m_request);
        m_request.clear();
        m_deadline = m_clock.steady_now() + m_read_timeout;
        socket().setReceiveTimeout(timespan(m_read_timeout));
    }

protected:
    int write(const char* buffer, std::streamsize length) override {
        m_request.append(buffer, static_cast<std::size_t>(length));
        return static_cast<int>(length);
    }

    // Called for the body; the head is bounded by Poco's limits on header fields and by the time-out set above.
    int read(char* buffer, std::streamsize length) override {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            m_deadline - m_clock.steady_now());
        if (left.count() <= 0) throw Poco::TimeoutException("deadline of the call");
        socket().setReceiveTimeout(timespan(left));
        return net::HTTPClientSession::read(buffer, length);
    }

private:
    std::string m_request;
    std::chrono::milliseconds m_read_timeout;
    steady_clock::time_point m_deadline;
    const Clock& m_clock;
};

void write_request(Session& session, const Target& target, const HttpRequest& wanted) {
    net::HTTPRequest request(wanted.get ? net::HTTPRequest::HTTP_GET : net::HTTPRequest::HTTP_POST,
                             wanted.path,
                             net::HTTPMessage::HTTP_1_1);
    request.setHost(target.host, target.port);
    request.set("User-Agent", "sallyport");
    request.set("Accept", "application/json");
    for (const auto& [name, value] : wanted.headers)
        request.set(name, value);
    if (!wanted.get) request.setContentType("application/json");
    request.setContentLength64(static_cast<Poco::Int64>(wanted.body.size()));
    session.sendRequest(request) << wanted.body << std::flush;
    session.send_now();
}

// An unset length is a reply that ends with the connection.
Status read_body(std::istream& stream, std::size_t max_bytes, std::string& body) {
    std::array<char, 64 * 1024> buffer{};
    while (stream) {
        stream.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
        body.append(buffer.data(), static_cast<std::size_t>(stream.gcount()));
        if (body.size() > max_bytes)
            return Error("odoo.reply.large",
                         Blame::Operator,
                         "Odoo's reply is larger than " + std::to_string(max_bytes) + " bytes")
                .remedy("raise max_reply_bytes, or see what else answers at that url");
    }
    return {};
}

// "Sun, 06 Nov 1994 08:49:37 GMT", the one form servers send (RFC 9110 5.6.7).
std::optional<Instant> date_of(const net::HTTPResponse& response) {
    static constexpr std::string_view Months = "JanFebMarAprMayJunJulAugSepOctNovDec";
    const std::string text = response.get("Date", "");
    if (text.size() < 25) return std::nullopt;
    const auto month = Months.find(text.substr(8, 3));
    if (month == std::string_view::npos || month % 3 != 0) return std::nullopt;
    const std::string number = std::to_string(101 + month / 3).substr(1);
    const auto date = odoo_instant(text.substr(12, 4) + "-" + number + "-" + text.substr(5, 2) +
                                   " " + text.substr(17, 8));
    return date ? std::optional<Instant>(*date) : std::nullopt;
}

class Poster final : public HttpPoster {
public:
    Poster(Target target, HttpLimits limits, net::Context::Ptr context)
        : m_target(std::move(target)), m_limits(limits), m_context(std::move(context)) {}

    Result<HttpReply> send(const HttpRequest& request, const Clock& clock) override {
        auto socket = connect();
        if (!socket) return std::move(socket).error();
        try {
            socket->setNoDelay(true);
            socket->setSendTimeout(timespan(m_limits.read_timeout));
            Session session(*socket, m_limits.read_timeout, clock);
            write_request(session, m_target, request);
            net::HTTPResponse response;
            std::istream& stream = session.receiveResponse(response);
            HttpReply reply{.status = static_cast<int>(response.getStatus()), .body = {}};
            reply.date = date_of(response);
            if (auto read = read_body(stream, m_limits.max_reply_bytes, reply.body); !read)
                return std::move(read).error();
            if (stream.bad()) return reply_lost(m_target, "the connection broke while it was read");
            const auto length = response.getContentLength64();
            if (length >= 0 && static_cast<std::size_t>(length) != reply.body.size())
                return reply_lost(m_target,
                                  std::to_string(reply.body.size()) + " of " +
                                      std::to_string(length) + " bytes arrived");
            return reply;
        } catch (const Poco::Exception& problem) {
            return reply_lost(m_target, reason(problem));
        }
    }

private:
    Result<net::StreamSocket> connect() const {
        try {
            const net::SocketAddress address(m_target.host, m_target.port);
            if (!m_target.tls) {
                net::StreamSocket socket;
                socket.connect(address, timespan(m_limits.connect_timeout));
                return socket;
            }
            net::SecureStreamSocket socket(m_context);
            socket.setPeerHostName(m_target.host);
            socket.connect(address, timespan(m_limits.connect_timeout));
            socket.completeHandshake();
            return net::StreamSocket(socket);
        } catch (const net::SSLException& problem) {
            return untrusted(m_target, reason(problem));
        } catch (const Poco::Exception& problem) {
            return not_reached(m_target, reason(problem));
        }
    }

    Target m_target;
    HttpLimits m_limits;
    net::Context::Ptr m_context;
};

}  // namespace

std::string Target::text() const {
    return std::string(tls ? "https://" : "http://") + host + ":" + std::to_string(port);
}

Result<Target> parse_target(const std::string& url) {
    const auto bad = [&](const std::string& why) {
        // The url is not repeated when it may hold a password.
        return Error("odoo.url",
                     Blame::Operator,
                     "the Odoo url " +
                         (url.find('@') == std::string::npos ? "'" + url + "' " : "") + why)
            .remedy("write it as https://odoo.example.com or http://127.0.0.1:8069");
    };
    try {
        const Poco::URI uri(url);
        if (uri.getScheme() != "http" && uri.getScheme() != "https")
            return bad("is neither http nor https");
        if (!uri.getUserInfo().empty())
            return bad("carries user information; login and key have their own settings");
        if (uri.getHost().empty()) return bad("names no host");
        if ((!uri.getPath().empty() && uri.getPath() != "/") || !uri.getRawQuery().empty() ||
            !uri.getFragment().empty())
            return bad("has a path, a query or a fragment; Odoo's external API sits at the root");
        return Target{
            .tls = uri.getScheme() == "https", .host = uri.getHost(), .port = uri.getPort()};
    } catch (const Poco::Exception&) {
        return bad("cannot be read as a url");
    }
}

Result<std::unique_ptr<HttpPoster>> HttpPoster::make(Target target,
                                                     HttpLimits limits,
                                                     const std::string& ca_file) {
    net::Context::Ptr context;
    if (target.tls) {
        try {
            net::initializeSSL();
            context = new net::Context(net::Context::TLS_CLIENT_USE,
                                       "",
                                       "",
                                       ca_file,
                                       net::Context::VERIFY_STRICT,
                                       9,
                                       ca_file.empty());
            context->requireMinimumProtocol(net::Context::PROTO_TLSV1_2);
            context->enableExtendedCertificateVerification(true);
        } catch (const Poco::Exception& problem) {
            return untrusted(target, reason(problem));
        }
    }
    return std::unique_ptr<HttpPoster>(
        std::make_unique<Poster>(std::move(target), limits, std::move(context)));
}

}  // namespace sallyport::odoo

// SPDX-License-Identifier: Apache-2.0
#include "transports/http_client.h"

#include "transports/egress.h"
#include "transports/signal_guard.h"
#include "transports/tls_context.h"

#include <Poco/Exception.h>
#include <Poco/Net/Context.h>
#include <Poco/Net/DNS.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/HostEntry.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SSLException.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/URI.h>

#include <array>
#include <memory>
#include <utility>

namespace sallyport::transports {
namespace {

std::chrono::milliseconds time_allowed(const HttpPost& post) {
    const std::uint64_t size =
        post.large_body != nullptr ? post.large_body->size() : post.body.size();
    return post.exchange_timeout + std::chrono::milliseconds(size * 1000 / LeastBodyRate);
}

class Posting {
public:
    Posting(const HttpPost& post, Poco::URI uri) : m_post(post), m_uri(std::move(uri)) {}

    // Poco's exceptions become values in http_post().
    Status connect() {
        if (m_uri.getScheme() == "https") {
            auto prepared = prepare_tls();
            if (!prepared) return prepared;
        }
        std::string last = "no address";
        const auto host = Poco::Net::DNS::hostByName(m_uri.getHost());
        for (const auto& address : host.addresses()) {
            if (m_post.public_addresses_only && !is_public_address(address.toString()))
                return Error("as2.egress.address",
                             Blame::Partner,
                             origin() + " leads to " + address.toString() +
                                 ", which is not a public address")
                    .remedy("if the partner is in our own network, say so in the partner file");
            try {
                connect_to({address, m_uri.getPort()});
                return {};
            } catch (const Poco::Net::NetException& failure) {
                last = failure.displayText();
            } catch (const Poco::TimeoutException&) {
                last = "no answer within " + std::to_string(m_post.connect_timeout.count()) + " ms";
            }
        }
        return Error("as2.connect", Blame::Network, "cannot connect to " + origin() + ": " + last);
    }
    int descriptor() const { return m_socket.impl()->sockfd(); }

    Result<HttpReply> exchange() {
        if (m_context) Poco::Net::SecureStreamSocket(m_socket).completeHandshake();
        // Over the secure socket too: HTTPSClientSession wants to connect by itself.
        Poco::Net::HTTPClientSession session(m_socket);
        session.setTimeout(timespan(time_allowed(m_post)));
        std::string path = m_uri.getPathAndQuery();
        if (path.empty()) path = "/";
        Poco::Net::HTTPRequest request(m_post.head  ? Poco::Net::HTTPRequest::HTTP_HEAD
                                       : m_post.get ? Poco::Net::HTTPRequest::HTTP_GET
                                                    : Poco::Net::HTTPRequest::HTTP_POST,
                                       path,
                                       Poco::Net::HTTPRequest::HTTP_1_1);
        request.set("Host", m_uri.getAuthority().substr(m_uri.getAuthority().rfind('@') + 1));
        for (const auto& [name, value] : m_post.headers)
            request.add(name, value);
        const certs::MemoryOctets in_memory(m_post.body);
        const certs::Octets& content =
            m_post.large_body != nullptr ? *m_post.large_body : in_memory;
        if (!m_post.head && !m_post.get)
            request.setContentLength64(static_cast<Poco::Int64>(content.size()));
        auto& out = session.sendRequest(request);
        const Status sent = certs::pour(content, [&](BytesView piece) -> Status {
            out.write(piece.data(), static_cast<std::streamsize>(piece.size()));
            if (out) return {};
            // What the server had to say about it may be there already; reading it tells.
            return Error("as2.connect", Blame::Network, origin() + " closed while it was sent to");
        });
        if (!sent) return sent.error();
        out.flush();
        Poco::Net::HTTPResponse response;
        std::istream* body = &session.receiveResponse(response);
        // 102 from a partner that keeps the connection alive while it works (HTTP-09): the answer is what follows.
        for (unsigned interim = 0; interim < MostInterim && is_interim(response); ++interim)
            body = &session.receiveResponse(response);
        return read_reply(response, *body);
    }
    std::string origin() const { return m_uri.getScheme() + "://" + m_uri.getAuthority(); }

private:
    static constexpr unsigned MostInterim = 1000;
    static bool is_interim(const Poco::Net::HTTPResponse& response) {
        const int status = response.getStatus();
        return status >= 102 && status < 200;
    }
    static Poco::Timespan timespan(std::chrono::milliseconds time) {
        return Poco::Timespan(time.count() * 1000);
    }

    Status prepare_tls() {
        if (m_post.tls == nullptr)
            return Error("as2.tls", Blame::Bug, "https without TLS settings");
        Poco::Net::Context::Params parameters;
        parameters.verificationMode = Poco::Net::Context::VERIFY_NONE;  // ours replaces it below
        parameters.loadDefaultCAs = false;
        m_context = new Poco::Net::Context(Poco::Net::Context::TLS_CLIENT_USE, parameters);
        m_context->enableExtendedCertificateVerification(false);
        m_tls_state = {.client = *m_post.tls, .host = m_uri.getHost()};
        return configure_tls_client(m_context->sslContext(), m_tls_state);
    }

    void connect_to(const Poco::Net::SocketAddress& address) {
        if (!m_context) {
            Poco::Net::StreamSocket socket;
            socket.connect(address, timespan(m_post.connect_timeout));
            m_socket = socket;
            return;
        }
        Poco::Net::SecureStreamSocket socket(m_context);
        socket.setLazyHandshake(true);
        socket.setPeerHostName(m_uri.getHost());
        socket.connect(address, timespan(m_post.connect_timeout));
        m_socket = socket;
    }

    Result<HttpReply> read_reply(const Poco::Net::HTTPResponse& response, std::istream& in) const {
        HttpReply reply;
        reply.status = static_cast<int>(response.getStatus());
        for (const auto& [name, value] : response)
            reply.headers.emplace_back(name, value);
        std::array<char, 16U << 10> chunk;  // NOLINT: filled by read()
        while (in.read(chunk.data(), chunk.size()), in.gcount() > 0) {
            reply.body.append(chunk.data(), static_cast<std::size_t>(in.gcount()));
            if (reply.body.size() > m_post.max_response_bytes)
                return Error("as2.response.large",
                             Blame::Partner,
                             "response of " + origin() + " is longer than " +
                                 std::to_string(m_post.max_response_bytes) + " octets");
        }
        if (!m_post.head && response.hasContentLength() &&
            reply.body.size() != static_cast<std::size_t>(response.getContentLength64()))
            return Error("as2.connect", Blame::Network, "response of " + origin() + " was cut");
        return reply;
    }

    const HttpPost& m_post;
    Poco::URI m_uri;
    TlsClientState m_tls_state;
    Poco::Net::Context::Ptr m_context;
    Poco::Net::StreamSocket m_socket;
};

Result<Poco::URI> read_url(const std::string& url) {
    try {
        Poco::URI uri(url);
        if ((uri.getScheme() == "http" || uri.getScheme() == "https") && !uri.getHost().empty())
            return uri;
    } catch (const Poco::Exception&) {
        // The same error as for a URL of another kind.
    }
    return Error("as2.url", Blame::Operator, "\"" + url + "\" is no http or https URL")
        .remedy("correct the URL in the partner file");
}

Result<HttpReply> guarded_exchange(Posting& posting,
                                   Watchdog& watchdog,
                                   const Clock& clock,
                                   const HttpPost& post) {
    Watchdog::Watch watch(watchdog, posting.descriptor());
    watch.until(clock.steady_now() + time_allowed(post));
    const auto timed_out = [&] {
        return Error("as2.timeout",
                     Blame::Network,
                     "exchange with " + posting.origin() + " was not complete after " +
                         std::to_string(time_allowed(post).count()) + " ms");
    };
    try {
        auto reply = posting.exchange();
        if (!reply && watch.fired()) return timed_out();
        return reply;
    } catch (const Poco::Net::SSLException& failure) {
        if (watch.fired()) return timed_out();
        return Error("as2.tls",
                     Blame::Operator,
                     "TLS with " + posting.origin() + " failed: " + failure.displayText())
            .remedy(
                "compare the server's certificate with the one pinned or the authorities "
                "configured");
    } catch (const Poco::TimeoutException&) {
        return timed_out();
    } catch (const Poco::Exception& failure) {
        if (watch.fired()) return timed_out();
        return Error("as2.connect",
                     Blame::Network,
                     "connection to " + posting.origin() +
                         " ended before an answer was complete: " + failure.displayText());
    }
}

}  // namespace

Status check_reply(const HttpReply& reply, const std::string& url) {
    if (reply.status >= 200 && reply.status < 300) return {};
    const std::string answered = url + " answered HTTP " + std::to_string(reply.status);
    if (reply.status >= 300 && reply.status < 400)
        return Error("as2.http.redirect",
                     Blame::Operator,
                     answered + " to " + std::string(header_or_empty(reply.headers, "Location")))
            .remedy("redirects are not followed; ask the partner for the right URL");
    const bool passing =
        reply.status >= 500 || reply.status == 408 || reply.status == 425 || reply.status == 429;
    return Error("as2.http.status", passing ? Blame::Network : Blame::Operator, answered)
        .remedy(reply.status == 401 || reply.status == 403
                    ? "check user, password or client certificate"
                    : "check the URL with the partner");
}

Result<HttpReply> http_post(const HttpPost& post, Watchdog& watchdog, const Clock& clock) {
    auto uri = read_url(post.url);
    if (!uri) return std::move(uri).error();
    const SignalGuard no_broken_pipe;
    Posting posting(post, *std::move(uri));
    try {
        const auto connected = posting.connect();
        if (!connected) return connected.error();
    } catch (const Poco::Exception& failure) {
        return Error("as2.connect",
                     Blame::Network,
                     "cannot connect to " + posting.origin() + ": " + failure.displayText());
    }
    return guarded_exchange(posting, watchdog, clock, post);
}

}  // namespace sallyport::transports

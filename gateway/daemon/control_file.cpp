// SPDX-License-Identifier: Apache-2.0
#include "gateway/daemon/control_file.h"

#include "gateway/base/file.h"
#include "gateway/daemon/operator_name.h"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/StreamCopier.h>
#include <Poco/Timespan.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <fstream>
#include <functional>
#include <string>
#include <system_error>
#include <utility>

namespace sallyport::daemon {
namespace {

using nlohmann::json;

Error not_reachable(std::string what) {
    return Error("control.not_reachable", Blame::Operator, std::move(what))
        .remedy("start it with `systemctl start sallyport`, then ask again");
}

// The codes of the answer as literals: an Error keeps no copy of its code.
std::string_view known_code(const std::string& code) {
    for (const std::string_view known : {"flow.document.missing",
                                         "flow.decision.nothing",
                                         "api.token",
                                         "api.body",
                                         "flow.agreement.unknown",
                                         "flow.submit.conflict",
                                         "spool.write",
                                         "file.write",
                                         "api.token.missing",
                                         "flow.decision.trust",
                                         "trust.missing",
                                         "trust.state",
                                         "trust.same-person",
                                         "trust.words",
                                         "cem.announced",
                                         "cem.off",
                                         "cem.respond-by",
                                         "cem.unsupported",
                                         "cem.unknown",
                                         "certs.certificate.unreadable",
                                         "api.token.scope",
                                         "api.token.exists",
                                         "map.load",
                                         "map.test",
                                         "map.overlay",
                                         "map.direction",
                                         "map.fit"})
        if (code == known) return known;
    return "control.refused";
}

struct Answer {
    int status = 0;
    std::string body;
};

// One exchange: `write` sends the request over the session, Poco's failures become ours.
Result<Answer> exchange(const Control& control,
                        int seconds,
                        const std::function<void(Poco::Net::HTTPClientSession&)>& write) {
    try {
        Poco::Net::HTTPClientSession session(control.host, control.port);
        session.setTimeout(Poco::Timespan(seconds, 0));
        write(session);
        Poco::Net::HTTPResponse response;
        Answer answer;
        Poco::StreamCopier::copyToString(session.receiveResponse(response), answer.body);
        answer.status = response.getStatus();
        return answer;
    } catch (const Poco::Exception& failed) {
        return not_reachable("the gateway on " + control.host + ":" + std::to_string(control.port) +
                             " does not answer: " + failed.displayText());
    }
}

void authorise(Poco::Net::HTTPRequest& request, const Control& control) {
    request.set("Authorization", "Bearer " + std::string(control.token.reveal()));
}

Result<Answer> post(const Control& control,
                    const std::string& path,
                    const std::string& body,
                    int seconds) {
    return exchange(control, seconds, [&](Poco::Net::HTTPClientSession& session) {
        Poco::Net::HTTPRequest request("POST", path, "HTTP/1.1");
        authorise(request, control);
        request.setContentType("application/json");
        request.setContentLength64(static_cast<Poco::Int64>(body.size()));
        session.sendRequest(request) << body;
    });
}

Result<Answer> post_file(const Control& control,
                         const std::string& facts,
                         std::ifstream& content,
                         std::uint64_t size) {
    constexpr int Hour = 3600;  // the gateway has to write it all twice
    return exchange(control, Hour, [&](Poco::Net::HTTPClientSession& session) {
        Poco::Net::HTTPRequest request("POST", "/v1/files", "HTTP/1.1");
        authorise(request, control);
        request.set("Sallyport-File", facts);
        request.setContentType("application/octet-stream");
        request.setContentLength64(static_cast<Poco::Int64>(size));
        auto& out = session.sendRequest(request);
        if (size != 0) Poco::StreamCopier::copyStream(content, out, std::size_t{64} << 10U);
        out.flush();
    });
}

Error refused(const Answer& answer) {
    const json said = json::parse(answer.body, nullptr, false);
    if (!said.is_object()) return not_reachable("something else answers on the gateway's port");
    return Error(known_code(said.value("code", "")), Blame::Operator, said.value("error", ""))
        .remedy(said.value("remedy", ""));
}

Result<Answer> get(const Control& control, const std::string& path) {
    return exchange(control, 10, [&](Poco::Net::HTTPClientSession& session) {
        Poco::Net::HTTPRequest request("GET", path, "HTTP/1.1");
        session.sendRequest(request);
    });
}

}  // namespace

std::filesystem::path control_file(const std::filesystem::path& state_directory) {
    return state_directory / "control.json";
}

Status write_control(const std::filesystem::path& file, const Control& control) {
    const json content{{"host", control.host},
                       {"port", control.port},
                       {"token", std::string(control.token.reveal())}};
    return write_file_durably(file, content.dump(), 0600);
}

Result<Control> read_control(const std::filesystem::path& file) {
    std::error_code failed;
    if (!std::filesystem::exists(file, failed))
        return not_reachable("no gateway runs on " + file.parent_path().string());
    if (::access(file.c_str(), R_OK) != 0)
        return Error("control.not_permitted",
                     Blame::Operator,
                     file.string() + " is not yours to read")
            .remedy("run the command as root or as the gateway's user");
    auto text = read_file(file, 4096);
    if (!text) return std::move(text).error();
    const json content = json::parse(*text, nullptr, false);
    if (!content.is_object() || !content.contains("port"))
        return not_reachable(file.string() + " is damaged");
    return Control{.host = content.value("host", ""),
                   .port = content.value("port", std::uint16_t{0}),
                   .token = Secret(content.value("token", ""))};
}

Status ask_ready(const Control& control) {
    auto answer = get(control, "/readyz");
    if (!answer) return std::move(answer).error();
    if (answer->status == 200) return {};
    const json said = json::parse(answer->body, nullptr, false);
    if (!said.is_object()) return not_reachable("something else answers on the gateway's port");
    std::string why;
    for (const char* part : {"pipeline", "store"})
        if (said.contains(part))
            why += (why.empty() ? "" : ", ") + std::string(part) + ": " + said.value(part, "");
    return Error("doctor.gateway.not_ready",
                 Blame::Operator,
                 "the gateway runs, but is not ready" + (why.empty() ? "" : " (" + why + ")"))
        .remedy(said.value("remedy", "look at its log: journalctl -u sallyport"));
}

Status ask_gateway(const Control& control, const std::string& path, const std::string& body) {
    auto answer = post(control, path, body, 30);
    if (!answer) return std::move(answer).error();
    if (answer->status == 200) return {};
    return refused(*answer);
}

Result<Reloaded> ask_reload(const Control& control) {
    // Every map is compiled and its tests run: a few milliseconds each.
    auto answer = post(control, "/v1/reload", json{{"actor", operator_name()}}.dump(), 300);
    if (!answer) return std::move(answer).error();
    if (answer->status != 200) return refused(*answer);
    const json said = json::parse(answer->body, nullptr, false);
    if (!said.is_object()) return not_reachable("something else answers on the gateway's port");
    Reloaded out;
    out.maps = said.value("maps", std::uint64_t{0});
    out.rows = said.value("rows", std::uint64_t{0});
    out.released = said.value("released", std::vector<std::string>{});
    return out;
}

Result<std::string> send_file(const Control& control,
                              const std::string& facts,
                              const std::filesystem::path& file) {
    std::error_code failed;
    const std::uint64_t size = std::filesystem::file_size(file, failed);
    std::ifstream content(file, std::ios::binary);
    if (failed || !content)
        return Error("file.open", Blame::Operator, "the file cannot be read")
            .at({.source = file.string()})
            .remedy("name a file that this user can read");
    auto answer = post_file(control, facts, content, size);
    if (!answer) return std::move(answer).error();
    const json said = json::parse(answer->body, nullptr, false);
    if (!said.is_object()) return not_reachable("something else answers on the gateway's port");
    if (answer->status == 200) return std::move(answer->body);
    return Error(known_code(said.value("code", "")), Blame::Operator, said.value("error", ""))
        .remedy(said.value("remedy", ""));
}

}  // namespace sallyport::daemon

// SPDX-License-Identifier: Apache-2.0
#include "gateway/daemon/control_file.h"

#include "gateway/base/file.h"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/StreamCopier.h>
#include <Poco/Timespan.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <cerrno>
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
                                         "api.token.missing",
                                         "api.token.scope",
                                         "api.token.exists"})
        if (code == known) return known;
    return "control.refused";
}

struct Answer {
    int status = 0;
    std::string body;
};

Result<Answer> post(const Control& control, const std::string& path, const std::string& body) {
    try {
        Poco::Net::HTTPClientSession session(control.host, control.port);
        session.setTimeout(Poco::Timespan(30, 0));
        Poco::Net::HTTPRequest request("POST", path, "HTTP/1.1");
        request.set("Authorization", "Bearer " + std::string(control.token.reveal()));
        request.setContentType("application/json");
        request.setContentLength64(static_cast<Poco::Int64>(body.size()));
        session.sendRequest(request) << body;
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

Result<Answer> get(const Control& control, const std::string& path) {
    try {
        Poco::Net::HTTPClientSession session(control.host, control.port);
        session.setTimeout(Poco::Timespan(10, 0));
        Poco::Net::HTTPRequest request("GET", path, "HTTP/1.1");
        session.sendRequest(request);
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
    auto answer = post(control, path, body);
    if (!answer) return std::move(answer).error();
    if (answer->status == 200) return {};
    const json said = json::parse(answer->body, nullptr, false);
    if (!said.is_object()) return not_reachable("something else answers on the gateway's port");
    return Error(known_code(said.value("code", "")), Blame::Operator, said.value("error", ""))
        .remedy(said.value("remedy", ""));
}

}  // namespace sallyport::daemon

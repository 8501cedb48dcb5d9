// SPDX-License-Identifier: Apache-2.0
#include "gateway/api/control.h"

#include "gateway/api/control_words.h"
#include "gateway/flow/decisions.h"

#include <nlohmann/json.hpp>

#include <utility>

namespace sallyport::api {
namespace {

using nlohmann::ordered_json;
using transports::HttpEntry;
using transports::HttpRequest;
using transports::HttpResponse;

constexpr std::string_view Documents = "/v1/documents/";
constexpr std::string_view Reload = "/v1/reload";
constexpr std::size_t LargestBody = 4096;

int status_of(const Error& error) {
    if (error.code() == "flow.document.missing") return 404;
    if (error.code() == "flow.decision.nothing" || error.code() == "flow.decision.trust")
        return 409;
    return 503;
}

struct Asked {
    std::string document;
    std::string verb;
};

bool split_path(std::string_view path, Asked& asked) {
    if (!path.starts_with(Documents)) return false;
    path.remove_prefix(Documents.size());
    const std::size_t slash = path.find('/');
    if (slash == 0 || slash == std::string_view::npos) return false;
    asked.document = path.substr(0, slash);
    asked.verb = path.substr(slash + 1);
    return asked.verb == "release" || asked.verb == "discard";
}

}  // namespace

ControlHandler::ControlHandler(Parts parts) : m_parts(std::move(parts)) {}

HttpEntry ControlHandler::enter(const HttpRequest& head) {
    HttpEntry entry;
    entry.max_body_bytes = LargestBody;
    entry.answer = stopped_at_door(head, m_parts.token, {"POST"});
    return entry;
}

HttpResponse ControlHandler::reload(const std::string& actor) const {
    if (!m_parts.reload)
        return control_refusal(
            503, Error("api.path", Blame::Operator, "this gateway reads nothing again"));
    auto taken = m_parts.reload(actor);
    if (!taken) return control_refusal(409, taken.error());
    return control_response(200,
                            {{"done", true},
                             {"maps", taken->maps},
                             {"rows", taken->rows},
                             {"released", taken->released}});
}

HttpResponse ControlHandler::handle(const HttpRequest& request) {
    Asked asked;
    const bool reloads = request.path == Reload;
    if (!reloads && !split_path(request.path, asked))
        return control_refusal(404,
                               Error("api.path", Blame::Operator, "there is nothing at that path"));
    const auto body = ordered_json::parse(request.body, nullptr, false);
    const std::string actor = text_of(body, "actor");
    if (reloads && !actor.empty()) return reload(actor);
    const std::string reason = text_of(body, "reason");
    if (actor.empty() || (asked.verb == "discard" && reason.empty()))
        return control_refusal(
            400,
            Error("api.body", Blame::Operator, "say who decides, and why something is given up"));
    const Status done = asked.verb == "release"
                            ? flow::release_document(m_parts.tools, asked.document, actor)
                            : flow::discard_document(m_parts.tools, asked.document, actor, reason);
    if (!done) return control_refusal(status_of(done.error()), done.error());
    m_parts.pipeline.wake();
    return control_response(200, {{"done", true}});
}

}  // namespace sallyport::api

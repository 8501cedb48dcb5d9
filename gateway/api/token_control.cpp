// SPDX-License-Identifier: Apache-2.0
#include "gateway/api/token_control.h"

#include "gateway/api/control_words.h"
#include "gateway/api/tokens.h"

#include <nlohmann/json.hpp>

#include <string>
#include <utility>

namespace sallyport::api {
namespace {

using nlohmann::ordered_json;
using transports::HttpEntry;
using transports::HttpRequest;
using transports::HttpResponse;

constexpr std::string_view Path = "/v1/tokens";
constexpr std::size_t LargestBody = 16U << 10U;

int status_of(const Error& error) {
    if (error.code() == "api.token.missing") return 404;
    return error.blame() == Blame::Operator ? 400 : 503;
}

}  // namespace

HttpEntry TokenControl::enter(const HttpRequest& head) {
    HttpEntry entry;
    entry.max_body_bytes = LargestBody;
    entry.answer = stopped_at_door(head, m_token, {"POST"});
    return entry;
}

HttpResponse TokenControl::handle(const HttpRequest& request) {
    const auto body = ordered_json::parse(request.body, nullptr, false);
    if (!body.is_object() || !body.contains("actor") || !body["actor"].is_string())
        return control_refusal(400, Error("api.body", Blame::Operator, "say who decides"));
    const auto actor = body["actor"].get<std::string>();
    std::string_view rest = std::string_view(request.path).substr(Path.size());
    Status done = Error("api.path", Blame::Operator, "there is nothing at that path");
    if (rest.empty()) {
        const auto token = body.contains("token") ? token_from(body["token"]) : std::nullopt;
        done = token ? add_token(m_store, *token, actor)
                     : Status(Error("api.body", Blame::Operator, "that is no token"));
    } else if (rest.ends_with("/revoke") && body.contains("at") && body["at"].is_number_integer()) {
        rest.remove_prefix(1);
        rest.remove_suffix(std::string_view("/revoke").size());
        done = revoke_token(
            m_store, std::string(rest), from_micros(body["at"].get<std::int64_t>()), actor);
    }
    if (!done) return control_refusal(status_of(done.error()), done.error());
    return control_response(200, {{"done", true}});
}

}  // namespace sallyport::api

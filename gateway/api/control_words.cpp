// SPDX-License-Identifier: Apache-2.0
#include "gateway/api/control_words.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace sallyport::api {

using nlohmann::ordered_json;
using transports::HttpRequest;
using transports::HttpResponse;

HttpResponse control_response(int status, const ordered_json& body) {
    return {.status = status,
            .headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}},
            .body = body.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n"};
}

HttpResponse control_refusal(int status, const Error& error) {
    return control_response(
        status, {{"code", error.code()}, {"error", error.what()}, {"remedy", error.remedy()}});
}

std::optional<HttpResponse> stopped_at_door(const HttpRequest& head,
                                            const Secret& token,
                                            std::initializer_list<std::string_view> methods) {
    const std::string expected = "Bearer " + std::string(token.reveal());
    const std::string given(transports::header_or_empty(head.headers, "Authorization"));
    if (token.empty() || !equal_constant_time(expected, given)) {
        auto answer = control_refusal(
            401,
            Error("api.token", Blame::Operator, "the token of this gateway is missing or wrong"));
        answer.headers.emplace_back("WWW-Authenticate", "Bearer");
        return answer;
    }
    if (std::find(methods.begin(), methods.end(), head.method) != methods.end())
        return std::nullopt;
    std::string allowed;
    for (const std::string_view method : methods)
        allowed += (allowed.empty() ? "" : ", ") + std::string(method);
    auto answer = control_refusal(
        405, Error("api.method", Blame::Operator, "this path takes " + allowed + " only"));
    answer.headers.emplace_back("Allow", allowed);
    return answer;
}

std::string text_of(const ordered_json& body, const char* name) {
    if (!body.is_object()) return {};
    const auto found = body.find(name);
    return found != body.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace sallyport::api

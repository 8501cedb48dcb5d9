// SPDX-License-Identifier: Apache-2.0
// The table of endpoints as an OpenAPI 3.1 document.
#include "transports/https/route.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace sallyport::https {
namespace {

using nlohmann::ordered_json;

// clang-format off
constexpr const char* ProblemSchema = R"json({
 "type": "object",
 "description": "What is wrong, and what helps (RFC 9457)",
 "required": ["type", "title", "status", "detail", "code", "trace_id"],
 "properties": {
  "type": {"type": "string", "format": "uri"},
  "title": {"type": "string"},
  "status": {"type": "integer"},
  "detail": {"type": "string"},
  "code": {"type": "string", "description": "stable: programs decide by it"},
  "remedy": {"type": "string"},
  "trace_id": {"type": "string", "description": "tell us this when you ask"}
 }
})json";
// clang-format on

ordered_json parsed(const std::string& text) {
    return ordered_json::parse(text, nullptr, false);
}

ordered_json reference(const std::string& name) {
    return {{"$ref", "#/components/schemas/" + name}};
}

ordered_json parameter_json(const Parameter& parameter) {
    ordered_json out{{"name", parameter.name},
                     {"in", parameter.in},
                     {"required", parameter.required || parameter.in == "path"},
                     {"description", parameter.help},
                     {"schema", parsed(parameter.schema)}};
    if (!parameter.example.empty()) {
        const bool number = out["schema"].value("type", "") == "integer";
        out["example"] = number ? parsed(parameter.example) : ordered_json(parameter.example);
    }
    return out;
}

ordered_json body_json(const Endpoint& endpoint) {
    ordered_json content = ordered_json::object();
    for (const std::string& type : endpoint.takes) {
        const bool json = type.ends_with("json");
        ordered_json media{{"schema",
                            json && !endpoint.body_schema.empty()
                                ? reference(endpoint.body_schema)
                                : ordered_json{{"type", "string"}, {"minLength", 1}}}};
        const auto own = endpoint.body_examples.find(type);
        const std::string& example =
            own == endpoint.body_examples.end() ? endpoint.body_example : own->second;
        if (!example.empty()) media["example"] = json ? parsed(example) : ordered_json(example);
        content[type] = std::move(media);
    }
    return {{"required", true}, {"content", std::move(content)}};
}

ordered_json problem_answer(const std::string& help) {
    return {{"description", help},
            {"content", {{"application/problem+json", {{"schema", reference("Problem")}}}}}};
}

// Every status the door itself may give this endpoint.
void add_problems(const Endpoint& endpoint, ordered_json& answers) {
    const auto add = [&](const char* status, const char* help) {
        if (!answers.contains(status)) answers[status] = problem_answer(help);
    };
    add("400", "something in the request is wrong; `code` and `remedy` say what");
    if (!endpoint.open) {
        add("401", "no credentials, or wrong ones");
        add("403", "the scope is missing, or the address is not an agreed one");
    }
    if (endpoint.path.find('{') != std::string::npos)
        add("404", "there is none of that name that is yours");
    if (endpoint.method == "POST") {
        add("409",
            "a request with this Idempotency-Key is being answered, or the state forbids it");
        add("422", "this Idempotency-Key was used for another request");
    }
    if (!endpoint.takes.empty()) {
        add("413", "the body is larger than agreed");
        add("415", "the Content-Type is none of those");
    }
    if (!endpoint.open) add("429", "too much; Retry-After says how long to wait");
    add("503", "we cannot answer now; Retry-After says when to try again");
}

ordered_json answers_json(const Endpoint& endpoint) {
    ordered_json answers = ordered_json::object();
    for (const Answer& answer : endpoint.answers) {
        ordered_json one{{"description", answer.help}};
        if (answer.status != 204 && answer.status != 304)
            one["content"][answer.content_type]["schema"] =
                answer.schema.empty() ? ordered_json{{"type", "string"}} : reference(answer.schema);
        const std::string status = std::to_string(answer.status);
        if (answers.contains(status) && one.contains("content"))
            answers[status]["content"].update(one["content"]);
        else
            answers[status] = std::move(one);
    }
    add_problems(endpoint, answers);
    return answers;
}

ordered_json operation(const Endpoint& endpoint) {
    ordered_json out{{"operationId", endpoint.id}, {"summary", endpoint.summary}};
    if (!endpoint.help.empty()) out["description"] = endpoint.help;
    if (endpoint.open) {
        out["security"] = ordered_json::array();
    } else {
        // For machines: which scope opens it. Bearer tokens, signatures and certificates carry the same scopes.
        out["x-scope"] = endpoint.scope;
        out["security"] = {{{"token", ordered_json::array()}},
                           {{"certificate", ordered_json::array()}},
                           {{"signature", ordered_json::array()}}};
    }
    ordered_json parameters = ordered_json::array();
    if (endpoint.method == "POST")
        parameters.push_back(
            parameter_json({.name = "Idempotency-Key",
                            .in = "header",
                            .schema = R"({"type":"string","minLength":1,"maxLength":255,)"
                                      R"("pattern":"^[!-~]+$"})",
                            .help = "made by you, one for each thing you send; repeat it when you "
                                    "try again",
                            .required = true,
                            .example = "5f0c3c1e-8a52-4a8e-9d39-0b8f9f6b2f11"}));
    for (const Parameter& parameter : endpoint.parameters)
        parameters.push_back(parameter_json(parameter));
    if (!parameters.empty()) out["parameters"] = std::move(parameters);
    if (!endpoint.takes.empty()) out["requestBody"] = body_json(endpoint);
    out["responses"] = answers_json(endpoint);
    if (endpoint.lifecycle != Lifecycle::Active) out["deprecated"] = true;
    return out;
}

ordered_json security_schemes() {
    return {{"token",
             {{"type", "http"},
              {"scheme", "bearer"},
              {"description", "a token we gave you: Authorization: Bearer sp1_…"}}},
            {"certificate",
             {{"type", "mutualTLS"}, {"description", "a client certificate that was agreed"}}},
            {"signature",
             {{"type", "apiKey"},
              {"in", "header"},
              {"name", "Signature"},
              {"description",
               "HTTP Message Signatures (RFC 9421) with hmac-sha256, created and a nonce; see the "
               "partner page"}}}};
}

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](char letter) {
        return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    });
    return text;
}

}  // namespace

std::string openapi(const Api& api, const std::string& server) {
    ordered_json out{
        {"openapi", "3.1.0"},
        {"info",
         {{"title", api.title},
          {"version", api.version},
          {"description",
           "Everything you see is yours: what belongs to other partners does not exist here."}}},
        {"servers", {{{"url", server}}}}};
    ordered_json paths = ordered_json::object();
    for (const Endpoint& endpoint : api.endpoints)
        if (endpoint.lifecycle != Lifecycle::Retired)
            paths[endpoint.path][lower(endpoint.method)] = operation(endpoint);
    out["paths"] = std::move(paths);
    ordered_json schemas = ordered_json::object();
    for (const auto& [name, schema] : api.schemas)
        schemas[name] = parsed(schema);
    schemas["Problem"] = parsed(ProblemSchema);
    out["components"] = {{"securitySchemes", security_schemes()}, {"schemas", std::move(schemas)}};
    return out.dump(1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace sallyport::https

// SPDX-License-Identifier: Apache-2.0
#include "config/field.h"

#include "config/units.h"

#include <algorithm>
#include <cmath>

namespace sallyport::config {

namespace {

template <typename... F>
struct Overloaded : F... {
    using F::operator()...;
};
template <typename... F>
Overloaded(F...) -> Overloaded<F...>;

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words)
        text += (text.empty() ? "" : ", ") + toml_text(word);
    return text;
}

class Reading {
public:
    Reading(const Field& field, const Node& node, const FieldContext& context)
        : m_field(field), m_node(node), m_context(context) {}

    Status operator()(bool* target) const {
        if (m_node.kind != Node::Kind::Boolean) return wrong_type("true or false, without quotes");
        *target = m_node.boolean;
        return {};
    }
    Status operator()(char* target) const {
        if (m_node.kind != Node::Kind::Text) return wrong_type("one character in quotes");
        if (m_node.text.size() != 1)
            return value("must be exactly one character",
                         "write it in quotes, \"\\n\" is a line end");
        *target = m_node.text[0];
        return {};
    }
    Status operator()(double* target) const {
        const bool whole = m_node.kind == Node::Kind::Integer;
        if (!whole && m_node.kind != Node::Kind::Number) return wrong_type("a number");
        const double number = whole ? static_cast<double>(m_node.integer) : m_node.number;
        if (!std::isfinite(number)) return value("must be a finite number", "write it in digits");
        return in_range(number, [&] { *target = number; });
    }
    Status operator()(std::uint32_t* target) const {
        if (m_node.kind != Node::Kind::Integer) return wrong_type("a whole number, without quotes");
        return in_range(static_cast<double>(m_node.integer),
                        [&] { *target = static_cast<std::uint32_t>(m_node.integer); });
    }
    Status operator()(std::uint64_t* target) const {
        if (m_node.kind == Node::Kind::Integer)
            return in_range(static_cast<double>(m_node.integer),
                            [&] { *target = static_cast<std::uint64_t>(m_node.integer); });
        const auto octets =
            m_node.kind == Node::Kind::Text ? parse_octets(m_node.text) : std::nullopt;
        if (!octets) return wrong_type("a size such as \"64MiB\" (B, KiB, MiB, GiB)");
        return in_range(static_cast<double>(*octets), [&] { *target = *octets; });
    }
    Status operator()(std::string* target) const {
        if (m_node.kind != Node::Kind::Text) return wrong_type("text in double quotes");
        if (auto fine = check_text(m_node); !fine) return fine;
        *target = m_node.text;
        return {};
    }
    Status operator()(std::vector<std::string>* target) const {
        std::vector<std::string> texts;
        if (auto fine = each_text(texts); !fine) return fine;
        *target = std::move(texts);
        return {};
    }
    Status operator()(std::map<std::string, std::string>* target) const {
        if (m_node.kind != Node::Kind::Table)
            return wrong_type("a table of texts: { name = \"value\" }");
        std::map<std::string, std::string> texts;
        for (const auto& [name, member] : m_node.members) {
            if (member.kind != Node::Kind::Text)
                return Reading(m_field, member, m_context).wrong_type("text in double quotes");
            texts[name] = member.text;
        }
        *target = std::move(texts);
        return {};
    }
    Status operator()(std::chrono::milliseconds* target) const {
        const auto duration =
            m_node.kind == Node::Kind::Text ? parse_duration(m_node.text) : std::nullopt;
        if (!duration) return wrong_type("a duration in quotes such as \"30s\" (ms, s, m, h, d)");
        return in_range(static_cast<double>(duration->count()), [&] { *target = *duration; });
    }
    Status operator()(std::chrono::seconds* target) const {
        std::chrono::milliseconds duration{0};
        if (auto fine = (*this)(&duration); !fine) return fine;
        *target = std::chrono::duration_cast<std::chrono::seconds>(duration);
        return {};
    }
    Status operator()(std::filesystem::path* target) const {
        if (m_node.kind != Node::Kind::Text) return wrong_type("a path in double quotes");
        if (auto fine = check_text(m_node); !fine) return fine;
        *target = absolute(m_node.text);
        return {};
    }
    Status operator()(std::vector<std::filesystem::path>* target) const {
        std::vector<std::string> texts;
        if (auto fine = each_text(texts); !fine) return fine;
        target->clear();
        for (const std::string& text : texts)
            target->push_back(absolute(text));
        return {};
    }
    Status operator()(SecretRef* target) const {
        if (m_node.kind != Node::Kind::Text)
            return wrong_type(
                "a reference to a secret in quotes: \"file:…\", \"env:…\" or \"credential:…\"");
        if (m_node.text.empty()) {
            *target = {};
            return {};
        }
        auto reference = parse_secret_ref(m_node.text, m_context.base);
        if (!reference) return std::move(reference).error().at(m_node.place).during(m_field.key);
        *target = *std::move(reference);
        return {};
    }
    Status operator()(Endpoint* target) const {
        const auto endpoint =
            m_node.kind == Node::Kind::Text ? parse_endpoint(m_node.text) : std::nullopt;
        if (!endpoint)
            return wrong_type(
                "an address and port in quotes such as \"0.0.0.0:4080\" or \"[::]:4080\"");
        *target = *endpoint;
        return {};
    }
    Status operator()(HttpListener* target) const {
        if (m_node.kind == Node::Kind::Text && (m_node.text.empty() || m_node.text == "off")) {
            *target = {};
            return {};
        }
        if (auto fine = (*this)(&target->listen); !fine) return fine;
        target->enabled = true;
        return {};
    }
    Status operator()(MdnMode* target) const {
        return choose(target,
                      {{"none", MdnMode::None},
                       {"unsigned", MdnMode::Unsigned},
                       {"signed", MdnMode::Signed}});
    }
    Status operator()(AckPolicy* target) const {
        return choose(target,
                      {{"never", AckPolicy::Never},
                       {"always", AckPolicy::Always},
                       {"on-faults", AckPolicy::OnFaults}});
    }

private:
    template <typename E>
    Status choose(E* target, const std::vector<std::pair<std::string, E>>& values) const {
        if (m_node.kind != Node::Kind::Text) return wrong_type("text in double quotes");
        if (auto fine = check_text(m_node); !fine) return fine;
        for (const auto& [word, choice] : values)
            if (word == m_node.text) *target = choice;
        return {};
    }
    template <typename F>
    Status in_range(double number, F&& store) const {
        const bool bounded = m_field.least != 0 || m_field.most != 0;
        if (bounded && (number < m_field.least || number > m_field.most))
            return Error("config.range",
                         Blame::Operator,
                         m_field.key + " must be " + range_text(m_field))
                .at(m_node.place)
                .remedy("give a value in that range, or leave the line out for " +
                        m_field.standard);
        store();
        return {};
    }
    Status each_text(std::vector<std::string>& texts) const {
        if (m_node.kind != Node::Kind::List) return wrong_type("a list: [\"…\", \"…\"]");
        if (m_node.items.empty() && !m_field.may_be_empty)
            return value("must not be empty", "name at least one");
        for (const Node& item : m_node.items) {
            if (item.kind != Node::Kind::Text)
                return Reading(m_field, item, m_context)
                    .wrong_type("text in double quotes in the list");
            if (auto fine = check_text(item); !fine) return fine;
            texts.push_back(item.text);
        }
        return {};
    }
    Status check_text(const Node& node) const {
        const auto bad = [&](const std::string& what, const std::string& remedy) {
            return Error("config.value", Blame::Operator, m_field.key + " " + what)
                .at(node.place)
                .remedy(remedy);
        };
        if (node.text.empty() && !m_field.may_be_empty)
            return bad("must not be empty", "give a value");
        if (node.text.find('\0') != std::string::npos) return bad("has a NUL in it", "remove it");
        if (m_field.choices.empty() ||
            std::find(m_field.choices.begin(), m_field.choices.end(), node.text) !=
                m_field.choices.end())
            return {};
        const std::string near = near_match(node.text, m_field.choices);
        return bad("cannot be " + toml_text(node.text),
                   (near.empty() ? "" : "did you mean " + toml_text(near) + "? ") +
                       std::string("choose from ") + joined(m_field.choices));
    }
    Error wrong_type(const std::string& wanted) const {
        const std::string got = m_node.kind == Node::Kind::Text
                                    ? toml_text(m_node.text)
                                    : std::string(to_string(m_node.kind));
        // A secret's own text must never be repeated, whatever type stands there.
        const bool secret = std::holds_alternative<SecretRef*>(m_field.target);
        return Error("config.type",
                     Blame::Operator,
                     m_field.key + (secret ? " has the wrong type" : " is " + got))
            .at(m_node.place)
            .remedy("write " + wanted);
    }
    Error value(const std::string& what, const std::string& remedy) const {
        return Error("config.value", Blame::Operator, m_field.key + " " + what)
            .at(m_node.place)
            .remedy(remedy);
    }
    std::filesystem::path absolute(const std::string& text) const {
        if (text.empty()) return {};
        return (m_context.base / text).lexically_normal();
    }

    const Field& m_field;
    const Node& m_node;
    const FieldContext& m_context;
};

std::string show_list(const std::vector<std::string>& texts) {
    return "[" + joined(texts) + "]";
}

std::string show_endpoint(const Endpoint& endpoint) {
    const bool v6 = endpoint.host.find(':') != std::string::npos;
    return toml_text((v6 ? "[" + endpoint.host + "]" : endpoint.host) + ":" +
                     std::to_string(endpoint.port));
}

std::string show_map(const std::map<std::string, std::string>& texts) {
    std::string text;
    for (const auto& [name, value] : texts)
        text += (text.empty() ? " " : ", ") + name + " = " + toml_text(value);
    return text.empty() ? "{}" : "{" + text + " }";
}

std::string_view word(MdnMode mode) {
    switch (mode) {
        case MdnMode::None:
            return "none";
        case MdnMode::Unsigned:
            return "unsigned";
        case MdnMode::Signed:
            return "signed";
    }
    return "";
}

std::string_view word(AckPolicy policy) {
    switch (policy) {
        case AckPolicy::Never:
            return "never";
        case AckPolicy::Always:
            return "always";
        case AckPolicy::OnFaults:
            return "on-faults";
    }
    return "";
}

}  // namespace

std::string type_name(const Field& field) {
    return std::visit(
        Overloaded{[](bool*) { return "boolean"; },
                   [](char*) { return "character"; },
                   [](double*) { return "number"; },
                   [](std::uint32_t*) { return "integer"; },
                   [&](std::uint64_t*) { return field.octets ? "size" : "integer"; },
                   [](std::string*) { return "text"; },
                   [](std::vector<std::string>*) { return "list of texts"; },
                   [](std::map<std::string, std::string>*) { return "table of texts"; },
                   [](std::chrono::milliseconds*) { return "duration"; },
                   [](std::chrono::seconds*) { return "duration"; },
                   [](std::filesystem::path*) { return "path"; },
                   [](std::vector<std::filesystem::path>*) { return "list of paths"; },
                   [](SecretRef*) { return "secret reference"; },
                   [](Endpoint*) { return "address:port"; },
                   [](HttpListener*) { return "address:port or \"off\""; },
                   [](MdnMode*) { return "text"; },
                   [](AckPolicy*) { return "text"; }},
        field.target);
}

std::string range_text(const Field& field) {
    if (!field.choices.empty()) return "one of " + joined(field.choices);
    if (field.least == 0 && field.most == 0) return {};
    const auto show = [&](double number) {
        const auto whole = static_cast<std::int64_t>(number);
        if (std::holds_alternative<std::chrono::milliseconds*>(field.target) ||
            std::holds_alternative<std::chrono::seconds*>(field.target))
            return show_duration(std::chrono::milliseconds(whole));
        if (field.octets) return show_octets(static_cast<std::uint64_t>(whole));
        return show_number(number);
    };
    return show(field.least) + " to " + show(field.most);
}

Status read_field(const Field& field, const Node& node, const FieldContext& context) {
    return std::visit(Reading(field, node, context), field.target);
}

std::string show_field(const Field& field) {
    return std::visit(
        Overloaded{
            [](const bool* value) -> std::string { return *value ? "true" : "false"; },
            [](const char* value) { return toml_text(std::string_view(value, 1)); },
            [](const double* value) { return show_number(*value); },
            [](const std::uint32_t* value) { return std::to_string(*value); },
            [&](const std::uint64_t* value) {
                return field.octets ? toml_text(show_octets(*value)) : std::to_string(*value);
            },
            [](const std::string* value) { return toml_text(*value); },
            [](const std::vector<std::string>* value) { return show_list(*value); },
            [](const std::map<std::string, std::string>* value) { return show_map(*value); },
            [](const std::chrono::milliseconds* value) { return toml_text(show_duration(*value)); },
            [](const std::chrono::seconds* value) { return toml_text(show_duration(*value)); },
            [](const std::filesystem::path* value) { return toml_text(value->string()); },
            [](const std::vector<std::filesystem::path>* value) {
                std::vector<std::string> texts;
                for (const auto& path : *value)
                    texts.push_back(path.string());
                return show_list(texts);
            },
            [](const SecretRef* value) { return toml_text(value->text()); },
            [](const Endpoint* value) { return show_endpoint(*value); },
            [](const HttpListener* value) {
                return value->enabled ? show_endpoint(value->listen) : toml_text("off");
            },
            [](const MdnMode* value) { return toml_text(word(*value)); },
            [](const AckPolicy* value) { return toml_text(word(*value)); }},
        field.target);
}

}  // namespace sallyport::config

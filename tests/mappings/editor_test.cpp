// SPDX-License-Identifier: Apache-2.0
// The TextMate grammar, by a small tokeniser of what it uses: `match` on a line, `begin`/`end` over lines, first match wins
// at the earliest place, captures.
#include "map_fixture.h"

#include "gateway/base/file.h"
#include "mappings/language_help.h"

#include <gtest/gtest.h>

#include <optional>
#include <regex>
#include <sstream>

namespace sallyport::mapping {
namespace {

using Json = nlohmann::ordered_json;

struct Token {
    std::string text, scope;
};

class Tokeniser {
public:
    explicit Tokeniser(const Json& grammar) {
        for (const Json& include : grammar["patterns"]) {
            const std::string name = include["include"].get<std::string>().substr(1);
            if (!grammar["repository"].contains(name)) {
                ADD_FAILURE() << "no rule " << name;
                continue;
            }
            const Json& rule = grammar["repository"][name];
            m_rules.push_back({rule, std::regex(rule.value("match", rule.value("begin", "")))});
        }
    }

    std::vector<Token> line(const std::string& line) {
        std::vector<Token> out;
        std::size_t at = 0;
        if (m_until) {
            std::smatch end;
            if (!std::regex_search(line, end, *m_until)) return {{line, m_scope}};
            at = static_cast<std::size_t>(end.position() + end.length());
            out.push_back({line.substr(0, at), m_scope});
            m_until.reset();
        }
        while (at < line.size()) {
            const Rule* best = nullptr;
            std::smatch found;
            const auto flags = at == 0 ? std::regex_constants::match_default
                                       : std::regex_constants::match_not_bol |
                                             std::regex_constants::match_prev_avail;
            for (const Rule& rule : m_rules) {
                std::smatch one;
                const auto from = line.begin() + static_cast<std::ptrdiff_t>(at);
                if (std::regex_search(from, line.end(), one, rule.regex, flags) &&
                    one.length() > 0 && (best == nullptr || one.position() < found.position())) {
                    best = &rule;
                    found = one;
                }
            }
            if (best == nullptr) break;
            const std::size_t begin = at + static_cast<std::size_t>(found.position());
            take(*best, found, line, begin, out);
            at = begin + static_cast<std::size_t>(found.length());
            if (m_until) return out;
        }
        return out;
    }

private:
    struct Rule {
        Json json;
        std::regex regex;
    };
    void take(const Rule& rule,
              const std::smatch& found,
              const std::string& line,
              std::size_t begin,
              std::vector<Token>& out) {
        if (rule.json.contains("begin")) {
            m_until = std::regex(rule.json["end"].get<std::string>());
            m_scope = rule.json["name"];
            out.push_back({line.substr(begin), m_scope});
        } else if (rule.json.contains("captures")) {
            for (const auto& [number, capture] : rule.json["captures"].items())
                out.push_back({found[std::stoul(number)].str(), capture["name"]});
        } else {
            out.push_back({found.str(), rule.json["name"]});
        }
    }

    std::vector<Rule> m_rules;
    std::optional<std::regex> m_until;
    std::string m_scope;
};

Json grammar() {
    const Result<Bytes> text =
        read_file(std::filesystem::path(SALLYPORT_SOURCE_DIR) / "mappings" / "editor" / "syntaxes" /
                      "sallyport-map.tmLanguage.json",
                  1U << 20);
    return Json::parse(text ? std::string(*text) : std::string(), nullptr, false);
}

std::string scope_of(const std::vector<Token>& tokens, const std::string& text) {
    for (const Token& one : tokens)
        if (one.text == text) return one.scope;
    return "(none)";
}

TEST(MapGrammar, ScopesTheParts) {
    Tokeniser tokeniser(grammar());
    const auto tokens = tokeniser.line("  each SAC <-> adjustments { use x } # why \"not\"");
    EXPECT_EQ(scope_of(tokens, "each"), "keyword.control.sallyport-map");
    EXPECT_EQ(scope_of(tokens, "SAC"), "entity.name.tag.place.sallyport-map");
    EXPECT_EQ(scope_of(tokens, "<->"), "keyword.operator.arrow.sallyport-map");
    EXPECT_EQ(scope_of(tokens, "adjustments"), "variable.other.field.sallyport-map");
    EXPECT_EQ(scope_of(tokens, "# why \"not\""), "comment.line.number-sign.sallyport-map");
    const auto rule =
        tokeniser.line("REF[DP].02 | split \"-\" <-> (number, refs[x]) default \"a\"");
    EXPECT_EQ(scope_of(rule, "[DP]"), "constant.other.selector.sallyport-map");
    EXPECT_EQ(scope_of(rule, "split"), "support.function.lens.sallyport-map");
    EXPECT_EQ(scope_of(rule, "\"-\""), "string.quoted.double.sallyport-map");
    EXPECT_EQ(scope_of(rule, "default"), "keyword.other.sallyport-map");
    EXPECT_EQ(scope_of(tokeniser.line("test"), "test"), "keyword.control.sallyport-map");
}

TEST(MapGrammar, KnowsEveryWordOfTheLanguage) {
    Tokeniser tokeniser(grammar());
    for (const Keyword& one : keywords()) {
        const std::string word(one.word);
        const std::string scope =
            scope_of(tokeniser.line(one.statement ? word + " x" : "PO1.01 x " + word + " y"), word);
        EXPECT_TRUE(scope.starts_with("keyword.")) << word << ": " << scope;
    }
}

TEST(MapGrammar, LeavesNoWordOfTheShippedMapsWithoutAScope) {
    Tokeniser tokeniser(grammar());
    const auto folder = std::filesystem::path(SALLYPORT_SOURCE_DIR) / "mappings" / "shipped";
    for (const char* name : {"acme-850.map", "x12-850-base.map", "x12-856-base.map"}) {
        const Result<Bytes> text = read_file(folder / name, 1U << 20);
        ASSERT_TRUE(text);
        std::istringstream lines(*text);
        unsigned number = 0;
        for (std::string line; std::getline(lines, line);) {
            ++number;
            std::string covered;
            for (const Token& token : tokeniser.line(line))
                covered += token.text;
            for (const char c : line) {
                if (std::isalnum(static_cast<unsigned char>(c)) == 0) continue;
                EXPECT_NE(covered.find(c), std::string::npos)
                    << name << ":" << number << " " << c << "\n"
                    << line;
            }
        }
    }
}

}  // namespace
}  // namespace sallyport::mapping

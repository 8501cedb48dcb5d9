// SPDX-License-Identifier: Apache-2.0
// The language server, spoken to as an editor does: framed JSON-RPC over streams, and message by message.
#include "mappings/language_server.h"

#include "map_fixture.h"

#include "gateway/base/file.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

namespace sallyport::mapping {
namespace {

using Json = nlohmann::ordered_json;

const char* const Uri = "file:///nowhere/acme.map";
const char* const Overlay =
    "map acme version 1\n"                                                     // 0
    "extends \"x12-850-base.map\"\n"                                           // 1
    "replace BEG.03 with BEG.03 | split \"-\" <-> (number, refs[location])\n"  // 2
    "in each PO1 {\n"                                                          // 3
    "  CTP[RES].03 <-> retail_price\n"                                         // 4
    "  \n"                                                                     // 5
    "}\n";

class Editor {
public:
    Editor() : m_server(schemas(), {std::filesystem::path(SALLYPORT_SOURCE_DIR) / "mappings"}) {}

    Json open(const std::string& text, const std::string& uri = Uri) {
        return last(
            m_server.handle({{"jsonrpc", "2.0"},
                             {"method", "textDocument/didOpen"},
                             {"params", {{"textDocument", {{"uri", uri}, {"text", text}}}}}}));
    }
    Json change(const std::string& text) {
        return last(m_server.handle({{"jsonrpc", "2.0"},
                                     {"method", "textDocument/didChange"},
                                     {"params",
                                      {{"textDocument", {{"uri", Uri}}},
                                       {"contentChanges", Json::array({{{"text", text}}})}}}}));
    }
    Json ask(const char* what, int line, int character) {
        return last(m_server.handle(
            {{"jsonrpc", "2.0"},
             {"id", ++m_id},
             {"method", std::string("textDocument/") + what},
             {"params",
              {{"textDocument", {{"uri", Uri}}},
               {"position", {{"line", line}, {"character", character}}}}}}))["result"];
    }
    std::vector<std::string> labels(int line, int character) {
        std::vector<std::string> out;
        const Json answer = ask("completion", line, character);
        if (answer.is_null()) return out;
        for (const Json& item : answer["items"])
            out.push_back(item["label"]);
        return out;
    }

private:
    static Json last(std::vector<Json> all) { return all.empty() ? Json() : all.back(); }
    LanguageServer m_server;
    int m_id = 0;
};

bool has(const std::vector<std::string>& list, const char* word) {
    return std::find(list.begin(), list.end(), word) != list.end();
}

std::string framed(const Json& message) {
    const std::string body = message.dump();
    return "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

TEST(MapLsp, SpeaksTheProtocolFromInitializeToExit) {
    std::stringstream in, out;
    in << framed({{"jsonrpc", "2.0"}, {"id", 1}, {"method", "initialize"}, {"params", Json()}})
       << framed({{"jsonrpc", "2.0"}, {"method", "initialized"}, {"params", Json::object()}})
       << framed({{"jsonrpc", "2.0"},
                  {"method", "textDocument/didOpen"},
                  {"params", {{"textDocument", {{"uri", Uri}, {"text", Overlay}}}}}})
       << framed({{"jsonrpc", "2.0"}, {"id", 2}, {"method", "workspace/symbol"}})
       << framed({{"jsonrpc", "2.0"}, {"id", 3}, {"method", "shutdown"}})
       << framed({{"jsonrpc", "2.0"}, {"method", "exit"}});
    LanguageServer server(schemas(), {std::filesystem::path(SALLYPORT_SOURCE_DIR) / "mappings"});
    EXPECT_EQ(server.serve(in, out), 0);
    std::vector<Json> answers;
    for (std::string header; std::getline(out, header);) {
        ASSERT_TRUE(header.starts_with("Content-Length: ")) << header;
        std::string empty, body(std::stoul(header.substr(16)), '\0');
        std::getline(out, empty);
        out.read(body.data(), static_cast<std::streamsize>(body.size()));
        answers.push_back(Json::parse(body));
    }
    ASSERT_EQ(answers.size(), 4U);
    EXPECT_TRUE(answers[0]["result"]["capabilities"]["hoverProvider"].get<bool>());
    EXPECT_EQ(answers[1]["method"], "textDocument/publishDiagnostics");
    EXPECT_EQ(answers[2]["error"]["code"], -32601);
    EXPECT_EQ(answers[3]["id"], 3);
}
TEST(MapLsp, EndsWithAFaultWhenTheStreamBreaksOff) {
    std::stringstream in("Content-Length: 400\r\n\r\n{\"jsonrpc\""), out;
    LanguageServer server(schemas(), {});
    EXPECT_EQ(server.serve(in, out), 1);
}

// What is an error or a warning; notes (of the base this map extends) are not.
std::vector<Json> faults(const Json& answer) {
    std::vector<Json> found;
    for (const Json& one : answer["params"]["diagnostics"])
        if (one["severity"].get<int>() < 3) found.push_back(one);
    return found;
}

TEST(MapLsp, MarksAMistakeWhileItIsTyped) {
    Editor editor;
    EXPECT_TRUE(faults(editor.open(Overlay)).empty());
    std::string wrong = Overlay;
    wrong.replace(wrong.find("retail_price"), 12, "retail_prise");
    const Json list = editor.change(wrong)["params"]["diagnostics"];
    ASSERT_EQ(list.size(), 1U) << list;
    EXPECT_EQ(list[0]["code"], "MAP210");
    EXPECT_EQ(list[0]["range"]["start"]["line"], 4);
    EXPECT_EQ(list[0]["range"]["start"]["character"], 18);
    EXPECT_NE(list[0]["message"].get<std::string>().find("did you mean retail_price?"),
              std::string::npos);
    EXPECT_TRUE(faults(editor.change(Overlay)).empty());
}
TEST(MapLsp, CountsColumnsAsTheProtocolDoes) {
    Editor editor;
    const Json list = editor.open(
        "x12 004010 850 <-> order\nBEG.03 <-> number\n"
        "BEG.04 <- \"\xC3\xA4\xF0\x9F\x98\x80\" ; BEG.99 <-> release\n")["params"]["diagnostics"];
    ASSERT_FALSE(list.empty());
    EXPECT_EQ(list[0]["code"], "MAP203");
    EXPECT_EQ(list[0]["range"]["start"]["character"], 22) << "one unit and two, not two and four";
}
TEST(MapLsp, HoverNamesElementFieldAndClass) {
    Editor editor;
    editor.open(Overlay);
    const std::string rule = editor.ask("hover", 4, 4)["contents"]["value"];
    EXPECT_NE(rule.find("exact"), std::string::npos) << rule;
    EXPECT_NE(rule.find("element 212"), std::string::npos) << rule;
    EXPECT_NE(rule.find("`lines[].retail_price` decimal"), std::string::npos) << rule;
    const std::string lens = editor.ask("hover", 2, 32)["contents"]["value"];
    EXPECT_NE(lens.find("split"), std::string::npos) << lens;
}
TEST(MapLsp, CompletesFieldsSegmentsCodesLensesAndTables) {
    Editor editor;
    std::string text = Overlay;
    const auto typed = [&](const std::string& line) {
        std::string now = text;
        now.replace(now.find("\n  \n") + 1, 2, line);
        editor.open(now);
        return editor.labels(5, static_cast<int>(line.size()));
    };
    EXPECT_TRUE(has(typed("  PO1.09 <-> "), "quantity"));
    EXPECT_FALSE(has(typed("  PO1.09 <-> "), "bill_to")) << "that is a field of the order";
    EXPECT_TRUE(has(typed("  PO1.09 <-> item."), "upc"));
    EXPECT_TRUE(has(typed("  "), "CTP"));
    EXPECT_FALSE(has(typed("  "), "BEG")) << "BEG does not stand in PO1";
    EXPECT_TRUE(has(typed("  "), "each"));
    EXPECT_TRUE(has(typed("  PO1."), "id"));
    EXPECT_TRUE(has(typed("  CTP["), "RES"));
    EXPECT_TRUE(has(typed("  PO1.03 | "), "split"));
    EXPECT_TRUE(has(typed("  PO1.03 | table "), "uom"));
    EXPECT_TRUE(has(typed("  use "), "x12_party"));
}
TEST(MapLsp, GoesToTheRuleOfTheBaseAndToAFragment) {
    Editor editor;
    editor.open(Overlay);
    const Json rule = editor.ask("definition", 2, 10);
    ASSERT_FALSE(rule.is_null());
    EXPECT_TRUE(rule["uri"].get<std::string>().ends_with("/mappings/shipped/x12-850-base.map"))
        << rule;
    const Result<Bytes> base = read_file(
        std::filesystem::path(SALLYPORT_SOURCE_DIR) / "mappings" / "shipped" / "x12-850-base.map",
        1U << 20);
    ASSERT_TRUE(base);
    std::istringstream lines(*base);
    std::string line;
    for (int i = 0; i <= rule["range"]["start"]["line"].get<int>(); ++i)
        std::getline(lines, line);
    EXPECT_TRUE(line.starts_with("BEG.03")) << line;
    EXPECT_TRUE(
        editor.ask("definition", 3, 11)["uri"].get<std::string>().ends_with("x12-850-base.map"));
    EXPECT_TRUE(editor.ask("definition", 4, 20).is_null());
}
TEST(MapLsp, FormatsTheWholeDocument) {
    Editor editor;
    editor.open("x12 004010 850 <-> order\nBEG.03   <-> number\nBEG.05 <-> date\n");
    const Json edits = editor.ask("formatting", 0, 0);
    ASSERT_EQ(edits.size(), 1U);
    EXPECT_EQ(edits[0]["newText"],
              "x12 004010 850 <-> order\nBEG.03 <-> number\nBEG.05 <-> date\n");
}

TEST(MapLsp, SurvivesMembersOfTheWrongKind) {
    LanguageServer server(schemas(), {std::filesystem::path(SALLYPORT_SOURCE_DIR) / "mappings"});
    const Json document{{"uri", Uri}, {"text", Overlay}};
    (void)server.handle(
        {{"method", "textDocument/didOpen"}, {"params", {{"textDocument", document}}}});
    (void)server.handle({{"method", 5}});
    (void)server.handle({{"method", "textDocument/didOpen"}, {"params", {{"textDocument", 5}}}});
    (void)server.handle(
        {{"method", "textDocument/didChange"},
         {"params",
          {{"textDocument", document}, {"contentChanges", Json::array({Json{{"text", 5}}})}}}});
    const auto answer = server.handle(
        {{"id", 1},
         {"method", "textDocument/hover"},
         {"params",
          {{"textDocument", document}, {"position", {{"line", "a"}, {"character", -5}}}}}});
    ASSERT_EQ(answer.size(), 1U);
    EXPECT_EQ(answer[0]["id"], 1);
}

TEST(MapLsp, GoesToTheFileThatIsNamedAndShowsTheRuleThatIsReplaced) {
    Editor editor;
    (void)editor.open(Overlay);
    const Json base = editor.ask("definition", 1, 15);
    ASSERT_FALSE(base.is_null());
    EXPECT_TRUE(base["uri"].get<std::string>().ends_with("/x12-850-base.map")) << base;
    const Json hover = editor.ask("hover", 2, 10);
    ASSERT_FALSE(hover.is_null());
    EXPECT_NE(hover["contents"]["value"].get<std::string>().find("in x12-850-base.map:"),
              std::string::npos)
        << hover;
}

}  // namespace
}  // namespace sallyport::mapping

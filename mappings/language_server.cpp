// SPDX-License-Identifier: Apache-2.0
#include "mappings/language_server.h"

#include "mappings/language_help.h"
#include "mappings/review.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <istream>
#include <ostream>

namespace sallyport::mapping {

using Json = nlohmann::ordered_json;

namespace {

constexpr std::size_t MaxMessageBytes = std::size_t{16} << 20;
constexpr int MethodNotFound = -32601;
constexpr int ParseError = -32700;

// Positions of the protocol count UTF-16 code units.
std::size_t units_of(unsigned char lead) {
    return (lead & 0xC0U) == 0x80U ? 0 : lead >= 0xF0U ? 2 : 1;
}

std::size_t line_start(std::string_view text, std::size_t line) {
    std::size_t at = 0;
    for (; line > 0 && at < text.size(); --line) {
        const std::size_t end = text.find('\n', at);
        if (end == std::string_view::npos) return text.size();
        at = end + 1;
    }
    return at;
}

// Members as what they should be, whatever the other side sent: a server that dies takes every diagnostic with it.
Json member(const Json& of, const char* name) {
    const auto found = of.is_object() ? of.find(name) : of.end();
    return of.is_object() && found != of.end() ? *found : Json();
}

std::string text_of(const Json& of, const char* name) {
    const Json found = member(of, name);
    return found.is_string() ? found.get<std::string>() : std::string();
}

std::size_t count_of(const Json& of, const char* name) {
    const Json found = member(of, name);
    return found.is_number_integer() && found.get<std::int64_t>() >= 0 ? found.get<std::size_t>()
                                                                       : 0;
}

std::size_t offset_of(std::string_view text, const Json& position) {
    std::size_t at = line_start(text, count_of(position, "line"));
    std::size_t left = count_of(position, "character");
    while (left > 0 && at < text.size() && text[at] != '\n') {
        const std::size_t units = units_of(static_cast<unsigned char>(text[at]));
        left -= std::min(left, units);
        ++at;
        while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U)
            ++at;
    }
    return at;
}

Json position_of(std::string_view text, std::size_t offset) {
    offset = std::min(offset, text.size());
    const auto line =
        std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(offset), '\n');
    const std::size_t start = offset == 0 ? 0 : text.rfind('\n', offset - 1) + 1;
    std::size_t units = 0;
    for (std::size_t i = start; i < offset; ++i)
        units += units_of(static_cast<unsigned char>(text[i]));
    return Json{{"line", line}, {"character", units}};
}

Json range_of(std::string_view text, std::size_t begin, std::size_t end) {
    return Json{{"start", position_of(text, begin)}, {"end", position_of(text, end)}};
}

std::string percent_decoded(std::string_view text) {
    const auto digit = [](char c) {
        return c >= '0' && c <= '9'   ? c - '0'
               : c >= 'a' && c <= 'f' ? c - 'a' + 10
               : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                      : -1;
    };
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 &&
            digit(text[i + 2]) >= 0) {
            out += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

std::string percent_encoded(std::string_view path) {
    std::string out;
    for (const char c : path) {
        const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                           (c >= 'A' && c <= 'Z') ||
                           std::string_view("/-._~").find(c) != std::string_view::npos;
        if (plain) {
            out += c;
            continue;
        }
        out += '%';
        for (const unsigned shift : {4U, 0U})
            out += "0123456789ABCDEF"[(static_cast<unsigned char>(c) >> shift) & 0xFU];
    }
    return out;
}

std::filesystem::path path_of(const std::string& uri) {
    constexpr std::string_view Scheme = "file://";
    return uri.starts_with(Scheme) ? percent_decoded(uri.substr(Scheme.size())) : uri;
}

std::string file_of(const std::string& uri) {
    return path_of(uri).filename().string();
}

// LSP CompletionItemKind.
int kind_number(Completion::Kind kind) {
    switch (kind) {
        case Completion::Kind::Keyword:
            return 14;
        case Completion::Kind::Segment:
            return 7;
        case Completion::Kind::Field:
            return 5;
        case Completion::Kind::Code:
            return 12;
        case Completion::Kind::Lens:
            return 3;
        case Completion::Kind::Table:
            return 13;
        case Completion::Kind::Fragment:
            return 9;
    }
    return 1;
}

Json capabilities() {
    return Json{{"capabilities",
                 {{"textDocumentSync", 1},
                  {"hoverProvider", true},
                  {"definitionProvider", true},
                  {"documentFormattingProvider", true},
                  {"completionProvider", {{"triggerCharacters", {".", "[", "|", " "}}}}}},
                {"serverInfo", {{"name", "sallyport map lsp"}}}};
}

Json answered(const Json& id, Json result) {
    return Json{{"jsonrpc", "2.0"}, {"id", id}, {"result", std::move(result)}};
}

Json refused(const Json& id, int code, const std::string& why) {
    return Json{{"jsonrpc", "2.0"}, {"id", id}, {"error", {{"code", code}, {"message", why}}}};
}

}  // namespace

// Open documents before files, so that a base that is being edited is seen as it stands in the editor.
ToolContext LanguageServer::context(const std::string& uri) const {
    std::vector<std::filesystem::path> directories = {path_of(uri).parent_path()};
    directories.insert(directories.end(), m_directories.begin(), m_directories.end());
    std::map<std::string, std::string> open;
    for (const auto& [other, text] : m_open)
        if (path_of(other).parent_path() == path_of(uri).parent_path()) open[file_of(other)] = text;
    return {&m_schemas,
            [open = std::move(open), below = search_path(std::move(directories))](
                std::string_view name) -> Result<std::string> {
                const auto found = open.find(std::string(name));
                if (found != open.end()) return found->second;
                return below(name);
            }};
}

std::string LanguageServer::location_uri(const std::string& uri, const std::string& file) const {
    if (file == file_of(uri)) return uri;
    std::vector<std::filesystem::path> directories = {path_of(uri).parent_path()};
    directories.insert(directories.end(), m_directories.begin(), m_directories.end());
    for (const std::filesystem::path& directory : directories)
        for (const char* sub : {"", "maps", "shipped", "tables"}) {
            std::error_code ignored;
            const std::filesystem::path path = directory / sub / file;
            if (std::filesystem::is_regular_file(path, ignored))
                return "file://" +
                       percent_encoded(
                           std::filesystem::absolute(path, ignored).lexically_normal().string());
        }
    return uri;
}

Json LanguageServer::diagnostics(const std::string& uri) const {
    const std::string& text = m_open.at(uri);
    const MapLoad loaded = load_map(file_of(uri), context(uri).texts, m_schemas);
    // A file of fragments has no header; that is its nature.
    const bool part = !is_map(text);
    Json list = Json::array();
    for (const Diagnostic& one : loaded.diagnostics) {
        if (part && (one.code == "MAP004" || one.code == "MAP124")) continue;
        const bool here = one.span.file == 0;
        std::string message = one.message + (one.help.empty() ? "" : "\n" + one.help);
        if (!here && one.span.file < loaded.sources.files.size())
            message = loaded.sources.where(one.span) + ": " + message;
        list.push_back(Json{{"range",
                             here ? range_of(text, one.span.begin, one.span.end)
                                  : range_of(text, 0, std::min(text.find('\n'), text.size()))},
                            {"severity",
                             one.severity == Severity::Error     ? 1
                             : one.severity == Severity::Warning ? 2
                                                                 : 3},
                            {"code", one.code},
                            {"source", "sallyport"},
                            {"message", std::move(message)}});
    }
    return Json{{"jsonrpc", "2.0"},
                {"method", "textDocument/publishDiagnostics"},
                {"params", {{"uri", uri}, {"diagnostics", std::move(list)}}}};
}

void LanguageServer::notify(const std::string& method, const Json& params, std::vector<Json>& out) {
    if (method == "exit") {
        m_done = true;
        return;
    }
    const Json document = member(params, "textDocument");
    const std::string uri = text_of(document, "uri");
    if (uri.empty()) return;
    if (method == "textDocument/didClose") {
        m_open.erase(uri);
        out.push_back(Json{{"jsonrpc", "2.0"},
                           {"method", "textDocument/publishDiagnostics"},
                           {"params", {{"uri", uri}, {"diagnostics", Json::array()}}}});
        return;
    }
    if (method == "textDocument/didOpen") {
        m_open[uri] = text_of(document, "text");
    } else if (method == "textDocument/didChange") {
        const Json changes = member(params, "contentChanges");
        if (!changes.is_array() || changes.empty() || !m_open.contains(uri)) return;
        if (!member(changes.back(), "text").is_string()) return;
        m_open[uri] = text_of(changes.back(), "text");
    } else {
        return;
    }
    // An edit of a base speaks in every overlay that is open.
    for (const auto& [other, text] : m_open)
        out.push_back(diagnostics(other));
}

Json LanguageServer::answer(const std::string& method, const Json& params) {
    const std::string uri = text_of(member(params, "textDocument"), "uri");
    const auto open = m_open.find(uri);
    if (open == m_open.end()) return nullptr;
    const std::string& text = open->second;
    if (method == "textDocument/formatting") {
        const std::string laid_out = format_map(text);
        if (laid_out == text) return Json::array();
        return Json::array(
            {Json{{"range", range_of(text, 0, text.size())}, {"newText", laid_out}}});
    }
    const ToolContext here = context(uri);
    const std::string file = file_of(uri);
    const EditorPlace place{here, file, text, offset_of(text, member(params, "position"))};
    if (method == "textDocument/hover") {
        const std::string said = hover(place);
        if (said.empty()) return nullptr;
        return Json{{"contents", {{"kind", "markdown"}, {"value", said}}}};
    }
    if (method == "textDocument/completion") {
        Json items = Json::array();
        for (const Completion& one : complete(place))
            items.push_back(Json{
                {"label", one.label}, {"kind", kind_number(one.kind)}, {"detail", one.detail}});
        return Json{{"isIncomplete", false}, {"items", std::move(items)}};
    }
    const std::optional<Definition> found = definition(place);
    if (!found) return nullptr;
    const auto position = [](const LineColumn& at) {
        return Json{{"line", at.line - 1}, {"character", at.column - 1}};
    };
    return Json{{"uri", location_uri(uri, found->file)},
                {"range", {{"start", position(found->begin)}, {"end", position(found->end)}}}};
}

std::vector<Json> LanguageServer::handle(const Json& message) {
    std::vector<Json> out;
    if (!message.is_object()) return {refused(nullptr, ParseError, "not a message")};
    const std::string method = text_of(message, "method");
    const Json params = member(message, "params");
    if (!message.contains("id")) {
        notify(method, params, out);
        return out;
    }
    const Json id = message["id"];
    static constexpr std::string_view Asked[] = {"textDocument/hover",
                                                 "textDocument/completion",
                                                 "textDocument/definition",
                                                 "textDocument/formatting"};
    if (method == "initialize") {
        out.push_back(answered(id, capabilities()));
    } else if (method == "shutdown") {
        m_shutdown = true;
        out.push_back(answered(id, nullptr));
    } else if (std::find(std::begin(Asked), std::end(Asked), method) != std::end(Asked)) {
        out.push_back(answered(id, answer(method, params)));
    } else {
        out.push_back(refused(id, MethodNotFound, method + " is not offered"));
    }
    return out;
}

int LanguageServer::serve(std::istream& in, std::ostream& out) {
    const auto send = [&out](const Json& message) {
        const std::string body = message.dump(-1, ' ', false, Json::error_handler_t::replace);
        out << "Content-Length: " << body.size() << "\r\n\r\n" << body << std::flush;
    };
    while (!m_done) {
        std::size_t length = 0;
        bool any = false;
        for (std::string line; std::getline(in, line);) {
            if (line.ends_with('\r')) line.pop_back();
            if (line.empty()) {
                if (any) break;
                continue;
            }
            any = true;
            constexpr std::string_view Name = "Content-Length:";
            if (line.starts_with(Name))
                for (const char c : line.substr(Name.size()))
                    if (c >= '0' && c <= '9' && length <= MaxMessageBytes)
                        length = length * 10 + static_cast<std::size_t>(c - '0');
        }
        if (!any || length == 0 || length > MaxMessageBytes) break;
        std::string body(length, '\0');
        in.read(body.data(), static_cast<std::streamsize>(length));
        if (static_cast<std::size_t>(in.gcount()) != length) break;
        const Json message = Json::parse(body, nullptr, false);
        if (message.is_discarded()) {
            send(refused(nullptr, ParseError, "the body is not JSON"));
            continue;
        }
        for (const Json& one : handle(message))
            send(one);
    }
    return m_shutdown ? 0 : 1;
}

}  // namespace sallyport::mapping

// SPDX-License-Identifier: Apache-2.0
// The checker in an editor: Language Server Protocol 3.17 over a pair of streams. Diagnostics while typing, hover, completion,
// go to the base rule, formatting. Knows the documents the editor has open and what lies in the directories; writes nothing.
// Not thread-safe.
#pragma once

#include "mappings/tools.h"

#include <nlohmann/json_fwd.hpp>

#include <filesystem>
#include <iosfwd>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::mapping {

class LanguageServer {
public:
    // `directories`: where bases, includes and canonical schemas are looked for, after the document's own folder.
    LanguageServer(const edi::SchemaSet& schemas, std::vector<std::filesystem::path> directories)
        : m_schemas(schemas), m_directories(std::move(directories)) {}

    // Until `exit` or the end of the stream. 0 after a shutdown, else 1.
    int serve(std::istream& in, std::ostream& out);

    // One message in; what goes back, in order.
    std::vector<nlohmann::ordered_json> handle(const nlohmann::ordered_json& message);
    bool done() const { return m_done; }

private:
    void notify(const std::string& method,
                const nlohmann::ordered_json& params,
                std::vector<nlohmann::ordered_json>& out);
    nlohmann::ordered_json answer(const std::string& method, const nlohmann::ordered_json& params);
    nlohmann::ordered_json diagnostics(const std::string& uri) const;
    ToolContext context(const std::string& uri) const;
    std::string location_uri(const std::string& uri, const std::string& file) const;

    const edi::SchemaSet& m_schemas;
    std::vector<std::filesystem::path> m_directories;
    std::map<std::string, std::string> m_open;  // uri -> text
    bool m_shutdown = false;
    bool m_done = false;
};

}  // namespace sallyport::mapping

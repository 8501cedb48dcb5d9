// SPDX-License-Identifier: Apache-2.0
// The laws without the rest of the product: what `sallyport map test FILE --laws N --seed S --json` says, from a program
// that is built in a tenth of the time. tests/mappings/laws.py takes either.
//   map_laws map test FILE.map --laws 10000 --seed 4711 --json
#include "mappings/tools.h"

#include <nlohmann/json.hpp>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>

int main(int count, char** words) {
    using namespace sallyport;
    if (count < 4 || std::string(words[1]) != "map" || std::string(words[2]) != "test") {
        std::cerr << "usage: map_laws map test FILE.map [--laws N] [--seed S] [--json]\n";
        return 2;
    }
    const std::filesystem::path root = SALLYPORT_SOURCE_DIR;
    const std::filesystem::path file = words[3];
    mapping::TestOptions options;
    options.need_tests = false;
    for (int i = 4; i + 1 < count; ++i) {
        const std::string word = words[i];
        if (word == "--laws")
            options.laws = static_cast<unsigned>(std::strtoul(words[i + 1], nullptr, 10));
        if (word == "--seed") options.seed = std::strtoull(words[i + 1], nullptr, 10);
    }
    const Result<edi::SchemaSet> schemas = edi::SchemaSet::load(root / "parsers" / "schemas");
    if (!schemas) {
        std::cerr << schemas.error().text() << '\n';
        return 1;
    }
    const mapping::ToolContext context{
        &*schemas, mapping::search_path({file.parent_path(), root / "mappings"})};
    const mapping::ToolResult result =
        mapping::test_map(context, file.filename().string(), options);
    std::cout << result.json->dump() << '\n';
    if (result.exit_code != 0) std::cerr << result.text;
    return result.exit_code;
}

// SPDX-License-Identifier: Apache-2.0
// The table from the buyer's item numbers to ours.
#include "gateway/base/file.h"
#include "gateway/odoo/orders.h"

#include <utility>

namespace sallyport::odoo {

namespace {

constexpr std::size_t MostBytes = std::size_t{16} << 20;

Error at_line(const std::filesystem::path& path, std::uint32_t line, const std::string& what) {
    return Error("odoo.crossref", Blame::Operator, what)
        .at({.source = path.string(), .line = line})
        .remedy(
            "write one row per item: the buyer's number, a comma, our product reference; no "
            "quotes");
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r'))
        text.remove_suffix(1);
    return text;
}

}  // namespace

Result<CrossReference> read_cross_reference(const std::filesystem::path& path) {
    auto octets = read_file(path, MostBytes);
    if (!octets) return std::move(octets).error();
    CrossReference table;
    std::string_view rest = *octets;
    if (rest.starts_with("\xef\xbb\xbf")) rest.remove_prefix(3);
    for (std::uint32_t number = 1; !rest.empty(); ++number) {
        const auto end = rest.find('\n');
        const auto line = trimmed(rest.substr(0, end));
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        if (number == 1) {
            if (line != "theirs,ours")
                return at_line(path, 1, "the first line must be theirs,ours");
            continue;
        }
        if (line.empty() || line.front() == '#') continue;
        const auto comma = line.find(',');
        const auto theirs = trimmed(line.substr(0, comma));
        const auto ours =
            comma == std::string_view::npos ? std::string_view{} : trimmed(line.substr(comma + 1));
        if (theirs.empty() || ours.empty() || ours.find(',') != std::string_view::npos ||
            line.find('"') != std::string_view::npos)
            return at_line(path, number, "the row is not a pair of numbers");
        if (!table.emplace(theirs, ours).second)
            return at_line(
                path,
                number,
                "the buyer's number " + std::string(theirs) + " stands in an earlier row as well");
    }
    return table;
}

}  // namespace sallyport::odoo

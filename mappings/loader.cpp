// SPDX-License-Identifier: Apache-2.0
#include "mappings/loader.h"

#include "gateway/base/file.h"
#include "mappings/grammar.h"
#include "mappings/overlay.h"

#include <algorithm>
#include <set>
#include <unordered_map>

namespace sallyport::mapping {

namespace {

constexpr std::size_t MaxFileBytes = std::size_t{16} << 20;
constexpr std::size_t MaxChain = 3;
constexpr std::size_t MaxIncludes = 32;

template <typename T>
const T* by_name(const std::vector<T>& all, std::string_view wanted) {
    for (const T& one : all)
        if (one.name == wanted) return &one;
    return nullptr;
}

}  // namespace

const Fragment* EffectiveMap::fragment(std::string_view wanted) const {
    return by_name(fragments, wanted);
}
const Table* EffectiveMap::table(std::string_view wanted) const {
    return by_name(tables, wanted);
}
const UserLens* EffectiveMap::lens(std::string_view wanted) const {
    return by_name(lenses, wanted);
}
const Param* EffectiveMap::param(std::string_view wanted) const {
    return by_name(params, wanted);
}

TextSource search_path(std::vector<std::filesystem::path> directories) {
    return [directories = std::move(directories)](std::string_view name) -> Result<std::string> {
        const std::filesystem::path wanted{std::string(name)};
        const bool leaves =
            wanted.is_absolute() || std::any_of(wanted.begin(), wanted.end(), [](const auto& part) {
                return part == "..";
            });
        std::string looked;
        for (const auto& directory : directories) {
            if (leaves) break;
            for (const char* below : {"", "maps", "shipped", "tables"}) {
                const std::filesystem::path path = directory / below / wanted;
                std::error_code ignored;
                if (std::filesystem::is_regular_file(path, ignored))
                    return read_file(path, MaxFileBytes);
            }
            looked += (looked.empty() ? "" : ", ") + directory.string();
        }
        return Error("map.file.missing",
                     Blame::Operator,
                     "there is no file \"" + std::string(name) + "\"")
            .remedy(leaves
                        ? "names must stay inside the mapping directories"
                        : "looked in " + (looked.empty() ? std::string("no directory") : looked));
    };
}

std::vector<std::vector<std::string>> read_csv(std::string_view text,
                                               std::vector<std::size_t>& starts,
                                               std::optional<CsvProblem>& problem) {
    std::vector<std::vector<std::string>> rows;
    std::size_t at = text.starts_with("\xEF\xBB\xBF") ? 3 : 0;
    while (at < text.size() && !problem) {
        const std::size_t start = at;
        std::vector<std::string> row(1);
        bool quoted_row = false;
        for (; at < text.size() && text[at] != '\n'; ++at) {
            const char c = text[at];
            if (c == ',')
                row.emplace_back();
            else if (c == '"' && row.back().empty()) {
                quoted_row = true;
                for (++at;; ++at) {
                    if (at >= text.size()) {
                        problem = CsvProblem{start, "a quoted cell is never closed"};
                        break;
                    }
                    if (text[at] != '"')
                        row.back() += text[at];
                    else if (at + 1 < text.size() && text[at + 1] == '"')
                        row.back() += text[++at];
                    else
                        break;
                }
                if (problem) break;
            } else if (c != '\r')
                row.back() += c;
        }
        ++at;
        const bool blank = row.size() == 1 && row[0].empty() && !quoted_row;
        if (!blank && !row[0].starts_with('#')) {
            rows.push_back(std::move(row));
            starts.push_back(start);
        }
    }
    return rows;
}

namespace {

class Loader {
public:
    Loader(const TextSource& texts, std::vector<Diagnostic>& diagnostics)
        : m_texts(texts), m_diagnostics(diagnostics) {}

    EffectiveMap load(std::string_view name) {
        std::vector<std::string> chain;
        EffectiveMap out;
        layer(out, std::string(name), nullptr, chain);
        out.sources = m_sources;
        return out;
    }

private:
    void report(const char* code, Span at, std::string message, std::string help) {
        m_diagnostics.push_back({code, Severity::Error, at, std::move(message), std::move(help)});
    }

    std::optional<MapFile> file(const std::string& name, const Span* from) {
        Result<std::string> text = m_texts(name);
        if (!text) {
            const Span nowhere{static_cast<std::uint32_t>(-1), 0, 0};
            report("MAP003",
                   from == nullptr ? nowhere : *from,
                   text.error().what(),
                   text.error().remedy());
            return std::nullopt;
        }
        m_sources.files.push_back({name, *std::move(text)});
        return parse_map(
            m_sources, static_cast<std::uint32_t>(m_sources.files.size() - 1), m_diagnostics);
    }

    // Loads `name` on top of its base into `out`.
    void layer(EffectiveMap& out,
               const std::string& name,
               const Span* from,
               std::vector<std::string>& chain) {
        if (std::find(chain.begin(), chain.end(), name) != chain.end() ||
            chain.size() >= MaxChain) {
            report("MAP306",
                   *from,
                   chain.size() >= MaxChain
                       ? "this is the fourth file of the chain, three are the limit"
                       : "the file extends itself",
                   "extend the base directly");
            return;
        }
        chain.push_back(name);
        std::optional<MapFile> map = file(name, from);
        if (!map) return;
        const bool overlay = !map->extends.empty();
        if (map->extends.size() > 1)
            report("MAP306",
                   map->extends[1].span,
                   "a map extends one base",
                   "use include for fragments and tables");
        if (overlay) {
            layer(out, map->extends[0].file, &map->extends[0].span, chain);
            out.sources = m_sources;
            check_version(map->extends[0], out);
        }
        includes(out, *map, name);
        merge(out, *map, overlay);
        out.sources = m_sources;
        if (overlay) {
            apply_overlay(out, std::move(map->items), m_diagnostics);
        } else {
            for (const Item& item : map->items)
                no_base(item);
            out.items = std::move(map->items);
        }
    }

    void no_base(const Item& item) {
        if (item.kind == ItemKind::Remove || item.kind == ItemKind::Replace ||
            item.kind == ItemKind::Into)
            report("MAP301",
                   item.span,
                   "this file has no base to change",
                   "add extends \"…\" at the top");
        for (const Item& child : item.children)
            no_base(child);
    }

    void check_version(const Reference& reference, const EffectiveMap& base) {
        if (reference.version.empty() || reference.version == base.version) return;
        report("MAP305",
               reference.span,
               "the base has version " + (base.version.empty() ? "(none)" : base.version) +
                   ", this map was made for version " + reference.version,
               "run the tests of this map under the new base, then change the number");
    }

    void includes(EffectiveMap& out, const MapFile& map, const std::string& name) {
        for (const Reference& reference : map.includes) {
            if (!m_included.insert(reference.file).second) continue;
            if (reference.file == name || m_included.size() > MaxIncludes) {
                report("MAP307", reference.span, "the file includes itself, or too many files", "");
                continue;
            }
            const std::optional<MapFile> part = file(reference.file, &reference.span);
            if (!part) continue;
            if (!part->items.empty())
                report("MAP308",
                       part->items[0].span,
                       "an included file holds fragments, tables and lenses, never rules",
                       "put the rules into a fragment and write use where they belong");
            includes(out, *part, reference.file);
            merge(out, *part, false);
        }
    }

    void merge(EffectiveMap& out, MapFile map, bool overlay) {
        if (!map.name.empty()) {
            out.name = map.name;
            out.version = map.version;
        }
        if (!map.header.side.empty()) out.header = map.header;
        for (Namespace& one : map.namespaces)
            out.namespaces.push_back(std::move(one));
        for (Table& table : map.tables)
            add_table(out, std::move(table));
        for (UserLens& lens : map.lenses)
            out.lenses.push_back(std::move(lens));
        for (Fragment& fragment : map.fragments) {
            if (const Fragment* old = out.fragment(fragment.name)) {
                report("MAP303",
                       fragment.span,
                       "fragment " + fragment.name + " is already defined in " +
                           m_sources.where(old->span),
                       "write replace fragment if that is meant");
                continue;
            }
            out.fragments.push_back(std::move(fragment));
        }
        for (Param& param : map.params) {
            const auto old = std::find_if(out.params.begin(),
                                          out.params.end(),
                                          [&](const Param& p) { return p.name == param.name; });
            if (old == out.params.end())
                out.params.push_back(std::move(param));
            else if (overlay)
                *old = std::move(param);
            else
                report("MAP303",
                       param.span,
                       "parameter " + param.name + " is already defined in " +
                           m_sources.where(old->span),
                       "remove one of the two");
        }
        for (const Setting& setting : map.settings)
            set(out, setting);
        out.tests = std::move(map.tests);
    }

    void set(EffectiveMap& out, const Setting& setting) {
        for (Param& param : out.params) {
            if (param.name != setting.name) continue;
            param.value = setting.value;
            return;
        }
        std::vector<std::string> names;
        for (const Param& param : out.params)
            names.push_back(param.name);
        const std::string near = near_match(setting.name, names);
        report("MAP123",
               setting.span,
               "there is no parameter " + setting.name,
               near.empty() ? "declare it: param " + setting.name + " : text"
                            : "did you mean " + near + "?");
    }

    void add_table(EffectiveMap& out, Table table) {
        if (!table.file.empty()) read_rows(table);
        check_rows(table);
        const auto old = std::find_if(out.tables.begin(), out.tables.end(), [&](const Table& t) {
            return t.name == table.name;
        });
        if (old == out.tables.end())
            out.tables.push_back(std::move(table));
        else
            merge_table(*old, table);
    }

    void read_rows(Table& table) {
        Result<std::string> text = m_texts(table.file);
        if (!text) {
            report("MAP003", table.span, text.error().what(), text.error().remedy());
            return;
        }
        m_sources.files.push_back({table.file, *std::move(text)});
        const auto file_number = static_cast<std::uint32_t>(m_sources.files.size() - 1);
        const std::string& csv = m_sources.files.back().text;
        std::vector<std::size_t> starts;
        std::optional<CsvProblem> problem;
        const auto rows = read_csv(csv, starts, problem);
        const auto at = [&](std::size_t offset) {
            std::size_t end = csv.find('\n', offset);
            if (end == std::string::npos) end = csv.size();
            return Span{
                file_number, static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(end)};
        };
        if (problem) report("MAP003", at(problem->at), problem->message, "");
        if (rows.empty()) {
            report("MAP003",
                   table.span,
                   table.file + " has no line with column names",
                   "the first line names the columns");
            return;
        }
        columns(table, rows, starts, at);
    }

    // The two columns of the table, by the names in the first line.
    template <typename At>
    void columns(Table& table,
                 const std::vector<std::vector<std::string>>& rows,
                 const std::vector<std::size_t>& starts,
                 const At& at) {
        const std::vector<std::string>& head = rows[0];
        std::vector<std::string> wanted = table.columns;
        if (wanted.empty() && head.size() >= 2) wanted = {head[0], head[1]};
        if (wanted.size() != 2) {
            report("MAP003",
                   table.span,
                   "a table has two columns: theirs and ours",
                   "name them: from \"" + table.file + "\" (theirs, ours)");
            return;
        }
        const auto column = [&](const std::string& name) {
            return static_cast<std::size_t>(std::find(head.begin(), head.end(), name) -
                                            head.begin());
        };
        const std::size_t left = column(wanted[0]);
        const std::size_t right = column(wanted[1]);
        const std::size_t only = column("only");
        if (left >= head.size() || right >= head.size()) {
            report("MAP003",
                   at(starts[0]),
                   "there is no column \"" + wanted[left >= head.size() ? 0 : 1] + "\"",
                   "column names are case sensitive");
            return;
        }
        for (std::size_t i = 1; i < rows.size(); ++i) {
            if (rows[i].size() <= std::max(left, right)) {
                report("MAP003",
                       at(starts[i]),
                       "the line has " + std::to_string(rows[i].size()) + " cells",
                       "every line needs both columns");
                continue;
            }
            const std::string mode = only < rows[i].size() ? rows[i][only] : "";
            table.rows.push_back({rows[i][left],
                                  rows[i][right],
                                  mode == "read"    ? Arrow::Read
                                  : mode == "write" ? Arrow::Write
                                                    : Arrow::Both,
                                  at(starts[i])});
        }
    }

    // P5: every word has exactly one row that writes it, every code one row that reads it.
    void check_rows(const Table& table) {
        std::unordered_map<std::string, const TableRow*> words;
        std::unordered_map<std::string, const TableRow*> codes;
        for (const TableRow& row : table.rows) {
            if (row.arrow != Arrow::Read) {
                const auto [old, fresh] = words.emplace(row.word, &row);
                if (!fresh)
                    report("MAP401",
                           row.span,
                           "\"" + row.word + "\" would be written as \"" + old->second->outside +
                               "\" or as \"" + row.outside + "\"",
                           "let one row write: " + row.outside + " -> " + row.word + " only reads");
            }
            if (row.arrow != Arrow::Write) {
                const auto [old, fresh] = codes.emplace(row.outside, &row);
                if (!fresh)
                    report(
                        "MAP402",
                        row.span,
                        "\"" + row.outside + "\" is already read as \"" + old->second->word + "\"",
                        "remove one of the two rows");
            }
        }
    }

    const TextSource& m_texts;
    std::vector<Diagnostic>& m_diagnostics;
    Sources m_sources;
    std::set<std::string> m_included;
};

}  // namespace

EffectiveMap load_effective(std::string_view name,
                            const TextSource& texts,
                            std::vector<Diagnostic>& diagnostics) {
    return Loader(texts, diagnostics).load(name);
}

}  // namespace sallyport::mapping

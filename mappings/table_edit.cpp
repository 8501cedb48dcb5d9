// SPDX-License-Identifier: Apache-2.0
#include "mappings/table_edit.h"

#include "mappings/loader.h"
#include "mappings/tool_support.h"

#include <algorithm>

namespace sallyport::mapping {

namespace {

std::string csv_cell(const std::string& text) {
    if (text.find_first_of(",\"\r\n") == std::string::npos && !text.starts_with('#')) return text;
    std::string out = "\"";
    for (const char c : text)
        out += c == '"' ? std::string("\"\"") : std::string(1, c);
    return out + "\"";
}

std::string csv_line(const std::vector<std::string>& cells) {
    std::string out;
    for (std::size_t i = 0; i < cells.size(); ++i)
        out += (i > 0 ? "," : "") + csv_cell(cells[i]);
    return out + "\n";
}

Error refuse(const char* code, std::string message, std::string remedy) {
    return Error(code, Blame::Operator, std::move(message)).remedy(std::move(remedy));
}

// A text that can be read as a map can be kept in a source of its own in front of the others.
TextSource with_changes(const TextSource& below, const std::vector<FileChange>& changes) {
    return [below, changes](std::string_view name) -> Result<std::string> {
        for (const FileChange& one : changes)
            if (one.name == name) return one.text;
        return below(name);
    };
}

// The column's place in the head; a missing one is put at its end.
std::size_t column(std::vector<std::string>& head, const std::string& name) {
    const auto found = std::find(head.begin(), head.end(), name);
    if (found != head.end()) return static_cast<std::size_t>(found - head.begin());
    head.push_back(name);
    return head.size() - 1;
}

// Comments and the rows as they are stay; a new column only lengthens the head, short rows are read as empty there.
Result<std::string> csv_with(const std::string& text, const Table& table, const NewRow& row) {
    std::vector<std::size_t> starts;
    std::optional<CsvProblem> problem;
    std::vector<std::vector<std::string>> rows = read_csv(text, starts, problem);
    if (problem || rows.empty())
        return refuse(
            "map.table.file",
            table.file + ": " + (problem ? problem->message : "there is no line with column names"),
            "repair the file first");
    std::vector<std::string> head = rows[0];
    const std::vector<std::string> named =
        table.columns.size() == 2
            ? table.columns
            : std::vector<std::string>{head[0], head.size() > 1 ? head[1] : ""};
    const std::size_t theirs = column(head, named[0]);
    const std::size_t ours = column(head, named[1]);
    const std::size_t only = row.read_only ? column(head, "only") : 0;
    const std::size_t author = column(head, "author");
    const std::size_t date = column(head, "date");
    std::vector<std::string> cells(head.size());
    cells[theirs] = row.code;
    cells[ours] = row.word;
    if (row.read_only) cells[only] = "read";
    cells[author] = row.author;
    cells[date] = row.date;
    std::string out = text;
    if (head != rows[0]) {
        std::size_t end = text.find('\n', starts[0]);
        if (end == std::string::npos) end = text.size();
        std::string line = csv_line(head);
        line.pop_back();
        out = text.substr(0, starts[0]) + line + text.substr(end);
    }
    if (!out.ends_with('\n')) out += '\n';
    return out + csv_line(cells);
}

// Belongs to the map: its CSV lies beside it.
bool is_own(const std::string& file) {
    return !file.empty() && file.find('/') == std::string::npos;
}

std::string stem(std::string_view file) {
    return std::string(file.substr(0, file.rfind(".map")));
}

// Where a rule fills a field through the table, the word must be one of the field's.
Status fits_fields(const Plan& plan, const NewRow& row) {
    for (const FlatRule& rule : flatten(plan)) {
        if (rule.step->kind != StepKind::Move || rule.step->lenses.empty()) continue;
        const LensOp& last = rule.step->lenses.back();
        if (last.kind != LensKind::Table || last.table->name != row.table) continue;
        const std::vector<std::string>& values = rule.step->fields[0].field->values;
        if (values.empty() || std::find(values.begin(), values.end(), row.word) != values.end())
            continue;
        const std::string near = near_match(row.word, values);
        return refuse("map.table.word",
                      "\"" + row.word + "\" is not a value of " + rule.field + ", which " +
                          plan.rules[rule.step->rule].where + " fills through this table",
                      near.empty() ? "see the documentation of the canonical document"
                                   : "did you mean " + near + "?");
    }
    return {};
}

Result<TableChange> change(const ToolContext& context,
                           std::string_view map,
                           const MapLoad& loaded,
                           const Table& table,
                           NewRow row) {
    const EffectiveMap& effective = loaded.map->effective();
    TableChange out;
    for (const TableRow& one : table.rows) {
        if (one.outside == row.code && one.arrow != Arrow::Write)
            return refuse("map.table.code",
                          "\"" + row.code + "\" is already read as \"" + one.word + "\" (" +
                              effective.sources.where(one.span) + ")",
                          "if it means something else for this partner, write that into the map: "
                          "table " +
                              row.table + " { " + row.code + " <-> " + row.word + " }");
        if (one.word == row.word && one.arrow != Arrow::Read) row.read_only = true;
    }
    out.read_only = row.read_only;
    // A CSV among the installed tables belongs to everyone: the partner gets one of its own.
    if (is_own(table.file)) {
        const Result<std::string> text = context.texts(table.file);
        if (!text) return refuse("map.table.file", text.error().what(), text.error().remedy());
        Result<std::string> next = csv_with(*text, table, row);
        if (!next) return next.error();
        out.files.push_back({table.file, *std::move(next)});
        return out;
    }
    const Result<std::string> text = context.texts(map);
    if (!text) return text.error();
    const std::string name = stem(map) + "." + row.table + ".csv";
    Table fresh = table;
    fresh.file = name;
    fresh.columns = {"theirs", "ours"};
    Result<std::string> next = csv_with("theirs,ours,only,author,date\n", fresh, row);
    if (!next) return next.error();
    out.files.push_back({name, *std::move(next)});
    std::string changed = *text;
    if (!changed.ends_with('\n')) changed += '\n';
    changed += "\ntable " + row.table + " from \"" + name + "\" (theirs, ours)\n";
    out.files.push_back({std::string(map), std::move(changed)});
    return out;
}

void rows_of(const Table& table, const std::string& csv, std::vector<KeptRow>& out) {
    std::vector<std::size_t> starts;
    std::optional<CsvProblem> problem;
    const std::vector<std::vector<std::string>> rows = read_csv(csv, starts, problem);
    if (problem || rows.empty()) return;
    const std::vector<std::string>& head = rows[0];
    const auto cell = [&](const std::vector<std::string>& row, const std::string& name) {
        const auto at =
            static_cast<std::size_t>(std::find(head.begin(), head.end(), name) - head.begin());
        return at < row.size() ? row[at] : std::string();
    };
    const bool named = table.columns.size() == 2;
    if (!named && head.size() < 2) return;
    for (std::size_t at = 1; at < rows.size(); ++at)
        out.push_back({.table = table.name,
                       .file = table.file,
                       .code = cell(rows[at], named ? table.columns[0] : head[0]),
                       .word = cell(rows[at], named ? table.columns[1] : head[1]),
                       .only = cell(rows[at], "only"),
                       .author = cell(rows[at], "author"),
                       .date = cell(rows[at], "date")});
}

}  // namespace

std::vector<KeptRow> kept_rows(const CompiledMap& map) {
    std::vector<KeptRow> out;
    for (const Table& table : map.effective().tables)
        for (const SourceFile& file : map.sources().files)
            if (is_own(table.file) && file.name == table.file) {
                rows_of(table, file.text, out);
                break;
            }
    return out;
}

Result<TableChange> add_table_row(const ToolContext& context,
                                  std::string_view map,
                                  const NewRow& row) {
    const MapLoad loaded = load_map(map, context.texts, *context.schemas);
    if (!loaded.map)
        return refuse("map.load",
                      "the map has errors already:\n" + loaded.text(),
                      "repair it first: sallyport map check " + std::string(map));
    const Table* table = loaded.map->effective().table(row.table);
    if (table == nullptr) {
        std::vector<std::string> names;
        for (const Table& one : loaded.map->effective().tables)
            names.push_back(one.name);
        const std::string near = near_match(row.table, names);
        return refuse(
            "map.table.unknown",
            "the map has no table " + row.table,
            near.empty() ? "sallyport map show names its tables" : "did you mean " + near + "?");
    }
    if (const Status fits = fits_fields(loaded.map->plan(), row); !fits) return fits.error();
    Result<TableChange> out = change(context, map, loaded, *table, row);
    if (!out) return out;
    const MapLoad after = load_map(map, with_changes(context.texts, out->files), *context.schemas);
    if (!after.map)
        return refuse("map.load",
                      "with this row the map would have errors:\n" + after.text(),
                      "nothing was written");
    out->message =
        row.code + (out->read_only ? " -> " : " <-> ") + row.word + " in table " + row.table;
    if (out->read_only && !row.read_only)
        out->message += "; another code goes on writing \"" + row.word + "\"";
    return out;
}

}  // namespace sallyport::mapping

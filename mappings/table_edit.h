// SPDX-License-Identifier: Apache-2.0
// Rows added to the tables of a map while it is in use: CSV next to the map, each row with author and date. Pure: texts in,
// texts out; the caller writes the files.
#pragma once

#include "gateway/base/error.h"
#include "mappings/tools.h"

#include <string>
#include <string_view>
#include <vector>

namespace sallyport::mapping {

struct NewRow {
    std::string table;
    std::string code;        // theirs
    std::string word;        // ours
    std::string author;      // who decided
    std::string date;        // CCYY-MM-DD
    bool read_only = false;  // other codes keep writing the word
};

struct FileChange {
    std::string name;  // as the map names it, beside the map
    std::string text;  // the whole new text
};

struct TableChange {
    std::vector<FileChange> files;  // the CSV; the map too when it has to name a new CSV
    bool read_only = false;         // the word already has a code that writes it
    std::string message;            // for people
};

// A row of a CSV that lies beside the map, as it stands there.
struct KeptRow {
    std::string table, file;
    std::string code, word, only;  // "only": "read", "write" or empty
    std::string author, date;      // empty: nobody signed it
    bool operator==(const KeptRow&) const = default;
};
// Those of every table of the map, in the order of the files; tables that are installed with the program are not the map's.
std::vector<KeptRow> kept_rows(const CompiledMap& map);

// The texts after the row is in: in the CSV the table is read from when that lies beside the map, else in a new CSV the map
// then names. The result has been loaded and checked once. Errors (Blame::Operator): map.table.unknown (with the near
// match), map.table.code (already read as another word), map.table.word (not a value of the fields this table fills),
// map.table.file, map.load (the map has errors, before or after).
Result<TableChange> add_table_row(const ToolContext& context,
                                  std::string_view map,
                                  const NewRow& row);

}  // namespace sallyport::mapping

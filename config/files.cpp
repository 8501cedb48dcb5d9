// SPDX-License-Identifier: Apache-2.0
// [files] of a partner file: documents that nobody here reads.
#include "config/checks.h"
#include "config/tables.h"

#include <algorithm>

namespace sallyport::config {

std::vector<Field> files_fields(FilesAgreement& files) {
    return {{.key = "folder",
             .standard = "\"\"",
             .target = &files.folder,
             .help = "folder of this machine where such documents from the partner are put, by an "
                     "atomic rename; empty: they are held",
             .reloadable = true},
            {.key = "content_types",
             .standard = "[\"application/octet-stream\"]",
             .target = &files.content_types,
             .help = "what comes with one of these types is not read, and passes at any size; in "
                     "lower case, without parameters",
             .reloadable = true}};
}

void check_files(const FilesAgreement& files, Binder& binder, const Place& file) {
    if (!files.folder.empty() && files.folder.front() != '/')
        binder.fault(value_fault("files.folder is no absolute path",
                                 binder.place("files.folder", file),
                                 "begin it with /"));
    for (const std::string& type : files.content_types) {
        const bool lower = std::none_of(
            type.begin(), type.end(), [](char letter) { return letter >= 'A' && letter <= 'Z'; });
        if (!lower || std::count(type.begin(), type.end(), '/') != 1 ||
            type.find_first_of("; ") != std::string::npos)
            binder.fault(value_fault("files.content_types has " + toml_text(type),
                                     binder.place("files.content_types", file),
                                     "write a type as in \"application/pdf\""));
    }
}

}  // namespace sallyport::config

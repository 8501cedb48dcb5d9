// SPDX-License-Identifier: Apache-2.0
#include "gateway/store/verify_archive.h"

#include "gateway/base/digest.h"

#include <algorithm>
#include <array>
#include <sstream>
#include <system_error>
#include <utility>
#include <vector>

namespace sallyport::store {
namespace {

constexpr unsigned ObjectsAtOnce = 100;
constexpr unsigned RowsAtOnce = 500;
constexpr std::string_view Digits = "0123456789abcdef";

Error cannot_list(const std::filesystem::path& folder, const std::error_code& why) {
    return Error(
               "archive.folder", Blame::Operator, "the archive cannot be listed: " + why.message())
        .at({.source = folder.string()})
        .remedy("run it as the gateway's user or as root; check the disk");
}

void count_bad(const ArchiveUnderCheck& under, ArchiveCheck& check, const Error& error) {
    ++(error.code() == "archive.missing" ? check.missing : check.changed);
    under.bad(error);
}

void check_file(const ArchiveUnderCheck& under,
                ArchiveCheck& check,
                const std::filesystem::path& file) {
    const std::string name = file.filename().string();
    if (name.starts_with('.') && name.ends_with(".tmp")) {
        ++check.leftovers;
        return;
    }
    ++check.objects;
    const auto whole = under.archive.checked_file(name);
    std::error_code gone;
    const auto size = std::filesystem::file_size(file, gone);
    if (whole && !gone)
        check.bytes += size;
    else if (!whole && whole.error().code() == "archive.address")
        count_bad(under,
                  check,
                  Error("archive.corrupt", Blame::Operator, "a file in the archive has no address")
                      .at({.source = file.string()})
                      .remedy("the gateway did not put it there: find out who did"));
    else if (!whole)
        count_bad(under, check, whole.error());
}

// All files below ROOT/ab.
Status check_folder(const ArchiveUnderCheck& under,
                    ArchiveCheck& check,
                    const std::filesystem::path& folder) {
    std::error_code failed;
    if (!std::filesystem::exists(folder, failed)) return {};
    std::filesystem::recursive_directory_iterator at(folder, failed);
    if (failed) return cannot_list(folder, failed);
    while (at != std::filesystem::recursive_directory_iterator()) {
        if (at->is_regular_file(failed)) check_file(under, check, at->path());
        at.increment(failed);
        if (failed) return cannot_list(folder, failed);
    }
    return {};
}

Status check_files(const ArchiveUnderCheck& under, ArchiveCheck& check) {
    unsigned next = 0;
    if (check.after.size() == 2)
        next =
            static_cast<unsigned>(Digits.find(check.after[0]) * 16 + Digits.find(check.after[1])) +
            1;
    if (next > 0xFF) {
        check.part = ArchiveCheck::Part::Small;
        check.after.clear();
        return {};
    }
    const std::string prefix{Digits[next / 16], Digits[next % 16]};
    if (Status done = check_folder(under, check, under.root / prefix); !done) return done;
    check.after = prefix;
    return {};
}

Status check_small(const ArchiveUnderCheck& under, ArchiveCheck& check) {
    auto found = under.store.objects().following(check.after, ObjectsAtOnce);
    if (!found) return std::move(found).error();
    for (const Object& object : *found) {
        ++check.objects;
        check.bytes += object.octets.size();
        if (sha256_hex(object.octets) != object.address)
            count_bad(under,
                      check,
                      Error("archive.corrupt",
                            Blame::Operator,
                            "object " + object.address +
                                " in the database is not what was stored: its digest differs")
                          .remedy("check the disk, then restore the database from a backup"));
    }
    if (found->empty()) {
        check.part = ArchiveCheck::Part::Documents;
        check.after.clear();
        return {};
    }
    check.after = found->back().address;
    return {};
}

void check_reference(const ArchiveUnderCheck& under,
                     ArchiveCheck& check,
                     const std::string& address,
                     const std::string& who) {
    if (address.empty()) return;
    ++check.references;
    const auto size = under.archive.size(address);
    if (!size)
        count_bad(under,
                  check,
                  Error("archive.missing",
                        Blame::Operator,
                        who + " names object " + address + ", which is not in the archive")
                      .remedy("restore it from a backup of the state directory"));
}

// Newest first, as the store pages.
Status check_documents(const ArchiveUnderCheck& under, ArchiveCheck& check) {
    auto rows = read<std::vector<Document>>(under.store, [&](Reader& reader) {
        return reader.documents({.before_id = check.after, .limit = RowsAtOnce});
    });
    if (!rows) return std::move(rows).error();
    for (const Document& row : *rows)
        for (const std::string* address : {&row.payload_ref, &row.canonical_ref, &row.faults_ref})
            check_reference(under, check, *address, "document " + row.id);
    if (rows->empty()) {
        check.part = ArchiveCheck::Part::Messages;
        check.after.clear();
        return {};
    }
    check.after = rows->back().id;
    return {};
}

Status check_messages(const ArchiveUnderCheck& under, ArchiveCheck& check) {
    auto rows = read<std::vector<Message>>(under.store, [&](Reader& reader) {
        return reader.messages({.before_id = check.after, .limit = RowsAtOnce});
    });
    if (!rows) return std::move(rows).error();
    for (const Message& row : *rows)
        for (const std::string* address : {&row.payload_ref, &row.raw_ref})
            check_reference(under, check, *address, "message " + row.id);
    if (rows->empty()) {
        check.part = ArchiveCheck::Part::Done;
        check.after.clear();
        return {};
    }
    check.after = rows->back().id;
    return {};
}

constexpr std::string_view Mark = "archive-check-1";

}  // namespace

std::string ArchiveCheck::write() const {
    std::ostringstream text;
    text << Mark << ' ' << static_cast<unsigned>(part) << ' ' << (after.empty() ? "-" : after)
         << ' ' << objects << ' ' << bytes << ' ' << references << ' ' << leftovers << ' '
         << changed << ' ' << missing << '\n';
    return text.str();
}

std::optional<ArchiveCheck> ArchiveCheck::read(const std::string& text) {
    std::istringstream in(text);
    std::string mark;
    unsigned part = 0;
    ArchiveCheck check;
    in >> mark >> part >> check.after >> check.objects >> check.bytes >> check.references >>
        check.leftovers >> check.changed >> check.missing;
    if (!in || mark != Mark || part > static_cast<unsigned>(Part::Done)) return std::nullopt;
    check.part = static_cast<Part>(part);
    if (check.after == "-") check.after.clear();
    const bool hex = check.after.find_first_not_of(Digits) == std::string::npos;
    if (check.part == Part::Files && !check.after.empty() && (check.after.size() != 2 || !hex))
        return std::nullopt;
    return check;
}

Status check_some(const ArchiveUnderCheck& under, ArchiveCheck& check) {
    switch (check.part) {
        case ArchiveCheck::Part::Files:
            return check_files(under, check);
        case ArchiveCheck::Part::Small:
            return check_small(under, check);
        case ArchiveCheck::Part::Documents:
            return check_documents(under, check);
        case ArchiveCheck::Part::Messages:
            return check_messages(under, check);
        case ArchiveCheck::Part::Done:
            return {};
    }
    return {};
}

}  // namespace sallyport::store

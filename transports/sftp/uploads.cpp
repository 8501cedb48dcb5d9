// SPDX-License-Identifier: Apache-2.0
#include "transports/sftp/uploads.h"

#include "gateway/base/file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <utility>

namespace sallyport::sftp {

namespace {

constexpr std::size_t MostGhosts = 2000;
constexpr std::chrono::hours GhostsLast{1};

std::string folder_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == 0 ? "/" : path.substr(0, slash);
}

Entry entry_of(const std::string& path, const Upload& upload) {
    return {.name = path.substr(path.rfind('/') + 1),
            .writable = true,
            .bytes = upload.bytes(),
            .modified = upload.modified()};
}

Error missing() {
    return {"sftp.missing", Blame::Partner, "no such file"};
}

}  // namespace

Result<std::unique_ptr<Uploads>> Uploads::open(Parts parts) {
    std::unique_ptr<Uploads> uploads(new Uploads(std::move(parts)));
    const auto& root = uploads->m_parts.directory;
    if (Status made = make_directories_durably(root, 0700); !made) return std::move(made).error();
    std::error_code failed;
    for (std::filesystem::directory_iterator at(root, failed), end; !failed && at != end;
         at.increment(failed))
        if (Status loaded = uploads->load(at->path()); !loaded) return std::move(loaded).error();
    return uploads;
}

Status Uploads::load(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> names;
    std::vector<std::filesystem::path> others;
    std::error_code failed;
    for (std::filesystem::directory_iterator at(folder, failed), end; !failed && at != end;
         at.increment(failed))
        (at->path().extension() == ".name" ? names : others).push_back(at->path());
    m_tables.with([&](Tables& tables) {
        Table& table = tables[folder.filename().string()];
        for (const auto& name : names)
            load_one(name, table);
    });
    for (const auto& other : others)
        if (!std::filesystem::exists(std::filesystem::path(other).replace_extension(".name"),
                                     failed))
            ::unlink(other.c_str());
    return {};
}

void Uploads::load_one(const std::filesystem::path& name_file, Table& table) const {
    const std::filesystem::path stem = std::filesystem::path(name_file).replace_extension();
    const std::string data = stem.string() + ".data";
    const auto drop = [&] {
        ::unlink(name_file.c_str());
        ::unlink(data.c_str());
    };
    auto note = read_file(name_file, 16U << 10U);
    struct stat info {};
    if (!note || ::stat(data.c_str(), &info) != 0) return drop();
    const std::size_t line = note->find('\n');
    if (line == std::string::npos) return drop();
    const bool closed = note->substr(0, line) == "closed";
    // Its octets are in the archive under their digest; whether the message was committed is for the client's retry to
    // find out, from the first octet on: this file may not be written to.
    if (!closed && info.st_nlink > 1) return drop();
    auto bytes = static_cast<std::uint64_t>(info.st_size);
    // One octet short, as after a broken connection: Upload::abandon().
    if (!closed && bytes > 0 && ::truncate(data.c_str(), static_cast<off_t>(--bytes)) != 0)
        return drop();
    const Instant modified{std::chrono::seconds(info.st_mtim.tv_sec)};
    const std::string path = note->substr(line + 1);
    table.uploads[path] =
        std::make_shared<Upload>(path, UploadPlace{stem, table.used}, modified, bytes, closed);
}

UploadPlace Uploads::place(const std::string& partner, const Table& table) const {
    return {.stem = m_parts.directory / partner / new_id(m_parts.clock.now(), m_parts.random),
            .used = table.used};
}

bool Uploads::rate_allows(Table& table, const Account& account) const {
    const unsigned wanted = account.uploads.per_minute;
    if (!table.rate || table.rate_per_minute != wanted) {
        table.rate = std::make_shared<transports::Allowance>(wanted, wanted / 60.0);
        table.rate_per_minute = wanted;
    }
    return table.rate->take(1, m_parts.clock.steady_now());
}

void Uploads::forget_old(Table& table) const {
    const Instant horizon = m_parts.clock.now() - GhostsLast;
    std::erase_if(table.ghosts, [&](const auto& one) { return one.second.at < horizon; });
    while (table.ghosts.size() > MostGhosts) {
        auto oldest = table.ghosts.begin();
        for (auto at = table.ghosts.begin(); at != table.ghosts.end(); ++at)
            if (at->second.at < oldest->second.at) oldest = at;
        table.ghosts.erase(oldest);
    }
}

// One that was thrown away on its own account is forgotten here.
std::shared_ptr<Upload> Uploads::live(Table& table, const std::string& path) {
    const auto found = table.uploads.find(path);
    if (found == table.uploads.end()) return nullptr;
    if (!found->second->gone()) return found->second;
    table.uploads.erase(found);
    return nullptr;
}

Result<Uploads::Claim> Uploads::begin(const Account& account,
                                      const std::string& path,
                                      const OpenMode& mode) {
    std::shared_ptr<Upload> replaced;
    auto upload = m_tables.with([&](Tables& tables) -> Result<std::shared_ptr<Upload>> {
        Table& table = tables[account.partner];
        if (auto found = live(table, path)) {
            if (mode.exclusive)
                return Error("sftp.exists", Blame::Partner, "a file of that name is there");
            if (!mode.truncate) return found;
            replaced = std::move(found);
            table.uploads.erase(path);
        } else if (!mode.create) {
            return missing();
        }
        if (!rate_allows(table, account))
            return Error("sftp.rate", Blame::Partner, "too many uploads in one minute")
                .remedy("wait a moment");
        if (table.uploads.size() >= account.uploads.files)
            return Error("sftp.quota", Blame::Partner, "too many unfinished uploads")
                .remedy("finish or remove some");
        if (Status made = make_directories_durably(m_parts.directory / account.partner, 0700);
            !made)
            return Error("sftp.storage", Blame::Operator, made.error().what());
        table.ghosts.erase(path);
        auto fresh =
            std::make_shared<Upload>(path, place(account.partner, table), m_parts.clock.now());
        table.uploads.emplace(path, fresh);
        return fresh;
    });
    if (replaced) replaced->discard();
    if (!upload) return std::move(upload).error();
    auto writer = (*upload)->claim();
    if (!writer) return std::move(writer).error();
    (*upload)->touch(m_parts.clock.now());
    return Claim{*std::move(upload), *writer};
}

std::optional<Entry> Uploads::find(const std::string& partner, const std::string& path) {
    return m_tables.with([&](Tables& tables) -> std::optional<Entry> {
        Table& table = tables[partner];
        if (const auto found = live(table, path)) return entry_of(path, *found);
        forget_old(table);
        const auto ghost = table.ghosts.find(path);
        if (ghost == table.ghosts.end()) return std::nullopt;
        return Entry{.name = path.substr(path.rfind('/') + 1),
                     .bytes = ghost->second.bytes,
                     .modified = ghost->second.at};
    });
}

std::shared_ptr<Upload> Uploads::unfinished(const std::string& partner, const std::string& path) {
    return m_tables.with(
        [&](Tables& tables) -> std::shared_ptr<Upload> { return live(tables[partner], path); });
}

std::vector<Entry> Uploads::list(const std::string& partner, const std::string& folder) {
    return m_tables.with([&](Tables& tables) {
        std::vector<Entry> entries;
        for (const auto& [path, upload] : tables[partner].uploads)
            if (folder_of(path) == folder && !upload->gone())
                entries.push_back(entry_of(path, *upload));
        return entries;
    });
}

Status Uploads::remove(const std::string& partner, const std::string& path) {
    std::shared_ptr<Upload> removed;
    const bool there = m_tables.with([&](Tables& tables) {
        Table& table = tables[partner];
        const auto found = table.uploads.find(path);
        if (found == table.uploads.end()) return table.ghosts.erase(path) != 0;
        removed = found->second;
        table.uploads.erase(found);
        return true;
    });
    if (removed) removed->discard();
    return there ? Status{} : Status(missing());
}

Status Uploads::rename(const std::string& partner,
                       const std::string& from,
                       const std::string& to,
                       bool replace) {
    std::shared_ptr<Upload> replaced;
    Status done = m_tables.with([&](Tables& tables) -> Status {
        Table& table = tables[partner];
        const auto found = table.uploads.find(from);
        if (found == table.uploads.end()) {
            // Taken in when it was closed: a client that renames afterwards has what it wants.
            auto ghost = table.ghosts.extract(from);
            if (ghost.empty()) return missing();
            ghost.key() = to;
            table.ghosts.insert(std::move(ghost));
            return {};
        }
        const auto target = table.uploads.find(to);
        if (target != table.uploads.end() && target != found) {
            if (!replace)
                return Error("sftp.exists", Blame::Partner, "a file of that name is there");
            replaced = target->second;
        }
        const std::shared_ptr<Upload> upload = found->second;
        if (Status renamed = upload->rename(to); !renamed) return renamed;
        table.uploads.erase(from);
        table.uploads[to] = upload;
        return {};
    });
    if (done && replaced) replaced->discard();
    return done;
}

void Uploads::taken_in(const std::string& partner,
                       const std::string& path,
                       const std::shared_ptr<Upload>& upload) {
    m_tables.with([&](Tables& tables) {
        Table& table = tables[partner];
        std::erase_if(table.uploads, [&](const auto& one) { return one.second == upload; });
        table.ghosts[path] = {.bytes = upload->bytes(), .at = m_parts.clock.now()};
        if (table.ghosts.size() > MostGhosts) forget_old(table);
    });
    upload->discard();
}

}  // namespace sallyport::sftp

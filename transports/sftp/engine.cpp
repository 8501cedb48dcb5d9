// SPDX-License-Identifier: Apache-2.0
#include "transports/sftp/engine.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace sallyport::sftp {

namespace {

constexpr std::uint32_t FolderBits = 0040000;
constexpr std::uint32_t FileBits = 0100000;

StatusCode code_of(const Error& error) {
    if (error.code() == "sftp.missing") return StatusCode::NoSuchFile;
    if (error.code() == "sftp.denied") return StatusCode::PermissionDenied;
    if (error.code() == "sftp.unsupported") return StatusCode::Unsupported;
    return StatusCode::Failure;
}

Attributes attributes_of(const Entry& entry) {
    const std::uint32_t access =
        entry.folder ? (entry.writable ? 0770 : 0550) : (entry.writable ? 0660 : 0440);
    const auto seconds = to_micros(entry.modified) / 1'000'000;
    return {.bytes = entry.bytes,
            .permissions = (entry.folder ? FolderBits : FileBits) | access,
            .modified = static_cast<std::uint32_t>(std::max<std::int64_t>(0, seconds))};
}

// What `ls -l` shows; clients print it as it is.
std::string long_name(const Entry& entry) {
    static constexpr std::array<std::string_view, 12> Months{
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const CalendarTime time = utc_calendar(entry.modified);
    const auto padded = [](std::string text, std::size_t width, char fill) {
        return std::string(text.size() < width ? width - text.size() : 0, fill) + text;
    };
    const std::string_view access = entry.folder ? (entry.writable ? "drwxrwx---" : "dr-xr-x---")
                                                 : (entry.writable ? "-rw-rw----" : "-r--r-----");
    return std::string(access) + "    1 partner  partner  " +
           padded(std::to_string(entry.bytes), 10, ' ') + " " +
           std::string(Months[(time.month + 11) % 12]) + " " +
           padded(std::to_string(time.day), 2, ' ') + " " +
           padded(std::to_string(time.hour), 2, '0') + ":" +
           padded(std::to_string(time.minute), 2, '0') + " " + entry.name;
}

OpenMode mode_of(std::uint32_t flags) {
    return {.read = (flags & 0x01U) != 0,
            .write = (flags & 0x02U) != 0,
            .append = (flags & 0x04U) != 0,
            .create = (flags & 0x08U) != 0,
            .truncate = (flags & 0x10U) != 0,
            .exclusive = (flags & 0x20U) != 0};
}

Error no_handle() {
    return {"sftp.handle", Blame::Partner, "no such handle"};
}

}  // namespace

bool Engine::feed(BytesView octets, Bytes& out) {
    // Whole packets are read where they lie; only what is left of the last one is kept.
    const bool carried = !m_pending.empty();
    if (carried) m_pending += octets;
    BytesView rest = carried ? BytesView(m_pending) : octets;
    bool good = true;
    m_waiting = false;
    while (good && rest.size() >= LengthOctets) {
        PacketReader prefix(rest);
        const std::size_t length = prefix.u32();
        if (length == 0 || length > m_limits.packet_bytes) return false;
        if (rest.size() - LengthOctets < length) break;
        m_waiting = out.size() >= m_limits.reply_bytes;
        if (m_waiting) break;
        good = packet(rest.substr(LengthOctets, length), out);
        rest.remove_prefix(LengthOctets + length);
    }
    // A packet of 256 KB comes in eight parts: what is there already is not copied again for each.
    if (carried)
        m_pending.erase(0, m_pending.size() - rest.size());
    else
        m_pending.assign(rest);
    return good;
}

bool Engine::packet(BytesView body, Bytes& out) {
    ++m_counters.packets;
    PacketReader fields(body);
    const auto type = static_cast<PacketType>(fields.octet());
    if (!m_greeted) {
        if (type != PacketType::Init || body.size() < 1 + LengthOctets) return false;
        m_greeted = true;
        version(out);
        return true;
    }
    const std::uint32_t id = fields.u32();
    if (!fields.good()) return false;
    request(type, id, fields, out);
    return true;
}

void Engine::version(Bytes& out) const {
    PacketWriter reply(out, PacketType::Version);
    reply.u32(ProtocolVersion)
        .text("posix-rename@openssh.com")
        .text("1")
        .text("fsync@openssh.com")
        .text("1")
        .text("limits@openssh.com")
        .text("1");
}

void Engine::request(PacketType type, std::uint32_t id, PacketReader& fields, Bytes& out) {
    switch (type) {
        case PacketType::Open:
        case PacketType::Close:
        case PacketType::Read:
        case PacketType::Write:
        case PacketType::Fstat:
        case PacketType::Opendir:
        case PacketType::Readdir:
            return file_request(type, id, fields, out);
        case PacketType::Setstat:
        case PacketType::Fsetstat:
            return set_attributes(type, id, fields, out);
        case PacketType::Lstat:
        case PacketType::Stat:
        case PacketType::Remove:
        case PacketType::Mkdir:
        case PacketType::Rmdir:
        case PacketType::Realpath:
            return path_request(type, id, fields, out);
        case PacketType::Rename:
            return rename(id, fields, false, out);
        case PacketType::Extended:
            return extended(id, fields, out);
        case PacketType::Init:
        case PacketType::Version:
        case PacketType::Readlink:
        case PacketType::Symlink:
        case PacketType::Status:
        case PacketType::Handle:
        case PacketType::Data:
        case PacketType::Name:
        case PacketType::Attrs:
        case PacketType::ExtendedReply:
            break;
    }
    status(id, StatusCode::Unsupported, "not supported", out);
}

void Engine::file_request(PacketType type, std::uint32_t id, PacketReader& fields, Bytes& out) {
    if (type == PacketType::Open) return open(id, fields, out);
    if (type == PacketType::Close) return close(id, fields, out);
    if (type == PacketType::Read) return read(id, fields, out);
    if (type == PacketType::Write) return write(id, fields, out);
    if (type == PacketType::Opendir) return open_folder(id, fields, out);
    if (type == PacketType::Readdir) return read_folder(id, fields, out);
    OpenFile* file = file_of(fields.text());
    if (file == nullptr) return status(id, no_handle(), out);
    auto info = file->info();
    if (!info) return status(id, std::move(info).error(), out);
    PacketWriter(out, PacketType::Attrs).u32(id).attributes(attributes_of(*info));
}

void Engine::path_request(PacketType type, std::uint32_t id, PacketReader& fields, Bytes& out) {
    auto path = normal_path(fields.text());
    if (!fields.good()) return status(id, StatusCode::BadMessage, "bad message", out);
    if (!path) return status(id, std::move(path).error(), out);
    if (type == PacketType::Remove) return status(id, m_tree.remove(*path), out);
    if (type == PacketType::Mkdir) return status(id, m_tree.make_folder(*path), out);
    if (type == PacketType::Rmdir) return status(id, m_tree.remove_folder(*path), out);
    if (type == PacketType::Realpath) {
        PacketWriter(out, PacketType::Name).u32(id).u32(1).text(*path).text(*path).attributes({});
        return;
    }
    auto entry = m_tree.look(*path);
    if (!entry) return status(id, std::move(entry).error(), out);
    PacketWriter(out, PacketType::Attrs).u32(id).attributes(attributes_of(*entry));
}

void Engine::open(std::uint32_t id, PacketReader& fields, Bytes& out) {
    auto path = normal_path(fields.text());
    const OpenMode mode = mode_of(fields.u32());
    (void)fields.attributes();  // what a new file should have; here all are alike
    if (!fields.good()) return status(id, StatusCode::BadMessage, "bad message", out);
    if (!path) return status(id, std::move(path).error(), out);
    if (m_handles.size() >= m_limits.handles)
        return status(id, StatusCode::Failure, "too many open files in this session", out);
    auto file = m_tree.open(*path, mode);
    if (!file) return status(id, std::move(file).error(), out);
    handle(id, *std::move(file), out);
}

void Engine::handle(std::uint32_t id, Handle value, Bytes& out) {
    const std::string name = std::to_string(m_next_handle++);
    m_handles.emplace(name, std::move(value));
    PacketWriter(out, PacketType::Handle).u32(id).text(name);
}

OpenFile* Engine::file_of(std::string_view name) {
    const auto found = m_handles.find(name);
    if (found == m_handles.end()) return nullptr;
    auto* file = std::get_if<std::unique_ptr<OpenFile>>(&found->second);
    return file == nullptr ? nullptr : file->get();
}

void Engine::close(std::uint32_t id, PacketReader& fields, Bytes& out) {
    const auto found = m_handles.find(fields.text());
    if (found == m_handles.end()) return status(id, no_handle(), out);
    Status closed;
    if (auto* file = std::get_if<std::unique_ptr<OpenFile>>(&found->second))
        closed = (*file)->close();
    m_handles.erase(found);
    status(id, closed, out);
}

void Engine::read(std::uint32_t id, PacketReader& fields, Bytes& out) {
    OpenFile* file = file_of(fields.text());
    const std::uint64_t offset = fields.u64();
    const std::size_t most = std::min<std::size_t>(fields.u32(), m_limits.read_bytes);
    if (!fields.good()) return status(id, StatusCode::BadMessage, "bad message", out);
    if (file == nullptr) return status(id, no_handle(), out);
    auto octets = file->read(offset, most);
    if (!octets) return status(id, std::move(octets).error(), out);
    if (octets->empty()) return status(id, StatusCode::Eof, "end of file", out);
    m_counters.bytes_out += octets->size();
    PacketWriter(out, PacketType::Data).u32(id).text(*octets);
}

void Engine::write(std::uint32_t id, PacketReader& fields, Bytes& out) {
    OpenFile* file = file_of(fields.text());
    const std::uint64_t offset = fields.u64();
    const std::string_view octets = fields.text();
    if (!fields.good()) return status(id, StatusCode::BadMessage, "bad message", out);
    if (file == nullptr) return status(id, no_handle(), out);
    m_counters.bytes_in += octets.size();
    status(id, file->write(offset, octets), out);
}

void Engine::open_folder(std::uint32_t id, PacketReader& fields, Bytes& out) {
    auto path = normal_path(fields.text());
    if (!fields.good()) return status(id, StatusCode::BadMessage, "bad message", out);
    if (!path) return status(id, std::move(path).error(), out);
    if (m_handles.size() >= m_limits.handles)
        return status(id, StatusCode::Failure, "too many open files in this session", out);
    auto entries = m_tree.list(*path);
    if (!entries) return status(id, std::move(entries).error(), out);
    handle(id, Folder{.entries = *std::move(entries)}, out);
}

void Engine::read_folder(std::uint32_t id, PacketReader& fields, Bytes& out) {
    const auto found = m_handles.find(fields.text());
    Folder* folder = found == m_handles.end() ? nullptr : std::get_if<Folder>(&found->second);
    if (folder == nullptr) return status(id, no_handle(), out);
    const std::size_t count =
        std::min<std::size_t>(m_limits.names_per_reply, folder->entries.size() - folder->next);
    if (count == 0) return status(id, StatusCode::Eof, "end of folder", out);
    PacketWriter reply(out, PacketType::Name);
    reply.u32(id).u32(static_cast<std::uint32_t>(count));
    for (std::size_t left = count; left > 0; --left) {
        const Entry& entry = folder->entries[folder->next++];
        reply.text(entry.name).text(long_name(entry)).attributes(attributes_of(entry));
    }
}

void Engine::rename(std::uint32_t id, PacketReader& fields, bool replace, Bytes& out) {
    auto from = normal_path(fields.text());
    auto to = normal_path(fields.text());
    if (!fields.good()) return status(id, StatusCode::BadMessage, "bad message", out);
    if (!from) return status(id, std::move(from).error(), out);
    if (!to) return status(id, std::move(to).error(), out);
    status(id, m_tree.rename(*from, *to, replace), out);
}

// Times and permissions mean nothing here; clients set them after every upload, so that is no fault. A size does.
void Engine::set_attributes(PacketType type, std::uint32_t id, PacketReader& fields, Bytes& out) {
    const std::string_view name = fields.text();
    const Attributes wanted = fields.attributes();
    if (!fields.good()) return status(id, StatusCode::BadMessage, "bad message", out);
    if (type == PacketType::Fsetstat) {
        OpenFile* file = file_of(name);
        if (file == nullptr) return status(id, no_handle(), out);
        return status(id, wanted.bytes ? file->resize(*wanted.bytes) : Status{}, out);
    }
    auto path = normal_path(name);
    if (!path) return status(id, std::move(path).error(), out);
    if (wanted.bytes) return status(id, m_tree.resize(*path, *wanted.bytes), out);
    auto entry = m_tree.look(*path);
    status(id, entry ? Status{} : Status(std::move(entry).error()), out);
}

void Engine::extended(std::uint32_t id, PacketReader& fields, Bytes& out) {
    const std::string_view name = fields.text();
    if (name == "posix-rename@openssh.com") return rename(id, fields, true, out);
    if (name == "fsync@openssh.com") {
        OpenFile* file = file_of(fields.text());
        return file == nullptr ? status(id, no_handle(), out) : status(id, file->sync(), out);
    }
    if (name == "limits@openssh.com") {
        PacketWriter(out, PacketType::ExtendedReply)
            .u32(id)
            .u64(m_limits.packet_bytes)
            .u64(m_limits.read_bytes)
            .u64(m_limits.read_bytes)
            .u64(m_limits.handles);
        return;
    }
    status(id, StatusCode::Unsupported, "not supported", out);
}

void Engine::status(std::uint32_t id, const Status& done, Bytes& out) {
    if (done) return status(id, StatusCode::Ok, "ok", out);
    std::string text = done.error().what();
    if (!done.error().remedy().empty()) text += "; " + done.error().remedy();
    status(id, code_of(done.error()), text, out);
}

void Engine::status(std::uint32_t id, StatusCode code, std::string_view text, Bytes& out) {
    if (code != StatusCode::Ok && code != StatusCode::Eof) ++m_counters.refused;
    PacketWriter(out, PacketType::Status)
        .u32(id)
        .u32(static_cast<std::uint32_t>(code))
        .text(text)
        .text("en");
}

Result<std::string> normal_path(std::string_view path) {
    constexpr std::size_t LongestName = 255;
    constexpr std::size_t Levels = 8;
    const auto denied = [](std::string why) {
        return Error("sftp.denied", Blame::Partner, std::move(why));
    };
    std::vector<std::string_view> parts;
    while (!path.empty()) {
        const std::size_t slash = std::min(path.find('/'), path.size());
        const std::string_view part = path.substr(0, slash);
        path.remove_prefix(std::min(path.size(), slash + 1));
        if (part.empty() || part == ".") continue;
        if (part == "..") {
            if (!parts.empty()) parts.pop_back();
            continue;
        }
        if (part.size() > LongestName) return denied("a name is longer than 255 octets");
        if (std::any_of(part.begin(), part.end(), [](char letter) {
                return static_cast<unsigned char>(letter) < 0x20 || letter == 0x7F;
            }))
            return denied("a name has control characters");
        parts.push_back(part);
        if (parts.size() > Levels) return denied("too many folders in one path");
    }
    std::string normal;
    for (const std::string_view part : parts)
        normal += "/" + std::string(part);
    return normal.empty() ? "/" : normal;
}

}  // namespace sallyport::sftp

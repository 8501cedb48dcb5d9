// SPDX-License-Identifier: Apache-2.0
#include "transports/sftp/partner_tree.h"

#include "gateway/base/crash_point.h"

#include <algorithm>
#include <utility>

namespace sallyport::sftp {

namespace {

using transports::Mail;

constexpr std::string_view In = "/in";
constexpr std::string_view Out = "/out";
constexpr std::string_view Archive = "/archive";

Error missing() {
    return {"sftp.missing", Blame::Partner, "no such file or folder"};
}

Error denied(std::string what) {
    return {"sftp.denied", Blame::Partner, std::move(what)};
}

// What happened inside is for our own people; the partner learns that it is not its fault.
Error inside(const Error& error) {
    if (error.code().starts_with("sftp.") && error.code() != "sftp.storage") return error;
    return {"sftp.unavailable",
            Blame::Operator,
            "the gateway cannot do that at the moment; nothing was taken in, try again later"};
}

std::string name_of(const std::string& path) {
    return path.substr(path.rfind('/') + 1);
}

std::string folder_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == 0 ? "/" : path.substr(0, slash);
}

Entry entry_of(const Mail& mail) {
    return {.name = mail.name, .bytes = mail.bytes, .modified = mail.since};
}

// A file that is being uploaded.
class UploadFile final : public OpenFile {
public:
    UploadFile(PartnerTree& tree, std::string path, Uploads::Claim claim, bool append)
        : m_tree(tree), m_path(std::move(path)), m_claim(std::move(claim)), m_append(append) {}
    ~UploadFile() override {
        if (m_open) m_claim.upload->abandon(m_claim.writer);
    }
    UploadFile(const UploadFile&) = delete;
    UploadFile& operator=(const UploadFile&) = delete;
    UploadFile(UploadFile&&) = delete;
    UploadFile& operator=(UploadFile&&) = delete;

    Result<Bytes> read(std::uint64_t offset, std::size_t most) override {
        return m_claim.upload->read(offset, most);
    }
    Status write(std::uint64_t offset, BytesView octets) override {
        const std::uint64_t at = m_append ? m_claim.upload->bytes() : offset;
        return kept(m_claim.upload->write(m_claim.writer, at, octets, limits()));
    }
    Result<Entry> info() override {
        return Entry{.name = name_of(m_path),
                     .writable = true,
                     .bytes = m_claim.upload->bytes(),
                     .modified = m_claim.upload->modified()};
    }
    Status resize(std::uint64_t bytes) override {
        return kept(m_claim.upload->resize(m_claim.writer, bytes, limits()));
    }
    Status sync() override { return kept(m_claim.upload->sync(m_claim.writer)); }
    Status close() override {
        if (m_broken) return *std::exchange(m_broken, std::nullopt);  // and abandon it
        Status closed = finish();
        m_open = !closed;
        return closed;
    }

private:
    const UploadLimits& limits() const { return m_tree.parts().account->uploads; }
    Status finish() {
        // Some clients make an empty file first to see whether they may; there is nothing to take in yet.
        if (m_claim.upload->bytes() == 0) return {};
        if (m_tree.parts().account->is_temporary(m_path)) {
            Status closed = m_claim.upload->close_for_later(m_claim.writer);
            return closed ? closed : Status(inside(closed.error()));
        }
        return m_tree.take_in(m_path, m_claim.upload, m_claim.writer);
    }
    // Clients send many writes before they read an answer: after one that failed, close must not succeed.
    Status kept(Status status) {
        if (status) return status;
        m_broken = inside(status.error());
        m_tree.record("sftp.upload.failed",
                      {{"path", m_path}, {"code", std::string(status.error().code())}},
                      true);
        return *m_broken;
    }

    PartnerTree& m_tree;
    const std::string m_path;
    Uploads::Claim m_claim;
    const bool m_append;
    bool m_open = true;
    std::optional<Error> m_broken;
};

// A document of ours that the partner reads.
class MailFile final : public OpenFile {
public:
    MailFile(PartnerTree& tree, Mail mail, Bytes octets, bool counts)
        : m_tree(tree), m_mail(std::move(mail)), m_octets(std::move(octets)), m_counts(counts) {}

    Result<Bytes> read(std::uint64_t offset, std::size_t most) override {
        if (offset >= m_octets.size()) return Bytes();
        Bytes part = m_octets.substr(offset, most);
        m_read.add(offset, offset + part.size());
        return part;
    }
    Status write(std::uint64_t /*offset*/, BytesView /*octets*/) override {
        return denied("this file cannot be written");
    }
    Result<Entry> info() override { return entry_of(m_mail); }
    Status resize(std::uint64_t /*bytes*/) override {
        return denied("this file cannot be written");
    }
    Status sync() override { return {}; }
    Status close() override {
        if (!m_counts || !m_read.covers(m_octets.size())) return {};
        return m_tree.fetched(m_mail);
    }

private:
    PartnerTree& m_tree;
    const Mail m_mail;
    const Bytes m_octets;
    const bool m_counts;
    Ranges m_read;
};

}  // namespace

PartnerTree::Place PartnerTree::place_of(const std::string& path) const {
    if (path == "/") return Place::Root;
    if (path == In) return Place::In;
    if (path == Out) return Place::Out;
    if (path == Archive) return Place::Archive;
    const std::string folder = folder_of(path);
    if (folder == Out) return Place::OutFile;
    if (folder == Archive) return Place::ArchiveFile;
    const auto is_ours = [&](const std::string& candidate) {
        return std::any_of(
            m_parts.account->folders.begin(),
            m_parts.account->folders.end(),
            [&](const std::string& name) { return candidate == std::string(In) + "/" + name; });
    };
    if (is_ours(path)) return Place::In;
    if (folder == In || is_ours(folder)) return Place::InFile;
    return Place::Nowhere;
}

Result<std::vector<Mail>> PartnerTree::mails(Place place) {
    const std::string& partner = m_parts.account->partner;
    auto list = place == Place::Out || place == Place::OutFile ? m_parts.mailbox.waiting(partner)
                                                               : m_parts.mailbox.archived(partner);
    if (!list) return inside(list.error());
    return list;
}

Result<Mail> PartnerTree::mail_at(const std::string& path, Place place) {
    auto list = mails(place);
    if (!list) return std::move(list).error();
    for (Mail& mail : *list)
        if (mail.name == name_of(path)) return std::move(mail);
    return missing();
}

Result<Entry> PartnerTree::look(const std::string& path) {
    const Place place = place_of(path);
    switch (place) {
        case Place::Root:
        case Place::Out:
        case Place::Archive:
            return Entry{.name = name_of(path), .folder = true, .modified = m_parts.clock.now()};
        case Place::In:
            return Entry{.name = name_of(path),
                         .folder = true,
                         .writable = true,
                         .modified = m_parts.clock.now()};
        case Place::InFile: {
            auto entry = m_parts.uploads.find(m_parts.account->partner, path);
            if (!entry) return missing();
            return *std::move(entry);
        }
        case Place::OutFile:
        case Place::ArchiveFile: {
            auto mail = mail_at(path, place);
            if (!mail) return std::move(mail).error();
            return entry_of(*mail);
        }
        case Place::Nowhere:
            break;
    }
    return missing();
}

Result<std::vector<Entry>> PartnerTree::list(const std::string& path) {
    const Place place = place_of(path);
    const Instant now = m_parts.clock.now();
    std::vector<Entry> entries;
    if (place == Place::Root) {
        for (const std::string_view name : {In, Out, Archive})
            entries.push_back({.name = std::string(name.substr(1)),
                               .folder = true,
                               .writable = name == In,
                               .modified = now});
        return entries;
    }
    if (place == Place::In) {
        entries = m_parts.uploads.list(m_parts.account->partner, path);
        if (path == In)
            for (const std::string& name : m_parts.account->folders)
                entries.push_back(
                    {.name = name, .folder = true, .writable = true, .modified = now});
        return entries;
    }
    if (place != Place::Out && place != Place::Archive) return missing();
    auto list = mails(place);
    if (!list) return std::move(list).error();
    for (const Mail& mail : *list)
        entries.push_back(entry_of(mail));
    return entries;
}

Result<std::unique_ptr<OpenFile>> PartnerTree::open(const std::string& path, const OpenMode& mode) {
    const Place place = place_of(path);
    const bool writes = mode.write || mode.append || mode.create || mode.truncate;
    if (place == Place::InFile && writes) return open_upload(path, mode);
    if (writes) return denied("uploads go into /in");
    if (place == Place::OutFile || place == Place::ArchiveFile) return open_mail(path, place);
    if (place == Place::InFile && m_parts.uploads.find(m_parts.account->partner, path))
        return denied("files in /in cannot be read back");
    return missing();
}

Result<std::unique_ptr<OpenFile>> PartnerTree::open_upload(const std::string& path,
                                                           const OpenMode& mode) {
    auto claim = m_parts.uploads.begin(*m_parts.account, path, mode);
    if (!claim) {
        record("sftp.upload.refused",
               {{"path", path}, {"code", std::string(claim.error().code())}},
               true);
        return inside(claim.error());
    }
    return std::unique_ptr<OpenFile>(
        std::make_unique<UploadFile>(*this, path, *std::move(claim), mode.append));
}

Result<std::unique_ptr<OpenFile>> PartnerTree::open_mail(const std::string& path, Place place) {
    auto mail = mail_at(path, place);
    if (!mail) return std::move(mail).error();
    auto octets = m_parts.mailbox.read(m_parts.account->partner, mail->message);
    if (!octets) return inside(octets.error());
    return std::unique_ptr<OpenFile>(std::make_unique<MailFile>(
        *this, *std::move(mail), *std::move(octets), place == Place::OutFile));
}

Status PartnerTree::take_in(const std::string& path,
                            const std::shared_ptr<Upload>& upload,
                            std::uint64_t writer) {
    auto complete = upload->complete(writer);
    if (!complete) return inside(complete.error());
    transports::Arrival arrival;
    arrival.transport = "sftp";
    arrival.partner = m_parts.account->partner;
    arrival.from = m_parts.account->user;
    arrival.to = folder_of(path);
    // The octets are the identity: the same file under another name is the same file.
    arrival.message_id = "sha256:" + complete->digest;
    arrival.content_digest = complete->digest;
    arrival.payload = std::move(complete->memory);
    arrival.payload_file = complete->file;
    arrival.file_name = name_of(path);
    arrival.remote_address = m_parts.remote_address;
    CRASH_POINT("sftp.admit.before");
    auto admission = m_parts.intake.admit(arrival, [](transports::Verdict) {
        return Result<transports::Receipt>(transports::Receipt{.http_status = 0});
    });
    CRASH_POINT("sftp.admit.after");
    if (!admission) {
        upload->reopen();
        record("sftp.upload.failed",
               {{"path", path}, {"code", std::string(admission.error().code())}},
               true);
        return inside(admission.error());
    }
    if (admission->verdict != transports::Verdict::New)
        record("sftp.upload.duplicate", {{"path", path}, {"message", admission->message}});
    m_parts.uploads.taken_in(m_parts.account->partner, path, upload);
    CRASH_POINT("sftp.answer.before");
    return {};
}

Status PartnerTree::fetched(const Mail& mail) {
    CRASH_POINT("sftp.fetched.before");
    Status done = m_parts.mailbox.fetched(m_parts.account->partner,
                                          mail.message,
                                          m_parts.account->after_fetch,
                                          m_parts.remote_address);
    CRASH_POINT("sftp.fetched.after");
    return done ? done : Status(inside(done.error()));
}

Status PartnerTree::remove(const std::string& path) {
    const Place place = place_of(path);
    if (place == Place::InFile) {
        const bool there = m_parts.uploads.unfinished(m_parts.account->partner, path) != nullptr;
        Status removed = m_parts.uploads.remove(m_parts.account->partner, path);
        if (removed && there) record("sftp.upload.removed", {{"path", path}});
        return removed;
    }
    if (place == Place::OutFile) {
        auto mail = mail_at(path, place);
        if (!mail) {
            // Scripts remove what they have just fetched; by agreement it went by itself.
            auto old = mail_at(path, Place::Archive);
            return old ? Status{} : Status(std::move(mail).error());
        }
        Status removed = m_parts.mailbox.removed(
            m_parts.account->partner, mail->message, m_parts.remote_address);
        if (removed) return removed;
        if (removed.error().code() == "mailbox.unread")
            return denied("this file was never read to its end: fetch it first");
        return inside(removed.error());
    }
    if (place == Place::Nowhere) return missing();
    return denied("this cannot be removed");
}

Status PartnerTree::rename(const std::string& from, const std::string& to, bool replace) {
    const std::string& partner = m_parts.account->partner;
    if (place_of(from) == Place::OutFile && place_of(to) == Place::ArchiveFile) return remove(from);
    if (place_of(from) != Place::InFile || place_of(to) != Place::InFile)
        return denied("only files in /in can be renamed, within /in");
    if (from == to) return {};
    const auto upload = m_parts.uploads.unfinished(partner, from);
    if (upload && !m_parts.account->is_temporary(to)) {
        // From a temporary name to its own: now it is meant to be taken in.
        if (!replace && m_parts.uploads.unfinished(partner, to))
            return Error("sftp.exists", Blame::Partner, "a file of that name is there");
        if (Status taken = take_in(to, upload, 0); !taken) return taken;
        if (m_parts.uploads.unfinished(partner, to))
            if (Status removed = m_parts.uploads.remove(partner, to); !removed) return removed;
        return {};
    }
    Status renamed = m_parts.uploads.rename(partner, from, to, replace);
    return renamed ? renamed : Status(inside(renamed.error()));
}

Status PartnerTree::make_folder(const std::string& path) {
    const Place place = place_of(path);
    if (place == Place::Root || place == Place::In || place == Place::Out ||
        place == Place::Archive)
        return Error("sftp.exists", Blame::Partner, "this folder is there already");
    return denied("folders cannot be made here");
}

Status PartnerTree::remove_folder(const std::string& path) {
    return place_of(path) == Place::Nowhere ? missing() : denied("folders cannot be removed here");
}

Status PartnerTree::resize(const std::string& path, std::uint64_t bytes) {
    auto entry = look(path);
    if (!entry) return std::move(entry).error();
    if (entry->bytes == bytes) return {};
    return denied("the size of this file cannot be set");
}

void PartnerTree::record(std::string_view event,
                         std::vector<std::pair<std::string, std::string>> detail,
                         bool warn) {
    m_parts.recorder.record({.event = event,
                             .partner = m_parts.account->partner,
                             .user = m_parts.account->user,
                             .remote_address = m_parts.remote_address,
                             .detail = std::move(detail),
                             .warn = warn});
}

}  // namespace sallyport::sftp

// SPDX-License-Identifier: Apache-2.0
// What stands behind an SFTP session in these tests: an intake and a mailbox in memory that can be told to fail, and a
// client that speaks the protocol octet by octet.
#pragma once

#include "tests/support/temp_dir.h"

#include "gateway/base/digest.h"
#include "gateway/base/file.h"
#include "gateway/base/guarded.h"
#include "transports/sftp/engine.h"
#include "transports/sftp/partner_tree.h"
#include "transports/sftp/uploads.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sallyport::sftp {

struct Taken {
    std::string partner, from, to, id, name, digest, octets;
    transports::Receipt receipt{};
};

class MemoryIntake final : public transports::Intake {
public:
    Result<transports::Admission> admit(const transports::Arrival& arrival,
                                        const transports::ReceiptMaker& make) override {
        if (const bool down = broken.with([](bool value) { return value; }); down)
            return Error("store.unavailable", Blame::Network, "the disk at /var/lib is away");
        Bytes octets = arrival.payload;
        if (!arrival.payload_file.empty()) {
            auto read = read_file(arrival.payload_file, std::size_t{1} << 31U);
            if (!read) return std::move(read).error();
            octets = *std::move(read);
        }
        // AS2's identity is its MIC's scope, not the payload.
        if (arrival.transport != "as2" && sha256_hex(octets) != arrival.content_digest)
            return Error("test.digest", Blame::Bug, "the digest is not that of the octets");
        return taken.with([&](auto& all) -> Result<transports::Admission> {
            for (const Taken& one : all)
                if (one.from == arrival.from && one.to == arrival.to &&
                    one.id == arrival.message_id && one.digest == arrival.content_digest)
                    return transports::Admission{
                        transports::Verdict::Identical, one.receipt, "first"};
            auto receipt = make(transports::Verdict::New);
            all.push_back({arrival.partner,
                           arrival.from,
                           arrival.to,
                           arrival.message_id,
                           arrival.file_name,
                           arrival.content_digest,
                           octets,
                           *receipt});
            return transports::Admission{transports::Verdict::New, *receipt, "new"};
        });
    }
    Status refuse(const transports::Refusal& /*refusal*/,
                  const transports::Receipt& /*receipt*/) override {
        return {};
    }
    std::vector<Taken> all() const {
        return taken.with([](const auto& list) { return list; });
    }
    Guarded<bool> broken{false};
    Guarded<std::vector<Taken>> taken;
};

class MemoryMailbox final : public transports::Mailbox {
public:
    struct Box {
        transports::Mail mail;
        Bytes octets;
        std::string where = "out";
    };
    void put(const std::string& partner, const std::string& name, const Bytes& octets) {
        boxes.with([&](auto& all) {
            all[partner].push_back({.mail = {.message = name + "!" + sha256_hex(octets),
                                             .name = name,
                                             .bytes = octets.size()},
                                    .octets = octets});
        });
    }
    Result<std::vector<transports::Mail>> waiting(const std::string& partner) override {
        return list(partner, "out");
    }
    Result<std::vector<transports::Mail>> archived(const std::string& partner) override {
        return list(partner, "archive");
    }
    Result<Bytes> read(const std::string& partner, const std::string& message) override {
        return use<Bytes>(partner, message, [](Box& box) -> Result<Bytes> { return box.octets; });
    }
    Status fetched(const std::string& partner,
                   const std::string& message,
                   transports::AfterFetch after,
                   const std::string& /*remote*/) override {
        return use<void>(partner, message, [&](Box& box) -> Status {
            box.mail.fetched = true;
            if (after == transports::AfterFetch::Archive) box.where = "archive";
            if (after == transports::AfterFetch::Delete) box.where = "gone";
            return {};
        });
    }
    Status removed(const std::string& partner,
                   const std::string& message,
                   const std::string& /*remote*/) override {
        return use<void>(partner, message, [](Box& box) -> Status {
            if (!box.mail.fetched) return Error("mailbox.unread", Blame::Partner, "unread");
            box.where = "archive";
            return {};
        });
    }
    // Takes a file away; true when it had been fetched.
    bool take(const std::string& partner, const std::string& name) {
        return boxes.with([&](auto& all) {
            bool fetched = false;
            std::erase_if(all[partner], [&](const Box& box) {
                if (box.mail.name == name) fetched = fetched || box.where != "out";
                return box.mail.name == name;
            });
            return fetched;
        });
    }
    std::string where(const std::string& partner, const std::string& name) {
        return boxes.with([&](auto& all) -> std::string {
            for (const Box& box : all[partner])
                if (box.mail.name == name) return box.where;
            return "nowhere";
        });
    }

private:
    template <typename T, typename Use>
    Result<T> use(const std::string& partner, const std::string& message, Use&& use_one) {
        return boxes.with([&](auto& all) -> Result<T> {
            for (Box& box : all[partner])
                if (box.mail.message == message) return use_one(box);
            return Error("mailbox.missing", Blame::Partner, "none");
        });
    }
    Result<std::vector<transports::Mail>> list(const std::string& partner,
                                               const std::string& where) {
        return boxes.with([&](auto& all) {
            std::vector<transports::Mail> mails;
            for (const Box& box : all[partner])
                if (box.where == where) mails.push_back(box.mail);
            return mails;
        });
    }
    Guarded<std::map<std::string, std::vector<Box>>> boxes;
};

class MemoryRecorder final : public Recorder {
public:
    void record(const Event& event) override {
        events.with([&](auto& all) { all.push_back(std::string(event.event)); });
    }
    unsigned count(const std::string& name) const {
        return events.with([&](const auto& all) {
            return static_cast<unsigned>(std::count(all.begin(), all.end(), name));
        });
    }
    Guarded<std::vector<std::string>> events;
};

class HandClock final : public Clock {
public:
    Instant now() const override { return at; }
    std::chrono::steady_clock::time_point steady_now() const override { return steady; }
    Instant at{std::chrono::hours{24 * 365 * 50}};
    std::chrono::steady_clock::time_point steady{std::chrono::hours{1}};
};

inline std::shared_ptr<Account> account(const std::string& name = "acme") {
    auto made = std::make_shared<Account>();
    made->partner = name;
    made->user = name;
    made->temporary = {".tmp", ".part"};
    made->folders = {"orders"};
    return made;
}

// One gateway's side, several lives long.
struct World {
    World() { live(); }
    void live() {
        uploads.reset();
        auto opened = Uploads::open({directory.path() / "uploads", clock, random});
        if (!opened) throw std::runtime_error(opened.error().text());
        uploads = *std::move(opened);
    }
    PartnerTree tree(std::shared_ptr<const Account> who) {
        return PartnerTree(
            {std::move(who), "192.0.2.1:22", *uploads, intake, mailbox, recorder, clock});
    }
    // Files in the staging folder, of both kinds.
    std::size_t staged() const {
        std::size_t count = 0;
        for (const auto& entry :
             std::filesystem::recursive_directory_iterator(directory.path() / "uploads"))
            if (entry.is_regular_file()) ++count;
        return count;
    }
    testing_support::TempDir directory;
    HandClock clock;
    SystemRandom random;
    MemoryIntake intake;
    MemoryMailbox mailbox;
    MemoryRecorder recorder;
    std::unique_ptr<Uploads> uploads;
};

inline constexpr OpenMode ForUpload{.write = true, .create = true, .truncate = true};
inline constexpr OpenMode ForResume{.write = true, .create = true};
inline constexpr OpenMode ForRead{.read = true};

// The code of a failure, "" for success.
template <typename T>
std::string code_of(const Result<T>& result) {
    return result ? "" : std::string(result.error().code());
}

inline Status upload(Tree& tree, const std::string& path, BytesView octets) {
    auto file = tree.open(path, ForUpload);
    if (!file) return std::move(file).error();
    if (Status written = (*file)->write(0, octets); !written) return written;
    return (*file)->close();
}

}  // namespace sallyport::sftp

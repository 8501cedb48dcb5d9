// SPDX-License-Identifier: Apache-2.0
// The doctor's look at the state directory: store, audit chain, archive, disk.
#include "gateway/daemon/doctor.h"
#include "gateway/daemon/gateway.h"
#include "gateway/store/sqlite_store.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <utility>

namespace sallyport::daemon {
namespace {

using Weight = Finding::Weight;

constexpr std::chrono::minutes ClockTolerance{5};

Finding operator_acts(const std::string& check,
                      Weight weight,
                      const char* code,
                      std::string what,
                      std::string remedy) {
    return {.check = check,
            .weight = weight,
            .code = code,
            .who = "operator",
            .what = std::move(what),
            .remedy = std::move(remedy)};
}

// Only the clock can be wrong: entries are stamped when they are written.
void compare_clock(store::Store& store, Instant now, std::vector<Finding>& findings) {
    auto head = store::read<store::AuditHead>(
        store, [](store::Reader& reader) { return reader.audit_head(); });
    if (!head || head->seq == 0) return;
    auto last = store::read<std::vector<store::AuditEntry>>(
        store, [&](store::Reader& reader) { return reader.audit_entries(head->seq, 1); });
    if (!last || last->empty() || last->front().time <= now + ClockTolerance) return;
    findings.push_back(
        operator_acts("clock",
                      Weight::Failure,
                      "doctor.clock.behind",
                      "the clock says " + iso8601(now) + ", the last audit entry was written at " +
                          iso8601(last->front().time),
                      "set the clock right (timedatectl) before the gateway writes more"));
}

void examine_chain(store::Store& store, std::vector<Finding>& findings) {
    auto verdict = store::verify_chain(store);
    if (!verdict)
        findings.push_back(finding("store", verdict.error(), Weight::Failure));
    else if (verdict->broken)
        findings.push_back(operator_acts(
            "store",
            Weight::Failure,
            "doctor.store.chain",
            "the audit chain is broken at entry " + std::to_string(verdict->broken->seq) + ": " +
                verdict->broken->why,
            "keep the database as it is for whoever investigates; sallyport audit verify shows "
            "more"));
    else
        findings.push_back(
            good("store",
                 "the audit chain is unbroken, " + std::to_string(verdict->entries) + " entries"));
}

// Made, synced and removed. An empty text: it worked.
std::string write_probe(const std::filesystem::path& directory) {
    std::string name = (directory / ".doctor-XXXXXX").string();
    const int file = ::mkstemp(name.data());
    if (file < 0) return std::error_code(errno, std::generic_category()).message();
    std::string failed;
    if (::write(file, "x", 1) != 1 || ::fsync(file) != 0)
        failed = std::error_code(errno, std::generic_category()).message();
    ::close(file);
    ::unlink(name.c_str());
    return failed;
}

// root may write everywhere; the gateway's user may not.
std::string foreign_owner(const std::filesystem::path& archive,
                          const std::filesystem::path& store) {
    struct stat of_archive {};
    struct stat of_store {};
    if (::stat(archive.c_str(), &of_archive) != 0 || ::stat(store.c_str(), &of_store) != 0)
        return {};
    return of_archive.st_uid == of_store.st_uid ? ""
                                                : "it belongs to another user than the database";
}

void examine_archive(const config::Settings& settings, std::vector<Finding>& findings) {
    const auto archive = archive_directory(settings);
    std::error_code ignored;
    if (!std::filesystem::exists(archive, ignored)) return;  // made with the first message
    std::string why = write_probe(archive);
    if (why.empty()) why = foreign_owner(archive, store_file(settings));
    if (why.empty())
        findings.push_back(good("archive", archive.string() + " can be written"));
    else
        findings.push_back(operator_acts("archive",
                                         Weight::Failure,
                                         "doctor.archive.unwritable",
                                         archive.string() + " cannot be written: " + why,
                                         "give it to the gateway's user, on a file system with "
                                         "room that is not mounted read-only"));
}

std::string mebibytes(std::uint64_t octets) {
    return std::to_string(octets >> 20U) + " MiB";
}

}  // namespace

std::vector<Finding> examine_store(const config::Settings& settings, Instant now) {
    const auto file = store_file(settings);
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored))
        return {operator_acts("store",
                              Weight::Note,
                              "doctor.store.none",
                              "there is no database yet: " + file.string(),
                              "start the gateway; it makes one")};
    auto store = store::open_sqlite_store_read_only(file);
    if (!store) return {finding("store", store.error(), Weight::Failure)};
    std::vector<Finding> findings;
    if (const Status whole = (*store)->check_integrity(); !whole)
        findings.push_back(finding("store", whole.error(), Weight::Failure));
    else
        findings.push_back(good("store", file.string() + " is whole"));
    examine_chain(**store, findings);
    compare_clock(**store, now, findings);
    return findings;
}

std::vector<Finding> examine_disk(const config::Settings& settings) {
    std::vector<Finding> findings;
    std::error_code failed;
    if (!std::filesystem::exists(settings.state_directory, failed)) return findings;
    examine_archive(settings, findings);
    const auto space = std::filesystem::space(settings.state_directory, failed);
    const std::uint64_t least = settings.limits.free_disk_bytes;
    const std::string room = mebibytes(failed ? 0 : space.available) + " are free under " +
                             settings.state_directory.string();
    if (failed || space.available < least)
        findings.push_back(operator_acts("disk",
                                         Weight::Failure,
                                         "doctor.disk.low",
                                         room + ": below limits.free_disk, new input is refused",
                                         "make room, or lower limits.free_disk"));
    else if (space.available < 4 * least)
        findings.push_back(
            operator_acts("disk",
                          Weight::Warning,
                          "doctor.disk.low",
                          room + "; at " + mebibytes(least) + " new input is refused",
                          "make room in time"));
    else
        findings.push_back(good("disk", room));
    return findings;
}

}  // namespace sallyport::daemon

// SPDX-License-Identifier: Apache-2.0
// `archive verify`: every object read and compared with its digest, every row's object looked for.
#include "gateway/base/file.h"
#include "gateway/daemon/command.h"
#include "gateway/daemon/gateway.h"
#include "gateway/daemon/open_store.h"
#include "gateway/store/verify_archive.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <memory>
#include <string>
#include <utility>

namespace sallyport::daemon {
namespace {

using nlohmann::ordered_json;
using store::ArchiveCheck;

constexpr std::size_t LongestProgress = 4096;

Error not_progress(const std::filesystem::path& file) {
    return Error("archive.progress", Blame::Operator, "that is no progress of this check")
        .at({.source = file.string()})
        .remedy("name a file that this command wrote, or a new one");
}

Result<ArchiveCheck> begin_at(const std::filesystem::path& file) {
    std::error_code ignored;
    if (file.empty() || !std::filesystem::exists(file, ignored)) return ArchiveCheck{};
    auto text = read_file(file, LongestProgress);
    if (!text) return std::move(text).error();
    const auto check = ArchiveCheck::read(*text);
    if (!check) return not_progress(file);
    return *check;
}

// Until it is done; after each step the progress is on disk.
Status go_through(const store::ArchiveUnderCheck& under,
                  const std::filesystem::path& progress,
                  ArchiveCheck& check) {
    while (check.part != ArchiveCheck::Part::Done) {
        if (Status some = check_some(under, check); !some) return some;
        if (progress.empty()) continue;
        if (Status kept = write_file_durably(progress, check.write()); !kept) return kept;
    }
    std::error_code ignored;
    if (!progress.empty()) std::filesystem::remove(progress, ignored);
    return {};
}

ordered_json counts_of(const ArchiveCheck& check) {
    ordered_json answer;
    answer["verified"] = check.changed + check.missing == 0;
    answer["objects"] = check.objects;
    answer["bytes"] = check.bytes;
    answer["references"] = check.references;
    answer["leftovers"] = check.leftovers;
    answer["changed"] = check.changed;
    answer["missing"] = check.missing;
    return answer;
}

int verify(CommandLine& line, const std::filesystem::path& progress) {
    auto opened = open_for_reading(line);
    if (!opened) return report(line, opened.error());
    const auto root = archive_directory(opened->settings);
    const store::Archive archive(root, opened->store->objects());
    auto check = begin_at(progress);
    if (!check) return report(line, check.error());
    auto findings = ordered_json::array();
    const store::ArchiveUnderCheck under{
        .archive = archive, .root = root, .store = *opened->store, .bad = [&](const Error& error) {
            line.err << "sallyport: " << error.text() << '\n';
            constexpr std::size_t MostListed = 1000;
            if (findings.size() < MostListed)
                findings.push_back({{"code", error.code()}, {"text", error.text()}});
        }};
    if (Status done = go_through(under, progress, *check); !done) return report(line, done.error());
    const bool good = check->changed + check->missing == 0;
    if (line.json) {
        auto answer = counts_of(*check);
        answer["findings"] = std::move(findings);
        line.out << answer.dump(2, ' ', false, ordered_json::error_handler_t::replace) << '\n';
    } else {
        line.out << check->objects << " objects with " << check->bytes << " octets and "
                 << check->references << " references: " << check->changed << " changed, "
                 << check->missing << " missing, " << check->leftovers << " leftovers\n";
    }
    return good ? exit_code::Done : exit_code::Failed;
}

}  // namespace

void add_archive_commands(CommandLine& line) {
    CLI::App* noun = line.app.add_subcommand("archive", "what is kept of every message");
    noun->require_subcommand(1);
    noun->footer(
        "Examples:\n"
        "  sallyport archive verify                     every object against its digest\n"
        "  sallyport archive verify --json              the same for a program\n"
        "  sallyport archive verify --progress FILE     goes on where it was stopped\n");
    CLI::App* verb = noun->add_subcommand(
        "verify", "read every object, compare it with its digest, look for what rows name");
    auto progress = std::make_shared<std::filesystem::path>();
    verb->add_flag("--json", line.json, "one JSON object on standard output");
    verb->add_option("--progress",
                     *progress,
                     "file that says how far it came; there, the check goes on from it");
    verb->footer(
        "Examples:\n"
        "  sallyport archive verify                            also while the gateway runs\n"
        "  sallyport archive verify --progress /var/tmp/check  stop it, start it again\n"
        "  sallyport archive verify --json | jq .findings      what is changed or missing\n");
    verb->callback(
        [&line, progress] { line.action = [&line, progress] { return verify(line, *progress); }; });
}

}  // namespace sallyport::daemon

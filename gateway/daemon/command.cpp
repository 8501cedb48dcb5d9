// SPDX-License-Identifier: Apache-2.0
#include "gateway/daemon/command.h"

#include <array>
#include <cstdlib>
#include <string_view>
#include <system_error>

namespace sallyport::daemon {
namespace {

int code_for(const Error& error) {
    const std::string_view code = error.code();
    if (code.starts_with("config.") || code.starts_with("certs.") || code == "map.load" ||
        code == "daemon.as2" || code.starts_with("schema.") || code == "data.missing")
        return exit_code::Configuration;
    if (code == "store.locked" || code == "flow.decision.nothing" || code == "doc.ambiguous")
        return exit_code::Conflict;
    if (code == "control.not_reachable") return exit_code::NotReachable;
    if (code == "control.not_permitted" || code == "api.token") return exit_code::NotPermitted;
    if (code == "flow.document.missing" || code == "api.token.missing") return exit_code::NotFound;
    if (code.ends_with(".not_found")) return exit_code::NotFound;
    if (code.starts_with("store.") || code.starts_with("http."))
        return error.blame() == Blame::Network ? exit_code::TemporaryFailure
                                               : exit_code::Unavailable;
    return exit_code::Failed;
}

}  // namespace

int report(CommandLine& line, const Error& error) {
    line.err << "sallyport: " << error.text() << '\n';
    return code_for(error);
}

Result<std::filesystem::path> data_directory() {
    if (const char* named = std::getenv("SALLYPORT_DATA"); named != nullptr && *named != '\0')
        return std::filesystem::path(named);
    std::error_code failed;
    const auto program = std::filesystem::read_symlink("/proc/self/exe", failed).parent_path();
    for (const auto& candidate :
         {program / "share" / "sallyport", program.parent_path() / "share" / "sallyport"})
        if (std::filesystem::is_directory(candidate / "schemas", failed)) return candidate;
    return Error("data.missing",
                 Blame::Operator,
                 "the schemas and maps of this installation are not where they should be, in " +
                     (program.parent_path() / "share" / "sallyport").string())
        .remedy("install the package again, or name their directory in SALLYPORT_DATA");
}

}  // namespace sallyport::daemon

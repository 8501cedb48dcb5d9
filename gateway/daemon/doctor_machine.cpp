// SPDX-License-Identifier: Apache-2.0
// The doctor's look at the machine: file modes, certificates, clock, ports.
#include "certs/keys.h"
#include "gateway/base/file.h"
#include "gateway/daemon/control_file.h"
#include "gateway/daemon/doctor.h"

#include <netdb.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <set>
#include <system_error>
#include <utility>

namespace sallyport::daemon {
namespace {

using Weight = Finding::Weight;

constexpr std::size_t LargestPem = std::size_t{1} << 20U;
constexpr std::chrono::hours Soon{24 * 30};

std::set<std::filesystem::path> trusted_files(const config::Configuration& configuration) {
    const config::Settings& settings = configuration.settings;
    std::set<std::filesystem::path> files{settings.file};
    for (const config::Identity& identity : settings.identities)
        files.insert({config::secret_path(identity.key), identity.certificate});
    files.insert({config::secret_path(settings.as2.tls_key),
                  settings.as2.tls_certificate,
                  config::secret_path(settings.odoo.key),
                  settings.odoo.ca_file,
                  settings.odoo.item_table});
    for (const config::Partner& partner : configuration.partners) {
        files.insert({partner.file, partner.odoo.item_table});
        files.insert(partner.as2.certificates.begin(), partner.as2.certificates.end());
        files.insert(partner.as2.tls_certificates.begin(), partner.as2.tls_certificates.end());
        for (const config::DocumentAgreement& document : partner.documents)
            files.insert(document.map);
    }
    // Whoever may write a directory may replace the files in it.
    std::set<std::filesystem::path> all = files;
    for (const std::filesystem::path& file : files)
        if (!file.empty()) all.insert(file.parent_path());
    all.insert(settings.partner_directory);
    all.erase(std::filesystem::path());
    return all;
}

// Empty when only its owner and group may change it.
std::string changeable_by(const std::filesystem::path& path) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) return {};  // config says what is missing
    if ((info.st_mode & S_IWOTH) == 0) return {};
    // As in /tmp: others may add, but not replace.
    if (S_ISDIR(info.st_mode) && (info.st_mode & S_ISVTX) != 0) return {};
    return path.string();
}

struct Shown {
    std::string whose;  // "identity main", "partner acme"
    std::string owner;  // who must act
    std::filesystem::path file;
    Weight when_expired = Weight::Failure;
};

std::vector<Shown> shown_certificates(const config::Configuration& configuration) {
    std::vector<Shown> all;
    for (const config::Identity& identity : configuration.settings.identities)
        all.push_back({"our identity " + identity.name, "operator", identity.certificate});
    if (configuration.settings.as2.https.enabled)
        all.push_back({"our HTTPS server", "operator", configuration.settings.as2.tls_certificate});
    // A certificate the operator configured is trusted whatever its dates; but the partner will change it.
    for (const config::Partner& partner : configuration.partners)
        for (const auto* list : {&partner.as2.certificates, &partner.as2.tls_certificates})
            for (const std::filesystem::path& file : *list)
                all.push_back({"partner " + partner.name, "partner", file, Weight::Warning});
    return all;
}

Finding dated(const Shown& shown, Weight weight, const char* code, std::string what) {
    const bool ours = shown.owner == "operator";
    return {.check = "certificates",
            .weight = weight,
            .code = code,
            .who = shown.owner,
            .what = "the certificate of " + shown.whose + " " + std::move(what),
            .remedy = ours ? "make the next one in time and give it to the partners before you "
                             "change over (sallyport cert generate)"
                           : "ask the partner for the next one and add it to the list in the "
                             "partner file before they change over",
            .place = shown.file.string()};
}

void examine_certificate(const Shown& shown, Instant now, std::vector<Finding>& findings) {
    auto pem = read_file(shown.file, LargestPem);
    if (!pem) return;  // a fault of the configuration, said there
    auto certificate = certs::load_certificate(*pem);
    if (!certificate) return;
    const std::string until = iso8601(certificate->not_after()).substr(0, 10);
    if (certificate->not_after() < now)
        findings.push_back(
            dated(shown, shown.when_expired, "doctor.certificate.expired", "expired on " + until));
    else if (certificate->not_before() > now)
        findings.push_back(
            dated(shown,
                  Weight::Note,
                  "doctor.certificate.early",
                  "is valid only from " + iso8601(certificate->not_before()).substr(0, 10)));
    else if (certificate->not_after() < now + Soon)
        findings.push_back(
            dated(shown, Weight::Warning, "doctor.certificate.soon", "expires on " + until));
    else
        findings.push_back(good("certificates", shown.whose + ": valid until " + until));
}

struct AddressesOf {
    void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};

// 0, or why the port cannot be bound.
int try_to_bind(const config::Endpoint& listen) {
    addrinfo hints{};
    hints.ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (::getaddrinfo(listen.host.c_str(), std::to_string(listen.port).c_str(), &hints, &found) !=
        0)
        return 0;  // a name: the gateway resolves it
    const std::unique_ptr<addrinfo, AddressesOf> address(found);
    const int socket = ::socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket < 0) return 0;
    const int reuse = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof reuse);
    const int failed = ::bind(socket, address->ai_addr, address->ai_addrlen) == 0 ? 0 : errno;
    ::close(socket);
    return failed;
}

void examine_port(const std::string& key,
                  const config::Endpoint& listen,
                  std::vector<Finding>& findings) {
    if (listen.port == 0) return;
    const int failed = try_to_bind(listen);
    const std::string where = listen.host + " port " + std::to_string(listen.port);
    if (failed == 0) {
        findings.push_back(good("ports", key + ": " + where + " is free"));
        return;
    }
    findings.push_back({.check = "ports",
                        .weight = Weight::Failure,
                        .code = "doctor.port.taken",
                        .who = "operator",
                        .what = key + " cannot listen on " + where + ": " +
                                std::error_code(failed, std::generic_category()).message(),
                        .remedy = "stop the program that listens there (ss -ltnp), choose another "
                                  "port, or run doctor as the gateway's user"});
}

}  // namespace

std::vector<Finding> examine_files(const config::Configuration& configuration) {
    std::vector<Finding> findings;
    const auto files = trusted_files(configuration);
    for (const std::filesystem::path& path : files)
        if (const std::string found = changeable_by(path); !found.empty())
            findings.push_back({.check = "files",
                                .weight = Weight::Failure,
                                .code = "doctor.files.writable",
                                .who = "operator",
                                .what = "every user of this machine may change " + found,
                                .remedy = "chmod o-w " + found + ", and look at what it says now",
                                .place = found});
    struct stat state {};
    const auto& directory = configuration.settings.state_directory;
    if (::stat(directory.c_str(), &state) == 0 && (state.st_mode & S_IRWXO) != 0)
        findings.push_back({.check = "files",
                            .weight = Weight::Warning,
                            .code = "doctor.files.state",
                            .who = "operator",
                            .what = "every user of this machine may look into the state directory",
                            .remedy = "chmod o-rwx " + directory.string(),
                            .place = directory.string()});
    if (findings.empty())
        findings.push_back(
            good("files",
                 "settings, partner files and keys: " + std::to_string(files.size()) +
                     " files and directories nobody else may change"));
    return findings;
}

std::vector<Finding> examine_certificates(const config::Configuration& configuration, Instant now) {
    std::vector<Finding> findings;
    for (const Shown& shown : shown_certificates(configuration))
        examine_certificate(shown, now, findings);
    return findings;
}

std::vector<Finding> examine_clock() {
    timex state{};
    const int answer = ::adjtimex(&state);
    if (answer >= 0 && answer != TIME_ERROR && (state.status & STA_UNSYNC) == 0)
        return {good("clock", "the kernel's clock is synchronised")};
    return {{.check = "clock",
             .weight = Weight::Warning,
             .code = "doctor.clock.unsynchronised",
             .who = "operator",
             .what = "nobody keeps this machine's clock right, as far as the kernel knows",
             .remedy = "run chrony or systemd-timesyncd; on a virtual machine the host may do it "
                       "unseen"}};
}

std::vector<Finding> examine_ports(const config::Settings& settings) {
    std::vector<Finding> findings;
    auto control = read_control(control_file(settings.state_directory));
    if (control) {
        const Status ready = ask_ready(*control);
        if (ready) return {good("gateway", "runs and is ready")};
        if (ready.error().code() != "control.not_reachable")
            return {finding("gateway", ready.error(), Weight::Failure)};
    } else if (control.error().code() == "control.not_permitted") {
        return {finding("gateway", control.error(), Weight::Note)};
    }
    if (settings.as2.http.enabled) examine_port("as2.http", settings.as2.http.listen, findings);
    if (settings.as2.https.enabled) examine_port("as2.https", settings.as2.https.listen, findings);
    examine_port("api.listen", settings.api, findings);
    return findings;
}

}  // namespace sallyport::daemon

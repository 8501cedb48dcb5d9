// SPDX-License-Identifier: Apache-2.0
#include "certs/keys.h"
#include "gateway/base/clock.h"
#include "gateway/base/file.h"
#include "gateway/daemon/command.h"

#include <CLI/CLI.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace sallyport::daemon {
namespace {

struct GenerateOptions {
    std::string name;
    std::vector<std::string> hosts;
    std::string key_file;
    std::string certificate_file;
    unsigned days = 3650;
    unsigned bits = 3072;
};

Status generate(const GenerateOptions& options) {
    for (const std::string& file : {options.key_file, options.certificate_file})
        if (std::filesystem::exists(file))
            return Error("cert.exists", Blame::Operator, file + " is already there")
                .remedy("a key that partners know is never overwritten; name another file");
    const SystemClock clock;
    const Instant now = clock.now();
    auto identity =
        certs::generate_self_signed({.common_name = options.name,
                                     .host_names = options.hosts,
                                     .rsa_bits = options.bits,
                                     .not_before = now - std::chrono::hours(1),
                                     .not_after = now + std::chrono::hours(24) * options.days});
    if (!identity) return std::move(identity).error();
    auto pem = identity->key.pem();
    if (!pem) return std::move(pem).error();
    if (Status written = write_file_durably(options.key_file, pem->reveal(), 0600); !written)
        return written;
    return write_file_durably(options.certificate_file, identity->certificate.pem(), 0644);
}

}  // namespace

void add_cert_commands(CommandLine& line) {
    CLI::App* noun = line.app.add_subcommand("cert", "keys and certificates");
    noun->require_subcommand(1);
    CLI::App* verb = noun->add_subcommand("generate", "a new key and its self-signed certificate");
    auto options = std::make_shared<GenerateOptions>();
    verb->add_option("--name", options->name, "common name")->required();
    verb->add_option("--host", options->hosts, "host name or address, for TLS; may be repeated");
    verb->add_option("--key", options->key_file, "file for the private key (mode 0600)")
        ->required();
    verb->add_option("--certificate", options->certificate_file, "file for the certificate")
        ->required();
    verb->add_option("--days", options->days, "how long it is valid")
        ->check(CLI::Range(1U, 36'500U))
        ->capture_default_str();
    verb->add_option("--bits", options->bits, "RSA key length")
        ->check(CLI::IsMember({2048U, 3072U, 4096U}))
        ->capture_default_str();
    verb->footer(
        "Examples:\n"
        "  sallyport cert generate --name acme-test --key k.pem --certificate c.pem\n"
        "  sallyport cert generate --name edi --host edi.example.com --key tls.key --certificate "
        "tls.pem\n"
        "  sallyport cert generate --name next --days 730 --key next.key --certificate next.pem\n");
    verb->callback([&line, options] {
        line.action = [&line, options] {
            const Status done = generate(*options);
            if (done) return exit_code::Done;
            const int code = report(line, done.error());
            return done.error().code() == "cert.exists" ? exit_code::Conflict : code;
        };
    });
}

}  // namespace sallyport::daemon

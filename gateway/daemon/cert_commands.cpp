// SPDX-License-Identifier: Apache-2.0
#include "gateway/daemon/cert_commands.h"

#include "certs/keys.h"
#include "config/secret_ref.h"
#include "gateway/base/clock.h"
#include "gateway/base/file.h"
#include "gateway/daemon/command.h"

#include <CLI/CLI.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sallyport::daemon {

Result<std::optional<Secret>> passphrase_of(const std::string& reference) {
    if (reference.empty()) return std::optional<Secret>();
    auto parsed = config::parse_secret_ref(reference, std::filesystem::current_path());
    if (!parsed) return std::move(parsed).error();
    auto secret = config::resolve(*parsed);
    if (!secret) return std::move(secret).error();
    return std::optional<Secret>(*std::move(secret));
}

Status write_new_file(const std::string& file, std::string_view octets, unsigned mode) {
    if (std::filesystem::exists(file))
        return Error("cert.exists", Blame::Operator, file + " is already there")
            .remedy("a key that partners know is never overwritten; name another file");
    return write_file_durably(file, octets, mode);
}

Status write_new_secret(const std::string& file, const Secret& octets) {
    return write_new_file(file, octets.reveal(), 0600);
}

namespace {

struct GenerateOptions {
    std::string name;
    std::vector<std::string> hosts;
    std::string key_file;
    std::string certificate_file;
    std::string passphrase;  // reference
    unsigned days = 3650;
    unsigned bits = 3072;
};

Status generate(const GenerateOptions& options) {
    if (std::filesystem::exists(options.certificate_file))  // before the key is written
        return write_new_file(options.certificate_file, {}, 0644);
    auto word = passphrase_of(options.passphrase);
    if (!word) return std::move(word).error();
    const SystemClock clock;
    const Instant now = clock.now();
    auto identity =
        certs::generate_self_signed({.common_name = options.name,
                                     .host_names = options.hosts,
                                     .rsa_bits = options.bits,
                                     .not_before = now - std::chrono::hours(1),
                                     .not_after = now + std::chrono::hours(24) * options.days});
    if (!identity) return std::move(identity).error();
    auto pem = identity->key.pem(*word ? &**word : nullptr);
    if (!pem) return std::move(pem).error();
    if (Status written = write_new_secret(options.key_file, *pem); !written) return written;
    return write_new_file(options.certificate_file, identity->certificate.pem(), 0644);
}

}  // namespace

void add_cert_commands(CommandLine& line) {
    CLI::App* noun = line.app.add_subcommand("cert", "keys and certificates");
    noun->require_subcommand(1);
    noun->footer(
        "Examples:\n"
        "  sallyport cert list                          every key and certificate in use, and "
        "until when\n"
        "  sallyport cert generate --name test --key test.key --certificate test.pem\n"
        "  sallyport cert lint partner.pem              what a partner's certificate lacks\n");
    CLI::App* verb = noun->add_subcommand("generate", "a new key and its self-signed certificate");
    auto options = std::make_shared<GenerateOptions>();
    verb->add_option("--name", options->name, "common name")->required();
    verb->add_option("--host", options->hosts, "host name or address, for TLS; may be repeated");
    verb->add_option("--key", options->key_file, "file for the private key (mode 0600)")
        ->required();
    verb->add_option("--certificate", options->certificate_file, "file for the certificate")
        ->required();
    verb->add_option(
        "--key-passphrase", options->passphrase, "encrypts the key: file:PATH or env:NAME");
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
    add_cert_file_commands(line, *noun);
    add_cert_trust_commands(line, *noun);
    add_cert_consent_commands(line, *noun);
    add_cert_calendar(line, *noun);
}

}  // namespace sallyport::daemon

// SPDX-License-Identifier: Apache-2.0
// cert request, import, export, show, lint: one file in, findings or another file out. No daemon, no configuration.
#include "certs/bundle.h"
#include "certs/lint.h"
#include "gateway/base/clock.h"
#include "gateway/base/file.h"
#include "gateway/daemon/cert_commands.h"
#include "gateway/daemon/command.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace sallyport::daemon {

using nlohmann::ordered_json;

namespace {

ordered_json certificate_json(const certs::Certificate& certificate, Instant now) {
    return {{"subject", certificate.subject()},
            {"issuer", certificate.issuer()},
            {"serial", certificate.serial()},
            {"sha256", certificate.fingerprint()},
            {"not_before", iso8601(certificate.not_before())},
            {"not_after", iso8601(certificate.not_after())},
            {"days_left", certs::days_left(certificate, now)}};
}

std::string spoken_fingerprint(const std::string& hex) {
    std::string text;
    for (std::size_t at = 0; at < hex.size(); at += 4)
        text += (at == 0 ? "" : at == hex.size() / 2 ? "  " : " ") + hex.substr(at, 4);
    return text;
}

constexpr std::size_t LargestFile = std::size_t{4} << 20U;

struct FileOptions {
    std::string in;
    std::string passphrase;  // reference, of the input
    std::string key_out;
    std::string key_passphrase;  // reference, of the written key
    std::string certificate_out;
    std::string name;
    std::string organization;
    std::string country;
    std::vector<std::string> hosts;
    std::vector<std::string> uses;
    std::string form = "pem";
    unsigned bits = 3072;
};

Result<certs::Bundle> read_input(const FileOptions& options) {
    auto octets = read_file(options.in, LargestFile);
    if (!octets) return std::move(octets).error();
    auto word = passphrase_of(options.passphrase);
    if (!word) return std::move(word).error();
    auto bundle = certs::read_bundle(Secret(*std::move(octets)), *word ? &**word : nullptr);
    if (!bundle) return std::move(bundle).error().at({.source = options.in});
    return bundle;
}

Status write_key(const certs::PrivateKey& key, const FileOptions& options) {
    auto word = passphrase_of(options.key_passphrase);
    if (!word) return std::move(word).error();
    auto pem = key.pem(*word ? &**word : nullptr);
    if (!pem) return std::move(pem).error();
    return write_new_secret(options.key_out, *pem);
}

Status request(const FileOptions& options) {
    Result<certs::PrivateKey> key = [&]() -> Result<certs::PrivateKey> {
        if (options.in.empty()) return certs::generate_key(options.bits);
        auto bundle = read_input(options);
        if (!bundle) return std::move(bundle).error();
        if (!bundle->key)
            return Error("cert.no_key", Blame::Operator, options.in + " holds no private key");
        return *std::move(bundle->key);
    }();
    if (!key) return std::move(key).error();
    auto text = certs::make_request(*key,
                                    {.common_name = options.name,
                                     .organization = options.organization,
                                     .country = options.country,
                                     .host_names = options.hosts});
    if (!text) return std::move(text).error();
    if (options.in.empty())
        if (Status written = write_key(*key, options); !written) return written;
    return write_new_file(options.certificate_out, *text, 0644);
}

Status import(const FileOptions& options) {
    auto bundle = read_input(options);
    if (!bundle) return std::move(bundle).error();
    if (bundle->certificates.empty())
        return Error("cert.no_certificate", Blame::Operator, options.in + " holds no certificate");
    if (bundle->key && options.key_out.empty())
        return Error("cert.key_unnamed", Blame::Operator, options.in + " holds a private key")
            .remedy("name a file for it with --key, and a passphrase with --key-passphrase");
    if (bundle->key)
        if (Status written = write_key(*bundle->key, options); !written) return written;
    std::string pem;
    for (const auto& certificate : bundle->certificates)
        pem += certificate.pem();
    return write_new_file(options.certificate_out, pem, 0644);
}

// Never the private key, except as PKCS#12 under a passphrase.
Status export_one(const FileOptions& options) {
    auto bundle = read_input(options);
    if (!bundle) return std::move(bundle).error();
    if (bundle->certificates.empty())
        return Error("cert.no_certificate", Blame::Operator, options.in + " holds no certificate");
    const certs::Certificate& own = bundle->certificates.front();
    if (options.form == "pem") return write_new_file(options.certificate_out, own.pem(), 0644);
    if (options.form == "der") return write_new_file(options.certificate_out, own.der(), 0644);
    auto word = passphrase_of(options.key_passphrase);
    if (!word) return std::move(word).error();
    if (!bundle->key || !*word)
        return Error("cert.no_key",
                     Blame::Operator,
                     "a key store needs a private key in " + options.in + " and a passphrase")
            .remedy("give PEM with key and certificate, and --key-passphrase file:PATH");
    auto identity = certs::make_identity(*bundle->key, own);
    if (!identity) return std::move(identity).error();
    auto store = certs::write_pkcs12(
        *identity, {bundle->certificates.begin() + 1, bundle->certificates.end()}, **word);
    if (!store) return std::move(store).error();
    return write_new_secret(options.certificate_out, *store);
}

int show(CommandLine& line, const FileOptions& options) {
    auto bundle = read_input(options);
    if (!bundle) return report(line, bundle.error());
    const Instant now = SystemClock().now();
    ordered_json all = ordered_json::array();
    for (const auto& certificate : bundle->certificates) {
        all.push_back(certificate_json(certificate, now));
        if (line.json) continue;
        line.out << certificate.subject() << "\n  issuer   " << certificate.issuer()
                 << "\n  serial   " << certificate.serial() << "\n  valid    "
                 << iso8601(certificate.not_before()) << " to " << iso8601(certificate.not_after())
                 << " (" << certs::days_left(certificate, now) << " days)\n  SHA-256  "
                 << spoken_fingerprint(certificate.fingerprint()) << '\n';
    }
    if (line.json) line.out << all.dump(2) << '\n';
    return exit_code::Done;
}

std::vector<certs::CertificateUse> uses_of(const std::vector<std::string>& names) {
    std::vector<certs::CertificateUse> uses;
    for (const auto& name : names)
        uses.push_back(name == "tls"       ? certs::CertificateUse::Tls
                       : name == "signing" ? certs::CertificateUse::Signing
                                           : certs::CertificateUse::Encryption);
    return uses;
}

int lint(CommandLine& line, const FileOptions& options) {
    auto bundle = read_input(options);
    if (!bundle) return report(line, bundle.error());
    if (bundle->certificates.empty())
        return report(
            line,
            Error("cert.no_certificate", Blame::Operator, options.in + " holds no certificate"));
    const auto findings =
        certs::lint(bundle->certificates.front(), uses_of(options.uses), SystemClock().now());
    ordered_json rows = ordered_json::array();
    bool fault = false;
    for (const auto& finding : findings) {
        fault = fault || finding.severity == certs::Severity::Fault;
        rows.push_back({{"severity", certs::to_string(finding.severity)},
                        {"code", finding.code},
                        {"text", finding.text},
                        {"remedy", finding.remedy}});
        if (!line.json)
            line.out << certs::to_string(finding.severity) << ": " << finding.text << "; "
                     << finding.remedy << " [" << finding.code << "]\n";
    }
    if (line.json) line.out << rows.dump(2) << '\n';
    if (!line.json && findings.empty()) line.out << "nothing to say\n";
    return fault ? exit_code::Failed : exit_code::Done;
}

int finish(CommandLine& line, const Status& done) {
    if (done) return exit_code::Done;
    const int code = report(line, done.error());
    return done.error().code() == "cert.exists" ? exit_code::Conflict : code;
}

void add_input(CLI::App& verb, FileOptions& options) {
    verb.add_option("file", options.in, "PEM, DER or PKCS#12")->required();
    verb.add_option("--passphrase", options.passphrase, "of that file: file:PATH or env:NAME");
}

void add_request(CommandLine& line, CLI::App& noun) {
    CLI::App* verb = noun.add_subcommand("request", "a request to an authority (CSR, PKCS#10)");
    auto options = std::make_shared<FileOptions>();
    verb->add_option("--name", options->name, "common name")->required();
    verb->add_option("--organization", options->organization, "organization");
    verb->add_option("--country", options->country, "two letters");
    verb->add_option("--host", options->hosts, "host name or address, for TLS; may be repeated");
    verb->add_option("--from-key", options->in, "an existing key; left out: a new one is made");
    verb->add_option("--passphrase", options->passphrase, "of the existing key: file:PATH");
    auto* key = verb->add_option("--key", options->key_out, "file for the new key (mode 0600)");
    verb->add_option(
        "--key-passphrase", options->key_passphrase, "encrypts the new key: file:PATH");
    verb->add_option("--bits", options->bits, "RSA key length")
        ->check(CLI::IsMember({2048U, 3072U, 4096U}))
        ->capture_default_str();
    verb->add_option("--out", options->certificate_out, "file for the request")->required();
    verb->footer(
        "Examples:\n"
        "  sallyport cert request --name edi.example.com --key new.key --out new.csr\n"
        "  sallyport cert request --name edi.example.com --from-key edi.key --out edi.csr\n"
        "  sallyport cert request --name edi --host edi.example.com --key tls.key --out tls.csr\n");
    verb->callback([&line, options, key] {
        if (options->in.empty() && options->key_out.empty())
            throw CLI::RequiredError(key->get_name());
        line.action = [&line, options] { return finish(line, request(*options)); };
    });
}

void add_import_and_export(CommandLine& line, CLI::App& noun) {
    CLI::App* verb = noun.add_subcommand("import", "PEM, DER or PKCS#12 into files as used here");
    auto options = std::make_shared<FileOptions>();
    add_input(*verb, *options);
    verb->add_option("--key", options->key_out, "file for the private key (mode 0600)");
    verb->add_option("--key-passphrase", options->key_passphrase, "encrypts it: file:PATH");
    verb->add_option("--certificate", options->certificate_out, "file for the certificates")
        ->required();
    verb->footer(
        "Examples:\n"
        "  sallyport cert import partner.cer --certificate partners/acme.pem\n"
        "  sallyport cert import old.p12 --passphrase file:word --key k.pem --certificate c.pem\n"
        "  sallyport cert import old.pfx --passphrase env:WORD --key k.pem --key-passphrase "
        "file:new --certificate c.pem\n");
    verb->callback([&line, options] {
        line.action = [&line, options] { return finish(line, import(*options)); };
    });

    verb = noun.add_subcommand("export", "the certificate for a partner, or a key store");
    options = std::make_shared<FileOptions>();
    add_input(*verb, *options);
    verb->add_option("--out", options->certificate_out, "file to write")->required();
    verb->add_option("--form", options->form, "pem, der or pkcs12")
        ->check(CLI::IsMember({"pem", "der", "pkcs12"}))
        ->capture_default_str();
    verb->add_option("--key-passphrase", options->key_passphrase, "of the key store: file:PATH");
    verb->footer(
        "Examples:\n"
        "  sallyport cert export gateway.pem --out gateway.cer --form der\n"
        "  sallyport cert export both.pem --form pkcs12 --key-passphrase file:word --out g.p12\n"
        "  sallyport cert export chain.pem --out leaf.pem\n");
    verb->callback([&line, options] {
        line.action = [&line, options] { return finish(line, export_one(*options)); };
    });
}

void add_show_and_lint(CommandLine& line, CLI::App& noun) {
    CLI::App* verb = noun.add_subcommand("show", "what a file holds, and its fingerprint");
    auto options = std::make_shared<FileOptions>();
    add_input(*verb, *options);
    verb->add_flag("--json", line.json, "one JSON array on standard output");
    verb->footer(
        "Examples:\n"
        "  sallyport cert show partners/acme.pem               to compare by telephone\n"
        "  sallyport cert show acme.p12 --passphrase file:word\n"
        "  sallyport cert show acme.cer --json | jq -r '.[0].sha256'\n");
    verb->callback(
        [&line, options] { line.action = [&line, options] { return show(line, *options); }; });

    verb = noun.add_subcommand("lint", "what will make trouble with a certificate");
    options = std::make_shared<FileOptions>();
    add_input(*verb, *options);
    verb->add_option("--use", options->uses, "signing, encryption, tls; may be repeated")
        ->check(CLI::IsMember({"signing", "encryption", "tls"}));
    verb->add_flag("--json", line.json, "one JSON array on standard output");
    verb->footer(
        "Examples:\n"
        "  sallyport cert lint partners/acme.pem --use signing --use encryption\n"
        "  sallyport cert lint keys/server.pem --use tls\n"
        "  sallyport cert lint acme.cer --json | jq -r '.[].code'\n");
    verb->callback(
        [&line, options] { line.action = [&line, options] { return lint(line, *options); }; });
}

}  // namespace

void add_cert_file_commands(CommandLine& line, CLI::App& noun) {
    add_request(line, noun);
    add_import_and_export(line, noun);
    add_show_and_lint(line, noun);
}

}  // namespace sallyport::daemon

// SPDX-License-Identifier: Apache-2.0
// partner sheet: one page to send a partner, with what its people need to reach us. Rendered from the configuration in
// force, so that it never says what the gateway does not do.
#include "certs/keys.h"
#include "config/load.h"
#include "gateway/base/file.h"
#include "gateway/daemon/command.h"
#include "gateway/daemon/sftp_door.h"
#include "transports/sftp/host_key.h"

#include <CLI/CLI.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace sallyport::daemon {
namespace {

struct SheetOptions {
    std::string partner;
    std::string host = "YOUR-GATEWAY.EXAMPLE.COM";
    std::string contact = "YOUR EDI COORDINATOR";
};

using Lines = std::vector<std::pair<std::string, std::string>>;

std::string table(const Lines& lines) {
    std::string text = "| | |\n|---|---|\n";
    for (const auto& [name, value] : lines)
        text += "| " + name + " | " + value + " |\n";
    return text;
}

std::string words(const std::vector<std::string>& list) {
    std::string text;
    for (const std::string& word : list)
        text += (text.empty() ? "`" : ", `") + word + "`";
    return text.empty() ? "none" : text;
}

std::string size_text(std::uint64_t bytes) {
    return std::to_string(bytes >> 20U) + " MiB";
}

Result<std::string> fingerprint_of(const std::filesystem::path& file) {
    auto pem = read_file(file, std::size_t{1} << 20U);
    if (!pem) return std::move(pem).error();
    auto certificate = certs::load_certificate(*pem);
    if (!certificate) return std::move(certificate).error().at({.source = file.string()});
    return "`" + certificate->fingerprint() + "`";
}

Result<std::string> as2_section(const config::Partner& partner,
                                const config::Settings& settings,
                                const SheetOptions& options) {
    std::string text = "\n## AS2\n\n";
    const bool https = settings.as2.https.enabled;
    const config::Endpoint& listen = https ? settings.as2.https.listen : settings.as2.http.listen;
    Lines lines{{"our URL",
                 std::string(https ? "https" : "http") + "://" + options.host + ":" +
                     std::to_string(listen.port) + settings.as2.path}};
    for (const config::Identity& ours : settings.identities) {
        if (ours.name != partner.as2.identity) continue;
        lines.emplace_back("our AS2 name", "`" + ours.as2_id + "`");
        auto fingerprint = fingerprint_of(ours.certificate);
        if (!fingerprint) return fingerprint;
        lines.emplace_back("our certificate (sent apart), SHA-256", *std::move(fingerprint));
    }
    lines.emplace_back("your AS2 name with us", "`" + partner.as2.id + "`");
    lines.emplace_back("you sign and encrypt",
                       std::string(partner.as2.require_signed ? "signed" : "signing optional") +
                           ", " +
                           (partner.as2.require_encrypted ? "encrypted" : "encryption optional"));
    lines.emplace_back("digests, ciphers",
                       words(partner.as2.digests) + "; " + words(partner.as2.ciphers));
    lines.emplace_back("where we send",
                       partner.as2.url.empty() ? "nowhere" : "`" + partner.as2.url + "`");
    return text + table(lines);
}

Result<std::string> sftp_section(const config::Partner& partner,
                                 const config::Settings& settings,
                                 const SheetOptions& options) {
    const config::SftpAgreement& agreed = partner.sftp;
    Lines lines{
        {"server",
         "`" + options.host + "`, port " + std::to_string(settings.sftp.listen.listen.port)},
        {"user", "`" + agreed.user + "`"}};
    auto keys = host_keys(settings.sftp);
    if (!keys) return std::move(keys).error();
    for (const auto& key : *keys) {
        auto half = sftp::public_half(*key);
        if (!half) return std::move(half).error();
        lines.emplace_back("our host key, " + half->type, "`" + half->fingerprint + "`");
    }
    for (const std::string& line : agreed.public_keys) {
        auto half = sftp::read_public_key(line);
        if (!half) return std::move(half).error();
        lines.emplace_back("your key, " + half->type, "`" + half->fingerprint + "`");
    }
    if (!agreed.password_hash.empty())
        lines.emplace_back("password",
                           agreed.key_and_password ? "needed besides the key" : "agreed apart");
    lines.emplace_back("you come from",
                       agreed.networks.empty() ? "anywhere" : words(agreed.networks));
    std::vector<std::string> folders{"/in"};
    for (const std::string& folder : agreed.folders)
        folders.push_back("/in/" + folder);
    lines.emplace_back("you upload into", words(folders));
    lines.emplace_back("names that wait until you rename them", words(agreed.temporary));
    lines.emplace_back("largest file", size_text(partner.message_bytes));
    lines.emplace_back("you fetch from", "`/out`");
    lines.emplace_back("after you fetched a file",
                       agreed.after_fetch == "keep"     ? "it stays until you remove it"
                       : agreed.after_fetch == "delete" ? "it is gone"
                                                        : "it is under `/archive` for 30 days");
    return "\n## SFTP, at our server\n\n" + table(lines) +
           "\nWhen `put` (or the rename from a temporary name) succeeds, the file is safe with us. "
           "When it fails or breaks off, send it again or resume it; the same content twice is "
           "taken once.\n";
}

Result<std::string> https_section(const config::Partner& partner,
                                  const config::Settings& settings,
                                  const SheetOptions& options) {
    const config::HttpsAgreement& agreed = partner.https;
    const std::string url =
        settings.https.url.empty()
            ? "https://" + options.host + ":" + std::to_string(settings.https.listen.listen.port)
            : settings.https.url;
    Lines lines{{"address", "`" + url + "/v1`"},
                {"description (OpenAPI)", "`" + url + "/v1/openapi.json`"}};
    auto shown = fingerprint_of(settings.https.tls_certificate);
    if (!shown) return shown;
    lines.emplace_back("our TLS certificate, SHA-256", *std::move(shown));
    std::vector<std::string> keys;
    for (const std::string& id : {agreed.hmac_key_id, agreed.next_hmac_key_id})
        if (!id.empty()) keys.push_back(id);
    lines.emplace_back("your token", "agreed apart; `Authorization: Bearer …`");
    if (!keys.empty()) lines.emplace_back("keys for signed requests", words(keys));
    for (const std::filesystem::path& file : agreed.client_certificates) {
        auto fingerprint = fingerprint_of(file);
        if (!fingerprint) return fingerprint;
        lines.emplace_back("your client certificate, SHA-256", *std::move(fingerprint));
    }
    lines.emplace_back("certificates and signed requests may", words(agreed.scopes));
    lines.emplace_back("you come from",
                       agreed.networks.empty() ? "anywhere" : words(agreed.networks));
    lines.emplace_back("requests in a minute, at most", std::to_string(agreed.requests_per_minute));
    lines.emplace_back("largest document", size_text(partner.message_bytes));
    lines.emplace_back(
        "what we send you",
        partner.deliver_by == "https" ? "waits under `/v1/outbox`" : "goes another way");
    return "\n## HTTPS API\n\n" + table(lines) +
           "\nSend with `POST /v1/documents` and an `Idempotency-Key` of your own. When the answer "
           "is "
           "202, the document is safe with us; on anything else, or no answer, send it again with "
           "the same key: it is taken once.\n";
}

std::string client_section(const config::SftpClientAgreement& agreed) {
    Lines lines{{"your server",
                 "`" + agreed.host + "`, port " + std::to_string(agreed.port) + ", user `" +
                     agreed.user + "`"},
                {"its host key", words(agreed.host_keys)}};
    if (!agreed.push_folder.empty())
        lines.emplace_back("we bring files to",
                           "`" + agreed.push_folder + "`, as `NAME" + agreed.temporary +
                               "` until they are complete");
    if (!agreed.poll.folder.empty())
        lines.emplace_back("we fetch from",
                           "`" + agreed.poll.folder + "`, " + words(agreed.poll.patterns) +
                               "; afterwards: " + agreed.poll.after);
    return "\n## SFTP, at your server\n\n" + table(lines);
}

std::string folder_section(const config::FolderAgreement& agreed) {
    Lines lines;
    if (!agreed.in.folder.empty())
        lines.emplace_back("you put files into",
                           "`" + agreed.in.folder + "`, " + words(agreed.in.patterns) +
                               ", under another name until they are complete");
    if (!agreed.out.empty())
        lines.emplace_back("we put files into",
                           "`" + agreed.out + "`, complete as soon as they show");
    return "\n## Folders of our machine\n\n" + table(lines);
}

std::string id_text(const std::string& qualifier, const std::string& id) {
    return "`" + (qualifier.empty() ? id : qualifier + "` / `" + id) + "`";
}

std::string edifact_section(const config::EdifactAgreement& agreed) {
    return "\n## EDIFACT envelope\n\n" +
           table({{"our id", id_text(agreed.our_qualifier, agreed.our_id)},
                  {"your id", id_text(agreed.their_qualifier, agreed.their_id)},
                  {"what we send is", "`" + agreed.syntax + ":" + agreed.syntax_version + "`"},
                  {"usage", agreed.test ? "test (0035 is 1)" : "production"}});
}

std::string x12_section(const config::X12Agreement& agreed) {
    return "\n## X12 envelope\n\n" +
           table({{"our id", "`" + agreed.our_qualifier + "` / `" + agreed.our_id + "`"},
                  {"your id", "`" + agreed.their_qualifier + "` / `" + agreed.their_id + "`"},
                  {"usage", agreed.test ? "test (T)" : "production (P)"}});
}

Result<std::string> sheet(const config::Partner& partner,
                          const config::Settings& settings,
                          const SheetOptions& options) {
    std::string text = "# How to exchange documents with us: " + partner.name +
                       "\n\nContact: " + options.contact + "\n";
    if (partner.as2.enabled) {
        auto part = as2_section(partner, settings, options);
        if (!part) return part;
        text += *part;
    }
    if (partner.sftp.enabled && settings.sftp.listen.enabled) {
        auto part = sftp_section(partner, settings, options);
        if (!part) return part;
        text += *part;
    }
    if (partner.https.enabled && settings.https.listen.enabled) {
        auto part = https_section(partner, settings, options);
        if (!part) return part;
        text += *part;
    }
    if (partner.sftp_client.enabled) text += client_section(partner.sftp_client);
    if (partner.folder.enabled) text += folder_section(partner.folder);
    if (partner.x12.enabled) text += x12_section(partner.x12);
    if (partner.edifact.enabled) text += edifact_section(partner.edifact);
    text += "\n## Documents\n\n| direction | standard | version | set |\n|---|---|---|---|\n";
    for (const config::DocumentAgreement& document : partner.documents)
        text += std::string("| ") + (document.inbound ? "you to us" : "we to you") + " | " +
                document.standard + " | " + document.version + " | " + document.set + " |\n";
    return text;
}

int show_sheet(CommandLine& line, const SheetOptions& options) {
    const config::LoadResult load = config::load(line.config_file, {.check_files = false});
    if (!load.ok()) {
        for (const Error& fault : load.faults)
            (void)report(line, fault);
        return exit_code::Configuration;
    }
    std::vector<std::string> names;
    for (const config::Partner& partner : load.configuration.partners) {
        names.push_back(partner.name);
        if (partner.name != options.partner) continue;
        auto text = sheet(partner, load.configuration.settings, options);
        if (!text) return report(line, text.error());
        line.out << *text;
        return exit_code::Done;
    }
    const std::string near = near_match(options.partner, names);
    line.err << "sallyport: there is no partner \"" << options.partner << '"'
             << (near.empty() ? "" : "; did you mean \"" + near + "\"?") << '\n';
    return exit_code::NotFound;
}

}  // namespace

void add_partner_commands(CommandLine& line) {
    CLI::App* noun = line.app.add_subcommand("partner", "trading partners");
    noun->require_subcommand(1);
    noun->footer(
        "Examples:\n"
        "  sallyport partner sheet acme                 one page to send acme\n"
        "  sallyport partner sheet acme --host edi.example.com > acme.md\n"
        "  sallyport check                              are the partner files sound?\n");
    CLI::App* verb =
        noun->add_subcommand("sheet", "one page to send a partner: names, URLs, keys, rules");
    auto options = std::make_shared<SheetOptions>();
    verb->add_option("name", options->partner, "the partner's name")->required();
    verb->add_option("--host", options->host, "our host name as the partner sees it");
    verb->add_option("--contact", options->contact, "whom the partner asks");
    verb->footer(
        "Examples:\n"
        "  sallyport partner sheet acme --host edi.example.com       Markdown, for a mail\n"
        "  sallyport partner sheet acme --contact \"Anna, +1 555 0100\" > acme.md\n"
        "  sallyport partner sheet acme --config ./sallyport.toml    before it is put in place\n");
    verb->callback([&line, options] {
        line.action = [&line, options] { return show_sheet(line, *options); };
    });
}

}  // namespace sallyport::daemon

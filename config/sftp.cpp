// SPDX-License-Identifier: Apache-2.0
// The tables of the SFTP settings, and what one value cannot tell by itself.
#include "config/sftp.h"

#include "config/checks.h"
#include "config/tables.h"

#include <algorithm>

namespace sallyport::config {

namespace {

constexpr double Second = 1000;
constexpr double Minute = 60 * Second;
constexpr double Hour = 60 * Minute;
constexpr double GiB = 1024.0 * 1024 * 1024;

bool is_user(const std::string& name) {
    return !name.empty() && name.size() <= 64 && name.front() != '-' &&
           std::all_of(name.begin(), name.end(), [](char letter) {
               return (letter >= 'A' && letter <= 'Z') || (letter >= 'a' && letter <= 'z') ||
                      (letter >= '0' && letter <= '9') || letter == '-' || letter == '_' ||
                      letter == '.';
           });
}

bool is_folder(const std::string& name) {
    return !name.empty() && name.size() <= 64 && name != "." && name != ".." &&
           name.find('/') == std::string::npos;
}

// Not a full parse: the type has to be one we take, and the rest has to look like base 64.
bool is_public_key(const std::string& line) {
    const std::size_t blank = line.find(' ');
    if (blank == std::string::npos) return false;
    const std::string type = line.substr(0, blank);
    const std::string rest = line.substr(blank + 1, line.find(' ', blank + 1) - blank - 1);
    const bool known =
        type == "ssh-ed25519" || type == "ssh-rsa" || type.starts_with("ecdsa-sha2-nistp");
    return known && rest.starts_with("AAAA") && rest.size() > 60;
}

std::vector<Field> login_fields(SftpAgreement& sftp) {
    return {
        {.key = "user",
         .target = &sftp.user,
         .help = "the partner's user name at our SFTP server",
         .reloadable = true,
         .may_be_empty = false},
        {.key = "public_keys",
         .standard = "[]",
         .target = &sftp.public_keys,
         .help = "the partner's public keys, as in authorized_keys: \"ssh-ed25519 AAAA…\"",
         .reloadable = true},
        {.key = "password_hash",
         .standard = "\"\"",
         .target = &sftp.password_hash,
         .help = "where the yescrypt ($y$) or argon2id hash of its password is; empty: no password",
         .reloadable = true},
        {.key = "key_and_password",
         .standard = "false",
         .target = &sftp.key_and_password,
         .help = "a key and the password are both needed",
         .reloadable = true},
        {.key = "networks",
         .standard = "[]",
         .target = &sftp.networks,
         .help = "where it may come from: addresses or networks (192.0.2.0/24); empty: anywhere",
         .reloadable = true},
        {.key = "allow",
         .standard = "[]",
         .target = &sftp.allow,
         .help = "old algorithms this partner's software still needs; only together with networks",
         .choices =
             {"diffie-hellman-group14-sha1", "hmac-sha1", "aes128-cbc", "aes256-cbc", "ssh-rsa"},
         .reloadable = true},
    };
}

std::vector<Field> tree_fields(SftpAgreement& sftp) {
    return {
        {.key = "temporary",
         .standard = R"([".tmp", ".part", ".filepart"])",
         .target = &sftp.temporary,
         .help = "endings of names under which a file waits until it is renamed",
         .reloadable = true},
        {.key = "folders",
         .standard = "[]",
         .target = &sftp.folders,
         .help = "folders below /in, for partners that sort what they send",
         .reloadable = true},
        {.key = "after_fetch",
         .standard = "\"archive\"",
         .target = &sftp.after_fetch,
         .help = "what becomes of a file in /out once it was fetched: it stays until the partner "
                 "removes it, moves to /archive, or goes",
         .choices = {"keep", "archive", "delete"},
         .reloadable = true},
        {.key = "quota",
         .standard = "\"1GiB\"",
         .target = &sftp.quota_bytes,
         .help = "room for uploads that are not finished",
         .least = 1024,
         .most = 1024 * GiB,
         .reloadable = true,
         .octets = true},
        {.key = "unfinished",
         .standard = "1000",
         .target = &sftp.unfinished,
         .help = "uploads that are not finished, at most",
         .least = 1,
         .most = 100000,
         .reloadable = true},
        {.key = "uploads_per_minute",
         .standard = "6000",
         .target = &sftp.uploads_per_minute,
         .help = "uploads begun in one minute, at most",
         .least = 1,
         .most = 1000000,
         .reloadable = true},
        {.key = "sessions",
         .standard = "8",
         .target = &sftp.sessions,
         .help = "sessions at once",
         .least = 1,
         .most = 1000,
         .reloadable = true},
        {.key = "idle_timeout",
         .standard = "\"5m\"",
         .target = &sftp.idle_timeout,
         .help = "a session without a request is ended after",
         .least = Second,
         .most = 24 * Hour,
         .reloadable = true},
    };
}

std::vector<Field> poll_fields(PollAgreement& poll, const std::string& title) {
    return {
        {.key = title + "folder",
         .standard = "\"\"",
         .target = &poll.folder,
         .help = "folder whose files we take; empty: none",
         .reloadable = true},
        {.key = title + "patterns",
         .standard = R"(["*"])",
         .target = &poll.patterns,
         .help = "names that are taken, as the shell has them",
         .reloadable = true,
         .may_be_empty = false},
        {.key = title + "order",
         .standard = "\"name\"",
         .target = &poll.order,
         .help = "which file is taken first",
         .choices = {"name", "time"},
         .reloadable = true},
        {.key = title + "every",
         .standard = "\"5m\"",
         .target = &poll.every,
         .help = "how often we look; longer after failures, up to an hour",
         .least = 100,
         .most = 24 * Hour,
         .reloadable = true},
        {.key = title + "stable_for",
         .standard = "\"10s\"",
         .target = &poll.stable_for,
         .help = "a file is taken when its size and time have not changed for this long",
         .least = 0,
         .most = Hour,
         .reloadable = true},
        {.key = title + "after",
         .standard = "\"delete\"",
         .target = &poll.after,
         .help = "what becomes of a file there, once it is durable here",
         .choices = {"delete", "archive", "keep"},
         .reloadable = true},
        {.key = title + "archive_folder",
         .standard = "\"\"",
         .target = &poll.archive_folder,
         .help = "where it goes when after is archive",
         .reloadable = true},
    };
}

void check_poll(const PollAgreement& poll,
                const std::string& title,
                Binder& binder,
                const Place& file) {
    if (poll.after == "archive" && poll.archive_folder.empty() && !poll.folder.empty())
        binder.fault(missing_key(title + "archive_folder",
                                 title + "after is archive",
                                 binder.place(title + "after", file)));
    if (!poll.folder.empty() && poll.folder == poll.archive_folder)
        binder.fault(value_fault(title + "archive_folder is the polled folder itself",
                                 binder.place(title + "archive_folder", file),
                                 "name another folder"));
}

}  // namespace

std::vector<Field> sftp_client_fields(SftpClientAgreement& client) {
    std::vector<Field> fields{
        {.key = "host",
         .target = &client.host,
         .help = "the partner's SFTP server",
         .reloadable = true,
         .may_be_empty = false},
        {.key = "port",
         .standard = "22",
         .target = &client.port,
         .help = "its port",
         .least = 1,
         .most = 65535,
         .reloadable = true},
        {.key = "user",
         .target = &client.user,
         .help = "our user name there",
         .reloadable = true,
         .may_be_empty = false},
        {.key = "host_keys",
         .standard = "[]",
         .target = &client.host_keys,
         .help = "fingerprints of its host key, \"SHA256:…\", as the partner said them on another "
                 "way; without one nothing is exchanged",
         .reloadable = true},
        {.key = "key",
         .standard = "\"\"",
         .target = &client.key,
         .help = "our private key, Ed25519, ECDSA or RSA, without a passphrase",
         .reloadable = true},
        {.key = "password",
         .standard = "\"\"",
         .target = &client.password,
         .help = "our password there",
         .reloadable = true},
        {.key = "push_folder",
         .standard = "\"\"",
         .target = &client.push_folder,
         .help = "folder we bring files to; empty: none",
         .reloadable = true},
        {.key = "temporary",
         .standard = "\".part\"",
         .target = &client.temporary,
         .help = "ending of a file's name while we write it",
         .reloadable = true,
         .may_be_empty = false},
    };
    for (Field& field : poll_fields(client.poll, "poll."))
        fields.push_back(std::move(field));
    return fields;
}

std::vector<Field> folder_fields(FolderAgreement& folder) {
    std::vector<Field> fields{{.key = "out",
                               .standard = "\"\"",
                               .target = &folder.out,
                               .help = "folder of this machine that we write to; empty: none",
                               .reloadable = true}};
    for (Field& field : poll_fields(folder.in, "in."))
        fields.push_back(std::move(field));
    return fields;
}

void check_sftp_client(const SftpClientAgreement& client,
                       Binder& binder,
                       const Place& file,
                       const LoadOptions& options) {
    const auto at = [&](const char* key) { return binder.place(key, file); };
    if (client.key.empty() && client.password.empty())
        binder.fault(missing_key("sftp_client.key",
                                 "we have neither a key nor a password there",
                                 at("sftp_client.host")));
    for (const std::string& key : client.host_keys)
        if (!key.starts_with("SHA256:") || key.size() != 50)
            binder.fault(value_fault(
                "sftp_client.host_keys has " + toml_text(key) + ", which is no fingerprint",
                at("sftp_client.host_keys"),
                "write it as ssh-keygen -l shows it: SHA256: and 43 characters"));
    check_poll(client.poll, "sftp_client.poll.", binder, file);
    if (!options.check_files) return;
    check_secret("sftp_client.key", client.key, at("sftp_client.key"), binder);
    check_secret("sftp_client.password", client.password, at("sftp_client.password"), binder);
}

void check_folder(const FolderAgreement& folder, Binder& binder, const Place& file) {
    using Named = std::pair<std::string, const std::string*>;
    for (const auto& [key, path] : {Named{"folder.out", &folder.out},
                                    Named{"folder.in.folder", &folder.in.folder},
                                    Named{"folder.in.archive_folder", &folder.in.archive_folder}})
        if (!path->empty() && path->front() != '/')
            binder.fault(value_fault(
                key + " is no absolute path", binder.place(key, file), "begin it with /"));
    check_poll(folder.in, "folder.in.", binder, file);
}

std::vector<Field> sftp_section_fields(SftpSection& sftp) {
    return {
        {.key = "sftp.listen",
         .standard = "\"off\"",
         .target = &sftp.listen,
         .help = "where SFTP is served"},
        {.key = "sftp.host_key",
         .standard = "\"\"",
         .target = &sftp.host_key,
         .help =
             "the server's Ed25519 key; empty: in the state directory, made at the first start"},
        {.key = "sftp.host_key_ecdsa",
         .standard = "\"\"",
         .target = &sftp.host_key_ecdsa,
         .help = "the server's ECDSA key, for clients that know no Ed25519; empty: as above"},
        {.key = "sftp.sessions",
         .standard = "600",
         .target = &sftp.sessions,
         .help = "connections at once",
         .least = 1,
         .most = 10000},
        {.key = "sftp.sessions_per_address",
         .standard = "64",
         .target = &sftp.sessions_per_address,
         .help = "connections at once from one network address",
         .least = 1,
         .most = 10000},
        {.key = "sftp.login_timeout",
         .standard = "\"30s\"",
         .target = &sftp.login_timeout,
         .help = "a client must be logged in within",
         .least = Second,
         .most = 5 * Minute},
        {.key = "sftp.ban_points",
         .standard = "10.0",
         .target = &sftp.ban_points,
         .help = "failed logins after which an address is shut out for a while; half of them are "
                 "forgotten every 5 minutes",
         .least = 1,
         .most = 1000},
        {.key = "sftp.ban",
         .standard = "\"1m\"",
         .target = &sftp.ban,
         .help = "how long, the first time; every further time within a day twice as long",
         .least = Second,
         .most = 24 * Hour},
    };
}

std::vector<Field> sftp_fields(SftpAgreement& sftp) {
    std::vector<Field> fields = login_fields(sftp);
    for (Field& field : tree_fields(sftp))
        fields.push_back(std::move(field));
    return fields;
}

void check_delivery(Partner& partner, Binder& binder, const Place& file) {
    struct Way {
        const char* name;
        const char* needs;
        bool there;
    };
    const Way ways[] = {
        {"as2", "[as2]", partner.as2.enabled},
        {"sftp", "[sftp]", partner.sftp.enabled},
        {"https", "[https]", partner.https.enabled},
        {"sftp-push", "sftp_client.push_folder", !partner.sftp_client.push_folder.empty()},
        {"folder", "folder.out", !partner.folder.out.empty()}};
    const bool chosen = !partner.deliver_by.empty();
    for (const Way& way : ways) {
        if (!chosen && way.there) {
            partner.deliver_by = way.name;
            return;
        }
        if (chosen && partner.deliver_by == way.name && !way.there)
            binder.fault(
                missing_key(way.needs, "deliver_by names it", binder.place("deliver_by", file)));
    }
    if (!chosen) partner.deliver_by = "as2";
}

void check_sftp_section(Settings& settings,
                        Binder& binder,
                        const Place& file,
                        const LoadOptions& options) {
    SftpSection& sftp = settings.sftp;
    sftp.host_keys_ours = sftp.host_key.empty() && sftp.host_key_ecdsa.empty();
    if (sftp.host_keys_ours) {
        const auto ours = [&](const char* name) {
            return SecretRef{SecretRef::Kind::File, (settings.state_directory / name).string()};
        };
        sftp.host_key = ours("sftp_host_ed25519_key");
        sftp.host_key_ecdsa = ours("sftp_host_ecdsa_key");
    } else if (options.check_files && sftp.listen.enabled) {
        check_secret("sftp.host_key", sftp.host_key, binder.place("sftp.host_key", file), binder);
        check_secret("sftp.host_key_ecdsa",
                     sftp.host_key_ecdsa,
                     binder.place("sftp.host_key_ecdsa", file),
                     binder);
    }
}

void check_sftp(const SftpAgreement& sftp,
                Binder& binder,
                const Place& file,
                const LoadOptions& options) {
    const auto at = [&](const char* key) { return binder.place(key, file); };
    if (!sftp.user.empty() && !is_user(sftp.user))
        binder.fault(value_fault("sftp.user has characters that are not allowed",
                                 at("sftp.user"),
                                 "letters, digits, - _ and ., at most 64"));
    if (sftp.public_keys.empty() && sftp.password_hash.empty())
        binder.fault(missing_key(
            "sftp.public_keys", "the partner has neither a key nor a password", at("sftp.user")));
    if (sftp.key_and_password && (sftp.public_keys.empty() || sftp.password_hash.empty()))
        binder.fault(missing_key("sftp.public_keys and sftp.password_hash",
                                 "sftp.key_and_password is true",
                                 at("sftp.key_and_password")));
    for (const std::string& line : sftp.public_keys)
        if (!is_public_key(line))
            binder.fault(value_fault(
                "sftp.public_keys has an entry that is no public key: " + line.substr(0, 40),
                at("sftp.public_keys"),
                "the line of the partner's .pub file: ssh-ed25519, ssh-rsa or "
                "ecdsa-sha2-nistp…, then AAAA…"));
    if (!sftp.allow.empty() && sftp.networks.empty())
        binder.fault(
            value_fault("sftp.allow needs sftp.networks: algorithms are agreed before the "
                        "user's name is known",
                        at("sftp.allow"),
                        "name the partner's addresses in sftp.networks"));
    for (const std::string& folder : sftp.folders)
        if (!is_folder(folder))
            binder.fault(value_fault("sftp.folders has " + toml_text(folder) + ", which is no name",
                                     at("sftp.folders"),
                                     "a name without /"));
    for (const std::string& ending : sftp.temporary)
        if (ending.size() < 2)
            binder.fault(value_fault("sftp.temporary has an ending of less than two characters",
                                     at("sftp.temporary"),
                                     "write it with its dot: \".tmp\""));
    if (options.check_files)
        check_secret("sftp.password_hash", sftp.password_hash, at("sftp.password_hash"), binder);
}

}  // namespace sallyport::config

// SPDX-License-Identifier: Apache-2.0
#include "config/secret_ref.h"

#include "gateway/base/file.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>

namespace sallyport::config {

namespace {

constexpr std::size_t LargestSecret = std::size_t{1} << 20U;

bool is_name(std::string_view text, std::string_view more) {
    return !text.empty() && text.size() <= 255 && text.front() != '.' &&
           std::all_of(text.begin(), text.end(), [&](char letter) {
               return (letter >= 'A' && letter <= 'Z') || (letter >= 'a' && letter <= 'z') ||
                      (letter >= '0' && letter <= '9') ||
                      more.find(letter) != std::string_view::npos;
           });
}

const char* environment(const std::string& name) {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing in this program sets the environment
    return std::getenv(name.c_str());
}

// Neither the text nor a part of it: it may be the secret.
Error inline_secret() {
    return Error("config.secret.inline",
                 Blame::Operator,
                 "a secret must not stand in a configuration file: files are copied, backed up and "
                 "shown")
        .remedy(
            "put it into a file that only the gateway's group can read and write \"file:/path\", "
            "or use "
            "\"env:NAME\" or \"credential:NAME\"");
}

Error bad_name(const std::string& what) {
    return Error("config.secret.name", Blame::Operator, what)
        .remedy("use letters, digits and _ (credentials also - and .)");
}

Error missing(const SecretRef& reference, const std::string& what, const std::string& remedy) {
    return Error("config.secret.missing", Blame::Operator, reference.text() + ": " + what)
        .remedy(remedy);
}

}  // namespace

std::string SecretRef::text() const {
    switch (kind) {
        case Kind::None:
            return "";
        case Kind::File:
            return "file:" + value;
        case Kind::Env:
            return "env:" + value;
        case Kind::Credential:
            return "credential:" + value;
        case Kind::Token:
            return value;
    }
    return "";
}

Result<SecretRef> parse_secret_ref(std::string_view text, const std::filesystem::path& base) {
    const auto after = [&](std::string_view prefix) { return text.substr(prefix.size()); };
    if (text.starts_with("file:")) {
        if (after("file:").empty()) return bad_name("file: needs a path behind it");
        return SecretRef{SecretRef::Kind::File,
                         (base / after("file:")).lexically_normal().string()};
    }
    if (text.starts_with("env:")) {
        if (!is_name(after("env:"), "_"))
            return bad_name("env: needs the name of an environment variable");
        return SecretRef{SecretRef::Kind::Env, std::string(after("env:"))};
    }
    if (text.starts_with("credential:")) {
        if (!is_name(after("credential:"), "_-."))
            return bad_name("credential: needs the name of a credential");
        return SecretRef{SecretRef::Kind::Credential, std::string(after("credential:"))};
    }
    if (text.starts_with("pkcs11:")) {
        if (text.find("pin-value") != std::string_view::npos) return inline_secret();
        return SecretRef{SecretRef::Kind::Token, std::string(text)};
    }
    return inline_secret();
}

std::filesystem::path secret_path(const SecretRef& reference) {
    if (reference.kind == SecretRef::Kind::File) return reference.value;
    if (reference.kind != SecretRef::Kind::Credential) return {};
    const char* directory = environment("CREDENTIALS_DIRECTORY");
    return directory == nullptr ? std::filesystem::path()
                                : std::filesystem::path(directory) / reference.value;
}

Status check_secret_file(const std::filesystem::path& path) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0)
        return Error("config.secret.missing", Blame::Operator, "the secret's file cannot be found")
            .at({.source = path.string()})
            .remedy("make it, or correct the path; the gateway's user must be able to reach it");
    if (!S_ISREG(info.st_mode))
        return Error("config.secret.missing", Blame::Operator, "the secret's path is not a file")
            .at({.source = path.string()})
            .remedy("correct the path");
    if ((info.st_mode & 0007U) == 0) return {};
    return Error("config.secret.readable",
                 Blame::Operator,
                 "every user of this machine may read the secret")
        .at({.source = path.string()})
        .remedy("chmod 0640 " + path.string() +
                " (group sallyport), and replace the secret if others had accounts");
}

Result<Secret> resolve(const SecretRef& reference) {
    if (reference.kind == SecretRef::Kind::Token)
        return Error("config.secret.token",
                     Blame::Operator,
                     reference.text() + " stays in its token: it can be used, not read")
            .remedy("only the keys of [identity.NAME] may be named so");
    if (reference.kind == SecretRef::Kind::None)
        return missing(reference, "no secret is named", "name one");
    if (reference.kind == SecretRef::Kind::Env) {
        const char* value = environment(reference.value);
        if (value == nullptr)
            return missing(
                reference, "the environment variable is not set", "set it for the service");
        if (*value == '\0')
            return Error("config.secret.empty", Blame::Operator, reference.text() + " is empty")
                .remedy("set it");
        return Secret(value);
    }
    const std::filesystem::path path = secret_path(reference);
    if (path.empty())
        return missing(
            reference,
            "there are no systemd credentials here",
            "start the gateway by its unit, with LoadCredential=" + reference.value + ":/path");
    if (auto safe = check_secret_file(path); !safe)
        return std::move(safe).error().during(reference.text());
    auto octets = read_file(path, LargestSecret);
    if (!octets && octets.error().code() == "file.large")
        return Error("config.secret.large", Blame::Operator, "the secret is larger than 1 MiB")
            .at({.source = path.string()})
            .remedy("correct the path");
    if (!octets) return missing(reference, octets.error().what(), "let the gateway's user read it");
    if (octets->ends_with('\n')) octets->pop_back();
    if (octets->ends_with('\r')) octets->pop_back();
    if (octets->empty())
        return Error("config.secret.empty", Blame::Operator, "the secret's file is empty")
            .at({.source = path.string()})
            .remedy("write the secret into it");
    return Secret(*std::move(octets));
}

}  // namespace sallyport::config

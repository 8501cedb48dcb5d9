// SPDX-License-Identifier: Apache-2.0
// What the options of [as2] must agree on among themselves: receipts, logins, quirks.
#include "config/checks.h"
#include "config/moment.h"

#include <algorithm>
#include <utility>

namespace sallyport::config {

namespace {

bool contains(const std::vector<std::string>& words, const std::string& word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

void check_receipts(const As2Agreement& as2, Binder& binder, const Place& file) {
    const Place place = binder.place("as2.async_receipts", file);
    for (const std::string& url : as2.async_receipts) {
        const bool every_path = url.ends_with("/*");
        check_url(
            "as2.async_receipts", every_path ? url.substr(0, url.size() - 1) : url, place, binder);
    }
    if (as2.async_receipts_internal && as2.async_receipts.empty())
        binder.fault(value_fault("as2.async_receipts_internal is true, but no URL is allowed",
                                 binder.place("as2.async_receipts_internal", file),
                                 "add the URL to as2.async_receipts"));
    check_url("as2.mdn_url", as2.mdn_url, binder.place("as2.mdn_url", file), binder);
    if (!as2.mdn_url.empty() && as2.mdn == MdnMode::None)
        binder.fault(value_fault("as2.mdn_url is given, but as2.mdn asks for no receipt",
                                 binder.place("as2.mdn_url", file),
                                 "remove it, or ask for a receipt"));
}

void check_login(const As2Agreement& as2,
                 Binder& binder,
                 const Place& file,
                 const LoadOptions& options) {
    const Place user = binder.place("as2.user", file);
    const Place token = binder.place("as2.bearer_token", file);
    if (!as2.user.empty() && as2.password.empty())
        binder.fault(missing_key("as2.password", "as2.user is given", user));
    if (as2.user.empty() && !as2.password.empty())
        binder.fault(
            missing_key("as2.user", "as2.password is given", binder.place("as2.password", file)));
    if (as2.user.find(':') != std::string::npos)  // RFC 7617 section 2
        binder.fault(value_fault("as2.user has a colon", user, "no user name of HTTP has one"));
    if (!as2.user.empty() && !as2.bearer_token.empty())
        binder.fault(value_fault("as2.bearer_token and as2.user are both given",
                                 token,
                                 "a request shows one of them: remove the other"));
    const bool login = !as2.user.empty() || !as2.bearer_token.empty();
    if (login && as2.url.starts_with("http://") && !contains(as2.allow, "credentials-over-http"))
        binder.fault(value_fault(
            "a login is given, but as2.url is not https: everyone on the way could read it",
            binder.place("as2.url", file),
            "use https; inside a protected network, add \"credentials-over-http\" to as2.allow"));
    if (!options.check_files) return;
    check_secret("as2.password", as2.password, binder.place("as2.password", file), binder);
    check_secret("as2.bearer_token", as2.bearer_token, token, binder);
}

void check_tls_identity(const As2Agreement& as2,
                        const Settings& settings,
                        Binder& binder,
                        const Place& file) {
    if (as2.tls_identity.empty()) return;
    const Place place = binder.place("as2.tls_identity", file);
    std::vector<std::string> names;
    for (const Identity& identity : settings.identities)
        names.push_back(identity.name);
    if (!contains(names, as2.tls_identity)) {
        const std::string near = near_match(as2.tls_identity, names);
        binder.fault(value_fault(
            "as2.tls_identity names no [identity." + as2.tls_identity + "] of sallyport.toml",
            place,
            near.empty() ? "add that identity" : "did you mean " + near + "?"));
    }
    if (!as2.url.empty() && !as2.url.starts_with("https://"))
        binder.fault(value_fault("as2.tls_identity is given, but as2.url is not https",
                                 place,
                                 "use https or remove it"));
}

void check_quirks(const As2Agreement& as2, Binder& binder, const Place& file) {
    const Place place = binder.place("as2.quirks", file);
    const auto useless = [&](const std::string& quirk, const std::string& why) {
        if (contains(as2.quirks, quirk))
            binder.fault(value_fault(
                "as2.quirks has " + toml_text(quirk) + ", but " + why, place, "remove it"));
    };
    if (!as2.cipher.ends_with("-gcm"))
        useless("gcm-enveloped-tagged", "as2.cipher is " + toml_text(as2.cipher));
    if (!as2.compress || !as2.sign)
        useless("compress-after-signing", "we do not both sign and compress");
    if (!as2.sign) useless("signature-binary", "we do not sign");
    if (as2.sign || as2.compress || !as2.encrypt)
        useless("headerless-encrypted-body", "we do not encrypt alone");
    if (as2.sign) useless("mic-missing-unsigned", "we sign, and then the receipt must have a MIC");
}

// A pair that follows needs everything: what, and from when.
void check_next(const std::string& title,
                const std::vector<std::pair<std::string, bool>>& given,
                const std::string& from,
                Binder& binder,
                const Place& file) {
    const bool any =
        std::any_of(given.begin(), given.end(), [](const auto& one) { return one.second; });
    const Place place = binder.place(title + "next_from", file);
    if (!from.empty() && !parse_moment(from))
        binder.fault(value_fault(title + "next_from is no point in time",
                                 place,
                                 "write \"2026-12-01\" or \"2026-12-01T06:00:00Z\" (UTC)"));
    if (!any && from.empty()) return;
    for (const auto& [key, there] : given)
        if (!there) binder.fault(missing_key(title + key, "the change is planned", place));
    if (from.empty())
        binder.fault(missing_key(title + "next_from",
                                 "a certificate that follows is given",
                                 binder.place(title + given.front().first, file)));
}

// A token's key is nothing to read here, but it needs its library and a PIN.
void check_token(const std::string& key,
                 const SecretRef& reference,
                 const Identity& identity,
                 const Settings& settings,
                 Binder& binder) {
    if (reference.kind != SecretRef::Kind::Token) return;
    if (settings.pkcs11_module.empty())
        binder.fault(missing_key("pkcs11.module", key + " is in a token", binder.place(key, {})));
    if (identity.passphrase.empty())
        binder.fault(missing_key("identity." + identity.name + ".passphrase",
                                 key + " is in a token, whose PIN that is",
                                 binder.place(key, {})));
}

// The pair before needs all three as well.
void check_old(const Identity& identity,
               Binder& binder,
               const Place& file,
               const LoadOptions& options) {
    const std::string title = "identity." + identity.name + ".";
    const Place place = binder.place(title + "old_until", file);
    const bool any = !identity.old_key.empty() || !identity.old_certificate.empty() ||
                     !identity.old_until.empty();
    if (!any) return;
    if (identity.old_key.empty())
        binder.fault(missing_key(title + "old_key", "an old pair is given", place));
    if (identity.old_certificate.empty())
        binder.fault(missing_key(title + "old_certificate", "an old pair is given", place));
    if (!parse_moment(identity.old_until))
        binder.fault(value_fault(title + "old_until is no point in time",
                                 place,
                                 "write \"2026-12-01\" or \"2026-12-01T06:00:00Z\" (UTC)"));
    if (!options.check_files) return;
    check_secret(
        title + "old_key", identity.old_key, binder.place(title + "old_key", file), binder);
    check_file(title + "old_certificate",
               identity.old_certificate,
               binder.place(title + "old_certificate", file),
               binder);
}

void check_until(const As2Agreement& as2, Binder& binder, const Place& file) {
    if (as2.certificates_until.empty()) return;
    const Place place = binder.place("as2.certificates_until", file);
    const auto until = parse_moment(as2.certificates_until);
    const auto from = parse_moment(as2.next_from);
    if (!until)
        binder.fault(value_fault("as2.certificates_until is no point in time",
                                 place,
                                 "write \"2026-12-01\" or \"2026-12-01T06:00:00Z\" (UTC)"));
    else if (!from || *until < *from)
        binder.fault(
            value_fault("as2.certificates_until would leave no certificate of theirs",
                        place,
                        "give next_certificate and next_from, and a moment not before it"));
}

void check_revocation(const As2Agreement& as2,
                      Binder& binder,
                      const Place& file,
                      const LoadOptions& options) {
    if (as2.revocation.empty() || as2.revocation == "off") return;
    const Place place = binder.place("as2.revocation", file);
    if (as2.revocation_issuers.empty())
        binder.fault(missing_key("as2.revocation_issuers", "revocation is asked about", place));
    if (as2.revocation_urls.empty())
        binder.fault(missing_key("as2.revocation_urls", "revocation is asked about", place));
    for (const std::string& url : as2.revocation_urls)
        if (!url.starts_with("http://") && !url.starts_with("https://") &&
            !url.starts_with("file:///"))
            binder.fault(value_fault("as2.revocation_urls holds " + toml_text(url),
                                     binder.place("as2.revocation_urls", file),
                                     "write http://, https:// or file:/// URLs"));
    if (!options.check_files) return;
    for (const auto& path : as2.revocation_issuers)
        check_file(
            "as2.revocation_issuers", path, binder.place("as2.revocation_issuers", file), binder);
}

}  // namespace

void check_tokens(const Settings& settings, Binder& binder) {
    for (const Identity& identity : settings.identities) {
        const std::string title = "identity." + identity.name + ".";
        check_token(title + "key", identity.key, identity, settings, binder);
        check_token(title + "next_key", identity.next_key, identity, settings, binder);
        check_token(title + "old_key", identity.old_key, identity, settings, binder);
    }
}

void check_next_identity(const Identity& identity,
                         Binder& binder,
                         const Place& file,
                         const LoadOptions& options) {
    const std::string title = "identity." + identity.name + ".";
    check_next(title,
               {{"next_certificate", !identity.next_certificate.empty()},
                {"next_key", !identity.next_key.empty()}},
               identity.next_from,
               binder,
               file);
    check_old(identity, binder, file, options);
    if (!options.check_files) return;
    check_secret(title + "passphrase",
                 identity.passphrase,
                 binder.place(title + "passphrase", file),
                 binder);
    check_secret(
        title + "next_key", identity.next_key, binder.place(title + "next_key", file), binder);
    check_file(title + "next_certificate",
               identity.next_certificate,
               binder.place(title + "next_certificate", file),
               binder);
}

void check_as2_options(const As2Agreement& as2,
                       const Settings& settings,
                       Binder& binder,
                       const Place& file,
                       const LoadOptions& options) {
    check_receipts(as2, binder, file);
    check_login(as2, binder, file, options);
    check_tls_identity(as2, settings, binder, file);
    check_quirks(as2, binder, file);
    check_until(as2, binder, file);
    check_revocation(as2, binder, file, options);
    check_next(
        "as2.", {{"next_certificate", !as2.next_certificate.empty()}}, as2.next_from, binder, file);
    if (options.check_files)
        check_file("as2.next_certificate",
                   as2.next_certificate,
                   binder.place("as2.next_certificate", file),
                   binder);
}

}  // namespace sallyport::config

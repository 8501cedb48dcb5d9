// SPDX-License-Identifier: Apache-2.0
#include "config/checks.h"

#include <algorithm>
#include <set>

namespace sallyport::config {

Error value_fault(const std::string& what, const Place& place, const std::string& remedy) {
    return Error("config.value", Blame::Operator, what).at(place).remedy(remedy);
}

Error missing_key(const std::string& key, const std::string& why, const Place& place) {
    return Error("config.key.missing", Blame::Operator, key + " is missing: " + why)
        .at(place)
        .remedy("add it");
}

void check_secret(const std::string& key,
                  const SecretRef& reference,
                  const Place& place,
                  Binder& binder) {
    const std::filesystem::path path = secret_path(reference);
    if (path.empty()) return;  // env: and credential: are there only when the service runs
    auto safe = check_secret_file(path);
    if (safe) return;
    const bool readable = safe.error().code() == "config.secret.readable";
    binder.fault(Error(readable ? "config.secret.readable" : "config.secret.missing",
                       Blame::Operator,
                       key + ": " + path.string() + ": " + safe.error().what())
                     .at(place)
                     .remedy(safe.error().remedy()));
}

void check_url(const std::string& key, const std::string& url, const Place& place, Binder& binder) {
    if (url.empty()) return;
    const bool http = url.starts_with("http://") && url.size() > 7;
    const bool https = url.starts_with("https://") && url.size() > 8;
    const bool clean = url.find_first_of(" \"<>\\#@") == std::string::npos &&
                       std::all_of(url.begin(), url.end(), [](char letter) {
                           return letter > ' ' && letter <= '~';
                       });
    if ((http || https) && clean) return;
    binder.fault(value_fault(key + " is not an http:// or https:// URL",
                             place,
                             "write https://host[:port]/path without user, password or fragment"));
}

void check_file(const std::string& key,
                const std::filesystem::path& path,
                const Place& place,
                Binder& binder) {
    if (path.empty()) return;
    std::error_code failure;
    const bool there = std::filesystem::is_regular_file(path, failure);
    if (there) return;
    if (failure && failure != std::errc::no_such_file_or_directory)
        binder.fault(Error("config.file.readable",
                           Blame::Operator,
                           key + ": " + path.string() + " cannot be reached: " + failure.message())
                         .at(place)
                         .remedy("let the gateway's user read it"));
    else
        binder.fault(Error("config.file.missing",
                           Blame::Operator,
                           key + ": there is no file " + path.string())
                         .at(place)
                         .remedy("correct the path or put the file there"));
}

namespace {

void check_directory(const std::string& key,
                     const std::filesystem::path& path,
                     const Place& place,
                     Binder& binder) {
    std::error_code failure;
    if (std::filesystem::is_directory(path, failure)) return;
    binder.fault(Error("config.file.missing",
                       Blame::Operator,
                       key + ": there is no directory " + path.string())
                     .at(place)
                     .remedy("correct the path or make the directory"));
}

// RFC 4130 section 6.2.
bool is_as2_name(const std::string& name) {
    return !name.empty() && name.size() <= 128 &&
           std::all_of(name.begin(), name.end(), [](char letter) {
               return letter >= ' ' && letter <= '~';
           });
}

void check_as2_name(const std::string& key,
                    const std::string& name,
                    const Place& place,
                    Binder& binder) {
    if (name.empty() || is_as2_name(name)) return;  // empty: reported as such already
    binder.fault(value_fault(
        key + " is not an AS2 name", place, "1 to 128 printable ASCII characters (RFC 4130, 6.2)"));
}

bool is_partner_name(const std::string& name) {
    return !name.empty() && name.size() <= 64 &&
           std::all_of(name.begin(), name.end(), [](char letter) {
               return (letter >= 'A' && letter <= 'Z') || (letter >= 'a' && letter <= 'z') ||
                      (letter >= '0' && letter <= '9') || letter == '-' || letter == '_';
           });
}

bool contains(const std::vector<std::string>& words, const std::string& word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

void check_identities(const Settings& settings,
                      Binder& binder,
                      const Place& file,
                      const LoadOptions& options) {
    if (settings.identities.empty())
        binder.fault(missing_key(
            "[identity.NAME]", "the gateway needs an AS2 name with a key of its own", file));
    check_tokens(settings, binder);
    std::map<std::string, std::string> names;
    for (const Identity& identity : settings.identities) {
        const std::string title = "identity." + identity.name + ".";
        const Place place = binder.place(title + "as2_id", file);
        check_as2_name(title + "as2_id", identity.as2_id, place, binder);
        const auto [other, fresh] = names.emplace(identity.as2_id, identity.name);
        if (!fresh && !identity.as2_id.empty())
            binder.fault(Error("config.duplicate",
                               Blame::Operator,
                               title + "as2_id is also that of identity." + other->second)
                             .at(place)
                             .remedy("give each identity its own AS2 name"));
        if (!options.check_files) continue;
        check_secret(title + "key", identity.key, binder.place(title + "key", file), binder);
        check_file(title + "certificate",
                   identity.certificate,
                   binder.place(title + "certificate", file),
                   binder);
    }
    for (const Identity& identity : settings.identities)
        check_next_identity(identity, binder, file, options);
}

void check_listeners(const Settings& settings,
                     Binder& binder,
                     const Place& file,
                     const LoadOptions& options) {
    const As2Section& as2 = settings.as2;
    if (!as2.path.empty() &&
        (as2.path[0] != '/' || as2.path.find_first_of(" ?#") != std::string::npos))
        binder.fault(value_fault("as2.path must begin with / and have no blank, ? or #",
                                 binder.place("as2.path", file),
                                 "write \"/as2\""));
    if (as2.https.enabled) {
        const Place place = binder.place("as2.https", file);
        if (as2.tls_certificate.empty())
            binder.fault(missing_key("as2.tls_certificate", "as2.https is switched on", place));
        if (as2.tls_key.empty())
            binder.fault(missing_key("as2.tls_key", "as2.https is switched on", place));
    }
    if (options.check_files) {
        check_file("as2.tls_certificate",
                   as2.tls_certificate,
                   binder.place("as2.tls_certificate", file),
                   binder);
        check_secret("as2.tls_key", as2.tls_key, binder.place("as2.tls_key", file), binder);
    }
    std::map<std::pair<std::string, std::uint16_t>, std::string> taken;
    const auto take = [&](const std::string& key, const Endpoint& endpoint) {
        if (endpoint.port == 0) return;
        const auto [other, fresh] = taken.emplace(std::pair(endpoint.host, endpoint.port), key);
        if (!fresh)
            binder.fault(Error("config.duplicate",
                               Blame::Operator,
                               key + " has the address and port of " + other->second)
                             .at(binder.place(key, file))
                             .remedy("give each listener its own port"));
    };
    if (as2.http.enabled) take("as2.http", as2.http.listen);
    if (as2.https.enabled) take("as2.https", as2.https.listen);
    if (settings.sftp.listen.enabled) take("sftp.listen", settings.sftp.listen.listen);
    if (settings.https.listen.enabled) take("https.listen", settings.https.listen.listen);
    take("api.listen", settings.api);
}

void check_odoo(const OdooSection& odoo,
                Binder& binder,
                const Place& file,
                const LoadOptions& options) {
    check_url("odoo.url", odoo.url, binder.place("odoo.url", file), binder);
    if (odoo.enabled) {
        const Place place = binder.place("odoo.enabled", file);
        const std::string why = "odoo.enabled is true";
        if (odoo.url.empty()) binder.fault(missing_key("odoo.url", why, place));
        if (odoo.database.empty()) binder.fault(missing_key("odoo.database", why, place));
        if (odoo.login.empty()) binder.fault(missing_key("odoo.login", why, place));
        if (odoo.key.empty()) binder.fault(missing_key("odoo.key", why, place));
    }
    if (!options.check_files) return;
    check_secret("odoo.key", odoo.key, binder.place("odoo.key", file), binder);
    check_file("odoo.ca_file", odoo.ca_file, binder.place("odoo.ca_file", file), binder);
}

void choose_identity(As2Agreement& as2,
                     const Settings& settings,
                     Binder& binder,
                     const Place& file) {
    std::vector<std::string> names;
    for (const Identity& identity : settings.identities)
        names.push_back(identity.name);
    if (as2.identity.empty() && names.size() == 1) as2.identity = names.front();
    if (contains(names, as2.identity) || names.empty()) return;
    const Place place = binder.place("as2.identity", file);
    if (as2.identity.empty()) {
        binder.fault(missing_key("as2.identity", "there are several identities", place));
        return;
    }
    const std::string near = near_match(as2.identity, names);
    std::string all;
    for (const std::string& name : names)
        all += (all.empty() ? "" : ", ") + name;
    binder.fault(
        value_fault("as2.identity names no [identity." + as2.identity + "] of sallyport.toml",
                    place,
                    near.empty() ? "there are: " + all : "did you mean " + near + "?"));
}

// What we send must be something we would accept: it keeps a weak algorithm from slipping in on one side only.
void check_algorithm(const std::string& key,
                     const std::string& chosen,
                     const std::vector<std::string>& strong,
                     const As2Agreement& as2,
                     Binder& binder,
                     const Place& file) {
    if (chosen.empty() || contains(strong, chosen) || contains(as2.allow, chosen)) return;
    const bool weak = chosen == "sha-1" || chosen == "3des";
    binder.fault(value_fault(
        key + " is " + toml_text(chosen) + ", which this partner is not allowed",
        binder.place(key, file),
        weak ? "choose a strong one, or add it to as2.allow" : "add it to " + key + "s"));
}

void check_as2(As2Agreement& as2,
               const Settings& settings,
               Binder& binder,
               const Place& file,
               const LoadOptions& options) {
    check_as2_name("as2.id", as2.id, binder.place("as2.id", file), binder);
    choose_identity(as2, settings, binder, file);
    for (const Identity& identity : settings.identities)
        if (identity.as2_id == as2.id && !as2.id.empty())
            binder.fault(value_fault(
                "as2.id is our own name", binder.place("as2.id", file), "give the partner's"));
    check_url("as2.url", as2.url, binder.place("as2.url", file), binder);
    check_algorithm("as2.digest", as2.digest, as2.digests, as2, binder, file);
    check_algorithm("as2.cipher", as2.cipher, as2.ciphers, as2, binder, file);
    if (!as2.tls_certificates.empty() && !as2.url.empty() && !as2.url.starts_with("https://"))
        binder.fault(value_fault("as2.tls_certificates are given, but as2.url is not https",
                                 binder.place("as2.url", file),
                                 "use https or remove them"));
    check_as2_options(as2, settings, binder, file, options);
    if (!options.check_files) return;
    for (const auto& path : as2.certificates)
        check_file("as2.certificates", path, binder.place("as2.certificates", file), binder);
    for (const auto& path : as2.tls_certificates)
        check_file(
            "as2.tls_certificates", path, binder.place("as2.tls_certificates", file), binder);
}

void check_interchange_id(const std::string& key,
                          const std::string& id,
                          Binder& binder,
                          const Place& file) {
    const bool fits = id.size() <= 15 && std::all_of(id.begin(), id.end(), [](char letter) {
                          return letter >= ' ' && letter <= '~';
                      });
    const bool padded = !id.empty() && (id.front() == ' ' || id.back() == ' ');
    if (fits && !padded) return;
    binder.fault(value_fault(key + " does not fit an interchange header",
                             binder.place(key, file),
                             "at most 15 printable ASCII characters, without the padding blanks"));
}

void check_separators(const X12Agreement& x12, Binder& binder, const Place& file) {
    const std::vector<std::pair<std::string, char>> separators{
        {"x12.element_separator", x12.element_separator},
        {"x12.component_separator", x12.component_separator},
        {"x12.repetition_separator", x12.repetition_separator},
        {"x12.segment_terminator", x12.segment_terminator}};
    std::map<char, std::string> taken;
    for (const auto& [key, letter] : separators) {
        const bool word = (letter >= '0' && letter <= '9') || (letter >= 'A' && letter <= 'Z') ||
                          (letter >= 'a' && letter <= 'z') || letter == ' ' || letter == '\0';
        if (word)
            binder.fault(value_fault(key + " cannot be a letter, digit, blank or NUL",
                                     binder.place(key, file),
                                     "choose a character that no data holds"));
        const auto [other, fresh] = taken.emplace(letter, key);
        if (!fresh)
            binder.fault(value_fault(key + " is the same as " + other->second,
                                     binder.place(key, file),
                                     "four different characters are needed"));
    }
}

void check_x12(X12Agreement& x12, Binder& binder, const Place& file) {
    check_interchange_id("x12.our_id", x12.our_id, binder, file);
    check_interchange_id("x12.their_id", x12.their_id, binder, file);
    if (x12.our_group_id.empty()) x12.our_group_id = x12.our_id;
    if (x12.their_group_id.empty()) x12.their_group_id = x12.their_id;
    check_interchange_id("x12.our_group_id", x12.our_group_id, binder, file);
    check_interchange_id("x12.their_group_id", x12.their_group_id, binder, file);
    check_separators(x12, binder, file);
    if (!x12.our_id.empty() && x12.our_id == x12.their_id &&
        x12.our_qualifier == x12.their_qualifier)
        binder.fault(value_fault("x12.their_id is our own interchange id",
                                 binder.place("x12.their_id", file),
                                 "give the partner's"));
}

void check_documents(LoadedPartner& loaded,
                     const Settings& settings,
                     Binder& binder,
                     const LoadOptions& options) {
    std::set<std::tuple<bool, std::string, std::string, std::string, std::string, std::string>>
        seen;
    for (std::size_t at = 0; at < loaded.partner.documents.size(); ++at) {
        DocumentAgreement& document = loaded.partner.documents[at];
        const std::string title = "documents[" + std::to_string(at + 1) + "].";
        const Place place = binder.place(title + "set", loaded.file);
        if (!seen.emplace(document.inbound,
                          document.standard,
                          document.version,
                          document.set,
                          document.inbound ? document.association : std::string(),
                          document.usage)
                 .second)
            binder.fault(Error("config.duplicate",
                               Blame::Operator,
                               std::string(document.inbound ? "inbound " : "outbound ") +
                                   document.set + " " + document.version + " is agreed twice")
                             .at(place)
                             .remedy("remove one [[documents]]"));
        if (document.standard == "X12" && !loaded.partner.x12.enabled)
            binder.fault(missing_key("[x12]", "the partner exchanges X12 documents", place));
        if (document.standard == "EDIFACT" && !loaded.partner.edifact.enabled)
            binder.fault(
                missing_key("[edifact]", "the partner exchanges EDIFACT documents", place));
        if (document.standard == "XML") check_xml_document(loaded, document, place, binder);
        if (document.map.empty()) continue;
        const std::filesystem::path own = loaded.partner.file.parent_path() / document.map;
        const std::filesystem::path shipped = settings.mapping_directory / document.map;
        std::error_code ignored;
        const bool is_own = std::filesystem::is_regular_file(own, ignored);
        if (options.check_files && !is_own && !std::filesystem::is_regular_file(shipped, ignored))
            binder.fault(Error("config.file.missing",
                               Blame::Operator,
                               title + "map: there is no " + document.map.string() + " in " +
                                   loaded.partner.file.parent_path().string() + " or " +
                                   settings.mapping_directory.string())
                             .at(binder.place(title + "map", loaded.file))
                             .remedy("correct the name or put the map there"));
        document.map = (is_own ? own : shipped).lexically_normal();
    }
}

}  // namespace

void check_settings(Settings& settings,
                    Binder& binder,
                    const Place& file,
                    const LoadOptions& options) {
    check_identities(settings, binder, file, options);
    check_listeners(settings, binder, file, options);
    check_odoo(settings.odoo, binder, file, options);
    check_sftp_section(settings, binder, file, options);
    check_https_section(settings, binder, file, options);
    check_orders(settings.odoo, binder, file, options);
    if (settings.retry.longest_delay < settings.retry.first_delay)
        binder.fault(value_fault("retry.longest_delay is shorter than retry.first_delay",
                                 binder.place("retry.longest_delay", file),
                                 "make it longer"));
    if (!options.check_files) return;
    check_directory("schema_directory",
                    settings.schema_directory,
                    binder.place("schema_directory", file),
                    binder);
    check_directory("mapping_directory",
                    settings.mapping_directory,
                    binder.place("mapping_directory", file),
                    binder);
    // The state directory and an absent partner directory are made at the first start.
}

void check_partner(LoadedPartner& loaded,
                   const Settings& settings,
                   Binder& binder,
                   const LoadOptions& options) {
    Partner& partner = loaded.partner;
    const std::string stem = partner.file.stem().string();
    const Place place = binder.place("name", loaded.file);
    if (!partner.name.empty() && !is_partner_name(partner.name))
        binder.fault(value_fault("name has characters that are not allowed",
                                 place,
                                 "letters, digits, - and _, at most 64"));
    else if (!partner.name.empty() && partner.name != stem)
        binder.fault(value_fault(
            "name is " + toml_text(partner.name) + ", but the file is " +
                partner.file.filename().string(),
            place,
            "name = " + toml_text(stem) + ", or rename the file to " + partner.name + ".toml"));
    if (partner.as2.enabled) check_as2(partner.as2, settings, binder, loaded.file, options);
    if (partner.sftp.enabled) check_sftp(partner.sftp, binder, loaded.file, options);
    if (partner.https.enabled) check_https(partner.https, binder, loaded.file, options);
    if (partner.sftp_client.enabled)
        check_sftp_client(partner.sftp_client, binder, loaded.file, options);
    if (partner.folder.enabled) check_folder(partner.folder, binder, loaded.file);
    if (partner.files.enabled) check_files(partner.files, binder, loaded.file);
    check_delivery(partner, binder, loaded.file);
    if (partner.x12.enabled) check_x12(partner.x12, binder, loaded.file);
    if (partner.edifact.enabled) check_edifact(partner.edifact, binder, loaded.file);
    check_documents(loaded, settings, binder, options);
    check_orders(partner.odoo, binder, loaded.file, options);
    const bool posts = std::any_of(
        partner.documents.begin(), partner.documents.end(), [](const DocumentAgreement& document) {
            return document.inbound;
        });
    if (settings.odoo.enabled && posts && partner.odoo.customer.empty() &&
        partner.odoo.vendor.empty())
        binder.fault(missing_key(
            "odoo.customer", "inbound documents are posted for this customer", loaded.file));
    if (partner.message_bytes == 0) partner.message_bytes = settings.limits.message_bytes;
}

void check_duplicates(const std::vector<LoadedPartner>& partners, std::vector<Error>& faults) {
    std::map<std::string, const LoadedPartner*> as2;
    std::map<std::string, const LoadedPartner*> x12;
    std::map<std::string, const LoadedPartner*> edifact;
    std::map<std::string, const LoadedPartner*> sftp;
    const auto place_of = [](const LoadedPartner& loaded, const std::string& key) {
        const auto found = loaded.places.find(key);
        return found == loaded.places.end() ? loaded.file : found->second;
    };
    const auto take = [&](auto& taken,
                          const LoadedPartner& loaded,
                          const std::string& id,
                          const std::string& key) {
        const auto [other, fresh] = taken.emplace(id, &loaded);
        if (fresh) return;
        faults.push_back(
            Error("config.duplicate",
                  Blame::Operator,
                  key + " is also that of partner " + other->second->partner.name + " (" +
                      to_string(place_of(*other->second, key)) + ")")
                .at(place_of(loaded, key))
                .remedy(
                    "two partners cannot be told apart by it: correct one, or make them one file"));
    };
    for (const LoadedPartner& loaded : partners) {
        const Partner& partner = loaded.partner;
        if (partner.as2.enabled && !partner.as2.id.empty())
            take(as2, loaded, partner.as2.identity + '\0' + partner.as2.id, "as2.id");
        if (partner.sftp.enabled && !partner.sftp.user.empty())
            take(sftp, loaded, partner.sftp.user, "sftp.user");
        if (partner.edifact.enabled && !partner.edifact.their_id.empty())
            take(edifact,
                 loaded,
                 partner.edifact.their_qualifier + ":" + partner.edifact.their_id + '\0' +
                     partner.edifact.our_qualifier + ":" + partner.edifact.our_id +
                     (partner.edifact.test ? "/T" : "/P"),
                 "edifact.their_id");
        if (partner.x12.enabled && !partner.x12.their_id.empty())
            take(x12,
                 loaded,
                 partner.x12.their_qualifier + ":" + partner.x12.their_id + '\0' +
                     partner.x12.our_qualifier + ":" + partner.x12.our_id +
                     (partner.x12.test ? "/T" : "/P"),
                 "x12.their_id");
    }
}

}  // namespace sallyport::config

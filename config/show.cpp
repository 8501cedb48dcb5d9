// SPDX-License-Identifier: Apache-2.0
// What the tables can say about themselves: the effective configuration and the reference.
#include "config/tables.h"

#include <algorithm>

namespace sallyport::config {

namespace {

SettingInfo info_of(const Field& field, const std::string& title) {
    return {title + field.key,
            type_name(field),
            field.standard,
            range_text(field),
            field.reloadable,
            field.help};
}

void append(std::vector<SettingInfo>& infos,
            const std::vector<Field>& fields,
            const std::string& title) {
    for (const Field& field : fields)
        infos.push_back(info_of(field, title));
}

// The last key of "a.b.c" and what is before it.
std::string table_of(const std::string& key) {
    const std::size_t dot = key.rfind('.');
    return dot == std::string::npos ? std::string() : key.substr(0, dot);
}

class Listing {
public:
    explicit Listing(const std::map<std::string, std::string>& origins) : m_origins(origins) {}

    void add(const std::string& key, const Field& field) {
        const std::string table = table_of(key);
        const std::string line =
            key.substr(table.empty() ? 0 : table.size() + 1) + " = " + show_field(field);
        const auto origin = m_origins.find(key);
        const std::size_t pad = line.size() < 60 ? 60 - line.size() : 2;
        text_of(table) += line + std::string(pad, ' ') + "# " +
                          (origin == m_origins.end() ? "default" : origin->second) + "\n";
    }
    std::string take() {
        std::string text;
        for (auto& [table, lines] : m_tables)
            text += (table.empty() ? "" : "\n[" + table + "]\n") + lines;
        return text;
    }

private:
    const std::map<std::string, std::string>& m_origins;
    // Where a table was first seen, there it stands whole: a table opened twice is no TOML.
    std::string& text_of(const std::string& table) {
        for (auto& [name, lines] : m_tables)
            if (name == table) return lines;
        return m_tables.emplace_back(table, std::string()).second;
    }

    std::vector<std::pair<std::string, std::string>> m_tables;
};

std::string reference_row(const SettingInfo& info) {
    const auto cell = [](std::string text) {
        for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2)
            text.insert(at, "\\");
        return text.empty() ? std::string("–") : text;
    };
    const std::string standard = info.standard.empty() ? "required" : "`" + info.standard + "`";
    return "| `" + info.key + "` | " + info.type + " | " + cell(standard) + " | " +
           cell(info.range) + " | " + (info.reloadable ? "reload" : "restart") + " | " +
           cell(info.help) + " |\n";
}

std::string reference_table(const std::vector<SettingInfo>& infos) {
    std::string text(
        "| setting | type | default | range | change takes | meaning "
        "|\n|---|---|---|---|---|---|\n");
    for (const SettingInfo& info : infos)
        text += reference_row(info);
    return text;
}

}  // namespace

const std::vector<SettingInfo>& setting_table() {
    static const std::vector<SettingInfo> table = [] {
        Settings settings;
        Identity identity;
        std::vector<SettingInfo> infos;
        append(infos, settings_fields(settings), "");
        append(infos, identity_fields(identity), "identity.NAME.");
        WebhookSection webhook;
        append(infos, webhook_fields(webhook), "webhook.NAME.");
        return infos;
    }();
    return table;
}

const std::vector<SettingInfo>& partner_table() {
    static const std::vector<SettingInfo> table = [] {
        Partner partner;
        DocumentAgreement document;
        std::string direction;
        std::string map;
        std::vector<SettingInfo> infos;
        append(infos, partner_fields(partner), "");
        append(infos, as2_fields(partner.as2), "as2.");
        append(infos, sftp_fields(partner.sftp), "sftp.");
        append(infos, sftp_client_fields(partner.sftp_client), "sftp_client.");
        append(infos, https_fields(partner.https), "https.");
        append(infos, folder_fields(partner.folder), "folder.");
        append(infos, x12_fields(partner.x12), "x12.");
        append(infos, edifact_fields(partner.edifact), "edifact.");
        append(infos, xml_fields(partner.xml), "xml.");
        append(infos, files_fields(partner.files), "files.");
        append(infos, document_fields(document, direction, map), "documents[].");
        append(infos, odoo_fields(partner.odoo), "odoo.");
        return infos;
    }();
    return table;
}

std::string show_effective(const Settings& settings) {
    Settings copy = settings;  // fields point at what they show, and want to be able to write
    Listing listing(copy.origins);
    for (const Field& field : settings_fields(copy))
        listing.add(field.key, field);
    for (Identity& identity : copy.identities)
        for (const Field& field : identity_fields(identity))
            listing.add("identity." + identity.name + "." + field.key, field);
    for (WebhookSection& webhook : copy.webhooks)
        for (const Field& field : webhook_fields(webhook))
            listing.add("webhook." + webhook.name + "." + field.key, field);
    return listing.take();
}

std::string show_effective(const Partner& partner) {
    Partner copy = partner;
    Listing listing(copy.origins);
    for (const Field& field : partner_fields(copy))
        listing.add(field.key, field);
    if (copy.as2.enabled)
        for (const Field& field : as2_fields(copy.as2))
            listing.add("as2." + field.key, field);
    if (copy.sftp.enabled)
        for (const Field& field : sftp_fields(copy.sftp))
            listing.add("sftp." + field.key, field);
    if (copy.https.enabled)
        for (const Field& field : https_fields(copy.https))
            listing.add("https." + field.key, field);
    if (copy.sftp_client.enabled)
        for (const Field& field : sftp_client_fields(copy.sftp_client))
            listing.add("sftp_client." + field.key, field);
    if (copy.folder.enabled)
        for (const Field& field : folder_fields(copy.folder))
            listing.add("folder." + field.key, field);
    if (copy.edifact.enabled)
        for (const Field& field : edifact_fields(copy.edifact))
            listing.add("edifact." + field.key, field);
    if (copy.xml.enabled)
        for (const Field& field : xml_fields(copy.xml))
            listing.add("xml." + field.key, field);
    if (copy.files.enabled)
        for (const Field& field : files_fields(copy.files))
            listing.add("files." + field.key, field);
    if (copy.x12.enabled)
        for (const Field& field : x12_fields(copy.x12))
            listing.add("x12." + field.key, field);
    for (const Field& field : odoo_fields(copy.odoo))
        listing.add("odoo." + field.key, field);
    return "\n# " + copy.file.string() + "\n" + listing.take();
}

std::string reference_text() {
    return "# Configuration reference\n\nMade from the program's own tables by `sallyport config "
           "reference`. Durations are written "
           "`\"30s\"` (ms, s, m, h, d), sizes `\"64MiB\"` (B, KiB, MiB, GiB); relative paths count "
           "from the file they stand "
           "in; a secret is never written down, only where it is: `\"file:/path\"`, "
           "`\"env:NAME\"`, "
           "`\"credential:NAME\"`.\n\n## sallyport.toml\n\n" +
           reference_table(setting_table()) + "\n## partners/NAME.toml\n\n" +
           reference_table(partner_table());
}

}  // namespace sallyport::config

// SPDX-License-Identifier: Apache-2.0
#include "config/load.h"

#include "config/checks.h"
#include "config/tables.h"
#include "gateway/base/file.h"

#include <algorithm>
#include <tuple>

namespace sallyport::config {

namespace {

constexpr std::size_t LargestFile = std::size_t{4} << 20U;

// Absent when the file cannot be read or is not TOML; the fault is noted.
std::optional<Node> read_node(const std::filesystem::path& file, std::vector<Error>& faults) {
    auto text = read_file(file, LargestFile);
    if (!text) {
        faults.push_back(
            Error("config.file", Blame::Operator, "the file cannot be read: " + text.error().what())
                .at({.source = file.string()})
                .remedy("check the path and that the gateway's user may read it"));
        return std::nullopt;
    }
    auto node = parse_toml(*text, file.string());
    if (!node) {
        faults.push_back(std::move(node).error());
        return std::nullopt;
    }
    return *std::move(node);
}

std::filesystem::path full_path(const std::filesystem::path& file) {
    std::error_code ignored;
    auto path = std::filesystem::absolute(file, ignored);
    return ignored ? file : path.lexically_normal();
}

void bind_identities(const Node& root, Settings& settings, Binder& binder) {
    const Node* table = root.find("identity");
    if (table == nullptr) return;
    if (table->kind != Node::Kind::Table) {
        binder.fault(Error("config.type",
                           Blame::Operator,
                           "identity is " + std::string(to_string(table->kind)))
                         .at(table->place)
                         .remedy("write a table for each: [identity.NAME]"));
        return;
    }
    settings.identities.reserve(table->members.size());
    for (const auto& [name, node] : table->members) {
        if (node.kind != Node::Kind::Table) {
            binder.fault(Error("config.type",
                               Blame::Operator,
                               "identity." + name + " is " + std::string(to_string(node.kind)))
                             .at(node.place)
                             .remedy("an identity has a name: [identity.main], and below it "
                                     "as2_id, key, certificate"));
            continue;
        }
        Identity& identity = settings.identities.emplace_back();
        identity.name = name;
        binder.bind(node, "identity." + name + ".", identity_fields(identity));
    }
}

void bind_webhooks(const Node& root, Settings& settings, Binder& binder) {
    const Node* table = root.find("webhook");
    if (table == nullptr) return;
    settings.webhooks.reserve(table->members.size());
    for (const auto& [name, node] : table->members) {
        if (node.kind != Node::Kind::Table) {
            binder.fault(Error("config.type",
                               Blame::Operator,
                               "webhook." + name + " is " + std::string(to_string(node.kind)))
                             .at(node.place)
                             .remedy("a webhook has a name: [webhook.odoo], and below it secret or "
                                     "path_secret"));
            continue;
        }
        WebhookSection& webhook = settings.webhooks.emplace_back();
        webhook.name = name;
        binder.bind(node, "webhook." + name + ".", webhook_fields(webhook));
    }
}

Settings bind_settings(const Node& root,
                       const std::filesystem::path& file,
                       const LoadOptions& options,
                       std::vector<Error>& faults) {
    Settings settings;
    settings.file = file;
    Binder binder(faults, {file.parent_path()});
    binder.bind(root, "", settings_fields(settings), {"identity", "webhook"});
    bind_identities(root, settings, binder);
    bind_webhooks(root, settings, binder);
    check_settings(settings, binder, {.source = file.string()}, options);
    for (const auto& [key, place] : binder.places())
        settings.origins[key] = file.filename().string() + ":" + std::to_string(place.line);
    return settings;
}

// [as2], [x12], [odoo]: bound when there.
bool bind_table(const Node& root,
                const std::string& name,
                const std::vector<Field>& fields,
                Binder& binder) {
    const Node* table = root.find(name);
    if (table != nullptr && table->kind != Node::Kind::Table) {
        binder.fault(Error("config.type",
                           Blame::Operator,
                           name + " is " + std::string(to_string(table->kind)))
                         .at(table->place)
                         .remedy("write a table: [" + name + "]"));
        table = nullptr;
    }
    if (table == nullptr) return false;
    binder.bind(*table, name + ".", fields);
    return true;
}

void bind_documents(const Node& root, Partner& partner, Binder& binder) {
    const Node* list = root.find("documents");
    if (list == nullptr) return;
    if (list->kind != Node::Kind::List) {
        binder.fault(Error("config.type",
                           Blame::Operator,
                           "documents is " + std::string(to_string(list->kind)))
                         .at(list->place)
                         .remedy("write [[documents]] with two brackets, once for each"));
        return;
    }
    for (std::size_t at = 0; at < list->items.size(); ++at) {
        const Node& item = list->items[at];
        if (item.kind != Node::Kind::Table) {
            binder.fault(Error("config.type",
                               Blame::Operator,
                               "a document is " + std::string(to_string(item.kind)))
                             .at(item.place)
                             .remedy("write [[documents]] with two brackets, once for each"));
            continue;
        }
        DocumentAgreement document;
        std::string direction;
        std::string map;
        binder.bind(item,
                    "documents[" + std::to_string(at + 1) + "].",
                    document_fields(document, direction, map));
        document.inbound = direction == "in";
        document.map = map;
        partner.documents.push_back(std::move(document));
    }
}

// The defaults of tables that are absent stay those of the structs; nothing reads them then.
LoadedPartner bind_partner(const Node& root,
                           const std::filesystem::path& file,
                           const Settings& settings,
                           const LoadOptions& options,
                           std::vector<Error>& faults) {
    LoadedPartner loaded;
    Partner& partner = loaded.partner;
    partner.file = file;
    loaded.file = {.source = file.string()};
    Binder binder(faults, {file.parent_path()});
    binder.bind(root,
                "",
                partner_fields(partner),
                {"as2",
                 "sftp",
                 "sftp_client",
                 "https",
                 "folder",
                 "x12",
                 "edifact",
                 "xml",
                 "files",
                 "documents",
                 "odoo"});
    partner.as2.enabled = bind_table(root, "as2", as2_fields(partner.as2), binder);
    partner.sftp.enabled = bind_table(root, "sftp", sftp_fields(partner.sftp), binder);
    partner.sftp_client.enabled =
        bind_table(root, "sftp_client", sftp_client_fields(partner.sftp_client), binder);
    partner.https.enabled = bind_table(root, "https", https_fields(partner.https), binder);
    partner.folder.enabled = bind_table(root, "folder", folder_fields(partner.folder), binder);
    partner.x12.enabled = bind_table(root, "x12", x12_fields(partner.x12), binder);
    partner.edifact.enabled = bind_table(root, "edifact", edifact_fields(partner.edifact), binder);
    partner.xml.enabled = bind_table(root, "xml", xml_fields(partner.xml), binder);
    partner.files.enabled = bind_table(root, "files", files_fields(partner.files), binder);
    bind_table(root, "odoo", odoo_fields(partner.odoo), binder);
    bind_documents(root, partner, binder);
    check_partner(loaded, settings, binder, options);
    loaded.places = binder.places();
    for (const auto& [key, place] : loaded.places)
        partner.origins[key] = file.filename().string() + ":" + std::to_string(place.line);
    return loaded;
}

std::vector<std::filesystem::path> partner_files(const std::filesystem::path& directory,
                                                 std::vector<Error>& faults) {
    std::vector<std::filesystem::path> files;
    std::error_code failure;
    if (!std::filesystem::exists(directory, failure)) return files;  // no partner yet
    for (std::filesystem::directory_iterator at(directory, failure), end; !failure && at != end;
         at.increment(failure)) {
        const std::string name = at->path().filename().string();
        std::error_code ignored;
        if (name.ends_with(".toml") && !name.starts_with('.') && at->is_regular_file(ignored))
            files.push_back(at->path());
    }
    if (failure)
        faults.push_back(Error("config.file",
                               Blame::Operator,
                               "the partner directory cannot be read: " + failure.message())
                             .at({.source = directory.string()})
                             .remedy("let the gateway's user read it"));
    std::sort(files.begin(), files.end());
    return files;
}

// In the order a person reads: sallyport.toml first, then each partner file from its top.
void sort_faults(std::vector<Error>& faults, const std::string& first) {
    const auto key = [&](const Error& fault) {
        const Place& place = fault.place();
        return std::tuple(place.source != first, place.source, place.line, place.column);
    };
    std::stable_sort(faults.begin(), faults.end(), [&](const Error& a, const Error& b) {
        return key(a) < key(b);
    });
}

}  // namespace

LoadResult load(const std::filesystem::path& file, const LoadOptions& options) {
    LoadResult result;
    const std::filesystem::path path = full_path(file);
    const auto root = read_node(path, result.faults);
    if (!root) return result;
    result.configuration.settings = bind_settings(*root, path, options, result.faults);
    const Settings& settings = result.configuration.settings;
    std::vector<LoadedPartner> partners;
    for (const auto& partner_file : partner_files(settings.partner_directory, result.faults)) {
        const auto node = read_node(partner_file, result.faults);
        if (node)
            partners.push_back(bind_partner(*node, partner_file, settings, options, result.faults));
    }
    check_duplicates(partners, result.faults);
    sort_faults(result.faults, path.string());
    for (LoadedPartner& loaded : partners)
        result.configuration.partners.push_back(std::move(loaded.partner));
    return result;
}

LoadResult load_partner(const std::filesystem::path& file,
                        const Settings& settings,
                        const LoadOptions& options) {
    LoadResult result;
    result.configuration.settings = settings;
    const std::filesystem::path path = full_path(file);
    const auto node = read_node(path, result.faults);
    if (node)
        result.configuration.partners.push_back(
            bind_partner(*node, path, settings, options, result.faults).partner);
    return result;
}

}  // namespace sallyport::config

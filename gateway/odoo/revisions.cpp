// SPDX-License-Identifier: Apache-2.0
#include "gateway/odoo/revisions.h"

#include <utility>

namespace sallyport::odoo {

namespace {

Result<Revision> revision_from(const std::string& text) {
    Revision entry;
    if (text.empty()) return entry;
    const Json json = Json::parse(text, nullptr, false);
    if (!json.is_object())
        return Error("odoo.books.damaged",
                     Blame::Bug,
                     "what the gateway remembers of a record of Odoo is no JSON");
    entry.revision = json.value("revision", std::int64_t{0});
    entry.hash = text_of(json, "hash");
    entry.changes = json.value("changes", std::int64_t{0});
    if (json.contains("sent")) entry.sent = json["sent"];
    if (json.contains("pending")) entry.pending = json["pending"];
    return entry;
}

std::string text_from(const Revision& entry) {
    Json json{{"revision", entry.revision}, {"hash", entry.hash}};
    if (entry.changes != 0) json["changes"] = entry.changes;
    if (!entry.sent.is_null()) json["sent"] = entry.sent;
    if (!entry.pending.is_null()) json["pending"] = entry.pending;
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

Result<Revision> Revisions::open(const std::string& name) {
    auto kept = m_books.recall(name);
    if (!kept) return std::move(kept).error();
    auto entry = revision_from(*kept);
    if (!entry) return std::move(entry).error().during(name);
    if (!entry->pending.is_null())
        if (Status done = hand_over(name, *entry); !done)
            return std::move(done).error().during(name);
    return entry;
}

Status Revisions::keep(const std::string& name, const Revision& entry) {
    return m_books.remember(name, text_from(entry));
}

Status Revisions::publish(const std::string& name,
                          Revision& entry,
                          const std::string& database,
                          OutgoingDocument document) {
    ++entry.revision;
    entry.pending = Json{{"key",
                          "odoo/" + database + "/" + name + "/" + document.kind + "/rev" +
                              std::to_string(entry.revision)},
                         {"partner", document.partner},
                         {"kind", document.kind},
                         {"number", document.business_number},
                         {"own", document.own_number},
                         {"canonical", std::move(document.canonical)}};
    if (Status kept = keep(name, entry); !kept) return kept;
    return hand_over(name, entry);
}

Status Revisions::hand_over(const std::string& name, Revision& entry) {
    const Json& pending = entry.pending;
    if (Status taken = m_books.submit({.source_key = text_of(pending, "key"),
                                       .partner = text_of(pending, "partner"),
                                       .kind = text_of(pending, "kind"),
                                       .business_number = text_of(pending, "number"),
                                       .own_number = text_of(pending, "own"),
                                       .canonical = pending.value("canonical", Json())});
        !taken)
        return taken;
    entry.pending = Json();
    return keep(name, entry);
}

}  // namespace sallyport::odoo

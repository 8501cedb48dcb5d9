// SPDX-License-Identifier: Apache-2.0
#include "gateway/flow/records.h"

#include <optional>
#include <utility>
#include <vector>

namespace sallyport::flow {
namespace {

constexpr const char* Scope = "record held";

Result<std::optional<store::Document>> standing_for(store::Reader& reader,
                                                    const std::string& name) {
    auto mark = reader.bookmark(Scope, name);
    if (!mark) return std::move(mark).error();
    if (!*mark) return std::optional<store::Document>();
    return reader.document((*mark)->value);
}

Result<std::vector<store::Job>> looks(store::Reader& reader, const std::string& document) {
    return reader.jobs({.kind = std::string(step::Look), .document = document});
}

store::Document row_of(const OutgoingRecord& record, std::string id) {
    store::Document document;
    document.id = std::move(id);
    document.level = store::DocumentLevel::Transaction;
    document.direction = store::Direction::Outbound;
    document.partner = record.partner;
    document.kind = record.kind;
    document.business_number = record.business_number;
    document.own_number = record.name;
    document.status.content = store::ContentStatus::Pending;
    document.status.delivery = store::DeliveryStatus::Pending;
    document.next = gateway_acts();
    return document;
}

// Its first look fails as the one that brought it here, and parks it with the reason, as every step that fails does.
Status open(store::Transaction& transaction,
            Journal& journal,
            const OutgoingRecord& record,
            const std::string& id) {
    if (Status added = transaction.add_document(row_of(record, id)); !added) return added;
    auto job = transaction.add_job({.kind = std::string(step::Look), .document = id});
    if (!job) return std::move(job).error();
    if (Status marked = transaction.set_bookmark(Scope, record.name, id); !marked) return marked;
    return journal.record(transaction,
                          {.actor = "odoo",
                           .event = "record.held",
                           .subject = id,
                           .detail = {{"record", record.name}, {"kind", record.kind}}},
                          Level::Warn);
}

Status close(store::Transaction& transaction,
             Journal& journal,
             const store::Document& document,
             const std::string& name) {
    if (Status cleared = transaction.set_bookmark(Scope, name, ""); !cleared) return cleared;
    if (document.next.code == "flow.discarded") return {};
    store::DocumentUpdate update;
    update.content = store::ContentStatus::Valid;
    update.delivery = store::DeliveryStatus::NotNeeded;
    update.next = nobody();
    update.next->reason = "the record went out";
    if (Status done = transaction.update_document(document.id, update); !done) return done;
    return journal.record(transaction,
                          {.actor = {},
                           .event = "record.settled",
                           .subject = document.id,
                           .detail = {{"record", name}}});
}

}  // namespace

Status hold_record(const Tools& tools, const OutgoingRecord& record, const Error& error) {
    Journal journal;
    const std::string reason = error.text();
    Status done = tools.store.submit([&](store::Transaction& transaction) -> Status {
        auto standing = standing_for(transaction, record.name);
        if (!standing) return std::move(standing).error();
        if (!*standing) return open(transaction, journal, record, tools.make_id());
        if ((*standing)->next.reason == reason) return {};
        auto jobs = looks(transaction, (*standing)->id);
        if (!jobs) return std::move(jobs).error();
        for (const store::Job& job : *jobs)
            if (job.state == store::JobState::Parked)
                if (Status again = transaction.release_job(job.id); !again) return again;
        return {};
    });
    if (done) journal.publish(tools.log, tools.metrics);
    return done;
}

Status settle_record(const Tools& tools, const std::string& name) {
    auto standing = store::read<std::optional<store::Document>>(
        tools.store, [&](store::Reader& reader) { return standing_for(reader, name); });
    if (!standing) return std::move(standing).error();
    if (!*standing) return {};
    Journal journal;
    Status done = tools.store.submit([&](store::Transaction& transaction) -> Status {
        auto still = standing_for(transaction, name);
        if (!still) return std::move(still).error();
        if (!*still) return {};
        auto jobs = looks(transaction, (*still)->id);
        if (!jobs) return std::move(jobs).error();
        for (const store::Job& job : *jobs)
            if (job.state == store::JobState::Parked || job.state == store::JobState::Ready)
                if (Status given_up = transaction.discard_job(job.id); !given_up) return given_up;
        return close(transaction, journal, **still, name);
    });
    if (done) journal.publish(tools.log, tools.metrics);
    return done;
}

Result<Commit> look_again(const Tools& tools, const store::Job& job) {
    auto document = load_document(tools.store, job.document);
    if (!document) return std::move(document).error();
    if (!tools.look_again)
        return Error("flow.record.watch",
                     Blame::Operator,
                     "nothing goes from the back office to partners at present")
            .remedy("configure the accounts of the outgoing flows, then release the document");
    if (Status gone = tools.look_again(document->own_number); !gone) return std::move(gone).error();
    return Commit(
        [document = *std::move(document)](store::Transaction& transaction, Journal& journal) {
            return close(transaction, journal, document, document.own_number);
        });
}

}  // namespace sallyport::flow

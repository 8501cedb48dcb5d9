// SPDX-License-Identifier: Apache-2.0
#include "gateway/flow/files.h"

#include "gateway/base/crash_point.h"
#include "gateway/base/digest.h"
#include "gateway/flow/folder_drop.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace sallyport::flow {
namespace {

// "Application/PDF; x=y" is application/pdf.
std::string plain_type(std::string_view type) {
    std::string plain(type.substr(0, type.find(';')));
    std::erase_if(plain, [](char letter) { return letter == ' ' || letter == '\t'; });
    std::transform(plain.begin(), plain.end(), plain.begin(), [](char letter) {
        return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    });
    return plain;
}

Error no_folder(const config::Partner& partner) {
    return Error("flow.files.folder",
                 Blame::Operator,
                 "the agreement with " + partner.name + " names no folder for documents like this")
        .remedy("set files.folder in the partner file, then release the document");
}

struct GoingIn {
    store::Document document;
    Drop drop;
};
Result<GoingIn> open_drop(const Tools& tools, const store::Job& job) {
    auto document = load_document(tools.store, job.document);
    if (!document) return std::move(document).error();
    auto agreement = agreement_of(tools, document->partner);
    if (!agreement) return std::move(agreement).error();
    const auto& folder = (*agreement)->partner.files.folder;
    if (folder.empty()) return no_folder((*agreement)->partner);
    Drop drop = drop_of(folder, document->message, document->id, document->own_number);
    return GoingIn{.document = *std::move(document), .drop = std::move(drop)};
}

// A step that was begun and left no attempt behind was cut off: it may have done its work.
Result<unsigned> attempts_cut_off(const Tools& tools, const store::Job& job) {
    auto attempts = store::read<std::vector<store::Attempt>>(
        tools.store,
        [&](store::Reader& reader) { return reader.attempts_of_document(job.document); });
    if (!attempts) return std::move(attempts).error();
    const auto told =
        std::count_if(attempts->begin(), attempts->end(), [&](const store::Attempt& attempt) {
            return attempt.job == job.id;
        });
    const auto before = static_cast<std::ptrdiff_t>(job.attempts) - 1;
    return static_cast<unsigned>(std::max<std::ptrdiff_t>(0, before - told));
}

// The hidden file is gone. Either an earlier attempt renamed it and was cut off before it could say so, and somebody has taken
// it since; or it was taken away from outside. Only where no attempt was cut off is it certainly the second.
Status stage_again(const Tools& tools,
                   const store::Job& job,
                   const store::Document& document,
                   const Drop& drop) {
    std::error_code ignored;
    if (std::filesystem::exists(drop.named, ignored)) return {};
    const auto cut_off = attempts_cut_off(tools, job);
    if (!cut_off) return cut_off.error();
    if (*cut_off == 0) return stage(tools.archive, document.payload_ref, drop);
    if (*cut_off + 1 == job.attempts) return {};
    return Error("flow.files.unsure",
                 Blame::Operator,
                 "the file may have been taken from " + drop.named.parent_path().string() +
                     " already, or lost there: the gateway was stopped in between")
        .remedy(
            "look whether it was taken (" + drop.named.filename().string() +
            "); then discard this document, or copy it from the archive: " + document.payload_ref);
}

struct Outgoing {
    store::Document document;
    std::string digest;
};

Result<Submitted> store_file(store::Transaction& transaction,
                             Journal& journal,
                             const FileSubmission& submission,
                             const Outgoing& outgoing) {
    auto answer = transaction.claim_replay_key({.layer = store::ReplayLayer::Source,
                                                .key = store::replay_key({submission.source_key}),
                                                .digest = outgoing.digest,
                                                .target = outgoing.document.id});
    if (!answer) return std::move(answer).error();
    if (answer->verdict == store::ReplayVerdict::Identical)
        return Submitted{.document = answer->target, .existed = true};
    if (answer->verdict == store::ReplayVerdict::Conflict)
        return Error("flow.submit.conflict",
                     Blame::BackOffice,
                     "the source key \"" + submission.source_key +
                         "\" was used with other content (document " + answer->target + ")")
            .remedy("submit other content under a key of its own");
    if (Status added = transaction.add_document(outgoing.document); !added)
        return std::move(added).error();
    auto job =
        transaction.add_job({.kind = std::string(step::Freeze),
                             .document = outgoing.document.id,
                             .order_key = outbound_lane(submission.partner, outgoing.document.id)});
    if (!job) return std::move(job).error();
    Status noted = journal.record(transaction,
                                  {.actor = submission.origin,
                                   .event = "document.submitted",
                                   .subject = outgoing.document.id,
                                   .detail = {{"kind", std::string(FileStandard)},
                                              {"partner", submission.partner},
                                              {"source_key", submission.source_key},
                                              {"payload", submission.payload_ref}}});
    if (!noted) return std::move(noted).error();
    return Submitted{.document = outgoing.document.id, .existed = false};
}

}  // namespace

bool passes_unread(const store::Message& message, const config::Partner& partner) {
    const auto& types = partner.files.content_types;
    return partner.files.enabled &&
           std::find(types.begin(), types.end(), plain_type(message.content_type)) != types.end();
}

Commit unwrap_file(const Tools& tools, const store::Message& message) {
    store::Document document = held_interchange(message, tools.make_id());
    document.standard = FileStandard;
    document.version = plain_type(message.content_type);
    document.own_number = message.file_name;
    document.status.content = store::ContentStatus::Valid;
    document.status.back_office = store::BackOfficeStatus::Pending;
    document.next = gateway_acts();
    return [document = std::move(document)](store::Transaction& transaction,
                                            Journal& journal) -> Status {
        if (Status added = transaction.add_document(document); !added) return added;
        auto next = transaction.add_job({.kind = std::string(step::Stage),
                                         .document = document.id,
                                         .message = document.message,
                                         .order_key = order_lane(document.partner, document.id)});
        if (!next) return std::move(next).error();
        return journal.record(transaction,
                              {.actor = {},
                               .event = "file.unwrapped",
                               .subject = document.id,
                               .detail = {{"message", document.message},
                                          {"payload", document.payload_ref},
                                          {"content_type", document.version}}});
    };
}

Result<Commit> stage_file(const Tools& tools, const store::Job& job) {
    auto going = open_drop(tools, job);
    if (!going) return std::move(going).error();
    if (Status staged = stage(tools.archive, going->document.payload_ref, going->drop); !staged)
        return std::move(staged).error();
    return Commit([job](store::Transaction& transaction, Journal& /*journal*/) -> Status {
        auto next = transaction.add_job({.kind = std::string(step::Deliver),
                                         .document = job.document,
                                         .message = job.message,
                                         .order_key = job.order_key,
                                         .rank = job.rank});
        return next ? Status() : Status(std::move(next).error());
    });
}

Result<Commit> deliver_file(const Tools& tools, const store::Job& job) {
    auto going = open_drop(tools, job);
    if (!going) return std::move(going).error();
    const Drop& drop = going->drop;
    if (Status there = check_drop_folder(drop.named.parent_path()); !there)
        return std::move(there).error();
    if (!is_staged(drop))
        if (Status again = stage_again(tools, job, going->document, drop); !again)
            return std::move(again).error();
    CRASH_POINT("deliver.rename.before");
    if (is_staged(drop))
        if (Status named = reveal_name(drop); !named) return std::move(named).error();
    CRASH_POINT("deliver.rename.after");
    return Commit(
        [id = going->document.id,
         payload = going->document.payload_ref,
         file = drop.named.string()](store::Transaction& transaction, Journal& journal) -> Status {
            store::DocumentUpdate update;
            update.back_office = store::BackOfficeStatus::Posted;
            update.next = nobody();
            if (Status done = transaction.update_document(id, update); !done) return done;
            return journal.record(transaction,
                                  {.actor = {},
                                   .event = "file.delivered",
                                   .subject = id,
                                   .detail = {{"file", file}, {"payload", payload}}});
        });
}

Commit hold_large(const Tools& tools, const store::Message& message, std::uint64_t size) {
    store::Document document = held_interchange(message, tools.make_id());
    document.status.content = store::ContentStatus::Unreadable;
    const Error why =
        Error("flow.unwrap.large",
              Blame::BackOffice,
              "the document has " + std::to_string(size) + " octets, and none above " +
                  std::to_string(LargestInterchange) + " is read as EDI")
            .remedy("is it no EDI, name its type (" + plain_type(message.content_type) +
                    ") in files.content_types of the partner file and release it; is it EDI, ask "
                    "the partner for smaller interchanges and discard it. It is whole in the "
                    "archive: " +
                    message.payload_ref);
    return [document, why](store::Transaction& transaction, Journal& journal) mutable -> Status {
        document.next = person_acts(why, transaction.now());
        if (Status added = transaction.add_document(document); !added) return added;
        return journal.record(transaction,
                              {.actor = {},
                               .event = "document.held",
                               .subject = document.id,
                               .detail = {{"code", document.next.code}}},
                              Level::Warn);
    };
}

Result<Submitted> submit_file(const Tools& tools, const FileSubmission& submission) {
    if (submission.source_key.empty() || submission.source_key.size() > 512)
        return Error("flow.submit.key", Blame::Bug, "the source key has no or too many octets");
    if (submission.origin.empty())
        return Error("flow.submit.kind", Blame::Bug, "the origin must be named");
    auto agreement = agreement_of(tools, submission.partner);
    if (!agreement) return std::move(agreement).error();
    Outgoing outgoing;
    store::Document& document = outgoing.document;
    document.id = tools.make_id();
    document.level = store::DocumentLevel::Interchange;
    document.direction = store::Direction::Outbound;
    document.partner = submission.partner;
    document.standard = FileStandard;
    document.version = plain_type(submission.content_type);
    document.own_number = submission.file_name;
    document.payload_ref = submission.payload_ref;
    document.status.content = store::ContentStatus::Valid;
    document.status.delivery = store::DeliveryStatus::Pending;
    document.next = gateway_acts();
    outgoing.digest = sha256_hex(store::replay_key(
        {submission.partner, submission.payload_ref, document.version, document.own_number}));
    Journal journal;
    CRASH_POINT("submit.commit.before");
    auto done = store::submit<Submitted>(
        tools.store, [&](store::Transaction& transaction) -> Result<Submitted> {
            return store_file(transaction, journal, submission, outgoing);
        });
    if (!done) return done;
    CRASH_POINT("submit.commit.after");
    if (!done->existed) journal.publish(tools.log, tools.metrics);
    return done;
}

Result<transports::Parcel> parcel_of_file(const Tools& tools,
                                          const store::Document& document,
                                          const config::Partner& partner) {
    transports::Parcel parcel;
    parcel.content_type = document.version;
    parcel.file_name = document.own_number;
    const auto size = tools.archive.size(document.payload_ref);
    if (!size) return size.error();
    std::error_code ignored;
    const auto file = tools.archive.path_of(document.payload_ref);
    if (partner.deliver_by == "as2" && std::filesystem::is_regular_file(file, ignored)) {
        auto checked = tools.archive.checked_file(document.payload_ref);
        if (!checked) return std::move(checked).error();
        parcel.payload_file = *std::move(checked);
        return parcel;
    }
    if (*size > LargestInterchange)
        return Error("flow.files.large",
                     Blame::Operator,
                     "the document has " + std::to_string(*size) + " octets; documents above " +
                         std::to_string(LargestInterchange) + " go by AS2 only")
            .remedy("set deliver_by = \"as2\" in the file of partner " + partner.name +
                    ", then release it");
    auto octets = tools.archive.get(document.payload_ref);
    if (!octets) return std::move(octets).error();
    parcel.payload = *std::move(octets);
    return parcel;
}

}  // namespace sallyport::flow

// SPDX-License-Identifier: Apache-2.0
#include "gateway/flow/mailbox.h"

#include "gateway/flow/journal.h"
#include "gateway/flow/steps.h"

#include <algorithm>
#include <set>
#include <utility>

namespace sallyport::flow {
namespace {

using transports::AfterFetch;
using transports::Mail;

// What became of a delivered message, as its receipt says.
constexpr std::string_view Kept = "fetched";
constexpr std::string_view Archived = "fetched, archived";
constexpr std::string_view Deleted = "fetched, deleted";
constexpr std::string_view Removed = "fetched, removed by the partner";

std::string_view disposition_of(AfterFetch after) {
    switch (after) {
        case AfterFetch::Keep:
            return Kept;
        case AfterFetch::Archive:
            return Archived;
        case AfterFetch::Delete:
            return Deleted;
    }
    return Kept;
}

}  // namespace

Result<std::vector<store::Message>> StoreMailbox::sent_to(const std::string& partner,
                                                          store::MessageState state) const {
    auto all = store::read<std::vector<store::Message>>(
        m_parts.store, [&](store::Reader& reader) -> Result<std::vector<store::Message>> {
            store::MessageFilter filter{.direction = store::Direction::Outbound,
                                        .state = state,
                                        .partner = partner,
                                        .limit = 10'000};
            if (state == store::MessageState::Delivered)
                filter.since = m_parts.clock.now() - m_parts.archived_for;
            return reader.messages(filter);
        });
    if (!all) return all;
    std::erase_if(*all,
                  [&](const store::Message& one) { return one.transport != m_parts.transport; });
    std::reverse(all->begin(), all->end());  // oldest first
    return all;
}

std::vector<Mail> StoreMailbox::as_mail(const std::vector<store::Message>& messages) const {
    std::vector<Mail> mails;
    std::set<std::string> names;
    for (const store::Message& message : messages) {
        const auto bytes = m_parts.archive.size(message.payload_ref);
        Mail mail{.message = message.id,
                  .name = message.file_name.empty() ? message.id : message.file_name,
                  .bytes = bytes ? *bytes : 0,
                  .since = message.created,
                  .fetched = message.state == store::MessageState::Delivered};
        std::replace(mail.name.begin(), mail.name.end(), '/', '_');
        if (!names.insert(mail.name).second) {
            // An older one of that name is still there: the id keeps them apart.
            mail.name = message.id + "-" + mail.name;
            names.insert(mail.name);
        }
        mails.push_back(std::move(mail));
    }
    return mails;
}

Result<std::vector<Mail>> StoreMailbox::waiting(const std::string& partner) {
    auto frozen = sent_to(partner, store::MessageState::Frozen);
    if (!frozen) return std::move(frozen).error();
    auto delivered = sent_to(partner, store::MessageState::Delivered);
    if (!delivered) return std::move(delivered).error();
    for (store::Message& one : *delivered)
        if (one.receipt.disposition == Kept) frozen->push_back(std::move(one));
    std::sort(
        frozen->begin(), frozen->end(), [](const auto& a, const auto& b) { return a.id < b.id; });
    return as_mail(*frozen);
}

Result<std::vector<Mail>> StoreMailbox::archived(const std::string& partner) {
    auto delivered = sent_to(partner, store::MessageState::Delivered);
    if (!delivered) return std::move(delivered).error();
    std::erase_if(*delivered, [](const store::Message& one) {
        return one.receipt.disposition != Archived && one.receipt.disposition != Removed;
    });
    return as_mail(*delivered);
}

Result<store::Message> StoreMailbox::own(const std::string& partner,
                                         const std::string& message) const {
    auto found = store::read<std::optional<store::Message>>(
        m_parts.store, [&](store::Reader& reader) { return reader.message(message); });
    if (!found) return std::move(found).error();
    if (!*found || (*found)->partner != partner || (*found)->transport != m_parts.transport ||
        (*found)->direction != store::Direction::Outbound)
        return Error("mailbox.missing", Blame::Partner, "no such message");
    return **std::move(found);
}

Result<Bytes> StoreMailbox::read(const std::string& partner, const std::string& message) {
    auto found = own(partner, message);
    if (!found) return std::move(found).error();
    return m_parts.archive.get(found->payload_ref);
}

Status StoreMailbox::fetched(const std::string& partner,
                             const std::string& message,
                             AfterFetch after,
                             const std::string& remote_address) {
    auto found = own(partner, message);
    if (!found) return std::move(found).error();
    Journal journal;
    store::StoredReceipt receipt;
    receipt.disposition = disposition_of(after);
    Status done = m_parts.store.submit([&](store::Transaction& transaction) -> Status {
        auto current = transaction.message(message);
        if (!current) return std::move(current).error();
        // Said again, because our answer to the first time was lost: the same fact is not a second one.
        if (after != AfterFetch::Keep && *current &&
            (*current)->state == store::MessageState::Delivered &&
            (*current)->receipt.disposition == receipt.disposition)
            return {};
        if (Status stored = store_delivery(transaction, journal, *found, receipt); !stored)
            return stored;
        return journal.record(transaction,
                              {.actor = "partner:" + partner,
                               .event = m_parts.transport + ".fetched",
                               .subject = message,
                               .detail = {{"file", found->file_name}, {"from", remote_address}}});
    });
    if (!done) return done;
    journal.publish(m_parts.log, m_parts.metrics);
    m_parts.metrics.count("sallyport_mailbox_fetched_total", {{"partner", partner}});
    return {};
}

Status StoreMailbox::removed(const std::string& partner,
                             const std::string& message,
                             const std::string& remote_address) {
    auto found = own(partner, message);
    if (!found) return std::move(found).error();
    if (found->state != store::MessageState::Delivered)
        return Error("mailbox.unread", Blame::Partner, "the file was never read to its end");
    if (found->receipt.disposition != Kept) return {};
    Journal journal;
    store::StoredReceipt receipt = found->receipt;
    receipt.disposition = Removed;
    Status done = m_parts.store.submit([&](store::Transaction& transaction) -> Status {
        if (Status stored =
                transaction.set_receipt(message, receipt, store::MessageState::Delivered);
            !stored)
            return stored;
        return journal.record(transaction,
                              {.actor = "partner:" + partner,
                               .event = m_parts.transport + ".removed",
                               .subject = message,
                               .detail = {{"file", found->file_name}, {"from", remote_address}}});
    });
    if (done) journal.publish(m_parts.log, m_parts.metrics);
    return done;
}

Result<transports::Frozen> MailSender::freeze(const transports::Parcel& parcel) {
    return transports::Frozen{.transport = m_transport,
                              .partner = parcel.partner,
                              .message_id = parcel.message_id,
                              .wire = parcel.payload,
                              .expectation = {}};
}

Result<transports::Delivery> MailSender::send(const transports::Frozen& /*frozen*/) {
    transports::Delivery delivery;
    delivery.disposition =
        m_transport == "sftp" ? "waits in /out" : "waits until the partner fetches it";
    delivery.receipt_pending = true;  // until the partner has fetched it
    return delivery;
}

}  // namespace sallyport::flow

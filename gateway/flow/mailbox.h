// SPDX-License-Identifier: Apache-2.0
// What waits for partners that fetch, out of the store: a frozen message waits until it was read to its end, which counts
// as its delivery.
#pragma once

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/flow/metrics.h"
#include "gateway/store/archive.h"
#include "gateway/store/store.h"
#include "transports/mailbox.h"
#include "transports/sender.h"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace sallyport::flow {

// Thread-safe. References outlive the mailbox.
class StoreMailbox final : public transports::Mailbox {
public:
    struct Parts {
        store::Store& store;
        const store::Archive& archive;
        const Clock& clock;
        Metrics& metrics;
        Log log;
        std::chrono::hours archived_for{24 * 30};  // how long /archive shows a file
        std::string transport = "sftp";            // or "https": whose messages wait here
    };
    explicit StoreMailbox(Parts parts) : m_parts(std::move(parts)) {}

    Result<std::vector<transports::Mail>> waiting(const std::string& partner) override;
    Result<std::vector<transports::Mail>> archived(const std::string& partner) override;
    Result<Bytes> read(const std::string& partner, const std::string& message) override;
    Status fetched(const std::string& partner,
                   const std::string& message,
                   transports::AfterFetch after,
                   const std::string& remote_address) override;
    Status removed(const std::string& partner,
                   const std::string& message,
                   const std::string& remote_address) override;

private:
    Result<store::Message> own(const std::string& partner, const std::string& message) const;
    Result<std::vector<store::Message>> sent_to(const std::string& partner,
                                                store::MessageState state) const;
    std::vector<transports::Mail> as_mail(const std::vector<store::Message>& messages) const;

    Parts m_parts;
};

// The sender of messages that are fetched: freezing is all there is to do.
class MailSender final : public transports::Sender {
public:
    explicit MailSender(std::string transport = "sftp") : m_transport(std::move(transport)) {}
    Result<transports::Frozen> freeze(const transports::Parcel& parcel) override;
    Result<transports::Delivery> send(const transports::Frozen& frozen) override;

private:
    const std::string m_transport;
};

}  // namespace sallyport::flow

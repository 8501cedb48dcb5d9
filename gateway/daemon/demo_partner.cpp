// SPDX-License-Identifier: Apache-2.0
#include "gateway/daemon/demo_partner.h"

#include "gateway/daemon/directory.h"
#include "transports/as2_receiver.h"
#include "transports/as2_sender.h"
#include "transports/http_server.h"

#include <condition_variable>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

namespace sallyport::daemon {
namespace {

// A partner's inbox with the guard RFC 4130 asks of every station: the same message gets the same answer.
class Inbox final : public transports::Intake {
public:
    Result<transports::Admission> admit(const transports::Arrival& arrival,
                                        const transports::ReceiptMaker& make_receipt) override {
        const std::lock_guard lock(m_mutex);
        const auto known = m_answers.find(arrival.message_id);
        if (known != m_answers.end())
            return transports::Admission{
                transports::Verdict::Identical, known->second, arrival.message_id};
        auto receipt = make_receipt(transports::Verdict::New);
        if (!receipt) return std::move(receipt).error();
        m_answers.emplace(arrival.message_id, *receipt);
        m_deliveries.push_back({.payload = arrival.payload, .disposition = receipt->disposition});
        m_arrived.notify_all();
        return transports::Admission{
            transports::Verdict::New, *std::move(receipt), arrival.message_id};
    }
    Status refuse(const transports::Refusal& /*refusal*/,
                  const transports::Receipt& /*receipt*/) override {
        return {};
    }

    std::optional<DemoDelivery> await(std::chrono::milliseconds limit) {
        std::unique_lock lock(m_mutex);
        if (!m_arrived.wait_for(lock, limit, [&] { return !m_deliveries.empty(); }))
            return std::nullopt;
        return m_deliveries.front();
    }
    std::size_t count() const {
        const std::lock_guard lock(m_mutex);
        return m_deliveries.size();
    }

private:
    mutable std::mutex m_mutex;
    std::condition_variable m_arrived;
    std::map<std::string, transports::Receipt> m_answers;
    std::vector<DemoDelivery> m_deliveries;
};

std::shared_ptr<const transports::As2Directory> directory_of(const DemoPartnerOptions& options,
                                                             const std::string& url) {
    auto agreement = std::make_shared<transports::As2Agreement>();
    agreement->name = "gateway";
    agreement->our_id = options.our_id;
    agreement->partner_id = options.gateway_id;
    agreement->signing = options.identity;
    agreement->decryption = {options.identity};
    agreement->partner_signing = {options.gateway_certificate};
    agreement->partner_encryption = {options.gateway_certificate};
    agreement->outbound.url = url;
    return transports::fixed_directory({std::move(agreement)});
}

}  // namespace

class DemoPartner::Impl {
public:
    Impl(DemoPartnerOptions given, const Clock& clock, const Log& log)
        : options(std::move(given)),
          directory(std::make_shared<SwapDirectory>(directory_of(options, ""))),
          sender(
              {.host_name = "partner.invalid", .product = "Demo partner"}, directory, clock, log),
          receiver(std::make_shared<transports::As2Receiver>(
              transports::As2ReceiverOptions{.host_name = "partner.invalid",
                                             .product = "Demo partner"},
              directory,
              inbox,
              clock,
              log)),
          server({}, {{"/as2", receiver}}, clock, log) {}

    DemoPartnerOptions options;
    std::shared_ptr<SwapDirectory> directory;
    Inbox inbox;
    transports::As2Sender sender;
    std::shared_ptr<transports::As2Receiver> receiver;
    transports::HttpServer server;
};

DemoPartner::DemoPartner(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
DemoPartner::~DemoPartner() = default;

Result<std::unique_ptr<DemoPartner>> DemoPartner::start(DemoPartnerOptions options,
                                                        const Clock& clock,
                                                        const Log& log) {
    auto impl = std::make_unique<Impl>(std::move(options), clock, log);
    if (Status started = impl->server.start(); !started) return std::move(started).error();
    return std::unique_ptr<DemoPartner>(new DemoPartner(std::move(impl)));
}

std::string DemoPartner::url() const {
    return "http://127.0.0.1:" + std::to_string(m_impl->server.port()) + "/as2";
}

void DemoPartner::set_gateway_url(const std::string& url) {
    m_impl->directory->swap(directory_of(m_impl->options, url));
}

Result<transports::Frozen> DemoPartner::freeze(const std::string& id, const Bytes& payload) {
    return m_impl->sender.freeze({.partner = "gateway",
                                  .message_id = id,
                                  .payload = payload,
                                  .content_type = "application/EDI-X12",
                                  .file_name = "850.edi"});
}

Result<transports::Delivery> DemoPartner::send(const transports::Frozen& frozen) {
    return m_impl->sender.send(frozen);
}

std::optional<DemoDelivery> DemoPartner::await_delivery(std::chrono::milliseconds limit) {
    return m_impl->inbox.await(limit);
}

std::size_t DemoPartner::deliveries() const {
    return m_impl->inbox.count();
}

}  // namespace sallyport::daemon

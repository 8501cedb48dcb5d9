// SPDX-License-Identifier: Apache-2.0
#include "gateway/daemon/trust_desk.h"

#include "certs/octets.h"
#include "config/moment.h"
#include "gateway/base/file.h"
#include "gateway/flow/cem_xml.h"
#include "gateway/flow/revocation_note.h"
#include "gateway/flow/trust.h"
#include "transports/as2_async.h"
#include "transports/as2_receiver.h"
#include "transports/mime.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace sallyport::daemon {
namespace {

using transports::Admission;
using transports::Arrival;

constexpr std::size_t LargestHeader = std::size_t{64} << 10U;

// Admits as ever; a refusal is only remembered: the message is held already, and its refusal stored.
class SecondIntake final : public transports::Intake {
public:
    SecondIntake(transports::Intake& intake, std::string remote_address)
        : m_intake(intake), m_remote_address(std::move(remote_address)) {}

    Result<Admission> admit(const Arrival& arrival,
                            const transports::ReceiptMaker& make_receipt) override {
        Arrival as_it_came = arrival;
        as_it_came.remote_address = m_remote_address;
        auto admission = m_intake.admit(as_it_came, make_receipt);
        if (admission) admitted = *admission;
        return admission;
    }
    Status refuse(const transports::Refusal& refusal, const transports::Receipt&) override {
        refused = refusal;
        return {};
    }

    std::optional<Admission> admitted;
    std::optional<transports::Refusal> refused;

private:
    transports::Intake& m_intake;
    const std::string m_remote_address;
};

// The receipt of a second reading waits until the partner asks again (flow/unknown_signer.cpp).
class NoQueue final : public transports::ReceiptQueue {
public:
    Status enqueue(const transports::AsyncReceipt&) override { return {}; }
};

// A body in a file, behind its header.
struct FileBody final : certs::Octets {
    FileBody(std::unique_ptr<const certs::FileOctets> file, std::uint64_t begin)
        : m_file(std::move(file)), m_body(*m_file, begin, m_file->size() - begin) {}
    std::uint64_t size() const override { return m_body.size(); }
    Result<std::size_t> read(std::uint64_t offset, char* buffer, std::size_t count) const override {
        return m_body.read(offset, buffer, count);
    }

private:
    std::unique_ptr<const certs::FileOctets> m_file;
    certs::OctetRange m_body;
};

Result<transports::HttpRequest> request_of(BytesView head) {
    auto entity = transports::parse_entity(head, {});
    if (!entity) return std::move(entity).error();
    transports::HttpRequest request;
    request.method = "POST";
    request.headers = std::move(entity->headers);
    request.header_block = entity->header_block;
    request.body = entity->body;
    return request;
}

Result<transports::HttpRequest> read_raw(const store::Archive& archive,
                                         const std::string& address,
                                         std::size_t spool_above) {
    const auto size = archive.size(address);
    if (!size) return size.error();
    if (*size <= spool_above || *size <= store::Archive::SmallObject) {
        auto raw = archive.get(address);
        if (!raw) return std::move(raw).error();
        return request_of(*raw);
    }
    auto path = archive.checked_file(address);
    if (!path) return std::move(path).error();
    auto file = certs::FileOctets::open(*path);
    if (!file) return std::move(file).error();
    auto head = certs::take_octets(**file, 0, LargestHeader);
    if (!head) return std::move(head).error();
    auto request = request_of(*head);
    if (!request) return request;
    request->body.clear();
    request->spooled =
        std::make_shared<FileBody>(*std::move(file), std::uint64_t{request->header_block.size()});
    return request;
}

// The refusal's code as a literal, for it decides what people may do next.
Error still_refused(const transports::Refusal& refusal) {
    const std::string_view code = refusal.code == flow::UnknownSignerCode
                                      ? flow::UnknownSignerCode
                                      : std::string_view("trust.refused");
    return Error(code,
                 Blame::Operator,
                 "read again, the message was refused again: " + refusal.reason + " [" +
                     refusal.code + "]")
        .remedy(
            "mend that, then: sallyport doc release; or ask the partner to send it again and "
            "discard this one");
}

}  // namespace

Status TrustDesk::refresh() {
    auto records = store::read<std::vector<flow::TrustRecord>>(
        m_parts.store, [](store::Reader& reader) { return flow::trust_records(reader); });
    if (!records) return std::move(records).error();
    CertificateDecisions decisions;
    for (const flow::TrustRecord& record : *records) {
        if (record.state != flow::TrustState::Accepted) continue;
        auto certificate = certs::load_certificate(record.certificate.der);
        if (!certificate || certificate->fingerprint() != record.certificate.fingerprint)
            return Error("daemon.trust",
                         Blame::Bug,
                         "the accepted certificate " + record.certificate.fingerprint + " of " +
                             record.partner + " cannot be read from the store");
        const auto wanted = [&](std::string_view use) {
            return std::find(record.uses.begin(), record.uses.end(), use) != record.uses.end();
        };
        decisions.accepted[record.partner].push_back(
            {.certificate = *std::move(certificate),
             .encrypt_from = config::parse_moment(record.encrypt_from),
             .verifies = record.uses.empty() || wanted(flow::cert_use::Signature),
             .is_server = wanted(flow::cert_use::TlsServer)});
    }
    auto notes = store::read<std::vector<flow::RevocationNote>>(
        m_parts.store, [](store::Reader& reader) { return flow::revocation_notes(reader); });
    if (!notes) return std::move(notes).error();
    for (const flow::RevocationNote& note : *notes)
        if (!note.believed()) decisions.barred[note.partner].insert(note.fingerprint);
    m_parts.directory->decide(std::move(decisions));
    return {};
}

void TrustDesk::refresh_or_say() {
    if (Status fresh = refresh(); !fresh)
        m_parts.log.error("decisions on certificates could not be read",
                          {{"error", fresh.error().text()}});
}

Result<flow::JudgedAgain> TrustDesk::judge_again(const store::Message& held) {
    const std::lock_guard lock(m_one_at_a_time);
    if (Status made = make_directories_durably(m_parts.spool_folder, 0700); !made)
        return std::move(made).error();
    if (Status fresh = refresh(); !fresh) return std::move(fresh).error();
    auto request = read_raw(m_parts.archive, held.raw_ref, m_parts.spool_above);
    if (!request) return std::move(request).error();
    request->remote_address = held.remote_address;
    SecondIntake intake(m_parts.intake, held.remote_address);
    NoQueue queue;
    transports::As2Receiver receiver({.host_name = m_parts.host_name,
                                      .spool_folder = m_parts.spool_folder,
                                      .spool_above = m_parts.spool_above},
                                     m_parts.directory,
                                     intake,
                                     m_parts.clock,
                                     m_parts.log.with({{"held_message", held.id}}),
                                     &queue);
    (void)receiver.handle(*request);
    if (intake.refused) return still_refused(*intake.refused);
    if (!intake.admitted)
        return Error("daemon.judge",
                     Blame::Network,
                     "message " + held.id + " could not be stored when it was read again");
    return flow::JudgedAgain{
        .message = intake.admitted->message,
        .disposition = intake.admitted->receipt.disposition,
        .repeated = intake.admitted->verdict == transports::Verdict::Identical};
}

}  // namespace sallyport::daemon

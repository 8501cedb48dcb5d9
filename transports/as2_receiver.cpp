// SPDX-License-Identifier: Apache-2.0
#include "transports/as2_receiver.h"

#include "certs/cms_stream.h"
#include "gateway/base/digest.h"
#include "transports/as2_cem.h"
#include "transports/as2_explanation.h"
#include "transports/as2_mdn.h"
#include "transports/as2_message.h"
#include "transports/as2_open.h"
#include "transports/as2_parts.h"
#include "transports/as2_place.h"
#include "transports/as2_receipt_in.h"
#include "transports/as2_stranger.h"
#include "transports/mime.h"

#include <array>
#include <utility>
#include <variant>

namespace sallyport::transports {
namespace {

HttpResponse as_response(Receipt receipt) {
    return {.status = receipt.http_status,
            .headers = std::move(receipt.headers),
            .body = std::move(receipt.body)};
}

Receipt plain_receipt(int status, std::string_view text) {
    Receipt receipt;
    receipt.http_status = status;
    receipt.headers = {{"Content-Type", "text/plain; charset=us-ascii"}};
    receipt.body = Bytes(text) + "\r\n";
    return receipt;
}

Error malformed(std::string what) {
    return Error("as2.header", Blame::Partner, std::move(what));
}

// As far as the header tells.
bool may_be_receipt(const HeaderList& headers) {
    const auto type = parse_parameterised(header_or_empty(headers, "Content-Type")).value;
    return type == "multipart/report" || type == "multipart/signed" ||
           type == "message/disposition-notification";
}

// The AS2 headers every message needs (RFC 4130 6); a receipt may do without Message-ID.
struct Parties {
    std::string from;
    std::string to;
    std::string message_id;
};
Result<Parties> read_parties(const HeaderList& headers) {
    for (const auto* name : {"AS2-From", "AS2-To", "Message-ID"}) {
        const auto count = count_header(headers, name);
        if (count == 0 && name == std::string_view("Message-ID") && may_be_receipt(headers))
            continue;  // HDR-06
        if (count == 0) return malformed(std::string(name) + " is missing");
        if (count > 1) return malformed(std::string(name) + " occurs more than once");
    }
    const auto from = read_as2_name(header_or_empty(headers, "AS2-From"));
    const auto to = read_as2_name(header_or_empty(headers, "AS2-To"));
    if (!from || !to) return malformed("AS2-From or AS2-To is not an AS2 name");
    Parties parties{.from = *from,
                    .to = *to,
                    .message_id = std::string(header_or_empty(headers, "Message-ID"))};
    const bool given = find_header(headers, "Message-ID") != nullptr;
    if ((given && parties.message_id.empty()) || parties.message_id.size() > 998)
        return malformed("Message-ID is empty or longer than 998 octets");
    return parties;
}

// What every exchange of a receiver shares.
struct Surroundings {
    const As2ReceiverOptions& options;
    Intake& intake;
    const Clock& clock;
    const Log& log;
    Allowance& refused_bytes;
    DecryptionGuesses& guesses;
};

// One message on its way through: what every answer about it needs.
class Exchange {
public:
    Exchange(const Surroundings& around, const HttpRequest& request)
        : m_around(around),
          m_request(request),
          m_log(around.log.with({{"remote", request.remote_address}})) {}

    void identify(Parties parties, std::shared_ptr<const As2Agreement> agreement) {
        m_parties = std::move(parties);
        m_agreement = std::move(agreement);
        m_log = m_log.with(
            {{"from", m_parties.from}, {"to", m_parties.to}, {"message_id", m_parties.message_id}});
        if (m_agreement)
            m_style = choose_receipt(
                m_request.headers, m_agreement->inbound.digests, m_agreement->inbound.mdn_digest);
        else  // a stranger's receipt is never signed, whatever it asks for
            m_style.wanted =
                find_header(m_request.headers, "Disposition-Notification-To") != nullptr;
    }
    const ReceiptStyle& style() const { return m_style; }

    // Decides between the response and a URL of the sender's (MDN-30). On an error the response carries the refusal:
    // nobody is called whom the agreement does not name.
    Status choose_delivery(ReceiptQueue* queue) {
        const std::string* url = find_header(m_request.headers, "Receipt-Delivery-Option");
        if (url == nullptr || !m_style.wanted) return {};
        if (queue == nullptr || m_agreement->inbound.async_receipts.urls.empty())
            return Error("as2.async",
                         Blame::Partner,
                         "an asynchronous receipt is asked for, the agreement has none")
                .remedy(
                    "ask the partner for synchronous receipts, or allow its URL in the partner "
                    "file");
        const auto allowed = check_egress_url(*url, m_agreement->inbound.async_receipts);
        if (!allowed) return allowed;
        m_url = *url;
        m_queue = queue;
        return {};
    }

    // Turned away: audited durably first, then told to the partner.
    HttpResponse refuse(const std::string& disposition, const Error& error) {
        m_log.warn("as2 message refused", {{"disposition", disposition}, {"code", error.code()}});
        auto receipt = m_style.wanted
                           ? receipt_for(disposition, {})
                           : Result<Receipt>(plain_receipt(400, explanation_of(disposition)));
        if (!receipt) return unavailable(receipt.error());
        return audited(error, *std::move(receipt));
    }
    // No AS2 message at all.
    HttpResponse reject(int status, const Error& error) {
        m_log.warn("as2 request rejected",
                   {{"status", status}, {"code", error.code()}, {"reason", error.what()}});
        return audited(error, plain_receipt(status, error.what()));
    }
    HttpResponse accept(OpenedMessage message) {
        const certs::Digest digest = mic_digest(message);
        Arrival arrival = make_arrival(message);
        arrival.content_digest = sha256_hex(message.mic_scope);
        arrival.mic = write_mic(digest, message.mic_scope, micalg_name(digest, m_style.options));
        arrival.payload = std::move(message.payload);
        arrival.raw = m_request.header_block + m_request.body;
        return admit(message, arrival);
    }
    // In constant memory: everything that has a size is a file.
    HttpResponse accept(const LargeMessage& message) {
        const certs::Digest digest = mic_digest(message);
        auto digests = certs::digest_stream(message.mic_scope, {digest, certs::Digest::Sha256});
        if (!digests) return unavailable(digests.error());
        SystemRandom random;
        const auto stem = m_around.options.spool_folder / new_id(m_around.clock.now(), random);
        const auto payload = PartFile::write(stem.string() + "-payload" + std::string(PartSuffix),
                                             {&message.payload});
        if (!payload) return unavailable(payload.error());
        const auto raw = write_raw();
        if (!raw) return unavailable(raw.error());
        Arrival arrival = make_arrival(message);
        arrival.content_digest = to_hex((*digests)[certs::Digest::Sha256]);
        arrival.mic = to_base64((*digests)[digest]) + ", " + micalg_name(digest, m_style.options);
        arrival.payload_file = payload->path();
        arrival.payload_digest = payload->digest();
        arrival.raw_file = raw->path();
        arrival.raw_digest = raw->digest();
        return admit(message, arrival);
    }
    HttpResponse open_and_accept() {
        const auto pause = m_around.guesses.pause(m_agreement->name, m_request.remote_address);
        if (pause.count() > 0)
            return {.status = 503,
                    .headers = {{"Retry-After", std::to_string(pause.count())},
                                {"Content-Type", "text/plain; charset=us-ascii"}},
                    .body = "too many messages that cannot be decrypted, try again later\r\n"};
        if (!m_request.spooled)
            return settle(open_message(m_request.headers, m_request.body, *m_agreement));
        return settle(open_large_message(
            m_request.headers, *m_request.spooled, *m_agreement, m_around.options.spool_folder));
    }

private:
    // The message as it came, where it is too large to hold.
    Result<PartFile> write_raw() const {
        SystemRandom random;
        const auto stem = m_around.options.spool_folder / new_id(m_around.clock.now(), random);
        const certs::MemoryOctets header(m_request.header_block);
        return PartFile::write(stem.string() + "-raw" + std::string(PartSuffix),
                               {&header, m_request.spooled.get()});
    }

    template <typename Opened>
    HttpResponse settle(std::variant<Opened, OpenFailure> opened) {
        if (auto* message = std::get_if<Opened>(&opened)) {
            if (is_cem(message->content_type) && !message->was_signed)
                return refuse("processed/error: insufficient-message-security",
                              Error("as2.cem.unsigned",
                                    Blame::Partner,
                                    "certificates are exchanged in signed messages only"));
            return accept(std::move(*message));
        }
        const auto& failed = std::get<OpenFailure>(opened);
        // Our own disk is no fault of the message: nothing is said about it, the partner tries again.
        if (failed.error.blame() == Blame::Operator) return unavailable(failed.error);
        if (failed.disposition == "decryption-failed" &&
            m_around.guesses.failed(m_agreement->name, m_request.remote_address))
            m_log.warn("too many messages that cannot be decrypted: a pause for this address",
                       {{"partner", m_agreement->name}});
        m_stranger = unknown_signer(failed, *m_agreement);
        return refuse("processed/error: " + failed.disposition, failed.error);
    }

    HttpResponse admit(const MessageFacts& message, const Arrival& arrival) {
        if (message.was_signed && message.signer_expires < m_around.clock.now())
            m_log.warn("message is signed with an expired certificate",
                       {{"fingerprint", message.signer_fingerprint}});
        auto admission = m_around.intake.admit(arrival, [&](Verdict verdict) -> Result<Receipt> {
            if (verdict == Verdict::Conflict)
                return m_style.wanted
                           ? receipt_for("processed/error: unexpected-processing-error", {})
                           : Result<Receipt>(
                                 plain_receipt(400, "Message-ID was used for other content"));
            if (!m_style.wanted) return Receipt{};
            return receipt_for("processed", arrival.mic);
        });
        if (!admission) return unavailable(admission.error());
        static constexpr std::array<std::string_view, 3> Verdicts{"new", "identical", "conflict"};
        m_log.info("as2 message received",
                   {{"verdict", Verdicts.at(static_cast<std::size_t>(admission->verdict))},
                    {"message", admission->message},
                    {"signed", arrival.was_signed ? "yes" : "no"},
                    {"encrypted", arrival.was_encrypted ? "yes" : "no"}});
        return deliver(std::move(admission->receipt));
    }

    // Nothing durable, so nothing said: the partner tries again.
    HttpResponse unavailable(const Error& error) {
        m_log.error("as2 message could not be stored",
                    {{"code", error.code()}, {"reason", error.text()}});
        return {.status = 503,
                .headers = {{"Retry-After", m_around.options.retry_after},
                            {"Content-Type", "text/plain; charset=us-ascii"}},
                .body = "temporarily unable to store messages\r\n"};
    }

    // The receipt in the response, or 2xx now and the receipt from the durable queue.
    HttpResponse deliver(Receipt receipt) {
        if (m_queue == nullptr || receipt.disposition.empty())
            return as_response(std::move(receipt));
        const auto queued = m_queue->enqueue({.partner = m_agreement->name,
                                              .url = m_url,
                                              .original_message_id = m_parties.message_id,
                                              .receipt = std::move(receipt)});
        if (!queued) return unavailable(queued.error());
        return {};
    }

    // Anyone who knows two names can post junk: how much of it goes to disk is bounded.
    bool may_keep_body() {
        // A refused body of that size is not worth its room, unless it may be read later.
        if (m_request.spooled && !m_stranger) return false;
        const auto size = static_cast<double>(m_request.spooled ? m_request.spooled->size()
                                                                : m_request.body.size());
        if (m_around.refused_bytes.take(size, m_around.clock.steady_now())) return true;
        m_log.warn("bodies of refused messages exceed their allowance, the header alone is kept");
        return false;
    }

    HttpResponse audited(const Error& error, Receipt receipt) {
        const bool keep = may_keep_body();
        if (m_stranger) m_stranger->whole = keep;
        Refusal refusal{.transport = "as2",
                        .partner = m_agreement ? m_agreement->name : "",
                        .from = m_parties.from,
                        .to = m_parties.to,
                        .message_id = m_parties.message_id,
                        .remote_address = m_request.remote_address,
                        .code = std::string(error.code()),
                        .reason = error.text(),
                        .raw = m_request.header_block + (keep ? m_request.body : Bytes()),
                        .signer = m_stranger};
        std::optional<PartFile> file;  // goes once the intake has it
        if (keep && m_request.spooled) {
            auto raw = write_raw();
            if (!raw) return unavailable(raw.error());
            file.emplace(*std::move(raw));
            refusal.raw_file = file->path();
            refusal.raw_digest = file->digest();
        }
        const auto kept = m_around.intake.refuse(refusal, receipt);
        if (!kept) return unavailable(kept.error());
        return deliver(std::move(receipt));
    }

    Result<Receipt> receipt_for(const std::string& disposition, const std::string& mic) const {
        SystemRandom random;
        const std::string id = new_id(m_around.clock.now(), random);
        const MdnFacts facts{
            .from = m_parties.to,
            .to = m_parties.from,
            .original_message_id = m_parties.message_id,
            .disposition = disposition,
            .mic = mic,
            .explanation = std::string(explanation_of(disposition)),
            .message_id = '<' + id + '@' + m_around.options.host_name + '>',
            .boundary_seed = id,
            .product = m_around.options.product,
            .features = m_agreement
                            ? our_features(*m_agreement, !m_around.options.spool_folder.empty())
                            : std::string()};
        const certs::Identity* signer =
            m_agreement ? m_agreement->signing_at(m_around.clock.now()) : nullptr;
        return write_mdn(facts, m_style, signer);
    }

    // MIC-14: the verified signature's digest; unsigned, the first the sender names that we know, else SHA-1.
    certs::Digest mic_digest(const MessageFacts& message) const {
        if (message.was_signed) return message.signature_digest;
        for (const auto& name : m_style.options.micalgs)
            if (const auto digest = certs::digest_from_name(name);
                digest && *digest != certs::Digest::Md5)
                return *digest;
        return certs::Digest::Sha1;
    }

    Arrival make_arrival(const MessageFacts& message) const {
        Arrival arrival;
        arrival.transport = "as2";
        arrival.partner = m_agreement->name;
        arrival.from = m_parties.from;
        arrival.to = m_parties.to;
        arrival.message_id = m_parties.message_id;
        arrival.content_type = message.content_type;
        arrival.file_name = message.file_name;
        arrival.was_signed = message.was_signed;
        arrival.was_encrypted = message.was_encrypted;
        arrival.signer_fingerprint = message.signer_fingerprint;
        arrival.remote_address = m_request.remote_address;
        return arrival;
    }

    const Surroundings m_around;
    const HttpRequest& m_request;
    Log m_log;
    Parties m_parties;
    std::shared_ptr<const As2Agreement> m_agreement;
    ReceiptStyle m_style;
    std::optional<UnknownSigner> m_stranger;
    std::string m_url;  // of an asynchronous receipt
    ReceiptQueue* m_queue = nullptr;
};

}  // namespace

As2Receiver::As2Receiver(As2ReceiverOptions options,
                         std::shared_ptr<const As2Directory> directory,
                         Intake& intake,
                         const Clock& clock,
                         Log log,
                         ReceiptQueue* receipts)
    : m_options(std::move(options)),
      m_directory(std::move(directory)),
      m_intake(intake),
      m_clock(clock),
      m_log(std::move(log)),
      m_receipts(receipts),
      m_strangers(m_options.stranger_burst, m_options.strangers_per_second),
      m_refused_bytes(m_options.refused_bytes_burst, m_options.refused_bytes_per_second),
      m_guesses(m_options.guesses, clock) {
    if (m_options.spool_folder.empty()) return;
    sweep_parts(m_options.spool_folder);
    m_restart = std::make_unique<RestartTable>(m_options.spool_folder, m_options.restart, m_clock);
}

// Everything that can be decided without the body is decided without it.
HttpEntry As2Receiver::enter(const HttpRequest& head) {
    const auto answer = [](HttpResponse response) {
        return HttpEntry{.max_body_bytes = 0, .answer = std::move(response)};
    };
    if (head.method != "POST" && head.method != "HEAD")
        return answer({.status = 405,
                       .headers = {{"Allow", "POST, HEAD"}},
                       .body = "AS2 messages are posted\r\n"});
    if (head.method == "HEAD") return answer(answer_head(m_restart.get(), head, *m_directory));
    auto parties = read_parties(head.headers);
    const auto agreement = parties ? m_directory->by_ids(parties->from, parties->to) : nullptr;
    const bool restarts = agreement && m_restart && agreement->outbound.restart != Restart::Off;
    const bool to_itself = parties && parties->from == parties->to;
    const bool has_length = count_header(head.headers, "Content-Length") +
                                count_header(head.headers, "Transfer-Encoding") >
                            0;
    if (agreement && !to_itself && has_length) {
        const std::size_t most = agreement->inbound.max_body_bytes;
        auto restart =
            restarts ? enter_restart(*m_restart, head, agreement->name, most) : RestartEntry{};
        return {.max_body_bytes = most,
                .answer = std::move(restart.answer),
                .spool_above = m_options.spool_above,
                .spool_folder = m_options.spool_folder,
                .parts = std::move(restart.parts)};
    }

    if (!m_strangers.take(1, m_clock.steady_now()))
        return answer({.status = 429,
                       .headers = {{"Retry-After", m_options.retry_after}},
                       .body = "too many requests without an agreement\r\n"});
    Exchange exchange({m_options, m_intake, m_clock, m_log, m_refused_bytes, m_guesses}, head);
    if (!parties) return answer(exchange.reject(400, parties.error()));
    if (!has_length) return answer(exchange.reject(411, malformed("the body has no length")));
    const std::string pair = "AS2-From " + parties->from + ", AS2-To " + parties->to;
    exchange.identify(*std::move(parties), agreement);
    if (to_itself)
        return answer(
            exchange.refuse("failed/failure: sender-equals-receiver",
                            Error("as2.same-party", Blame::Partner, pair + " are one party")));
    return answer(exchange.refuse(
        "processed/error: unknown-trading-partner",
        Error("as2.agreement.unknown", Blame::Partner, "there is no agreement for " + pair)
            .remedy("add the pair to a partner file, or ask the partner to correct its names")));
}

HttpResponse As2Receiver::handle(const HttpRequest& request) {
    const auto parties = read_parties(request.headers);
    const auto agreement = parties ? m_directory->by_ids(parties->from, parties->to) : nullptr;
    if (!agreement) return handle_of(request, nullptr);
    const Place place(m_at_once, agreement->name, m_options.at_once_per_partner);
    if (place.taken()) return handle_of(request, agreement);
    m_log.warn("too many messages of one partner at once", {{"partner", agreement->name}});
    return {.status = 503,
            .headers = {{"Retry-After", m_options.retry_after},
                        {"Content-Type", "text/plain; charset=us-ascii"}},
            .body = "too many messages of this partner at once, try again later\r\n"};
}

HttpResponse As2Receiver::handle_of(const HttpRequest& request,
                                    std::shared_ptr<const As2Agreement> agreement) {
    Exchange exchange({m_options, m_intake, m_clock, m_log, m_refused_bytes, m_guesses}, request);
    auto parties = read_parties(request.headers);
    if (!parties) return exchange.reject(400, parties.error());
    exchange.identify(*std::move(parties), agreement);
    if (agreement && m_options.features) m_options.features->note(agreement->name, request.headers);
    if (!agreement)  // removed by a reload since enter()
        return exchange.refuse(
            "processed/error: unknown-trading-partner",
            Error("as2.agreement.unknown", Blame::Partner, "the agreement has just been removed"));
    // No receipt is as large as what goes to disk.
    if (!request.spooled && may_be_receipt(request.headers) &&
        looks_like_mdn(request.headers, request.body))
        return take_receipt(request,
                            *agreement,
                            {.intake = m_intake,
                             .inbox = m_options.receipts_in,
                             .clock = m_clock,
                             .refused_bytes = m_refused_bytes,
                             .retry_after = m_options.retry_after},
                            m_log.with({{"partner", agreement->name}}));
    if (find_header(request.headers, "Message-ID") == nullptr)
        return exchange.reject(400, malformed("Message-ID is missing"));
    const auto where = exchange.choose_delivery(m_receipts);
    if (!where)
        return exchange.refuse("processed/error: unexpected-processing-error", where.error());
    if (!exchange.style().failure.empty())
        return exchange.refuse(
            "failed/failure: " + exchange.style().failure,
            Error("as2.receipt-options",
                  Blame::Partner,
                  "the receipt asked for cannot be given: " + exchange.style().failure));
    return exchange.open_and_accept();
}

}  // namespace sallyport::transports

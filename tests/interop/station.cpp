// SPDX-License-Identifier: Apache-2.0
// as2_station KEYS PORT: the gateway's AS2 receiver and sender as one program, steered by lines of JSON on standard input,
// telling what happens in lines of JSON on standard output. Everything is kept in memory: it stands for the wire, not for
// the store.
//
//   {"do":"agree", …}                 the one agreement from now on (station_case.h)
//   {"do":"send","id":"c1","file":F}  -> {"event":"sent","id":"c1","ok":true,"mic":true,…}
//   {"do":"quit"}
// Events: listening, agreed, sent, received, refused, receipt (one of ours was answered later), receipt-sent.
#include "station_case.h"

#include "gateway/base/digest.h"
#include "gateway/base/guarded.h"
#include "transports/as2_receiver.h"
#include "transports/as2_sender.h"
#include "transports/signal_guard.h"

#include <nlohmann/json.hpp>

#include <cstdlib>
#include <iostream>
#include <map>
#include <mutex>
#include <thread>

namespace sallyport::interop {
namespace {

using nlohmann::json;
using namespace transports;

class Voice {
public:
    void say(const json& line) {
        const std::lock_guard lock(m_mutex);
        std::cout << line.dump(-1, ' ', false, json::error_handler_t::replace) << std::endl;
    }

private:
    std::mutex m_mutex;
};

class Directory final : public As2Directory {
public:
    void use(As2Agreement agreement) {
        auto shared = std::make_shared<const As2Agreement>(std::move(agreement));
        m_current.with([&](auto& current) { current = std::move(shared); });
    }
    std::shared_ptr<const As2Agreement> current() const {
        return m_current.with([](const auto& current) { return current; });
    }
    std::shared_ptr<const As2Agreement> by_ids(std::string_view partner_id,
                                               std::string_view our_id) const override {
        auto one = current();
        return one && one->partner_id == partner_id && one->our_id == our_id ? one : nullptr;
    }
    std::shared_ptr<const As2Agreement> by_name(std::string_view /*name*/) const override {
        return current();
    }

private:
    Guarded<std::shared_ptr<const As2Agreement>> m_current;
};

class StationIntake final : public Intake {
public:
    explicit StationIntake(Voice& voice) : m_voice(voice) {}
    Result<Admission> admit(const Arrival& arrival, const ReceiptMaker& make_receipt) override {
        const std::string key = arrival.from + '\n' + arrival.to + '\n' + arrival.message_id;
        return m_answers.with([&](auto& answers) -> Result<Admission> {
            const auto known = answers.find(key);
            if (known != answers.end())
                return Admission{Verdict::Identical, known->second, arrival.message_id};
            auto receipt = make_receipt(Verdict::New);
            if (!receipt) return std::move(receipt).error();
            answers.emplace(key, *receipt);
            m_voice.say({{"event", "received"},
                         {"message_id", arrival.message_id},
                         {"sha256", sha256_hex(arrival.payload)},
                         {"bytes", arrival.payload.size()},
                         {"file_name", arrival.file_name},
                         {"signed", arrival.was_signed},
                         {"encrypted", arrival.was_encrypted},
                         {"mic", arrival.mic},
                         {"disposition", receipt->disposition}});
            return Admission{Verdict::New, *std::move(receipt), arrival.message_id};
        });
    }
    Status refuse(const Refusal& refusal, const Receipt& receipt) override {
        m_voice.say({{"event", "refused"},
                     {"code", refusal.code},
                     {"reason", refusal.reason},
                     {"disposition", receipt.disposition}});
        return {};
    }

private:
    Voice& m_voice;
    Guarded<std::map<std::string, Receipt>> m_answers;
};

// Receipts that come later, ours and theirs.
class Receipts final : public ReceiptQueue, public ReceiptInbox {
public:
    Receipts(Voice& voice, std::shared_ptr<Directory> directory, const Clock& clock)
        : m_voice(voice), m_sender(std::move(directory), clock, Log(null_sink())) {}
    ~Receipts() override {
        for (auto& thread : m_threads)
            thread.join();
    }
    Receipts(const Receipts&) = delete;
    Receipts& operator=(const Receipts&) = delete;
    Receipts(Receipts&&) = delete;
    Receipts& operator=(Receipts&&) = delete;

    Status enqueue(const AsyncReceipt& receipt) override {
        const std::lock_guard lock(m_mutex);
        m_threads.emplace_back([this, receipt] {
            const auto sent = m_sender.send(receipt);
            m_voice.say({{"event", "receipt-sent"},
                         {"ok", bool(sent)},
                         {"code", sent ? "" : sent.error().text()}});
        });
        return {};
    }
    void expect(const Frozen& frozen, const std::string& id) {
        const std::lock_guard lock(m_mutex);
        m_waiting[bare(frozen.message_id)] = {id, frozen.expectation, ""};
    }
    Result<std::optional<AwaitedReceipt>> awaited(const std::string& /*partner*/,
                                                  const std::string& message_id) override {
        const std::lock_guard lock(m_mutex);
        const auto found = m_waiting.find(bare(message_id));
        if (found == m_waiting.end()) return std::optional<AwaitedReceipt>();
        return std::optional<AwaitedReceipt>(found->second);
    }
    Status settle(const AwaitedReceipt& awaited, const Delivery& delivery) override {
        m_voice.say({{"event", "receipt"},
                     {"id", awaited.message},
                     {"ok", true},
                     {"disposition", delivery.disposition},
                     {"mic", delivery.mic_matched},
                     {"receipt_signed", delivery.receipt_signed}});
        return {};
    }
    Status contest(const AwaitedReceipt& awaited, const Error& error, BytesView) override {
        m_voice.say({{"event", "receipt"},
                     {"id", awaited.message},
                     {"ok", false},
                     {"code", error.code()},
                     {"reason", error.what()}});
        return {};
    }

private:
    static std::string bare(std::string id) {
        if (!id.empty() && id.front() == '<') id.erase(0, 1);
        if (!id.empty() && id.back() == '>') id.pop_back();
        return id;
    }
    Voice& m_voice;
    AsyncReceiptSender m_sender;
    std::mutex m_mutex;
    std::vector<std::thread> m_threads;
    std::map<std::string, AwaitedReceipt> m_waiting;
};

json sent_line(const std::string& id, const Result<Delivery>& delivery) {
    json line{{"event", "sent"}, {"id", id}, {"ok", bool(delivery)}};
    if (!delivery) {
        line["code"] = delivery.error().code();
        line["reason"] = delivery.error().what();
        return line;
    }
    line["pending"] = delivery->receipt_pending;
    line["disposition"] = delivery->disposition;
    line["mic"] = delivery->mic_matched;
    line["receipt_signed"] = delivery->receipt_signed;
    line["http_status"] = delivery->http_status;
    return line;
}

class Station {
public:
    Station(std::string keys, std::uint16_t port)
        : m_keys(std::move(keys)), m_receipts(m_voice, m_directory, m_clock), m_intake(m_voice) {
        HttpServerOptions options;
        options.port = port;
        auto receiver = std::make_shared<As2Receiver>(
            As2ReceiverOptions{.host_name = "gateway.test", .receipts_in = &m_receipts},
            m_directory,
            m_intake,
            m_clock,
            m_log,
            &m_receipts);
        m_server = std::make_unique<HttpServer>(
            options, std::vector<HttpRoute>{{"/as2", receiver}}, m_clock, m_log);
        const auto started = m_server->start();
        if (!started) throw std::runtime_error(started.error().text());
        m_voice.say({{"event", "listening"}, {"port", m_server->port()}});
    }
    // False: no more.
    bool obey(const json& order) {
        const std::string what = order.value("do", "");
        if (what == "quit") return false;
        if (what == "agree") {
            m_directory->use(read_case(order, m_keys));
            m_voice.say({{"event", "agreed"}});
        } else if (what == "send") {
            send(order.value("id", "x"), order);
        }
        return true;
    }

private:
    void send(const std::string& id, const json& order) {
        As2Sender sender({.host_name = "gateway.test"}, m_directory, m_clock, m_log);
        auto frozen = sender.freeze({.partner = "partner",
                                     .message_id = id,
                                     .payload = slurp(order.at("file")),
                                     .content_type = order.value("type", "application/EDI-X12"),
                                     .file_name = order.value("name", "order.edi")});
        if (!frozen) {
            m_voice.say(
                {{"event", "sent"}, {"id", id}, {"ok", false}, {"reason", frozen.error().text()}});
            return;
        }
        m_receipts.expect(*frozen, id);
        m_voice.say(sent_line(id, sender.send(*frozen)));
    }

    std::string m_keys;
    SystemClock m_clock;
    Log m_log{std::getenv("AS2_STATION_LOG") != nullptr  // NOLINT(concurrency-mt-unsafe)
                  ? stderr_sink(m_clock)
                  : null_sink()};
    Voice m_voice;
    std::shared_ptr<Directory> m_directory = std::make_shared<Directory>();
    Receipts m_receipts;
    StationIntake m_intake;
    std::unique_ptr<HttpServer> m_server;
};

int run(int count, char** words) {
    if (count != 3) {
        std::cerr << "usage: as2_station KEYS PORT\n";
        return 2;
    }
    try {
        Station station(words[1], static_cast<std::uint16_t>(std::stoi(words[2])));
        for (std::string line; std::getline(std::cin, line);)
            if (!station.obey(json::parse(line))) break;
        return 0;
    } catch (const std::exception& thrown) {
        std::cerr << "as2_station: " << thrown.what() << '\n';
        return 1;
    }
}

}  // namespace
}  // namespace sallyport::interop

int main(int count, char** words) {
    return sallyport::interop::run(count, words);
}

// SPDX-License-Identifier: Apache-2.0
// as2_load KEYS URL [SENDERS [MESSAGES [OCTETS]]]: signed and encrypted messages with distinct Message-IDs, each answered by a
// signed receipt that is verified, MIC and all. Prints one JSON object with throughput, latencies and the RSA bound of the
// receiver (one private decryption and one signature per message), measured in the same run with the same keys.
//
// Messages are built before the clock starts: what is timed is the receiver, the wire and the judging of receipts.
#include "station_case.h"

#include "certs/cms.h"
#include "transports/as2_sender.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <iostream>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

namespace sallyport::interop {
namespace {

using Clock = std::chrono::steady_clock;
using nlohmann::json;
using namespace transports;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

struct Plan {
    std::string keys;
    std::string url;
    std::size_t senders = 4;
    std::size_t messages = 400;
    std::size_t octets = 10'240;
};

Plan read_plan(int count, char** words) {
    if (count < 3 || count > 6)
        throw std::runtime_error("usage: as2_load KEYS URL [SENDERS [MESSAGES [OCTETS]]]");
    Plan plan{.keys = words[1], .url = words[2]};
    if (count > 3) plan.senders = std::stoul(words[3]);
    if (count > 4) plan.messages = std::stoul(words[4]);
    if (count > 5) plan.octets = std::stoul(words[5]);
    return plan;
}

// How many receipts a second one core could give if RSA were all there is to do: the gateway's own private operations.
double rsa_bound(const std::string& keys) {
    const auto gateway = load_identity(keys, "gateway");
    const std::string content(64, 'x');
    const auto envelope = certs::encrypt(content, {gateway.certificate}, {});
    if (!envelope) throw std::runtime_error(envelope.error().text());
    constexpr int Rounds = 150;
    const auto start = Clock::now();
    for (int round = 0; round < Rounds; ++round) {
        const auto opened = certs::decrypt(*envelope, {gateway}, {certs::Cipher::Aes256Cbc}, {});
        const auto signature = certs::sign_detached(content, gateway, {});
        if (!opened || !signature) throw std::runtime_error("the keys do not work");
    }
    return Rounds / seconds_since(start);
}

struct Outcome {
    std::vector<double> latencies;  // seconds
    std::size_t failed = 0;
    std::string first_failure;
    double seconds = 0;
};

Outcome drive(As2Sender& sender, const std::vector<Frozen>& messages, std::size_t senders) {
    Outcome outcome;
    std::mutex mutex;
    std::atomic<std::size_t> next{0};
    const auto work = [&] {
        for (std::size_t at = next++; at < messages.size(); at = next++) {
            const auto start = Clock::now();
            const auto delivery = sender.send(messages[at]);
            const double took = seconds_since(start);
            const std::lock_guard lock(mutex);
            if (delivery && delivery->mic_matched && delivery->receipt_signed) {
                outcome.latencies.push_back(took);
            } else {
                if (outcome.failed++ == 0 && !delivery)
                    outcome.first_failure = delivery.error().text();
            }
        }
    };
    const auto start = Clock::now();
    std::vector<std::thread> threads;
    for (std::size_t at = 0; at < senders; ++at)
        threads.emplace_back(work);
    for (auto& thread : threads)
        thread.join();
    outcome.seconds = seconds_since(start);
    std::sort(outcome.latencies.begin(), outcome.latencies.end());
    return outcome;
}

double percentile(const std::vector<double>& sorted, double share) {
    if (sorted.empty()) return 0;
    const auto at = static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1));
    return sorted[at] * 1000;
}

int run(int count, char** words) {
    const Plan plan = read_plan(count, words);
    // From the partner's side: what it knows as its partner is the gateway.
    As2Agreement agreement;
    agreement.name = "gateway";
    agreement.our_id = "PARTNER";
    agreement.partner_id = "GATEWAY";
    agreement.signing = load_identity(plan.keys, "peer");
    const auto gateway = load_identity(plan.keys, "gateway").certificate;
    agreement.partner_signing = {gateway};
    agreement.partner_encryption = {gateway};
    agreement.outbound.url = plan.url;
    const SystemClock clock;
    As2Sender sender({.host_name = "load.test"},
                     fixed_directory({std::make_shared<As2Agreement>(agreement)}),
                     clock,
                     Log(null_sink()));
    std::vector<Frozen> messages;
    const auto stamp = std::to_string(clock.now().time_since_epoch().count());
    for (std::size_t at = 0; at < plan.messages; ++at) {
        std::string payload = "message " + std::to_string(at) + ' ';
        payload.resize(std::max(plan.octets, payload.size()), 'x');
        auto frozen = sender.freeze({.partner = "gateway",
                                     .message_id = stamp + "-" + std::to_string(at),
                                     .payload = std::move(payload),
                                     .content_type = "application/EDI-X12",
                                     .file_name = "load.edi"});
        if (!frozen) throw std::runtime_error(frozen.error().text());
        messages.push_back(*std::move(frozen));
    }
    const double bound = rsa_bound(plan.keys);
    const Outcome outcome = drive(sender, messages, plan.senders);
    const double rate = static_cast<double>(outcome.latencies.size()) / outcome.seconds;
    std::cout << json{{"senders", plan.senders},
                      {"messages", plan.messages},
                      {"octets", plan.octets},
                      {"failed", outcome.failed},
                      {"first_failure", outcome.first_failure},
                      {"seconds", outcome.seconds},
                      {"per_second", rate},
                      {"p50_ms", percentile(outcome.latencies, 0.50)},
                      {"p99_ms", percentile(outcome.latencies, 0.99)},
                      {"rsa_bound_per_core", bound},
                      {"share_of_one_core_bound", rate / bound},
                      {"cores", std::thread::hardware_concurrency()}}
                     .dump(1)
              << '\n';
    return outcome.failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace sallyport::interop

int main(int count, char** words) {
    try {
        return sallyport::interop::run(count, words);
    } catch (const std::exception& thrown) {
        std::cerr << "as2_load: " << thrown.what() << '\n';
        return 2;
    }
}

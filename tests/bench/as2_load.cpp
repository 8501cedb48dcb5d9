// SPDX-License-Identifier: Apache-2.0
// as2_load KEYS URL [SENDERS [MESSAGES [OCTETS [PER_SECOND [PARTNER_ID PARTNER_KEY OUR_ID OUR_KEY]]]]]: signed and encrypted messages with distinct Message-IDs, each answered by a
// signed receipt that is verified, MIC and all. Prints one JSON object with throughput, latencies and the RSA bound of the
// receiver (one private decryption and one signature per message: the two RSA operations alone, and the same as CMS structures),
// measured in the same run with the same keys. With PER_SECOND messages leave at that rate whatever the answers take, and the
// latency counts from when a message should have left.
//
// Messages are built before the clock starts: what is timed is the receiver, the wire and the judging of receipts.
#include "station_case.h"

#include "certs/cms.h"
#include "certs/handles.h"
#include "transports/as2_sender.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <ctime>
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
    double per_second = 0;  // 0: each sender as fast as it is answered
    // Who receives and who sends: AS2 name and the name of the key in KEYS.
    std::string partner_id = "GATEWAY";
    std::string partner_key = "gateway";
    std::string our_id = "PARTNER";
    std::string our_key = "peer";
};

Plan read_plan(int count, char** words) {
    if (count < 3 || (count > 7 && count != 11))
        throw std::runtime_error(
            "usage: as2_load KEYS URL [SENDERS [MESSAGES [OCTETS [PER_SECOND [PARTNER_ID "
            "PARTNER_KEY OUR_ID OUR_KEY]]]]]");
    Plan plan{.keys = words[1], .url = words[2]};
    if (count > 3) plan.senders = std::stoul(words[3]);
    if (count > 4) plan.messages = std::stoul(words[4]);
    if (count > 5) plan.octets = std::stoul(words[5]);
    if (count > 6) plan.per_second = std::stod(words[6]);
    if (count == 11) {
        plan.partner_id = words[7];
        plan.partner_key = words[8];
        plan.our_id = words[9];
        plan.our_key = words[10];
    }
    return plan;
}

// Processor time of this thread: what else the machine does is not in it.
double thread_seconds() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// One private decryption and one signature with nothing around them, as often as one core can in a second.
double rsa_bound(const Plan& plan) {
    const auto receiver = load_identity(plan.keys, plan.partner_key);
    EVP_PKEY* key = receiver.key.native().handle.get();
    const certs::KeyContextPtr context(EVP_PKEY_CTX_new(key, nullptr));
    std::array<unsigned char, 32> digest{};
    std::array<unsigned char, 512> sealed{};
    std::array<unsigned char, 512> out{};
    std::size_t sealed_size = sealed.size();
    if (EVP_PKEY_encrypt_init(context.get()) != 1 ||
        EVP_PKEY_encrypt(
            context.get(), sealed.data(), &sealed_size, digest.data(), digest.size()) != 1)
        throw std::runtime_error("the key does not encrypt");
    constexpr int Rounds = 400;
    const double start = thread_seconds();
    for (int round = 0; round < Rounds; ++round) {
        std::size_t size = out.size();
        const bool opened =
            EVP_PKEY_decrypt_init(context.get()) == 1 &&
            EVP_PKEY_decrypt(context.get(), out.data(), &size, sealed.data(), sealed_size) == 1;
        size = out.size();
        const bool made =
            EVP_PKEY_sign_init(context.get()) == 1 &&
            EVP_PKEY_CTX_set_signature_md(context.get(), EVP_sha256()) == 1 &&
            EVP_PKEY_sign(context.get(), out.data(), &size, digest.data(), digest.size()) == 1;
        if (!opened || !made) throw std::runtime_error("the key does not work");
    }
    return Rounds / (thread_seconds() - start);
}

// Of all threads, in user and kernel.
double process_seconds() {
    timespec now{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// The same with the structures around them.
double cms_bound(const Plan& plan) {
    const auto gateway = load_identity(plan.keys, plan.partner_key);
    const std::string content(64, 'x');
    const auto envelope = certs::encrypt(content, {gateway.certificate}, {});
    if (!envelope) throw std::runtime_error(envelope.error().text());
    constexpr int Rounds = 150;
    const double start = thread_seconds();
    for (int round = 0; round < Rounds; ++round) {
        const auto opened = certs::decrypt(*envelope, {gateway}, {certs::Cipher::Aes256Cbc}, {});
        const auto signature = certs::sign_detached(content, gateway, {});
        if (!opened || !signature) throw std::runtime_error("the keys do not work");
    }
    return Rounds / (thread_seconds() - start);
}

struct Outcome {
    std::vector<double> latencies;  // seconds
    std::size_t failed = 0;
    std::string first_failure;
    double seconds = 0;
    double processor_seconds = 0;  // of this program: the senders' side
};

Outcome drive(As2Sender& sender, const std::vector<Frozen>& messages, const Plan& plan) {
    Outcome outcome;
    std::mutex mutex;
    std::atomic<std::size_t> next{0};
    const auto begun = Clock::now();
    const double processor = process_seconds();
    const auto work = [&] {
        for (std::size_t at = next++; at < messages.size(); at = next++) {
            auto start = Clock::now();
            if (plan.per_second > 0) {
                start = begun +
                        std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(
                            static_cast<double>(at) / plan.per_second));
                std::this_thread::sleep_until(start);
            }
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
    std::vector<std::thread> threads;
    for (std::size_t at = 0; at < plan.senders; ++at)
        threads.emplace_back(work);
    for (auto& thread : threads)
        thread.join();
    outcome.seconds = seconds_since(begun);
    outcome.processor_seconds = process_seconds() - processor;
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
    agreement.our_id = plan.our_id;
    agreement.partner_id = plan.partner_id;
    agreement.signing = load_identity(plan.keys, plan.our_key);
    const auto gateway = load_identity(plan.keys, plan.partner_key).certificate;
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
    const double bound = rsa_bound(plan);
    const double with_cms = cms_bound(plan);
    const Outcome outcome = drive(sender, messages, plan);
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
                      {"sender_cpu_ms",
                       outcome.processor_seconds * 1000 / static_cast<double>(plan.messages)},
                      {"rsa_bound_per_core", bound},
                      {"cms_bound_per_core", with_cms},
                      {"share_of_one_core_bound", rate / bound},
                      {"share_of_one_core_cms_bound", rate / with_cms},
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

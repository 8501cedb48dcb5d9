// SPDX-License-Identifier: Apache-2.0
// as2_send_file KEYS URL FILE SPOOL: one file as one signed and encrypted message, composed and sent in constant memory; prints the receipt's
// verdict and the largest resident size as JSON. The receiver: as2_durable, or the gateway.
#include "station_case.h"

#include "transports/as2_sender.h"

#include <nlohmann/json.hpp>

#include <chrono>
#include <fstream>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>

namespace sallyport {
namespace {

using nlohmann::json;
using namespace transports;

std::size_t peak_kib() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("VmHWM:")) return std::stoul(line.substr(6));
    return 0;
}

double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

int run(char** words) {
    As2Agreement agreement;
    agreement.name = "gateway";
    agreement.our_id = "PARTNER";
    agreement.partner_id = "GATEWAY";
    agreement.signing = interop::load_identity(words[1], "peer");
    const auto gateway = interop::load_identity(words[1], "gateway").certificate;
    agreement.partner_signing = {gateway};
    agreement.partner_encryption = {gateway};
    agreement.outbound.url = words[2];
    agreement.outbound.exchange_timeout = std::chrono::hours(2);
    const SystemClock clock;
    As2Sender sender({.host_name = "load.test", .spool_folder = words[4]},
                     fixed_directory({std::make_shared<As2Agreement>(agreement)}),
                     clock,
                     Log(null_sink()));
    const auto begun = std::chrono::steady_clock::now();
    const auto frozen =
        sender.freeze({.partner = "gateway",
                       .message_id = std::to_string(clock.now().time_since_epoch().count()),
                       .payload = {},
                       .content_type = "application/EDI-X12",
                       .file_name = "large.edi",
                       .payload_file = words[3]});
    if (!frozen) throw std::runtime_error(frozen.error().text());
    const double composed = seconds_since(begun);
    const auto delivery = sender.send(*frozen);
    if (!delivery) throw std::runtime_error(delivery.error().text());
    std::cout << json{{"wire_octets", std::filesystem::file_size(frozen->wire_file)},
                      {"compose_seconds", composed},
                      {"seconds", seconds_since(begun)},
                      {"disposition", delivery->disposition},
                      {"mic_matched", delivery->mic_matched},
                      {"receipt_signed", delivery->receipt_signed},
                      {"peak_kib", peak_kib()}}
                     .dump(1)
              << '\n';
    return delivery->mic_matched ? 0 : 1;
}

}  // namespace
}  // namespace sallyport

int main(int count, char** words) {
    try {
        if (count != 5) throw std::runtime_error("usage: as2_send_file KEYS URL FILE SPOOL");
        return sallyport::run(words);
    } catch (const std::exception& thrown) {
        std::cerr << "as2_send_file: " << thrown.what() << '\n';
        return 2;
    }
}

// SPDX-License-Identifier: Apache-2.0
#include "transports/penalties.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace sallyport::transports {

namespace {

constexpr std::chrono::hours BansCountFor{24};

double left_of(double points,
               std::chrono::steady_clock::duration passed,
               std::chrono::seconds half) {
    const double halves =
        std::chrono::duration<double>(passed) / std::chrono::duration<double>(half);
    return points * std::exp2(-std::max(0.0, halves));
}

}  // namespace

std::string penalty_key(const std::string& address) {
    std::string host = address;
    if (host.starts_with('['))
        host = host.substr(1, host.find(']') - 1);
    else if (std::count(host.begin(), host.end(), ':') == 1)
        host.resize(host.find(':'));
    std::array<unsigned char, 16> octets{};
    if (::inet_pton(AF_INET6, host.c_str(), octets.data()) != 1) return host;
    const bool mapped =
        std::all_of(octets.begin(), octets.begin() + 10, [](auto octet) { return octet == 0; }) &&
        octets[10] == 0xFF && octets[11] == 0xFF;
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (mapped) {
        ::inet_ntop(AF_INET, octets.data() + 12, text.data(), text.size());
        return text.data();
    }
    std::fill(octets.begin() + 8, octets.end(), static_cast<unsigned char>(0));
    ::inet_ntop(AF_INET6, octets.data(), text.data(), text.size());
    return std::string(text.data()) + "/64";
}

void Penalties::shed(std::map<std::string, Record>& records) const {
    if (records.size() < m_options.addresses) return;
    const auto now = m_clock.steady_now();
    auto mildest = records.end();
    for (auto at = records.begin(); at != records.end();) {
        const bool stale = at->second.banned_until <= now && now - at->second.at > BansCountFor;
        if (stale) {
            at = records.erase(at);
            continue;
        }
        if (mildest == records.end() ||
            std::pair(at->second.banned_until, at->second.points) <
                std::pair(mildest->second.banned_until, mildest->second.points))
            mildest = at;
        ++at;
    }
    if (records.size() >= m_options.addresses && mildest != records.end()) records.erase(mildest);
}

bool Penalties::fail(const std::string& address, double points) {
    const auto now = m_clock.steady_now();
    return m_records.with([&](auto& records) {
        const std::string key = penalty_key(address);
        if (!records.contains(key)) shed(records);
        Record& record = records[key];
        if (record.bans != 0 && now - record.banned_until > BansCountFor) record.bans = 0;
        record.points = left_of(record.points, now - record.at, m_options.halved_in) + points;
        record.at = now;
        if (record.banned_until > now || record.points < m_options.points) return false;
        const unsigned doublings = std::min(record.bans, 16U);
        record.banned_until = now + std::min<std::chrono::seconds>(
                                        m_options.longest_ban, m_options.ban * (1LL << doublings));
        ++record.bans;
        record.points = 0;
        return true;
    });
}

bool Penalties::banned(const std::string& address) const {
    return remaining(address).count() > 0;
}

std::chrono::seconds Penalties::remaining(const std::string& address) const {
    const auto now = m_clock.steady_now();
    return m_records.with([&](const auto& records) {
        const auto found = records.find(penalty_key(address));
        if (found == records.end() || found->second.banned_until <= now)
            return std::chrono::seconds{0};
        return std::chrono::ceil<std::chrono::seconds>(found->second.banned_until - now);
    });
}

void Penalties::forget(const std::string& address) {
    m_records.with([&](auto& records) { records.erase(penalty_key(address)); });
}

}  // namespace sallyport::transports

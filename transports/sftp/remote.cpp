// SPDX-License-Identifier: Apache-2.0
#include "transports/sftp/remote.h"

#include "gateway/base/crash_point.h"
#include "gateway/base/digest.h"

#include <fnmatch.h>

#include <algorithm>
#include <utility>

namespace sallyport::sftp {

namespace {

std::string joined(const std::string& folder, const std::string& name) {
    return folder.ends_with('/') ? folder + name : folder + "/" + name;
}

// Names come from the wire: what is no plain name would lead out of the folder.
bool is_plain(const std::string& name) {
    return !name.empty() && name.front() != '.' && name.find('/') == std::string::npos &&
           std::none_of(name.begin(), name.end(), [](char letter) {
               return static_cast<unsigned char>(letter) < 0x20 || letter == 0x7F;
           });
}

std::string safe_name(std::string name) {
    std::replace(name.begin(), name.end(), '/', '_');
    return name.empty() || name.front() == '.' ? "_" + name : name;
}

}  // namespace

Result<std::string> push(Client& client,
                         const PushPlan& plan,
                         const std::string& name,
                         BytesView octets) {
    const std::string path = joined(plan.folder, safe_name(name));
    const std::string temporary = path + plan.temporary;
    auto there = client.look(path);
    if (there && there->bytes == octets.size()) {
        auto same = client.read(path, octets.size());
        // The server may forbid reading back; then the name and the size have to do.
        if (!same || *same == octets) return path;
    }
    if (there)
        return Error("sftp.remote.taken",
                     Blame::Partner,
                     path + " is there already with other content")
            .remedy("ask the partner to take it away, or change the names we send under");
    if (there.error().blame() == Blame::Network) return std::move(there).error();
    auto part = client.look(temporary);
    std::uint64_t start = part && part->bytes < octets.size() ? part->bytes : 0;
    if (Status written = client.write(temporary, octets.substr(start), start); !written)
        return std::move(written).error();
    auto complete = client.look(temporary);
    if (complete && complete->bytes != octets.size())
        return Error("sftp.broken",
                     Blame::Network,
                     temporary + " has " + std::to_string(complete->bytes) + " octets, not " +
                         std::to_string(octets.size()));
    CRASH_POINT("push.rename.before");
    if (Status renamed = client.rename(temporary, path); !renamed)
        return std::move(renamed).error();
    CRASH_POINT("push.rename.after");
    return path;
}

void PushSender::use(Plans plans) {
    const std::lock_guard lock(m_mutex);
    m_plans.swap(plans);
}

Result<transports::Frozen> PushSender::freeze(const transports::Parcel& parcel) {
    return transports::Frozen{
        .transport = m_transport,
        .partner = parcel.partner,
        .message_id = parcel.message_id,
        .wire = parcel.payload,
        .expectation = parcel.file_name.empty() ? parcel.message_id + ".edi" : parcel.file_name};
}

Result<transports::Delivery> PushSender::send(const transports::Frozen& frozen) {
    PushPlan plan;
    {
        const std::lock_guard lock(m_mutex);
        const auto found = m_plans.find(frozen.partner);
        if (found == m_plans.end())
            return Error("sftp.plan",
                         Blame::Operator,
                         "partner " + frozen.partner + " has no place to push to")
                .remedy("give its file [sftp_client] with push_folder, or [folder] with out");
        plan = found->second;
    }
    auto client = m_connect(plan.server);
    if (!client) return std::move(client).error();
    auto path = push(**client, plan, frozen.expectation, frozen.wire);
    if (!path) return std::move(path).error();
    transports::Delivery delivery;
    delivery.disposition = "uploaded to " + *path;
    return delivery;
}

Poller::Poller(
    PollPlan plan, Connector connect, transports::Intake& intake, const Clock& clock, Log log)
    : m_plan(std::move(plan)),
      m_connect(std::move(connect)),
      m_intake(intake),
      m_clock(clock),
      m_log(std::move(log)) {}

std::vector<Entry> Poller::wanted(std::vector<Entry> entries) const {
    std::erase_if(entries, [&](const Entry& entry) {
        const bool temporary = std::any_of(
            m_plan.temporary.begin(), m_plan.temporary.end(), [&](const std::string& ending) {
                return entry.name.ends_with(ending);
            });
        const bool matches = std::any_of(
            m_plan.patterns.begin(), m_plan.patterns.end(), [&](const std::string& pattern) {
                return ::fnmatch(pattern.c_str(), entry.name.c_str(), 0) == 0;
            });
        return entry.folder || temporary || !matches || !is_plain(entry.name) || entry.bytes == 0;
    });
    std::sort(entries.begin(), entries.end(), [&](const Entry& a, const Entry& b) {
        if (m_plan.by_time && a.modified != b.modified) return a.modified < b.modified;
        return a.name < b.name;
    });
    return entries;
}

bool Poller::ripe(const Entry& entry) {
    const auto now = m_clock.steady_now();
    Seen& seen = m_seen[entry.name];
    const bool known = seen.since != std::chrono::steady_clock::time_point{};
    if (!known || seen.bytes != entry.bytes || seen.modified != entry.modified)
        seen = {.bytes = entry.bytes, .modified = entry.modified, .since = now};
    return now - seen.since >= m_plan.stable_for;
}

Result<PollReport> Poller::once() {
    auto client = m_connect(m_plan.server);
    if (!client) return std::move(client).error();
    auto listed = (*client)->list(m_plan.folder);
    if (!listed) return std::move(listed).error();
    const auto entries = wanted(*std::move(listed));
    std::erase_if(m_seen, [&](const auto& one) {
        return std::none_of(entries.begin(), entries.end(), [&](const Entry& entry) {
            return entry.name == one.first;
        });
    });
    PollReport report;
    std::size_t handled = 0;
    for (const Entry& entry : entries) {
        if (!ripe(entry)) {
            ++report.unripe;
            continue;
        }
        if (m_seen[entry.name].done) continue;
        if (++handled > m_plan.files_per_round) break;
        if (Status taken = take(**client, entry, report); !taken) {
            const bool gone = taken.error().blame() == Blame::Network;
            report.faults.push_back(std::move(taken).error().during("fetching " + entry.name));
            if (gone) break;  // the connection is no use any more
        }
    }
    return report;
}

Status Poller::take(Client& client, const Entry& entry, PollReport& report) {
    const std::string path = joined(m_plan.folder, entry.name);
    auto octets = client.read(path, m_plan.file_bytes);
    if (!octets) return std::move(octets).error();
    if (octets->size() != entry.bytes) {
        m_seen.erase(entry.name);
        ++report.unripe;
        return {};
    }
    transports::Arrival arrival;
    arrival.transport = m_plan.transport;
    arrival.partner = m_plan.partner;
    const bool here = m_plan.server.host.empty();  // a folder
    arrival.from = here ? "this machine" : m_plan.server.user + "@" + m_plan.server.host;
    arrival.to = m_plan.folder;
    arrival.content_digest = sha256_hex(*octets);
    arrival.message_id = "sha256:" + arrival.content_digest;
    arrival.payload = *std::move(octets);
    arrival.file_name = entry.name;
    if (!here)
        arrival.remote_address = m_plan.server.host + ":" + std::to_string(m_plan.server.port);
    CRASH_POINT("poll.admit.before");
    auto admission = m_intake.admit(arrival, [](transports::Verdict) {
        return Result<transports::Receipt>(transports::Receipt{.http_status = 0});
    });
    if (!admission) return std::move(admission).error();
    CRASH_POINT("poll.admit.after");
    ++(admission->verdict == transports::Verdict::New ? report.taken : report.duplicates);
    if (m_plan.after == AfterPoll::Keep) {
        m_seen[entry.name].done = true;
        return {};
    }
    // Forgotten either way: should it still be there next time, it is read again, for by then it may be another file.
    m_seen.erase(entry.name);
    return finish(client, entry);
}

// Only now, when the octets are durable here.
Status Poller::finish(Client& client, const Entry& entry) {
    const std::string path = joined(m_plan.folder, entry.name);
    switch (m_plan.after) {
        case AfterPoll::Keep:
            return {};
        case AfterPoll::Delete:
            return client.remove(path);
        case AfterPoll::Archive:
            break;
    }
    const std::string target = joined(m_plan.archive_folder, entry.name);
    if (client.look(target))  // an older one of that name
        return client.rename(path, target + "." + std::to_string(to_micros(m_clock.now())));
    return client.rename(path, target);
}

std::chrono::milliseconds poll_pause(const PollPlan& plan,
                                     const PollReport& report,
                                     unsigned failures) {
    constexpr std::chrono::milliseconds Longest{3'600'000};
    if (failures > 0)
        return std::min<std::chrono::milliseconds>(std::max(Longest, plan.every),
                                                   plan.every * (1LL << std::min(failures, 12U)));
    if (report.unripe > 0) return std::min(plan.every, plan.stable_for);
    return plan.every;
}

void PollSchedule::start(std::vector<std::unique_ptr<Poller>> pollers) {
    stop();
    {
        const std::lock_guard lock(m_mutex);
        m_stop = false;
    }
    m_pollers = std::move(pollers);
    for (const auto& poller : m_pollers)
        m_threads.emplace_back([this, &poller = *poller] { run(poller); });
}

void PollSchedule::stop() {
    {
        const std::lock_guard lock(m_mutex);
        m_stop = true;
    }
    m_changed.notify_all();
    for (std::thread& thread : m_threads)
        thread.join();
    m_threads.clear();
    m_pollers.clear();
}

bool PollSchedule::pause(std::chrono::milliseconds time) {
    std::unique_lock lock(m_mutex);
    return !m_changed.wait_for(lock, time, [this] { return m_stop; });
}

void PollSchedule::run(Poller& poller) {
    const Log log = m_log.with({{"partner", poller.plan().partner}});
    unsigned failures = 0;
    PollReport report;
    do {
        auto looked = poller.once();
        failures = looked ? 0 : failures + 1;
        if (!looked)
            log.warn("polling the partner's server failed",
                     {{"failures", failures}, {"error", looked.error().text()}});
        report = looked ? *std::move(looked) : PollReport{};
        for (const Error& fault : report.faults)
            log.warn("a file was not fetched", {{"error", fault.text()}});
        if (report.taken + report.duplicates > 0)
            log.info("files fetched", {{"taken", report.taken}, {"duplicates", report.duplicates}});
    } while (pause(poll_pause(poller.plan(), report, failures)));
}

}  // namespace sallyport::sftp

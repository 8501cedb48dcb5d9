// SPDX-License-Identifier: Apache-2.0
// What we do at partners' SFTP servers: bring files so that nobody picks up half of one, and fetch files so that nothing is
// removed there before it is durable here.
#pragma once

#include "gateway/base/clock.h"
#include "gateway/base/error.h"
#include "gateway/base/log.h"
#include "transports/intake.h"
#include "transports/sender.h"
#include "transports/sftp/client.h"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace sallyport::sftp {

using Connector = std::function<Result<std::unique_ptr<Client>>(const RemoteServer&)>;

struct PushPlan {
    RemoteServer server{};
    std::string folder{};             // "/inbound"
    std::string temporary = ".part";  // ending of the name while it is written
};

// Writes under NAME.part, checks the size there, renames to NAME. What an earlier try left under the temporary name is gone
// on with; when NAME is there already with these octets, an earlier try went through. Returns the path. Errors: of Client;
// sftp.remote.taken (Partner: NAME is there with other octets).
Result<std::string> push(Client& client,
                         const PushPlan& plan,
                         const std::string& name,
                         BytesView octets);

// Thread-safe: each attempt is a connection of its own.
class PushSender final : public transports::Sender {
public:
    using Plans = std::map<std::string, PushPlan>;  // by partner
    // `transport` is what its frozen messages name: "sftp-push", "folder".
    PushSender(std::string transport, Connector connect)
        : m_transport(std::move(transport)), m_connect(std::move(connect)) {}
    void use(Plans plans);
    // The file name travels in `expectation`: every try brings the same name.
    Result<transports::Frozen> freeze(const transports::Parcel& parcel) override;
    Result<transports::Delivery> send(const transports::Frozen& frozen) override;

private:
    const std::string m_transport;
    const Connector m_connect;
    std::mutex m_mutex;
    Plans m_plans;
};

enum class AfterPoll : std::uint8_t { Delete, Archive, Keep };

struct PollPlan {
    std::string partner{};
    std::string transport = "sftp";  // as messages name it: "sftp", "folder"
    RemoteServer server{};
    std::string folder{};
    std::vector<std::string> patterns{"*"};  // as the shell has them; case counts
    std::vector<std::string> temporary{".tmp", ".part", ".filepart"};
    bool by_time = false;  // else by name
    std::chrono::milliseconds every{300'000};
    // A file is taken once size and time have not changed for this long.
    std::chrono::milliseconds stable_for{10'000};
    AfterPoll after = AfterPoll::Delete;
    std::string archive_folder{};
    std::size_t file_bytes = 64U << 20U;
    std::size_t files_per_round = 500;
};

struct PollReport {
    std::size_t taken = 0;
    std::size_t duplicates = 0;
    std::size_t unripe = 0;       // still changing, or seen for the first time
    std::vector<Error> faults{};  // of single files; the others went on
};

// One partner's folder. One thread at a time. References outlive it.
class Poller {
public:
    Poller(
        PollPlan plan, Connector connect, transports::Intake& intake, const Clock& clock, Log log);
    // One look. An error: the folder could not be listed.
    Result<PollReport> once();
    const PollPlan& plan() const { return m_plan; }

private:
    struct Seen {
        std::uint64_t bytes = 0;
        Instant modified{};
        std::chrono::steady_clock::time_point since{};
        bool done = false;  // taken in, and kept there by agreement
    };
    std::vector<Entry> wanted(std::vector<Entry> entries) const;
    bool ripe(const Entry& entry);
    Status take(Client& client, const Entry& entry, PollReport& report);
    Status finish(Client& client, const Entry& entry);

    const PollPlan m_plan;
    const Connector m_connect;
    transports::Intake& m_intake;
    const Clock& m_clock;
    const Log m_log;
    std::map<std::string, Seen> m_seen;
};

// A thread for each partner, so that one slow server delays nobody else. After failures the pause doubles, to an hour.
class PollSchedule {
public:
    explicit PollSchedule(Log log) : m_log(std::move(log)) {}
    ~PollSchedule() { stop(); }
    PollSchedule(const PollSchedule&) = delete;
    PollSchedule& operator=(const PollSchedule&) = delete;
    PollSchedule(PollSchedule&&) = delete;
    PollSchedule& operator=(PollSchedule&&) = delete;

    void start(std::vector<std::unique_ptr<Poller>> pollers);
    void stop();  // waits for the file in hand

private:
    void run(Poller& poller);
    bool pause(std::chrono::milliseconds time);  // false: stop

    const Log m_log;
    std::mutex m_mutex;
    std::condition_variable m_changed;
    bool m_stop = false;
    std::vector<std::unique_ptr<Poller>> m_pollers;
    std::vector<std::thread> m_threads;
};

// The next pause: `every`, or shorter while files ripen, or longer after `failures` in a row.
std::chrono::milliseconds poll_pause(const PollPlan& plan,
                                     const PollReport& report,
                                     unsigned failures);

}  // namespace sallyport::sftp

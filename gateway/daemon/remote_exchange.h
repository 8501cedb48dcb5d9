// SPDX-License-Identifier: Apache-2.0
// Partners' servers and folders of this machine in the object graph: what is pushed, what is polled, and which sender
// takes what.
#pragma once

#include "config/load.h"
#include "gateway/base/clock.h"
#include "gateway/base/error.h"
#include "gateway/base/guarded.h"
#include "gateway/base/log.h"
#include "transports/intake.h"
#include "transports/sender.h"
#include "transports/sftp/remote.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace sallyport::daemon {

struct RemotePlans {
    sftp::PushSender::Plans push;    // by partner, to its server
    sftp::PushSender::Plans folder;  // by partner, to a folder here
    std::vector<sftp::PollPlan> poll;
    std::vector<Error> faults;  // codes of config, with the partner
};
// Keys and passwords are loaded. Paused partners are not polled.
RemotePlans build_remote(const config::Configuration& configuration);

// Thread-safe but for start, use and stop, which the gateway calls in turn.
class RemoteExchange {
public:
    RemoteExchange(const Clock& clock, Log log);
    transports::Sender& server_sender() { return m_servers; }
    transports::Sender& folder_sender() { return m_folders; }
    void use(RemotePlans plans);             // polls with the new plans when it has been started
    void start(transports::Intake& intake);  // outlives the exchange
    void stop();

private:
    void poll();
    transports::Intake* m_intake = nullptr;  // set while it polls
    const Clock& m_clock;
    const Log m_log;
    sftp::PushSender m_servers;
    sftp::PushSender m_folders;
    sftp::PollSchedule m_schedule;
    std::vector<sftp::PollPlan> m_plans;
};

// Chooses the sender by the partner's deliver_by; a frozen message goes the way it was frozen for. Thread-safe.
class RoutingSender final : public transports::Sender {
public:
    using Senders = std::map<std::string, transports::Sender*>;  // by deliver_by; they outlive it
    explicit RoutingSender(Senders senders) : m_senders(std::move(senders)) {}
    void route(const config::Configuration& configuration);
    // Errors: those of the senders; daemon.route (Operator: no way to that partner).
    Result<transports::Frozen> freeze(const transports::Parcel& parcel) override;
    Result<transports::Delivery> send(const transports::Frozen& frozen) override;

private:
    const Senders m_senders;
    Guarded<std::map<std::string, std::string>> m_routes;
};

}  // namespace sallyport::daemon

// SPDX-License-Identifier: Apache-2.0
#include "gateway/daemon/remote_exchange.h"

#include "transports/sftp/folder_client.h"

#include <optional>
#include <utility>

namespace sallyport::daemon {

namespace {

Result<std::shared_ptr<const Secret>> load_secret(const config::SecretRef& reference) {
    if (reference.empty()) return std::shared_ptr<const Secret>();
    auto secret = config::resolve(reference);
    if (!secret) return std::move(secret).error();
    return std::shared_ptr<const Secret>(std::make_shared<Secret>(*std::move(secret)));
}

Result<sftp::RemoteServer> build_server(const config::SftpClientAgreement& agreed) {
    sftp::RemoteServer server;
    server.host = agreed.host;
    server.port = static_cast<std::uint16_t>(agreed.port);
    server.user = agreed.user;
    server.host_keys = agreed.host_keys;
    auto key = load_secret(agreed.key);
    if (!key) return std::move(key).error();
    server.key = *std::move(key);
    auto password = load_secret(agreed.password);
    if (!password) return std::move(password).error();
    server.password = *std::move(password);
    return server;
}

sftp::AfterPoll after_of(const std::string& name) {
    if (name == "keep") return sftp::AfterPoll::Keep;
    return name == "archive" ? sftp::AfterPoll::Archive : sftp::AfterPoll::Delete;
}

sftp::PollPlan build_poll(const config::Partner& partner,
                          const config::PollAgreement& agreed,
                          std::string transport,
                          sftp::RemoteServer server) {
    sftp::PollPlan plan;
    plan.partner = partner.name;
    plan.transport = std::move(transport);
    plan.server = std::move(server);
    plan.folder = agreed.folder;
    plan.patterns = agreed.patterns;
    plan.by_time = agreed.order == "time";
    plan.every = agreed.every;
    plan.stable_for = agreed.stable_for;
    plan.after = after_of(agreed.after);
    plan.archive_folder = agreed.archive_folder;
    plan.file_bytes = partner.message_bytes;
    return plan;
}

Result<std::unique_ptr<sftp::Client>> open_folder(const sftp::RemoteServer& /*server*/) {
    return sftp::folder_client();
}

Error no_way(const std::string& partner) {
    return Error("daemon.route", Blame::Operator, "there is no way to send to partner " + partner)
        .remedy("give its file deliver_by and what that needs");
}

}  // namespace

RemotePlans build_remote(const config::Configuration& configuration) {
    RemotePlans plans;
    for (const config::Partner& partner : configuration.partners) {
        if (partner.folder.enabled) {
            if (!partner.folder.out.empty())
                plans.folder[partner.name] = {.server = {}, .folder = partner.folder.out};
            if (!partner.folder.in.folder.empty() && !partner.paused)
                plans.poll.push_back(build_poll(partner, partner.folder.in, "folder", {}));
        }
        if (!partner.sftp_client.enabled) continue;
        auto server = build_server(partner.sftp_client);
        if (!server) {
            plans.faults.push_back(std::move(server).error().during(
                "loading [sftp_client] of partner " + partner.name));
            continue;
        }
        if (!partner.sftp_client.push_folder.empty())
            plans.push[partner.name] = {.server = *server,
                                        .folder = partner.sftp_client.push_folder,
                                        .temporary = partner.sftp_client.temporary};
        if (!partner.sftp_client.poll.folder.empty() && !partner.paused)
            plans.poll.push_back(
                build_poll(partner, partner.sftp_client.poll, "sftp", *std::move(server)));
    }
    return plans;
}

RemoteExchange::RemoteExchange(const Clock& clock, Log log)
    : m_clock(clock),
      m_log(std::move(log)),
      m_servers("sftp-push", sftp::connect_server),
      m_folders("folder", open_folder),
      m_schedule(m_log) {}

void RemoteExchange::use(RemotePlans plans) {
    m_servers.use(std::move(plans.push));
    m_folders.use(std::move(plans.folder));
    m_plans = std::move(plans.poll);
    if (m_intake != nullptr) poll();
}

void RemoteExchange::start(transports::Intake& intake) {
    m_intake = &intake;
    poll();
}

void RemoteExchange::stop() {
    m_schedule.stop();
    m_intake = nullptr;
}

void RemoteExchange::poll() {
    std::vector<std::unique_ptr<sftp::Poller>> pollers;
    for (const sftp::PollPlan& plan : m_plans)
        pollers.push_back(std::make_unique<sftp::Poller>(
            plan,
            plan.transport == "folder" ? sftp::Connector(open_folder)
                                       : sftp::Connector(sftp::connect_server),
            *m_intake,
            m_clock,
            m_log));
    m_schedule.start(std::move(pollers));
}

void RoutingSender::route(const config::Configuration& configuration) {
    std::map<std::string, std::string> routes;
    for (const config::Partner& partner : configuration.partners)
        routes[partner.name] = partner.deliver_by;
    m_routes.with([&](auto& held) { held.swap(routes); });
}

Result<transports::Frozen> RoutingSender::freeze(const transports::Parcel& parcel) {
    const std::string way = m_routes.with([&](const auto& routes) {
        const auto found = routes.find(parcel.partner);
        return found == routes.end() ? std::string() : found->second;
    });
    const auto sender = m_senders.find(way);
    if (sender == m_senders.end()) return no_way(parcel.partner);
    return sender->second->freeze(parcel);
}

Result<transports::Delivery> RoutingSender::send(const transports::Frozen& frozen) {
    const auto sender = m_senders.find(frozen.transport);
    if (sender == m_senders.end()) return no_way(frozen.partner);
    return sender->second->send(frozen);
}

}  // namespace sallyport::daemon

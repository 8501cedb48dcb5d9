// SPDX-License-Identifier: Apache-2.0
#include "gateway/daemon/sftp_door.h"

#include "gateway/base/file.h"
#include "gateway/flow/journal.h"
#include "gateway/flow/mailbox.h"
#include "transports/sftp/host_key.h"
#include "transports/sftp/login.h"
#include "transports/sftp/server.h"

#include <utility>

namespace sallyport::daemon {

namespace {

transports::AfterFetch after_fetch_of(const std::string& name) {
    if (name == "keep") return transports::AfterFetch::Keep;
    return name == "delete" ? transports::AfterFetch::Delete : transports::AfterFetch::Archive;
}

Result<std::shared_ptr<const Secret>> load_hash(const config::SecretRef& reference) {
    auto hash = config::resolve(reference);
    if (!hash) return std::move(hash).error();
    if (!sftp::is_strong(*hash))
        return Error("sftp.password_hash",
                     Blame::Operator,
                     "the password hash is neither yescrypt ($y$) nor argon2id")
            .at({.source = reference.text()})
            .remedy("make one with: mkpasswd --method=yescrypt");
    return std::shared_ptr<const Secret>(std::make_shared<Secret>(*std::move(hash)));
}

Result<std::shared_ptr<const sftp::Account>> build_account(const config::Partner& partner) {
    const config::SftpAgreement& agreed = partner.sftp;
    auto account = std::make_shared<sftp::Account>();
    account->partner = partner.name;
    account->user = agreed.user;
    for (const std::string& line : agreed.public_keys) {
        auto key = sftp::read_public_key(line);
        if (!key) return std::move(key).error();
        account->public_keys.push_back(key->type + " " + key->base64);
    }
    if (!agreed.password_hash.empty()) {
        auto hash = load_hash(agreed.password_hash);
        if (!hash) return std::move(hash).error();
        account->password_hash = *std::move(hash);
    }
    account->key_and_password = agreed.key_and_password;
    account->networks = agreed.networks;
    for (const std::string& network : agreed.networks)
        if (!sftp::is_network(network))
            return Error("sftp.network", Blame::Operator, network + " is no network address")
                .remedy("write 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32");
    account->allow = agreed.allow;
    account->temporary = agreed.temporary;
    account->folders = agreed.folders;
    account->after_fetch = after_fetch_of(agreed.after_fetch);
    account->uploads = {.file_bytes = partner.message_bytes,
                        .quota_bytes = agreed.quota_bytes,
                        .files = agreed.unfinished,
                        .per_minute = agreed.uploads_per_minute};
    account->sessions = agreed.sessions;
    account->idle = agreed.idle_timeout;
    return std::shared_ptr<const sftp::Account>(std::move(account));
}

// What partners do at this door, into the audit chain and the log.
class AuditRecorder final : public sftp::Recorder {
public:
    AuditRecorder(store::Store& store, flow::Metrics& metrics, Log log)
        : m_store(store), m_metrics(metrics), m_log(std::move(log)) {}

    void record(const sftp::Event& event) override {
        flow::Journal journal;
        const Status done = m_store.submit([&](store::Transaction& transaction) -> Status {
            store::AuditEvent entry;
            entry.actor = event.partner.empty() ? "sftp" : "partner:" + event.partner;
            entry.event = event.event;
            entry.subject = event.partner;
            for (const auto& [key, value] : event.detail)
                entry.detail[key] = value;
            entry.detail["user"] = event.user;
            entry.detail["from"] = event.remote_address;
            return journal.record(transaction, entry, event.warn ? Level::Warn : Level::Info);
        });
        m_metrics.count("sallyport_sftp_events_total", {{"event", std::string(event.event)}});
        if (done)
            journal.publish(m_log, m_metrics);
        else
            m_log.error("sftp event could not be audited",
                        {{"event", event.event}, {"code", done.error().code()}});
    }

private:
    store::Store& m_store;
    flow::Metrics& m_metrics;
    Log m_log;
};

// The accounts in force; a reload swaps them under running sessions, which keep theirs.
class SwapAccounts final : public sftp::Accounts {
public:
    explicit SwapAccounts(std::shared_ptr<const Accounts> accounts)
        : m_accounts(std::move(accounts)) {}
    std::shared_ptr<const sftp::Account> by_user(const std::string& user) const override {
        return now()->by_user(user);
    }
    std::vector<std::string> allowed_from(const std::string& address) const override {
        return now()->allowed_from(address);
    }
    void swap(std::shared_ptr<const Accounts> accounts) {
        m_accounts.with([&](auto& held) { held = std::move(accounts); });
    }

private:
    std::shared_ptr<const Accounts> now() const {
        return m_accounts.with([](const auto& held) { return held; });
    }
    Guarded<std::shared_ptr<const Accounts>> m_accounts;
};

}  // namespace

SftpAccounts build_accounts(const config::Configuration& configuration) {
    SftpAccounts built;
    for (const config::Partner& partner : configuration.partners) {
        if (!partner.sftp.enabled) continue;
        auto account = build_account(partner);
        if (account)
            built.accounts.push_back(*std::move(account));
        else
            built.faults.push_back(
                std::move(account).error().during("loading [sftp] of partner " + partner.name));
    }
    return built;
}

std::filesystem::path upload_directory(const config::Settings& settings) {
    return settings.state_directory / "uploads";
}

Result<std::vector<std::shared_ptr<const Secret>>> host_keys(const config::SftpSection& section) {
    std::vector<std::shared_ptr<const Secret>> keys;
    using Pair = std::pair<const config::SecretRef*, sftp::KeyType>;
    for (const auto& [reference, type] : {Pair{&section.host_key, sftp::KeyType::Ed25519},
                                          Pair{&section.host_key_ecdsa, sftp::KeyType::Ecdsa256}}) {
        if (reference->empty()) continue;
        const std::filesystem::path file = config::secret_path(*reference);
        std::error_code ignored;
        if (section.host_keys_ours && !std::filesystem::exists(file, ignored))
            if (Status made = sftp::write_new_key(type, file); !made)
                return std::move(made).error();
        auto key = config::resolve(*reference);
        if (!key) return std::move(key).error().during("loading the SFTP host key");
        keys.push_back(std::make_shared<const Secret>(*std::move(key)));
    }
    return keys;
}

struct SftpDoor::Inside {
    std::unique_ptr<sftp::Uploads> uploads;
    flow::StoreMailbox mailbox;
    AuditRecorder recorder;
    std::shared_ptr<SwapAccounts> accounts;
    std::unique_ptr<sftp::Server> server;
};

SftpDoor::SftpDoor(std::unique_ptr<Inside> inside) : m_inside(std::move(inside)) {}
SftpDoor::~SftpDoor() = default;

Result<std::unique_ptr<SftpDoor>> SftpDoor::open(
    const Parts& parts, std::vector<std::shared_ptr<const sftp::Account>> accounts) {
    const config::SftpSection& section = parts.settings.sftp;
    auto keys = host_keys(section);
    if (!keys) return std::move(keys).error();
    auto uploads = sftp::Uploads::open({.directory = upload_directory(parts.settings),
                                        .clock = parts.clock,
                                        .random = parts.random});
    if (!uploads) return std::move(uploads).error();
    auto inside = std::unique_ptr<Inside>(new Inside{
        .uploads = *std::move(uploads),
        .mailbox = flow::StoreMailbox({.store = parts.store,
                                       .archive = parts.archive,
                                       .clock = parts.clock,
                                       .metrics = parts.metrics,
                                       .log = parts.log}),
        .recorder = AuditRecorder(parts.store, parts.metrics, parts.log),
        .accounts = std::make_shared<SwapAccounts>(sftp::fixed_accounts(std::move(accounts))),
        .server = nullptr});
    sftp::ServerOptions options;
    options.address = section.listen.listen.host;
    options.port = section.listen.listen.port;
    options.host_keys = *std::move(keys);
    options.max_sessions = section.sessions;
    options.max_sessions_per_address = section.sessions_per_address;
    options.login_within = section.login_timeout;
    inside->server = std::make_unique<sftp::Server>(std::move(options),
                                                    sftp::ServerParts{.accounts = inside->accounts,
                                                                      .uploads = *inside->uploads,
                                                                      .intake = parts.intake,
                                                                      .mailbox = inside->mailbox,
                                                                      .penalties = parts.penalties,
                                                                      .recorder = inside->recorder,
                                                                      .clock = parts.clock,
                                                                      .log = parts.log});
    return std::unique_ptr<SftpDoor>(new SftpDoor(std::move(inside)));
}

Status SftpDoor::start() {
    return m_inside->server->start();
}

void SftpDoor::stop() {
    m_inside->server->stop();
}

void SftpDoor::reload(std::vector<std::shared_ptr<const sftp::Account>> accounts) {
    m_inside->accounts->swap(sftp::fixed_accounts(std::move(accounts)));
}

std::uint16_t SftpDoor::port() const {
    return m_inside->server->port();
}

}  // namespace sallyport::daemon

// SPDX-License-Identifier: Apache-2.0
#include "gateway/daemon/cert_watch.h"

#include "gateway/api/tokens.h"
#include "gateway/base/guarded.h"
#include "gateway/daemon/cert_entries.h"
#include "gateway/daemon/revocation_watch.h"

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace sallyport::daemon {

class CertWatch::Impl {
public:
    Impl(const flow::Tools& tools, std::function<void()> decided, std::chrono::milliseconds every)
        : m_tools(tools), m_decided(std::move(decided)), m_every(every), m_revocation(tools) {}

    void use(const config::Configuration& configuration) {
        m_configuration.with([&](auto& current) {
            current = std::make_shared<const config::Configuration>(configuration);
        });
        const std::lock_guard lock(m_mutex);
        m_changed = true;
        m_wake.notify_all();
    }
    void start() {
        if (m_thread.joinable()) return;
        m_stopping = false;
        m_thread = std::thread([this] { run(); });
    }
    void stop() {
        {
            const std::lock_guard lock(m_mutex);
            m_stopping = true;
        }
        m_wake.notify_all();
        if (m_thread.joinable()) m_thread.join();
    }

    Result<std::size_t> look() {
        const auto configuration =
            m_configuration.with([](const auto& current) { return current; });
        if (!configuration) return std::size_t{0};
        auto rows = certificate_rows(*configuration);
        if (!rows) return std::move(rows).error();
        auto records = store::read<std::vector<flow::TrustRecord>>(
            m_tools.store, [](store::Reader& reader) { return flow::trust_records(reader); });
        if (!records) return std::move(records).error();
        add_accepted(*records, *rows);
        const Instant now = m_tools.clock.now();
        if (Status prepared = m_revocation.prepare(*configuration, *rows); !prepared)
            return std::move(prepared).error();
        if (m_decided) m_decided();
        auto tokens = api::list_tokens(m_tools.store);
        if (!tokens) return std::move(tokens).error();
        auto stands = stands_of(*rows, now);
        for (flow::CertificateStand& stand : token_stands(*tokens, now))
            stands.push_back(std::move(stand));
        auto said = flow::raise_expiry(m_tools, stands);
        if (!said) return said;
        auto switched = flow::raise_switches(m_tools, switches_of(*configuration, *rows), now);
        if (!switched) return switched;
        auto revoked = m_revocation.ask(*configuration, *rows);
        if (!revoked) return revoked;
        if (m_decided) m_decided();
        return *said + *switched + *revoked;
    }

private:
    void run() {
        std::unique_lock lock(m_mutex);
        while (!m_stopping) {
            m_changed = false;
            lock.unlock();
            if (auto looked = look(); !looked)
                m_tools.log.error("certificates could not be looked at",
                                  {{"error", looked.error().text()}});
            lock.lock();
            m_wake.wait_for(lock, m_every, [this] { return m_stopping || m_changed; });
        }
    }

    const flow::Tools& m_tools;
    const std::function<void()> m_decided;
    const std::chrono::milliseconds m_every;
    RevocationWatch m_revocation;
    Guarded<std::shared_ptr<const config::Configuration>> m_configuration;
    std::mutex m_mutex;
    std::condition_variable m_wake;
    bool m_stopping = false;
    bool m_changed = false;
    std::thread m_thread;
};

CertWatch::CertWatch(const flow::Tools& tools,
                     std::function<void()> decided,
                     std::chrono::milliseconds every)
    : m_impl(std::make_unique<Impl>(tools, std::move(decided), every)) {}
CertWatch::~CertWatch() {
    stop();
}
void CertWatch::start() {
    m_impl->start();
}
void CertWatch::stop() {
    m_impl->stop();
}
void CertWatch::use(const config::Configuration& configuration) {
    m_impl->use(configuration);
}
Result<std::size_t> CertWatch::look() {
    return m_impl->look();
}

}  // namespace sallyport::daemon

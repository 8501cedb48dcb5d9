// SPDX-License-Identifier: Apache-2.0
#include "transports/sftp/connection.h"

#include "transports/sftp/engine.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

namespace sallyport::sftp {

namespace {

constexpr const char* Exchange =
    "curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,ecdh-sha2-nistp384,"
    "ecdh-sha2-nistp521,diffie-hellman-group16-sha512,diffie-hellman-group18-sha512,"
    "diffie-hellman-group14-sha256";
constexpr const char* Ciphers =
    "chacha20-poly1305@openssh.com,aes256-gcm@openssh.com,aes128-gcm@openssh.com,aes256-ctr,"
    "aes192-ctr,aes128-ctr";
constexpr const char* Macs =
    "hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,hmac-sha2-256,hmac-sha2-512";
constexpr const char* UserKeys =
    "ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,rsa-sha2-512,"
    "rsa-sha2-256";
constexpr int LeastRsaBits = 2048;
constexpr std::size_t ReadBytes = 128U << 10U;

bool is_exchange(std::string_view name) {
    return name.starts_with("diffie-hellman");
}
bool is_mac(std::string_view name) {
    return name.starts_with("hmac");
}
bool is_cipher(std::string_view name) {
    return name.ends_with("-cbc");
}

// The modern list, then what partners at this address have opted into.
template <typename Belongs>
std::string with_opt_ins(const char* modern,
                         const std::vector<std::string>& allowed,
                         Belongs belongs) {
    std::string list = modern;
    for (const std::string& name : allowed)
        if (belongs(name)) list += "," + name;
    return list;
}

bool set(ssh_bind bind, ssh_bind_options_e option, const std::string& value) {
    return ssh_bind_options_set(bind, option, value.c_str()) == SSH_OK;
}

bool import_keys(ssh_bind bind, const std::vector<std::shared_ptr<const Secret>>& keys) {
    for (const auto& pem : keys) {
        ssh_key key = nullptr;
        const std::string text(pem->reveal());
        if (ssh_pki_import_privkey_base64(text.c_str(), nullptr, nullptr, nullptr, &key) != SSH_OK)
            return false;
        if (ssh_bind_options_set(bind, SSH_BIND_OPTIONS_IMPORT_KEY, key) != SSH_OK) {
            ssh_key_free(key);
            return false;
        }
    }
    return true;
}

}  // namespace

std::string host_of(const std::string& remote) {
    const std::size_t colon = remote.rfind(':');
    std::string host = remote.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    return host;
}

Connection::Connection(Shared& shared, int descriptor, std::string remote)
    : m_shared(shared),
      m_descriptor(descriptor),
      m_remote(std::move(remote)),
      m_login(*shared.parts.accounts, host_of(m_remote)),
      m_watch(std::in_place, shared.watchdog, descriptor) {}

Connection::~Connection() {
    m_watch.reset();  // before the descriptor is closed
    if (m_counted)
        m_shared.sessions.with([&](auto& sessions) {
            if (--sessions[m_user] == 0) sessions.erase(m_user);
        });
    m_event.reset();
    m_session.reset();
    ::close(m_descriptor);
}

void Connection::record(std::string_view event,
                        std::vector<std::pair<std::string, std::string>> detail,
                        bool warn) {
    m_shared.parts.recorder.record({.event = event,
                                    .partner = m_login.account() ? m_login.account()->partner : "",
                                    .user = m_user,
                                    .remote_address = m_remote,
                                    .detail = std::move(detail),
                                    .warn = warn});
}

bool Connection::prepare() {
    const BindPtr bind(ssh_bind_new());
    m_session.reset(ssh_new());
    m_event.reset(ssh_event_new());
    if (!bind || !m_session || !m_event) return false;
    const auto allowed = m_shared.parts.accounts->allowed_from(host_of(m_remote));
    const bool no_config = false;
    const std::string exchange = with_opt_ins(Exchange, allowed, is_exchange);
    const std::string ciphers = with_opt_ins(Ciphers, allowed, is_cipher);
    const std::string macs = with_opt_ins(Macs, allowed, is_mac);
    const std::string keys =
        with_opt_ins(UserKeys, allowed, [](const std::string& name) { return name == "ssh-rsa"; });
    const bool good =
        ssh_bind_options_set(bind.get(), SSH_BIND_OPTIONS_PROCESS_CONFIG, &no_config) == SSH_OK &&
        set(bind.get(), SSH_BIND_OPTIONS_BANNER, "Sallyport") &&
        set(bind.get(), SSH_BIND_OPTIONS_KEY_EXCHANGE, exchange) &&
        set(bind.get(), SSH_BIND_OPTIONS_CIPHERS_C_S, ciphers) &&
        set(bind.get(), SSH_BIND_OPTIONS_CIPHERS_S_C, ciphers) &&
        set(bind.get(), SSH_BIND_OPTIONS_HMAC_C_S, macs) &&
        set(bind.get(), SSH_BIND_OPTIONS_HMAC_S_C, macs) &&
        set(bind.get(), SSH_BIND_OPTIONS_PUBKEY_ACCEPTED_KEY_TYPES, keys) &&
        ssh_bind_options_set(bind.get(), SSH_BIND_OPTIONS_RSA_MIN_SIZE, &LeastRsaBits) == SSH_OK &&
        import_keys(bind.get(), m_shared.options.host_keys);
    // The session closes the descriptor it is given; the watch must not know a closed one.
    const int own = ::dup(m_descriptor);
    if (!good || own < 0 || ssh_bind_accept_fd(bind.get(), m_session.get(), own) != SSH_OK) {
        m_shared.parts.log.error("sftp session could not be set up",
                                 {{"reason", ssh_get_error(bind.get())}});
        return false;
    }
    return true;
}

bool Connection::handshake() {
    m_server_callbacks.userdata = this;
    m_server_callbacks.auth_none_function = on_none;
    m_server_callbacks.auth_password_function = on_password;
    m_server_callbacks.auth_pubkey_function = on_key;
    m_server_callbacks.channel_open_request_session_function = on_channel;
    m_server_callbacks.size = sizeof m_server_callbacks;
    m_channel_callbacks.userdata = this;
    m_channel_callbacks.channel_subsystem_request_function = on_subsystem;
    m_channel_callbacks.channel_exec_request_function = on_command;
    m_channel_callbacks.size = sizeof m_channel_callbacks;
    ssh_set_server_callbacks(m_session.get(), &m_server_callbacks);
    ssh_set_auth_methods(m_session.get(), SSH_AUTH_METHOD_PUBLICKEY | SSH_AUTH_METHOD_PASSWORD);
    if (ssh_handle_key_exchange(m_session.get()) == SSH_OK &&
        ssh_event_add_session(m_event.get(), m_session.get()) == SSH_OK)
        return true;
    m_shared.parts.log.info("ssh key exchange failed",
                            {{"remote", m_remote}, {"reason", ssh_get_error(m_session.get())}});
    m_shared.parts.penalties.fail(m_remote, 0.1);  // monitors and mistakes end here too
    return false;
}

// Handles what the client sends until the state is reached; the watchdog ends the wait.
bool Connection::wait_for(bool (Connection::*reached)() const) {
    while (!(this->*reached)()) {
        if (ssh_event_dopoll(m_event.get(), -1) == SSH_ERROR) return false;
        if (ssh_is_connected(m_session.get()) == 0 || m_watch->fired()) return false;
        if (m_tries > m_shared.options.login_tries) return false;
    }
    return true;
}

void Connection::serve() {
    const auto login_by = m_shared.parts.clock.steady_now() + m_shared.options.login_within;
    m_watch->until(login_by);
    if (m_shared.stopping) return;  // the watch was not there yet when all were ended
    if (!prepare() || !handshake()) return;
    if (!wait_for(&Connection::logged_in)) {
        // Names and keys were tried, and none was right.
        if (m_login.account() == nullptr && m_login.asked()) refused("nothing offered", 1);
        return;
    }
    while (wait_for(&Connection::asked)) {
        serve_channel();
        // Some clients open a second channel on the same connection; most say goodbye.
        m_watch->until(m_shared.parts.clock.steady_now() + m_shared.options.login_within);
    }
    if (ssh_is_connected(m_session.get()) != 0) ssh_disconnect(m_session.get());
}

void Connection::serve_channel() {
    const Asked asked = std::exchange(m_asked, Asked::Nothing);
    if (asked == Asked::Sftp)
        transfer();
    else
        explain();
    m_channel = nullptr;
}

// scp before OpenSSH 9, and rsync, start a command: there are none here.
void Connection::explain() {
    static constexpr std::string_view Text =
        "This is a file service: use sftp, or scp without -O.\r\n";
    ssh_channel_write_stderr(m_channel, Text.data(), Text.size());
    end_channel(1);
}

void Connection::end_channel(int status) {
    ssh_channel_request_send_exit_status(m_channel, status);
    ssh_channel_send_eof(m_channel);
    ssh_channel_close(m_channel);
}

bool Connection::send(BytesView octets) {
    while (!octets.empty()) {
        const auto part =
            static_cast<std::uint32_t>(std::min<std::size_t>(octets.size(), 1U << 20U));
        const int sent = ssh_channel_write(m_channel, octets.data(), part);
        if (sent <= 0) return false;
        octets.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

void Connection::transfer() {
    const Clock& clock = m_shared.parts.clock;
    PartnerTree tree({.account = m_login.account(),
                      .remote_address = m_remote,
                      .uploads = m_shared.parts.uploads,
                      .intake = m_shared.parts.intake,
                      .mailbox = m_shared.parts.mailbox,
                      .recorder = m_shared.parts.recorder,
                      .clock = clock});
    EngineCounters counters;
    {
        Engine engine(tree);
        Bytes in(ReadBytes, '\0');
        Bytes out;
        bool good = true;
        while (good) {
            m_watch->until(clock.steady_now() + m_login.account()->idle);
            const int count =
                ssh_channel_read(m_channel, in.data(), static_cast<std::uint32_t>(in.size()), 0);
            if (count <= 0) break;
            m_watch->until(clock.steady_now() + m_shared.options.work_within);
            BytesView octets(in.data(), static_cast<std::size_t>(count));
            do {
                good = engine.feed(octets, out);
                octets = {};
                good = send(out) && good;
                out.clear();
            } while (good && engine.waiting());
        }
        counters = engine.counters();
    }
    m_shared.bytes_in += counters.bytes_in;
    m_shared.bytes_out += counters.bytes_out;
    record("sftp.session",
           {{"requests", std::to_string(counters.packets)},
            {"refused", std::to_string(counters.refused)},
            {"bytes_in", std::to_string(counters.bytes_in)},
            {"bytes_out", std::to_string(counters.bytes_out)},
            {"ended", m_watch->fired() ? "idle" : "by the client"}},
           false);
    m_watch->until(clock.steady_now() + m_shared.options.login_within);
    end_channel(0);
}

// The account is known only now; what was negotiated for its address must be what itself has opted into.
bool Connection::algorithms_agreed() const {
    const auto& allow = m_login.account()->allow;
    for (const char* used : {ssh_get_kex_algo(m_session.get()),
                             ssh_get_cipher_in(m_session.get()),
                             ssh_get_cipher_out(m_session.get()),
                             ssh_get_hmac_in(m_session.get()),
                             ssh_get_hmac_out(m_session.get())}) {
        const std::string_view name = used == nullptr ? "" : used;
        const bool old = std::find(std::begin(OldAlgorithms), std::end(OldAlgorithms), name) !=
                         std::end(OldAlgorithms);
        if (old && std::find(allow.begin(), allow.end(), name) == allow.end()) return false;
    }
    return true;
}

bool Connection::admit_session() {
    if (!algorithms_agreed()) {
        refused("algorithm", 0);
        return false;
    }
    const bool room = m_shared.sessions.with([&](auto& sessions) {
        unsigned& count = sessions[m_user];
        if (count >= m_login.account()->sessions) return false;
        ++count;
        return true;
    });
    if (!room) {
        refused("sessions", 0);
        return false;
    }
    m_counted = true;
    return true;
}

void Connection::refused(std::string_view how, double points) {
    ++m_shared.logins_refused;
    const bool banned = points > 0 && m_shared.parts.penalties.fail(m_remote, points);
    if (!m_shared.refusals.take(1, m_shared.parts.clock.steady_now())) return;
    record(
        "sftp.login.refused", {{"how", std::string(how)}, {"banned", banned ? "yes" : "no"}}, true);
}

int Connection::answer(Login::Verdict verdict, std::string_view how, double points) {
    switch (verdict) {
        case Login::Verdict::No:
            if (points > 0) refused(how, points);
            return SSH_AUTH_DENIED;
        case Login::Verdict::Partly:
            return SSH_AUTH_PARTIAL;
        case Login::Verdict::Yes:
            break;
    }
    if (!admit_session()) return SSH_AUTH_DENIED;
    m_accepted = true;
    ++m_shared.logins;
    record("sftp.login",
           {{"how", std::string(how)},
            {"client", ssh_get_clientbanner(m_session.get())},
            {"kex", ssh_get_kex_algo(m_session.get())},
            {"cipher", ssh_get_cipher_in(m_session.get())}},
           false);
    return SSH_AUTH_SUCCESS;
}

int Connection::on_none(ssh_session /*session*/, const char* /*user*/, void* self) {
    ++static_cast<Connection*>(self)->m_tries;
    return SSH_AUTH_DENIED;
}

int Connection::on_password(ssh_session /*session*/,
                            const char* user,
                            const char* password,
                            void* self) {
    auto& here = *static_cast<Connection*>(self);
    ++here.m_tries;
    if (here.m_accepted || here.m_shared.parts.penalties.banned(here.m_remote))
        return SSH_AUTH_DENIED;
    here.m_user = user;
    return here.answer(here.m_login.password(user, password), "password", 1);
}

int Connection::on_key(
    ssh_session /*session*/, const char* user, ssh_key_struct* key, char state, void* self) {
    auto& here = *static_cast<Connection*>(self);
    ++here.m_tries;
    char* text = nullptr;
    if (here.m_accepted) return SSH_AUTH_DENIED;
    here.m_user = user;
    if (ssh_pki_export_pubkey_base64(key, &text) != SSH_OK) return SSH_AUTH_DENIED;
    const SshTextPtr blob(text);
    if (state == SSH_PUBLICKEY_STATE_NONE)
        return here.m_login.key(user, blob.get(), Login::Proof::Offered) == Login::Verdict::Yes
                   ? SSH_AUTH_SUCCESS
                   : SSH_AUTH_DENIED;
    if (state != SSH_PUBLICKEY_STATE_VALID) return here.answer(Login::Verdict::No, "signature", 2);
    return here.answer(here.m_login.key(user, blob.get(), Login::Proof::Signed), "key", 0.5);
}

ssh_channel Connection::on_channel(ssh_session session, void* self) {
    auto& here = *static_cast<Connection*>(self);
    if (!here.m_accepted || here.m_channel != nullptr) return nullptr;
    here.m_channel = ssh_channel_new(session);
    if (here.m_channel != nullptr)
        ssh_set_channel_callbacks(here.m_channel, &here.m_channel_callbacks);
    return here.m_channel;
}

int Connection::on_subsystem(ssh_session /*session*/,
                             ssh_channel channel,
                             const char* name,
                             void* self) {
    auto& here = *static_cast<Connection*>(self);
    if (channel != here.m_channel || std::string_view(name) != "sftp") return SSH_ERROR;
    here.m_asked = Asked::Sftp;
    return SSH_OK;
}

int Connection::on_command(ssh_session /*session*/,
                           ssh_channel channel,
                           const char* /*command*/,
                           void* self) {
    auto& here = *static_cast<Connection*>(self);
    if (channel != here.m_channel) return SSH_ERROR;
    here.m_asked = Asked::Command;
    return SSH_OK;
}

}  // namespace sallyport::sftp

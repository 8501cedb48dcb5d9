// SPDX-License-Identifier: Apache-2.0
// The SFTP client on libssh 0.10: it knows rsa-sha2 (RFC 8332), for keys of ours and of servers. The library waits without a
// limit for an answer; the watchdog shuts the socket down under it.
#include "transports/sftp/client.h"
#include "transports/sftp/client_socket.h"
#include "transports/sftp/ssh_handles.h"
#include "transports/signal_guard.h"
#include "transports/watchdog.h"

#include <fcntl.h>
#include <libssh/sftp.h>
#include <unistd.h>

#include <algorithm>
#include <deque>
#include <optional>
#include <utility>

namespace sallyport::sftp {

namespace {

constexpr std::uint32_t PieceBytes = 32U << 10U;  // what every server takes
constexpr std::size_t MostOutstanding = 32;       // read requests on their way
constexpr const char* Exchange =
    "curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,ecdh-sha2-nistp384,"
    "ecdh-sha2-nistp521,diffie-hellman-group16-sha512,diffie-hellman-group18-sha512,"
    "diffie-hellman-group14-sha256";
constexpr const char* Ciphers =
    "chacha20-poly1305@openssh.com,aes256-gcm@openssh.com,aes128-gcm@openssh.com,aes256-ctr,"
    "aes192-ctr,aes128-ctr";
constexpr const char* Macs =
    "hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,hmac-sha2-256,hmac-sha2-512";
constexpr const char* HostKeys =
    "ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,rsa-sha2-512,"
    "rsa-sha2-256";
constexpr int LeastRsaBits = 2048;

using SftpPtr = Handle<sftp_session_struct, sftp_free>;
using FilePtr = Handle<sftp_file_struct, sftp_close>;
using DirPtr = Handle<sftp_dir_struct, sftp_closedir>;
using AttributesPtr = Handle<sftp_attributes_struct, sftp_attributes_free>;

bool set(ssh_session session, ssh_options_e option, const char* value) {
    return ssh_options_set(session, option, value) == SSH_OK;
}

Entry entry_of(const std::string& name, const sftp_attributes_struct& attributes) {
    Entry entry{.name = name};
    entry.folder = attributes.type == SSH_FILEXFER_TYPE_DIRECTORY;
    if ((attributes.flags & SSH_FILEXFER_ATTR_SIZE) != 0) entry.bytes = attributes.size;
    if ((attributes.flags & SSH_FILEXFER_ATTR_ACMODTIME) != 0)
        entry.modified = Instant(std::chrono::seconds(attributes.mtime));
    return entry;
}

class LibsshClient final : public Client {
public:
    explicit LibsshClient(RemoteServer server) : m_server(std::move(server)), m_dog(m_clock) {}
    ~LibsshClient() override {
        const Step step(*this);
        m_sftp.reset();
        if (m_session && ssh_is_connected(m_session.get()) != 0) ssh_disconnect(m_session.get());
        m_session.reset();
    }
    LibsshClient(const LibsshClient&) = delete;
    LibsshClient& operator=(const LibsshClient&) = delete;
    LibsshClient(LibsshClient&&) = delete;
    LibsshClient& operator=(LibsshClient&&) = delete;

    Status open(const std::string& host_key_types) {
        auto socket = connect_socket(m_server);
        if (!socket) return std::move(socket).error();
        m_socket = *std::move(socket);
        m_watch.emplace(m_dog, m_socket.get());
        const Step step(*this, m_server.connect_within);
        if (Status shaken = handshake(host_key_types); !shaken) return shaken;
        if (Status trusted = verify(); !trusted) return trusted;
        if (Status in = log_in(); !in) return in;
        m_sftp.reset(sftp_new(m_session.get()));
        if (!m_sftp || sftp_init(m_sftp.get()) != SSH_OK)
            return Error("sftp.remote",
                         Blame::Partner,
                         place_of(m_server) + " starts no SFTP: " + last_error());
        return {};
    }

    std::string host_key() const override { return m_host_key; }

    Result<std::vector<Entry>> list(const std::string& folder) override {
        const Step step(*this);
        const DirPtr directory(sftp_opendir(m_sftp.get(), folder.c_str()));
        if (!directory) return failed("listing " + folder);
        std::vector<Entry> entries;
        for (;;) {
            step.again();
            const AttributesPtr one(sftp_readdir(m_sftp.get(), directory.get()));
            if (!one) break;
            const std::string name = one->name == nullptr ? "" : one->name;
            if (!name.empty() && name != "." && name != "..")
                entries.push_back(entry_of(name, *one));
        }
        if (sftp_dir_eof(directory.get()) == 0) return failed("listing " + folder);
        return entries;
    }

    Result<Entry> look(const std::string& path) override {
        const Step step(*this);
        const AttributesPtr one(sftp_stat(m_sftp.get(), path.c_str()));
        if (!one) return failed("looking at " + path);
        return entry_of(path.substr(path.rfind('/') + 1), *one);
    }

    Result<Bytes> read(const std::string& path, std::size_t most) override {
        const Step step(*this);
        const FilePtr file(sftp_open(m_sftp.get(), path.c_str(), O_RDONLY, 0));
        if (!file) return failed("reading " + path);
        const AttributesPtr size(sftp_fstat(file.get()));
        const std::uint64_t expected =
            size && (size->flags & SSH_FILEXFER_ATTR_SIZE) != 0 ? size->size : most;
        const auto window = static_cast<std::size_t>(
            std::min<std::uint64_t>(MostOutstanding, expected / PieceBytes + 2));
        Bytes octets;
        for (bool more = true; more;) {
            auto read = read_on(file.get(), window, most, octets, step);
            if (!read) return failed("reading " + path);
            more = *read;
            if (octets.size() > most)
                return Error("sftp.large",
                             Blame::Partner,
                             path + " is larger than " + std::to_string(most) + " octets");
        }
        return octets;
    }

    Status write(const std::string& path, BytesView octets, std::uint64_t offset) override {
        const Step step(*this);
        const int flags = O_WRONLY | O_CREAT | (offset == 0 ? O_TRUNC : 0);
        FilePtr file(sftp_open(m_sftp.get(), path.c_str(), flags, 0640));
        if (!file || sftp_seek64(file.get(), offset) != SSH_OK) return failed("writing " + path);
        while (!octets.empty()) {
            step.again();
            const ssize_t count = sftp_write(
                file.get(), octets.data(), std::min<std::size_t>(octets.size(), PieceBytes));
            if (count <= 0) return failed("writing " + path);
            octets.remove_prefix(static_cast<std::size_t>(count));
        }
        // The answer to close counts: a server may refuse the file only then.
        if (sftp_close(file.release()) != SSH_OK) return failed("closing " + path);
        return {};
    }

    // The plain rename of version 3, which does not overwrite.
    Status rename(const std::string& from, const std::string& to) override {
        const Step step(*this);
        if (sftp_rename(m_sftp.get(), from.c_str(), to.c_str()) != SSH_OK)
            return failed("renaming " + from + " to " + to);
        return {};
    }

    Status remove(const std::string& path) override {
        const Step step(*this);
        if (sftp_unlink(m_sftp.get(), path.c_str()) != SSH_OK) return failed("removing " + path);
        return {};
    }

private:
    // One request and its answer: a deadline, and no signal for a connection that has gone.
    class Step {
    public:
        explicit Step(LibsshClient& client) : Step(client, client.m_server.step_within) {}
        Step(LibsshClient& client, std::chrono::milliseconds within)
            : m_client(client), m_within(within) {
            again();
        }
        ~Step() {
            if (m_client.m_watch) m_client.m_watch->off();
        }
        Step(const Step&) = delete;
        Step& operator=(const Step&) = delete;
        Step(Step&&) = delete;
        Step& operator=(Step&&) = delete;
        void again() const {
            if (m_client.m_watch) m_client.m_watch->until(m_client.m_clock.steady_now() + m_within);
        }

    private:
        LibsshClient& m_client;
        const std::chrono::milliseconds m_within;
        const transports::SignalGuard m_no_signal;
    };

    // Appends until the end of the file (false), an answer shorter than asked for (true: the requests behind it would leave
    // a hole), or `most`; nothing: it failed.
    static std::optional<bool> read_on(
        sftp_file file, std::size_t window, std::size_t most, Bytes& octets, const Step& step) {
        if (sftp_seek64(file, octets.size()) != SSH_OK) return std::nullopt;
        std::deque<std::uint32_t> waiting;
        Bytes piece(PieceBytes, '\0');
        bool ended = false;
        bool short_one = false;
        bool good = true;
        for (;;) {
            const bool ask = good && !ended && !short_one && octets.size() <= most;
            while (ask && waiting.size() < window) {
                const int id = sftp_async_read_begin(file, PieceBytes);
                if (id < 0) return std::nullopt;
                waiting.push_back(static_cast<std::uint32_t>(id));
            }
            if (waiting.empty()) break;
            step.again();
            const int count = sftp_async_read(file, piece.data(), PieceBytes, waiting.front());
            waiting.pop_front();
            if (count < 0) good = false;
            if (count == 0) ended = true;
            // Behind a short answer the others are read, and thrown away.
            if (count > 0 && good && !ended && !short_one) {
                octets.append(piece, 0, static_cast<std::size_t>(count));
                short_one = static_cast<std::uint32_t>(count) < PieceBytes;
            }
        }
        if (!good) return std::nullopt;
        return !ended && short_one;
    }

    std::string last_error() const { return ssh_get_error(m_session.get()); }

    Error failed(const std::string& doing) const {
        if (m_watch->fired())
            return broke_off(m_server, doing, "no answer within the time for one step");
        const int status = sftp_get_error(m_sftp.get());
        if (ssh_is_connected(m_session.get()) == 0 || status <= SSH_FX_EOF ||
            status == SSH_FX_NO_CONNECTION || status == SSH_FX_CONNECTION_LOST)
            return broke_off(m_server, doing, last_error());
        return answered(m_server, doing, static_cast<unsigned long>(status));
    }

    bool set_options(const std::string& host_key_types) {
        ssh_session session = m_session.get();
        const bool no_config = false;
        const long seconds = std::max<long>(1, m_server.connect_within.count() / 1000);
        const unsigned port = m_server.port;
        const char* keys = host_key_types.empty() ? HostKeys : host_key_types.c_str();
        return ssh_options_set(session, SSH_OPTIONS_PROCESS_CONFIG, &no_config) == SSH_OK &&
               set(session, SSH_OPTIONS_HOST, m_server.host.c_str()) &&
               ssh_options_set(session, SSH_OPTIONS_PORT, &port) == SSH_OK &&
               set(session, SSH_OPTIONS_USER, m_server.user.c_str()) &&
               ssh_options_set(session, SSH_OPTIONS_TIMEOUT, &seconds) == SSH_OK &&
               ssh_options_set(session, SSH_OPTIONS_RSA_MIN_SIZE, &LeastRsaBits) == SSH_OK &&
               set(session, SSH_OPTIONS_KEY_EXCHANGE, Exchange) &&
               set(session, SSH_OPTIONS_HOSTKEYS, keys) &&
               set(session, SSH_OPTIONS_PUBLICKEY_ACCEPTED_TYPES, HostKeys) &&
               set(session, SSH_OPTIONS_CIPHERS_C_S, Ciphers) &&
               set(session, SSH_OPTIONS_CIPHERS_S_C, Ciphers) &&
               set(session, SSH_OPTIONS_HMAC_C_S, Macs) && set(session, SSH_OPTIONS_HMAC_S_C, Macs);
    }

    Status handshake(const std::string& host_key_types) {
        m_session.reset(ssh_new());
        if (!m_session || !set_options(host_key_types))
            return Error("sftp.library", Blame::Bug, "libssh does not take its options");
        // The session closes the descriptor it is given; the watch must not know a closed one.
        const socket_t own = ::dup(m_socket.get());
        if (own < 0 || ssh_options_set(m_session.get(), SSH_OPTIONS_FD, &own) != SSH_OK)
            return unreachable(m_server, "no descriptor left");
        if (ssh_connect(m_session.get()) == SSH_OK) return {};
        const std::string why = last_error();
        if (why.find("no match") != std::string::npos) return nothing_in_common(m_server, "libssh");
        return unreachable(m_server, "SSH handshake: " + why);
    }

    Status verify() {
        ssh_key raw = nullptr;
        if (ssh_get_server_publickey(m_session.get(), &raw) != SSH_OK)
            return unreachable(m_server, "the server showed no host key");
        const KeyPtr key(raw);
        unsigned char* hash = nullptr;
        std::size_t length = 0;
        if (ssh_get_publickey_hash(key.get(), SSH_PUBLICKEY_HASH_SHA256, &hash, &length) != SSH_OK)
            return unreachable(m_server, "the server's host key has no fingerprint");
        m_host_key = to_base64(BytesView(reinterpret_cast<const char*>(hash), length));
        ssh_clean_pubkey_hash(&hash);
        m_host_key = "SHA256:" + m_host_key.substr(0, m_host_key.find('='));
        return trust(m_server, m_host_key);
    }

    Status log_in() {
        ssh_session session = m_session.get();
        // First of all: until this was answered the library has not read which RSA signatures the server takes.
        if (ssh_userauth_none(session, nullptr) == SSH_AUTH_SUCCESS) return {};
        if (m_server.key) {
            const std::string pem(m_server.key->reveal());
            ssh_key raw = nullptr;
            if (ssh_pki_import_privkey_base64(pem.c_str(), nullptr, nullptr, nullptr, &raw) !=
                SSH_OK)
                return not_let_in(m_server, "our private key cannot be read");
            const KeyPtr key(raw);
            if (ssh_userauth_publickey(session, nullptr, key.get()) == SSH_AUTH_SUCCESS) return {};
        }
        if (m_server.password) {
            const std::string word(m_server.password->reveal());
            if (ssh_userauth_password(session, nullptr, word.c_str()) == SSH_AUTH_SUCCESS)
                return {};
        }
        return not_let_in(m_server, last_error());
    }

    const RemoteServer m_server;
    const SystemClock m_clock;
    transports::Watchdog m_dog;
    Socket m_socket;
    std::optional<transports::Watchdog::Watch> m_watch;
    SessionPtr m_session;
    SftpPtr m_sftp;
    std::string m_host_key;
};

}  // namespace

Result<std::unique_ptr<Client>> connect_libssh(const RemoteServer& server,
                                               const std::string& host_key_types) {
    auto client = std::make_unique<LibsshClient>(server);
    if (Status opened = client->open(host_key_types); !opened) return std::move(opened).error();
    return std::unique_ptr<Client>(std::move(client));
}

}  // namespace sallyport::sftp

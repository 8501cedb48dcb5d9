// SPDX-License-Identifier: Apache-2.0
// The SFTP client on libssh2 1.10. It knows no rsa-sha2 (RFC 8332), so it offers no RSA at all; AES-CTR with SHA-2 MACs is
// the best it has, and that is what is pinned.
#include "transports/sftp/client.h"
#include "transports/sftp/client_socket.h"

#include <libssh2.h>
#include <libssh2_sftp.h>

#include <algorithm>
#include <mutex>
#include <utility>

namespace sallyport::sftp {

namespace {

constexpr std::size_t PieceBytes = 256U << 10U;

void free_session(LIBSSH2_SESSION* session) {
    libssh2_session_free(session);
}
void free_sftp(LIBSSH2_SFTP* sftp) {
    libssh2_sftp_shutdown(sftp);
}
void free_handle(LIBSSH2_SFTP_HANDLE* handle) {
    libssh2_sftp_close_handle(handle);
}
// The library counts in unsigned.
unsigned size_of(const std::string& text) {
    return static_cast<unsigned>(text.size());
}
template <auto Free>
struct Freed {
    template <typename T>
    void operator()(T* handle) const {
        Free(handle);
    }
};
using SessionHandle = std::unique_ptr<LIBSSH2_SESSION, Freed<free_session>>;
using SftpHandle = std::unique_ptr<LIBSSH2_SFTP, Freed<free_sftp>>;
using FileHandle = std::unique_ptr<LIBSSH2_SFTP_HANDLE, Freed<free_handle>>;

std::string last_error(LIBSSH2_SESSION* session) {
    char* text = nullptr;
    int length = 0;
    libssh2_session_last_error(session, &text, &length, 0);
    return text == nullptr ? "" : std::string(text, static_cast<std::size_t>(length));
}

class Libssh2Client final : public Client {
public:
    explicit Libssh2Client(RemoteServer server) : m_server(std::move(server)) {}
    ~Libssh2Client() override {
        m_sftp.reset();
        if (m_session) libssh2_session_disconnect(m_session.get(), "done");
    }
    Libssh2Client(const Libssh2Client&) = delete;
    Libssh2Client& operator=(const Libssh2Client&) = delete;
    Libssh2Client(Libssh2Client&&) = delete;
    Libssh2Client& operator=(Libssh2Client&&) = delete;

    Status open() {
        auto socket = connect_socket(m_server);
        if (!socket) return std::move(socket).error();
        m_socket = *std::move(socket);
        if (Status shaken = handshake(); !shaken) return shaken;
        if (Status trusted = verify(); !trusted) return trusted;
        if (Status in = log_in(); !in) return in;
        libssh2_session_set_timeout(m_session.get(), m_server.step_within.count());
        m_sftp.reset(libssh2_sftp_init(m_session.get()));
        if (!m_sftp)
            return Error("sftp.remote",
                         Blame::Partner,
                         place_of(m_server) + " starts no SFTP: " + last_error(m_session.get()));
        return {};
    }

    std::string host_key() const override { return m_host_key; }

    Result<std::vector<Entry>> list(const std::string& folder) override {
        const FileHandle handle(libssh2_sftp_open_ex(
            m_sftp.get(), folder.c_str(), size_of(folder), 0, 0, LIBSSH2_SFTP_OPENDIR));
        if (!handle) return failed("listing " + folder);
        std::vector<Entry> entries;
        char name[1024];
        LIBSSH2_SFTP_ATTRIBUTES attributes{};
        for (;;) {
            const int length =
                libssh2_sftp_readdir_ex(handle.get(), name, sizeof name, nullptr, 0, &attributes);
            if (length < 0) return failed("listing " + folder);
            if (length == 0) return entries;
            const std::string text(name, static_cast<std::size_t>(length));
            if (text != "." && text != "..") entries.push_back(entry_of(text, attributes));
        }
    }

    Result<Entry> look(const std::string& path) override {
        LIBSSH2_SFTP_ATTRIBUTES attributes{};
        if (libssh2_sftp_stat_ex(
                m_sftp.get(), path.c_str(), size_of(path), LIBSSH2_SFTP_STAT, &attributes) != 0)
            return failed("looking at " + path);
        return entry_of(path.substr(path.rfind('/') + 1), attributes);
    }

    Result<Bytes> read(const std::string& path, std::size_t most) override {
        const FileHandle handle(libssh2_sftp_open_ex(
            m_sftp.get(), path.c_str(), size_of(path), LIBSSH2_FXF_READ, 0, LIBSSH2_SFTP_OPENFILE));
        if (!handle) return failed("reading " + path);
        Bytes octets;
        Bytes piece(PieceBytes, '\0');
        for (;;) {
            const ssize_t count = libssh2_sftp_read(handle.get(), piece.data(), piece.size());
            if (count < 0) return failed("reading " + path);
            if (count == 0) return octets;
            octets.append(piece, 0, static_cast<std::size_t>(count));
            if (octets.size() > most)
                return Error("sftp.large",
                             Blame::Partner,
                             path + " is larger than " + std::to_string(most) + " octets");
        }
    }

    Status write(const std::string& path, BytesView octets, std::uint64_t offset) override {
        const unsigned long flags =
            LIBSSH2_FXF_WRITE | LIBSSH2_FXF_CREAT | (offset == 0 ? LIBSSH2_FXF_TRUNC : 0UL);
        FileHandle handle(libssh2_sftp_open_ex(
            m_sftp.get(), path.c_str(), size_of(path), flags, 0640, LIBSSH2_SFTP_OPENFILE));
        if (!handle) return failed("writing " + path);
        libssh2_sftp_seek64(handle.get(), offset);
        while (!octets.empty()) {
            const ssize_t count = libssh2_sftp_write(
                handle.get(), octets.data(), std::min(octets.size(), PieceBytes));
            if (count <= 0) return failed("writing " + path);
            octets.remove_prefix(static_cast<std::size_t>(count));
        }
        // The answer to close counts: a server may refuse the file only then.
        if (libssh2_sftp_close_handle(handle.release()) != 0) return failed("closing " + path);
        return {};
    }

    Status rename(const std::string& from, const std::string& to) override {
        if (libssh2_sftp_rename_ex(
                m_sftp.get(), from.c_str(), size_of(from), to.c_str(), size_of(to), 0) != 0)
            return failed("renaming " + from + " to " + to);
        return {};
    }

    Status remove(const std::string& path) override {
        if (libssh2_sftp_unlink_ex(m_sftp.get(), path.c_str(), size_of(path)) != 0)
            return failed("removing " + path);
        return {};
    }

private:
    static Entry entry_of(const std::string& name, const LIBSSH2_SFTP_ATTRIBUTES& attributes) {
        Entry entry{.name = name};
        entry.folder = (attributes.flags & LIBSSH2_SFTP_ATTR_PERMISSIONS) != 0 &&
                       LIBSSH2_SFTP_S_ISDIR(attributes.permissions);
        if ((attributes.flags & LIBSSH2_SFTP_ATTR_SIZE) != 0) entry.bytes = attributes.filesize;
        if ((attributes.flags & LIBSSH2_SFTP_ATTR_ACMODTIME) != 0)
            entry.modified = Instant(std::chrono::seconds(attributes.mtime));
        return entry;
    }

    Error failed(const std::string& doing) const {
        if (libssh2_session_last_errno(m_session.get()) != LIBSSH2_ERROR_SFTP_PROTOCOL)
            return broke_off(m_server, doing, last_error(m_session.get()));
        return answered(m_server, doing, libssh2_sftp_last_error(m_sftp.get()));
    }

    Status handshake() {
        m_session.reset(libssh2_session_init());
        if (!m_session) return Error("sftp.library", Blame::Bug, "libssh2 has no memory");
        LIBSSH2_SESSION* session = m_session.get();
        libssh2_session_set_blocking(session, 1);
        libssh2_session_set_timeout(session, m_server.connect_within.count());
        libssh2_session_method_pref(
            session,
            LIBSSH2_METHOD_KEX,
            "curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,ecdh-sha2-nistp384,"
            "ecdh-sha2-nistp521,diffie-hellman-group16-sha512,diffie-hellman-group18-sha512,"
            "diffie-hellman-group14-sha256");
        libssh2_session_method_pref(
            session,
            LIBSSH2_METHOD_HOSTKEY,
            "ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521");
        for (const int way : {LIBSSH2_METHOD_CRYPT_CS, LIBSSH2_METHOD_CRYPT_SC})
            libssh2_session_method_pref(session, way, "aes256-ctr,aes192-ctr,aes128-ctr");
        for (const int way : {LIBSSH2_METHOD_MAC_CS, LIBSSH2_METHOD_MAC_SC})
            libssh2_session_method_pref(session, way, "hmac-sha2-256,hmac-sha2-512");
        const int done = libssh2_session_handshake(session, m_socket.get());
        if (done == 0) return {};
        if (done == LIBSSH2_ERROR_KEX_FAILURE || done == LIBSSH2_ERROR_METHOD_NONE)
            return nothing_in_common(m_server, "libssh2");
        return unreachable(m_server, "SSH handshake: " + last_error(session));
    }

    Status verify() {
        const char* digest = libssh2_hostkey_hash(m_session.get(), LIBSSH2_HOSTKEY_HASH_SHA256);
        if (digest == nullptr) return unreachable(m_server, "the server showed no host key");
        m_host_key = to_base64(BytesView(digest, 32));
        m_host_key = "SHA256:" + m_host_key.substr(0, m_host_key.find('='));
        return trust(m_server, m_host_key);
    }

    Status log_in() {
        LIBSSH2_SESSION* session = m_session.get();
        const std::string& user = m_server.user;
        if (m_server.key) {
            const std::string_view pem = m_server.key->reveal();
            const int done = libssh2_userauth_publickey_frommemory(
                session, user.data(), user.size(), nullptr, 0, pem.data(), pem.size(), nullptr);
            if (done == 0 && libssh2_userauth_authenticated(session) == 1) return {};
        }
        if (m_server.password) {
            const std::string word(m_server.password->reveal());
            const int done = libssh2_userauth_password_ex(
                session, user.data(), size_of(user), word.data(), size_of(word), nullptr);
            if (done == 0 && libssh2_userauth_authenticated(session) == 1) return {};
        }
        return not_let_in(m_server, last_error(session));
    }

    const RemoteServer m_server;
    Socket m_socket;
    SessionHandle m_session;
    SftpHandle m_sftp;
    std::string m_host_key;
};

}  // namespace

Result<std::unique_ptr<Client>> connect_libssh2(const RemoteServer& server) {
    static std::once_flag once;
    std::call_once(once, [] { libssh2_init(0); });
    auto client = std::make_unique<Libssh2Client>(server);
    if (Status opened = client->open(); !opened) return std::move(opened).error();
    return std::unique_ptr<Client>(std::move(client));
}

}  // namespace sallyport::sftp

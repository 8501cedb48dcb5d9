// SPDX-License-Identifier: Apache-2.0
// Inside transports/sftp only: what both client libraries need before and beside SSH, so that a partner's trouble reads the
// same whichever of them met it.
#pragma once

#include "gateway/base/error.h"
#include "transports/sftp/client.h"

#include <string>
#include <utility>

namespace sallyport::sftp {

// A descriptor, owned.
class Socket {
public:
    Socket() = default;
    ~Socket() { reset(-1); }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    Socket(Socket&& other) noexcept : m_descriptor(std::exchange(other.m_descriptor, -1)) {}
    Socket& operator=(Socket&& other) noexcept {
        reset(std::exchange(other.m_descriptor, -1));
        return *this;
    }
    void reset(int descriptor);
    int get() const { return m_descriptor; }

private:
    int m_descriptor = -1;
};

// Blocking; within server.connect_within for each address of the name. Error codes: sftp.connect (Network).
Result<Socket> connect_socket(const RemoteServer& server);

std::string place_of(const RemoteServer& server);  // host:port
Error unreachable(const RemoteServer& server, const std::string& why);
Error not_let_in(const RemoteServer& server, const std::string& why);
Error nothing_in_common(const RemoteServer& server, const std::string& library);
Error broke_off(const RemoteServer& server, const std::string& doing, const std::string& why);
// `status`: what SFTP answered (draft-ietf-secsh-filexfer-02, section 7), not 0.
Error answered(const RemoteServer& server, const std::string& doing, unsigned long status);
// Pinned, or the error that the coordinator reads. `is`: "SHA256:…".
Status trust(const RemoteServer& server, const std::string& is);

}  // namespace sallyport::sftp

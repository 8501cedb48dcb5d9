// SPDX-License-Identifier: Apache-2.0
// Inside transports/sftp only: libssh's handles, owned.
#pragma once

#ifndef WITH_SERVER
#define WITH_SERVER
#endif
#include <libssh/libssh.h>
#include <libssh/server.h>

#include <memory>

namespace sallyport::sftp {

template <auto Free>
struct FreedBy {
    template <typename T>
    void operator()(T* handle) const {
        Free(handle);
    }
};
template <typename T, auto Free>
using Handle = std::unique_ptr<T, FreedBy<Free>>;

using SessionPtr = Handle<ssh_session_struct, ssh_free>;
using BindPtr = Handle<ssh_bind_struct, ssh_bind_free>;
using KeyPtr = Handle<ssh_key_struct, ssh_key_free>;
using EventPtr = Handle<ssh_event_struct, ssh_event_free>;
using ChannelPtr = Handle<ssh_channel_struct, ssh_channel_free>;
inline void free_ssh_text(char* text) {
    ssh_string_free_char(text);
}
using SshTextPtr = Handle<char, free_ssh_text>;

}  // namespace sallyport::sftp

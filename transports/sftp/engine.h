// SPDX-License-Identifier: Apache-2.0
// The server's side of SFTP version 3 as a function of octets: what a channel brings goes in, what it must carry back comes
// out. It knows neither SSH nor sockets, so it can stand behind any of them, and a fuzzer. One thread at a time.
//
// Why not the library's own server functions: they block a thread for each packet, hold 256 handles at most, cannot answer
// extended requests with data (limits@openssh.com), and have no tests upstream (docs/adr/0010-own-sftp-protocol.md).
#pragma once

#include "gateway/base/bytes.h"
#include "transports/sftp/tree.h"
#include "transports/sftp/wire.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace sallyport::sftp {

struct EngineLimits {
    std::size_t packet_bytes = (256U << 10U) + 1024;
    std::size_t read_bytes = 255U << 10U;
    std::size_t reply_bytes = 1U << 20U;  // pending replies beyond this: requests wait
    unsigned handles = 64;
    unsigned names_per_reply = 100;
};

struct EngineCounters {
    std::uint64_t packets = 0;
    std::uint64_t bytes_in = 0;  // written into files
    std::uint64_t bytes_out = 0;
    std::uint64_t refused = 0;  // answered with anything but Ok, Eof or data
};

class Engine {
public:
    // The tree outlives the engine.
    explicit Engine(Tree& tree, EngineLimits limits = {}) : m_tree(tree), m_limits(limits) {}

    // Appends replies to `out`. False: the peer does not speak SFTP; the channel must be closed (after `out` was sent).
    // Stops reading requests when `out` is long: then waiting() is true, and feed({}) goes on once `out` was sent.
    bool feed(BytesView octets, Bytes& out);
    bool waiting() const { return m_waiting; }
    const EngineCounters& counters() const { return m_counters; }

private:
    struct Folder {
        std::vector<Entry> entries;
        std::size_t next = 0;
    };
    using Handle = std::variant<std::unique_ptr<OpenFile>, Folder>;

    bool packet(BytesView body, Bytes& out);
    void request(PacketType type, std::uint32_t id, PacketReader& fields, Bytes& out);
    void file_request(PacketType type, std::uint32_t id, PacketReader& fields, Bytes& out);
    void path_request(PacketType type, std::uint32_t id, PacketReader& fields, Bytes& out);
    void open(std::uint32_t id, PacketReader& fields, Bytes& out);
    void close(std::uint32_t id, PacketReader& fields, Bytes& out);
    void read(std::uint32_t id, PacketReader& fields, Bytes& out);
    void write(std::uint32_t id, PacketReader& fields, Bytes& out);
    void open_folder(std::uint32_t id, PacketReader& fields, Bytes& out);
    void read_folder(std::uint32_t id, PacketReader& fields, Bytes& out);
    void rename(std::uint32_t id, PacketReader& fields, bool replace, Bytes& out);
    void set_attributes(PacketType type, std::uint32_t id, PacketReader& fields, Bytes& out);
    void extended(std::uint32_t id, PacketReader& fields, Bytes& out);
    void version(Bytes& out) const;
    void status(std::uint32_t id, const Status& status, Bytes& out);
    void status(std::uint32_t id, StatusCode code, std::string_view text, Bytes& out);
    void handle(std::uint32_t id, Handle value, Bytes& out);
    OpenFile* file_of(std::string_view handle);

    Tree& m_tree;
    const EngineLimits m_limits;
    EngineCounters m_counters;
    Bytes m_pending;  // of a packet not yet complete
    bool m_greeted = false;
    bool m_waiting = false;
    std::uint32_t m_next_handle = 1;
    std::map<std::string, Handle, std::less<>> m_handles;
};

}  // namespace sallyport::sftp

// SPDX-License-Identifier: Apache-2.0
// SFTP protocol version 3 (draft-ietf-secsh-filexfer-02): packets to values and back. Pure; the octets are hostile.
#pragma once

#include "gateway/base/bytes.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sallyport::sftp {

enum class PacketType : std::uint8_t {
    Init = 1,
    Version = 2,
    Open = 3,
    Close = 4,
    Read = 5,
    Write = 6,
    Lstat = 7,
    Fstat = 8,
    Setstat = 9,
    Fsetstat = 10,
    Opendir = 11,
    Readdir = 12,
    Remove = 13,
    Mkdir = 14,
    Rmdir = 15,
    Realpath = 16,
    Stat = 17,
    Rename = 18,
    Readlink = 19,
    Symlink = 20,
    Status = 101,
    Handle = 102,
    Data = 103,
    Name = 104,
    Attrs = 105,
    Extended = 200,
    ExtendedReply = 201,
};

enum class StatusCode : std::uint32_t {
    Ok = 0,
    Eof = 1,
    NoSuchFile = 2,
    PermissionDenied = 3,
    Failure = 4,
    BadMessage = 5,
    Unsupported = 8,
};

// Section 5. What is absent is not on the wire.
struct Attributes {
    std::optional<std::uint64_t> bytes{};
    std::optional<std::uint32_t> permissions{};
    std::optional<std::uint32_t> modified{};  // seconds since 1970; sent as access time too
    bool owner = false;                       // received only: uid and gid were there
};

// Reads one packet's fields in order. After the first field that is not there every further one fails too.
class PacketReader {
public:
    explicit PacketReader(BytesView octets) : m_rest(octets) {}
    std::uint8_t octet();
    std::uint32_t u32();
    std::uint64_t u64();
    std::string_view text();  // a length-prefixed string; a view of the packet
    Attributes attributes();
    bool good() const { return m_good; }
    bool at_end() const { return m_rest.empty(); }

private:
    BytesView take(std::size_t count);
    BytesView m_rest;
    bool m_good = true;
};

// Appends one packet to `out`; its length is filled in when the object ends.
class PacketWriter {
public:
    PacketWriter(Bytes& out, PacketType type);
    ~PacketWriter();
    PacketWriter(const PacketWriter&) = delete;
    PacketWriter& operator=(const PacketWriter&) = delete;
    PacketWriter(PacketWriter&&) = delete;
    PacketWriter& operator=(PacketWriter&&) = delete;

    PacketWriter& u32(std::uint32_t number);
    PacketWriter& u64(std::uint64_t number);
    PacketWriter& text(BytesView octets);
    PacketWriter& attributes(const Attributes& attributes);

private:
    Bytes& m_out;
    std::size_t m_start;
};

inline constexpr std::size_t LengthOctets = 4;
inline constexpr std::uint32_t ProtocolVersion = 3;

}  // namespace sallyport::sftp

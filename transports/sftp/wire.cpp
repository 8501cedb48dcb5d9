// SPDX-License-Identifier: Apache-2.0
#include "transports/sftp/wire.h"

namespace sallyport::sftp {

namespace {

constexpr std::uint32_t HasSize = 0x1;
constexpr std::uint32_t HasOwner = 0x2;
constexpr std::uint32_t HasPermissions = 0x4;
constexpr std::uint32_t HasTimes = 0x8;
constexpr std::uint32_t HasExtended = 0x80000000;

void put_u32(Bytes& out, std::uint32_t number) {
    for (int shift = 24; shift >= 0; shift -= 8)
        out += static_cast<char>((number >> static_cast<unsigned>(shift)) & 0xFFU);
}

}  // namespace

BytesView PacketReader::take(std::size_t count) {
    if (!m_good || m_rest.size() < count) {
        m_good = false;
        return {};
    }
    const BytesView taken = m_rest.substr(0, count);
    m_rest.remove_prefix(count);
    return taken;
}

std::uint8_t PacketReader::octet() {
    const BytesView taken = take(1);
    return taken.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(taken[0]);
}

std::uint32_t PacketReader::u32() {
    std::uint32_t number = 0;
    for (const char octet : take(LengthOctets))
        number = number << 8U | static_cast<std::uint8_t>(octet);
    return number;
}

std::uint64_t PacketReader::u64() {
    const std::uint64_t high = u32();
    return high << 32U | u32();
}

std::string_view PacketReader::text() {
    const std::uint32_t length = u32();
    return m_good ? take(length) : BytesView{};
}

Attributes PacketReader::attributes() {
    Attributes attributes;
    const std::uint32_t flags = u32();
    if ((flags & HasSize) != 0) attributes.bytes = u64();
    if ((flags & HasOwner) != 0) {
        u64();
        attributes.owner = true;
    }
    if ((flags & HasPermissions) != 0) attributes.permissions = u32();
    if ((flags & HasTimes) != 0) {
        u32();
        attributes.modified = u32();
    }
    if ((flags & HasExtended) != 0)
        for (std::uint32_t left = u32(); left > 0 && m_good; --left) {
            text();
            text();
        }
    return attributes;
}

PacketWriter::PacketWriter(Bytes& out, PacketType type) : m_out(out), m_start(out.size()) {
    m_out.append(LengthOctets, '\0');
    m_out += static_cast<char>(type);
}

PacketWriter::~PacketWriter() {
    Bytes length;
    put_u32(length, static_cast<std::uint32_t>(m_out.size() - m_start - LengthOctets));
    m_out.replace(m_start, LengthOctets, length);
}

PacketWriter& PacketWriter::u32(std::uint32_t number) {
    put_u32(m_out, number);
    return *this;
}

PacketWriter& PacketWriter::u64(std::uint64_t number) {
    put_u32(m_out, static_cast<std::uint32_t>(number >> 32U));
    put_u32(m_out, static_cast<std::uint32_t>(number));
    return *this;
}

PacketWriter& PacketWriter::text(BytesView octets) {
    put_u32(m_out, static_cast<std::uint32_t>(octets.size()));
    m_out += octets;
    return *this;
}

PacketWriter& PacketWriter::attributes(const Attributes& attributes) {
    const std::uint32_t flags = (attributes.bytes ? HasSize : 0U) |
                                (attributes.permissions ? HasPermissions | HasOwner : 0U) |
                                (attributes.modified ? HasTimes : 0U);
    u32(flags);
    if (attributes.bytes) u64(*attributes.bytes);
    if (attributes.permissions) u64(0).u32(*attributes.permissions);
    if (attributes.modified) u32(*attributes.modified).u32(*attributes.modified);
    return *this;
}

}  // namespace sallyport::sftp

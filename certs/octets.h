// SPDX-License-Identifier: Apache-2.0
// Octets too many to hold: read from any place as often as needed, written once from front to back. What is large passes
// through these in pieces of `OctetPiece`.
#pragma once

#include "gateway/base/bytes.h"
#include "gateway/base/error.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

namespace sallyport::certs {

inline constexpr std::size_t OctetPiece = std::size_t{64} << 10U;

// What is read while it exists does not change.
class Octets {
public:
    virtual ~Octets() = default;
    virtual std::uint64_t size() const = 0;
    // Up to `count` octets from `offset` on; fewer only at the end. Error codes: spool.read (Operator).
    virtual Result<std::size_t> read(std::uint64_t offset,
                                     char* buffer,
                                     std::size_t count) const = 0;
};

// Takes octets in order.
using OctetSink = std::function<Status(BytesView)>;

// A view: what it shows must outlive it.
class MemoryOctets final : public Octets {
public:
    explicit MemoryOctets(BytesView octets) : m_octets(octets) {}
    std::uint64_t size() const override { return m_octets.size(); }
    Result<std::size_t> read(std::uint64_t offset, char* buffer, std::size_t count) const override;

private:
    BytesView m_octets;
};

// A file, which must not change while this exists.
class FileOctets final : public Octets {
public:
    // Error codes: file.open (Operator).
    static Result<std::unique_ptr<const FileOctets>> open(const std::filesystem::path& file);
    ~FileOctets() override;
    FileOctets(const FileOctets&) = delete;
    FileOctets& operator=(const FileOctets&) = delete;
    FileOctets(FileOctets&&) = delete;
    FileOctets& operator=(FileOctets&&) = delete;
    std::uint64_t size() const override { return m_size; }
    Result<std::size_t> read(std::uint64_t offset, char* buffer, std::size_t count) const override;

private:
    FileOctets(int descriptor, std::uint64_t size) : m_descriptor(descriptor), m_size(size) {}
    int m_descriptor;
    std::uint64_t m_size;
};

// A part of others, which must outlive it. Reaches at most to their end.
class OctetRange final : public Octets {
public:
    OctetRange(const Octets& all, std::uint64_t begin, std::uint64_t size);
    std::uint64_t size() const override { return m_size; }
    Result<std::size_t> read(std::uint64_t offset, char* buffer, std::size_t count) const override;

private:
    const Octets& m_all;
    std::uint64_t m_begin;
    std::uint64_t m_size;
};

// One after the other; all must outlive it.
class JoinedOctets final : public Octets {
public:
    explicit JoinedOctets(std::vector<const Octets*> parts) : m_parts(std::move(parts)) {}
    std::uint64_t size() const override;
    Result<std::size_t> read(std::uint64_t offset, char* buffer, std::size_t count) const override;

private:
    std::vector<const Octets*> m_parts;
};

// Every octet once, in pieces.
Status pour(const Octets& octets, const OctetSink& sink);
// Into memory: the first `most` octets from `offset` on.
Result<Bytes> take_octets(const Octets& octets, std::uint64_t offset, std::size_t most);

}  // namespace sallyport::certs

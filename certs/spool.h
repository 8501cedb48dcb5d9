// SPDX-License-Identifier: Apache-2.0
// A file without a name for what is too large to hold and not yet trusted: encrypted with a key that only this process
// has and that is never written anywhere, so that what is left on the disk after a crash is noise.
#pragma once

#include "certs/octets.h"
#include "gateway/base/bytes.h"
#include "gateway/base/error.h"

#include <cstdint>
#include <filesystem>
#include <memory>

namespace sallyport::certs {

// Written first, read afterwards; then reading is thread-safe. AES-256-CTR, one counter range per spool.
class Spool final : public Octets {
public:
    // `folder` exists and takes unnamed files. Error codes: spool.open (Operator).
    static Result<std::unique_ptr<Spool>> create(const std::filesystem::path& folder);
    ~Spool() override;
    Spool(const Spool&) = delete;
    Spool& operator=(const Spool&) = delete;
    Spool(Spool&&) = delete;
    Spool& operator=(Spool&&) = delete;

    // Error codes: spool.write (Operator: the disk is full or broken).
    Status append(BytesView octets);
    OctetSink sink() {
        return [this](BytesView octets) { return append(octets); };
    }
    std::uint64_t size() const override { return m_size; }
    Result<std::size_t> read(std::uint64_t offset, char* buffer, std::size_t count) const override;

private:
    Spool(int descriptor, Bytes nonce) : m_descriptor(descriptor), m_nonce(std::move(nonce)) {}
    Status flush(bool all);

    int m_descriptor;
    Bytes m_nonce;    // 8 octets; the counter's upper half
    Bytes m_pending;  // plain, not yet on disk
    std::uint64_t m_written = 0;
    std::uint64_t m_size = 0;
};

}  // namespace sallyport::certs

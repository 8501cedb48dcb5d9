// SPDX-License-Identifier: Apache-2.0
#include "certs/spool.h"

#include "certs/handles.h"

#include <fcntl.h>
#include <openssl/rand.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace sallyport::certs {
namespace {

constexpr std::size_t KeySize = 32;
constexpr std::size_t NonceSize = 8;
constexpr std::size_t BlockSize = 16;
constexpr std::size_t WriteSize = std::size_t{1} << 18U;

using Key = std::array<unsigned char, KeySize>;

// Made when the first spool is, gone with the process.
const Key* process_key() {
    static const std::unique_ptr<const Key> key = []() -> std::unique_ptr<const Key> {
        auto fresh = std::make_unique<Key>();
        if (RAND_bytes(fresh->data(), static_cast<int>(fresh->size())) != 1) return nullptr;
        return fresh;
    }();
    return key.get();
}

Error disk_error(std::string_view code, std::string_view what) {
    return Error(
               code,
               Blame::Operator,
               std::string(what) + ": " + std::error_code(errno, std::generic_category()).message())
        .remedy("check room and permissions of the spool folder under the state directory");
}

// Counter mode: the same for both directions. `offset` is where in the spool the octets stand.
bool apply(BytesView nonce, std::uint64_t offset, char* octets, std::size_t count) {
    const CipherContextPtr context(EVP_CIPHER_CTX_new());
    std::array<unsigned char, BlockSize> counter{};
    std::copy(nonce.begin(), nonce.end(), counter.begin());
    const std::uint64_t block = offset / BlockSize;
    for (std::size_t at = 0; at < 8; ++at)
        counter.at(NonceSize + at) = static_cast<unsigned char>(block >> (56U - 8U * at));
    if (!context || process_key() == nullptr ||
        EVP_EncryptInit_ex(
            context.get(), EVP_aes_256_ctr(), nullptr, process_key()->data(), counter.data()) != 1)
        return false;
    int done = 0;
    std::array<unsigned char, BlockSize> skipped{};
    const int skip = static_cast<int>(offset % BlockSize);
    if (skip != 0 &&
        EVP_EncryptUpdate(context.get(), skipped.data(), &done, skipped.data(), skip) != 1)
        return false;
    auto* octet = reinterpret_cast<unsigned char*>(octets);
    return EVP_EncryptUpdate(context.get(), octet, &done, octet, static_cast<int>(count)) == 1;
}

}  // namespace

Result<std::unique_ptr<Spool>> Spool::create(const std::filesystem::path& folder) {
    Bytes nonce(NonceSize, '\0');
    if (process_key() == nullptr ||
        RAND_bytes(reinterpret_cast<unsigned char*>(nonce.data()), NonceSize) != 1)
        return Error("spool.open", Blame::Bug, "there is no randomness for a spool's key");
    const int descriptor = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (descriptor < 0) return disk_error("spool.open", "cannot open a spool file");
    return std::unique_ptr<Spool>(new Spool(descriptor, std::move(nonce)));
}

Spool::~Spool() {
    ::close(m_descriptor);
}

Status Spool::flush(bool all) {
    const std::size_t count = all ? m_pending.size() : m_pending.size() / BlockSize * BlockSize;
    if (count == 0) return {};
    if (!apply(m_nonce, m_written, m_pending.data(), count))
        return openssl_error("spool.write", Blame::Bug, "a spool cannot be encrypted");
    for (std::size_t done = 0; done < count;) {
        const auto put = ::pwrite(m_descriptor,
                                  m_pending.data() + done,
                                  count - done,
                                  static_cast<off_t>(m_written + done));
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) return disk_error("spool.write", "cannot write a spool file");
        done += static_cast<std::size_t>(put);
    }
    m_written += count;
    m_pending.erase(0, count);
    return {};
}

Status Spool::append(BytesView octets) {
    m_pending += octets;
    m_size += octets.size();
    return m_pending.size() < WriteSize ? Status() : flush(false);
}

Result<std::size_t> Spool::read(std::uint64_t offset, char* buffer, std::size_t count) const {
    if (offset >= m_size) return std::size_t{0};
    if (offset >= m_written) {
        const auto part = BytesView(m_pending).substr(offset - m_written, count);
        std::copy(part.begin(), part.end(), buffer);
        return part.size();
    }
    const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(count, m_written - offset));
    ssize_t got = -1;
    do
        got = ::pread(m_descriptor, buffer, most, static_cast<off_t>(offset));
    while (got < 0 && errno == EINTR);
    if (got <= 0) return disk_error("spool.read", "cannot read a spool file");
    if (!apply(m_nonce, offset, buffer, static_cast<std::size_t>(got)))
        return openssl_error("spool.read", Blame::Bug, "a spool cannot be decrypted");
    return static_cast<std::size_t>(got);
}

}  // namespace sallyport::certs

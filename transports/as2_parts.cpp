// SPDX-License-Identifier: Apache-2.0
#include "transports/as2_parts.h"

#include "gateway/base/digest.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace sallyport::transports {
namespace {

Error disk_error(const std::filesystem::path& file) {
    return Error("spool.write",
                 Blame::Operator,
                 "cannot write a large message: " +
                     std::error_code(errno, std::generic_category()).message())
        .at({.source = file.string()})
        .remedy("check room and permissions of the spool folder under the state directory");
}

bool write_all(int descriptor, BytesView octets) {
    while (!octets.empty()) {
        const auto put = ::write(descriptor, octets.data(), octets.size());
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) return false;
        octets.remove_prefix(static_cast<std::size_t>(put));
    }
    return true;
}

}  // namespace

PartFile::PartFile(PartFile&& other) noexcept
    : m_path(std::exchange(other.m_path, {})), m_digest(std::move(other.m_digest)) {}

PartFile::~PartFile() {
    if (!m_path.empty()) ::unlink(m_path.c_str());
}

Result<PartFile> PartFile::write(const std::filesystem::path& file,
                                 const std::vector<const certs::Octets*>& octets) {
    const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
    if (descriptor < 0) return disk_error(file);
    PartFile part(file);
    Sha256 digest;
    Status poured;
    for (const auto* one : octets) {
        if (!poured) break;
        poured = certs::pour(*one, [&](BytesView piece) -> Status {
            digest.add(piece);
            if (write_all(descriptor, piece)) return {};
            return disk_error(file);
        });
    }
    const bool closed = ::close(descriptor) == 0;
    if (!poured) return std::move(poured).error();
    if (!closed) return disk_error(file);
    part.m_digest = digest.hex();
    return part;
}

void sweep_parts(const std::filesystem::path& folder) {
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(folder, ignored))
        if (entry.path().string().ends_with(PartSuffix))
            std::filesystem::remove(entry.path(), ignored);
}

}  // namespace sallyport::transports

// SPDX-License-Identifier: Apache-2.0
#include "gateway/daemon/edi_input.h"

#include "gateway/base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace sallyport::daemon {

Result<EdiInput> EdiInput::open(const std::string& file) {
    EdiInput input(file);
    input.m_descriptor = file == "-" ? STDIN_FILENO : ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat about {};
    if (input.m_descriptor < 0 || ::fstat(input.m_descriptor, &about) != 0) {
        return Error("file.open", Blame::Operator, file + " cannot be opened")
            .remedy("look at the name and at your permissions");
    }
    input.m_is_file = file != "-" && S_ISREG(about.st_mode);
    if (input.m_is_file) {
        input.m_size = static_cast<std::uintmax_t>(about.st_size);
        input.m_long = input.m_size > StreamedFileBytes;
    } else if (Status held = input.hold_start(); !held) {
        return std::move(held).error();
    }
    return input;
}

EdiInput::EdiInput(EdiInput&& other) noexcept
    : m_name(std::move(other.m_name)),
      m_descriptor(std::exchange(other.m_descriptor, -1)),
      m_is_file(other.m_is_file),
      m_long(other.m_long),
      m_size(other.m_size),
      m_held(std::move(other.m_held)),
      m_given(other.m_given),
      m_went_beyond(other.m_went_beyond) {}

EdiInput::~EdiInput() {
    if (m_descriptor > STDIN_FILENO) ::close(m_descriptor);
}

Result<std::size_t> EdiInput::read(char* to, std::size_t capacity) {
    return edi::octets_from(m_descriptor)(to, capacity);
}

Status EdiInput::hold_start() {
    m_held.resize(StreamedPipeBytes);
    std::size_t size = 0;
    bool ended = false;
    while (size < m_held.size() && !ended) {
        auto got = read(m_held.data() + size, m_held.size() - size);
        if (!got) return std::move(got).error().during("reading " + m_name);
        ended = *got == 0;
        size += *got;
    }
    m_held.resize(size);
    m_long = !ended;
    return {};
}

edi::OctetSource EdiInput::source() {
    return [this](char* to, std::size_t capacity) -> Result<std::size_t> {
        const std::size_t some = std::min(capacity, m_held.size() - m_given);
        if (some == 0) {
            m_went_beyond = true;
            return read(to, capacity);
        }
        std::memcpy(to, m_held.data() + m_given, some);
        m_given += some;
        return some;
    };
}

bool EdiInput::can_be_held() const {
    return m_is_file ? m_size <= MaxHeldBytes : !m_went_beyond;
}

Result<Bytes> EdiInput::whole() {
    if (m_is_file) return read_file(m_name, MaxHeldBytes);
    constexpr std::size_t Piece = std::size_t{1} << 20;
    Bytes all = std::move(m_held);
    for (bool ended = !m_long; !ended;) {
        const std::size_t before = all.size();
        if (before > MaxHeldBytes) {
            return Error("edi.limit.bytes",
                         Blame::Operator,
                         "standard input has more than " + std::to_string(MaxHeldBytes) + " octets")
                .remedy("split the file first (sallyport edi split)");
        }
        all.resize(before + Piece);
        auto got = read(all.data() + before, Piece);
        if (!got) return std::move(got).error().during("reading " + m_name);
        all.resize(before + *got);
        ended = *got == 0;
    }
    return all;
}

Bytes EdiInput::start(std::size_t octets) {
    if (!m_is_file) return m_held.substr(0, octets);
    Bytes first(octets, '\0');
    const ssize_t got = ::pread(m_descriptor, first.data(), octets, 0);
    first.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    return first;
}

}  // namespace sallyport::daemon

// SPDX-License-Identifier: Apache-2.0
// What a verb of "sallyport edi" reads: a file, or standard input, held when it is short and read on as it comes when it is long.
#pragma once

#include "gateway/base/bytes.h"
#include "gateway/base/error.h"
#include "parsers/stream.h"

#include <cstddef>
#include <cstdint>
#include <string>

namespace sallyport::daemon {

// Above the first a file is long. What comes from a pipe cannot be measured and is held up to the second.
inline constexpr std::uintmax_t StreamedFileBytes = std::uintmax_t{64} << 20;
inline constexpr std::size_t StreamedPipeBytes = std::size_t{8} << 20;
// What a verb may hold as a whole when it has to.
inline constexpr std::size_t MaxHeldBytes = std::size_t{1} << 30;

// "-" is standard input. Not thread-safe.
class EdiInput {
public:
    // Errors: file.open, stream.read (Blame::Operator).
    static Result<EdiInput> open(const std::string& file);
    EdiInput(EdiInput&& other) noexcept;
    EdiInput(const EdiInput&) = delete;
    EdiInput& operator=(EdiInput&&) = delete;
    EdiInput& operator=(const EdiInput&) = delete;
    ~EdiInput();

    bool is_long() const { return m_long; }
    // From where source() stopped, at first from the start; good as long as this object stays where it is.
    edi::OctetSource source();
    // From the start, whatever source() gave already; false: a pipe that was read too far, or too long to be held.
    bool can_be_held() const;
    // Errors: file.read, file.large, stream.read, edi.limit.bytes.
    Result<Bytes> whole();
    // Its first octets, where they can still be had.
    Bytes start(std::size_t octets);

private:
    explicit EdiInput(std::string name) : m_name(std::move(name)) {}
    Status hold_start();
    Result<std::size_t> read(char* to, std::size_t capacity);
    std::string m_name;
    int m_descriptor = -1;
    bool m_is_file = false, m_long = false;
    std::uintmax_t m_size = 0;   // of a file
    Bytes m_held;                // the start of a pipe
    std::size_t m_given = 0;     // of m_held
    bool m_went_beyond = false;  // the pipe was read behind m_held
};

}  // namespace sallyport::daemon

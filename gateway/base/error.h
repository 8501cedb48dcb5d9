// SPDX-License-Identifier: Apache-2.0
// Error and Result: a value, or what failed, where, who can fix it and how.
//
// The shape follows std::expected, so that it can be swapped for it once the toolchain has it in C++20 mode (g++ 12 has not).
// Not thread-safe; value types.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace sallyport {

// Who has to act before another try can succeed. It drives everything downstream: Partner gets a negative
// acknowledgement and no retry, Operator parks and alerts, Network retries with backoff, BackOffice parks for the
// business user, Bug pages us.
enum class Blame : std::uint8_t { Partner, Operator, Network, BackOffice, Bug };

std::string_view to_string(Blame blame);

// Where in an input the fault sits. Zero means "not known"; everything but `byte` counts from 1, `byte` from 0.
struct Place {
    std::string source;      // file name or document id
    std::uint64_t byte = 0;  // offset from the start of the source
    std::uint32_t line = 0;
    std::uint32_t column = 0;
    std::uint32_t segment = 0;  // position in the interchange or transaction set
    std::uint16_t element = 0;
};

// "file:line:column segment n element n byte n", leaving out what is not known.
std::string to_string(const Place& place);

class [[nodiscard]] Error {
public:
    // `code` must be a string literal: dotted, lower case, owned by the module that raises it ("x12.isa.short").
    Error(std::string_view code, Blame blame, std::string what)
        : m_code(code), m_blame(blame), m_what(std::move(what)) {}

    Error&& at(Place place) &&;
    Error&& remedy(std::string text) &&;
    Error&& during(
        std::string step) &&;  // context on the way up, in the caller's words; innermost first

    std::string_view code() const { return m_code; }
    Blame blame() const { return m_blame; }
    const std::string& what() const { return m_what; }
    const std::string& remedy() const { return m_remedy; }
    const Place& place() const { return m_place; }
    const std::vector<std::string>& trail() const { return m_trail; }

    // One line for people: "during: what at place; remedy [code]".
    std::string text() const;

private:
    std::string_view m_code;
    Blame m_blame;
    std::string m_what;
    std::string m_remedy;
    Place m_place;
    std::vector<std::string> m_trail;
};

template <typename T>
class [[nodiscard]] Result {
public:
    Result(T value)
        : m_state(std::in_place_index<0>, std::move(value)) {
    }  // NOLINT(google-explicit-constructor)
    Result(Error error)
        : m_state(std::in_place_index<1>, std::move(error)) {
    }  // NOLINT(google-explicit-constructor)

    explicit operator bool() const { return m_state.index() == 0; }
    T& operator*() & { return std::get<0>(m_state); }
    const T& operator*() const& { return std::get<0>(m_state); }
    T&& operator*() && { return std::get<0>(std::move(m_state)); }
    T* operator->() { return &std::get<0>(m_state); }
    const T* operator->() const { return &std::get<0>(m_state); }
    Error& error() & { return std::get<1>(m_state); }
    const Error& error() const& { return std::get<1>(m_state); }
    Error&& error() && { return std::get<1>(std::move(m_state)); }

private:
    std::variant<T, Error> m_state;
};

template <>
class [[nodiscard]] Result<void> {
public:
    Result() = default;
    Result(Error error) : m_error(std::move(error)) {}  // NOLINT(google-explicit-constructor)

    explicit operator bool() const { return !m_error.has_value(); }
    Error& error() & { return *m_error; }
    const Error& error() const& { return *m_error; }
    Error&& error() && { return *std::move(m_error); }

private:
    std::optional<Error> m_error;
};

using Status = Result<void>;

// The candidate nearest to `word` (Damerau-Levenshtein, at most a third of its length wrong), or empty.
std::string near_match(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace sallyport

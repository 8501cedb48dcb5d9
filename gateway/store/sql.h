// SPDX-License-Identifier: Apache-2.0
// Inside the store only: one SQLite connection.
//
// - A statement is prepared once and kept under its text: preparing costs several times what running most of them does.
// - Text goes in as valid UTF-8 without NUL, so that every tool can show it.
// - An empty BLOB is stored as NULL and read back as empty.
// - Columns are read by a shape the caller states; SQLite's columns have no type of their own.
// Used by one thread at a time.
#pragma once

#include "gateway/base/bytes.h"
#include "gateway/base/clock.h"
#include "gateway/base/error.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sallyport::store {

struct Octets {
    Bytes value;
};
// Octets that live as long as the call: written without a copy, never read back.
struct OctetsView {
    BytesView value;
};
using Null = std::monostate;
using Value = std::variant<Null, std::int64_t, std::string, Octets, OctetsView>;

// Empty means NULL: for references to other rows and other "absent" texts that carry an index or a foreign key.
Value text_or_null(const std::string& text);
Value instant_or_null(const std::optional<Instant>& instant);
Value micros(Instant instant);
Value flag(bool value);

// Valid UTF-8 without NUL: every other octet becomes \xNN.
std::string clean_text(std::string_view text);

class Row {
public:
    explicit Row(std::vector<Value> values) : m_values(std::move(values)) {}

    // The next column, left to right; NULL reads as empty or 0.
    std::string text();
    std::int64_t integer();
    Bytes octets();
    bool flag() { return integer() != 0; }
    Instant instant() { return from_micros(integer()); }
    std::optional<Instant> maybe_instant();

private:
    std::vector<Value> m_values;
    std::size_t m_next = 0;
};

class Connection {
public:
    enum class Mode : std::uint8_t { ReadWrite, ReadOnly };

    // Error codes: store.open.
    static Result<std::unique_ptr<Connection>> open(const std::filesystem::path& file,
                                                    Mode mode,
                                                    std::chrono::milliseconds busy_wait);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    Connection(Connection&&) = delete;
    Connection& operator=(Connection&&) = delete;

    // Error codes: store.constraint (Bug), store.unavailable (Network), store.full, store.io, store.corrupt, store.read_only
    // (Operator), store.sql (Bug).
    Status run(const std::string& sql, const std::vector<Value>& values = {});
    // `shape`: one letter per column: t text, i integer, b octets.
    Result<std::vector<Row>> query(const std::string& sql,
                                   std::string_view shape,
                                   const std::vector<Value>& values = {});

    std::int64_t changes() const;  // rows the last run() touched
    std::int64_t last_id() const;
    bool in_transaction() const;  // SQLite ends a transaction by itself on some errors

private:
    struct Impl;
    explicit Connection(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

}  // namespace sallyport::store

// SPDX-License-Identifier: Apache-2.0
#include "gateway/store/sql.h"

#include <Poco/Data/LOB.h>
#include <Poco/Data/SQLite/Connector.h>
#include <Poco/Data/SQLite/SQLiteException.h>
#include <Poco/Data/SQLite/Utility.h>
#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>
#include <Poco/Nullable.h>
#include <sqlite3.h>

#include <deque>

namespace sallyport::store {

namespace sqlite = Poco::Data::SQLite;

struct Connection::Impl {
    Poco::Data::Session session;
    sqlite3* handle = nullptr;  // the session's
};

namespace {

Error translated(const Poco::Exception& thrown) {
    const std::string text = thrown.displayText();
    const auto is = [&]<typename T>(const T*) {
        return dynamic_cast<const T*>(&thrown) != nullptr;
    };
    if (is(static_cast<const sqlite::ConstraintViolationException*>(nullptr)))
        return {"store.constraint", Blame::Bug, "the database refused a row: " + text};
    if (is(static_cast<const sqlite::DBLockedException*>(nullptr)) ||
        is(static_cast<const sqlite::TableLockedException*>(nullptr)))
        return Error("store.unavailable", Blame::Network, "the database is locked: " + text)
            .remedy("end the program that holds it open for writing; it is tried again");
    if (is(static_cast<const sqlite::DatabaseFullException*>(nullptr)))
        return Error("store.full", Blame::Operator, "the disk is full: " + text)
            .remedy("free space in the state directory");
    if (is(static_cast<const sqlite::IOErrorException*>(nullptr)))
        return Error("store.io", Blame::Operator, "reading or writing the database failed: " + text)
            .remedy("check the disk under the state directory");
    if (is(static_cast<const sqlite::CorruptImageException*>(nullptr)))
        return Error("store.corrupt", Blame::Operator, "the database file is damaged: " + text)
            .remedy("stop the gateway and restore the state directory from a backup");
    if (is(static_cast<const sqlite::ReadOnlyException*>(nullptr)))
        return Error("store.read_only", Blame::Operator, "the database cannot be written: " + text)
            .remedy("check owner and permissions of the database file and its directory");
    return {"store.sql", Blame::Bug, "the database refused a statement: " + text};
}

// Poco, like every C++ library, throws; this is the one place that catches.
template <typename F>
auto guarded(F&& work) -> decltype(work()) {
    try {
        return work();
    } catch (const Poco::Exception& thrown) {
        return translated(thrown);
    }
}

Poco::Data::BLOB blob(const Bytes& octets) {
    return {reinterpret_cast<const unsigned char*>(octets.data()), octets.size()};
}

void bind_value(Poco::Data::Statement& statement, const Value& value) {
    using Poco::Data::Keywords::bind;
    if (const auto* number = std::get_if<std::int64_t>(&value)) {
        statement, bind(Poco::Int64{*number});
    } else if (const auto* text = std::get_if<std::string>(&value)) {
        statement, bind(clean_text(*text));
    } else if (const auto* octets = std::get_if<Octets>(&value); octets && !octets->value.empty()) {
        statement, bind(blob(octets->value));
    } else {
        statement, bind(Poco::Nullable<Poco::Int64>());
    }
}

// One column's values, in whichever of the three vectors its letter says.
struct Column {
    std::vector<Poco::Nullable<Poco::Int64>> integers;
    std::vector<std::string> texts;
    std::vector<Poco::Data::BLOB> blobs;
};

void take_column(Poco::Data::Statement& statement, char letter, Column& column) {
    using Poco::Data::Keywords::into;
    if (letter == 'i') statement, into(column.integers);
    if (letter == 't') statement, into(column.texts);
    if (letter == 'b') statement, into(column.blobs);
}

std::size_t rows_of(char letter, const Column& column) {
    if (letter == 'i') return column.integers.size();
    return letter == 't' ? column.texts.size() : column.blobs.size();
}

Value value_of(char letter, Column& column, std::size_t row) {
    if (letter == 't') return std::move(column.texts[row]);
    if (letter == 'b') {
        const Poco::Data::BLOB& found = column.blobs[row];
        return Octets{Bytes(reinterpret_cast<const char*>(found.rawContent()), found.size())};
    }
    if (column.integers[row].isNull()) return Null{};
    return std::int64_t{column.integers[row].value()};
}

// The length of the well-formed UTF-8 sequence that `text` begins with; 0 when there is none.
std::size_t sequence_length(std::string_view text) {
    const auto octet = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    const unsigned lead = octet(0);
    if (lead != 0 && lead < 0x80) return 1;
    const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
    for (std::size_t at = 1; at < length; ++at)
        if ((octet(at) & 0xC0U) != 0x80U) return 0;
    const unsigned second = octet(1);  // over-long forms, surrogates, beyond U+10FFFF
    if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) ||
        (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F))
        return 0;
    return length;
}

}  // namespace

Value text_or_null(const std::string& text) {
    if (text.empty()) return Null{};
    return text;
}

Value instant_or_null(const std::optional<Instant>& instant) {
    if (!instant) return Null{};
    return to_micros(*instant);
}

Value micros(Instant instant) {
    return to_micros(instant);
}

Value flag(bool value) {
    return std::int64_t{value ? 1 : 0};
}

std::string clean_text(std::string_view text) {
    std::string clean;
    clean.reserve(text.size());
    while (!text.empty()) {
        const std::size_t length = sequence_length(text);
        if (length == 0) {
            clean += "\\x" + to_hex(text.substr(0, 1));
            text.remove_prefix(1);
        } else {
            clean += text.substr(0, length);
            text.remove_prefix(length);
        }
    }
    return clean;
}

std::string Row::text() {
    auto* found = std::get_if<std::string>(&m_values.at(m_next++));
    return found ? std::move(*found) : std::string();
}

std::int64_t Row::integer() {
    const auto* found = std::get_if<std::int64_t>(&m_values.at(m_next++));
    return found ? *found : 0;
}

Bytes Row::octets() {
    auto* found = std::get_if<Octets>(&m_values.at(m_next++));
    return found ? std::move(found->value) : Bytes();
}

std::optional<Instant> Row::maybe_instant() {
    const auto* found = std::get_if<std::int64_t>(&m_values.at(m_next++));
    if (!found) return std::nullopt;
    return from_micros(*found);
}

Connection::Connection(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
Connection::~Connection() = default;

Result<std::unique_ptr<Connection>> Connection::open(const std::filesystem::path& file,
                                                     Mode mode,
                                                     std::chrono::milliseconds busy_wait) {
    auto opened = guarded([&]() -> Result<std::unique_ptr<Connection>> {
        sqlite::Connector::registerConnector();
        Poco::Data::Session session(sqlite::Connector::KEY, file.string());
        sqlite3* handle = sqlite::Utility::dbHandle(session);
        auto impl = std::make_unique<Impl>(Impl{std::move(session), handle});
        return std::unique_ptr<Connection>(new Connection(std::move(impl)));
    });
    if (!opened)
        return Error("store.open", Blame::Operator, opened.error().what())
            .at({.source = file.string()})
            .remedy("check that the state directory exists and belongs to the gateway's user");
    Connection& connection = **opened;
    std::vector<std::string> pragmas{"PRAGMA busy_timeout=" + std::to_string(busy_wait.count()),
                                     "PRAGMA foreign_keys=ON",
                                     "PRAGMA synchronous=FULL"};
    if (mode == Mode::ReadOnly) pragmas.emplace_back("PRAGMA query_only=ON");
    for (const std::string& pragma : pragmas)
        if (auto done = connection.run(pragma); !done)
            return std::move(done).error().during("opening " + file.string());
    return opened;
}

Status Connection::run(const std::string& sql, const std::vector<Value>& values) {
    return guarded([&]() -> Status {
        Poco::Data::Statement statement(m_impl->session);
        statement << sql;
        for (const Value& value : values)
            bind_value(statement, value);
        statement.execute();
        return {};
    });
}

Result<std::vector<Row>> Connection::query(const std::string& sql,
                                           std::string_view shape,
                                           const std::vector<Value>& values) {
    return guarded([&]() -> Result<std::vector<Row>> {
        std::deque<Column> columns(shape.size());
        Poco::Data::Statement statement(m_impl->session);
        statement << sql;
        for (std::size_t at = 0; at < shape.size(); ++at)
            take_column(statement, shape[at], columns[at]);
        for (const Value& value : values)
            bind_value(statement, value);
        statement.execute();
        const std::size_t count = rows_of(shape[0], columns[0]);
        std::vector<Row> rows;
        rows.reserve(count);
        for (std::size_t row = 0; row < count; ++row) {
            std::vector<Value> cells;
            cells.reserve(shape.size());
            for (std::size_t at = 0; at < shape.size(); ++at)
                cells.push_back(value_of(shape[at], columns[at], row));
            rows.emplace_back(std::move(cells));
        }
        return rows;
    });
}

std::int64_t Connection::changes() const {
    return sqlite3_changes(m_impl->handle);
}

std::int64_t Connection::last_id() const {
    return sqlite3_last_insert_rowid(m_impl->handle);
}

bool Connection::in_transaction() const {
    return sqlite3_get_autocommit(m_impl->handle) == 0;
}

}  // namespace sallyport::store

// SPDX-License-Identifier: Apache-2.0
#include "gateway/store/sql.h"

#include <sqlite3.h>

#include <unordered_map>

namespace sallyport::store {

namespace {

struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

// The texts are literals of this program, some with a number in them: a bound all the same.
constexpr std::size_t MostStatements = 256;

}  // namespace

struct Connection::Impl {
    struct Close {
        void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
    };
    std::unique_ptr<sqlite3, Close> handle{};
    std::unordered_map<std::string, Statement> statements{};  // goes before the handle

    Result<sqlite3_stmt*> prepared(const std::string& sql);
};

namespace {

Error translated(sqlite3* handle, int code) {
    const std::string text = sqlite3_errmsg(handle);
    switch (code & 0xFF) {
        case SQLITE_CONSTRAINT:
            return {"store.constraint", Blame::Bug, "the database refused a row: " + text};
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return Error("store.unavailable", Blame::Network, "the database is locked: " + text)
                .remedy("end the program that holds it open for writing; it is tried again");
        case SQLITE_FULL:
            return Error("store.full", Blame::Operator, "the disk is full: " + text)
                .remedy("free space in the state directory");
        case SQLITE_IOERR:
            return Error("store.io",
                         Blame::Operator,
                         "reading or writing the database failed: " + text)
                .remedy("check the disk under the state directory");
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return Error("store.corrupt", Blame::Operator, "the database file is damaged: " + text)
                .remedy("stop the gateway and restore the state directory from a backup");
        case SQLITE_READONLY:
            return Error("store.read_only",
                         Blame::Operator,
                         "the database cannot be written: " + text)
                .remedy("check owner and permissions of the database file and its directory");
        default:
            return {"store.sql", Blame::Bug, "the database refused a statement: " + text};
    }
}

// One use of a kept statement: whatever happens, it gives back its locks and its values.
class Use {
public:
    explicit Use(sqlite3_stmt* statement) : m_statement(statement) {}
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;
    Use(Use&&) = delete;
    Use& operator=(Use&&) = delete;
    ~Use() {
        sqlite3_reset(m_statement);
        sqlite3_clear_bindings(m_statement);
    }

    int bind(int at, BytesView octets) {
        if (octets.empty()) return sqlite3_bind_null(m_statement, at);
        return sqlite3_bind_blob64(
            m_statement, at, octets.data(), octets.size(), SQLITE_STATIC);  // outlives this use
    }
    // `texts` keeps what has to be written anew.
    int bind(int at, const Value& value, std::vector<std::string>& texts) {
        if (const auto* number = std::get_if<std::int64_t>(&value))
            return sqlite3_bind_int64(m_statement, at, *number);
        if (const auto* octets = std::get_if<Octets>(&value)) return bind(at, octets->value);
        if (const auto* view = std::get_if<OctetsView>(&value)) return bind(at, view->value);
        const auto* text = std::get_if<std::string>(&value);
        if (text == nullptr) return sqlite3_bind_null(m_statement, at);
        const std::string* clean = text;
        if (!is_clean(*text)) clean = &texts.emplace_back(clean_text(*text));
        return sqlite3_bind_text64(
            m_statement, at, clean->data(), clean->size(), SQLITE_STATIC, SQLITE_UTF8);
    }
    int bind(const std::vector<Value>& values, std::vector<std::string>& texts) {
        texts.reserve(values.size());
        for (std::size_t at = 0; at < values.size(); ++at)
            if (const int code = bind(static_cast<int>(at) + 1, values[at], texts);
                code != SQLITE_OK)
                return code;
        return SQLITE_OK;
    }
    int step() { return sqlite3_step(m_statement); }
    Value cell(int at, char letter) const {
        if (letter == 'i') {
            if (sqlite3_column_type(m_statement, at) == SQLITE_NULL) return Null{};
            return std::int64_t{sqlite3_column_int64(m_statement, at)};
        }
        const void* found = letter == 't'
                                ? static_cast<const void*>(sqlite3_column_text(m_statement, at))
                                : sqlite3_column_blob(m_statement, at);
        const auto size = static_cast<std::size_t>(sqlite3_column_bytes(m_statement, at));
        Bytes octets = found == nullptr ? Bytes() : Bytes(static_cast<const char*>(found), size);
        if (letter == 't') return octets;
        return Octets{std::move(octets)};
    }

private:
    static bool is_clean(const std::string& text) {
        for (const char letter : text)
            if (const auto octet = static_cast<unsigned char>(letter); octet == 0 || octet >= 0x80)
                return false;
        return true;
    }

    sqlite3_stmt* m_statement;
};

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

Result<sqlite3_stmt*> Connection::Impl::prepared(const std::string& sql) {
    const auto known = statements.find(sql);
    if (known != statements.end()) return known->second.get();
    sqlite3_stmt* made = nullptr;
    const int code = sqlite3_prepare_v3(handle.get(),
                                        sql.data(),
                                        static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT,
                                        &made,
                                        nullptr);
    Statement statement(made);
    if (code != SQLITE_OK) return translated(handle.get(), code);
    if (made == nullptr) return Error("store.sql", Blame::Bug, "an empty statement");
    if (statements.size() >= MostStatements) statements.clear();
    return statements.emplace(sql, std::move(statement)).first->second.get();
}

Result<std::unique_ptr<Connection>> Connection::open(const std::filesystem::path& file,
                                                     Mode mode,
                                                     std::chrono::milliseconds busy_wait) {
    // Also who only reads opens for writing: the write-ahead log's index is shared memory.
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
                      (mode == Mode::ReadWrite ? SQLITE_OPEN_CREATE : 0);
    auto impl = std::make_unique<Impl>();
    sqlite3* handle = nullptr;
    const int code = sqlite3_open_v2(file.c_str(), &handle, flags, nullptr);
    impl->handle.reset(handle);
    if (code != SQLITE_OK)
        return Error("store.open",
                     Blame::Operator,
                     handle == nullptr ? "out of memory" : sqlite3_errmsg(handle))
            .at({.source = file.string()})
            .remedy("check that the state directory exists and belongs to the gateway's user");
    sqlite3_extended_result_codes(handle, 1);
    auto opened = std::unique_ptr<Connection>(new Connection(std::move(impl)));
    std::vector<std::string> pragmas{"PRAGMA busy_timeout=" + std::to_string(busy_wait.count()),
                                     "PRAGMA foreign_keys=ON",
                                     // Else each unit makes a file in /var/tmp, and what partners
                                     // sent passes through it.
                                     "PRAGMA temp_store=MEMORY",
                                     "PRAGMA synchronous=FULL"};
    if (mode == Mode::ReadOnly) pragmas.emplace_back("PRAGMA query_only=ON");
    for (const std::string& pragma : pragmas)
        if (auto done = opened->run(pragma); !done)
            return std::move(done).error().during("opening " + file.string());
    return opened;
}

Status Connection::run(const std::string& sql, const std::vector<Value>& values) {
    auto statement = m_impl->prepared(sql);
    if (!statement) return std::move(statement).error();
    Use use(*statement);
    std::vector<std::string> texts;
    int code = use.bind(values, texts);
    if (code == SQLITE_OK) do
            code = use.step();
        while (code == SQLITE_ROW);
    if (code != SQLITE_DONE) return translated(m_impl->handle.get(), code);
    return {};
}

Result<std::vector<Row>> Connection::query(const std::string& sql,
                                           std::string_view shape,
                                           const std::vector<Value>& values) {
    auto statement = m_impl->prepared(sql);
    if (!statement) return std::move(statement).error();
    Use use(*statement);
    std::vector<std::string> texts;
    std::vector<Row> rows;
    int code = use.bind(values, texts);
    if (code == SQLITE_OK)
        for (code = use.step(); code == SQLITE_ROW; code = use.step()) {
            std::vector<Value> cells;
            cells.reserve(shape.size());
            for (std::size_t at = 0; at < shape.size(); ++at)
                cells.push_back(use.cell(static_cast<int>(at), shape[at]));
            rows.emplace_back(std::move(cells));
        }
    if (code != SQLITE_DONE) return translated(m_impl->handle.get(), code);
    return rows;
}

std::int64_t Connection::changes() const {
    return sqlite3_changes(m_impl->handle.get());
}

std::int64_t Connection::last_id() const {
    return sqlite3_last_insert_rowid(m_impl->handle.get());
}

bool Connection::in_transaction() const {
    return sqlite3_get_autocommit(m_impl->handle.get()) == 0;
}

}  // namespace sallyport::store

// SPDX-License-Identifier: Apache-2.0
// Structured log lines: a constant lower-case sentence and fields. The logger is handed in and carries its context.
// No payload and no secret ever goes in. Thread-safe.
#pragma once

#include "gateway/base/clock.h"

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace sallyport {

enum class Level : std::uint8_t { Debug, Info, Warn, Error };

struct Field {
    std::string_view key;
    std::string value;

    Field(std::string_view name, std::string_view text) : key(name), value(text) {}
    Field(std::string_view name, const std::string& text) : key(name), value(text) {}
    Field(std::string_view name, const char* text) : key(name), value(text) {}
    template <typename N>
    requires std::is_integral_v<N> Field(std::string_view name, N number)
        : key(name), value(std::to_string(number)) {}
};

// Where lines go. Implementations are thread-safe and never throw.
class LogSink {
public:
    virtual ~LogSink() = default;
    virtual void write(Level level,
                       std::string_view sentence,
                       const std::vector<std::pair<std::string, std::string>>& fields) = 0;
};

class Log {
public:
    explicit Log(std::shared_ptr<LogSink> sink, Level least = Level::Info)
        : m_sink(std::move(sink)), m_least(least) {}

    // The same logger with more context on every line.
    Log with(std::initializer_list<Field> fields) const;

    void debug(std::string_view sentence, std::initializer_list<Field> fields = {}) const {
        write(Level::Debug, sentence, fields);
    }
    void info(std::string_view sentence, std::initializer_list<Field> fields = {}) const {
        write(Level::Info, sentence, fields);
    }
    void warn(std::string_view sentence, std::initializer_list<Field> fields = {}) const {
        write(Level::Warn, sentence, fields);
    }
    void error(std::string_view sentence, std::initializer_list<Field> fields = {}) const {
        write(Level::Error, sentence, fields);
    }

private:
    void write(Level level, std::string_view sentence, std::initializer_list<Field> fields) const;

    std::shared_ptr<LogSink> m_sink;
    Level m_least;
    std::vector<std::pair<std::string, std::string>> m_context;
};

// logfmt lines (time=… level=… msg="…" key=value) on standard error, where systemd's journal collects them.
std::shared_ptr<LogSink> stderr_sink(const Clock& clock);
std::shared_ptr<LogSink> null_sink();

// Quotes as logfmt wants it; control characters become \xNN, so that a wire value cannot forge a line.
std::string logfmt_value(std::string_view text);

}  // namespace sallyport

// SPDX-License-Identifier: Apache-2.0
#include "gateway/base/log.h"

#include <array>
#include <cstdio>
#include <mutex>

namespace sallyport {

namespace {

std::string_view name_of(Level level) {
    switch (level) {
        case Level::Debug:
            return "debug";
        case Level::Info:
            return "info";
        case Level::Warn:
            return "warn";
        case Level::Error:
            return "error";
    }
    return "error";
}

class StderrSink final : public LogSink {
public:
    explicit StderrSink(const Clock& clock) : m_clock(clock) {}

    void write(Level level,
               std::string_view sentence,
               const std::vector<std::pair<std::string, std::string>>& fields) override {
        std::string line = "time=" + iso8601(m_clock.now()) +
                           " level=" + std::string(name_of(level)) +
                           " msg=" + logfmt_value(sentence);
        for (const auto& [key, value] : fields)
            line += " " + key + "=" + logfmt_value(value);
        line += '\n';
        const std::lock_guard lock(m_mutex);
        // A log that cannot be written must not stop the daemon.
        (void)std::fwrite(line.data(), 1, line.size(), stderr);
    }

private:
    const Clock& m_clock;
    std::mutex m_mutex;
};

class NullSink final : public LogSink {
public:
    void write(Level /*level*/,
               std::string_view /*sentence*/,
               const std::vector<std::pair<std::string, std::string>>& /*fields*/) override {}
};

}  // namespace

std::string logfmt_value(std::string_view text) {
    bool plain = !text.empty();
    for (const char c : text)
        if (static_cast<unsigned char>(c) <= ' ' || c == '"' || c == '=' || c == '\\' || c == 0x7F)
            plain = false;
    if (plain) return std::string(text);
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (static_cast<unsigned char>(c) < ' ' || c == 0x7F) {
            std::array<char, 8> escaped{};
            (void)std::snprintf(escaped.data(),
                                escaped.size(),
                                "\\x%02x",
                                static_cast<unsigned>(static_cast<unsigned char>(c)));
            out += escaped.data();
        } else {
            out += c;
        }
    }
    return out + "\"";
}

Log Log::with(std::initializer_list<Field> fields) const {
    Log child = *this;
    for (const auto& field : fields)
        child.m_context.emplace_back(std::string(field.key), field.value);
    return child;
}

void Log::write(Level level, std::string_view sentence, std::initializer_list<Field> fields) const {
    if (level < m_least) return;
    auto all = m_context;
    for (const auto& field : fields)
        all.emplace_back(std::string(field.key), field.value);
    m_sink->write(level, sentence, all);
}

std::shared_ptr<LogSink> stderr_sink(const Clock& clock) {
    return std::make_shared<StderrSink>(clock);
}

std::shared_ptr<LogSink> null_sink() {
    return std::make_shared<NullSink>();
}

}  // namespace sallyport

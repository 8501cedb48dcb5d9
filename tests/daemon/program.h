// SPDX-License-Identifier: Apache-2.0
// Runs the built program and collects what it says.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace sallyport::daemon::testing {

inline std::string read_text(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

inline void write_text(const std::filesystem::path& file, const std::string& text) {
    std::ofstream(file, std::ios::binary) << text;
}

struct Ended {
    int code = -1;  // 128 + signal when it was killed
    std::string out;
    std::string err;
};

// A child whose output goes to files: nothing can fill a pipe nobody reads.
class Program {
public:
    Program(const std::vector<std::string>& arguments,
            const std::map<std::string, std::string>& environment = {}) {
        std::string pattern =
            (std::filesystem::temp_directory_path() / "sallyport-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no directory");
        m_directory = pattern;
        m_child = ::fork();
        if (m_child < 0) throw std::runtime_error("no child");
        if (m_child == 0) start(arguments, environment);
    }
    ~Program() {
        if (m_child > 0) {
            ::kill(m_child, SIGKILL);
            (void)wait();
        }
        std::error_code ignored;
        std::filesystem::remove_all(m_directory, ignored);
    }
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;
    Program(Program&&) = delete;
    Program& operator=(Program&&) = delete;

    // Never for a child that has ended: kill(2) takes -1 for "everybody".
    void signal(int number) const {
        if (m_child > 0)
            ::kill(m_child, number);
        else
            ADD_FAILURE() << "the program has ended already: " << err();
    }
    std::string err() const { return read_text(m_directory / "err"); }
    // Until "out" or "err" holds that text; false when the child ended first.
    bool await(const char* stream, const std::string& text) {
        while (read_text(m_directory / stream).find(text) == std::string::npos) {
            if (::waitpid(m_child, &m_ended, WNOHANG) == m_child) {
                m_child = -1;
                return read_text(m_directory / stream).find(text) != std::string::npos;
            }
            ::sched_yield();
        }
        return true;
    }
    std::string out() const { return read_text(m_directory / "out"); }
    Ended wait() {
        int status = m_ended;
        if (m_child > 0) ::waitpid(m_child, &status, 0);
        m_child = -1;
        return {.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
                .out = read_text(m_directory / "out"),
                .err = err()};
    }

private:
    [[noreturn]] void start(const std::vector<std::string>& arguments,
                            const std::map<std::string, std::string>& environment) const {
        for (const auto& [name, descriptor] : {std::pair{"out", 1}, std::pair{"err", 2}}) {
            const int file =
                ::open((m_directory / name).c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
            ::dup2(file, descriptor);
        }
        for (const auto& [name, value] : environment)
            ::setenv(name.c_str(), value.c_str(), 1);
        std::vector<char*> argv{const_cast<char*>("sallyport")};
        for (const std::string& argument : arguments)
            argv.push_back(const_cast<char*>(argument.c_str()));
        argv.push_back(nullptr);
        ::execv(SALLYPORT_BINARY, argv.data());
        ::_exit(127);
    }

    std::filesystem::path m_directory;
    pid_t m_child = -1;
    int m_ended = 0;  // its status, once await() has seen its end
};

inline Ended run_program(const std::vector<std::string>& arguments,
                         const std::map<std::string, std::string>& environment = {}) {
    return Program(arguments, environment).wait();
}

}  // namespace sallyport::daemon::testing

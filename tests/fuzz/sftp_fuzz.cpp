// SPDX-License-Identifier: Apache-2.0
// The SFTP engine on octets of a hostile client, cut at any place: it must answer or end the session, never more than it was
// asked, and the same octets in other pieces must get the same answers.
#include "gateway/base/digest.h"
#include "transports/sftp/engine.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

using namespace sallyport;

namespace {

class MemoryFile final : public sftp::OpenFile {
public:
    Result<Bytes> read(std::uint64_t offset, std::size_t most) override {
        return offset >= 1000 ? Bytes() : Bytes(most < 100 ? most : 100, 'r');
    }
    Status write(std::uint64_t /*offset*/, BytesView /*octets*/) override { return {}; }
    Result<sftp::Entry> info() override { return sftp::Entry{.name = "file", .bytes = 1000}; }
    Status resize(std::uint64_t /*bytes*/) override { return {}; }
    Status sync() override { return {}; }
    Status close() override { return {}; }
};

class MemoryTree final : public sftp::Tree {
public:
    Result<sftp::Entry> look(const std::string& path) override {
        (void)check(path);
        return sftp::Entry{.name = "file", .bytes = 1000};
    }
    Result<std::vector<sftp::Entry>> list(const std::string& path) override {
        (void)check(path);
        return std::vector<sftp::Entry>(3, sftp::Entry{.name = "file"});
    }
    Result<std::unique_ptr<sftp::OpenFile>> open(const std::string& path,
                                                 const sftp::OpenMode& /*mode*/) override {
        (void)check(path);
        return std::unique_ptr<sftp::OpenFile>(std::make_unique<MemoryFile>());
    }
    Status remove(const std::string& path) override { return check(path); }
    Status rename(const std::string& from, const std::string& to, bool /*replace*/) override {
        (void)check(from);
        return check(to);
    }
    Status make_folder(const std::string& path) override { return check(path); }
    Status remove_folder(const std::string& path) override { return check(path); }
    Status resize(const std::string& path, std::uint64_t /*bytes*/) override { return check(path); }

private:
    // Whatever the client says, the tree sees absolute, normal paths.
    static Status check(const std::string& path) {
        const bool normal = path.starts_with('/') && path.find("//") == std::string::npos &&
                            (path + "/").find("/../") == std::string::npos &&
                            path.find('\0') == std::string::npos;
        if (!normal) std::abort();
        return {};
    }
};

Bytes answers(BytesView octets, std::size_t piece) {
    MemoryTree tree;
    sftp::Engine engine(tree);
    Bytes all;
    while (!octets.empty()) {
        const BytesView part = octets.substr(0, piece);
        octets.remove_prefix(part.size());
        Bytes out;
        bool good = engine.feed(part, out);
        while (good && engine.waiting()) {
            all += out;
            out.clear();
            good = engine.feed({}, out);
        }
        all += out;
        if (!good) return all;
    }
    return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const BytesView octets(reinterpret_cast<const char*>(data), size);
    if (answers(octets, 1 << 20) != answers(octets, 7)) std::abort();
    return 0;
}

// SPDX-License-Identifier: Apache-2.0
// All partners' unfinished uploads, and the names of those taken in lately: shared by the sessions of one partner, and
// outliving them and the process.
#pragma once

#include "gateway/base/clock.h"
#include "gateway/base/error.h"
#include "gateway/base/guarded.h"
#include "transports/allowance.h"
#include "transports/sftp/account.h"
#include "transports/sftp/tree.h"
#include "transports/sftp/upload.h"

#include <atomic>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sallyport::sftp {

// Thread-safe. Error codes: those of Upload; sftp.missing, sftp.exists, sftp.rate.
class Uploads {
public:
    struct Parts {
        std::filesystem::path
            directory;  // one folder per partner below it, on the archive's file system
        const Clock& clock;
        Random& random;
    };
    // Finds what the last life of the process left. Error codes: file.write.
    static Result<std::unique_ptr<Uploads>> open(Parts parts);

    struct Claim {
        std::shared_ptr<Upload> upload;
        std::uint64_t writer = 0;
    };
    Result<Claim> begin(const Account& account, const std::string& path, const OpenMode& mode);

    // Unfinished, or taken in within the last hour: clients look after an upload whether it is there.
    std::optional<Entry> find(const std::string& partner, const std::string& path);
    std::shared_ptr<Upload> unfinished(const std::string& partner, const std::string& path);
    // Unfinished ones directly in `folder`.
    std::vector<Entry> list(const std::string& partner, const std::string& folder);
    Status remove(const std::string& partner, const std::string& path);
    Status rename(const std::string& partner,
                  const std::string& from,
                  const std::string& to,
                  bool replace);
    // It is in the store now: only its name and size are remembered, under `path`.
    void taken_in(const std::string& partner,
                  const std::string& path,
                  const std::shared_ptr<Upload>& upload);

private:
    struct Ghost {
        std::uint64_t bytes = 0;
        Instant at{};
    };
    struct Table {
        std::map<std::string, std::shared_ptr<Upload>> uploads;
        std::map<std::string, Ghost> ghosts;
        std::shared_ptr<std::atomic<std::uint64_t>> used =
            std::make_shared<std::atomic<std::uint64_t>>(0);
        std::shared_ptr<transports::Allowance> rate;
        unsigned rate_per_minute = 0;
    };
    using Tables = std::map<std::string, Table>;

    explicit Uploads(Parts parts) : m_parts(std::move(parts)) {}
    Status load(const std::filesystem::path& folder);
    void load_one(const std::filesystem::path& name_file, Table& table) const;
    static std::shared_ptr<Upload> live(Table& table, const std::string& path);
    void forget_old(Table& table) const;
    bool rate_allows(Table& table, const Account& account) const;
    UploadPlace place(const std::string& partner, const Table& table) const;

    Parts m_parts;
    Guarded<Tables> m_tables;
};

}  // namespace sallyport::sftp

// SPDX-License-Identifier: Apache-2.0
// The SFTP server in the object graph: accounts out of partner files, host keys, what the sessions share.
#pragma once

#include "config/load.h"
#include "gateway/base/clock.h"
#include "gateway/base/error.h"
#include "gateway/base/log.h"
#include "gateway/flow/metrics.h"
#include "gateway/store/archive.h"
#include "gateway/store/store.h"
#include "transports/intake.h"
#include "transports/penalties.h"
#include "transports/sftp/account.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace sallyport::daemon {

struct SftpAccounts {
    std::vector<std::shared_ptr<const sftp::Account>> accounts;
    std::vector<Error>
        faults;  // sftp.key, sftp.password_hash, and the codes of config, each with its file
};
SftpAccounts build_accounts(const config::Configuration& configuration);

// Where uploads wait until they are taken in.
std::filesystem::path upload_directory(const config::Settings& settings);

class SftpDoor {
public:
    struct Parts {
        const config::Settings& settings;
        store::Store& store;
        const store::Archive& archive;
        transports::Intake& intake;
        transports::Penalties& penalties;
        const Clock& clock;
        Random& random;
        flow::Metrics& metrics;
        Log log;
    };
    // Makes the host keys when they are ours and not there yet. Error codes: of config, file and sftp.
    static Result<std::unique_ptr<SftpDoor>> open(
        const Parts& parts, std::vector<std::shared_ptr<const sftp::Account>> accounts);
    ~SftpDoor();
    SftpDoor(const SftpDoor&) = delete;
    SftpDoor& operator=(const SftpDoor&) = delete;
    SftpDoor(SftpDoor&&) = delete;
    SftpDoor& operator=(SftpDoor&&) = delete;

    Status start();
    void stop();
    void reload(std::vector<std::shared_ptr<const sftp::Account>> accounts);  // new sessions only
    std::uint16_t port() const;

private:
    struct Inside;
    explicit SftpDoor(std::unique_ptr<Inside> inside);
    std::unique_ptr<Inside> m_inside;
};

// Host keys of the settings, made first when they are ours and missing. For the server, `partner sheet` and `doctor`.
Result<std::vector<std::shared_ptr<const Secret>>> host_keys(const config::SftpSection& section);

}  // namespace sallyport::daemon

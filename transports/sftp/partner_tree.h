// SPDX-License-Identifier: Apache-2.0
// The virtual tree of one session: /in takes uploads, /out holds what waits for the partner, /archive what it has fetched.
#pragma once

#include "gateway/base/clock.h"
#include "gateway/base/error.h"
#include "transports/intake.h"
#include "transports/mailbox.h"
#include "transports/sftp/account.h"
#include "transports/sftp/tree.h"
#include "transports/sftp/uploads.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sallyport::sftp {

// What partners do, for the audit. An upload that was taken in is recorded by the intake itself.
struct Event {
    std::string_view event;  // "sftp.login", "sftp.fetched", …
    std::string partner;     // empty: nobody yet
    std::string user;
    std::string remote_address;
    std::vector<std::pair<std::string, std::string>> detail{};
    bool warn = false;
};

// Thread-safe.
class Recorder {
public:
    virtual ~Recorder() = default;
    virtual void record(const Event& event) = 0;
};

// Everything but the account is shared by all sessions and outlives them.
struct TreeParts {
    std::shared_ptr<const Account> account;
    std::string remote_address;
    Uploads& uploads;
    transports::Intake& intake;
    transports::Mailbox& mailbox;
    Recorder& recorder;
    const Clock& clock;
};

class PartnerTree final : public Tree {
public:
    explicit PartnerTree(TreeParts parts) : m_parts(std::move(parts)) {}

    Result<Entry> look(const std::string& path) override;
    Result<std::vector<Entry>> list(const std::string& path) override;
    Result<std::unique_ptr<OpenFile>> open(const std::string& path, const OpenMode& mode) override;
    Status remove(const std::string& path) override;
    Status rename(const std::string& from, const std::string& to, bool replace) override;
    Status make_folder(const std::string& path) override;
    Status remove_folder(const std::string& path) override;
    Status resize(const std::string& path, std::uint64_t bytes) override;

    // Hands a complete upload to the intake. `writer` 0: it was closed under a temporary name before.
    Status take_in(const std::string& path,
                   const std::shared_ptr<Upload>& upload,
                   std::uint64_t writer);
    Status fetched(const transports::Mail& mail);
    void record(std::string_view event,
                std::vector<std::pair<std::string, std::string>> detail,
                bool warn = false);
    const TreeParts& parts() const { return m_parts; }

private:
    enum class Place : std::uint8_t {
        Root,
        In,
        Out,
        Archive,
        InFile,
        OutFile,
        ArchiveFile,
        Nowhere
    };
    Place place_of(const std::string& path) const;
    Result<std::vector<transports::Mail>> mails(Place place);
    Result<transports::Mail> mail_at(const std::string& path, Place place);
    Result<std::unique_ptr<OpenFile>> open_upload(const std::string& path, const OpenMode& mode);
    Result<std::unique_ptr<OpenFile>> open_mail(const std::string& path, Place place);

    TreeParts m_parts;
};

}  // namespace sallyport::sftp

// SPDX-License-Identifier: Apache-2.0
// Between the decisions on certificates (flow/trust.h) and what the AS2 transport believes: puts accepted certificates over the
// agreements, and reads held messages again through a receiver of its own, by the rules of any other message.
#pragma once

#include "gateway/base/clock.h"
#include "gateway/base/error.h"
#include "gateway/base/log.h"
#include "gateway/daemon/directory.h"
#include "gateway/flow/steps.h"
#include "gateway/store/archive.h"
#include "gateway/store/store.h"
#include "transports/intake.h"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>

namespace sallyport::daemon {

// Thread-safe. References outlive the desk.
class TrustDesk {
public:
    struct Parts {
        store::Store& store;
        const store::Archive& archive;
        std::shared_ptr<SwapDirectory> directory;
        transports::Intake& intake;
        const Clock& clock;
        Log log;
        std::string host_name;               // of the receipts
        std::filesystem::path spool_folder;  // its own, on the archive's file system
        std::size_t spool_above = std::size_t{1} << 20U;
    };
    explicit TrustDesk(Parts parts) : m_parts(std::move(parts)) {}

    // What the store says about certificates, from now on. Error codes: of the store.
    Status refresh();
    void refresh_or_say();  // an error goes to the log

    const std::string& host_name() const { return m_parts.host_name; }

    // Tools::judge_again. Errors: the one the message is refused with now; archive.*, store.*; daemon.judge (Network: nothing
    // could be stored, again later).
    Result<flow::JudgedAgain> judge_again(const store::Message& held);

private:
    Parts m_parts;
    std::mutex m_one_at_a_time;  // the spool folder is swept by each reading
};

}  // namespace sallyport::daemon

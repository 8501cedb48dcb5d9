// SPDX-License-Identifier: Apache-2.0
// A folder of this machine as if it were a partner's server: scripts and migrations exchange files with the gateway by
// atomic rename, under the same rules of pushing and polling.
#pragma once

#include "transports/sftp/client.h"

#include <filesystem>
#include <memory>

namespace sallyport::sftp {

// Paths are absolute on this machine; symbolic links are never followed at their last name. What write() and rename()
// did is durable. Error codes: sftp.missing, sftp.denied, sftp.remote, sftp.large, all Blame::Operator.
std::unique_ptr<Client> folder_client();

}  // namespace sallyport::sftp

// SPDX-License-Identifier: Apache-2.0
// Documents that nobody here reads (a data set, an image, a PDF, of any size): from the partner into a folder of this machine,
// and from here to the partner, octet for octet and never held in memory. Which ones: [files] of the partner file.
//
//   unwrap -> stage (writes a hidden file in the folder) -> deliver (gives it its name)      (in)
//   submit_file -> freeze -> send                                                       (out)
//
// In a row, `standard` is FileStandard, `version` the content type, `own_number` the file's name.
#pragma once

#include "config/partners.h"
#include "gateway/base/error.h"
#include "gateway/flow/outbound.h"
#include "gateway/flow/steps.h"
#include "transports/sender.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace sallyport::flow {

inline constexpr std::string_view FileStandard = "FILE";

// What is read is read whole: octets of a message beyond which it is not (as edi::Limits).
inline constexpr std::uint64_t LargestInterchange = std::uint64_t{64} << 20U;

bool passes_unread(const store::Message& message, const config::Partner& partner);

// A row and the job to stage it: a folder that is not there stops this document and no other of the partner.
Commit unwrap_file(const Tools& tools, const store::Message& message);

namespace step {
inline constexpr std::string_view Stage = "stage";
}  // namespace step
// The hidden file is complete and durable, its octets those of the archive, before the unit. Errors: of the archive;
// flow.files.folder (Operator: none is agreed, or it cannot be written).
Result<Commit> stage_file(const Tools& tools, const store::Job& job);

// Larger than anything we read: held as flow.unwrap.large, whole in the archive. Released, it is looked at again.
Commit hold_large(const Tools& tools, const store::Message& message, std::uint64_t size);

struct FileSubmission {
    std::string source_key{};  // as Submission::source_key
    std::string partner{};
    std::string payload_ref{};  // in the archive already
    std::string content_type{};
    std::string file_name{};  // metadata: no path, no control characters; may be empty
    std::string origin{};     // who submits, for the audit
};
// Durable once it returns; the same key with the same content is the same document. Errors: flow.submit.key (Bug),
// flow.agreement.unknown (Operator), flow.submit.conflict (BackOffice), those of the store.
Result<Submitted> submit_file(const Tools& tools, const FileSubmission& submission);

// What freeze hands to the transport; `tools.archive` keeps the file. Errors: of the archive; flow.files.large (Operator: the
// partner is not reached by AS2, and the other ways hold what they send in memory).
Result<transports::Parcel> parcel_of_file(const Tools& tools,
                                          const store::Document& document,
                                          const config::Partner& partner);

}  // namespace sallyport::flow

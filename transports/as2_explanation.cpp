// SPDX-License-Identifier: Apache-2.0
#include "transports/as2_explanation.h"

#include <array>

namespace sallyport::transports {
namespace {

struct Words {
    std::string_view disposition;
    std::string_view text;
};
constexpr std::array<Words, 10> Explanations{{
    {"decryption-failed",
     "The message could not be decrypted. Check that it is encrypted for our current certificate."},
    {"authentication-failed",
     "The sender could not be authenticated. Check that the message is signed with the certificate "
     "we hold."},
    {"integrity-check-failed",
     "The content is not what was signed. Check line ends and transfer encoding."},
    {"decompression-failed", "The message could not be decompressed."},
    {"insufficient-message-security",
     "The message does not meet the agreed security: signature, encryption or algorithm."},
    {"unknown-trading-partner", "There is no agreement for this AS2-From and AS2-To."},
    {"sender-equals-receiver", "AS2-From and AS2-To are the same."},
    {"unsupported format", "The only receipt format given here is pkcs7-signature."},
    {"unsupported MIC-algorithms",
     "None of the required MIC algorithms is allowed by the agreement."},
    {"unexpected-processing-error", "The message could not be processed."},
}};

}  // namespace

std::string_view explanation_of(std::string_view disposition) {
    for (const auto& entry : Explanations)
        if (disposition.ends_with(entry.disposition)) return entry.text;
    return "The message was received and stored. This is no statement about its content.";
}

}  // namespace sallyport::transports

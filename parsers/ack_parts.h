// SPDX-License-Identifier: Apache-2.0
// What the writers of acknowledgements share. Private to parsers/.
#pragma once

#include "parsers/ack.h"
#include "parsers/x12.h"

#include <string>

namespace sallyport::edi {

// Sender and receiver the other way round, the envelope's numbers and separators.
void mirror_envelope(const InterchangeReport& received,
                     const AckEnvelope& envelope,
                     DraftInterchange& out);
DraftGroup mirror_group(const GroupReport& group,
                        const AckEnvelope& envelope,
                        std::string functional_id);

struct DraftEdifact;
void mirror_envelope(const InterchangeReport& received,
                     const ContrlEnvelope& envelope,
                     DraftEdifact& out);

}  // namespace sallyport::edi

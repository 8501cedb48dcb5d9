// SPDX-License-Identifier: Apache-2.0
// Inside AS2: where the octets of a message stay while its layers are opened, in memory or in encrypted spools, and the
// operations that differ between the two. What the layers mean is decided in one place for both (as2_open.cpp).
#pragma once

#include "certs/cms_stream.h"
#include "certs/spool.h"
#include "transports/as2_agreement.h"
#include "transports/mime.h"

#include <filesystem>
#include <list>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace sallyport::transports {

template <typename View>
struct LayerEntity {
    HeaderList headers;
    View body;
};

// Views of octets that live as long as the medium.
class MemoryMedium {
public:
    using View = BytesView;
    explicit MemoryMedium(const std::filesystem::path& /*spools*/) {}

    Result<View> decode(View body, std::string_view encoding);
    static Result<certs::ContentKind> kind(View structure, const certs::CmsLimits& limits);
    Result<View> decrypt(View structure,
                         const As2Agreement& agreement,
                         const certs::CmsLimits& limits);
    Result<View> decompress(View structure, const certs::CmsLimits& limits);
    Result<std::pair<certs::Verified, View>> verify_opaque(View structure,
                                                           const certs::VerifyPolicy& policy,
                                                           const certs::CmsLimits& limits);
    static Result<certs::Verified> verify(View content,
                                          BytesView signature,
                                          const certs::VerifyPolicy& policy,
                                          const certs::CmsLimits& limits);
    static Result<LayerEntity<View>> parse(View octets);
    static Result<std::vector<View>> split(View body, std::string_view boundary);
    static Result<Bytes> copy(View octets);

private:
    View keep(Bytes octets);
    std::list<Bytes> m_kept;
};

class SpoolMedium {
public:
    using View = const certs::Octets*;
    explicit SpoolMedium(std::filesystem::path spools) : m_spools(std::move(spools)) {}

    Result<View> decode(View body, std::string_view encoding);
    static Result<certs::ContentKind> kind(View structure, const certs::CmsLimits& limits);
    Result<View> decrypt(View structure,
                         const As2Agreement& agreement,
                         const certs::CmsLimits& limits);
    Result<View> decompress(View structure, const certs::CmsLimits& limits);
    Result<std::pair<certs::Verified, View>> verify_opaque(View structure,
                                                           const certs::VerifyPolicy& policy,
                                                           const certs::CmsLimits& limits);
    static Result<certs::Verified> verify(View content,
                                          BytesView signature,
                                          const certs::VerifyPolicy& policy,
                                          const certs::CmsLimits& limits);
    Result<LayerEntity<View>> parse(View octets);
    Result<std::vector<View>> split(View body, std::string_view boundary);
    // What belongs into memory, a signature for instance: at most 1 MiB. Error codes: cms.limit.
    static Result<Bytes> copy(View octets);

private:
    Result<certs::Spool*> spool();
    View part(View all, std::uint64_t begin, std::uint64_t size);

    std::filesystem::path m_spools;
    std::list<std::unique_ptr<const certs::Octets>> m_kept;
};

}  // namespace sallyport::transports

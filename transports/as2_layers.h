// SPDX-License-Identifier: Apache-2.0
// Inside AS2: where the octets of an outbound message stay between its layers, in memory or in encrypted spools. Which layers
// there are and in what order is decided in one place for both (as2_compose.cpp).
#pragma once

#include "certs/cms.h"
#include "certs/octets.h"
#include "gateway/base/bytes.h"
#include "gateway/base/error.h"

#include <filesystem>
#include <list>
#include <memory>
#include <utility>
#include <vector>

namespace sallyport::transports {

// Every view lives as long as this. Used by one thread.
class Layers {
public:
    using View = const certs::Octets*;

    Layers() = default;
    virtual ~Layers() = default;
    Layers(const Layers&) = delete;
    Layers& operator=(const Layers&) = delete;
    Layers(Layers&&) = delete;
    Layers& operator=(Layers&&) = delete;

    View text(Bytes octets);
    View join(std::vector<View> parts);
    // CompressedData. Error codes: cms.compress, spool.*.
    virtual Result<View> compress(View content) = 0;
    // Error codes: cms.encrypt, spool.*.
    virtual Result<View> encrypt(View content,
                                 const certs::Certificate& recipient,
                                 const certs::EncryptOptions& options) = 0;

protected:
    View keep(std::unique_ptr<const certs::Octets> octets);

private:
    std::list<Bytes> m_texts;
    std::list<std::unique_ptr<const certs::Octets>> m_kept;
};

// What fits into memory: DER with known lengths throughout.
class MemoryLayers final : public Layers {
public:
    Result<View> compress(View content) override;
    Result<View> encrypt(View content,
                         const certs::Certificate& recipient,
                         const certs::EncryptOptions& options) override;
};

// What does not: constant memory; compressed data in parts of indefinite length.
class SpoolLayers final : public Layers {
public:
    explicit SpoolLayers(std::filesystem::path spools) : m_spools(std::move(spools)) {}
    Result<View> compress(View content) override;
    Result<View> encrypt(View content,
                         const certs::Certificate& recipient,
                         const certs::EncryptOptions& options) override;

private:
    std::filesystem::path m_spools;
};

}  // namespace sallyport::transports

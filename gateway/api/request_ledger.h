// SPDX-License-Identifier: Apache-2.0
// Nonces, webhook ids and answers of the partner API in the store, each forgotten when its time is over.
#pragma once

#include "gateway/base/clock.h"
#include "gateway/store/store.h"
#include "transports/https/ledger.h"

namespace sallyport::api {

// Thread-safe. References outlive it.
class StoreLedger final : public https::RequestLedger {
public:
    StoreLedger(store::Store& store, const Clock& clock) : m_store(store), m_clock(clock) {}

    Result<bool> claim(const Claim& claim) override;
    Result<std::optional<https::KeptAnswer>> answer(const std::string& partner,
                                                    const std::string& key) override;
    Result<https::KeptAnswer> keep(const std::string& partner,
                                   const std::string& key,
                                   const https::KeptAnswer& answer) override;

private:
    store::Store& m_store;
    const Clock& m_clock;
};

}  // namespace sallyport::api

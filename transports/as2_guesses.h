// SPDX-License-Identifier: Apache-2.0
// Inside AS2: how often one address may send an agreement what cannot be decrypted. CBC tells by its padding whether a bent
// ciphertext decrypts to something, and no wording of the answer hides that (what decrypts is answered otherwise, or taken);
// one octet of a captured message costs 128 such questions on average, and this is what makes them last.
#pragma once

#include "gateway/base/clock.h"
#include "transports/penalties.h"

#include <chrono>
#include <string>

namespace sallyport::transports {

struct GuessLimits {
    double points = 60;                   // undecryptable messages; half of them are forgotten in
    std::chrono::seconds halved_in{300};  // this time
    std::chrono::seconds pause{300};      // the first; every further one within a day doubles
    std::chrono::seconds longest_pause{3600};
};

// Thread-safe. `remote`: address with or without port. Other addresses and other agreements are not concerned, so that nobody
// can lock a partner out by sending rubbish in its name.
class DecryptionGuesses {
public:
    DecryptionGuesses(const GuessLimits& limits, const Clock& clock)
        : m_penalties({.points = limits.points,
                       .halved_in = limits.halved_in,
                       .ban = limits.pause,
                       .longest_ban = limits.longest_pause},
                      clock) {}

    // True when a pause begins with this failure.
    bool failed(const std::string& agreement, const std::string& remote) {
        return m_penalties.fail(key(agreement, remote), 1);
    }
    // How long nothing from there is opened for this agreement; zero: now.
    std::chrono::seconds pause(const std::string& agreement, const std::string& remote) const {
        return m_penalties.remaining(key(agreement, remote));
    }

private:
    static std::string key(const std::string& agreement, const std::string& remote) {
        return agreement + '\n' + penalty_key(remote) + '\n';
    }
    Penalties m_penalties;
};

}  // namespace sallyport::transports

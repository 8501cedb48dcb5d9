// SPDX-License-Identifier: Apache-2.0
// Inside AS2: how many messages of one agreement are worked on at a time.
#pragma once

#include "gateway/base/guarded.h"

#include <map>
#include <string>

namespace sallyport::transports {

// One of the places an agreement has; gives it back when it goes.
class Place {
public:
    using Places = Guarded<std::map<std::string, unsigned>>;
    Place(Places& places, const std::string& agreement, unsigned most)
        : m_places(places), m_agreement(agreement) {
        m_taken = m_places.with([&](auto& used) {
            unsigned& count = used[agreement];
            if (count >= most) return false;
            ++count;
            return true;
        });
    }
    ~Place() {
        if (!m_taken) return;
        m_places.with([&](auto& used) {
            const auto count = used.find(m_agreement);
            if (--count->second == 0) used.erase(count);
        });
    }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    Place(Place&&) = delete;
    Place& operator=(Place&&) = delete;
    bool taken() const { return m_taken; }

private:
    Places& m_places;
    const std::string m_agreement;
    bool m_taken = false;
};

}  // namespace sallyport::transports

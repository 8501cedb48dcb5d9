// SPDX-License-Identifier: Apache-2.0
// The rules of guides and uses, asked in passing: does a transaction keep them? What they have to say where it does not is
// GuideCheck's, over the tree. Private to parsers/.
#pragma once

#include "parsers/fast_set.h"
#include "parsers/guide.h"
#include "parsers/schema.h"

#include <cstdint>
#include <span>
#include <vector>

namespace sallyport::edi {

class GuideWatch {
public:
    // From here on transactions of `set`; guides may be null, and must outlive this. No guide has rules for it: not active.
    void use(const SetSchema& set, std::span<const Guide* const> guides);
    void stop() { m_flags.clear(); }
    bool active() const { return !m_flags.empty(); }

    void start();  // of a transaction, its header placed
    // Is there anything to ask at this node? For any node of the set, while active.
    bool watches(std::uint32_t node) const { return m_flags.data()[node] != 0; }
    // The next segment of a watched node. False: a rule is broken.
    bool holds(const Segment& segment, std::uint32_t node);
    bool end() const;  // false: something that is required was missing

private:
    enum Flag : std::uint8_t { Ruled = 1, Parent = 2 };
    struct Rule {
        const GuideRule* rule = nullptr;
        std::uint32_t parent = 0;  // node of the loop whose instances count its uses
        Presence condition;        // of Kind::Condition
        std::uint32_t uses = 0;    // in the instance at hand
        bool open = false;         // there is one
    };
    bool missing(const Rule& one) const;
    static bool keeps(Rule& one, const Segment& segment);

    std::vector<std::uint8_t> m_flags;  // by node
    std::vector<Rule> m_rules;
};

}  // namespace sallyport::edi

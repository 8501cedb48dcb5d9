// SPDX-License-Identifier: Apache-2.0
// Sequences of different elements (all of UBL, most of CII and cXML): the longest run of children that stands in order is
// taken to be right, so that one element moved is one finding. Models with groups: XML demands that they are
// deterministic (XML 1.0 appendix E), so the greedy match is the match.
#include "parsers/xml_content.h"

#include <algorithm>
#include <set>

namespace sallyport::edi {
namespace {

using Kind = ContentFinding::Kind;

// Which of `places` belong to the longest non-decreasing run; O(n log n).
std::vector<bool> in_order(const std::vector<std::uint32_t>& places) {
    constexpr std::size_t Nothing = ~std::size_t{0};
    std::vector<std::uint32_t> tails;     // smallest last place of a run of that length
    std::vector<std::size_t> tail_index;  // who it is
    std::vector<std::size_t> before(places.size(), Nothing);
    for (std::size_t i = 0; i < places.size(); ++i) {
        const auto at = static_cast<std::size_t>(
            std::upper_bound(tails.begin(), tails.end(), places[i]) - tails.begin());
        if (at > 0) before[i] = tail_index[at - 1];
        if (at == tails.size()) {
            tails.push_back(places[i]);
            tail_index.push_back(i);
        } else {
            tails[at] = places[i];
            tail_index[at] = i;
        }
    }
    std::vector<bool> kept(places.size(), false);
    for (std::size_t i = tail_index.empty() ? Nothing : tail_index.back(); i != Nothing;
         i = before[i])
        kept[i] = true;
    return kept;
}

std::vector<ContentFinding> check_flat(const XmlType& type,
                                       const std::vector<std::string_view>& children,
                                       std::size_t limit) {
    std::vector<ContentFinding> findings;
    std::vector<std::uint32_t> places;
    std::vector<std::size_t> counts(type.particles.size(), 0);
    for (const std::string_view tag : children) {
        places.push_back(type.by_tag.at(tag));
        ++counts[places.back()];
    }
    const auto too_many = [&](std::uint32_t place) {
        return type.particles[place].max != Unlimited && counts[place] > type.particles[place].max;
    };
    const std::vector<bool> kept = in_order(places);
    std::vector<std::size_t> seen(type.particles.size(), 0);
    for (std::size_t i = 0; i < places.size() && findings.size() < limit; ++i) {
        const std::uint32_t place = places[i];
        ++seen[place];
        if (too_many(place)) {
            if (seen[place] == std::size_t{type.particles[place].max} + 1)
                findings.push_back({Kind::Repeated, i, place, counts[place]});
        } else if (!kept[i]) {
            findings.push_back({Kind::Misplaced, i, place, 0});
        }
    }
    for (std::uint32_t place = 0; place < counts.size() && findings.size() < limit; ++place) {
        if (type.particles[place].mandatory && counts[place] == 0)
            findings.push_back({Kind::Missing, 0, place, 0});
    }
    return findings;
}

class Matcher {
public:
    Matcher(const XmlType& type, const std::vector<std::string_view>& children)
        : m_type(type), m_children(children) {}

    // The index (into `left`) of the first child that fits nowhere; left.size(): all fit.
    std::size_t run(const std::vector<std::size_t>& left) {
        m_left = &left;
        m_at = 0;
        m_missing.clear();
        for (std::uint32_t i = 0; i < m_type.particles.size(); i = m_type.particles[i].end)
            match(i);
        return m_at;
    }
    const std::vector<std::uint32_t>& missing() const { return m_missing; }

private:
    bool starts(std::uint32_t particle) const {
        if (m_at >= m_left->size()) return false;
        const std::string_view tag = m_children[(*m_left)[m_at]];
        return starts_with(particle, tag);
    }
    bool starts_with(std::uint32_t index, std::string_view tag) const {
        const XmlParticle& particle = m_type.particles[index];
        if (particle.kind == XmlParticle::Kind::Element) return particle.tag == tag;
        for (std::uint32_t i = index + 1; i < particle.end; i = m_type.particles[i].end) {
            if (starts_with(i, tag)) return true;
            if (particle.kind == XmlParticle::Kind::Sequence && !optional(i)) return false;
        }
        return false;
    }
    bool optional(std::uint32_t index) const {
        const XmlParticle& particle = m_type.particles[index];
        if (!particle.mandatory) return true;
        if (particle.kind == XmlParticle::Kind::Element) return false;
        bool all = true, any = false;
        for (std::uint32_t i = index + 1; i < particle.end; i = m_type.particles[i].end) {
            all = all && optional(i);
            any = any || optional(i);
        }
        return particle.kind == XmlParticle::Kind::Choice ? any : all;
    }
    void match(std::uint32_t index) {
        const XmlParticle& particle = m_type.particles[index];
        std::uint32_t count = 0;
        while ((particle.max == Unlimited || count < particle.max) && starts(index)) {
            once(index);
            ++count;
        }
        if (count == 0 && !optional(index)) m_missing.push_back(index);
    }
    void once(std::uint32_t index) {
        const XmlParticle& particle = m_type.particles[index];
        if (particle.kind == XmlParticle::Kind::Element) {
            ++m_at;
            return;
        }
        for (std::uint32_t i = index + 1; i < particle.end; i = m_type.particles[i].end) {
            if (particle.kind == XmlParticle::Kind::Sequence) {
                match(i);
            } else if (starts(i)) {
                match(i);
                return;
            }
        }
    }

    const XmlType& m_type;
    const std::vector<std::string_view>& m_children;
    const std::vector<std::size_t>* m_left = nullptr;
    std::size_t m_at = 0;
    std::vector<std::uint32_t> m_missing;
};

std::vector<ContentFinding> check_groups(const XmlType& type,
                                         const std::vector<std::string_view>& children,
                                         std::size_t limit) {
    constexpr std::size_t MostRounds =
        16;  // each is linear; what is beyond is one document too many anyway
    std::vector<ContentFinding> findings;
    std::vector<std::size_t> left(children.size());
    for (std::size_t i = 0; i < left.size(); ++i)
        left[i] = i;
    Matcher matcher(type, children);
    std::set<std::string_view> removed;
    std::size_t at = matcher.run(left);
    while (at < left.size() && findings.size() < std::min(limit, MostRounds)) {
        const std::string_view tag = children[left[at]];
        findings.push_back({Kind::Choice, left[at], type.by_tag.at(tag), 0});
        removed.insert(tag);
        left.erase(left.begin() + static_cast<std::ptrdiff_t>(at));
        at = matcher.run(left);
    }
    if (at < left.size()) return findings;
    for (const std::uint32_t particle : matcher.missing()) {
        bool elsewhere = false;
        for (std::uint32_t i = particle; i < type.particles[particle].end; ++i)
            elsewhere = elsewhere || removed.count(type.particles[i].tag) > 0;
        if (!elsewhere && findings.size() < limit)
            findings.push_back({Kind::Missing, 0, particle, 0});
    }
    return findings;
}

}  // namespace

std::vector<ContentFinding> check_content(const XmlType& type,
                                          const std::vector<std::string_view>& children,
                                          std::size_t limit) {
    return type.flat ? check_flat(type, children, limit) : check_groups(type, children, limit);
}

}  // namespace sallyport::edi

// SPDX-License-Identifier: Apache-2.0
// Random values for the laws, each fit for its element and its lenses. Private to mappings/.
#pragma once

#include "gateway/base/clock.h"
#include "mappings/plan.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sallyport::mapping {

// How one random document is. Every document draws its own, so that ten thousand of them are ten thousand different
// mixtures of sparse and full, short and long, plain and awkward.
struct Shape {
    enum class Length : std::uint8_t { Any, Short, Least, Most };
    enum class Letters : std::uint8_t { Plain, Mixed, Marks, Foreign };
    enum class Numbers : std::uint8_t { Usual, Zero, Large, Fine, Negative };
    unsigned optional = 75;    // percent of the optional places that are filled
    std::size_t entries = 3;   // most entries of one list
    std::size_t records = 60;  // most entries of all lists together
    Length length = Length::Any;
    Letters letters = Letters::Plain;
    Numbers numbers = Numbers::Usual;
};

class RandomValues {
public:
    // `random` must outlive this.
    RandomValues(const Plan& plan, Random& random);

    const Shape& shape() const { return m_shape; }
    std::size_t below(std::size_t limit) { return limit == 0 ? 0 : m_random.next() % limit; }
    bool chance(unsigned percent) { return below(100) < percent; }
    bool optional() { return chance(m_shape.optional); }

    // A text for field `index` of a move; empty: the rule carries none.
    std::string value(const PlanStep& step, std::size_t index);

private:
    struct Room {
        std::size_t least = 1, most = 20;
    };
    std::string digits(std::size_t count);
    std::string number(std::size_t most);
    std::string word(Room room, bool plain);
    void letter(std::string& out, bool plain);
    std::size_t size_in(Room room);
    std::string date(const edi::Element* element);
    std::string time(bool seconds);
    std::string decimal(const Field& field, const edi::Element* element);
    std::string plain(const Field& field, const edi::Element* element, Room room, bool ascii);
    std::string lensed(const PlanStep& step, std::size_t index);
    std::string of_table(const LensOp& lens, const edi::Element* element, const Field& field);
    std::string sentence(const PlanStep& step, std::size_t width);
    std::string with_check_digit(std::size_t size);

    const Plan& m_plan;
    Random& m_random;
    Shape m_shape;
    bool m_varied = true;  // a value in a few goes its own way
};

}  // namespace sallyport::mapping

// SPDX-License-Identifier: Apache-2.0
// Valid interchanges of any size, made from a seed: purchase orders of forty lines, 850 (004010) or ORDERS (D.96A).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace sallyport::edi::bench {

// Octets come in pieces of about 64 KiB, so that a gigabyte needs no memory. Not thread-safe.
class Generator {
public:
    enum class Kind : std::uint8_t { X12, Edifact };
    Generator(Kind kind, std::size_t octets, std::uint64_t seed)
        : m_kind(kind), m_octets(octets), m_state(seed) {}

    // The next piece; empty: the interchange is complete.
    std::string next() {
        std::string piece;
        if (m_done) return piece;
        if (m_orders == 0) header(piece);
        while (piece.size() < (std::size_t{64} << 10) && m_written + piece.size() < m_octets)
            m_kind == Kind::X12 ? order_x12(piece) : order_edifact(piece);
        m_written += piece.size();
        if (m_written >= m_octets) {
            trailer(piece);
            m_done = true;
        }
        return piece;
    }
    std::string all() {
        std::string octets;
        octets.reserve(m_octets + (std::size_t{64} << 10));
        for (std::string piece = next(); !piece.empty(); piece = next())
            octets += piece;
        return octets;
    }
    std::uint64_t orders() const { return m_orders; }

private:
    static constexpr int Lines = 40;

    // splitmix64: the same everywhere, which the standard's distributions are not.
    std::uint64_t draw(std::uint64_t below) {
        m_state += 0x9E3779B97F4A7C15;
        std::uint64_t z = m_state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return (z ^ (z >> 31)) % below;
    }
    std::string digits(std::size_t count) {
        std::string text;
        for (std::size_t i = 0; i < count; ++i)
            text += static_cast<char>('0' + draw(10));
        return text;
    }
    std::string number(std::uint64_t below) { return std::to_string(1 + draw(below)); }
    std::string price() { return number(200) + "." + digits(2); }
    std::string word() {
        static constexpr const char* Words[] = {"WRENCH",
                                                "BRACKET",
                                                "M8",
                                                "STEEL",
                                                "BLUE",
                                                "12MM",
                                                "HEX",
                                                "Bolt",
                                                "Gasket",
                                                "kit",
                                                "left-hand",
                                                "EPDM"};
        return Words[draw(12)];
    }
    std::string words() { return word() + " " + word() + " " + word(); }

    void header(std::string& out) const {
        if (m_kind == Kind::X12) {
            out +=
                "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       "
                "*261120*1015*U*00401*000000001*0*P*>~GS*PO*SENDER*RECEIVER*20261120*1015*1*X*"
                "004010~";
        } else {
            out += "UNA:+.? 'UNB+UNOC:3+4012345000009:14+4098765000003:14+261120:1015+1'";
        }
    }
    void trailer(std::string& out) const {
        const std::string count = std::to_string(m_orders);
        out += m_kind == Kind::X12 ? "GE*" + count + "*1~IEA*1*000000001~" : "UNZ+" + count + "+1'";
    }

    void order_x12(std::string& out) {
        std::string control = std::to_string(++m_orders);
        control.insert(0, control.size() < 4 ? 4 - control.size() : 0, '0');
        out += "ST*850*" + control + "~BEG*00*SA*PO" + digits(8) + "**20261120~REF*DP*" +
               digits(3) + "~PER*BD*" + word() + "*TE*" + digits(10) +
               "~FOB*PP~DTM*002*20261201~TD5*O*2*" + word() + "*M~N1*ST*" + words() + "*92*" +
               digits(4) + "~N3*" + number(999) + " MAIN ST~N4*" + "SPRINGFIELD*IL*" + digits(5) +
               "*US~N1*BT*" + words() + "*9*" + digits(13) + "~";
        int segments = 11;
        for (int line = 1; line <= Lines; ++line) {
            out += "PO1*" + std::to_string(line) + "*" + number(500) + "*EA*" + price() +
                   "*PE*UP*" + digits(12) + "*VN*" + word() + "-" + digits(5) + "~PID*F****" +
                   words() + "~";
            segments += 2;
            if (draw(4) == 0) {
                out += "PO4*" + number(48) + "*1*EA~";
                ++segments;
            }
        }
        out += "CTT*" + std::to_string(Lines) + "~SE*" + std::to_string(segments + 2) + "*" +
               control + "~";
    }

    void order_edifact(std::string& out) {
        const std::string reference = std::to_string(++m_orders);
        out += "UNH+" + reference + "+ORDERS:D:96A:UN'BGM+220+PO" + digits(8) +
               "+9'DTM+137:20261120:102'DTM+2:20261201:102'RFF+CT:" + digits(7) + "'NAD+BY+" +
               digits(13) + "::9'NAD+SU+" + digits(13) + "::9++" + words() + "+MAIN ST " +
               number(999) + "+SPRINGFIELD++" + digits(5) + "+US'CUX+2:EUR:9'";
        int segments = 8;
        for (int line = 1; line <= Lines; ++line) {
            out += "LIN+" + std::to_string(line) + "++" + digits(13) + ":EN'PIA+1+" + word() + "-" +
                   digits(5) + ":SA'IMD+F++:::" + word() + " " + word() +
                   (draw(25) == 0 ? " 3/4?' wide" : "") + "'QTY+21:" + number(500) +
                   ":PCE'PRI+AAA:" + price() + "'";
            segments += 5;
            if (draw(4) == 0) {
                out += "RFF+LI:" + std::to_string(line) + "'";
                ++segments;
            }
        }
        out += "UNS+S'CNT+2:" + std::to_string(Lines) + "'UNT+" + std::to_string(segments + 3) +
               "+" + reference + "'";
    }

    Kind m_kind;
    std::size_t m_octets, m_written = 0;
    std::uint64_t m_state;
    std::uint64_t m_orders = 0;
    bool m_done = false;
};

}  // namespace sallyport::edi::bench

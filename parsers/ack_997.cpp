// SPDX-License-Identifier: Apache-2.0
// X12 997 and 999: AK1 … AK9 from faults, and back. The 999 says IK3, IK4, IK5 and knows a context (CTX).
#include "parsers/ack_parts.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

namespace sallyport::edi {
namespace {

constexpr std::size_t MaxAk3 = 999'999, MaxAk4 = 99, MaxCodes = 5;

bool is_error(const Fault& fault) {
    return fault.severity == Severity::Error;
}

// Errors at transaction or group level speak about the envelope: the set cannot be relied on, whatever the policy.
bool breaks_envelope(const TransactionReport& transaction) {
    return std::any_of(
        transaction.faults.begin(), transaction.faults.end(), [](const Fault& fault) {
            return is_error(fault) && fault.scope == Scope::Transaction;
        });
}

bool breaks_group(const GroupReport& group) {
    return std::any_of(group.faults.begin(), group.faults.end(), [](const Fault& fault) {
        return is_error(fault) && !fault.ack.ak9.empty();
    });
}

// Copies of bad data must not hold separators, and AK404 has 99 characters at most.
std::string copy_of(const std::string& value) {
    std::string copy;
    for (const char c : value) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == ' ' || c == '-' || c == '.' || c == '/' ||
                           c == ',' || c == '#';
        if (plain && copy.size() < 99) copy += c;
    }
    const std::size_t last = copy.find_last_not_of(' ');
    return last == std::string::npos ? std::string() : copy.substr(0, last + 1);
}

std::string number(std::uint64_t value) {
    return std::to_string(value);
}

// Loop identifiers in AK303 have at most four characters: the innermost loop, when it fits.
std::string loop_id(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    std::string id = slash == std::string::npos ? path : path.substr(slash + 1);
    if (id.size() > 4) id.clear();
    return id;
}

// What depends on another element: the 999 names the context that asked for it (CTX).
bool is_conditional(const Fault& fault) {
    return fault.code == "edi.element.condition" || fault.code == "edi.element.exclusion" ||
           fault.code == "guide.element.condition" || fault.code == "guide.element.exclusion";
}

class SegmentDetail {
public:
    SegmentDetail(std::vector<DraftSegment>& out, AckForm form) : m_out(out), m_form(form) {}

    // All faults of one segment position: AK3 once per segment code, element faults under one AK3 with code 8.
    void add(const std::vector<const Fault*>& faults) {
        for (const Fault* fault : faults) {
            if (fault->scope == Scope::Segment && !fault->ack.ak3.empty())
                ak3(*fault, word(fault->ack.ak3, fault->ack.ik3));
        }
        std::size_t count = 0;
        for (const Fault* fault : faults) {
            if (fault->scope != Scope::Element || fault->ack.ak4.empty() || count == MaxAk4)
                continue;
            if (count++ == 0) ak3(*fault, "8");
            ak4(*fault);
        }
    }

private:
    // The 999 has words of its own for what an implementation guide says.
    std::string_view word(std::string_view ak, std::string_view ik) const {
        return m_form == AckForm::F999 && !ik.empty() ? ik : ak;
    }
    void ak3(const Fault& fault, std::string_view code) {
        const std::string tag = copy_of(fault.segment).substr(0, 3);
        m_out.push_back(
            DraftSegment(m_form == AckForm::F999 ? "IK3" : "AK3",
                         {tag.size() < 2 ? std::string_view("ZZZ") : std::string_view(tag),
                          number(fault.position),
                          loop_id(fault.loop),
                          code}));
    }
    void ak4(const Fault& fault) {
        DraftSegment segment(m_form == AckForm::F999 ? "IK4" : "AK4");
        segment.set({1, 1, 1}, number(fault.element));
        if (fault.component != 0) segment.set({1, 2, 1}, number(fault.component));
        if (!fault.reference.empty() && std::all_of(fault.reference.begin(),
                                                    fault.reference.end(),
                                                    [](char c) { return c >= '0' && c <= '9'; })) {
            segment.set(2, std::string(fault.reference));
        }
        segment.set(3, std::string(word(fault.ack.ak4, fault.ack.ik4)));
        if (m_form == AckForm::F999 && fault.repetition > 1)
            segment.set({1, 3, 1}, number(fault.repetition));
        segment.set(4, copy_of(fault.value));
        m_out.push_back(std::move(segment));
        if (m_form == AckForm::F999 && is_conditional(fault)) {
            DraftSegment context("CTX",
                                 {"SITUATIONAL TRIGGER",
                                  fault.segment,
                                  number(fault.position),
                                  loop_id(fault.loop)});
            context.set({5, 1, 1}, number(fault.element));
            if (fault.component != 0) context.set({5, 2, 1}, number(fault.component));
            m_out.push_back(std::move(context));
        }
    }
    std::vector<DraftSegment>& m_out;
    AckForm m_form;
};

bool has_detail(const Fault& fault) {
    return is_error(fault) && (!fault.ack.ak3.empty() || !fault.ack.ak4.empty()) &&
           fault.scope != Scope::Transaction;
}

void transaction_detail(const TransactionReport& transaction,
                        AckForm form,
                        std::vector<DraftSegment>& body) {
    SegmentDetail detail(body, form);
    std::vector<const Fault*> same;
    const auto flush = [&] {
        if (!same.empty()) detail.add(same);
        same.clear();
    };
    for (const Fault& fault : transaction.faults) {
        if (!has_detail(fault)) continue;
        if (!same.empty() && (same.back()->position != fault.position)) flush();
        if (body.size() >= MaxAk3) break;
        same.push_back(&fault);
    }
    flush();
}

void add_codes(DraftSegment& segment,
               std::uint16_t first,
               const std::vector<std::string_view>& codes) {
    for (std::size_t i = 0; i < codes.size() && i < MaxCodes; ++i)
        segment.set(static_cast<std::uint16_t>(first + i), std::string(codes[i]));
}

void add_once(std::vector<std::string_view>& codes, std::string_view code) {
    if (!code.empty() && std::find(codes.begin(), codes.end(), code) == codes.end())
        codes.push_back(code);
}

DraftSegment ak5(const TransactionReport& transaction, char verdict, AckForm form) {
    DraftSegment segment(form == AckForm::F999 ? "IK5" : "AK5", {std::string_view(&verdict, 1)});
    if (verdict == 'A') return segment;
    std::vector<std::string_view> codes;
    bool detail = false;
    for (const Fault& fault : transaction.faults) {
        if (!is_error(fault)) continue;
        if (fault.scope == Scope::Transaction) add_once(codes, fault.ack.ak5);
        detail = detail || has_detail(fault);
    }
    if (detail) codes.push_back("5");
    std::sort(codes.begin(), codes.end(), [](std::string_view a, std::string_view b) {
        return a.size() != b.size() ? a.size() < b.size() : a < b;
    });
    add_codes(segment, 2, codes);
    return segment;
}

char group_verdict(const GroupReport& group,
                   AcceptancePolicy policy,
                   std::size_t accepted,
                   bool with_errors) {
    if (breaks_group(group)) return 'R';
    if (accepted == group.transactions.size()) return with_errors ? 'E' : 'A';
    if (accepted == 0 || policy == AcceptancePolicy::RejectGroup) return 'R';
    return 'P';
}

std::uint32_t number_of(std::string_view digits) {
    std::uint32_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

char letter(std::string_view text) {
    return text.size() == 1 ? text[0] : '\0';
}

void read_detail(const Segment& segment, AckedTransaction& transaction) {
    if ((segment.tag == "AK3" || segment.tag == "IK3")) {
        AckedElement detail;
        detail.segment = segment.text(1);
        detail.segment_position = number_of(segment.text(2));
        detail.loop = segment.text(3);
        detail.segment_code = segment.text(4);
        transaction.details.push_back(std::move(detail));
        return;
    }
    if (transaction.details.empty()) return;
    AckedElement detail = transaction.details.back();  // the AK3 above
    if (detail.element == 0) transaction.details.pop_back();
    detail.element = static_cast<std::uint16_t>(number_of(segment.text(1)));
    detail.component = static_cast<std::uint16_t>(number_of(segment.text(1, 2)));
    detail.repetition = static_cast<std::uint16_t>(number_of(segment.text(1, 3)));
    detail.reference = segment.text(2);
    detail.code = segment.text(3);
    detail.value = segment.text(4);
    transaction.details.push_back(std::move(detail));
}

Result<AckedGroup> read_one(const Transaction& transaction) {
    AckedGroup group;
    bool opened = false, closed = false;
    for (const Segment& segment : transaction.segments) {
        if (segment.tag == "AK1") {
            group.functional_id = segment.text(1);
            group.control = segment.text(2);
            opened = !group.functional_id.empty();
        } else if (segment.tag == "AK2") {
            group.transactions.emplace_back();
            group.transactions.back().set = segment.text(1);
            group.transactions.back().control = segment.text(2);
        } else if (((segment.tag == "AK3" || segment.tag == "IK3") || segment.tag == "AK4" ||
                    segment.tag == "IK4") &&
                   !group.transactions.empty()) {
            read_detail(segment, group.transactions.back());
        } else if ((segment.tag == "AK5" || segment.tag == "IK5") && !group.transactions.empty()) {
            group.transactions.back().verdict = letter(segment.text(1));
            for (std::uint16_t element = 2; element <= 6; ++element) {
                if (!segment.text(element).empty())
                    group.transactions.back().codes.emplace_back(segment.text(element));
            }
        } else if (segment.tag == "AK9") {
            group.verdict = letter(segment.text(1));
            group.included = number_of(segment.text(2));
            group.received = number_of(segment.text(3));
            group.accepted = number_of(segment.text(4));
            for (std::uint16_t element = 5; element <= 9; ++element) {
                if (!segment.text(element).empty()) group.codes.emplace_back(segment.text(element));
            }
            closed = group.verdict != '\0';
        }
    }
    if (opened && closed) return group;
    return Error("x12.997.shape",
                 Blame::Partner,
                 std::string("the functional acknowledgement has no usable ") +
                     (opened ? "AK9" : "AK1"))
        .at({.source = {},
             .byte = transaction.segments.front().place.byte,
             .line = transaction.segments.front().place.line})
        .remedy("ask the partner to send the acknowledgement again");
}

}  // namespace

std::optional<AcceptancePolicy> policy_named(std::string_view name) {
    if (name == "reject-transaction") return AcceptancePolicy::RejectTransaction;
    if (name == "reject-group") return AcceptancePolicy::RejectGroup;
    if (name == "accept-with-errors") return AcceptancePolicy::AcceptWithErrors;
    return std::nullopt;
}

bool is_acknowledgement(std::string_view set) {
    return set == "997" || set == "999" || set == "TA1" || set == "CONTRL";
}

char verdict(const GroupReport& group,
             const TransactionReport& transaction,
             AcceptancePolicy policy) {
    if (breaks_group(group) || breaks_envelope(transaction)) return 'R';
    if (policy == AcceptancePolicy::RejectGroup && !group.accepted()) return 'R';
    if (transaction.accepted()) return 'A';
    return policy == AcceptancePolicy::AcceptWithErrors ? 'E' : 'R';
}

std::optional<DraftTransaction> make_997(const GroupReport& group,
                                         AcceptancePolicy policy,
                                         std::string control) {
    return make_acknowledgement(group, policy, std::move(control), AckForm::F997);
}

std::optional<DraftTransaction> make_acknowledgement(const GroupReport& group,
                                                     AcceptancePolicy policy,
                                                     std::string control,
                                                     AckForm form) {
    if (group.functional_id == "FA" || group.functional_id.empty()) return std::nullopt;
    const auto answerable = [](const TransactionReport& one) {
        return !is_acknowledgement(one.set);
    };
    if (!group.transactions.empty() &&
        std::none_of(group.transactions.begin(), group.transactions.end(), answerable))
        return std::nullopt;
    DraftTransaction ack{form == AckForm::F999 ? "999" : "997", std::move(control), {}};
    ack.body.push_back(DraftSegment(
        "AK1",
        {group.functional_id, group.control.empty() ? "0" : std::string_view(group.control)}));
    if (form == AckForm::F999) ack.body.back().set(3, group.version);
    std::size_t accepted = 0;
    bool with_errors = false;
    for (const TransactionReport& transaction : group.transactions) {
        const char outcome = verdict(group, transaction, policy);
        ack.body.push_back(DraftSegment("AK2", {transaction.set, transaction.control}));
        if (outcome != 'A') transaction_detail(transaction, form, ack.body);
        ack.body.push_back(ak5(transaction, outcome, form));
        accepted += outcome == 'R' ? 0 : 1;
        with_errors = with_errors || outcome == 'E';
    }
    const char whole = group_verdict(group, policy, accepted, with_errors);
    const std::string received = number(group.transactions.size());
    const std::string included = group.complete ? number(group.stated_transactions) : received;
    DraftSegment ak9(
        "AK9",
        {std::string_view(&whole, 1), included, received, number(whole == 'R' ? 0 : accepted)});
    std::vector<std::string_view> codes;
    for (const Fault& fault : group.faults) {
        if (is_error(fault)) add_once(codes, fault.ack.ak9);
    }
    add_codes(ak9, 5, codes);
    ack.body.push_back(std::move(ak9));
    return ack;
}

void mirror_envelope(const InterchangeReport& received,
                     const AckEnvelope& envelope,
                     DraftInterchange& out) {
    out.separators = envelope.separators;
    out.sender_qualifier = received.receiver_qualifier;
    out.sender = received.receiver;
    out.receiver_qualifier = received.sender_qualifier;
    out.receiver = received.sender;
    out.date = envelope.date.size() == 8 ? envelope.date.substr(2) : envelope.date;
    out.time = envelope.time.substr(0, 4);
    out.version = envelope.isa_version;
    out.control = envelope.interchange_control;
    out.test = received.test;
    // Where ISA16 was forgotten there is no component separator to mirror.
    if (out.separators.component == '\0') out.separators.component = '>';
    out.style.transliterate = true;
    out.style.replace_separator = ' ';
}

DraftGroup mirror_group(const GroupReport& group,
                        const AckEnvelope& envelope,
                        std::string functional_id) {
    DraftGroup mirrored;
    mirrored.functional_id = std::move(functional_id);
    mirrored.sender = envelope.gs_sender.empty() ? group.receiver : envelope.gs_sender;
    mirrored.receiver = envelope.gs_receiver.empty() ? group.sender : envelope.gs_receiver;
    mirrored.date = envelope.date;
    mirrored.time = envelope.time;
    mirrored.control = envelope.group_control;
    mirrored.version = envelope.version;
    return mirrored;
}

Result<std::string> write_997(const InterchangeReport& received,
                              AcceptancePolicy policy,
                              const AckEnvelope& envelope) {
    DraftInterchange out;
    for (const GroupReport& group : received.groups) {
        auto ack = make_acknowledgement(group, policy, {}, envelope.form);
        if (!ack) continue;
        ack->control = envelope.transaction_control();
        if (out.groups.empty()) {
            out.groups.push_back(mirror_group(group, envelope, "FA"));
        }
        out.groups.front().transactions.push_back(std::move(*ack));
    }
    if (envelope.ta1 && ta1_is_due(received)) out.extra.push_back(make_ta1(received));
    if (out.groups.empty() && out.extra.empty()) return std::string();
    mirror_envelope(received, envelope, out);
    auto written = write_x12(out);
    if (!written)
        return std::move(written).error().during("acknowledging interchange " + received.control);
    return written;
}

Result<std::vector<AckedGroup>> read_997(const Document& document) {
    std::vector<AckedGroup> groups;
    for (const Interchange& interchange : document.interchanges) {
        for (const Group& group : interchange.groups) {
            for (const Transaction& transaction : group.transactions) {
                if (transaction.set != "997" && transaction.set != "999") continue;
                auto one = read_one(transaction);
                if (!one) return std::move(one).error();
                one->sender = interchange.sender;
                one->receiver = interchange.receiver;
                groups.push_back(std::move(*one));
            }
        }
    }
    return groups;
}

}  // namespace sallyport::edi

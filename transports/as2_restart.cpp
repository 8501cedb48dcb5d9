// SPDX-License-Identifier: Apache-2.0
#include "transports/as2_restart.h"

#include "gateway/base/digest.h"
#include "transports/as2_message.h"
#include "transports/mime.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace sallyport::transports {
namespace {

constexpr std::size_t LongestEtag = 256;
constexpr std::size_t MostFeatures = 32;

std::optional<std::uint64_t> number(std::string_view text) {
    std::uint64_t value = 0;
    const char* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, value);
    if (text.empty() || read.ec != std::errc() || read.ptr != end) return std::nullopt;
    return value;
}

// "bytes 1-2/3" and "1-2/3", as the draft's first readers wrote it.
std::string_view without_unit(std::string_view text) {
    text = trim(text);
    if (lower(text.substr(0, 5)) == "bytes") text = trim(text.substr(5));
    if (text.starts_with('=')) text = trim(text.substr(1));
    return text;
}

Error busy() {
    return {"as2.restart.busy",
            Blame::Network,
            "another connection brings this transfer at the moment"};
}

Error wrong_range(std::string what) {
    return {"as2.restart.range", Blame::Partner, std::move(what)};
}

HttpResponse plain(int status, std::string_view text) {
    return {.status = status,
            .headers = {{"Content-Type", "text/plain; charset=us-ascii"}},
            .body = Bytes(text) + "\r\n"};
}

}  // namespace

std::string our_features(const As2Agreement& agreement, bool restart) {
    std::string features;
    if (restart && agreement.outbound.restart != Restart::Off) features = RestartFeature;
    if (agreement.cem) features += (features.empty() ? "" : ", ") + std::string(CemFeature);
    return features;
}

void add_version(HeaderList& headers, const std::string& features) {
    headers.emplace_back("AS2-Version", features.empty() ? "1.1" : "1.2");
    if (!features.empty()) headers.emplace_back("EDIINT-Features", features);
}

std::set<std::string> read_features(const HeaderList& headers) {
    std::set<std::string> features;
    for (const auto& [name, value] : headers) {
        if (!equal_no_case(name, "EDIINT-Features")) continue;
        std::string_view rest = value;
        while (!rest.empty() && features.size() < MostFeatures) {
            const auto comma = std::min(rest.find(','), rest.size());
            const auto one = trim(rest.substr(0, comma));
            if (!one.empty() && one.size() <= 64) features.insert(lower(one));
            rest.remove_prefix(std::min(comma + 1, rest.size()));
        }
    }
    return features;
}

void PartnerFeatures::note(const std::string& agreement, const HeaderList& headers) {
    auto features = read_features(headers);
    m_known.with([&](auto& known) { known[agreement] = std::move(features); });
}

bool PartnerFeatures::has(const std::string& agreement, std::string_view feature) const {
    return m_known.with([&](const auto& known) {
        const auto found = known.find(agreement);
        return found != known.end() && found->second.contains(lower(feature));
    });
}

std::optional<ContentRange> read_content_range(std::string_view text) {
    text = without_unit(text);
    const auto dash = text.find('-');
    const auto slash = text.find('/');
    if (dash == std::string_view::npos || slash == std::string_view::npos || slash < dash)
        return std::nullopt;
    const auto first = number(text.substr(0, dash));
    const auto last = number(text.substr(dash + 1, slash - dash - 1));
    const auto total = number(text.substr(slash + 1));
    if (!first || !last || !total || *last < *first || *last >= *total) return std::nullopt;
    return ContentRange{.first = *first, .last = *last, .total = *total};
}

std::optional<std::uint64_t> read_held(std::string_view text) {
    text = without_unit(text);
    if (!text.starts_with("*/")) return std::nullopt;
    return number(text.substr(2));
}

std::string restart_etag(const std::string& message_id) {
    return '"' + sha256_hex("restart " + message_id).substr(0, 40) + '"';
}

struct RestartTable::Transfer {
    std::unique_ptr<certs::Spool> spool;
    std::optional<std::uint64_t> total;  // once a range or the end of a body has said it
    std::chrono::steady_clock::time_point touched;
    bool busy = false;
    bool whole() const { return total && spool->size() == *total; }
};

struct RestartTable::State {
    using Key = std::pair<std::string, std::string>;  // agreement, ETag
    std::map<Key, std::shared_ptr<Transfer>> transfers;
    std::uint64_t bytes = 0;  // of all spools

    void forget(std::map<Key, std::shared_ptr<Transfer>>::iterator one) {
        bytes -= one->second->spool->size();
        transfers.erase(one);
    }
};

// The body of one request. While it lives nobody else has the transfer, which is written outside the lock.
class RestartTable::Part final : public BodyParts, public std::enable_shared_from_this<Part> {
public:
    struct Place {
        std::shared_ptr<Guarded<State>> state;
        std::shared_ptr<Transfer> transfer;
        std::uint64_t most_bytes;
        const Clock& clock;
        std::uint64_t skip;  // octets of what comes that are here already
    };
    explicit Part(Place place) : m_place(std::move(place)) {}
    ~Part() override {
        const auto now = m_place.clock.steady_now();
        m_place.state->with([&](State&) {
            m_place.transfer->touched = now;
            m_place.transfer->busy = false;
        });
    }
    Part(const Part&) = delete;
    Part& operator=(const Part&) = delete;
    Part(Part&&) = delete;
    Part& operator=(Part&&) = delete;

    Status append(BytesView octets) override {
        const auto known =
            static_cast<std::size_t>(std::min<std::uint64_t>(m_place.skip, octets.size()));
        m_place.skip -= known;
        octets.remove_prefix(known);
        const bool room = m_place.state->with([&](State& state) {
            if (state.bytes + octets.size() > m_place.most_bytes) return false;
            state.bytes += octets.size();
            return true;
        });
        if (!room)
            return Error("http.busy",
                         Blame::Network,
                         "too much of cut transfers is being kept, try again later");
        return m_place.transfer->spool->append(octets);
    }
    std::shared_ptr<const certs::Octets> whole() override {
        auto& transfer = *m_place.transfer;
        if (!transfer.total) transfer.total = transfer.spool->size();
        if (!transfer.whole()) return nullptr;
        return {shared_from_this(), transfer.spool.get()};
    }

private:
    Place m_place;
};

RestartTable::RestartTable(std::filesystem::path folder, RestartLimits limits, const Clock& clock)
    : m_folder(std::move(folder)),
      m_limits(limits),
      m_clock(clock),
      m_state(std::make_shared<Guarded<State>>()) {}

RestartTable::~RestartTable() = default;

Result<std::uint64_t> RestartTable::held(const std::string& agreement, const std::string& etag) {
    return m_state->with([&](State& state) -> Result<std::uint64_t> {
        const auto found = state.transfers.find({agreement, etag});
        if (found == state.transfers.end()) return std::uint64_t{0};
        if (found->second->busy) return busy();
        return found->second->spool->size();
    });
}

// What is too old goes; then, where an agreement has too many, its oldest.
void RestartTable::make_room(State& state, const std::string& agreement) const {
    const auto now = m_clock.steady_now();
    std::size_t mine = 0;
    auto oldest = state.transfers.end();
    for (auto one = state.transfers.begin(); one != state.transfers.end();) {
        const Transfer& transfer = *one->second;
        const auto keep = transfer.whole() ? m_limits.keep_whole : m_limits.keep;
        if (!transfer.busy && now - transfer.touched > keep) {
            state.forget(one++);
            continue;
        }
        if (one->first.first == agreement) {
            ++mine;
            const bool older =
                oldest == state.transfers.end() || transfer.touched < oldest->second->touched;
            if (!transfer.busy && older) oldest = one;
        }
        ++one;
    }
    if (mine >= m_limits.transfers_per_agreement && oldest != state.transfers.end())
        state.forget(oldest);
}

Result<std::shared_ptr<BodyParts>> RestartTable::begin(const std::string& agreement,
                                                       const std::string& etag,
                                                       const std::optional<ContentRange>& range) {
    auto spool = certs::Spool::create(m_folder);
    if (!spool) return std::move(spool).error();
    return m_state->with([&](State& state) -> Result<std::shared_ptr<BodyParts>> {
        const State::Key key{agreement, etag};
        auto found = state.transfers.find(key);
        if (found != state.transfers.end() && found->second->busy) return busy();
        if (range) {
            const std::uint64_t here =
                found == state.transfers.end() ? 0 : found->second->spool->size();
            if (range->first > here) return wrong_range("octets before the range are missing");
            const auto total = found == state.transfers.end() ? std::nullopt : found->second->total;
            if (total && *total != range->total) {
                state.forget(found);
                return wrong_range("the range is of another message");
            }
        } else if (found != state.transfers.end()) {
            state.forget(found);
            found = state.transfers.end();
        }
        if (found == state.transfers.end()) {
            make_room(state, agreement);
            if (state.bytes >= m_limits.bytes ||
                std::count_if(state.transfers.begin(), state.transfers.end(), [&](const auto& one) {
                    return one.first.first == agreement;
                }) >= static_cast<std::ptrdiff_t>(m_limits.transfers_per_agreement))
                return Error("http.busy", Blame::Network, "too many transfers are under way");
            auto fresh = std::make_shared<Transfer>();
            fresh->spool = *std::move(spool);
            found = state.transfers.emplace(key, std::move(fresh)).first;
        }
        Transfer& transfer = *found->second;
        transfer.busy = true;
        if (range) transfer.total = range->total;
        const std::uint64_t skip = range ? transfer.spool->size() - range->first : 0;
        return std::shared_ptr<BodyParts>(
            std::make_shared<Part>(Part::Place{.state = m_state,
                                               .transfer = found->second,
                                               .most_bytes = m_limits.bytes,
                                               .clock = m_clock,
                                               .skip = skip}));
    });
}

HttpResponse answer_head(RestartTable* table,
                         const HttpRequest& head,
                         const As2Directory& directory) {
    HttpResponse response;
    const auto from = read_as2_name(header_or_empty(head.headers, "AS2-From"));
    const auto to = read_as2_name(header_or_empty(head.headers, "AS2-To"));
    const auto agreement = from && to ? directory.by_ids(*from, *to) : nullptr;
    if (table == nullptr || !agreement || agreement->outbound.restart == Restart::Off)
        return response;
    add_version(response.headers, our_features(*agreement, true));
    const std::string etag(header_or_empty(head.headers, "ETag"));
    if (etag.empty() || etag.size() > LongestEtag) return response;
    const auto held = table->held(agreement->name, etag);
    if (!held) return plain(500, held.error().what());
    response.headers.emplace_back("ETag", etag);
    response.head_length = *held;
    return response;
}

RestartEntry enter_restart(RestartTable& table,
                           const HttpRequest& head,
                           const std::string& agreement,
                           std::size_t max_body_bytes) {
    const std::string* field = find_header(head.headers, "Content-Range");
    const std::string etag(header_or_empty(head.headers, "ETag"));
    if (etag.empty() || etag.size() > LongestEtag || count_header(head.headers, "ETag") != 1) {
        if (field == nullptr) return {};
        return {.parts = nullptr, .answer = plain(400, "Content-Range without one ETag")};
    }
    std::optional<ContentRange> range;
    if (field != nullptr) {
        range = read_content_range(*field);
        if (!range || count_header(head.headers, "Content-Range") != 1 ||
            range->last + 1 != range->total)
            return {.parts = nullptr,
                    .answer = plain(400,
                                    "Content-Range is not \"bytes FIRST-LAST/TOTAL\" to the "
                                    "end of the message")};
        const auto length = number(header_or_empty(head.headers, "Content-Length"));
        if (length && *length != range->last - range->first + 1)
            return {.parts = nullptr,
                    .answer = plain(400, "Content-Range and Content-Length contradict")};
        if (range->total > max_body_bytes)
            return {.parts = nullptr, .answer = plain(413, "the message is too long")};
    }
    auto parts = table.begin(agreement, etag, range);
    if (parts) return {.parts = *std::move(parts), .answer = std::nullopt};
    if (parts.error().code() == "as2.restart.range") {
        auto response = plain(416, parts.error().what());
        const auto held = table.held(agreement, etag);
        response.headers.emplace_back("Content-Range",
                                      "bytes */" + std::to_string(held ? *held : 0));
        return {.parts = nullptr, .answer = std::move(response)};
    }
    if (parts.error().code() == "as2.restart.busy")
        return {.parts = nullptr, .answer = plain(500, parts.error().what())};
    auto response = plain(503, "large messages cannot be taken now");
    response.headers.emplace_back("Retry-After", "60");
    return {.parts = nullptr, .answer = std::move(response)};
}

}  // namespace sallyport::transports

// SPDX-License-Identifier: Apache-2.0
// The envelope of a stream: what the readers do (reader_base, x12_reader, edifact_reader) with everything let go as soon as it
// is judged. Reports of transactions, groups and interchanges are made by the tree's validators, from shells that hold the
// headers and trailers and count the rest. Private to parsers/.
#pragma once

#include "parsers/stream.h"
#include "parsers/stream_body.h"
#include "parsers/stream_feed.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace sallyport::edi {

// Control numbers seen; runs of numbers of one width take one entry.
class ControlNumbers {
public:
    bool add(std::string_view number);  // false: seen before
    std::size_t entries() const { return m_runs.size() + m_names.size() + m_octets / 64; }
    void clear() {
        m_runs.clear();
        m_names.clear();
        m_octets = 0;
    }

private:
    using Start = std::pair<std::size_t, std::uint64_t>;  // width, first number
    std::map<Start, std::uint64_t> m_runs;                // to the last number
    std::set<std::string, std::less<>> m_names;           // what is no number
    std::size_t m_octets = 0;
};

struct StreamValidator::State {
    explicit State(const SchemaSet& set) : schemas(set) {}
    const SchemaSet& schemas;
    using Key = std::tuple<const SetSchema*, const CodeAdditions*, char, bool, bool>;
    std::map<Key, std::unique_ptr<FastSet>> sets;
    FastSet* fast_set(const SetSchema& set, const ElementRules& rules);
};

class StreamDriver {
public:
    StreamDriver(StreamValidator::State& state,
                 StreamFeed& feed,
                 const StreamOptions& options,
                 StreamSink& sink);
    virtual ~StreamDriver() = default;
    StreamDriver(const StreamDriver&) = delete;
    StreamDriver& operator=(const StreamDriver&) = delete;
    Status run();

protected:
    struct Header {
        std::size_t skipped = 0;  // octets before it
        Separators separators;
        std::vector<Fault> found;
        bool headless = false;
    };
    // What the standards do differently. Offsets are relative to what the feed has ahead.
    virtual Result<Header> first_header() = 0;
    virtual std::optional<Header> next_header() = 0;
    virtual bool starts_anew() = 0;  // does the next segment start another interchange?
    virtual Result<bool> take(
        const ScannedSegment& scanned) = 0;  // false: the interchange has ended
    virtual InterchangeReport judge(Interchange& shell) = 0;
    virtual Status name_group() = 0;  // and looks for its control number
    virtual void name_transaction(Transaction& transaction, const Segment& header) = 0;
    virtual bool envelope_is_good() = 0;  // of the transaction at hand
    virtual ElementRules rules() const = 0;

    std::string_view lookahead();
    TextRules text_rules() const;
    void note(Fault fault);
    void stray(const ScannedSegment& scanned, std::string_view container);
    Status open_group(const ScannedSegment* header);
    Status close_group(const ScannedSegment* trailer);
    Status open_transaction(const ScannedSegment& header);
    // `until`: where what follows it begins.
    Status close_transaction(const ScannedSegment* trailer, std::uint64_t until);
    void end_interchange(const ScannedSegment& trailer);
    void announce();  // the interchange's header is known

    StreamValidator::State& m_state;
    StreamFeed& m_feed;
    const StreamOptions& m_options;
    StreamSink& m_sink;
    ValidationOptions m_validation;  // the guide's severities included
    StreamBody m_body;

    std::uint64_t m_segments = 0;
    std::uint64_t m_position = 0;  // in the interchange
    bool m_in_stray = false;
    bool m_noted_error = false;
    Interchange m_interchange;  // header, trailer and what was noted; groups only in shells
    HeldSegment m_header, m_trailer;
    std::string m_advice;  // UNA, as it stood
    bool m_releases =
        false;  // the release character is in force: in X12 only behind the ISX that names it
    bool m_any_group = false;  // with or without header
    std::uint64_t m_bare = 0;  // transactions outside any group with a header
    bool m_bare_group = false;
    bool m_any_extra = false;
    std::optional<InterchangeReport> m_ended;  // waits for the offset of its end

    bool m_group_open = false;
    Group m_group;
    HeldSegment m_group_header, m_group_trailer;
    std::uint64_t m_group_count = 0;
    std::string m_first_set, m_other_set;  // of the group
    bool m_mixed = false;
    bool m_duplicate_group = false;

    bool m_transaction_open = false;
    Transaction m_transaction;
    HeldSegment m_set_header, m_set_trailer;
    std::string m_version;
    bool m_duplicate = false;
    FastSet* m_set = nullptr;
    // What m_set was found by, in this interchange.
    struct SetName {
        std::string set, version, association;
        bool is(const Transaction& one) const {
            return one.set == set && one.version == version && one.association == association;
        }
    };
    std::optional<SetName> m_set_name;

    ControlNumbers m_group_controls, m_set_controls;

private:
    Status start(Header header, bool first);
    Status segments();
    Status finish();
    Status leave(bool another);
    void find_set();
    void flush(std::uint64_t end);
    Interchange shell() const;
    GroupReport judged_group();
    TransactionReport clean_report() const;
    Result<TransactionReport> faulty_report(std::uint64_t until);
    Status give_part(const ScannedSegment* trailer, std::uint64_t until);
    Result<TransactionReport> long_report();
    TransactionReport judged(Transaction transaction);
};

std::unique_ptr<StreamDriver> x12_driver(StreamValidator::State& state,
                                         StreamFeed& feed,
                                         const StreamOptions& options,
                                         StreamSink& sink);
std::unique_ptr<StreamDriver> edifact_driver(StreamValidator::State& state,
                                             StreamFeed& feed,
                                             const StreamOptions& options,
                                             StreamSink& sink);

}  // namespace sallyport::edi

// SPDX-License-Identifier: Apache-2.0
// AS2 Restart (draft-harding-as2-restart): a message whose transfer was cut goes on where it stopped. HTTP-14.
//
//   HEAD  AS2-From, AS2-To, ETag                            -> 200, Content-Length: octets of that transfer held here
//   POST  the same and Content-Range: bytes 700-999/1000    -> appended; whole, it is a message like any other
//   416   Content-Range: bytes */700                        -> that is all that is held: begin there, or anew
//
// What has come is kept in encrypted spools, whose key only this process has: a gateway that was restarted holds nothing, says so,
// and the sender begins anew. Nothing of a transfer is read before it is whole, and then only as any message is.
#pragma once

#include "certs/spool.h"
#include "gateway/base/bytes.h"
#include "gateway/base/clock.h"
#include "gateway/base/error.h"
#include "gateway/base/guarded.h"
#include "transports/as2_agreement.h"
#include "transports/headers.h"
#include "transports/http_server.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace sallyport::transports {

// EDIINT-Features (RFC 6017): what is said is done, and no more is said.
inline constexpr std::string_view RestartFeature = "AS2-Restart";
inline constexpr std::string_view CemFeature = "CEM";
// What is done under this agreement; `restart`: a restart has somewhere to lie. Empty: nothing that has a name.
std::string our_features(const As2Agreement& agreement, bool restart);
// AS2-Version "1.2" where there is a list of features (RFC 6017), else "1.1": compression is understood (RFC 4130 6.1). With
// its EDIINT-Features field.
void add_version(HeaderList& headers, const std::string& features);

// The names in every EDIINT-Features field, lower case.
std::set<std::string> read_features(const HeaderList& headers);

// What partners said last that they can do. Thread-safe; known until the process ends.
class PartnerFeatures {
public:
    void note(const std::string& agreement, const HeaderList& headers);
    bool has(const std::string& agreement, std::string_view feature) const;

private:
    Guarded<std::map<std::string, std::set<std::string>>> m_known;
};

// "bytes 700-999/1000", with or without the unit. Absent: not one.
struct ContentRange {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    std::uint64_t total = 0;
};
std::optional<ContentRange> read_content_range(std::string_view text);
// "bytes */700"; absent: not one.
std::optional<std::uint64_t> read_held(std::string_view text);

struct RestartLimits {
    std::size_t transfers_per_agreement = 4;  // the oldest one goes
    std::uint64_t bytes = std::uint64_t{8} << 30U;
    std::chrono::hours keep{24};
    std::chrono::hours keep_whole{1};  // its answer may have been lost: the sender asks again
};

// The transfers under way and those that were cut. Thread-safe.
class RestartTable {
public:
    // `folder` exists and takes unnamed files. The clock outlives the table.
    RestartTable(std::filesystem::path folder, RestartLimits limits, const Clock& clock);
    ~RestartTable();
    RestartTable(const RestartTable&) = delete;
    RestartTable& operator=(const RestartTable&) = delete;
    RestartTable(RestartTable&&) = delete;
    RestartTable& operator=(RestartTable&&) = delete;

    // Error codes: as2.restart.busy (Network: another connection writes it).
    Result<std::uint64_t> held(const std::string& agreement, const std::string& etag);

    // The body of a request with this ETag: a new transfer without a range, else the rest of one. Error codes: as2.restart.busy;
    // as2.restart.range (Partner: the octets before it are not here, or it is another message), http.busy (Network), spool.open.
    Result<std::shared_ptr<BodyParts>> begin(const std::string& agreement,
                                             const std::string& etag,
                                             const std::optional<ContentRange>& range);

private:
    struct Transfer;
    struct State;
    class Part;
    void make_room(State& state, const std::string& agreement) const;

    const std::filesystem::path m_folder;
    const RestartLimits m_limits;
    const Clock& m_clock;
    std::shared_ptr<Guarded<State>> m_state;
};

// What a request has to do with a restart, decided from its header. `agreement` is the pair's.
struct RestartEntry {
    std::shared_ptr<BodyParts> parts;    // null: an ordinary body
    std::optional<HttpResponse> answer;  // send this instead of reading the body
};
RestartEntry enter_restart(RestartTable& table,
                           const HttpRequest& head,
                           const std::string& agreement,
                           std::size_t max_body_bytes);
// HTTP-10: 200 to every HEAD, without a length where nothing is known of a transfer. `table` may be null.
HttpResponse answer_head(RestartTable* table,
                         const HttpRequest& head,
                         const As2Directory& directory);

// The transfer id of a message of ours: the same for every try, and known to nobody who has not seen the message.
std::string restart_etag(const std::string& message_id);

}  // namespace sallyport::transports

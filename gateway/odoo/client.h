// SPDX-License-Identifier: Apache-2.0
// One service account's way into one Odoo database: external API over JSON-RPC (Odoo 14 to 19) or JSON-2 (Odoo 19 and
// later), one interface over both.
//
// A connection lives for one call: Odoo closes it anyway, and an idle one occupies a worker of a prefork server. Nothing
// is sent twice by this class except the authentication. Every error says who must act:
//   odoo.connect           Network     nothing was sent
//   odoo.reply.lost        Network     ambiguous: the call may have been carried out; repeat only idempotent calls
//   odoo.reply.malformed   Network     ambiguous as well
//   odoo.busy              Network     serialization failure, deadlock, lock: rolled back, try again
//   odoo.unavailable       Network     server stopping, database down, 502/503/504
//   odoo.tls, odoo.url, odoo.http, odoo.reply.large                        Operator
//   odoo.credentials       Operator    wrong login or key; opens the circuit
//   odoo.circuit           Operator    not tried: the credentials failed a moment ago
//   odoo.rights            Operator    the account lacks a right; the text names model and operation
//   odoo.record.missing, odoo.refused.validation, odoo.refused             BackOffice
//   odoo.schema            Bug         unknown field, method or value: Odoo and gateway disagree about the model
//   odoo.fence             Bug         outside the flow's allow-list
//   odoo.error             Operator    an error name we do not know
// Odoo's traceback (data.debug) is dropped where the reply is read; keys never appear in an error.
#pragma once

#include "gateway/base/bytes.h"
#include "gateway/base/clock.h"
#include "gateway/base/error.h"
#include "gateway/odoo/fence.h"

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::odoo {

enum class Protocol : std::uint8_t {
    Probe,    // asks the server: JSON-2 from Odoo 19 on, else JSON-RPC
    JsonRpc,  // POST /jsonrpc with user id and key in every body
    Json2,    // POST /json/2/<model>/<method>, the key as bearer token
};

struct ClientOptions {
    std::string url;  // http(s)://host[:port]; user info, query and fragment are refused
    std::string database;
    std::string login;
    std::vector<Secret> keys;  // API keys, preferred first: two while a key is being rotated
    Protocol protocol = Protocol::JsonRpc;
    std::string ca_file;  // PEM; empty: the system's trust store. Only for https.
    bool allow_plain_http_beyond_loopback = false;
    std::chrono::milliseconds connect_timeout{3'000};
    // Longer than Odoo's own limit_time_real (120 s), so that Odoo always speaks first. At least 60 s.
    std::chrono::milliseconds read_timeout{130'000};
    std::size_t max_reply_bytes = std::size_t{32} << 20;
    unsigned max_parallel = 3;                // calls at a time; further callers wait
    std::chrono::seconds circuit_pause{300};  // between two tries of credentials that were refused
    std::vector<std::int64_t> companies;      // allowed_company_ids; empty: the account's default
};

// For metrics and the audit of the fence: one per call, after it ended.
struct CallOutcome {
    std::string_view model;
    std::string_view method;
    std::chrono::microseconds took;
    std::string_view code;  // the error's code; empty when it worked
};

struct ServerVersion {
    int major = 0;     // 17
    std::string text;  // "17.0"
};

// Thread-safe. Authenticates on the first call and keeps the user id.
class Client {
public:
    // Error codes: odoo.url, odoo.options (Blame::Operator). Nothing is sent yet.
    static Result<std::unique_ptr<Client>> make(ClientOptions options,
                                                Fence fence,
                                                const Clock& clock);
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    // The result member of the reply; null where Odoo answers nothing. Numbers as in values.h.
    Result<nlohmann::ordered_json> call(const Call& call);

    // Unauthenticated.
    Result<ServerVersion> version();
    // The user id. Wrong credentials: odoo.credentials.
    Result<std::int64_t> authenticate();

    // Odoo's clock (or its proxy's) as the last reply had it, to the second; absent before the first.
    std::optional<Instant> server_time() const;

    void observe(std::function<void(const CallOutcome&)> observer);  // set before the first call

    // For the options' test: an url without secrets, "http://127.0.0.1:8069 database edi as orders-in".
    std::string describe() const;

private:
    class Impl;
    explicit Client(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

}  // namespace sallyport::odoo

// SPDX-License-Identifier: Apache-2.0
#include "gateway/odoo/client.h"

#include "gateway/base/guarded.h"
#include "gateway/odoo/classify.h"
#include "gateway/odoo/http_post.h"
#include "gateway/odoo/values.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

namespace sallyport::odoo {

namespace {

constexpr std::string_view LoopbackHosts[] = {"127.0.0.1", "::1", "localhost"};

bool on_loopback(const std::string& host) {
    for (const auto known : LoopbackHosts)
        if (host == known) return true;
    return false;
}

Error bad_option(const std::string& what, const std::string& remedy) {
    return Error("odoo.options", Blame::Operator, what).remedy(remedy);
}

Status check_options(const ClientOptions& options, const Target& target) {
    if (options.database.empty())
        return bad_option("no Odoo database is named", "set the database of the back office");
    if (options.login.empty())
        return bad_option("no Odoo login is named", "set the service account's login");
    if (options.keys.empty() || options.keys.front().empty())
        return bad_option("the service account " + options.login + " has no API key",
                          "refer to a key file or credential");
    if (options.read_timeout < std::chrono::seconds(60))
        return bad_option(
            "the read timeout of Odoo calls is below 60 s",
            "Odoo itself may answer a call after 20 s and works up to 120 s: set at least 60 s");
    if (!target.tls && !on_loopback(target.host) && !options.allow_plain_http_beyond_loopback)
        return bad_option("plain http to " + target.host + " would show the API key to the network",
                          "use https, or a proxy on this machine");
    return {};
}

// At most so many calls at a time: Odoo does not get faster by more, and its workers are few.
class Slots {
public:
    explicit Slots(unsigned count) : m_free(count == 0 ? 1 : count) {}
    void take() {
        std::unique_lock lock(m_mutex);
        m_freed.wait(lock, [this] { return m_free > 0; });
        --m_free;
    }
    void give() {
        {
            const std::lock_guard lock(m_mutex);
            ++m_free;
        }
        m_freed.notify_one();
    }

private:
    std::mutex m_mutex;
    std::condition_variable m_freed;
    unsigned m_free;
};

class Slot {
public:
    explicit Slot(Slots& slots) : m_slots(slots) { m_slots.take(); }
    ~Slot() { m_slots.give(); }
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;

private:
    Slots& m_slots;
};

struct Session {
    std::int64_t user = 0;
    std::size_t key = 0;  // index of the key that worked
    Protocol protocol = Protocol::JsonRpc;
};

struct Access {
    std::optional<Session> session;
    std::optional<std::chrono::steady_clock::time_point>
        refused;  // when the credentials failed last
};

}  // namespace

class Client::Impl {
public:
    Impl(ClientOptions options,
         Target target,
         std::unique_ptr<HttpPoster> poster,
         Fence fence,
         const Clock& clock)
        : m_options(std::move(options)),
          m_target(std::move(target)),
          m_poster(std::move(poster)),
          m_fence(std::move(fence)),
          m_clock(clock),
          m_slots(m_options.max_parallel) {}

    Result<Json> call(const Call& call) {
        const auto started = m_clock.steady_now();
        auto result = try_call(call);
        if (m_observer) {
            const auto took = std::chrono::duration_cast<std::chrono::microseconds>(
                m_clock.steady_now() - started);
            m_observer({call.model,
                        call.method,
                        took,
                        result ? std::string_view{} : result.error().code()});
        }
        return result;
    }

    // A server without JSON-RPC answers it with 404; then it may be one that speaks JSON-2 only.
    Result<ServerVersion> version() {
        if (m_options.protocol == Protocol::Json2) return web_version();
        auto result = rpc("common", "version", Json::array(), "the version");
        if (result) return version_in(*result, "server_version_info", "server_version");
        if (m_options.protocol == Protocol::Probe && result.error().code() == "odoo.http")
            if (auto version = web_version(); version) return version;
        return std::move(result).error();
    }

    Result<std::int64_t> authenticate() {
        auto session = open_session();
        if (!session) return std::move(session).error();
        return session->user;
    }

    void observe(std::function<void(const CallOutcome&)> observer) {
        m_observer = std::move(observer);
    }

    std::optional<Instant> server_time() const {
        return m_server_time.with([](const auto& time) { return time; });
    }

    std::string describe() const {
        return m_target.text() + " database " + m_options.database + " as " + m_options.login;
    }

private:
    Result<Json> try_call(const Call& call) {
        if (auto allowed = m_fence.check(call); !allowed) return std::move(allowed).error();
        auto session = open_session();
        if (!session) return std::move(session).error();
        auto result = execute(call, *session);
        if (!result && result.error().code() == "odoo.credentials") forget_session();
        return result;
    }

    Result<ServerVersion> version_in(const Json& reply, const char* info, const char* text) const {
        if (const auto parts = reply.is_object() ? reply.find(info) : reply.end();
            parts != reply.end() && parts->is_array() && !parts->empty() &&
            (*parts)[0].is_number_integer())
            return ServerVersion{.major = (*parts)[0].get<int>(), .text = text_of(reply, text)};
        return Error(
                   "odoo.http", Blame::Operator, m_target.text() + " does not answer as Odoo does")
            .remedy("see what listens at that url");
    }

    // Odoo 19 and later.
    Result<ServerVersion> web_version() {
        const std::string what = "the version";
        auto reply = exchange({.get = true, .path = "/web/version"}, what);
        if (!reply) return std::move(reply).error();
        if (reply->status != 200) return http_error(reply->status, what);
        auto document = parse_reply(reply->body);
        if (!document) return std::move(document).error().during(what);
        return version_in(*document, "version_info", "version");
    }

    Result<Protocol> protocol() {
        if (m_options.protocol != Protocol::Probe) return m_options.protocol;
        auto server = version();
        if (!server) return std::move(server).error();
        return server->major >= 19 ? Protocol::Json2 : Protocol::JsonRpc;
    }

    Result<Json> execute(const Call& call, const Session& session) {
        Json named = call.arguments;
        Json context = call.context;
        if (!context.contains("lang")) context["lang"] = "en_US";
        if (!context.contains("tz")) context["tz"] = "UTC";
        if (!m_options.companies.empty() && !context.contains("allowed_company_ids"))
            context["allowed_company_ids"] = m_options.companies;
        named["context"] = std::move(context);
        if (session.protocol == Protocol::Json2) {
            if (call.ids) named["ids"] = *call.ids;
            return json2(call.model, call.method, named, session.key);
        }
        Json positional = Json::array();
        if (call.ids) positional.push_back(*call.ids);
        // Odoo's models and add-ons do not agree on its name: `vals` here, `values` there.
        if (call.method == "write" && named.contains("vals")) {
            positional.push_back(std::move(named["vals"]));
            named.erase("vals");
        }
        Json arguments = Json::array({m_options.database,
                                      session.user,
                                      std::string(m_options.keys[session.key].reveal()),
                                      call.model,
                                      call.method,
                                      std::move(positional),
                                      std::move(named)});
        return rpc("object", "execute_kw", std::move(arguments), call.model + "." + call.method);
    }

    static Result<std::string> written(const Json& body, const std::string& what) {
        try {
            return body.dump();
        } catch (const Json::exception&) {
            return Error("odoo.text", Blame::Partner, "a value for " + what + " is not UTF-8 text")
                .remedy("have the document sent with its character set declared");
        }
    }

    Result<HttpReply> exchange(const HttpRequest& request, const std::string& what) {
        const Slot slot(m_slots);
        auto reply = m_poster->send(request, m_clock);
        if (!reply) return std::move(reply).error().during(what);
        if (reply->date) m_server_time.with([&](auto& time) { time = reply->date; });
        return reply;
    }

    // One exchange: the reply's body is the result, the status says whether it is one.
    Result<Json> json2(const std::string& model,
                       const std::string& method,
                       const Json& named,
                       std::size_t key) {
        const std::string what = model + "." + method;
        auto body = written(named, what);
        if (!body) return std::move(body).error();
        auto reply = exchange(
            {.path = "/json/2/" + model + "/" + method,
             .body = *std::move(body),
             .headers = {{"Authorization", "bearer " + std::string(m_options.keys[key].reveal())},
                         {"X-Odoo-Database", m_options.database}}},
            what);
        if (!reply) return std::move(reply).error();
        if (reply->status != 200) return redacted(json2_error(reply->status, reply->body, what));
        if (reply->body.empty()) return Json();
        auto document = parse_reply(reply->body);
        if (!document) return std::move(document).error().during(what);
        return document;
    }

    // One exchange. The result member; null where there is none.
    Result<Json> rpc(const char* service,
                     const char* method,
                     Json arguments,
                     const std::string& what) {
        const Json request{
            {"jsonrpc", "2.0"},
            {"method", "call"},
            {"params", {{"service", service}, {"method", method}, {"args", std::move(arguments)}}},
            {"id", ++m_counter}};
        auto body = written(request, what);
        if (!body) return std::move(body).error();
        auto reply = exchange({.path = "/jsonrpc", .body = *std::move(body)}, what);
        if (!reply) return std::move(reply).error();
        if (reply->status != 200) return http_error(reply->status, what);
        auto document = parse_reply(reply->body);
        if (!document) return std::move(document).error().during(what);
        if (!document->is_object() ||
            (!document->contains("result") && !document->contains("error") &&
             !document->contains("jsonrpc")))
            return Error("odoo.reply.malformed",
                         Blame::Network,
                         "the reply to " + what + " is no JSON-RPC reply");
        if (const auto error = document->find("error"); error != document->end())
            return redacted(rpc_error(*error, what));
        const auto result = document->find("result");
        return result == document->end() ? Json() : std::move(*result);
    }

    // Should Odoo ever echo an argument, no key leaves this class.
    Error redacted(Error error) const {
        std::string what = error.what();
        bool found = false;
        for (const auto& key : m_options.keys)
            for (auto at = what.find(key.reveal()); !key.empty() && at != std::string::npos;
                 at = what.find(key.reveal())) {
                what.replace(at, key.reveal().size(), "[key]");
                found = true;
            }
        if (!found) return error;
        return Error(error.code(), error.blame(), std::move(what)).remedy(error.remedy());
    }

    // One authentication at a time; refused credentials are not tried again before the pause is over, for every wrong
    // try costs Odoo a third of a second, and a storm of them looks like an attack.
    Result<Session> open_session() {
        const std::lock_guard one_at_a_time(m_opening);
        auto access = m_access.with([](const Access& now) { return now; });
        if (access.session) return *access.session;
        if (access.refused && m_clock.steady_now() - *access.refused < m_options.circuit_pause)
            return Error("odoo.circuit",
                         Blame::Operator,
                         "Odoo refused the credentials of " + m_options.login +
                             " a moment ago; not trying again yet")
                .remedy("correct login or API key; the gateway tries again after " +
                        std::to_string(m_options.circuit_pause.count()) + " s or a reload");
        return log_in();
    }

    Result<Session> log_in() {
        auto spoken = protocol();
        if (!spoken) return std::move(spoken).error();
        for (std::size_t key = 0; key < m_options.keys.size(); ++key) {
            auto user = *spoken == Protocol::Json2 ? user_by_token(key) : user_by_login(key);
            if (!user && user.error().code() != "odoo.credentials") return std::move(user).error();
            if (user && user->is_number_integer()) {
                const Session session{
                    .user = user->get<std::int64_t>(), .key = key, .protocol = *spoken};
                m_access.with(
                    [&](Access& access) { access = {.session = session, .refused = {}}; });
                return session;
            }
        }
        forget_session();
        return Error("odoo.credentials",
                     Blame::Operator,
                     "Odoo refuses the login " + m_options.login +
                         " with the configured key on database " + m_options.database)
            .remedy("check login and database, and create a new API key for the service account");
    }

    Result<Json> user_by_login(std::size_t key) {
        return rpc("common",
                   "authenticate",
                   Json::array({m_options.database,
                                m_options.login,
                                std::string(m_options.keys[key].reveal()),
                                Json::object()}),
                   "the login of " + m_options.login);
    }

    // The key says who calls; that it is the account in the settings is checked, for the rights of that one were probed.
    Result<Json> user_by_token(std::size_t key) {
        auto who = json2("res.users", "context_get", Json::object(), key);
        if (!who) return std::move(who).error().during("the login of " + m_options.login);
        const Json user = who->is_object() ? who->value("uid", Json()) : Json();
        if (!user.is_number_integer())
            return Error("odoo.reply.malformed",
                         Blame::Network,
                         "Odoo does not say whose key that of " + m_options.login + " is");
        auto record = json2("res.users", "read", {{"ids", {user}}, {"fields", {"login"}}}, key);
        if (!record) return std::move(record).error().during("the login of " + m_options.login);
        if (!record->is_array() || record->empty() ||
            text_of((*record)[0], "login") != m_options.login)
            return Error("odoo.credentials",
                         Blame::Operator,
                         "the configured key belongs to another account than " + m_options.login)
                .remedy("create an API key as " + m_options.login);
        return user;
    }

    void forget_session() {
        m_access.with(
            [&](Access& access) { access = {.session = {}, .refused = m_clock.steady_now()}; });
    }

    ClientOptions m_options;
    Target m_target;
    std::unique_ptr<HttpPoster> m_poster;
    Fence m_fence;
    const Clock& m_clock;
    Slots m_slots;
    std::mutex m_opening;
    Guarded<Access> m_access;
    Guarded<std::optional<Instant>> m_server_time;
    std::atomic<std::uint64_t> m_counter{0};
    std::function<void(const CallOutcome&)> m_observer;
};

Result<std::unique_ptr<Client>> Client::make(ClientOptions options,
                                             Fence fence,
                                             const Clock& clock) {
    auto target = parse_target(options.url);
    if (!target) return std::move(target).error();
    if (auto good = check_options(options, *target); !good) return std::move(good).error();
    auto poster = HttpPoster::make(*target,
                                   {.connect_timeout = options.connect_timeout,
                                    .read_timeout = options.read_timeout,
                                    .max_reply_bytes = options.max_reply_bytes},
                                   options.ca_file);
    if (!poster) return std::move(poster).error();
    auto impl = std::make_unique<Impl>(
        std::move(options), *std::move(target), *std::move(poster), std::move(fence), clock);
    return std::unique_ptr<Client>(new Client(std::move(impl)));
}

Client::Client(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
Client::~Client() = default;

Result<Json> Client::call(const Call& call) {
    return m_impl->call(call);
}
Result<ServerVersion> Client::version() {
    return m_impl->version();
}
Result<std::int64_t> Client::authenticate() {
    return m_impl->authenticate();
}
void Client::observe(std::function<void(const CallOutcome&)> observer) {
    m_impl->observe(std::move(observer));
}
std::optional<Instant> Client::server_time() const {
    return m_impl->server_time();
}
std::string Client::describe() const {
    return m_impl->describe();
}

}  // namespace sallyport::odoo

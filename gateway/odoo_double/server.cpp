// SPDX-License-Identifier: Apache-2.0
// The double's HTTP side and its transactions: one call, one transaction, one lock.
#include "gateway/base/guarded.h"
#include "gateway/odoo_double/dispatch.h"
#include "gateway/odoo_double/odoo_double.h"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerParams.h>
#include <Poco/Net/HTTPServerRequestImpl.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/ThreadPool.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <istream>
#include <iterator>
#include <mutex>
#include <ostream>

namespace sallyport::odoo_double {

namespace {

namespace net = Poco::Net;

// Odoo keeps whole seconds and shows no zone.
std::string odoo_time(const Clock& clock) {
    std::string text = iso8601(clock.now());
    text[10] = ' ';
    text.resize(19);
    return text;
}

Json error_reply(const Json& id, const Raised& raised) {
    return Json{{"jsonrpc", "2.0"},
                {"id", id},
                {"error",
                 {{"code", 200},
                  {"message", "Odoo Server Error"},
                  {"data",
                   {{"name", raised.name},
                    {"debug",
                     "Traceback (most recent call last):\n  File \"/odoo/odoo/http.py\", line "
                     "2210, in __call__\n"},
                    {"message", raised.message},
                    {"arguments", {raised.message}},
                    {"context", Json::object()}}}}}};
}

struct Answer {
    int status = 200;
    std::string type = "application/json; charset=utf-8";
    std::string body;
    enum class Delivery : std::uint8_t { Whole, Half, None } delivery = Delivery::Whole;
};

using Kind = Fault::Kind;

class Double final : public OdooDouble {
public:
    Double(Options options, std::unique_ptr<Records> records, const Clock& clock)
        : m_records(std::move(records)),
          m_clock(clock),
          m_dispatcher(*m_records, options.database, options.accounts, options.version),
          m_json2(options.version >= 19),
          m_jsonrpc(options.jsonrpc) {}
    ~Double() override { stop(); }

    Status listen(const Options& options);

    std::string url() const override { return "http://127.0.0.1:" + std::to_string(m_port); }

    void stop() override {
        if (m_server) m_server->stopAll(true);
        m_server.reset();
    }

    void arm(Fault fault) override {
        m_faults.with([&](std::vector<Fault>& faults) { faults.push_back(std::move(fault)); });
    }
    std::size_t armed() const override {
        return m_faults.with([](const std::vector<Fault>& faults) { return faults.size(); });
    }

    std::size_t calls(const std::string& model, const std::string& method) const override {
        return m_calls.with([&](const auto& calls) {
            std::size_t sum = 0;
            for (const auto& [name, count] : calls)
                if ((model.empty() || name.first == model) &&
                    (method.empty() || name.second == method))
                    sum += count;
            return sum;
        });
    }

    Json records(const std::string& model) const override {
        const std::lock_guard one_transaction(m_lock);
        Json all = Json::array();
        for (const auto& [id, record] : m_records->all(model)) {
            Json with_id{{"id", id}};
            for (const auto& item : record.items())
                with_id[item.key()] = item.value();
            all.push_back(std::move(with_id));
        }
        return all;
    }

    Status act(const std::string& model,
               const std::string& method,
               const Json& arguments) override {
        const std::lock_guard one_transaction(m_lock);
        try {
            const bool by_name = arguments.is_object();
            m_dispatcher.act(model,
                             method,
                             by_name ? Json::array() : arguments,
                             by_name ? arguments : Json::object(),
                             odoo_time(m_clock));
            return m_records->commit();
        } catch (const Raised& raised) {
            m_records->rollback();
            return Error("odoo_double.act",
                         Blame::Bug,
                         model + "." + method + ": " + raised.name + ": " + raised.message);
        }
    }

    Result<Json> ask(const std::string& model,
                     const std::string& method,
                     const Json& positional,
                     const Json& named) override {
        const std::lock_guard one_transaction(m_lock);
        try {
            Json result = m_dispatcher.act(model, method, positional, named, odoo_time(m_clock));
            if (Status kept = m_records->commit(); !kept) return std::move(kept).error();
            return result;
        } catch (const Raised& raised) {
            m_records->rollback();
            return Error("odoo_double.act", Blame::Bug, raised.name + ": " + raised.message);
        }
    }

    static Answer not_found() {
        return {404,
                "text/html; charset=utf-8",
                "<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>\n<h1>Not "
                "Found</h1>\n<p>The requested URL was not found on the server.</p>\n"};
    }

    struct Asked {
        std::string path;
        std::string type;
        std::string key;       // of the bearer token
        std::string database;  // X-Odoo-Database
        std::string body;
    };

    Answer answer(const Asked& asked) {
        if (asked.path == "/jsonrpc" && m_jsonrpc) return answer(asked.type, asked.body);
        if (!m_json2) return not_found();
        if (asked.path == "/web/version") return {.body = m_dispatcher.web_version().dump()};
        static const std::string Prefix = "/json/2/";
        const auto slash = asked.path.find('/', Prefix.size());
        if (!asked.path.starts_with(Prefix) || slash == std::string::npos ||
            (!asked.database.empty() && asked.database != m_dispatcher.database()))
            return not_found();
        const CallName name{asked.path.substr(Prefix.size(), slash - Prefix.size()),
                            asked.path.substr(slash + 1)};
        m_calls.with([&](auto& calls) { ++calls[{name.model, name.method}]; });
        const auto fault = take_fault(name);
        if (fault == Kind::Unavailable)
            return {503, "text/html", "<h1>503 Service Unavailable</h1>"};
        Answer answer;
        settle(
            fault,
            answer,
            [&]() -> Json {
                Json body = Json::parse(asked.body, nullptr, false);
                if (!body.is_object())
                    throw Raised{"werkzeug.exceptions.BadRequest",
                                 "could not parse the body as json: Expecting value: line 1 "
                                 "column 1 (char 0)"};
                return m_dispatcher.call2(name, std::move(body), asked.key, odoo_time(m_clock));
            },
            [](const Json& result) { return result.dump(); },
            [&](const Raised& raised) {
                answer.status = status_of(raised.name);
                return Json{{"name", raised.name},
                            {"message", raised.message},
                            {"arguments", {raised.message}},
                            {"context", Json::object()},
                            {"debug", "Traceback (most recent call last):\n"}}
                    .dump();
            });
        return answer;
    }

    Answer answer(const std::string& type, const std::string& body) {
        if (!type.starts_with("application/json"))
            return {400,
                    "text/html; charset=utf-8",
                    "<!doctype html>\n<html lang=en>\n<title>400 Bad Request</title>\n<h1>Bad "
                    "Request</h1>\n<p>Request inferred type is compatible with [&#39;http&#39;] "
                    "but &#39;/jsonrpc&#39; is type=&#39;json&#39;.</p>\n"};
        const Json request = Json::parse(body, nullptr, false);
        if (request.is_discarded()) return {400, "text/html; charset=utf-8", "Invalid JSON data"};
        if (!request.is_object()) return {400, "text/html; charset=utf-8", "Invalid JSON-RPC data"};
        const auto name = Dispatcher::name_of(request);
        m_calls.with([&](auto& calls) { ++calls[{name.model, name.method}]; });
        const auto fault = take_fault(name);
        if (fault == Kind::Unavailable)
            return {503, "text/html", "<h1>503 Service Unavailable</h1>"};
        return transact(request, fault);
    }

private:
    std::optional<Kind> take_fault(const CallName& name) {
        return m_faults.with([&](std::vector<Fault>& faults) -> std::optional<Kind> {
            const auto due = std::find_if(faults.begin(), faults.end(), [&](const Fault& fault) {
                return (fault.model.empty() || fault.model == name.model) &&
                       (fault.method.empty() || fault.method == name.method);
            });
            if (due == faults.end()) return std::nullopt;
            const Kind kind = due->kind;
            faults.erase(due);
            return kind;
        });
    }

    static int status_of(const std::string& name) {
        static const std::map<std::string, int> Known{
            {"odoo.exceptions.UserError", 422},
            {"odoo.exceptions.ValidationError", 422},
            {"odoo.exceptions.AccessError", 403},
            {"odoo.exceptions.AccessDenied", 403},
            {"odoo.exceptions.MissingError", 404},
            {"werkzeug.exceptions.Unauthorized", 401},
            {"werkzeug.exceptions.NotFound", 404},
            {"werkzeug.exceptions.UnprocessableEntity", 422},
            {"werkzeug.exceptions.BadRequest", 400}};
        const auto found = Known.find(name);
        return found == Known.end() ? 500 : found->second;
    }

    // One transaction: commits what `call` did, or rolls it back and says why.
    template <typename Call, typename Write, typename Refuse>
    void settle(std::optional<Kind> fault, Answer& answer, Call call, Write write, Refuse refuse) {
        const std::lock_guard one_transaction(m_lock);
        try {
            const Json result = call();
            if (fault == Kind::Busy)
                throw Raised{"psycopg2.errors.SerializationFailure",
                             "could not serialize access due to concurrent update\n"};
            if (fault == Kind::DropBeforeCommit) {
                m_records->rollback();
                answer.delivery = Answer::Delivery::None;
                return;
            }
            if (auto kept = m_records->commit(); !kept)
                throw Raised{"psycopg2.OperationalError", kept.error().text()};
            answer.body = write(result);
        } catch (const Raised& raised) {
            m_records->rollback();
            answer.body = refuse(raised);
        } catch (const Json::exception& problem) {
            // What Odoo's Python would trip over as well: an argument of an unexpected type.
            m_records->rollback();
            answer.body = refuse(Raised{"builtins.TypeError", problem.what()});
        }
        if (fault == Kind::Kill) std::raise(SIGKILL);
        if (fault == Kind::DropAfterCommit) answer.delivery = Answer::Delivery::None;
        if (fault == Kind::CutReply) answer.delivery = Answer::Delivery::Half;
    }

    Answer transact(const Json& request, std::optional<Kind> fault) {
        const Json id = request.value("id", Json());
        Answer answer;
        settle(
            fault,
            answer,
            [&] { return m_dispatcher.call(request, odoo_time(m_clock)); },
            [&](const Json& result) {
                Json reply{{"jsonrpc", "2.0"}, {"id", id}};
                if (!result.is_null()) reply["result"] = result;
                return reply.dump();
            },
            [&](const Raised& raised) { return error_reply(id, raised).dump(); });
        return answer;
    }

    std::unique_ptr<Records> m_records;
    const Clock& m_clock;
    Dispatcher m_dispatcher;
    bool m_json2;
    bool m_jsonrpc;
    mutable std::mutex m_lock;
    Guarded<std::vector<Fault>> m_faults;
    Guarded<std::map<std::pair<std::string, std::string>, std::size_t>> m_calls;
    std::unique_ptr<Poco::ThreadPool> m_threads;
    std::unique_ptr<net::HTTPServer> m_server;
    std::uint16_t m_port = 0;
};

class Handler final : public net::HTTPRequestHandler {
public:
    explicit Handler(Double& odoo) : m_double(odoo) {}

    void handleRequest(net::HTTPServerRequest& request,
                       net::HTTPServerResponse& response) override {
        const std::string body((std::istreambuf_iterator<char>(request.stream())),
                               std::istreambuf_iterator<char>());
        const std::string token = request.get("Authorization", "");
        const Answer answer =
            m_double.answer({.path = request.getURI(),
                             .type = request.getContentType(),
                             .key = token.size() > 7 ? token.substr(7) : std::string(),
                             .database = request.get("X-Odoo-Database", ""),
                             .body = body});
        auto& connection = dynamic_cast<net::HTTPServerRequestImpl&>(request);
        if (answer.delivery == Answer::Delivery::None) return connection.socket().shutdown();
        response.setStatus(static_cast<net::HTTPResponse::HTTPStatus>(answer.status));
        response.set("Server", "Werkzeug/2.2.2 Python/3.11.2");
        response.setContentType(answer.type);
        response.setContentLength64(static_cast<Poco::Int64>(answer.body.size()));
        response.setKeepAlive(false);
        if (answer.delivery == Answer::Delivery::Whole) {
            response.send() << answer.body << std::flush;
            return;
        }
        response.send() << answer.body.substr(0, answer.body.size() / 2) << std::flush;
        connection.socket().shutdown();
    }

private:
    Double& m_double;
};

class Handlers final : public net::HTTPRequestHandlerFactory {
public:
    explicit Handlers(Double& odoo) : m_double(odoo) {}
    net::HTTPRequestHandler* createRequestHandler(const net::HTTPServerRequest&) override {
        return new Handler(m_double);
    }

private:
    Double& m_double;
};

Status Double::listen(const Options& options) {
    try {
        const net::ServerSocket socket(net::SocketAddress("127.0.0.1", options.port), 64);
        m_port = socket.address().port();
        net::HTTPServerParams::Ptr parameters = new net::HTTPServerParams;
        parameters->setKeepAlive(false);  // as Odoo
        // A thread that goes idle just when the server stops misses the wake-up and sleeps this long.
        parameters->setThreadIdleTime(Poco::Timespan(0, 100'000));
        parameters->setMaxThreads(static_cast<int>(options.threads));
        m_threads = std::make_unique<Poco::ThreadPool>(1, static_cast<int>(options.threads));
        m_server =
            std::make_unique<net::HTTPServer>(new Handlers(*this), *m_threads, socket, parameters);
        m_server->start();
        return {};
    } catch (const Poco::Exception& problem) {
        return Error("odoo_double.port",
                     Blame::Operator,
                     "the Odoo double cannot listen: " + problem.displayText())
            .remedy("leave the port to the system (0)");
    }
}

void seed_account(Records& records, Account& account) {
    for (const auto& [id, user] : records.all("res.users"))
        if (user.value("login", "") == account.login) {
            account.uid = id;
            return;
        }
    if (account.uid == 0) account.uid = records.next_id("res.users");
    records.use_id("res.users", account.uid);
    const Id partner = records.next_id("res.partner");
    records.put("res.partner",
                partner,
                Json{{"name", account.login},
                     {"email", account.email.empty() ? Json(false) : Json(account.email)}});
    records.put("res.users",
                account.uid,
                Json{{"login", account.login},
                     {"name", account.login},
                     {"email", account.email.empty() ? Json(false) : Json(account.email)},
                     {"lang", "en_US"},
                     {"tz", "UTC"},
                     {"partner_id", partner},
                     {"company_id", 1},
                     {"company_ids", {1}}});
}

// {"model": [{"id": 7, …, "xmlid": "uom.product_uom_unit"}, …]}
Status seed(Records& records, const Json& data) {
    if (!data.is_object())
        return Error("odoo_double.seed", Blame::Operator, "the seed is no object of models");
    const Schema schema;
    for (const auto& model : data.items()) {
        if (schema.model(model.key()) == nullptr)
            return Error(
                "odoo_double.seed", Blame::Operator, "the double has no model " + model.key());
        for (const auto& given : model.value()) {
            Json record = given;
            const Id id =
                record.contains("id") ? record["id"].get<Id>() : records.next_id(model.key());
            records.use_id(model.key(), id);
            const std::string key = record.value("xmlid", "");
            record.erase("id");
            record.erase("xmlid");
            for (const auto& field : record.items())
                if (schema.model(model.key())->field(field.key()) == nullptr)
                    return Error("odoo_double.seed",
                                 Blame::Operator,
                                 "the double has no field " + field.key() + " on " + model.key());
            records.put(model.key(), id, std::move(record));
            if (!key.empty())
                records.put("ir.model.data",
                            records.next_id("ir.model.data"),
                            Json{{"module", key.substr(0, key.find('.'))},
                                 {"name", key.substr(key.find('.') + 1)},
                                 {"model", model.key()},
                                 {"res_id", id},
                                 {"noupdate", true}});
        }
    }
    return {};
}

}  // namespace

Result<std::unique_ptr<OdooDouble>> OdooDouble::start(Options options, const Clock& clock) {
    auto records = Records::open(options.file);
    if (!records) return std::move(records).error();
    if ((*records)->empty())
        if (auto seeded = seed(**records, options.seed.is_null() ? demo_seed() : options.seed);
            !seeded)
            return std::move(seeded).error();
    for (auto& account : options.accounts)
        seed_account(**records, account);
    if (auto kept = (*records)->commit(); !kept) return std::move(kept).error();
    auto odoo = std::make_unique<Double>(options, *std::move(records), clock);
    if (auto listening = odoo->listen(options); !listening) return std::move(listening).error();
    return std::unique_ptr<OdooDouble>(std::move(odoo));
}

}  // namespace sallyport::odoo_double

// SPDX-License-Identifier: Apache-2.0
// `sallyport demo`: one order through the whole gateway, on this machine, with nothing mocked that can be real; then the
// same message again, and the proof that nothing happened twice.
#include "gateway/base/file.h"
#include "gateway/daemon/command.h"
#include "gateway/daemon/demo_partner.h"
#include "gateway/daemon/demo_site.h"
#include "gateway/daemon/doc_json.h"
#include "gateway/daemon/gateway.h"
#include "gateway/daemon/reloader.h"
#include "gateway/daemon/signals.h"
#include "parsers/x12.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <csignal>
#include <iomanip>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace sallyport::daemon {
namespace {

using nlohmann::ordered_json;

constexpr std::chrono::seconds Patience{90};
constexpr std::chrono::milliseconds LookAgain{20};

struct DemoOptions {
    bool once = false;
    bool verbose = false;
};

// What was seen, and whether it is what was promised.
struct Outcome {
    transports::Delivery first;
    bool same_mdn = false;
    transports::Delivery anew;  // the same order under a new Message-ID
    bool suppressed = false;    // and recognised by what is in it
    std::optional<store::Document> order_document;
    std::optional<store::BackOfficeResult> order;
    std::optional<store::Message> answer;  // the message that carried the 997
    std::string answer_set;                // what the partner found in it
    std::int64_t orders = 0;
    store::ChainVerdict chain;

    bool holds() const {
        return first.disposition == "processed" && first.mic_matched && same_mdn && order &&
               order_document &&
               order_document->status.back_office == store::BackOfficeStatus::Posted &&
               order_document->status.acknowledgement == store::AckStatus::Accepted &&
               answer_set == "997" && answer && answer->receipt.disposition == "processed" &&
               anew.disposition == "processed" && suppressed && orders == 1 && !chain.broken;
    }
};

// Times since the start, so that the road of the document can be read off.
class Timeline {
public:
    Timeline(std::ostream& out, const Clock& clock)
        : m_out(out), m_clock(clock), m_start(clock.steady_now()) {}
    void say(const std::string& what) {
        const auto since =
            std::chrono::duration_cast<std::chrono::milliseconds>(m_clock.steady_now() - m_start);
        m_out << std::right << std::setw(7) << since.count() << " ms  " << what << std::endl;
    }

private:
    std::ostream& m_out;
    const Clock& m_clock;
    std::chrono::steady_clock::time_point m_start;
};

class Demo {
public:
    Demo(const Clock& clock, Log log, std::ostream& out)
        : m_clock(clock), m_log(std::move(log)), m_timeline(out, clock) {}

    Status prepare();
    Result<Outcome> play();
    void linger(std::ostream& out, const SignalWait& signals);

private:
    Status exchange(Outcome& outcome);
    Status follow(Outcome& outcome);
    Status repeat(Outcome& outcome);
    Status send_anew(Outcome& outcome);
    Result<bool> settled(Outcome& outcome);

    const Clock& m_clock;
    Log m_log;
    Timeline m_timeline;
    SystemRandom m_random;
    std::unique_ptr<DemoSite> m_site;
    DemoOdoo m_odoo;
    std::unique_ptr<DemoPartner> m_partner;
    std::optional<Reloader> m_reloader{};  // goes after the gateway that asks it
    std::unique_ptr<Gateway> m_gateway;
    std::string m_number;
    Bytes m_payload;
    transports::Frozen m_frozen;
};

// Every run orders under a number of its own: a real Odoo may see many demonstrations.
Result<Bytes> sample(const std::filesystem::path& data, const std::string& number) {
    auto text = read_file(data / "demo" / "850.edi", std::size_t{1} << 20U);
    if (!text) return std::move(text).error();
    constexpr std::string_view Placeholder = "PO-DEMO";
    const std::size_t at = text->find(Placeholder);
    if (at == std::string::npos)
        return Error("demo.sample", Blame::Operator, "the sample 850 has no number to replace");
    return text->replace(at, Placeholder.size(), number);
}

Status Demo::prepare() {
    auto data = data_directory();
    if (!data) return std::move(data).error();
    auto site = DemoSite::make(*data, m_clock);
    if (!site) return std::move(site).error();
    m_site = *std::move(site);
    m_timeline.say("keys made for both sides, in " + m_site->directory().string());
    m_number = "PO-" + new_id(m_clock.now(), m_random).substr(6, 14);
    auto payload = sample(*data, m_number);
    if (!payload) return std::move(payload).error();
    m_payload = *std::move(payload);

    auto odoo = m_site->back_office(m_clock);
    if (!odoo) return std::move(odoo).error();
    m_odoo = *std::move(odoo);
    auto partner = DemoPartner::start({.our_id = DemoPartnerId,
                                       .gateway_id = DemoGatewayId,
                                       .identity = m_site->partner(),
                                       .gateway_certificate = m_site->gateway().certificate},
                                      m_clock,
                                      m_log.with({{"side", "partner"}}));
    if (!partner) return std::move(partner).error();
    m_partner = *std::move(partner);
    auto configuration = m_site->configure(m_odoo, m_partner->url());
    if (!configuration) return std::move(configuration).error();
    auto gateway = Gateway::build(*std::move(configuration), m_clock, m_log);
    if (!gateway) return std::move(gateway).error();
    m_gateway = *std::move(gateway);
    m_reloader.emplace(*m_gateway, m_site->config_file(), m_log);
    if (Status started = m_gateway->start(); !started) return started;
    m_partner->set_gateway_url("http://127.0.0.1:" + std::to_string(m_gateway->as2_port()) +
                               "/as2");
    m_timeline.say("gateway listens on port " + std::to_string(m_gateway->as2_port()) +
                   ", back office is " +
                   (m_odoo.real ? "Odoo at " + m_odoo.url : "the built-in stand-in for Odoo"));
    return {};
}

Result<Outcome> Demo::play() {
    Outcome outcome;
    if (Status done = exchange(outcome); !done) return std::move(done).error();
    if (Status done = follow(outcome); !done) return std::move(done).error();
    if (Status done = repeat(outcome); !done) return std::move(done).error();
    if (Status done = send_anew(outcome); !done) return std::move(done).error();
    auto chain = store::verify_chain(m_gateway->store());
    if (!chain) return std::move(chain).error();
    outcome.chain = *std::move(chain);
    m_timeline.say("audit chain: " + std::to_string(outcome.chain.entries) + " entries, " +
                   (outcome.chain.broken ? "BROKEN at " + std::to_string(outcome.chain.broken->seq)
                                         : "unbroken"));
    return outcome;
}

Status Demo::exchange(Outcome& outcome) {
    auto frozen = m_partner->freeze(new_id(m_clock.now(), m_random), m_payload);
    if (!frozen) return std::move(frozen).error();
    m_frozen = *std::move(frozen);
    m_timeline.say("partner sends 850 for " + m_number + ", signed and encrypted, " +
                   std::to_string(m_frozen.wire.size()) + " octets");
    auto delivery = m_partner->send(m_frozen);
    if (!delivery) return std::move(delivery).error().during("sending the 850");
    outcome.first = *std::move(delivery);
    m_timeline.say(std::string("partner holds the MDN: ") + outcome.first.disposition +
                   (outcome.first.receipt_signed ? ", signed" : "") +
                   (outcome.first.mic_matched ? ", MIC matches" : ", MIC DIFFERS"));
    return {};
}

// Looks at the rows the pipeline writes until the order is posted and the 997 is delivered.
Result<bool> Demo::settled(Outcome& outcome) {
    auto found = store::read<std::vector<store::Document>>(
        m_gateway->store(), [&](store::Reader& reader) { return reader.thread(m_number); });
    if (!found) return std::move(found).error();
    for (store::Document& document : *found) {
        if (document.set == "850") {
            if (!outcome.order_document) m_timeline.say("850 received, document " + document.id);
            if (!document.canonical_ref.empty() &&
                (!outcome.order_document || outcome.order_document->canonical_ref.empty()))
                m_timeline.say("850 validated and mapped to a canonical order");
            outcome.order_document = document;
        }
        if (document.set != "997" || document.message.empty()) continue;
        auto message = store::read<std::optional<store::Message>>(
            m_gateway->store(),
            [&](store::Reader& reader) { return reader.message(document.message); });
        if (!message) return std::move(message).error();
        outcome.answer = *message;
    }
    if (!outcome.order_document) return false;
    const store::Document& order = *outcome.order_document;
    if (order.status.back_office == store::BackOfficeStatus::Held ||
        order.status.back_office == store::BackOfficeStatus::Refused)
        return Error("demo.held", Blame::Operator, "the order is held: " + order.next.reason);
    return order.status.back_office == store::BackOfficeStatus::Posted &&
           order.status.acknowledgement != store::AckStatus::Owed;
}

Status Demo::follow(Outcome& outcome) {
    const auto deadline = m_clock.steady_now() + Patience;
    while (true) {
        auto done = settled(outcome);
        if (!done) return std::move(done).error();
        if (*done) break;
        if (m_clock.steady_now() > deadline)
            return Error("demo.patience", Blame::Operator, "the document did not arrive in time")
                .remedy("run with --verbose: the log says which step waits");
        std::this_thread::sleep_for(LookAgain);
    }
    auto orders = store::read<std::vector<store::BackOfficeResult>>(
        m_gateway->store(), [&](store::Reader& reader) {
            return reader.back_office_results_of(outcome.order_document->id);
        });
    if (!orders) return std::move(orders).error();
    if (!orders->empty()) {
        outcome.order = orders->front();
        m_timeline.say("order " + outcome.order->name + " (id " +
                       std::to_string(outcome.order->record) + ") is in the back office");
    }
    const auto received = m_partner->await_delivery(Patience);
    if (!received) return Error("demo.patience", Blame::Operator, "the partner got no answer");
    auto document = edi::read_x12(received->payload);
    if (!document) return std::move(document).error().during("reading the partner's inbox");
    for (const auto& interchange : document->interchanges)
        for (const auto& group : interchange.groups)
            for (const auto& transaction : group.transactions)
                outcome.answer_set = std::string(transaction.set);
    m_timeline.say("partner received a " + outcome.answer_set + " and answered its MDN: " +
                   (outcome.answer ? outcome.answer->receipt.disposition : "none"));
    return {};
}

// The receipt's body: header lines carry the date of each answer.
std::string_view body_of(const Bytes& receipt) {
    const std::size_t blank = receipt.find("\r\n\r\n");
    return blank == std::string::npos ? std::string_view(receipt)
                                      : std::string_view(receipt).substr(blank + 4);
}

Status Demo::repeat(Outcome& outcome) {
    m_timeline.say("partner sends the very same message again");
    auto again = m_partner->send(m_frozen);
    if (!again) return std::move(again).error().during("sending the 850 again");
    outcome.same_mdn =
        !again->receipt.empty() && body_of(again->receipt) == body_of(outcome.first.receipt);
    m_timeline.say(outcome.same_mdn ? "the answer is the stored MDN, octet for octet"
                                    : "the answer DIFFERS from the first MDN");
    return {};
}

// As a partner's system does that was restored from a backup: the transport cannot know the message again.
Status Demo::send_anew(Outcome& outcome) {
    auto frozen = m_partner->freeze(new_id(m_clock.now(), m_random), m_payload);
    if (!frozen) return std::move(frozen).error();
    m_timeline.say("partner sends the same order under a new Message-ID");
    auto delivery = m_partner->send(*frozen);
    if (!delivery) return std::move(delivery).error().during("sending the 850 anew");
    outcome.anew = *std::move(delivery);
    const auto deadline = m_clock.steady_now() + Patience;
    while (!outcome.suppressed) {
        auto envelopes = store::read<std::vector<store::Document>>(
            m_gateway->store(), [](store::Reader& reader) {
                return reader.documents({.direction = store::Direction::Inbound,
                                         .level = store::DocumentLevel::Interchange});
            });
        if (!envelopes) return std::move(envelopes).error();
        for (const store::Document& envelope : *envelopes)
            if (envelope.next.code == "flow.duplicate.envelope") outcome.suppressed = true;
        if (m_clock.steady_now() > deadline)
            return Error("demo.patience", Blame::Operator, "the repeat was not recognised in time");
        std::this_thread::sleep_for(LookAgain);
    }
    m_timeline.say("it is recognised by its content: nothing is posted twice");
    auto orders = m_site->count_orders(m_odoo, m_number, m_clock);
    if (!orders) return std::move(orders).error().during("counting orders");
    outcome.orders = *orders;
    m_timeline.say("the back office has " + std::to_string(outcome.orders) +
                   (outcome.orders == 1 ? " order" : " orders") + " for " + m_number);
    return {};
}

void Demo::linger(std::ostream& out, const SignalWait& signals) {
    m_site->keep();
    const std::string config = m_site->config_file().string();
    out << "\nThe gateway keeps running. In another terminal:\n"
        << "  sallyport doc list --config " << config << '\n'
        << "  sallyport thread " << m_number << " --config " << config << '\n'
        << "  sallyport audit verify --config " << config << '\n'
        << "  curl http://127.0.0.1:" << m_gateway->api_port() << "/healthz\n"
        << "  curl http://127.0.0.1:" << m_gateway->api_port() << "/metrics\n"
        << "Partners would send to http://127.0.0.1:" << m_gateway->as2_port()
        << "/as2. Ctrl-C ends it; " << m_site->directory().string() << " stays.\n"
        << std::flush;
    (void)signals.wait();
    m_gateway->stop(std::chrono::seconds(2));
}

ordered_json answer_json(const Outcome& outcome) {
    ordered_json answer;
    answer["receipt"] = {{"mdn", outcome.first.disposition}, {"mic_ok", outcome.first.mic_matched}};
    answer["documents"] = ordered_json::array();
    if (outcome.order_document) {
        ordered_json document;
        document["set"] = outcome.order_document->set;
        document["status"] = axes_json(outcome.order_document->status);
        document["order"] = nullptr;
        if (outcome.order)
            document["order"] = {{"id", outcome.order->record}, {"name", outcome.order->name}};
        answer["documents"].push_back(std::move(document));
    }
    answer["ack"] = {{"set", outcome.answer_set},
                     {"mdn", outcome.answer ? outcome.answer->receipt.disposition : ""}};
    answer["replay"] = {{"same_mdn", outcome.same_mdn}, {"orders", outcome.orders}};
    answer["new_message_id"] = {{"mdn", outcome.anew.disposition},
                                {"suppressed", outcome.suppressed},
                                {"orders", outcome.orders}};
    answer["audit"] = {{"entries", outcome.chain.entries},
                       {"verified", !outcome.chain.broken.has_value()}};
    return answer;
}

int run_demo(CommandLine& line, const DemoOptions& options) {
    const SignalWait signals({SIGTERM, SIGINT});
    const SystemClock clock;
    const Log log(options.verbose ? stderr_sink(clock) : null_sink(), Level::Debug);
    Demo demo(clock, log, line.json ? line.err : line.out);
    if (Status ready = demo.prepare(); !ready) return report(line, ready.error());
    auto outcome = demo.play();
    if (!outcome) {
        (void)report(line, outcome.error());
        return exit_code::Failed;
    }
    if (line.json) line.out << answer_json(*outcome).dump(2) << std::endl;
    if (!outcome->holds()) {
        line.err << "sallyport: not everything that was promised holds; "
                    "run with --verbose to see each step\n";
        return exit_code::Failed;
    }
    if (!options.once) demo.linger(line.json ? line.err : line.out, signals);
    return exit_code::Done;
}

}  // namespace

void add_demo_command(CommandLine& line) {
    CLI::App* verb = line.app.add_subcommand(
        "demo", "play one order through the whole gateway, on this machine");
    auto options = std::make_shared<DemoOptions>();
    verb->add_flag("--once", options->once, "end after the play, with exit code 0 if all held");
    verb->add_flag("--json", line.json, "the outcome as one JSON object on standard output");
    verb->add_flag("--verbose", options->verbose, "the gateway's log on standard error");
    verb->footer(
        "SALLYPORT_ODOO_URL, _DB, _LOGIN and _KEY_FILE name a real Odoo to use instead of the "
        "stand-in.\n"
        "Examples:\n"
        "  sallyport demo                                      and keep it running to look around\n"
        "  sallyport demo --once --json                        for a program\n"
        "  SALLYPORT_ODOO_URL=http://127.0.0.1:8069 ... sallyport demo --once\n");
    verb->callback(
        [&line, options] { line.action = [&line, options] { return run_demo(line, *options); }; });
}

}  // namespace sallyport::daemon

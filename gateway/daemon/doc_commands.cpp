// SPDX-License-Identifier: Apache-2.0
// `doc list`, `doc show`, `thread`: what happened to a document, on four axes, and every attempt with its error.
#include "gateway/daemon/command.h"
#include "gateway/daemon/decision_commands.h"
#include "gateway/daemon/doc_json.h"
#include "gateway/daemon/doc_lookup.h"
#include "gateway/daemon/gateway.h"
#include "gateway/daemon/open_store.h"
#include "gateway/daemon/send_command.h"
#include "gateway/flow/thread.h"
#include "gateway/store/archive.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <iomanip>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace sallyport::daemon {
namespace {

using nlohmann::ordered_json;

struct ListOptions {
    std::string partner;
    std::string set;
    std::string number;
    bool held = false;
    bool needs_action = false;
    bool envelopes = false;
    unsigned limit = 50;
};

// Everything the store knows about one document.
struct Story {
    store::Document document;
    std::vector<store::Document> family;  // its interchange, or what is in it
    std::optional<store::Message> message;
    std::vector<store::Attempt> attempts;
    std::vector<store::BackOfficeResult> orders;
    std::vector<store::AuditEntry> audit;
};

// Wire values reach a terminal here: nothing but printable text may.
std::string safe(std::string_view text) {
    std::string out;
    for (const char octet : text)
        out += static_cast<unsigned char>(octet) < 0x20 || octet == 0x7F ? '?' : octet;
    return out;
}

void print_row(std::ostream& out, const store::Document& document) {
    const auto& status = document.status;
    out << document.id << "  " << iso8601(document.created).substr(0, 19) << "  " << std::left
        << std::setw(8) << store::to_string(document.direction) << " " << std::setw(12)
        << safe(document.partner) << " " << std::setw(4)
        << (document.set.empty() ? std::string("*") : safe(document.set)) << " " << std::setw(16)
        << safe(document.business_number) << " " << store::to_string(status.content) << " / "
        << store::to_string(status.delivery) << " / " << store::to_string(status.acknowledgement)
        << " / " << store::to_string(status.back_office);
    if (document.next.actor != store::Actor::Nobody)
        out << "  -> " << store::to_string(document.next.actor);
    if (!document.next.code.empty()) out << "  [" << document.next.code << "]";
    out << '\n';
}

// Whatever the axis it shows on: the next move is one of our people's.
Result<std::vector<store::Document>> waiting_for_us(store::Reader& reader,
                                                    store::DocumentFilter filter) {
    std::vector<store::Document> all;
    for (const store::Actor actor : {store::Actor::Coordinator, store::Actor::Administrator}) {
        filter.actor = actor;
        auto some = reader.documents(filter);
        if (!some) return some;
        all.insert(all.end(), some->begin(), some->end());
    }
    std::sort(all.begin(), all.end(), [](const auto& one, const auto& other) {
        return one.id > other.id;
    });
    if (all.size() > filter.limit) all.resize(filter.limit);
    return all;
}

int list(CommandLine& line, const ListOptions& options) {
    auto opened = open_for_reading(line);
    if (!opened) return report(line, opened.error());
    store::DocumentFilter filter;
    filter.partner = options.partner;
    filter.set = options.set;
    filter.business_number = options.number;
    filter.limit = options.limit;
    if (options.held) filter.back_office = store::BackOfficeStatus::Held;
    if (!options.envelopes && !options.held) filter.level = store::DocumentLevel::Transaction;
    if (options.needs_action) filter.level.reset();
    auto found =
        store::read<std::vector<store::Document>>(*opened->store, [&](store::Reader& reader) {
            return options.needs_action ? waiting_for_us(reader, filter) : reader.documents(filter);
        });
    if (!found) return report(line, found.error());
    if (line.json) {
        ordered_json answer;
        answer["documents"] = ordered_json::array();
        for (const store::Document& document : *found)
            answer["documents"].push_back(document_json(document));
        line.out << answer.dump(2) << '\n';
        return exit_code::Done;
    }
    for (const store::Document& document : *found)
        print_row(line.out, document);
    if (found->empty()) line.err << "no documents\n";
    return exit_code::Done;
}

template <typename T>
Status append(std::vector<T>& to, Result<std::vector<T>> more) {
    if (!more) return std::move(more).error();
    for (T& item : *more)
        to.push_back(std::move(item));
    return {};
}

Status tell(store::Reader& reader, Story& story) {
    const store::Document& document = story.document;
    const bool inside = !document.parent.empty();
    if (inside) {
        auto parent = reader.document(document.parent);
        if (!parent) return std::move(parent).error();
        if (*parent) story.family.push_back(**std::move(parent));
    }
    // What an interchange holds; the orders that one order was split into.
    if (Status done =
            append(story.family, reader.documents({.parent = document.id, .limit = 10'000}));
        !done)
        return done;
    if (!document.message.empty()) {
        auto message = reader.message(document.message);
        if (!message) return std::move(message).error();
        story.message = *std::move(message);
        if (Status done = append(story.audit, reader.audit_of(document.message)); !done)
            return done;
    }
    if (inside)
        if (Status done = append(story.audit, reader.audit_of(document.parent)); !done) return done;
    if (Status done = append(story.audit, reader.audit_of(document.id)); !done) return done;
    std::sort(story.audit.begin(), story.audit.end(), [](const auto& a, const auto& b) {
        return a.seq < b.seq;
    });
    if (Status done = append(story.attempts, reader.attempts_of_document(document.id)); !done)
        return done;
    return append(story.orders, reader.back_office_results_of(document.id));
}

ordered_json stored_json(const store::Archive& archive, const std::string& address) {
    if (address.empty()) return nullptr;
    auto text = archive.get(address);
    if (!text) return {{"error", text.error().text()}};
    auto json = ordered_json::parse(*text, nullptr, false);
    return json.is_discarded() ? ordered_json(nullptr) : json;
}

ordered_json story_json(const Story& story, const store::Archive& archive) {
    ordered_json answer = document_json(story.document);
    answer["faults"] = stored_json(archive, story.document.faults_ref);
    answer["order"] =
        story.orders.empty() ? ordered_json(nullptr) : order_json(story.orders.front());
    answer["transport"] = story.message ? message_json(*story.message) : ordered_json(nullptr);
    answer["related"] = ordered_json::array();
    for (const store::Document& member : story.family)
        answer["related"].push_back(member.id);
    answer["attempts"] = ordered_json::array();
    for (const store::Attempt& attempt : story.attempts)
        answer["attempts"].push_back(attempt_json(attempt));
    answer["history"] = ordered_json::array();
    for (const store::AuditEntry& entry : story.audit)
        answer["history"].push_back(audit_json(entry));
    return answer;
}

void print_faults(std::ostream& out, const ordered_json& faults) {
    if (!faults.is_array()) return;
    out << "faults\n";
    for (const ordered_json& fault : faults)
        out << "  " << fault.value("segment", "") << " (segment " << fault.value("position", 0)
            << "): " << safe(fault.value("message", "")) << "; " << safe(fault.value("remedy", ""))
            << " [" << fault.value("code", "") << "]\n";
}

void print_story(std::ostream& out, const Story& story, const store::Archive& archive) {
    const store::Document& document = story.document;
    const auto& status = document.status;
    out << (document.set.empty() ? "interchange" : safe(document.set)) << " " << document.id << " "
        << store::to_string(document.direction) << ", partner " << safe(document.partner) << '\n';
    if (!document.business_number.empty())
        out << "number           " << safe(document.business_number) << '\n';
    if (!document.own_number.empty())
        out << (document.kind == "Order" ? "for store        " : "own number       ")
            << safe(document.own_number) << '\n';
    out << "content          " << store::to_string(status.content) << '\n'
        << "delivery         " << store::to_string(status.delivery) << '\n'
        << "acknowledgement  " << store::to_string(status.acknowledgement) << '\n'
        << "back office      " << store::to_string(status.back_office);
    if (!story.orders.empty())
        out << ", " << safe(story.orders.front().name) << " (id " << story.orders.front().record
            << ")";
    out << "\nnext             " << store::to_string(document.next.actor);
    if (document.next.due) out << " until " << iso8601(*document.next.due).substr(0, 19) << "Z";
    out << '\n';
    if (!document.next.reason.empty())
        out << "why              " << safe(document.next.reason) << '\n';
    print_faults(out, stored_json(archive, document.faults_ref));
    out << "attempts\n";
    for (const store::Attempt& attempt : story.attempts)
        out << "  " << iso8601(attempt.started) << "  " << std::left << std::setw(12)
            << attempt.kind << " " << attempt.number << "  "
            << (attempt.ok ? "done" : safe(attempt.text)) << '\n';
    out << "history\n";
    for (const store::AuditEntry& entry : story.audit)
        out << "  " << iso8601(entry.time) << "  " << std::left << std::setw(22) << entry.event
            << " " << safe(entry.actor) << "  " << safe(entry.detail) << '\n';
}

int show(CommandLine& line, const std::string& typed) {
    auto opened = open_for_reading(line);
    if (!opened) return report(line, opened.error());
    auto story = store::read<Story>(*opened->store, [&](store::Reader& reader) -> Result<Story> {
        auto id = complete_id(reader, typed);
        if (!id) return std::move(id).error();
        auto document = reader.document(*id);
        if (!document) return std::move(document).error();
        if (!*document)
            return Error("doc.not_found", Blame::Operator, "there is no document " + *id);
        Story told{.document = **std::move(document)};
        if (Status done = tell(reader, told); !done) return std::move(done).error();
        return told;
    });
    if (!story) {
        const int code = report(line, story.error());
        return story.error().code() == "doc.ambiguous" ? exit_code::Conflict : code;
    }
    const store::Archive archive(archive_directory(opened->settings), opened->store->objects());
    if (line.json)
        line.out << story_json(*story, archive).dump(2) << '\n';
    else
        print_story(line.out, *story, archive);
    return exit_code::Done;
}

ordered_json thread_json(const flow::OrderThread& thread, const std::string& number) {
    ordered_json answer;
    answer["number"] = number;
    answer["documents"] = ordered_json::array();
    for (const store::Document& document : thread.documents)
        answer["documents"].push_back(document_json(document));
    answer["timeline"] = ordered_json::array();
    for (const flow::ThreadEntry& entry : thread.entries)
        answer["timeline"].push_back({{"time", iso8601(entry.time)},
                                      {"kind", flow::to_string(entry.kind)},
                                      {"document", entry.document},
                                      {"text", entry.text}});
    answer["expected"] = ordered_json::array();
    for (const flow::ThreadWait& wait : thread.waits)
        answer["expected"].push_back(
            {{"actor", store::to_string(wait.actor)},
             {"due", wait.due ? ordered_json(iso8601(*wait.due)) : ordered_json(nullptr)},
             {"late", wait.late},
             {"document", wait.document},
             {"code", wait.code},
             {"text", wait.text}});
    return answer;
}

void print_thread(std::ostream& out, const flow::OrderThread& thread) {
    for (const store::Document& document : thread.documents)
        print_row(out, document);
    out << "timeline\n";
    for (const flow::ThreadEntry& entry : thread.entries)
        out << "  " << iso8601(entry.time).substr(0, 19) << "Z  " << safe(entry.text) << '\n';
    out << (thread.waits.empty() ? "nothing is expected\n" : "expected\n");
    for (const flow::ThreadWait& wait : thread.waits) {
        out << "  " << store::to_string(wait.actor);
        if (wait.due)
            out << (wait.late ? ", was due " : ", until ") << iso8601(*wait.due).substr(0, 19)
                << "Z";
        out << ": " << safe(wait.text) << '\n';
    }
}

int thread(CommandLine& line, const std::string& number) {
    auto opened = open_for_reading(line);
    if (!opened) return report(line, opened.error());
    auto found = store::read<flow::OrderThread>(*opened->store, [&](store::Reader& reader) {
        return flow::order_thread(reader, number, SystemClock().now());
    });
    if (!found) return report(line, found.error());
    if (found->documents.empty())
        return report(line,
                      Error("thread.not_found", Blame::Operator, "no document is about " + number)
                          .remedy("numbers are compared exactly; try `sallyport doc list`"));
    if (line.json)
        line.out << thread_json(*found, number).dump(2) << '\n';
    else
        print_thread(line.out, *found);
    return exit_code::Done;
}

void add_list(CommandLine& line, CLI::App& noun) {
    CLI::App* verb = noun.add_subcommand("list", "documents, the newest first");
    auto options = std::make_shared<ListOptions>();
    verb->add_flag("--json", line.json, "one JSON object on standard output");
    verb->add_option("--partner", options->partner, "only of this partner");
    verb->add_option("--set", options->set, "only of this set: 850, 997, ORDERS");
    verb->add_option("--number", options->number, "only about this purchase order");
    verb->add_flag("--held", options->held, "only those held back from the back office");
    verb->add_flag("--needs-action",
                   options->needs_action,
                   "only those whose next move is ours: held, failed to send, overdue");
    verb->add_flag("--envelopes", options->envelopes, "interchanges as well as what is in them");
    verb->add_option("--limit", options->limit, "at most so many")
        ->check(CLI::Range(1U, 10'000U))
        ->capture_default_str();
    verb->footer(
        "Examples:\n"
        "  sallyport doc list --needs-action                   what waits for a person, and why\n"
        "  sallyport doc list --partner acme --set 850         this partner's orders\n"
        "  sallyport doc list --json --limit 1000              for a program\n");
    verb->callback(
        [&line, options] { line.action = [&line, options] { return list(line, *options); }; });
}

}  // namespace

void add_doc_commands(CommandLine& line) {
    CLI::App* noun = line.app.add_subcommand("doc", "documents");
    noun->require_subcommand(1);
    noun->footer(
        "Examples:\n"
        "  sallyport doc list --needs-action            what waits for a person\n"
        "  sallyport doc show ID                        one document: status, attempts, history\n"
        "  sallyport doc list --partner acme            what came from and went to one partner\n");
    add_list(line, *noun);
    CLI::App* verb = noun->add_subcommand("show", "one document: status, attempts, history");
    auto id = std::make_shared<std::string>();
    verb->add_flag("--json", line.json, "one JSON object on standard output");
    verb->add_option("id", *id, "the gateway's document id, or the beginning of it")->required();
    verb->footer(
        "Examples:\n"
        "  sallyport doc show 01KAQ8                           the beginning of an id is enough\n"
        "  sallyport doc show 01KAQ8 --json | jq .next         whose move it is, and by when\n"
        "  sallyport doc show 01KAQ8 --json | jq .faults       what was wrong, segment by "
        "segment\n");
    verb->callback([&line, id] { line.action = [&line, id] { return show(line, *id); }; });

    add_decision_commands(line, *noun);
    add_send_command(line, *noun);

    CLI::App* around = line.app.add_subcommand(
        "thread", "everything about one purchase order: documents, receipts, records, what is due");
    auto number = std::make_shared<std::string>();
    around->add_flag("--json", line.json, "one JSON object on standard output");
    around->add_option("number", *number, "the purchase order number")->required();
    around->footer(
        "Examples:\n"
        "  sallyport thread 4500012345                         what happened, and what comes next\n"
        "  sallyport thread 4500012345 --json                  for a program\n"
        "  sallyport doc list --number 4500012345              without the acknowledgements\n");
    around->callback(
        [&line, number] { line.action = [&line, number] { return thread(line, *number); }; });
}

}  // namespace sallyport::daemon

// SPDX-License-Identifier: Apache-2.0
#include "gateway/odoo/order_changes.h"

#include "gateway/base/digest.h"
#include "gateway/flow/order_change.h"
#include "gateway/odoo/change_judge.h"
#include "gateway/odoo/load.h"
#include "gateway/odoo/resolve_lines.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace sallyport::odoo {

namespace {

using flow::ChangePosting;
using flow::ChangeVerdict;
using flow::Missing;
using flow::Posted;
using Outcome = std::variant<flow::Changed, Missing>;

std::string short_hash(std::string_view text) {
    return sha256_hex(text).substr(0, 16);
}

class Changer {
public:
    Changer(const ChangeParts& parts, const ChangePosting& posting)
        : m_parts(parts),
          m_posting(posting),
          m_key(order_key(posting.order_key)),
          m_mark(m_key + "_c_" + short_hash(posting.change_key)) {}

    Result<Outcome> run() {
        if (Status read = read_order(); !read) return std::move(read).error();
        auto before = made_before();
        if (!before) return std::move(before).error();
        if (*before) return answer(**std::move(before), true);
        if (Status done = attach(); !done) return std::move(done).error();
        auto decided = flow::cancels(m_posting.change) ? cancel() : change();
        if (!decided) {
            if (decided.error().code() == "odoo.change.held")
                if (Status said = say_held(decided.error()); !said) return std::move(said).error();
            return std::move(decided).error();
        }
        if (!m_missing.empty()) return Outcome(std::move(m_missing));
        return answer(*std::move(decided), false);
    }

private:
    Outcome answer(std::vector<ChangeVerdict> verdicts, bool existed) const {
        return flow::Changed{
            .order = {.id = m_posting.record, .name = m_name, .state = m_state, .existed = existed},
            .verdicts = std::move(verdicts)};
    }

    Result<Json> read(const std::string& model, Json domain, std::vector<std::string> fields) {
        return m_parts.client.call({.model = model,
                                    .method = "search_read",
                                    .ids = {},
                                    .arguments = {{"domain", std::move(domain)},
                                                  {"fields", std::move(fields)},
                                                  {"order", "id"}},
                                    .context = Json::object()});
    }

    Result<Json> external_ids(const std::string& model, const Json& records) {
        std::vector<std::int64_t> ids;
        for (const Json& record : records)
            ids.push_back(id_in(record, "id").value_or(0));
        if (ids.empty()) return Json::object();
        return m_parts.client.call({.model = model,
                                    .method = "get_external_id",
                                    .ids = std::move(ids),
                                    .arguments = Json::object(),
                                    .context = Json::object()});
    }

    Status read_order() {
        auto model = m_parts.data.model();
        if (!model) return std::move(model).error().during("reading the order");
        std::vector<std::string> fields{"name", "state", "commitment_date"};
        if (model->locked) fields.emplace_back("locked");
        auto found = read("sale.order",
                          Json::array({Json::array({"id", "=", m_posting.record})}),
                          std::move(fields));
        if (!found) return std::move(found).error().during("reading the order");
        if (found->empty())
            return Error("odoo.change.record",
                         Blame::BackOffice,
                         "the order that is to be changed was deleted in Odoo")
                .remedy("tell the buyer, then discard the document");
        const Json& order = found->front();
        m_name = text_of(order, "name");
        m_state = text_of(order, "state");
        m_locked = order.value("locked", Json()) == Json(true) || m_state == "done";
        m_date = text_of(order, "commitment_date");
        return {};
    }

    // Notes that have a subject are ours; their external ids say of which change.
    Result<std::optional<std::vector<ChangeVerdict>>> made_before() {
        auto notes = read("mail.message",
                          Json::array({Json::array({"model", "=", "sale.order"}),
                                       Json::array({"res_id", "=", m_posting.record}),
                                       Json::array({"subject", "!=", false})}),
                          {"subject"});
        if (!notes) return std::move(notes).error().during("looking for the change");
        auto keys = external_ids("mail.message", *notes);
        if (!keys) return std::move(keys).error().during("looking for the change");
        for (const Json& one : *notes)
            if (text_of(*keys, std::to_string(id_in(one, "id").value_or(0))) ==
                std::string(KeyModule) + "." + m_mark)
                return std::optional(verdicts_in(text_of(one, "subject")));
        return std::optional<std::vector<ChangeVerdict>>();
    }

    Status attach() {
        const auto& original = m_posting.original;
        if (original.octets.empty()) return {};
        auto loaded = m_parts.patiently(
            load_call("ir.attachment",
                      {"id", "name", "res_model", "res_id", "datas", "mimetype"},
                      Json::array({Json::array({m_key + "_att_" + short_hash(original.octets),
                                                original.file_name,
                                                "sale.order",
                                                m_posting.record,
                                                to_base64(original.octets),
                                                original.content_type})})));
        return loaded ? Status()
                      : Status(std::move(loaded).error().during("attaching the original"));
    }

    bool undecided() const { return m_state == "draft" || m_state == "sent"; }

    // --- taking the whole order back ---------------------------------------------------------------------------------

    Result<std::vector<ChangeVerdict>> cancel() {
        if (m_state == "cancel") return note({{.no = "", .accepted = true, .reason = ""}}, "");
        if (m_locked) return locked();
        auto standing = read_lines();
        if (!standing) return std::move(standing).error();
        for (const auto& [key, line] : *standing)
            if (!line.delivered.is_zero() || !line.invoiced.is_zero())
                return note({{.no = "",
                              .accepted = false,
                              .reason = plain(line.delivered) + " of " + line.name +
                                        " are delivered, " + plain(line.invoiced) + " invoiced"}},
                            "");
        // Without this word Odoo answers with a question, does nothing, and calls that success.
        auto done = m_parts.patiently({.model = "sale.order",
                                       .method = "action_cancel",
                                       .ids = std::vector<std::int64_t>{m_posting.record},
                                       .arguments = Json::object(),
                                       .context = {{"disable_cancel_warning", true}}});
        if (!done) return std::move(done).error().during("cancelling the order");
        if (Status again = read_order(); !again) return std::move(again).error();
        if (m_state != "cancel")
            return held(m_name,
                        "Odoo left it in state '" + m_state + "' without a reason",
                        "cancel it in Odoo, then release the document");
        return note({{.no = "", .accepted = true, .reason = ""}}, "<p>The order is cancelled.</p>");
    }

    Error locked() const {
        return held(m_name,
                    "the order is locked in Odoo",
                    "unlock it in Odoo and release the document, or discard the document and tell "
                    "the buyer");
    }

    // --- lines ---------------------------------------------------------------------------------------------------------

    // By the end of their external ids: "l1".
    Result<std::map<std::string, Standing>> read_lines() {
        auto records = read("sale.order.line",
                            Json::array({Json::array({"order_id", "=", m_posting.record})}),
                            {"name",
                             "sequence",
                             "product_id",
                             "product_uom",
                             "product_uom_qty",
                             "price_unit",
                             "qty_delivered",
                             "qty_invoiced"});
        if (!records) return std::move(records).error().during("reading the lines");
        auto keys = external_ids("sale.order.line", *records);
        if (!keys) return std::move(keys).error().during("reading the lines");
        const std::string prefix = std::string(KeyModule) + "." + m_key + "_";
        std::map<std::string, Standing> lines;
        for (const Json& record : *records) {
            Standing line;
            line.id = id_in(record, "id").value_or(0);
            const std::string key = text_of(*keys, std::to_string(line.id));
            if (!key.starts_with(prefix)) continue;
            line.product = id_in(record, "product_id").value_or(0);
            line.unit = id_in(record, "product_uom").value_or(0);
            line.sequence = record.value("sequence", std::int64_t{0});
            line.name = name_in(record, "product_id");
            struct Number {
                const char* field;
                Decimal& value;
            };
            for (const auto& [field, value] : {Number{"product_uom_qty", line.quantity},
                                               Number{"price_unit", line.price},
                                               Number{"qty_delivered", line.delivered},
                                               Number{"qty_invoiced", line.invoiced}}) {
                auto number = decimal_of(record.value(field, Json()));
                if (!number) return std::move(number).error();
                value = *number;
            }
            lines.emplace(key.substr(prefix.size()), std::move(line));
        }
        return lines;
    }

    Result<std::vector<ChangeVerdict>> change() {
        if (m_state == "cancel")
            return note({{.no = "", .accepted = false, .reason = "the order is cancelled"}}, "");
        if (m_locked) return locked();
        if (Status clear = check_change(m_name, m_posting); !clear) return std::move(clear).error();
        auto standing = read_lines();
        if (!standing) return std::move(standing).error();
        auto resolved = resolve_all();
        if (!resolved) return std::move(resolved).error();
        if (!m_missing.empty()) return std::vector<ChangeVerdict>();
        std::vector<ChangeVerdict> verdicts;
        std::vector<Wanted> wanted;
        for (const Json& line : lines_of(m_posting.change)) {
            const std::string no = text_of(line, "no");
            const auto meant = std::find_if(resolved->begin(),
                                            resolved->end(),
                                            [&](const ResolvedLine& one) { return one.no == no; });
            if (meant == resolved->end()) {  // it would take back what never was
                verdicts.push_back(
                    {.no = no, .accepted = false, .reason = "the order has no such line"});
                continue;
            }
            const auto there = standing->find(meant->key);
            Wanted one{.line = *meant,
                       .standing = there == standing->end() ? nullptr : &there->second,
                       .no = no,
                       .difference = {}};
            auto verdict = judge_line(
                {.order = m_name, .undecided = undecided(), .posting = m_posting}, line, one);
            if (!verdict) return std::move(verdict).error();
            if (verdict->accepted) wanted.push_back(std::move(one));
            verdicts.push_back(*std::move(verdict));
        }
        return apply(std::move(verdicts), wanted);
    }

    // The order as it would be, understood line by line. A line taken back needs no quantity to be understood.
    Result<std::vector<ResolvedLine>> resolve_all() {
        std::vector<ChangeVerdict> all;
        std::vector<std::string> none;
        for (const Json& line : lines_of(m_posting.change)) {
            const std::string no = text_of(line, "no");
            if (flow::takes_back(line) && !has_line(m_posting.order, no))
                none.push_back(no);
            else
                all.push_back({.no = no, .accepted = true, .reason = {}});
        }
        flow::OrderPosting posting;
        posting.document = m_posting.document;
        posting.partner = m_posting.partner;
        posting.customer = m_posting.customer;
        posting.order = flow::order_in_force(m_posting.order, m_posting.change, all);
        auto lines = resolve_lines(posting, m_parts.options, m_parts.data, m_missing);
        if (!lines) return std::move(lines).error().during("resolving the lines");
        return lines;
    }

    // --- writing -------------------------------------------------------------------------------------------------------

    // The new date, where the change names one.
    Result<std::string> new_date() const {
        const auto dates = m_posting.change.find("dates");
        if (dates == m_posting.change.end() || !dates->is_array()) return std::string();
        for (const char* kind : {"deliver", "ship"})
            for (const Json& one : *dates)
                if (text_of(one, "kind") == kind)
                    return utc_datetime(text_of(one, "at"), m_parts.options.delivery_time_utc);
        return std::string();
    }

    Result<std::vector<ChangeVerdict>> apply(std::vector<ChangeVerdict> verdicts,
                                             const std::vector<Wanted>& wanted) {
        auto date = new_date();
        if (!date) return std::move(date).error();
        if (*date == m_date || (wanted.empty() && !verdicts.empty())) date->clear();
        if (verdicts.empty())
            verdicts.push_back({.no = "", .accepted = !date->empty(), .reason = {}});
        if (verdicts.front().no.empty() && !verdicts.front().accepted)
            verdicts.front().reason = "it changes nothing";
        std::string difference;
        for (const Wanted& one : wanted)
            difference += paragraph("Line " + one.no + ": " +
                                    (one.difference.empty() ? "as it is" : one.difference));
        if (!date->empty())
            difference += paragraph("Delivery date: " + (m_date.empty() ? "none" : m_date) +
                                    " -> " + *date + " UTC");
        if (wanted.empty() && date->empty()) return note(std::move(verdicts), difference);
        // Not repeated here: what rolled it back may have been the same change, or a person.
        auto loaded = m_parts.client.call(write_call(verdicts, wanted, *date, difference));
        if (!loaded) return std::move(loaded).error().during("changing the order");
        auto ids = loaded_ids("sale.order", *loaded);
        if (!ids) return std::move(ids).error().during("changing the order");
        if (Status same = read_back(wanted); !same) return std::move(same).error();
        return verdicts;
    }

    static std::string paragraph(const std::string& text) {
        return "<p>" + escape_html(text) + "</p>";
    }

    std::string body(const std::string& head,
                     const std::vector<ChangeVerdict>& verdicts,
                     const std::string& difference) const {
        std::string text = paragraph(head + ", gateway document " + m_posting.document + ".");
        text += difference;
        for (const ChangeVerdict& one : verdicts)
            if (!one.accepted)
                text += paragraph((one.no.empty() ? "Refused: " : "Line " + one.no + " refused: ") +
                                  one.reason + ".");
        return text;
    }

    std::string head() const {
        const std::string number = text_of(m_posting.change, "change_number");
        return (flow::cancels(m_posting.change) ? "Cancellation"
                : number.empty()                ? "Change"
                                                : "Change " + number) +
               std::string(" of order ") + text_of(m_posting.change, "number") +
               " received by EDI from " + m_posting.partner;
    }

    // Every row names every column: Odoo would take an empty cell of an existing line as "take it away".
    Call write_call(const std::vector<ChangeVerdict>& verdicts,
                    const std::vector<Wanted>& wanted,
                    const std::string& date,
                    const std::string& difference) const {
        std::vector<std::string> columns{".id"};
        Json head_cells = Json::array({m_posting.record});
        if (!date.empty()) {
            columns.emplace_back("commitment_date");
            head_cells.push_back(date);
        }
        for (const char* column :
             {"id", "model", "message_type", "subtype_id/id", "subject", "body"})
            columns.push_back(std::string("message_ids/") + column);
        for (const auto& cell : {m_mark,
                                 std::string("sale.order"),
                                 std::string("comment"),
                                 std::string("mail.mt_note"),
                                 verdicts_text(verdicts),
                                 body(head(), verdicts, difference)})
            head_cells.push_back(cell);
        const std::size_t width = columns.size();
        if (!wanted.empty())
            for (const char* column : {"id",
                                       "sequence",
                                       "product_id/.id",
                                       "product_uom/.id",
                                       "product_uom_qty",
                                       "price_unit"})
                columns.push_back(std::string("order_line/") + column);
        Json rows = Json::array();
        if (wanted.empty()) rows.push_back(head_cells);
        for (std::size_t at = 0; at < wanted.size(); ++at) {
            const auto& one = wanted[at];
            Json row = at == 0 ? head_cells : Json(std::vector<std::string>(width));
            row.push_back(m_key + "_" + one.line.key);
            row.push_back(one.standing != nullptr ? one.standing->sequence
                                                  : static_cast<std::int64_t>(10 * (at + 100)));
            row.push_back(one.line.product);
            row.push_back(one.line.unit);
            row.push_back(one.line.quantity.to_string());
            row.push_back(one.line.price.to_string());
            rows.push_back(std::move(row));
        }
        return load_call("sale.order", std::move(columns), std::move(rows));
    }

    // Odoo recomputes without a word.
    Status read_back(const std::vector<Wanted>& wanted) {
        auto now = read_lines();
        if (!now) return std::move(now).error().during("reading the order back");
        for (const Wanted& one : wanted) {
            const auto line = now->find(one.line.key);
            if (line == now->end() || line->second.quantity != one.line.quantity ||
                line->second.price != one.line.price)
                return Error("odoo.change.differs",
                             Blame::BackOffice,
                             "line " + one.no + " of order " + m_name +
                                 " in Odoo is not what the change says")
                    .remedy(
                        "compare the order with the note in its chatter, correct it, then "
                        "release the document");
        }
        return {};
    }

    // A change that writes nothing but that it came.
    Result<std::vector<ChangeVerdict>> note(std::vector<ChangeVerdict> verdicts,
                                            const std::string& difference) {
        if (Status said = say(m_mark, verdicts_text(verdicts), body(head(), verdicts, difference));
            !said)
            return std::move(said).error();
        return verdicts;
    }

    Status say(const std::string& key, const std::string& subject, const std::string& text) {
        auto loaded = m_parts.patiently(
            load_call("mail.message",
                      {"id", "model", "res_id", "message_type", "subtype_id/id", "subject", "body"},
                      Json::array({Json::array({key,
                                                "sale.order",
                                                m_posting.record,
                                                "comment",
                                                "mail.mt_note",
                                                subject,
                                                text})})));
        return loaded ? Status() : Status(std::move(loaded).error().during("writing the note"));
    }

    // Once per reason: who released it too early is not told again.
    Status say_held(const Error& error) {
        std::string lines;
        for (const Json& line : lines_of(m_posting.change))
            lines += paragraph("Line " + text_of(line, "no") + ": " + text_of(line, "change") +
                               " " + text_of(line, "quantity") + " " + text_of(line, "unit") +
                               (line.contains("price") ? " at " + text_of(line, "price") : ""));
        return say(
            m_key + "_h_" + short_hash(m_posting.change_key + error.what()),
            "",
            body(head() + " is not made yet. " + error.what() + ". What helps: " + error.remedy(),
                 {},
                 lines));
    }

    const ChangeParts& m_parts;
    const ChangePosting& m_posting;
    const std::string m_key;
    const std::string m_mark;
    std::string m_name;
    std::string m_state;
    std::string m_date;
    bool m_locked = false;
    Missing m_missing;
};

}  // namespace

std::vector<Fence::Rule> change_rules() {
    std::vector<std::string> order{".id", "commitment_date", "message_ids", "order_line"};
    for (const char* field : {"id", "model", "message_type", "subtype_id", "subject", "body"})
        order.push_back(std::string("message_ids/") + field);
    return {{"sale.order", "search_read", {"name", "state", "locked", "commitment_date"}},
            {"sale.order", "load", std::move(order)},
            {"sale.order", "action_cancel", {}},
            {"sale.order.line",
             "search_read",
             {"order_id",
              "name",
              "sequence",
              "product_id",
              "product_uom",
              "product_uom_qty",
              "price_unit",
              "qty_delivered",
              "qty_invoiced"}},
            {"mail.message", "search_read", {"model", "res_id", "subject"}},
            {"mail.message", "get_external_id", {}},
            {"mail.message", "load", {"subject"}}};
}

Result<std::variant<flow::Changed, flow::Missing>> change_order(const ChangeParts& parts,
                                                                const ChangePosting& posting) {
    for (unsigned attempt = 0;; ++attempt) {
        auto outcome = Changer(parts, posting).run();
        if (outcome || outcome.error().code() != "odoo.busy" || !parts.again(attempt))
            return outcome;
    }
}

}  // namespace sallyport::odoo

// SPDX-License-Identifier: Apache-2.0
// A vendor's ship notice on the receipt that is expected: what comes, in which packages, of which lots. Receiving it stays
// with the warehouse.
//
// Lines that Odoo made for all that was ordered give way to what was announced: changed where they are, deleted where they
// are too many. They are never merely detached: a detached line is received on top of the rest. What an earlier notice
// announced for the same receipt stays.
#include "gateway/odoo/echo.h"
#include "gateway/odoo/load.h"
#include "gateway/odoo/outgoing.h"
#include "gateway/odoo/ship_notice_pieces.h"
#include "gateway/odoo/vendor_work.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace sallyport::odoo {

namespace {

// As VendorWork::key('s') and the order make it; people's notes have no such subject.
bool is_our_mark(const std::string& subject) {
    constexpr std::size_t Key = 2 + 32;
    return subject.size() > Key && subject.starts_with("s_") && subject[Key] == '_';
}

// `write` wants numbers, where `load` takes texts. Odoo keeps two places of a quantity: no double is too small for that.
Json number_of(const Decimal& value) {
    return Json::parse(value.trimmed().to_string());
}

struct Expected {
    const PurchaseLine* line = nullptr;
    std::int64_t move = 0;
    std::int64_t unit = 0;
    std::string tracking{};
    Decimal demand{};
    std::vector<std::int64_t> lines{};  // stock.move.line
    Json wanted = Json::array();        // values of those to be
    Decimal announced{};
};

// What one notice means for one order.
class ShipmentIn {
public:
    ShipmentIn(const VendorWork& work, const PurchaseOrder& order, const UnitTable& units)
        : m_work(work),
          m_order(order),
          m_units(units),
          m_judge(work.posting.rules),
          m_mark(work.key('s') + "_" + std::to_string(order.id)) {}

    VendorAnswer post(const std::vector<Piece>& pieces) {
        auto before = done_before();
        if (!before) return std::move(before).error();
        if (*before) return noted(true);
        if (Status found = find_receipt(); !found) return std::move(found).error();
        if (Status read = read_moves(); !read) return std::move(read).error();
        for (const Piece& piece : pieces)
            if (piece.order == m_order.name)
                if (Status added = add(piece); !added) return std::move(added).error();
        auto announced = sums();
        if (!announced) return std::move(announced).error();
        m_announced = *std::move(announced);
        for (const Sums& one : m_announced)
            m_judge.no_more("line " + one.line->no, "expected", one.demand, one.announced);
        RecordNotes notes(m_work.client, m_work.pause, m_work.key('s'));
        if (Status done = notes.attach(receipt(), m_work.posting.original); !done)
            return std::move(done).error();
        if (m_judge.worst() != Judge::Act::Warn)
            return stopped(m_work, receipt(), m_name, m_judge, "odoo.shipment.held");
        // Before what is written: a document whose mark is found is done with.
        if (m_judge.any())
            if (Status asked =
                    notes.task(receipt(), "differs", "EDI: the ship notice differs", body());
                !asked)
                return std::move(asked).error();
        if (Status done = write(); !done) return std::move(done).error();
        return noted(false);
    }

private:
    RecordRef receipt() const {
        return {.model = "stock.picking",
                .id = m_picking,
                .model_id = "stock.model_stock_picking",
                .user = m_order.buyer};
    }

    std::string number() const { return text_of(m_work.posting.content, "number"); }

    VendorAnswer noted(bool existed) const {
        return std::variant<flow::Noted, flow::Missing>(flow::Noted{
            .record = {.id = m_picking, .name = m_name, .state = m_state, .existed = existed},
            .system = "odoo/stock.picking",
            .remarks = m_judge.text()});
    }

    Result<Json> receipts(Json more) {
        Json domain = Json::array(
            {leaf("purchase_id", "=", m_order.id), leaf("picking_type_code", "=", "incoming")});
        for (Json& one : more)
            domain.push_back(std::move(one));
        return read_all(m_work.client, "stock.picking", std::move(domain), {"name", "state"});
    }

    // Whichever receipt it was written on, done or not.
    Result<bool> done_before() {
        auto all = receipts(Json::array());
        if (!all) return std::move(all).error();
        auto found = read_all(m_work.client,
                              "mail.message",
                              Json::array({leaf("model", "=", "stock.picking"),
                                           leaf("res_id", "in", ids_of(*all)),
                                           leaf("subject", "=", m_mark)}),
                              {"res_id"});
        if (!found) return std::move(found).error();
        if (found->empty()) return false;
        m_picking = id_in(found->front(), "res_id").value_or(0);
        for (const Json& one : *all)
            if (id_in(one, "id") == m_picking) {
                m_name = text_of(one, "name");
                m_state = text_of(one, "state");
            }
        return true;
    }

    // The oldest that is still open.
    Status find_receipt() {
        auto open = receipts(
            Json::array({leaf("state", "in", Json::array({"assigned", "confirmed", "waiting"}))}));
        if (!open) return std::move(open).error();
        if (open->empty())
            return Error("odoo.receipt.none",
                         Blame::BackOffice,
                         "no receipt of purchase order " + m_order.name +
                             " is expected any more, and ship notice " + number() + " came")
                .remedy(
                    "ask the warehouse whether the goods came before the notice; then discard "
                    "the document");
        m_picking = id_in(open->front(), "id").value_or(0);
        m_name = text_of(open->front(), "name");
        m_state = text_of(open->front(), "state");
        return {};
    }

    Status read_moves() {
        auto moves =
            read_all(m_work.client,
                     "stock.move",
                     Json::array({leaf("picking_id", "=", m_picking),
                                  leaf("state", "not in", Json::array({"done", "cancel"}))}),
                     {"product_uom_qty",
                      "product_uom",
                      "purchase_line_id",
                      "has_tracking",
                      "move_line_ids"});
        if (!moves) return std::move(moves).error();
        for (const Json& move : *moves) {
            Expected one;
            one.move = id_in(move, "id").value_or(0);
            one.line = m_order.line_of(id_in(move, "purchase_line_id").value_or(0));
            one.unit = id_in(move, "product_uom").value_or(0);
            one.tracking = text_of(move, "has_tracking");
            auto demand = decimal_of(move.value("product_uom_qty", Json()));
            if (!demand) return std::move(demand).error();
            one.demand = *demand;
            for (const Json& line : move.value("move_line_ids", Json::array()))
                one.lines.push_back(line.get<std::int64_t>());
            m_expected.push_back(std::move(one));
        }
        // What an earlier notice of this order said is on the receipt: that stays.
        auto earlier = read_all(m_work.client,
                                "mail.message",
                                Json::array({leaf("model", "=", "stock.picking"),
                                             leaf("res_id", "=", m_picking),
                                             leaf("subject", "!=", false)}),
                                {"subject"});
        if (!earlier) return std::move(earlier).error();
        m_first = std::none_of(earlier->begin(), earlier->end(), [](const Json& one) {
            return is_our_mark(text_of(one, "subject"));
        });
        return {};
    }

    Status add(const Piece& piece) {
        const Json& said = piece.item_line;
        const Json item = said.value("item", Json::object());
        std::string no = text_of(said, "order_line");
        if (no.empty()) no = text_of(said, "line_no");
        auto meant = line_meant(m_order, no, item);
        if (!meant) return std::move(meant).error();
        const std::vector<Expected*> moves = expected_of((*meant)->id);
        if (moves.empty()) {
            m_judge.differs("line " + (*meant)->no + " is not expected any more",
                            m_judge.rules().on_quantity);
            return {};
        }
        auto quantity = Decimal::parse(text_of(said, "quantity"));
        if (!quantity) return std::move(quantity).error().during("line " + (*meant)->no);
        const auto pieces =
            m_units.quantity_in(*quantity, text_of(said, "unit"), moves.front()->unit);
        if (!pieces) {
            m_judge.differs(
                "line " + (*meant)->no + ": unit '" + text_of(said, "unit") + "' is none of ours",
                m_judge.rules().on_quantity);
            return {};
        }
        return share(moves, *pieces, item, piece.sscc);
    }

    // A line that was raised after its order was confirmed is expected in two moves.
    std::vector<Expected*> expected_of(std::int64_t line) {
        std::vector<Expected*> moves;
        for (Expected& one : m_expected)
            if (one.line != nullptr && one.line->id == line &&
                (moves.empty() || one.unit == moves.front()->unit))
                moves.push_back(&one);
        return moves;
    }

    // Each move gets what it waits for, the last one all that is left.
    Status share(const std::vector<Expected*>& moves,
                 const Decimal& quantity,
                 const Json& item,
                 const std::string& sscc) {
        Decimal left = quantity;
        for (Expected* move : moves) {
            auto room = move->demand.minus(move->announced);
            if (!room) return std::move(room).error();
            const bool last = move == moves.back();
            if (!last && *room <= Decimal()) continue;
            const Decimal part = last ? left : std::min(left, *room);
            auto rest = left.minus(part);
            auto sum = move->announced.plus(part);
            if (!rest || !sum) return std::move(rest ? sum : rest).error();
            left = *rest;
            move->announced = *sum;
            if (Status wanted = want(*move, part, item, sscc); !wanted) return wanted;
            if (left.is_zero()) break;
        }
        return {};
    }

    struct Sums {
        const PurchaseLine* line = nullptr;
        Decimal demand{};
        Decimal announced{};
    };

    // What is announced, by line of the order.
    Result<std::vector<Sums>> sums() const {
        std::vector<Sums> all;
        for (const Expected& one : m_expected) {
            if (one.line == nullptr) continue;
            auto known = std::find_if(
                all.begin(), all.end(), [&](const Sums& sum) { return sum.line == one.line; });
            if (known == all.end()) known = all.insert(all.end(), Sums{.line = one.line});
            auto demand = known->demand.plus(one.demand);
            auto announced = known->announced.plus(one.announced);
            if (!demand || !announced) return std::move(demand ? announced : demand).error();
            known->demand = *demand;
            known->announced = *announced;
        }
        std::erase_if(all, [](const Sums& sum) { return sum.announced.is_zero(); });
        return all;
    }

    Status want(Expected& expected,
                const Decimal& quantity,
                const Json& item,
                const std::string& sscc) {
        Json values{{"product_id", expected.line->product},
                    {"picking_id", m_picking},
                    {"quantity", number_of(quantity)},
                    {"product_uom_id", expected.unit}};
        std::string lot = text_of(item, "lot");
        if (lot.empty()) lot = text_of(item, "serial");
        if (!lot.empty() && expected.tracking != "none") values["lot_name"] = lot;
        if (lot.empty() && expected.tracking != "none")
            m_judge.remark("line " + expected.line->no + ": no lot is named");
        if (!lot.empty() && expected.tracking == "none")
            m_judge.remark("line " + expected.line->no + ": lot " + lot);
        if (const std::string code = sscc_in(sscc); !code.empty()) {
            auto package = package_of(code);
            if (!package) return std::move(package).error();
            values["result_package_id"] = *package;
        } else if (!sscc.empty()) {
            m_judge.remark("line " + expected.line->no + ": '" + sscc +
                           "' is no SSCC (18 digits and their check digit), no package is named");
        }
        expected.wanted.push_back(std::move(values));
        return {};
    }

    // A package is named by its code, whoever sends the notice again.
    Result<std::int64_t> package_of(const std::string& code) {
        if (const auto known = m_packages.find(code); known != m_packages.end())
            return known->second;
        auto loaded = call_patiently(
            m_work.client,
            load_call("stock.quant.package",
                      {"id", "name"},
                      Json::array({Json::array(
                          {"p_" + hash16(m_work.posting.vendor + "|" + code), "00" + code})})),
            m_work.pause);
        if (!loaded) return std::move(loaded).error().during("making package " + code);
        auto ids = loaded_ids("stock.quant.package", *loaded);
        if (!ids) return std::move(ids).error();
        m_packages[code] = ids->front();
        return ids->front();
    }

    Json moves() const {
        Json all = Json::array();
        for (const Expected& one : m_expected) {
            Json commands = Json::array();
            std::size_t at = 0;
            if (m_first) {
                for (; at < one.lines.size() && at < one.wanted.size(); ++at)
                    commands.push_back(Json::array({1, one.lines[at], one.wanted[at]}));
                for (std::size_t rest = at; rest < one.lines.size(); ++rest)
                    commands.push_back(Json::array({2, one.lines[rest], 0}));
            }
            for (; at < one.wanted.size(); ++at)
                commands.push_back(Json::array({0, 0, one.wanted[at]}));
            if (!commands.empty())
                all.push_back(
                    Json::array({1, one.move, Json{{"move_line_ids", std::move(commands)}}}));
        }
        return all;
    }

    std::string body() const {
        std::vector<std::string> lines;
        for (const Sums& one : m_announced)
            lines.push_back("Line " + one.line->no + ": " + one.announced.trimmed().to_string() +
                            " of " + one.demand.trimmed().to_string());
        const Json shipment = m_work.posting.content.value("shipment", Json::object());
        const Json carrier = shipment.value("carrier", Json::object());
        for (const char* field : {"scac", "routing", "tracking"})
            if (const std::string text = text_of(carrier, field); !text.empty())
                lines.push_back(std::string("Carrier, ") + field + ": " + text);
        if (const std::string text = text_of(shipment, "bill_of_lading"); !text.empty())
            lines.push_back("Bill of lading: " + text);
        if (const std::string day = text_of(shipment, "expected_on"); !day.empty())
            lines.push_back("Expected on " + day);
        for (const std::string& one : m_judge.all())
            lines.push_back(one);
        return html_paragraphs(m_work.head("Ship notice " + number() + " for " + m_order.name),
                               lines);
    }

    // All of it in one transaction, with the note that is looked for before anything is written again.
    Status write() {
        Json values{{"move_ids", moves()},
                    {"message_ids",
                     Json::array({Json::array({0,
                                               0,
                                               Json{{"model", "stock.picking"},
                                                    {"res_id", m_picking},
                                                    {"message_type", "comment"},
                                                    {"subject", m_mark},
                                                    {"body", body()}}})})}};
        auto subtype = m_work.client.call({.model = "ir.model.data",
                                           .method = "check_object_reference",
                                           .ids = {},
                                           .arguments = {{"module", "mail"}, {"xml_id", "mt_note"}},
                                           .context = Json::object()});
        if (!subtype) return std::move(subtype).error().during("looking for the kind of notes");
        if (!subtype->is_array() || subtype->size() != 2)
            return Error("odoo.reply.malformed", Blame::Network, "the kind of notes is unknown");
        values["message_ids"][0][2]["subtype_id"] = (*subtype)[1];
        const Json shipment = m_work.posting.content.value("shipment", Json::object());
        if (const std::string day = text_of(shipment, "expected_on"); !day.empty()) {
            auto moment = utc_datetime(day, m_work.options.delivery_time_utc);
            if (moment) values["scheduled_date"] = *moment;
        }
        // Not repeated here: what rolled it back may have been the same notice, or the warehouse.
        auto written = m_work.client.call({.model = "stock.picking",
                                           .method = "write",
                                           .ids = std::vector<std::int64_t>{m_picking},
                                           .arguments = {{"vals", std::move(values)}},
                                           .context = Json::object()});
        return written ? Status()
                       : Status(std::move(written).error().during("writing on receipt " + m_name));
    }

    const VendorWork& m_work;
    const PurchaseOrder& m_order;
    const UnitTable& m_units;
    Judge m_judge;
    const std::string m_mark;
    std::int64_t m_picking = 0;
    std::string m_name{};
    std::string m_state{};
    bool m_first = true;
    std::vector<Expected> m_expected{};
    std::vector<Sums> m_announced{};
    std::map<std::string, std::int64_t> m_packages{};
};

}  // namespace

VendorAnswer post_ship_notice(const VendorWork& work) {
    const std::vector<Piece> pieces = pieces_of(work.posting.content);
    std::vector<std::string> numbers;
    for (const Piece& piece : pieces)
        if (std::find(numbers.begin(), numbers.end(), piece.order) == numbers.end())
            numbers.push_back(piece.order);
    if (numbers.empty()) numbers.emplace_back();
    auto units = UnitTable::read(work.client, work.options, work.posting.partner);
    if (!units) return std::move(units).error();
    std::optional<flow::Noted> first;
    PurchaseReader reader(work.client);
    for (const std::string& number : numbers) {
        auto order = reader.by_number(number, work.posting.vendor);
        if (!order) return std::move(order).error();
        auto one = ShipmentIn(work, *order, *units).post(pieces);
        if (!one) return std::move(one).error().during("order " + number);
        auto& noted = std::get<flow::Noted>(*one);
        if (noted.refused) return one;
        if (!first)
            first = std::move(noted);
        else if (!noted.remarks.empty())
            first->remarks += (first->remarks.empty() ? "" : "; ") + noted.remarks;
    }
    return std::variant<flow::Noted, flow::Missing>(*std::move(first));
}

Fence ship_notices_in_fence() {
    return Fence(purchase_rules())
        .with(notes_rules())
        .with({{"ir.model.data", "check_object_reference", {}},
               {"stock.picking",
                "search_read",
                {"purchase_id", "picking_type_code", "state", "name"}},
               {"stock.move",
                "search_read",
                {"picking_id",
                 "state",
                 "product_uom_qty",
                 "product_uom",
                 "purchase_line_id",
                 "has_tracking",
                 "move_line_ids"}},
               {"stock.quant.package", "load", {"name"}},
               {"stock.picking", "write", {"move_ids", "message_ids", "scheduled_date"}}});
}

}  // namespace sallyport::odoo

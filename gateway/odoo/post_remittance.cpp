// SPDX-License-Identifier: Apache-2.0
// A customer's remittance advice: a note on each invoice it pays, and a task where it pays less. Money is booked from the
// bank's statement, by people.
#include "gateway/odoo/echo.h"
#include "gateway/odoo/load.h"
#include "gateway/odoo/vendor_work.h"

#include <algorithm>
#include <map>
#include <utility>

namespace sallyport::odoo {

namespace {

class RemittanceIn {
public:
    explicit RemittanceIn(const VendorWork& work)
        : m_work(work), m_content(work.posting.content), m_judge(work.posting.rules) {}

    VendorAnswer post() {
        if (Status done = read_invoices(); !done) return std::move(done).error();
        if (m_invoices.empty())
            return Error("odoo.remittance.unknown",
                         Blame::BackOffice,
                         "remittance advice " + name() +
                             " names no invoice of ours for this customer")
                .remedy("ask the customer what it pays; then discard the document");
        if (Status done = write_notes(); !done) return std::move(done).error();
        for (const auto& [number, invoice] : m_invoices)
            if (!invoice.short_by.empty())
                if (Status asked = ask(invoice); !asked) return std::move(asked).error();
        const Invoice& first = m_invoices.begin()->second;
        return std::variant<flow::Noted, flow::Missing>(
            flow::Noted{.record = {.id = first.id, .name = first.name, .state = first.state},
                        .system = "odoo/account.move",
                        .remarks = m_judge.text()});
    }

private:
    struct Invoice {
        std::int64_t id = 0;
        std::int64_t user = 0;
        std::string name{};
        std::string state{};
        Json payment{};
        std::string short_by{};
    };

    std::string name() const {
        const std::string trace = text_of(m_content, "trace");
        return trace.empty() ? text_of(m_content, "number") : trace;
    }

    // The customer's company: its invoices, whichever address they went to.
    Result<std::int64_t> customer() {
        auto found = read_all(m_work.client,
                              "res.partner",
                              Json::array({leaf("ref", "=", m_work.posting.customer)}),
                              {"commercial_partner_id"});
        if (!found) return std::move(found).error();
        if (m_work.posting.customer.empty() || found->size() != 1)
            return Error("odoo.remittance.unknown",
                         Blame::BackOffice,
                         "no customer of Odoo has the reference '" + m_work.posting.customer + "'")
                .remedy("correct odoo.customer in the partner file, then release the document");
        return id_in(found->front(), "commercial_partner_id").value_or(0);
    }

    Status read_invoices() {
        auto company = customer();
        if (!company) return std::move(company).error();
        std::vector<std::string> numbers;
        for (const Json& payment : m_content.value("payments", Json::array()))
            numbers.push_back(text_of(payment, "number"));
        auto found = read_all(
            m_work.client,
            "account.move",
            Json::array({leaf("name", "in", numbers),
                         leaf("move_type", "in", Json::array({"out_invoice", "out_refund"})),
                         leaf("commercial_partner_id", "=", *company)}),
            {"name", "state", "amount_residual", "invoice_user_id"});
        if (!found) return std::move(found).error();
        for (const Json& payment : m_content.value("payments", Json::array()))
            if (Status done = match(payment, *found); !done) return done;
        for (const Json& deduction : m_content.value("deductions", Json::array()))
            m_judge.differs("held back without an invoice: " + text_of(deduction, "amount") + " " +
                                text_of(deduction, "reason") + " " + text_of(deduction, "ref"),
                            Judge::Act::Warn);
        return {};
    }

    Status match(const Json& payment, const Json& found) {
        const std::string number = text_of(payment, "number");
        for (const Json& record : found) {
            if (text_of(record, "name") != number) continue;
            Invoice one{.id = id_in(record, "id").value_or(0),
                        .user = id_in(record, "invoice_user_id").value_or(0),
                        .name = number,
                        .state = text_of(record, "state"),
                        .payment = payment,
                        .short_by = {}};
            auto open = decimal_of(record.value("amount_residual", Json()));
            if (!open) return std::move(open).error();
            auto paid = Decimal::parse(text_of(payment, "paid"));
            if (!paid) return std::move(paid).error().during("payment of " + number);
            // Credit notes are taken off: partners write them with a minus, Odoo without.
            const Decimal amount = paid->is_negative() ? paid->negated() : *paid;
            if (auto rest = open->minus(amount); rest && !rest->is_zero()) {
                one.short_by = rest->trimmed().to_string();
                m_judge.differs(number + ": pays " + amount.trimmed().to_string() + " of " +
                                    open->trimmed().to_string() + " open",
                                Judge::Act::Warn);
            }
            m_invoices[number] = std::move(one);
            return {};
        }
        m_judge.differs("it pays '" + number + "', which is no invoice of ours", Judge::Act::Warn);
        return {};
    }

    std::string body(const Invoice& invoice) const {
        const Json& payment = invoice.payment;
        std::string first = "Pays " + text_of(payment, "paid");
        for (const auto& [word, field] : {std::pair{" ", "currency"}, std::pair{" on ", "pay_on"}})
            if (const std::string text = text_of(m_content, field); !text.empty())
                first += word + text;
        std::vector<std::string> lines{std::move(first)};
        for (const char* field : {"gross", "discount", "adjustment", "adjustment_reason"})
            if (const std::string text = text_of(payment, field); !text.empty())
                lines.push_back(std::string(field) + ": " + text);
        for (const Json& one : payment.value("deductions", Json::array()))
            lines.push_back("held back: " + text_of(one, "amount") + " " + text_of(one, "reason") +
                            " " + text_of(one, "ref"));
        if (!invoice.short_by.empty()) lines.push_back("Left open: " + invoice.short_by);
        return html_paragraphs(m_work.head("Remittance advice " + name()), lines);
    }

    // All notes in one call, or none.
    Status write_notes() {
        Json rows = Json::array();
        for (const auto& [number, invoice] : m_invoices)
            rows.push_back(Json::array({m_work.key('m') + "_" + std::to_string(invoice.id),
                                        "account.move",
                                        invoice.id,
                                        "comment",
                                        "mail.mt_note",
                                        body(invoice)}));
        auto loaded = call_patiently(
            m_work.client,
            load_call("mail.message",
                      {"id", "model", "res_id", "message_type", "subtype_id/id", "body"},
                      std::move(rows)),
            m_work.pause);
        return loaded ? Status() : Status(std::move(loaded).error().during("writing the notes"));
    }

    Status ask(const Invoice& invoice) {
        RecordNotes notes(m_work.client, m_work.pause, m_work.key('m'));
        return notes.task({.model = "account.move",
                           .id = invoice.id,
                           .model_id = "account.model_account_move",
                           .user = invoice.user},
                          "short/" + invoice.name,
                          "EDI: the customer pays another amount",
                          body(invoice));
    }

    const VendorWork& m_work;
    const Json& m_content;
    Judge m_judge;
    std::map<std::string, Invoice> m_invoices{};
};

}  // namespace

VendorAnswer post_remittance(const VendorWork& work) {
    return RemittanceIn(work).post();
}

Fence remittances_in_fence() {
    return Fence(notes_rules())
        .with({{"res.partner", "search_read", {"ref", "commercial_partner_id"}},
               {"account.move",
                "search_read",
                {"name",
                 "state",
                 "move_type",
                 "commercial_partner_id",
                 "amount_residual",
                 "invoice_user_id"}}});
}

}  // namespace sallyport::odoo

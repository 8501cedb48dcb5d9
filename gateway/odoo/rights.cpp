// SPDX-License-Identifier: Apache-2.0
#include "gateway/odoo/rights.h"

#include "gateway/odoo/rights_profiles.h"
#include "gateway/odoo/values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <utility>

namespace sallyport::odoo {

namespace {

using Weight = RightsFinding::Weight;

constexpr std::array Flows{
    std::pair{Flow::OrdersIn, std::string_view{"orders-in"}},
    std::pair{Flow::ShipmentsOut, std::string_view{"shipments-out"}},
    std::pair{Flow::InvoicesOut, std::string_view{"invoices-out"}},
    std::pair{Flow::InventoryOut, std::string_view{"inventory-out"}},
    std::pair{Flow::PurchaseOut, std::string_view{"purchase-out"}},
    std::pair{Flow::PurchaseIn, std::string_view{"purchase-in"}},
    std::pair{Flow::AsnIn, std::string_view{"asn-in"}},
    std::pair{Flow::BillIn, std::string_view{"bill-in"}},
    std::pair{Flow::ResponsesOut, std::string_view{"responses-out"}},
    std::pair{Flow::Watcher, std::string_view{"watcher"}},
    std::pair{Flow::StockInquiry, std::string_view{"stock-inquiry"}},
    std::pair{Flow::ReceiptsOut, std::string_view{"receipts-out"}},
    std::pair{Flow::PaymentsOut, std::string_view{"payments-out"}},
    std::pair{Flow::RemittanceIn, std::string_view{"remittance-in"}},
};

constexpr std::array Operations{std::pair{'r', "read"},
                                std::pair{'w', "write"},
                                std::pair{'c', "create"},
                                std::pair{'u', "unlink"}};

std::string letters_of(const std::map<std::string, std::string>& rights, const std::string& model) {
    const auto found = rights.find(model);
    return found == rights.end() ? std::string() : found->second;
}

std::string without(const std::string& letters, const std::string& others) {
    std::string left;
    for (const char letter : letters)
        if (others.find(letter) == std::string::npos) left += letter;
    return left;
}

std::string padded(std::string text, std::size_t width) {
    if (text.size() < width) text.append(width - text.size(), ' ');
    return text;
}

class Prober {
public:
    Prober(Client& client, Flow flow, const std::string& login, Instant now)
        : m_client(client), m_login(login), m_now(now) {
        m_report.flow = flow;
        m_report.account = login;
    }

    Result<RightsReport> run() {
        auto user = m_client.authenticate();
        if (!user) return std::move(user).error();
        std::set<std::string> models(watched_models().begin(), watched_models().end());
        for (const auto& [model, letters] : needed_rights(m_report.flow))
            models.insert(model);
        for (const auto& model : models)
            if (auto done = probe_model(model); !done)
                return std::move(done).error().during("probing rights on " + model);
        if (auto done = probe_groups(); !done)
            return std::move(done).error().during("probing groups");
        if (auto done = probe_account(*user); !done)
            return std::move(done).error().during("probing the account");
        if (auto done = probe_key(*user); !done)
            return std::move(done).error().during("probing the API key");
        return std::move(m_report);
    }

private:
    void find(Weight weight, std::string what, std::string remedy) {
        m_report.findings.push_back({weight, std::move(what), std::move(remedy)});
    }

    // Nothing here changes anything, so that a lost call may be made again: one of a hundred that is lost must not
    // make the whole probe worthless.
    Result<Json> ask(const Call& call) {
        for (unsigned attempt = 1;; ++attempt) {
            auto answer = m_client.call(call);
            if (answer || answer.error().blame() != Blame::Network || attempt == 3) return answer;
        }
    }

    Status probe_model(const std::string& model) {
        RightsRow row{.model = model, .needed = letters_of(needed_rights(m_report.flow), model)};
        for (const auto& [letter, operation] : Operations) {
            auto allowed =
                ask({.model = model,
                     .method = "check_access_rights",
                     .arguments = {{"operation", operation}, {"raise_exception", false}}});
            if (!allowed && allowed.error().code() == "odoo.refused") {  // "Object … doesn't exist"
                row.installed = false;
                break;
            }
            if (!allowed) return std::move(allowed).error();
            if (allowed->is_boolean() && allowed->get<bool>()) row.granted += letter;
        }
        row.missing = without(row.needed, row.granted);
        // Without the inventory application an order touches no stock: what is not there cannot be denied.
        if (!row.installed && m_report.flow == Flow::OrdersIn && model.starts_with("stock."))
            row.missing.clear();
        row.excess = without(row.granted, row.needed + letters_of(internal_rights(), model));
        m_report.rows.push_back(std::move(row));
        return {};
    }

    Status probe_groups() {
        for (const auto& [group, meaning] : forbidden_groups()) {
            auto member = ask({.model = "res.users",
                               .method = "has_group",
                               .arguments = {{"group_ext_id", group}}});
            if (!member) return std::move(member).error();
            if (member->is_boolean() && member->get<bool>())
                find(Weight::Excess,
                     "the account is in the group " + group + " (" + meaning + ")",
                     "take it out of the group");
        }
        return {};
    }

    Status probe_account(std::int64_t user) {
        auto records = ask({.model = "res.users",
                            .method = "read",
                            .ids = std::vector<std::int64_t>{user},
                            .arguments = {{"fields", {"email", "lang", "tz", "company_ids"}}}});
        if (!records && records.error().code() == "odoo.rights")
            return {};  // a user without a type cannot see itself
        if (!records) return std::move(records).error();
        if (records->empty()) return {};
        const Json& record = (*records)[0];
        if (text_of(record, "email").empty())
            find(Weight::Missing,
                 "the account has no e-mail address: Odoo rolls back what needs a sender",
                 "give the user an e-mail address");
        if (text_of(record, "lang") != "en_US")
            find(Weight::Note,
                 "the account's language is " + text_of(record, "lang") + ", not en_US",
                 "set en_US, so that messages are the ones the gateway knows");
        if (text_of(record, "tz") != "UTC")
            find(Weight::Note,
                 "the account's time zone is " + text_of(record, "tz") + ", not UTC",
                 "set UTC");
        if (record.contains("company_ids") && record["company_ids"].size() > 1)
            find(Weight::Note,
                 "the account may work in " + std::to_string(record["company_ids"].size()) +
                     " companies",
                 "leave it the companies of its flow only");
        return {};
    }

    Status probe_key(std::int64_t user) {
        auto keys =
            ask({.model = "res.users.apikeys",
                 .method = "search_read",
                 .arguments = {{"domain", Json::array({Json::array({"user_id", "=", user})})},
                               {"fields", {"name", "create_date"}}}});
        if (!keys &&
            (keys.error().code() == "odoo.rights" || keys.error().code() == "odoo.refused"))
            return {};
        if (!keys) return std::move(keys).error();
        if (keys->size() > 2)
            find(Weight::Note,
                 "the account has " + std::to_string(keys->size()) + " API keys",
                 "revoke those that are not in use");
        for (const auto& key : *keys) {
            const auto age = days_since(text_of(key, "create_date"));
            if (age > MostDays)
                find(Weight::Note,
                     "the API key '" + text_of(key, "name") + "' is " + std::to_string(age) +
                         " days old",
                     "create a new one, name both in the settings, revoke the old one after the "
                     "reload");
        }
        return {};
    }

    // 0 for what cannot be read.
    long days_since(const std::string& date) const {
        int year = 0;
        unsigned month = 0;
        unsigned day = 0;
        const char* text = date.data();
        if (date.size() < 10 || std::from_chars(text, text + 4, year).ec != std::errc() ||
            std::from_chars(text + 5, text + 7, month).ec != std::errc() ||
            std::from_chars(text + 8, text + 10, day).ec != std::errc())
            return 0;
        const std::chrono::year_month_day made{
            std::chrono::year{year}, std::chrono::month{month}, std::chrono::day{day}};
        if (!made.ok()) return 0;
        return std::chrono::duration_cast<std::chrono::days>(m_now - std::chrono::sys_days{made})
            .count();
    }

    static constexpr long MostDays = 90;
    Client& m_client;
    const std::string& m_login;
    Instant m_now;
    RightsReport m_report;
};

}  // namespace

std::string_view to_string(Flow flow) {
    return std::find_if(
               Flows.begin(), Flows.end(), [&](const auto& one) { return one.first == flow; })
        ->second;
}

std::optional<Flow> flow_from(std::string_view name) {
    const auto* found = std::find_if(
        Flows.begin(), Flows.end(), [&](const auto& one) { return one.second == name; });
    return found == Flows.end() ? std::nullopt : std::optional<Flow>(found->first);
}

bool RightsReport::missing() const {
    return std::any_of(rows.begin(),
                       rows.end(),
                       [](const RightsRow& row) { return !row.missing.empty(); }) ||
           std::any_of(findings.begin(), findings.end(), [](const RightsFinding& one) {
               return one.weight == Weight::Missing;
           });
}

bool RightsReport::excess() const {
    return std::any_of(rows.begin(),
                       rows.end(),
                       [](const RightsRow& row) { return !row.excess.empty(); }) ||
           std::any_of(findings.begin(), findings.end(), [](const RightsFinding& one) {
               return one.weight == Weight::Excess;
           });
}

std::string RightsReport::text() const {
    const auto cell = [](const std::string& letters) {
        return padded(letters.empty() ? "-" : letters, 9);
    };
    std::string out = "rights of " + account + " for " + std::string(to_string(flow)) +
                      " (r read, w write, c create, u unlink)\n";
    out += padded("model", 28) + padded("needed", 9) + padded("granted", 9) + padded("missing", 9) +
           "excess\n";
    for (const auto& row : rows) {
        if (!row.installed && row.needed.empty()) continue;
        out += padded(row.model, 28) + cell(row.needed) +
               (row.installed ? cell(row.granted) : padded("absent", 9)) + cell(row.missing) +
               (row.excess.empty() ? "-" : row.excess) + "\n";
    }
    for (const auto& one : findings)
        out += std::string(one.weight == Weight::Note     ? "note: "
                           : one.weight == Weight::Excess ? "excess: "
                                                          : "missing: ") +
               one.what + "; " + one.remedy + "\n";
    return out;
}

Fence rights_fence() {
    std::vector<Fence::Rule> rules{
        {"res.users", "has_group", {}},
        {"res.users", "read", {"email", "lang", "tz", "company_ids"}},
        {"res.users.apikeys", "search_read", {"user_id", "name", "create_date"}}};
    std::set<std::string> models(watched_models().begin(), watched_models().end());
    for (const auto& [flow, name] : Flows)
        for (const auto& [model, letters] : needed_rights(flow))
            models.insert(model);
    for (const auto& model : models)
        rules.push_back({model, "check_access_rights", {}});
    return Fence(rules);
}

Result<RightsReport> probe_rights(Client& client,
                                  Flow flow,
                                  const std::string& login,
                                  Instant now) {
    return Prober(client, flow, login, now).run();
}

namespace {

// "sale.order u, the account is in …": rows by their letters, then the findings of that weight.
std::string listed(const RightsReport& report, std::string RightsRow::*letters, Weight weight) {
    std::string all;
    for (const auto& row : report.rows)
        if (!(row.*letters).empty())
            all += (all.empty() ? "" : ", ") + row.model + " " + row.*letters;
    for (const auto& one : report.findings)
        if (one.weight == weight) all += (all.empty() ? "" : ", ") + one.what;
    return all;
}

}  // namespace

Status refuse_missing(const RightsReport& report) {
    const std::string missing = listed(report, &RightsRow::missing, Weight::Missing);
    if (missing.empty()) return {};
    return Error("odoo.rights",
                 Blame::Operator,
                 "the Odoo account " + report.account + " lacks rights the flow " +
                     std::string(to_string(report.flow)) + " needs: " + missing)
        .remedy("grant them (sallyport odoo setup prints the group and its rights)");
}

Status refuse_excess(const RightsReport& report) {
    const std::string excess = listed(report, &RightsRow::excess, Weight::Excess);
    if (excess.empty()) return {};
    return Error("odoo.rights.excess",
                 Blame::Operator,
                 "the Odoo account " + report.account + " may do more than the flow " +
                     std::string(to_string(report.flow)) + " needs: " + excess)
        .remedy("use an account with these rights only (sallyport odoo setup prints them)");
}

Status require_scoped(const RightsReport& report) {
    if (Status enough = refuse_missing(report); !enough) return enough;
    return refuse_excess(report);
}

}  // namespace sallyport::odoo

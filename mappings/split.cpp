// SPDX-License-Identifier: Apache-2.0
#include "mappings/split.h"

#include "gateway/base/decimal.h"
#include "mappings/plan.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace sallyport::mapping {

using Json = nlohmann::ordered_json;

namespace {

std::string text_of(const Json& record, const std::string& name) {
    const auto found = record.find(name);
    return found != record.end() && found->is_string() ? found->get<std::string>() : std::string();
}

class Splitter {
public:
    Splitter(const Plan& plan, const Json& document)
        : m_plan(plan), m_split(*plan.split), m_document(document) {}

    SplitOutcome run() {
        collect();
        if (!m_out.findings.empty()) return std::move(m_out);
        for (const std::string& key : m_keys)
            part(key);
        if (m_rest || m_out.parts.empty()) part("");
        return std::move(m_out);
    }

private:
    void hold(std::size_t line, std::string message, std::string value) {
        Finding out;
        out.verdict = Verdict::Hold;
        out.code = "split";
        out.field = m_split.list + "[" + std::to_string(line + 1) + "]";
        out.message = out.field + ": " + std::move(message);
        out.rule = m_plan.map.sources.where(m_plan.map.header.span);
        out.value = std::move(value);
        m_out.findings.push_back(std::move(out));
    }

    const Json& lines() const {
        static const Json None = Json::array();
        const auto found = m_document.find(m_split.list);
        return found == m_document.end() ? None : *found;
    }
    const Json* allocations(const Json& line) const {
        const auto found = line.find(m_split.inner);
        return found == line.end() || found->empty() ? nullptr : &*found;
    }

    // The keys in their order, and what the lines keep for themselves.
    void collect() {
        for (std::size_t i = 0; i < lines().size(); ++i) {
            const Json& line = lines()[i];
            m_kept.emplace_back();
            const Json* shares = allocations(line);
            if (shares == nullptr) {
                m_rest = true;
                continue;
            }
            std::optional<Decimal> sum = total(i, *shares, line);
            const Result<Decimal> ordered = Decimal::parse(text_of(line, "quantity"));
            if (!sum || !ordered) {
                if (!ordered) hold(i, "it has allocations and no quantity of its own", "");
                continue;
            }
            const Result<Decimal> left = ordered->minus(*sum);
            if (!left || left->is_negative()) {
                hold(i,
                     "allocated are " + sum->to_string() + ", ordered are " + ordered->to_string(),
                     sum->to_string());
                continue;
            }
            m_kept.back() = left->trimmed().is_zero() ? std::string() : left->to_string();
            m_rest = m_rest || !m_kept.back().empty();
        }
    }

    std::optional<Decimal> total(std::size_t at, const Json& shares, const Json& line) {
        Decimal sum;
        for (const Json& one : shares) {
            const std::string key = text_of(one, m_split.key);
            const Result<Decimal> quantity = Decimal::parse(text_of(one, "quantity"));
            if (key.empty() || !quantity) {
                hold(at, "an allocation without " + (key.empty() ? m_split.key : "quantity"), "");
                return std::nullopt;
            }
            const std::string unit = text_of(one, "unit");
            if (!unit.empty() && unit != text_of(line, "unit")) {
                hold(at,
                     "it is ordered in " + text_of(line, "unit") + " and allocated in " + unit,
                     unit);
                return std::nullopt;
            }
            const Result<Decimal> next = sum.plus(*quantity);
            if (!next) return std::nullopt;
            sum = *next;
            if (std::find(m_keys.begin(), m_keys.end(), key) == m_keys.end()) m_keys.push_back(key);
        }
        return sum;
    }

    // The line as far as it is for `key`; null: not at all.
    Json line_for(std::size_t at, const std::string& key) {
        const Json& line = lines()[at];
        const Json* shares = allocations(line);
        if (shares == nullptr) return key.empty() ? line : Json();
        Json out = line;
        out.erase(m_split.inner);
        if (key.empty()) {
            if (m_kept[at].empty()) return {};
            out["quantity"] = m_kept[at];
            return once(at, std::move(out));
        }
        Decimal sum;
        Json own = Json::array();
        for (const Json& one : *shares) {
            if (text_of(one, m_split.key) != key) continue;
            if (const Result<Decimal> next = sum.plus(*Decimal::parse(text_of(one, "quantity"))))
                sum = *next;
            own.push_back(one);
        }
        if (own.empty()) return {};
        out["quantity"] = sum.to_string();
        out[m_split.inner] = std::move(own);
        return once(at, std::move(out));
    }

    // What is said of the whole line is said in its first part.
    Json once(std::size_t at, Json line) {
        line.erase("amount");
        if (std::find(m_used.begin(), m_used.end(), at) != m_used.end())
            without_amounts(line);
        else
            m_used.push_back(at);
        return line;
    }
    static void without_amounts(Json& record) {
        for (const char* name : {"adjustments", "taxes"}) {
            const auto found = record.find(name);
            if (found == record.end()) continue;
            Json kept = Json::array();
            for (const Json& one : *found)
                if (!one.contains("amount")) kept.push_back(one);
            if (kept.empty())
                record.erase(name);
            else
                *found = std::move(kept);
        }
    }

    void part(const std::string& key) {
        Json made = Json::array();
        for (std::size_t i = 0; i < lines().size(); ++i)
            if (Json line = line_for(i, key); !line.is_null()) made.push_back(std::move(line));
        Json out = m_document;
        if (!lines().empty()) out[m_split.list] = std::move(made);
        if (!m_keys.empty()) {
            out.erase("total");
            out.erase("totals");
        }
        if (!m_out.parts.empty()) without_amounts(out);
        if (!key.empty() && m_split.addressed) address(out, key);
        m_out.parts.push_back({key, std::make_unique<Json>(std::move(out))});
    }

    void address(Json& out, const std::string& key) const {
        const bool elsewhere =
            out.contains("ship_to") && text_of(out["ship_to"], m_split.key) != key;
        if (!out.contains("ship_to"))
            out["ship_to"] = Json{{m_split.key, key}};
        else if (elsewhere)
            out["mark_for"] = Json{{m_split.key, key}};
    }

    const Plan& m_plan;
    const SplitBy& m_split;
    const Json& m_document;
    std::vector<std::string> m_keys;
    std::vector<std::string> m_kept;  // by line: the quantity that is for nobody in particular
    std::vector<std::size_t> m_used;  // lines that stand in a part
    bool m_rest = false;
    SplitOutcome m_out;
};

}  // namespace

bool splits(const CompiledMap& map) {
    return map.plan().split.has_value();
}

SplitOutcome split_document(const CompiledMap& map, const Json& document) {
    if (map.plan().split) return Splitter(map.plan(), document).run();
    SplitOutcome out;
    out.parts.push_back({"", std::make_unique<Json>(document)});
    return out;
}

}  // namespace sallyport::mapping

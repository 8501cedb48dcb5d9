// SPDX-License-Identifier: Apache-2.0
#include "mappings/overlay.h"

#include <algorithm>

namespace sallyport::mapping {

std::string block_segment(const Path& path) {
    if (!path.steps.empty()) return path.steps.back().name;
    return {};
}

std::string item_key(const Item& item, std::string_view segment) {
    std::string out = spell(item.path);
    if (out.starts_with('.') && !segment.empty()) out = std::string(segment) + out;
    return out;
}

void merge_table(Table& base, const Table& overlay) {
    for (const TableRow& row : overlay.rows) {
        const bool writes = row.arrow != Arrow::Read;
        std::vector<TableRow> kept;
        for (TableRow& old : base.rows) {
            if (old.outside == row.outside) continue;
            if (writes && old.word == row.word) {
                if (old.arrow == Arrow::Write) continue;
                old.arrow = Arrow::Read;
            }
            kept.push_back(std::move(old));
        }
        base.rows = std::move(kept);
    }
    base.rows.insert(base.rows.begin(), overlay.rows.begin(), overlay.rows.end());
    if (overlay.file.empty()) return;
    base.file = overlay.file;
    base.columns = overlay.columns;
}

namespace {

struct Found {
    std::vector<Item>* list = nullptr;
    std::size_t index = 0;
};

class Overlay {
public:
    Overlay(EffectiveMap& base, std::vector<Diagnostic>& diagnostics)
        : m_base(base), m_diagnostics(diagnostics) {}

    void apply(std::vector<Item>& items, std::vector<Item> changes, const std::string& segment) {
        std::vector<std::pair<std::string, Span>> opened;
        std::vector<Item> added;
        for (Item& change : changes) {
            switch (change.kind) {
                case ItemKind::Remove:
                    remove(items, change, segment, opened);
                    break;
                case ItemKind::Replace:
                    replace(items, change, segment);
                    break;
                case ItemKind::Into:
                    opened.emplace_back(item_key(change, segment), change.span);
                    into(items, change, segment);
                    break;
                case ItemKind::Rule:
                case ItemKind::Block:
                case ItemKind::Each:
                case ItemKind::First:
                case ItemKind::When:
                case ItemKind::Use:
                case ItemKind::Require:
                    add(items, std::move(change), segment, added);
                    break;
            }
        }
        items.insert(items.end(),
                     std::make_move_iterator(added.begin()),
                     std::make_move_iterator(added.end()));
    }

private:
    void report(const char* code, Span at, std::string message, std::string help) {
        m_diagnostics.push_back({code, Severity::Error, at, std::move(message), std::move(help)});
    }

    // Items of this block, those inside first and when included.
    void collect(std::vector<Item>& items,
                 const std::string& segment,
                 const Item& wanted,
                 bool by_handle,
                 std::vector<Found>& out) {
        const std::string key = item_key(wanted, segment);
        for (std::size_t i = 0; i < items.size(); ++i) {
            Item& item = items[i];
            if (by_handle) {
                if (item.handle == key) out.push_back({&items, i});
            } else if (has_path(item) && item_key(item, segment) == key &&
                       (!wanted.each || item.kind == ItemKind::Each)) {
                out.push_back({&items, i});
            }
            if (item.kind == ItemKind::First || item.kind == ItemKind::When)
                collect(item.children, segment, wanted, by_handle, out);
        }
    }
    static bool has_path(const Item& item) {
        return (item.kind == ItemKind::Rule && item.left_is_path) || item.kind == ItemKind::Block ||
               item.kind == ItemKind::Each;
    }
    static bool is_handle(const Item& wanted) {
        return !wanted.path.outside && wanted.path.steps.size() == 1;
    }

    // Touching a rule that came from `use` expands that fragment in this block only.
    bool expand_use(std::vector<Item>& items,
                    const std::string& segment,
                    const Item& wanted,
                    unsigned depth) {
        if (depth > 8) return false;
        for (std::size_t i = 0; i < items.size(); ++i) {
            if (items[i].kind != ItemKind::Use) continue;
            const Fragment* fragment = m_base.fragment(items[i].name);
            if (fragment == nullptr) continue;
            std::vector<Item> copy = fragment->items;
            std::vector<Found> found;
            collect(copy, segment, wanted, is_handle(wanted), found);
            if (found.empty() && !expand_use(copy, segment, wanted, depth + 1)) continue;
            items.erase(items.begin() + static_cast<std::ptrdiff_t>(i));
            items.insert(items.begin() + static_cast<std::ptrdiff_t>(i), copy.begin(), copy.end());
            return true;
        }
        return false;
    }

    std::vector<Found> find(std::vector<Item>& items,
                            const Item& wanted,
                            const std::string& segment) {
        std::vector<Found> out;
        collect(items, segment, wanted, is_handle(wanted), out);
        if (out.empty() && expand_use(items, segment, wanted, 0))
            collect(items, segment, wanted, is_handle(wanted), out);
        return out;
    }

    // Exactly one, or a diagnostic.
    Found find_one(std::vector<Item>& items,
                   const Item& wanted,
                   const std::string& segment,
                   const char* verb) {
        std::vector<Found> found = find(items, wanted, segment);
        if (found.empty()) {
            const std::string near = near_match(item_key(wanted, segment), keys(items, segment));
            report("MAP301",
                   wanted.path.span,
                   std::string("nothing to ") + verb + ": the base has no rule " +
                       item_key(wanted, segment) + " here",
                   near.empty() ? "look at the base for the exact path; rules inside a block are "
                                  "reached with in PATH { … }"
                                : "did you mean " + near + "?");
            return {};
        }
        if (found.size() > 1) {
            std::string places;
            for (const Found& one : found)
                places += (places.empty() ? "" : ", ") +
                          m_base.sources.where((*one.list)[one.index].span);
            report("MAP302",
                   wanted.path.span,
                   item_key(wanted, segment) + " names " + std::to_string(found.size()) +
                       " rules (" + places + ")",
                   "give the rule a name in the base (… as NAME) and use that name here");
            return {};
        }
        return found[0];
    }

    std::vector<std::string> keys(const std::vector<Item>& items,
                                  const std::string& segment) const {
        std::vector<std::string> out;
        for (const Item& item : items) {
            if (has_path(item)) out.push_back(item_key(item, segment));
            if (item.kind == ItemKind::First || item.kind == ItemKind::When)
                for (std::string& key : keys(item.children, segment))
                    out.push_back(std::move(key));
        }
        return out;
    }

    void remove(std::vector<Item>& items,
                const Item& change,
                const std::string& segment,
                const std::vector<std::pair<std::string, Span>>& opened) {
        for (const auto& [key, span] : opened)
            if (key == item_key(change, segment))
                report("MAP304",
                       span,
                       "these changes are never reached: " + m_base.sources.where(change.span) +
                           " removes the block",
                       "remove one of the two");
        const Found found = find_one(items, change, segment, "remove");
        if (found.list != nullptr)
            found.list->erase(found.list->begin() + static_cast<std::ptrdiff_t>(found.index));
    }

    void replace(std::vector<Item>& items, Item& change, const std::string& segment) {
        if (change.replaces_fragment) {
            for (Fragment& fragment : m_base.fragments) {
                if (fragment.name != change.name) continue;
                fragment.items = std::move(change.children);
                return;
            }
            report(
                "MAP110", change.span, "there is no fragment " + change.name + " to replace", "");
            return;
        }
        if (change.children.empty()) return;
        Item& with = change.children.front();
        Item wanted = change.path.empty() ? with : change;
        if (wanted.path.empty()) {
            report("MAP302",
                   change.span,
                   "this statement has no path by which the base rule could be found",
                   "write replace NAME with …, NAME being the rule's `as` name");
            return;
        }
        if (change.path.empty()) wanted.each = with.kind == ItemKind::Each;
        const Found found = find_one(items, wanted, segment, "replace");
        if (found.list != nullptr) (*found.list)[found.index] = std::move(with);
    }

    void into(std::vector<Item>& items, Item& change, const std::string& segment) {
        const Found found = find_one(items, change, segment, "open");
        if (found.list == nullptr) return;
        Item& block = (*found.list)[found.index];
        if (block.kind == ItemKind::Rule) {
            report("MAP301",
                   change.path.span,
                   item_key(change, segment) + " is a rule, not a block",
                   "use replace");
            return;
        }
        apply(block.children, std::move(change.children), block_segment(block.path));
    }

    void add(std::vector<Item>& items,
             Item change,
             const std::string& segment,
             std::vector<Item>& added) {
        if (has_path(change)) {
            std::vector<Found> found;
            collect(items, segment, change, false, found);
            const bool clash = std::any_of(found.begin(), found.end(), [&](const Found& one) {
                const Item& old = (*one.list)[one.index];
                if (!old.arrow || !change.arrow) return true;
                const bool apart = (*old.arrow == Arrow::Read && *change.arrow == Arrow::Write) ||
                                   (*old.arrow == Arrow::Write && *change.arrow == Arrow::Read);
                return !apart;
            });
            if (clash && change.kind == ItemKind::Rule) {
                const Item& old = (*found[0].list)[found[0].index];
                report("MAP303",
                       change.path.span,
                       "already mapped in " + m_base.sources.where(old.span),
                       "write \"replace\" if that is meant: replace " + item_key(change, segment) +
                           " with …");
                return;
            }
        }
        added.push_back(std::move(change));
    }

    EffectiveMap& m_base;
    std::vector<Diagnostic>& m_diagnostics;
};

}  // namespace

void apply_overlay(EffectiveMap& base,
                   std::vector<Item> changes,
                   std::vector<Diagnostic>& diagnostics) {
    Overlay(base, diagnostics).apply(base.items, std::move(changes), "");
}

}  // namespace sallyport::mapping

// SPDX-License-Identifier: Apache-2.0
#include "mappings/language_help.h"

#include "mappings/grammar.h"
#include "mappings/lenses.h"
#include "mappings/loader.h"
#include "mappings/tool_support.h"

#include <algorithm>
#include <cctype>
#include <set>

namespace sallyport::mapping {

namespace {

constexpr std::size_t MaxCodesShown = 12;

bool word_char(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
}

std::string_view trimmed(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
    return text.substr(0, text.find_last_not_of(" \t\r") + 1);
}

// Word under the cursor, and the one before it.
struct Words {
    std::string word, before;
};
Words words_at(std::string_view text, std::size_t offset) {
    std::size_t begin = std::min(offset, text.size());
    std::size_t end = begin;
    while (begin > 0 && word_char(text[begin - 1]))
        --begin;
    while (end < text.size() && word_char(text[end]))
        ++end;
    Words out;
    out.word = text.substr(begin, end - begin);
    const std::string_view before = trimmed(text.substr(0, begin));
    std::size_t first = before.size();
    while (first > 0 && word_char(before[first - 1]))
        --first;
    out.before = before.substr(first);
    return out;
}

// The headings of the blocks around the cursor, outermost first, and what stands before it in its statement.
struct Around {
    std::vector<std::string> headings;
    std::string prefix;
};
Around around(std::string_view text, std::size_t offset) {
    Around out;
    std::string statement;
    bool quoted = false;
    bool comment = false;
    for (std::size_t i = 0; i < std::min(offset, text.size()); ++i) {
        const char c = text[i];
        if (comment) {
            comment = c != '\n';
            if (comment) continue;
        }
        if (c == '"') quoted = !quoted;
        if (quoted) {
            statement += c;
        } else if (c == '#') {
            comment = true;
        } else if (c == '{') {
            out.headings.emplace_back(trimmed(statement));
            statement.clear();
        } else if (c == '}') {
            if (!out.headings.empty()) out.headings.pop_back();
            statement.clear();
        } else if (c == '\n' || c == ';') {
            statement.clear();
        } else {
            statement += c;
        }
    }
    std::string_view prefix = statement;
    while (!prefix.empty() && (prefix.front() == ' ' || prefix.front() == '\t'))
        prefix.remove_prefix(1);
    out.prefix = prefix;
    return out;
}

// Where the rules of a block stand: the loop or segment, and the record.
struct Standing {
    std::shared_ptr<const CompiledMap> probe;  // keeps what the others point to
    std::uint32_t node = 0;
    const RecordType* record = nullptr;
};

const Item* find_item(const std::vector<Item>& items, std::string_view key) {
    for (const Item& item : items) {
        const bool named = item.kind == ItemKind::Rule || item.kind == ItemKind::Block ||
                           item.kind == ItemKind::Each;
        if (named && item_key(item, "") == key) return &item;
    }
    for (const Item& item : items)
        if (const Item* inside = find_item(item.children, key)) return inside;
    return nullptr;
}

std::string heading_of(const EffectiveMap& map, const Item& item) {
    std::string out = squeeze(map.sources.text(item.span));
    out = out.substr(0, out.find('{'));
    return std::string(trimmed(out));
}

// "in each PO1" is the base's "each PO1 <-> lines".
std::string real_heading(const EffectiveMap& map, std::string heading) {
    if (!heading.starts_with("in ")) return heading;
    heading.erase(0, 3);
    if (heading.starts_with("each ")) heading.erase(0, 5);
    const Item* item = find_item(map.items, trimmed(heading));
    return item == nullptr ? std::string() : heading_of(map, *item);
}

bool opens_block(std::string_view heading) {
    static constexpr std::string_view Others[] = {
        "first", "when ", "fragment ", "table ", "test ", "replace "};
    return !heading.empty() &&
           std::none_of(std::begin(Others), std::end(Others), [&](std::string_view one) {
               return heading.starts_with(one);
           });
}

// A small map with nothing but the blocks around the cursor says where it stands: the compiler itself resolves them.
Standing standing(const EditorPlace& place, const Around& around, const EffectiveMap& map) {
    Standing out;
    if (map.header.side.empty()) return out;
    std::string probe = map.header.side;
    for (const std::string& code : map.header.codes)
        probe += " " + code;
    probe += " <- " + map.header.document + "\n";
    unsigned depth = 0;
    for (const std::string& heading : around.headings) {
        const std::string real = real_heading(map, heading);
        if (!opens_block(real)) continue;
        probe += real + " {\n";
        ++depth;
    }
    for (unsigned i = 0; i < depth; ++i)
        probe += "}\n";
    const TextSource texts = [&](std::string_view name) -> Result<std::string> {
        return name == "probe" ? Result<std::string>(probe) : place.context.texts(name);
    };
    out.probe = load_map("probe", texts, *place.context.schemas).map;
    if (out.probe == nullptr) return out;
    out.record = &out.probe->document().root();
    const std::vector<PlanStep>* steps = &out.probe->plan().steps;
    while (!steps->empty()) {
        const PlanStep& step = steps->front();
        if (step.wire.owner != 0) out.node = step.wire.owner;
        if (step.has_record) out.record = step.fields[0].hops.back().field->record;
        steps = &step.steps;
    }
    return out;
}

EffectiveMap effective(const EditorPlace& place) {
    std::vector<Diagnostic> ignored;
    return load_effective(place.file, place.context.texts, ignored);
}

// ---- descriptions -----------------------------------------------------------------------------------------------------

std::string element_text(const edi::Element& element) {
    static constexpr const char* Types[] = {"text AN",
                                            "code ID",
                                            "number with implied decimals",
                                            "number R",
                                            "date DT",
                                            "time TM",
                                            "binary B",
                                            "letters a",
                                            "digits n",
                                            "text an"};
    std::string out =
        "element " + std::string(element.id) + ": " + Types[static_cast<std::size_t>(element.type)];
    if (element.type == edi::DataType::Implied)
        out += " (" + std::to_string(element.decimals) + ")";
    out += ", " + std::to_string(element.min) + " to " + std::to_string(element.max);
    if (element.codes == nullptr) return out;
    out += ", " + std::to_string(element.codes->values().size()) + " codes:";
    for (std::size_t i = 0; i < std::min(MaxCodesShown, element.codes->values().size()); ++i)
        out += " " + std::string(element.codes->values()[i]);
    return out + (element.codes->values().size() > MaxCodesShown ? " …" : "");
}

std::string field_text(const FlatRule& rule) {
    std::string out;
    for (const DocPlace& place : rule.step->fields) {
        if (place.field == nullptr) continue;
        out += (out.empty() ? "" : "\n\n") + std::string("`") + rule.field + "` " +
               std::string(to_string(place.field->type));
        if (place.field->required) out += ", must be set";
        if (!place.field->description.empty()) out += ": " + place.field->description;
        if (!place.field->values.empty()) {
            out += "\n\none of:";
            for (const std::string& value : place.field->values)
                out += " " + value;
        }
    }
    return out;
}

std::string rule_hover(const EditorPlace& place, const CompiledMap& map) {
    const Plan& plan = map.plan();
    const std::vector<FlatRule> rules = flatten(plan);
    const FlatRule* best = nullptr;
    std::uint32_t size = 0;
    for (const FlatRule& rule : rules) {
        const Span span = plan.rules[rule.step->rule].span;
        const std::uint32_t width = span.end - span.begin;
        if (span.file != 0 || place.offset < span.begin || place.offset > span.end ||
            (best != nullptr && width >= size))
            continue;
        best = &rule;
        size = width;
    }
    if (best == nullptr) return {};
    const RuleInfo& info = plan.rules[best->step->rule];
    std::string out = "`" + info.text + "`";
    if (info.is_rule) out += "  \n" + std::string(to_string(info.rule_class));
    const PlanStep& step = *best->step;
    if (step.wire.segment != nullptr) {
        out += "\n\n`" + step.wire.text + "` in " + std::string(map.plan_set()->id);
        if (!best->block.empty()) out += ", " + best->block;
        if (step.wire.element != nullptr) out += "  \n" + element_text(*step.wire.element);
    }
    const std::string fields = field_text(*best);
    return fields.empty() ? out : out + "\n\n" + fields;
}

std::string table_hover(const EffectiveMap& map, const Table& table) {
    std::string out = "table " + table.name + " (" + map.sources.where(table.span) + ")\n\n```\n";
    std::size_t shown = 0;
    for (const TableRow& row : table.rows) {
        if (++shown > 30) {
            out += "…\n";
            break;
        }
        out += row.outside + " " + std::string(to_string(row.arrow)) + " " + row.word + "\n";
    }
    return out + "```";
}

Definition at(const Sources& sources, Span span) {
    Span end = span;
    end.begin = span.end;
    return {sources.files[span.file].name, sources.position(span), sources.position(end)};
}

// The path behind replace, remove or in, as it is written.
std::string changed_path(std::string_view line) {
    line = trimmed(line);
    for (const std::string_view word : {"replace ", "remove ", "in "}) {
        if (!line.starts_with(word)) continue;
        line = trimmed(line.substr(word.size()));
        if (line.starts_with("each ")) line = trimmed(line.substr(5));
        std::string out;
        for (std::size_t i = 0; i < line.size() && line[i] != ' ' && line[i] != '{'; ++i)
            out += line[i];
        return out;
    }
    return {};
}

std::string_view line_at(const EditorPlace& place) {
    const std::size_t start = place.offset == 0 ? 0 : place.text.rfind('\n', place.offset - 1) + 1;
    return place.text.substr(start, place.text.find('\n', start) - start);
}

std::string_view before_cursor(const EditorPlace& place) {
    const std::string_view line = line_at(place);
    return line.substr(0, static_cast<std::size_t>(place.text.data() + place.offset - line.data()));
}

// The file named by extends, include or a table's from, when the cursor stands on it.
std::string_view quoted_at(const EditorPlace& place) {
    const std::string_view before = before_cursor(place);
    if (std::count(before.begin(), before.end(), '"') % 2 == 0) return {};
    const std::string_view line = line_at(place);
    const std::size_t open = before.rfind('"');
    return line.substr(open + 1, line.find('"', open + 1) - open - 1);
}

// The base's rule that the line replaces or removes, or the block it works in. The base alone: in the effective map the
// overlay has already taken the rule's place.
std::optional<std::pair<Sources, Span>> changed_rule(const EditorPlace& place) {
    const std::string path = changed_path(line_at(place));
    Sources own;
    own.files.push_back({std::string(place.file), std::string(place.text)});
    std::vector<Diagnostic> ignored;
    const MapFile file = parse_map(own, 0, ignored);
    if (path.empty() || file.extends.empty()) return std::nullopt;
    EffectiveMap base = load_effective(file.extends[0].file, place.context.texts, ignored);
    const Item* item = find_item(base.items, path);
    for (const Fragment& one : base.fragments)
        if (item == nullptr) item = find_item(one.items, path);
    if (item == nullptr) return std::nullopt;
    const Span span = item->span;
    return std::pair(std::move(base.sources), span);
}

}  // namespace

std::string hover(const EditorPlace& place) {
    const Words words = words_at(place.text, place.offset);
    const EffectiveMap map = effective(place);
    if (words.before == "table")
        if (const Table* table = map.table(words.word)) return table_hover(map, *table);
    const LensFacts* lens = find_lens(words.word);
    const bool piped = before_cursor(place).find('|') != std::string_view::npos;
    if (lens != nullptr && piped)
        return "`| " + std::string(lens->usage) + "`  \n" + std::string(lens->summary) + "  \n" +
               std::string(to_string(lens->rule_class));
    const MapLoad loaded = load_map(place.file, place.context.texts, *place.context.schemas);
    if (loaded.map)
        if (std::string said = rule_hover(place, *loaded.map); !said.empty()) return said;
    for (const Keyword& one : keywords())
        if (one.word == words.word)
            return "`" + std::string(one.usage) + "`  \n" + std::string(one.summary);
    const auto base = changed_rule(place);
    if (!base) return {};
    const std::string text = squeeze(base->first.text(base->second));
    return "`" + text.substr(0, text.find('{')) + "`  \nin " + base->first.where(base->second);
}

namespace {

class Completer {
public:
    Completer(const EditorPlace& place)
        : m_around(around(place.text, place.offset)),
          m_map(effective(place)),
          m_standing(standing(place, m_around, m_map)) {}

    std::vector<Completion> run() {
        const std::string_view prefix = m_around.prefix;
        if (ends_with_word(prefix, "table")) {
            for (const Table& one : m_map.tables)
                add(one.name, std::to_string(one.rows.size()) + " rows", Completion::Kind::Table);
        } else if (ends_with_word(prefix, "use")) {
            for (const Fragment& one : m_map.fragments)
                add(one.name, m_map.sources.where(one.span), Completion::Kind::Fragment);
        } else if (const std::size_t bar = prefix.rfind('|');
                   bar != std::string_view::npos && arrow(prefix) < bar + 1) {
            lenses();
        } else if (arrow(prefix) > 0) {
            fields(prefix.substr(arrow(prefix)));
        } else if (const std::size_t open = prefix.rfind('[');
                   open != std::string_view::npos &&
                   prefix.find(']', open) == std::string_view::npos) {
            codes(prefix.substr(0, open));
        } else if (const std::size_t dot = prefix.rfind('.'); dot != std::string_view::npos) {
            elements(prefix.substr(0, dot));
        } else {
            statements();
        }
        return std::move(m_out);
    }

private:
    void add(std::string label, std::string detail, Completion::Kind kind) {
        m_out.push_back({std::move(label), std::move(detail), kind});
    }
    static bool ends_with_word(std::string_view prefix, std::string_view word) {
        while (!prefix.empty() && word_char(prefix.back()))
            prefix.remove_suffix(1);
        return trimmed(prefix).ends_with(word) && prefix.ends_with(' ');
    }
    // One past the arrow; 0: none.
    static std::size_t arrow(std::string_view prefix) {
        for (const std::string_view one : {"<->", "->", "<-"})
            if (const std::size_t at = prefix.rfind(one); at != std::string_view::npos)
                return at + one.size();
        return 0;
    }

    void lenses() {
        for (const LensFacts& one : lens_facts())
            add(std::string(one.name),
                std::string(one.usage) + ": " + std::string(one.summary),
                Completion::Kind::Lens);
        for (const UserLens& one : m_map.lenses)
            add(one.name, m_map.sources.where(one.span), Completion::Kind::Lens);
    }

    void fields(std::string_view typed) {
        const RecordType* record = m_standing.record;
        typed = trimmed(typed);
        // item. <- the fields inside
        for (std::size_t dot = typed.find('.'); dot != std::string_view::npos && record != nullptr;
             dot = typed.find('.')) {
            const std::string_view name = typed.substr(0, std::min(dot, typed.find('[')));
            const int slot = record->slot(name);
            record = slot < 0 ? nullptr : record->fields[static_cast<std::size_t>(slot)].record;
            typed.remove_prefix(dot + 1);
        }
        if (record == nullptr) return;
        for (const Field& one : record->fields)
            add(one.name,
                std::string(to_string(one.type)) +
                    (one.description.empty() ? "" : ": " + one.description),
                Completion::Kind::Field);
    }

    const edi::SegmentSchema* segment(std::string_view path) const {
        if (m_standing.probe == nullptr) return nullptr;
        const edi::SetSchema& set = *m_standing.probe->plan_set();
        path = trimmed(path);
        path = path.substr(
            path.find_last_of(" /") == std::string_view::npos ? 0 : path.find_last_of(" /") + 1);
        path = path.substr(0, path.find_first_of(".["));
        if (path.empty()) return set.nodes[m_standing.node].segment;
        for (const std::uint32_t node : set.find(path))
            return set.nodes[node].segment;
        return nullptr;
    }

    void codes(std::string_view before) {
        const edi::SegmentSchema* schema = segment(before);
        if (schema == nullptr) return;
        const edi::Element* element = nullptr;
        if (const std::size_t dot = before.rfind('.'); dot != std::string_view::npos) {
            const edi::PairGroup* pair = schema->pair(before.substr(dot + 1));
            if (pair != nullptr && !pair->slots.empty() && pair->slots[0].qualifier)
                element = schema->element_at(*pair->slots[0].qualifier);
        } else if (!schema->qualifiers.empty()) {
            element = schema->element_at(schema->qualifiers[0]);
        }
        if (element == nullptr || element->codes == nullptr) return;
        for (const std::string_view code : element->codes->values())
            add(std::string(code), "element " + std::string(element->id), Completion::Kind::Code);
    }

    void elements(std::string_view path) {
        const edi::SegmentSchema* schema = segment(path);
        if (schema == nullptr) return;
        const bool x12 = m_standing.probe->plan_set()->standard == edi::Standard::X12;
        for (std::size_t i = 0; i < schema->elements.size(); ++i) {
            const edi::ElementRef& one = schema->elements[i];
            if (one.element == nullptr && one.composite == nullptr) continue;
            const std::string id(one.element != nullptr ? one.element->id : one.composite->id);
            add(x12 ? element_name("", static_cast<unsigned>(i + 1)).substr(1) : id,
                one.element != nullptr ? element_text(*one.element) : "composite " + id,
                Completion::Kind::Code);
        }
        for (const edi::PairGroup& pair : schema->pairs)
            add(std::string(pair.name), "pairs of qualifier and value", Completion::Kind::Code);
    }

    void statements() {
        for (const Keyword& one : keywords())
            if (one.statement)
                add(std::string(one.word), std::string(one.summary), Completion::Kind::Keyword);
        if (m_standing.probe == nullptr) return;
        const edi::SetSchema& set = *m_standing.probe->plan_set();
        const std::uint32_t loop =
            set.nodes[m_standing.node].loop ? m_standing.node : set.nodes[m_standing.node].parent;
        std::set<std::string_view> known;
        for (const std::uint32_t child : set.children(loop))
            if (known.insert(set.nodes[child].tag).second)
                add(std::string(set.nodes[child].tag),
                    set.nodes[child].loop ? "group " + std::string(set.nodes[child].id) : "segment",
                    Completion::Kind::Segment);
    }

    Around m_around;
    EffectiveMap m_map;
    Standing m_standing;
    std::vector<Completion> m_out;
};

}  // namespace

std::vector<Completion> complete(const EditorPlace& place) {
    return Completer(place).run();
}

std::optional<Definition> definition(const EditorPlace& place) {
    const Words words = words_at(place.text, place.offset);
    const EffectiveMap map = effective(place);
    if (words.before == "use")
        if (const Fragment* one = map.fragment(words.word)) return at(map.sources, one->span);
    if (words.before == "table")
        if (const Table* one = map.table(words.word)) return at(map.sources, one->span);
    if (const UserLens* one = map.lens(words.word)) return at(map.sources, one->span);
    for (const SourceFile& file : map.sources.files)
        if (file.name == quoted_at(place)) return Definition{file.name, {}, {}};
    if (const auto changed = changed_rule(place)) return at(changed->first, changed->second);
    return std::nullopt;
}

}  // namespace sallyport::mapping

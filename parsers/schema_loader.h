// SPDX-License-Identifier: Apache-2.0
// The text schema format (parsers/schemas/FORMAT.md) read into SchemaSet::Storage. Private to parsers/.
#pragma once

#include "gateway/base/error.h"
#include "parsers/schema.h"
#include "parsers/schema_uses.h"
#include "parsers/xml_schema.h"

#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace sallyport::edi {

// One dictionary: a release ("004010", "D96A") or an envelope version ("00401", "v3").
struct Dictionary {
    Standard standard = Standard::X12;
    std::string name;
    std::unordered_map<std::string_view, Element> elements;
    std::unordered_map<std::string_view, Composite> composites;
    std::unordered_map<std::string_view, SegmentSchema> segments;
    std::map<std::string, SetSchema, std::less<>> sets;
    std::deque<CodeList> code_lists;
};

// An association's file is a dictionary with nothing but code lists.
struct CodeAdditions : Dictionary {};

// A set that a release did not publish and partners send under it all the same: judged as `from` defines it.
struct BorrowedSet {
    std::string_view set, from;
    std::vector<std::string_view> releases;
};

struct SchemaSet::Storage {
    std::deque<std::string> texts;  // every string_view points into one of these
    std::map<std::string, Dictionary, std::less<>> x12, x12_envelopes, edifact, edifact_envelopes;
    std::map<std::string, CodeAdditions, std::less<>> associations;  // EANCOM code additions
    std::vector<SchemaUse> uses;
    std::vector<BorrowedSet> borrowed;  // X12 only
    XmlSchemas xml;
};

class SchemaLoader {
public:
    explicit SchemaLoader(SchemaSet::Storage& storage) : m_storage(storage) {}
    Status load(std::span<const std::filesystem::path> directories);

private:
    Status load_definitions_of(const std::filesystem::path& directory);
    using Words = std::vector<std::string_view>;
    struct Line {
        Words words;
        std::string_view text;
        std::uint32_t number = 0;
        std::uint32_t indent = 0;
    };
    using LineHandler = std::function<Status(const Line&)>;

    Status each_line(const std::filesystem::path& file, const LineHandler& handle);
    Status load_definitions(const std::filesystem::path& file, Dictionary& dictionary);
    Status load_release(const std::filesystem::path& folder, Dictionary& dictionary);
    Status load_releases(const std::filesystem::path& folder,
                         Standard standard,
                         std::map<std::string, Dictionary, std::less<>>& target);
    template <typename Dictionaries>
    Status load_single_files(const std::filesystem::path& folder,
                             Standard standard,
                             Dictionaries& target);
    Status load_set(const std::filesystem::path& file, Dictionary& dictionary);
    Status load_borrowed(const std::filesystem::path& file);
    Status load_overlay(const std::filesystem::path& file,
                        std::map<std::string, Dictionary, std::less<>>& target);

    Status definition_line(const Line& line, Dictionary& dictionary);
    Status top_line(const Line& line, Dictionary& dictionary);
    Status element_line(const Line& line, Dictionary& dictionary);
    Status position_line(const Line& line, Dictionary& dictionary);
    Status condition_line(const Line& line);
    Status set_line(const Line& line, Dictionary& dictionary, SetSchema*& set);
    Status node_line(const Line& line, Dictionary& dictionary, SetSchema& set);
    Status overlay_line(const Line& line, std::map<std::string, Dictionary, std::less<>>& target);
    Error syntax(const Line& line, std::string what) const;

    SchemaSet::Storage& m_storage;
    std::string m_file;                   // of the line being read, for errors
    SegmentSchema* m_segment = nullptr;   // open block
    Composite* m_composite = nullptr;     // open block
    CodeList* m_codes = nullptr;          // open list, for continuation lines
    std::set<std::string_view> m_listed;  // elements whose codes the file being read has given
    std::vector<std::uint32_t> m_open;    // open loops of the set being read
    Area m_area = Area::Heading;
};

}  // namespace sallyport::edi

// SPDX-License-Identifier: Apache-2.0
#include "gateway/flow/answer_words.h"

#include <array>
#include <span>

namespace sallyport::flow {
namespace {

struct Word {
    std::string_view code;
    std::string_view text;
};

constexpr std::array<Word, 31> Interchanges{
    {{"001", "control numbers of ISA and IEA differ"},
     {"002", "the version is not supported"},
     {"003", "the version of the controls is not supported"},
     {"004", "the segment terminator is invalid"},
     {"005", "the sender's qualifier is invalid"},
     {"006", "the sender is not known"},
     {"007", "the receiver's qualifier is invalid"},
     {"008", "the receiver is not known"},
     {"009", "the receiver is not on this system"},
     {"010", "ISA01 is invalid"},
     {"011", "ISA02 is invalid"},
     {"012", "ISA03 is invalid"},
     {"013", "ISA04 is invalid"},
     {"014", "the date of the interchange is invalid"},
     {"015", "the time of the interchange is invalid"},
     {"016", "ISA11 is invalid"},
     {"017", "the version ISA12 is invalid"},
     {"018", "the control number is invalid"},
     {"019", "ISA14 is invalid"},
     {"020", "the test indicator is invalid"},
     {"021", "the number of groups is wrong"},
     {"022", "the control structure is invalid"},
     {"023", "the file ends before the interchange does"},
     {"024", "the content is invalid"},
     {"025", "the control number came before"},
     {"026", "the element separator is invalid"},
     {"027", "the component separator is invalid"},
     {"028", "the date of the deferred delivery is invalid"},
     {"029", "the time of the deferred delivery is invalid"},
     {"030", "the time code of the deferred delivery is invalid"},
     {"031", "the grade of service is invalid"}}};
constexpr std::array<Word, 6> Groups{{{"1", "the functional group is not supported"},
                                      {"2", "the group's version is not supported"},
                                      {"3", "the group's trailer is missing"},
                                      {"4", "control numbers of GS and GE differ"},
                                      {"5", "the number of transactions is wrong"},
                                      {"6", "the group's control number is invalid"}}};
constexpr std::array<Word, 10> Transactions{
    {{"1", "the set is not supported"},
     {"2", "the set's trailer is missing"},
     {"3", "control numbers of ST and SE differ"},
     {"4", "the number of segments is wrong"},
     {"5", "segments are in error"},
     {"6", "the set's identifier is missing or invalid"},
     {"7", "the set's control number is missing or invalid"},
     {"23", "the set's control number came before"},
     {"I5", "segments break the partner's guide"},
     {"I6", "the partner's guide is not supported"}}};
// I…: the 999's own words for what an implementation guide says.
constexpr std::array<Word, 13> Segments{
    {{"1", "the segment is not known"},
     {"2", "the segment was not expected"},
     {"3", "a mandatory segment is missing"},
     {"4", "the loop occurs too often"},
     {"5", "the segment occurs too often"},
     {"6", "the segment is not in this set"},
     {"7", "the segment is out of sequence"},
     {"8", "the segment has elements in error"},
     {"I4", "the guide does not use the segment"},
     {"I6", "the segment is missing that others here require"},
     {"I7", "the loop occurs less often than the guide wants"},
     {"I8", "the segment occurs less often than the guide wants"},
     {"I9", "the segment must not stand here beside the others"}}};
constexpr std::array<Word, 18> Elements{
    {{"1", "a mandatory element is missing"},
     {"2", "an element that others require is missing"},
     {"3", "there are too many elements"},
     {"4", "the value is too short"},
     {"5", "the value is too long"},
     {"6", "the value has an invalid character"},
     {"7", "the value is not in its code list"},
     {"8", "the date is invalid"},
     {"9", "the time is invalid"},
     {"10", "elements exclude each other"},
     {"12", "there are too many repetitions"},
     {"13", "there are too many components"},
     {"I6", "the guide does not use this code"},
     {"I9", "an element is missing that others here require"},
     {"I10", "the guide does not use the element"},
     {"I11", "there are fewer repetitions than the guide wants"},
     {"I12", "the value has not the form the guide wants"},
     {"I13", "the element must not stand beside the others"}}};
constexpr std::array<Word, 10> Applications{{{"006", "it is a duplicate"},
                                             {"007", "data are missing"},
                                             {"008", "the value is out of range"},
                                             {"009", "the date is invalid"},
                                             {"010", "the total does not add up"},
                                             {"011", "it does not match"},
                                             {"012", "the combination is invalid"},
                                             {"024", "another reason"},
                                             {"848", "the data are incorrect"},
                                             {"ZZZ", "as agreed between the two"}}};
constexpr std::array<Word, 38> Edifact{{{"2", "the syntax version or level is not supported"},
                                        {"7", "the receiver is not the one it was sent to"},
                                        {"12", "the value is invalid"},
                                        {"13", "something is missing"},
                                        {"14", "the value is not supported in this position"},
                                        {"15", "not supported in this position"},
                                        {"16", "there are too many parts"},
                                        {"17", "there is no agreement for it"},
                                        {"18", "an error without a name"},
                                        {"19", "the decimal mark is invalid"},
                                        {"20", "a character is not allowed as service character"},
                                        {"21", "a character is invalid"},
                                        {"22", "a service character is invalid"},
                                        {"23", "the sender is not known"},
                                        {"24", "it is too old"},
                                        {"25", "the test indicator is not supported"},
                                        {"26", "it came before"},
                                        {"27", "the security function is not supported"},
                                        {"28", "references of header and trailer differ"},
                                        {"29", "the count in the trailer is wrong"},
                                        {"30", "groups and messages are mixed"},
                                        {"31", "a group holds more than one kind of message"},
                                        {"32", "a lower level is empty"},
                                        {"33", "something stands outside its message or group"},
                                        {"34", "a nesting indicator is not allowed here"},
                                        {"35", "there are too many repetitions"},
                                        {"36", "a segment group occurs too often"},
                                        {"37", "the value has characters of the wrong kind"},
                                        {"38", "a digit before the decimal mark is missing"},
                                        {"39", "the value is too long"},
                                        {"40", "the value is too short"},
                                        {"41", "the network failed for good"},
                                        {"42", "the network failed for now"},
                                        {"43", "the receiver is not known"},
                                        {"45", "a separator at the end is too many"},
                                        {"46", "the character set is not supported"},
                                        {"47", "a function of the envelope is not supported"},
                                        {"48", "a condition between elements is not met"}}};

std::span<const Word> table_of(AnswerList list) {
    switch (list) {
        case AnswerList::Interchange:
            return Interchanges;
        case AnswerList::Group:
            return Groups;
        case AnswerList::Transaction:
            return Transactions;
        case AnswerList::Segment:
            return Segments;
        case AnswerList::Element:
            return Elements;
        case AnswerList::Edifact:
            return Edifact;
        case AnswerList::Application:
            return Applications;
    }
    return {};
}

std::string_view name_of(AnswerList list) {
    switch (list) {
        case AnswerList::Interchange:
            return "ta1";
        case AnswerList::Group:
            return "ak9";
        case AnswerList::Transaction:
            return "ak5";
        case AnswerList::Segment:
            return "ak3";
        case AnswerList::Element:
            return "ak4";
        case AnswerList::Edifact:
            return "contrl";
        case AnswerList::Application:
            return "824";
    }
    return "";
}

}  // namespace

std::string words_of(AnswerList list, std::string_view code) {
    for (const Word& word : table_of(list))
        if (word.code == code) return std::string(word.text);
    return code.empty() ? std::string("no code given") : "code " + std::string(code);
}

std::string code_name(AnswerList list, std::string_view code) {
    return std::string(name_of(list)) + "." + std::string(code);
}

}  // namespace sallyport::flow

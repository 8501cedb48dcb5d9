// SPDX-License-Identifier: Apache-2.0
#include "gateway/api/file_control.h"

#include "gateway/api/control_words.h"
#include "gateway/flow/files.h"
#include "transports/as2_parts.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace sallyport::api {
namespace {

using nlohmann::ordered_json;
using transports::HttpEntry;
using transports::HttpRequest;
using transports::HttpResponse;

constexpr std::size_t LargestFile = std::size_t{64} << 30U;
constexpr std::size_t LongestText = 512;

int status_of(const Error& error) {
    if (error.code() == "flow.agreement.unknown") return 404;
    if (error.code() == "flow.submit.conflict") return 409;
    return 503;
}

bool is_text(const std::string& text) {
    return text.size() <= LongestText && std::none_of(text.begin(), text.end(), [](char letter) {
               return (letter >= 0 && letter < ' ') || letter == '/' || letter == 0x7F;
           });
}

Error bad_facts(std::string what) {
    return Error("api.body", Blame::Operator, std::move(what));
}

// What Sallyport-File says, before an octet of the document is read.
Result<flow::FileSubmission> facts_of(const HttpRequest& head) {
    const auto facts = ordered_json::parse(
        transports::header_or_empty(head.headers, "Sallyport-File"), nullptr, false);
    if (!facts.is_object()) return bad_facts("Sallyport-File is no JSON object");
    flow::FileSubmission submission;
    submission.origin = text_of(facts, "actor");
    submission.partner = text_of(facts, "partner");
    submission.file_name = text_of(facts, "name");
    submission.content_type = text_of(facts, "type");
    submission.source_key = text_of(facts, "key");
    if (submission.origin.empty() || submission.partner.empty())
        return bad_facts("say who sends, and to which partner");
    if (!is_text(submission.file_name)) return bad_facts("that is no name of a file");
    if (submission.content_type.empty()) submission.content_type = "application/octet-stream";
    const auto& type = submission.content_type;
    if (type.size() > LongestText || std::count(type.begin(), type.end(), '/') != 1 ||
        !std::all_of(type.begin(), type.end(), [](char letter) {
            return letter > ' ' && letter < 0x7F && letter != ';' && letter != '"';
        }))
        return bad_facts("that is no content type");
    return submission;
}

}  // namespace

FileControl::FileControl(Parts parts) : m_parts(std::move(parts)) {}

HttpEntry FileControl::enter(const HttpRequest& head) {
    HttpEntry entry;
    entry.max_body_bytes = LargestFile;
    entry.spool_folder = m_parts.spool_folder;
    if (auto stopped = stopped_at_door(head, m_parts.token, {"POST"})) {
        entry.answer = std::move(*stopped);
    } else if (const auto facts = facts_of(head); !facts) {
        entry.answer = control_refusal(400, facts.error());
    } else if (!m_parts.tools.agreements.by_name(facts->partner)) {
        entry.answer = control_refusal(404,
                                       Error("flow.agreement.unknown",
                                             Blame::Operator,
                                             "there is no partner " + facts->partner));
    }
    return entry;
}

// Durable in the archive: a large one as a file that is linked, not copied.
Result<std::string> FileControl::archived(const HttpRequest& request) const {
    if (!request.spooled) return m_parts.tools.archive.put(request.body);
    const auto name = m_parts.tools.make_id() + "-send" + std::string(transports::PartSuffix);
    const auto part =
        transports::PartFile::write(m_parts.spool_folder / name, {request.spooled.get()});
    if (!part) return part.error();
    return m_parts.tools.archive.share(part->path(), part->digest());
}

HttpResponse FileControl::handle(const HttpRequest& request) {
    auto submission = facts_of(request);
    if (!submission) return control_refusal(400, submission.error());
    auto address = archived(request);
    if (!address) return control_refusal(503, address.error());
    submission->payload_ref = *std::move(address);
    if (submission->source_key.empty())
        submission->source_key = "file/" + submission->partner + "/" + submission->payload_ref +
                                 "/" + submission->file_name;
    if (submission->source_key.size() > LongestText)
        return control_refusal(400, bad_facts("the key is longer than 512 octets"));
    const auto done = flow::submit_file(m_parts.tools, *submission);
    if (!done) return control_refusal(status_of(done.error()), done.error());
    m_parts.pipeline.wake();
    return control_response(200, {{"document", done->document}, {"existed", done->existed}});
}

}  // namespace sallyport::api

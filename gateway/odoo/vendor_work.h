// SPDX-License-Identifier: Apache-2.0
// What the documents of vendor_documents.h share. Internal to gateway/odoo.
#pragma once

#include "gateway/odoo/purchase_book.h"
#include "gateway/odoo/tolerance.h"
#include "gateway/odoo/vendor_documents.h"

#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace sallyport::odoo {

struct VendorWork {
    Client& client;
    const OrdersOptions& options;
    const Memory& memory;
    const Pause& pause;
    const flow::DocumentPosting& posting;

    // The external id of this document; those of its notes begin with it.
    std::string key(char letter) const {
        return std::string(1, letter) + "_" + order_key(posting.business_key).substr(2);
    }
    // "ASN 4711 received by EDI from acme, gateway document 01J…."
    std::string head(const std::string& what) const {
        return what + " received by EDI from " + posting.partner + ", gateway document " +
               posting.document + ".";
    }
};

using VendorAnswer = VendorDocuments::Answer;

VendorAnswer post_answer(const VendorWork& work);
VendorAnswer post_ship_notice(const VendorWork& work);
VendorAnswer post_bill(const VendorWork& work);
VendorAnswer post_remittance(const VendorWork& work);

// The record's task and note that say why a document waits or is refused, then what becomes of it: the error `code` for
// Hold, a refused document for Reject. Only for judges whose worst() is not Warn.
VendorAnswer stopped(const VendorWork& work,
                     const RecordRef& record,
                     const std::string& name,
                     const Judge& judge,
                     std::string_view code);  // a literal

RecordRef reference(const PurchaseOrder& order);

}  // namespace sallyport::odoo

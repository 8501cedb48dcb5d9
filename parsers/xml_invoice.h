// SPDX-License-Identifier: Apache-2.0
// What the arithmetic of an invoice is about, the same for UBL and CII (EN 16931-1 clause 6: BG-20 to BG-25).
// Borrows the tree.
#pragma once

#include "gateway/base/decimal.h"
#include "parsers/xml_path.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace sallyport::edi {

struct InvoiceAmount {
    std::uint32_t element = None;  // None: not there
    std::optional<Decimal> value;  // empty: not there, or no number
    std::string_view currency;
    bool there() const { return element != None; }
};

struct VatCategory {
    std::uint32_t element = None;  // the category element
    std::string_view code;
    InvoiceAmount rate;
    bool vat = false;  // its scheme is VAT
    bool reason = false, reason_code = false;
};

struct InvoiceAllowance {  // or charge, of the document or of a line
    std::uint32_t element = None;
    bool allowance = false, charge = false;  // both false: the indicator says neither
    InvoiceAmount amount;
    std::vector<VatCategory> vat;
};

struct InvoiceLine {
    std::uint32_t element = None;
    InvoiceAmount amount;
    std::vector<VatCategory> vat;
};

struct VatBreakdown {
    std::uint32_t element = None;
    InvoiceAmount taxable, tax;
    std::vector<VatCategory> vat;
};

struct TaxTotal {
    InvoiceAmount amount;
    std::vector<VatBreakdown> parts;
};

struct InvoiceView {
    std::uint32_t totals = None;
    InvoiceAmount lines_total, allowances_total, charges_total, without_vat, with_vat, prepaid,
        rounding, payable;
    std::string_view currency, vat_currency;
    std::vector<InvoiceLine> lines;
    std::vector<InvoiceAllowance> allowances;  // of the document, charges too
    std::vector<TaxTotal> tax_totals;          // CII: the breakdown stands with the first
};

InvoiceView ubl_invoice(const XmlTree& tree, const XmlPaths& paths);
InvoiceView cii_invoice(const XmlTree& tree, const XmlPaths& paths);

}  // namespace sallyport::edi

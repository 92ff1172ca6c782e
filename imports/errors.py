"""Refusals of a file, or of a row of it; ``row`` is the spreadsheet's number, ``field`` the column."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from arledger.core.errors import Invalid, Refusal


class UnknownColumns(Invalid):
    code = "import_columns_unknown"
    sentence = _("This import does not know the columns: %(columns)s. It knows: %(known)s.")


class MissingColumns(Invalid):
    code = "import_columns_missing"
    sentence = _("The file lacks the columns: %(columns)s.")


class UnknownCode(Invalid):
    code = "import_code_unknown"
    sentence = _(
        "“%(text)s” is not the code of one that this company has and uses. Correct it, or add it first."
    )


class UnknownInvoice(Invalid):
    code = "import_invoice_unknown"
    sentence = _("There is no posted invoice with the number “%(number)s”.")


class InvoiceOfAnother(Invalid):
    code = "import_invoice_of_another_customer"
    sentence = _(
        "Invoice %(number)s belongs to another customer: a receipt pays its own customer's invoices."
    )


class InvoiceTwice(Invalid):
    code = "import_invoice_twice"
    sentence = _(
        "Invoice %(number)s is named twice on this receipt, first in row %(first)s. Use one row for it."
    )


class AppliedWithoutInvoice(Invalid):
    code = "import_applied_without_invoice"
    sentence = _("An amount to apply needs the invoice's number beside it.")


class AutoWithInvoices(Invalid):
    code = "import_auto_with_invoices"
    sentence = _("Either name the invoices to pay, or let the receipt be spread automatically.")


class InvalidFlag(Invalid):
    code = "import_flag_invalid"
    sentence = _("“%(text)s” is neither yes nor no. Write yes, no, or leave the cell empty.")


class RowsDiffer(Invalid):
    """The rows of one document disagree on something that a document has only once."""

    code = "import_rows_differ"
    sentence = _(
        "“%(text)s” differs from “%(before)s” in row %(first)s of the same document. "
        "Write the same in each of its rows, or only in the first."
    )


class UsedBefore(Invalid):
    code = "import_used_before"
    sentence = _(
        "“%(text)s” was used before, in row %(first)s: no other document or customer has its number, key or code."
    )


class UsedAgain(Invalid):
    """The first of several documents that claim one number or key: it may lack the rows that come later."""

    code = "import_used_again"
    sentence = _("“%(text)s” is used again, in row %(again)s: no other document has its number or key.")


class RefusedWith(Invalid):
    """Said where rows of a refused document stand apart from the one that is wrong."""

    code = "import_refused_with"
    sentence = _("Refused with row %(other)s of the same document.")


class InvalidAction(Invalid):
    code = "import_action_invalid"
    sentence = _("“%(text)s” is neither draft nor post. Write one of the two, or leave the cell empty.")


class UnknownCreditKind(Invalid):
    code = "import_credit_kind_unknown"
    sentence = _("“%(text)s” is not a kind of credit. Write adjustment, advance, payment or invoice.")


class UnknownCredit(Invalid):
    code = "import_credit_unknown"
    sentence = _("This customer has no posted credit with the number “%(number)s”.")


class CreditAmbiguous(Invalid):
    code = "import_credit_ambiguous"
    sentence = _(
        "Several credits of this customer have the number “%(number)s”: write the kind beside it (%(kinds)s)."
    )


class CreditWithoutNumber(Invalid):
    code = "import_credit_without_number"
    sentence = _("Name the credit by its number.")


class AdvanceWithoutNumber(Invalid):
    """An advance that was posted while advances were not numbered cannot be named in a file (SPEC 9)."""

    code = "import_advance_without_number"
    sentence = _(
        "An advance is named by its number. Advances that were posted while advances were not numbered have none "
        "(this customer has %(count)s of them): use such an advance on a page."
    )


class UnknownCreditLine(Invalid):
    code = "import_credit_line_unknown"
    sentence = _("%(document)s has no line %(text)s. Lines are counted from 1.")


class OpeningAccountMissing(Invalid):
    code = "import_opening_account_missing"
    sentence = _("Name the account that the opening balance stands against: the company has none for that.")


class OpeningAgainstRevenue(Invalid):
    code = "import_opening_revenue"
    sentence = _(
        "%(account)s is an account of revenue. An opening balance is no new revenue: use another account."
    )


class OpeningIsZero(Invalid):
    code = "import_opening_zero"
    sentence = _("An open item has an amount that is still open. Leave out what is settled.")


class SameFile(Refusal):
    code = "import_same_file"
    status = 409
    sentence = _(
        "This very file was uploaded on %(when)s by %(who)s (%(state)s). Open that import, or insist on importing "
        "it again."
    )


class FileTooLarge(Invalid):
    code = "import_file_too_large"
    sentence = _("The file is larger than %(limit)s MB. Split it.")


class DateFormatUnclear(Invalid):
    code = "import_date_format_unclear"
    sentence = _("The dates can be read as %(first)s or as %(others)s. Say which: choose the date format.")


class OldWorkbook(Invalid):
    code = "import_old_workbook"
    sentence = _("This is a workbook of the old kind (XLS). Save it as XLSX or CSV.")


class HasFaults(Refusal):
    code = "import_has_faults"
    status = 409
    sentence = _(
        "%(count)s rows are refused, and nothing is imported unless all can be. Correct the file and upload it again, "
        "or import the good ones only."
    )


class NothingGood(Refusal):
    code = "import_nothing_good"
    status = 409
    sentence = _("There is nothing to import: no row of the file can be.")


class NotNow(Refusal):
    code = "import_state"
    status = 409
    sentence = _("This cannot be done now: the import is %(state)s.")


class FileGone(Refusal):
    code = "import_file_gone"
    status = 410
    sentence = _("The uploaded file is no longer kept. Upload it again.")


class ChangedSince(Refusal):
    code = "import_changed_since"
    status = 409
    sentence = _(
        "The books changed after the check, so nothing was imported. Correct the rows below, or check the file again."
    )


class NoLongerMember(Refusal):
    code = "import_no_longer_member"
    status = 403
    sentence = _("%(who)s no longer belongs to this company, so nothing more is imported in that name.")

"""Refusals every kind of document shares."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from arledger.companies.period_services import PeriodClosed as PeriodClosed
from arledger.core.errors import Invalid, Refusal


class NotADraft(Refusal):
    code = "not_a_draft"
    status = 409
    sentence = _("%(document)s is posted already: it never changes. Reverse it instead.")


class NotPosted(Refusal):
    code = "not_posted"
    status = 409
    sentence = _("This draft is not posted yet: delete it instead of reversing it.")


class CustomerInactive(Refusal):
    code = "customer_inactive"
    sentence = _("%(customer)s is inactive: nothing new can be posted on this account.")


class NamedTwice(Invalid):
    code = "named_twice"
    sentence = _("The same document or match is named twice. Name each once.")


class NoLines(Invalid):
    code = "no_lines"
    sentence = _("Enter at least one line.")


class TotalTooLarge(Invalid):
    code = "total_too_large"
    sentence = _("The lines add up to more than the books can hold. Split the document.")


class NumberTaken(Refusal):
    code = "number_taken"
    status = 409
    sentence = _("Number %(number)s is already used by another document of this kind.")


class AlreadyReversed(Refusal):
    code = "already_reversed"
    status = 409
    sentence = _("%(document)s is reversed already, by %(mirror)s.")


class ReversalIsFinal(Refusal):
    code = "reversal_is_final"
    status = 409
    sentence = _("%(document)s is itself a reversal and cannot be reversed. Enter a new document instead.")


class ReversalTooEarly(Refusal):
    code = "reversal_too_early"
    sentence = _(
        "A reversal is dated %(earliest)s at the earliest: not before its document, nor before what was un-applied."
    )


class StillApplied(Refusal):
    code = "still_applied"
    status = 409
    sentence = _("%(document)s is matched with %(others)s. Un-apply that first, then reverse.")


class StillRefunded(StillApplied):
    """A refund gave some of it back: only voiding the refund undoes that (SPEC 15.2)."""

    code = "still_refunded"
    sentence = _("%(document)s is matched with %(others)s. Void %(refunds)s first, then reverse.")


class StillReserved(Refusal):
    code = "still_reserved"
    status = 409
    sentence = _("The draft %(drafts)s has reserved part of %(document)s. Delete or post that draft first.")


class InDeposit(Refusal):
    code = "in_deposit"
    status = 409
    sentence = _("%(document)s lies in %(deposit)s: reverse the deposit first.")


class InDraftDeposit(Refusal):
    code = "in_draft_deposit"
    status = 409
    sentence = _(
        "%(document)s lies in the draft “%(deposit)s”: take it out of that draft, or delete the draft, first."
    )


class DueBeforeDate(Invalid):
    code = "due_before_date"
    sentence = _("The due date %(due)s lies before the document’s date %(date)s.")


class DueMissing(Invalid):
    code = "due_missing"
    sentence = _("Enter a due date or choose a payment term.")


class UnknownAccount(Invalid):
    code = "account_unknown"
    sentence = _("Choose an active account of this company.")


class AccountIsControl(Invalid):
    """A line between a control account and another one would move the one without moving a customer's balance."""

    code = "account_is_control"
    sentence = _(
        "Account %(account)s holds what customers owe or have paid, and follows from their documents (%(kind)s). "
        "Choose another account for the line."
    )


class UnknownReference(Invalid):
    """A term, location or entity that the company does not have."""

    code = "reference_unknown"
    sentence = _("Choose one that this company has.")


class ServicePeriod(Invalid):
    code = "service_period"
    sentence = _("The service period ends on %(end)s, before it starts on %(start)s.")


class UnknownEntity(Invalid):
    code = "entity_unknown"
    sentence = _("Choose an entity of this company that you may use.")


class UnknownBankAccount(Invalid):
    code = "bank_account_unknown"
    sentence = _("Choose an active bank account, or undeposited funds.")


class BankCurrency(Invalid):
    code = "bank_account_currency"
    sentence = _("The bank account %(account)s is kept in %(kept)s; the document is in %(currency)s.")


class UnknownMethod(Invalid):
    code = "method_unknown"
    sentence = _("Choose how the money came: check, cash, card, transfer or online.")


class MoneyPlaceUnclear(Invalid):
    """Money received lies in one bank account, or in undeposited funds."""

    code = "bank_account_unclear"
    sentence = _("Say where the money is: name a bank account, or undeposited funds; one of the two.")

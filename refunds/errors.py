"""Refusals of refunds (SPEC 9).

``field`` of a refusal about one credit is ``credits.<place>.credit`` or ``credits.<place>.amount``, the place counted
from 0 as entered; ``row`` is the refund's place when several are entered at once.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from arledger.core.errors import Invalid, Refusal
from ledger.errors import AlreadyReversed, NotADraft, NotPosted, ReversalIsFinal, ReversalTooEarly


class RefundsDisabled(Refusal):
    """The doors answer as if there were no refunds at all (SPEC 9)."""

    code = "refunds_disabled"
    status = 404
    sentence = _("Customer refunds are not switched on. An administrator can do that in the configuration.")


class NoCredits(Invalid):
    code = "refund_without_credits"
    sentence = _("Choose at least one credit to refund.")


class NothingRefunded(Invalid):
    code = "refund_amount_not_positive"
    sentence = _("Enter the amount refunded: more than 0.")


class CreditAmountNotPositive(Invalid):
    code = "refund_credit_amount_not_positive"
    sentence = _("Enter how much of %(document)s was refunded: more than 0, or leave it out.")


class AmountsDiffer(Invalid):
    code = "refund_amounts_differ"
    sentence = _(
        "%(amount)s was refunded, but the chosen credits add up to %(total)s: a difference of %(difference)s. "
        "Make the two agree."
    )


class NotByTransfer(Invalid):
    code = "refund_method"
    sentence = _("A refund records money returned by transfer: there is no other method.")


class NotInBaseCurrency(Invalid):
    code = "refund_currency"
    sentence = _("Refunds are made in the company’s base currency only: %(base)s.")


class BankMissing(Invalid):
    code = "refund_bank_account_missing"
    sentence = _("Choose the bank account that the money was returned from.")


class BankNotUsable(Invalid):
    code = "refund_bank_account_unknown"
    sentence = _("Choose an active bank account of this company.")


class CreditUnclear(Invalid):
    code = "refund_credit_unclear"
    sentence = _("Name a credit, or one of its lines: one of the two.")


class CreditTwice(Invalid):
    code = "refund_credit_twice"
    sentence = _("%(document)s is chosen twice. Choose it once, with the whole amount.")


class NotARefundableKind(Invalid):
    """A charge, such as an invoice, where a credit is expected."""

    code = "refund_of_charge"
    sentence = _("%(document)s is not a credit: only credits are refunded.")


class CreditOfOtherCustomer(Refusal):
    code = "refund_other_customer"
    sentence = _("%(document)s belongs to another customer: a refund clears credits of one customer only.")


class CreditIsDraft(Refusal):
    code = "refund_of_draft"
    status = 409
    sentence = _("%(document)s is a draft: post it before refunding it.")


class CreditBesideCharges(Refusal):
    code = "refund_beside_charges"
    sentence = _(
        "%(document)s also has positive lines, so it cannot be refunded. Apply the credit to a charge instead."
    )


class CreditWithCashBasisTax(Refusal):
    code = "refund_cash_basis_tax"
    sentence = _(
        "%(document)s has a line with cash-basis tax, so it cannot be refunded. Apply the credit to a charge instead."
    )


class CreditInOtherCurrency(Refusal):
    code = "refund_credit_currency"
    sentence = _("%(document)s is in %(currency)s; refunds are made in the base currency, %(base)s, only.")


class CreditOfOtherEntity(Refusal):
    code = "refund_other_entity"
    sentence = _("%(document)s belongs to another entity: a refund clears credits of its own entity only.")


class CreditUsedUp(Refusal):
    code = "refund_nothing_left"
    status = 409
    sentence = _("Nothing is left of %(document)s: it was used in the meantime. Remove it.")


class CreditReserved(Refusal):
    code = "refund_credit_reserved"
    status = 409
    sentence = _(
        "%(document)s has nothing left to refund: drafts have reserved %(reserved)s of it. "
        "Change those drafts first, or remove it."
    )


class NotEnoughCredit(Refusal):
    code = "refund_not_enough_left"
    status = 409
    sentence = _("%(document)s has %(available)s left; you entered %(amount)s. Use %(available)s.")


class RefundTooEarly(Refusal):
    code = "refund_too_early"
    sentence = _("%(document)s can be refunded from %(earliest)s on. Date the refund then or later.")


class SecondPersonNeeded(Refusal):
    """``limit`` is in the base currency, like the refund."""

    code = "refund_second_person"
    sentence = _(
        "A refund above %(limit)s is posted by a second person, not by whoever edited it last. "
        "Save it as a draft and ask a colleague to post it."
    )


class RefundIsPosted(NotADraft):
    code = "refund_not_a_draft"
    sentence = _("%(document)s is posted already: it never changes. Void it instead.")


class RefundNotPosted(NotPosted):
    code = "refund_not_posted"
    sentence = _("This refund is a draft: delete it instead of voiding it.")


class AlreadyVoided(AlreadyReversed):
    code = "already_voided"
    sentence = _("%(document)s is voided already, by %(mirror)s.")


class VoidIsFinal(ReversalIsFinal):
    code = "void_is_final"
    sentence = _("%(document)s voids another refund and cannot be voided itself. Enter a new refund instead.")


class VoidTooEarly(ReversalTooEarly):
    code = "void_too_early"
    sentence = _("A void is dated %(earliest)s at the earliest: not before its refund.")

"""Refusals of matching and un-matching."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from arledger.core.errors import Invalid, Refusal


class NotEnoughLeft(Refusal):
    """Somebody asks for more of a line than is open and not reserved."""

    code = "not_enough_left"
    status = 409
    sentence = _("%(document)s has %(available)s left; you entered %(amount)s. Use %(available)s at most.")


class NothingLeft(Refusal):
    code = "nothing_left"
    status = 409
    sentence = _("Nothing is left of %(document)s: it was matched in the meantime. Remove it.")


class NotACharge(Invalid):
    code = "not_a_charge"
    sentence = _("%(document)s is not a charge: a match needs one charge and one credit.")


class NotACredit(Invalid):
    code = "not_a_credit"
    sentence = _("%(document)s is not a credit: a match needs one charge and one credit.")


class OtherCustomer(Refusal):
    code = "other_customer"
    sentence = _("%(charge)s and %(credit)s belong to different customers: matching never crosses customers.")


class OtherCurrency(Refusal):
    code = "other_currency"
    sentence = _(
        "%(charge)s and %(credit)s are in different currencies: lines match only within one currency."
    )


class CreditOfOtherEntity(Refusal):
    """The company limits credits to the entity that owns them (SPEC 3)."""

    code = "credit_of_other_entity"
    sentence = _(
        "%(credit)s and %(charge)s belong to different entities: this company limits credits to the entity that "
        "owns them."
    )


class NothingChosen(Invalid):
    code = "nothing_chosen"
    sentence = _("Choose at least one match.")


class SeveralAccounts(Invalid):
    """Several customers or currencies in one step; each has a matching document of its own."""

    code = "several_accounts"
    sentence = _("Match and un-match one customer and one currency at a time.")


class AmountNotPositive(Invalid):
    code = "amount_not_positive"
    sentence = _("Enter an amount greater than 0.")


class TooEarly(Refusal):
    code = "application_too_early"
    sentence = _(
        "A match takes effect on %(earliest)s at the earliest: then both documents exist and their amounts are free."
    )


class TooMuchUnapplied(Refusal):
    code = "unapply_too_much"
    status = 409
    sentence = _(
        "%(in_force)s of this match is in force; you asked to un-apply %(amount)s. Use %(in_force)s at most."
    )


class AlreadyUnapplied(Refusal):
    code = "already_unapplied"
    status = 409
    sentence = _("This match was un-applied already.")


class MatchOfReversal(Refusal):
    code = "match_of_reversal"
    status = 409
    sentence = _("This match ties %(document)s to its reversal: it cannot be un-applied.")


class EntryOfRefund(Refusal):
    code = "entry_of_refund"
    status = 409
    sentence = _(
        "%(document)s gave this credit back: one entry of a refund cannot be un-applied. Void %(document)s instead."
    )


class ReasonMissing(Invalid):
    code = "reason_missing"
    sentence = _("Say why in a few words: the reason stays with the books.")

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


class DocumentIsDraft(Refusal):
    code = "document_is_draft"
    status = 409
    sentence = _("%(document)s is a draft: post it before it is matched.")


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


class AppliedOverReceived(Invalid):
    code = "applied_over_received"
    sentence = _(
        "%(applied)s is applied but only %(received)s was received. Lower the applied amounts by %(difference)s."
    )


class AppliedOverFunds(Invalid):
    code = "applied_over_funds"
    sentence = _(
        "%(applied)s is applied but cash and credits make %(funds)s only. Lower the applied amounts by "
        "%(difference)s, or use more credits."
    )


class NotAnOpenCharge(Refusal):
    code = "not_an_open_charge"
    status = 409
    sentence = _("A chosen charge is not open any more, or is not this customer's. Reload the list.")


class ChargeGone(NotAnOpenCharge):
    """The same where it is known which document it was."""

    code = "charge_settled"
    sentence = _("Nothing is left of %(number)s: it was settled in the meantime. Clear its amount.")


class NotAnOpenCredit(Refusal):
    code = "not_an_open_credit"
    status = 409
    sentence = _("A chosen credit is not available any more, or is not this customer's. Reload the list.")


class CreditGone(NotAnOpenCredit):
    """The same where it is known which document it was."""

    code = "credit_used_up"
    sentence = _("Nothing is left of %(number)s: it was used in the meantime. Clear its amount.")


class CreditNotNeeded(Refusal):
    """Of an amount typed for a credit the charges take only a part."""

    code = "credit_not_needed"
    sentence = _(
        "You entered %(amount)s for %(number)s, but the chosen charges take only %(used)s of it. Lower it, or "
        "choose more charges."
    )


class NotThatMuchOpen(Refusal):
    """``document`` or ``line`` in the values is the key of what the amount was typed for; so for those below."""

    code = "charge_has_less_left"
    status = 409
    sentence = _("%(number)s has %(open)s left; you entered %(amount)s. Use %(open)s at most.")


class SelectedByDrafts(Refusal):
    code = "charge_selected_by_drafts"
    status = 409
    sentence = _(
        "%(number)s has nothing left to use: drafts have selected %(reserved)s of it. Clear its amount, or "
        "change those drafts first."
    )


class AmountBelowZero(Invalid):
    code = "allocation_below_zero"
    sentence = _("You entered %(amount)s. Use 0 or more.")


class LinesOverDocument(Invalid):
    code = "allocation_lines_over_document"
    sentence = _(
        "The lines of %(number)s add up to %(total)s; you entered %(amount)s for the document. "
        "Make the two agree."
    )


class NothingToMatch(Refusal):
    """No available credit meets an open charge of the customer, in one currency and as far as the rules allow."""

    code = "nothing_to_match"
    status = 409
    sentence = _(
        "%(customer)s has no available credit that could settle an open charge: a match needs both in one currency."
    )

"""What deposits refuse."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from arledger.core.errors import Invalid, Refusal


class NothingToDeposit(Invalid):
    code = "nothing_to_deposit"
    sentence = _("Choose at least one receipt.")


class BankAccountMissing(Invalid):
    code = "deposit_bank_account"
    sentence = _("Choose an active bank account.")


class NotUndeposited(Refusal):
    code = "not_undeposited"
    status = 409
    sentence = _("%(document)s is not held in undeposited funds.")


class AlreadyDeposited(Refusal):
    code = "already_deposited"
    status = 409
    sentence = _("%(document)s lies in %(deposit)s already.")


class ReceiptCurrency(Invalid):
    code = "deposit_currency"
    sentence = _("%(document)s is in %(currency)s; the bank account %(account)s is kept in %(kept)s.")


class DepositTooEarly(Refusal):
    code = "deposit_too_early"
    sentence = _("%(document)s was received on %(earliest)s: a deposit of it is dated then at the earliest.")

"""Where money of a document came to or went from: a bank account, or undeposited funds (SPEC 8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from arledger.companies.models import BankAccount
from arledger.companies.selectors import Settings
from ledger.errors import BankCurrency, UnknownBankAccount


def banks_named(*, company_id: int, ids: Iterable[int | None]) -> dict[int, BankAccount]:
    """The active bank accounts with these keys."""
    keys = {key for key in ids if key is not None}
    found = BankAccount.objects.filter(company_id=company_id, active=True, pk__in=keys) if keys else ()
    return {bank.pk: bank for bank in found}


def bank_account(banks: Mapping[int, BankAccount], key: int, currency: str) -> BankAccount:
    """The bank account with this key, kept in the document's currency. Raises UnknownBankAccount, BankCurrency."""
    bank = banks.get(key)
    if bank is None:
        raise UnknownBankAccount(field="bank_account")
    if bank.currency != currency:
        raise BankCurrency(field="bank_account", account=bank.code, kept=bank.currency, currency=currency)
    return bank


def money_account(
    settings: Settings, banks: Mapping[int, BankAccount], key: int | None, currency: str
) -> int:
    """The GL account of a bank account, or of undeposited funds without one. Raises as ``bank_account``."""
    if key is None:
        return settings.row.undeposited_account_id
    return bank_account(banks, key, currency).account_id

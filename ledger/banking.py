"""Where money of a document came to or went from: a bank account, or undeposited funds (SPEC 8)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from arledger.companies.models import BankAccount
from arledger.companies.selectors import Settings
from arledger.core.sql import ANY_KEY, columns_of, fetch_all, loaded
from ledger.errors import BankCurrency, UnknownBankAccount

BANKS = """
SELECT {columns} FROM companies_bankaccount b WHERE b.company_id = (SELECT %s) AND b.active AND b.id = {any_key}
""".replace("{columns}", columns_of(BankAccount, "b")).replace("{any_key}", ANY_KEY)


def banks_named(
    *, company_id: int, ids: Iterable[int | None], entities: Collection[int] | None = None
) -> dict[int, BankAccount]:
    """The active bank accounts with these keys; of ``entities`` and of none only, where a person is limited to some."""
    keys = {key for key in ids if key is not None}
    rows = fetch_all(BANKS, [company_id, list(keys)]) if keys else ()
    banks = (loaded(BankAccount, row) for row in rows)
    return {
        bank.pk: bank
        for bank in banks
        if entities is None or bank.entity_id is None or bank.entity_id in entities
    }


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

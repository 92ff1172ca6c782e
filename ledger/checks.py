"""The built-in checker: recomputes every balance and names what differs (SPEC 17)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from arledger.companies.models import Configuration
from arledger.core import audit
from arledger.core.errors import Refusal
from arledger.core.formats import shown
from arledger.core.letters import letters
from arledger.core.sql import fetch_all, tables_joined_whole
from ledger.check_rules import RULES, Rule
from ledger.deposit_rules import DEPOSIT_RULES

# So many differences of one rule are named; one is enough to know, and a broken import may have a million.
NAMED = 100
# The kind of job that checks a company's books, or without a company all of them (ledger.tasks).
JOB = "ledger.check"

CODE_NOT_DRAWN = _("Match code %(match_code)s is in use, and the AR match sequence never drew it.")
CODE_UNUSED = _("Match code %(match_code)s was drawn, and nothing was ever matched under it.")
AUDIT_BROKEN = _("The audit trail is broken at event %(sequence)s: it was changed, or events are missing.")


class LedgerDiffers(Refusal):
    code = "ledger_differs"
    sentence = _("%(count)s differences in %(company)s. The first: %(first)s")


@dataclass(frozen=True)
class Finding:
    """One difference: the rule's code, and a sentence that names the document."""

    rule: str
    sentence: str | Promise
    values: Mapping[str, Any]

    def __str__(self) -> str:
        language = get_language() or "en"
        return str(self.sentence) % {name: shown(value, language) for name, value in self.values.items()}


def check(company_id: int) -> list[Finding]:
    """Recompute the books of the company in scope; nothing is written. A sound company gives an empty list.

    Each rule names at most NAMED differences.
    """
    rules = (*RULES, *DEPOSIT_RULES)
    with tables_joined_whole():
        found = [finding for rule in rules for finding in _asked(rule, company_id)]
    return found + _codes(company_id) + _audit(company_id)


def _asked(rule: Rule, company_id: int) -> list[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(rule.statement, {"company": company_id, "limit": NAMED})
        names = [column.name for column in cursor.description or ()]
        rows = cursor.fetchall()
    return [Finding(rule.code, rule.sentence, dict(zip(names, row, strict=True))) for row in rows]


def _codes(company_id: int) -> list[Finding]:
    """Every code in use was drawn, and every drawn one was used: none is skipped, none invented (SPEC 10)."""
    row = Configuration.objects.select_related("match_sequence").get(company_id=company_id)
    sequence = row.match_sequence
    # In one statement: people go on drawing codes.
    codes, last = fetch_all(
        "SELECT ARRAY("
        "SELECT charge_code FROM ledger_application WHERE company_id = (SELECT %(company)s) AND charge_code IS NOT NULL"
        " UNION SELECT credit_code FROM ledger_application"
        " WHERE company_id = (SELECT %(company)s) AND credit_code IS NOT NULL"
        "), (SELECT last_value FROM companies_numbersequence"
        " WHERE company_id = (SELECT %(company)s) AND id = %(sequence)s)",
        {"company": company_id, "sequence": row.match_sequence_id},
    )[0]
    used = set(codes)
    drawn: set[str] = set()
    if sequence is not None:
        drawn = {f"{sequence.prefix}{letters(n)}{sequence.suffix}".lower() for n in range(1, last + 1)}
    strange = sorted(used - drawn, key=lambda code: (len(code), code))[:NAMED]
    unused = sorted(drawn - used, key=lambda code: (len(code), code))[:NAMED]
    return [Finding("code_not_drawn", CODE_NOT_DRAWN, {"match_code": code}) for code in strange] + [
        Finding("code_unused", CODE_UNUSED, {"match_code": code}) for code in unused
    ]


def _audit(company_id: int) -> list[Finding]:
    verified = audit.verify(company_id)
    if verified.intact:
        return []
    return [Finding("audit_broken", AUDIT_BROKEN, {"sequence": verified.broken_at})]

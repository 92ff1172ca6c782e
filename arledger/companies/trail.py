"""The audit trail in words: what was done to what, and what changed (SPEC 17)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from arledger.core.formats import format_amount, format_date
from arledger.core.models import AuditEvent

ACTIONS: dict[str, str | Promise] = {
    "add": pgettext_lazy("audit", "entered"),
    "edit": pgettext_lazy("audit", "changed"),
    "delete": pgettext_lazy("audit", "deleted"),
    "post": pgettext_lazy("audit", "posted"),
    "reverse": pgettext_lazy("audit", "reversed"),
    "void": pgettext_lazy("audit", "voided"),
    "match": pgettext_lazy("audit", "matched"),
    "unapply": pgettext_lazy("audit", "un-applied"),
    "write_off": pgettext_lazy("audit", "wrote off"),
    "attach": pgettext_lazy("audit", "attached a file"),
    "detach": pgettext_lazy("audit", "removed a file"),
    "configure": pgettext_lazy("audit", "configured"),
    "member": pgettext_lazy("audit", "gave a role"),
    "invite": pgettext_lazy("audit", "invited"),
    "found": pgettext_lazy("audit", "founded"),
    "password_link": pgettext_lazy("audit", "made a link for a new password"),
    "password": pgettext_lazy("audit", "chose a new password"),
    "second_factor": pgettext_lazy("audit", "took the second factor away"),
    "open": pgettext_lazy("audit", "opened"),
    "close": pgettext_lazy("audit", "closed"),
    "reopen": pgettext_lazy("audit", "reopened"),
    "replay": pgettext_lazy("audit", "sent again"),
    "test": pgettext_lazy("audit", "tried out"),
    "secret": pgettext_lazy("audit", "gave a new secret"),
    "revoke": pgettext_lazy("audit", "revoked"),
    "refused": pgettext_lazy("audit", "was refused"),
    "upload": pgettext_lazy("audit", "uploaded"),
    "cancel": pgettext_lazy("audit", "cancelled"),
    "commit": pgettext_lazy("audit", "started"),
    "import": pgettext_lazy("audit", "finished"),
    "exports.start": pgettext_lazy("audit", "exported"),
    "letter_the_past": pgettext_lazy("audit", "lettered the past"),
}
THINGS: dict[str, str | Promise] = {
    "document": gettext_lazy("document"),
    "customer": gettext_lazy("customer"),
    "configuration": gettext_lazy("configuration"),
    "entity": gettext_lazy("entity"),
    "location": gettext_lazy("location"),
    "account": gettext_lazy("account"),
    "bank_account": gettext_lazy("bank account"),
    "term": gettext_lazy("payment term"),
    "sequence": gettext_lazy("number sequence"),
    "journal": gettext_lazy("journal"),
    "user": gettext_lazy("person"),
    "role": gettext_lazy("role"),
    "company": gettext_lazy("company"),
    "invoice": gettext_lazy("invoice"),
    "adjustment": gettext_lazy("adjustment"),
    "advance": gettext_lazy("advance"),
    "payment": gettext_lazy("payment"),
    "refund": gettext_lazy("refund"),
    "deposit": gettext_lazy("deposit"),
    "matching": gettext_lazy("matching"),
    "summary": gettext_lazy("summary"),
    "period": gettext_lazy("period"),
    "webhook": gettext_lazy("webhook"),
    "token": gettext_lazy("API token"),
    "right": gettext_lazy("right"),
    "import": pgettext_lazy("audit", "import"),
    "export": pgettext_lazy("audit", "export"),
}
NAMES: dict[str, str | Promise] = {
    "kind": gettext_lazy("Kind"),
    "number": gettext_lazy("Number"),
    "numbers": gettext_lazy("Numbers"),
    "total": gettext_lazy("Total"),
    "totals": gettext_lazy("Totals"),
    "amount": gettext_lazy("Amount"),
    "amounts": gettext_lazy("Amounts"),
    "date": gettext_lazy("Date"),
    "reason": gettext_lazy("Reason"),
    "role": gettext_lazy("Role"),
    "right": gettext_lazy("Right"),
    "rights": gettext_lazy("Rights"),
    "entities": gettext_lazy("Entities"),
    "active": gettext_lazy("Active"),
    "code": gettext_lazy("Code"),
    "codes": gettext_lazy("Codes"),
    "name": gettext_lazy("Name"),
    "base_currency": gettext_lazy("Base currency"),
    "company_name": gettext_lazy("Name"),
    "time_zone": gettext_lazy("Time zone"),
    "language": gettext_lazy("Language"),
    "currency": gettext_lazy("Currency"),
    "term": gettext_lazy("Payment term"),
    "parent": gettext_lazy("Belongs to"),
    "entity": gettext_lazy("Entity"),
    "bank_account": gettext_lazy("Bank account"),
    "undeposited": gettext_lazy("Undeposited funds"),
    "type": gettext_lazy("Type"),
    "file": gettext_lazy("File"),
    "title": gettext_lazy("Title"),
    "gl_date": gettext_lazy("GL date"),
    "control_count": gettext_lazy("Control count"),
    "control_total": gettext_lazy("Control total"),
    "summaries": gettext_lazy("Summaries"),
    "email": gettext_lazy("E-mail"),
    "address": gettext_lazy("Address"),
    "country": gettext_lazy("Country"),
    "url": gettext_lazy("Address"),
    "kinds": gettext_lazy("Events"),
    "event": gettext_lazy("Event"),
    "matches": gettext_lazy("Matches"),
    "applications": gettext_lazy("Matches"),
}
AMOUNTS = {"total", "totals", "amount", "amounts", "control_total"}
DAYS = {"date", "gl_date"}
# What says the same as the action's own words.
TOLD = {"kind"}
TEXT_LIMIT = 200


def what(event: AuditEvent) -> str:
    """Such as “posted · invoice”."""
    kinds = {str((side or {}).get("kind", "")) for side in (event.before, event.after)} - {""}
    thing = kinds.pop() if len(kinds) == 1 else event.object_kind
    return f"{ACTIONS.get(event.action, event.action)} · {THINGS.get(thing, thing)}"


def changes(event: AuditEvent, labels: Mapping[str, str | Promise], limit: int | None = TEXT_LIMIT) -> str:
    """``name: old → new`` for everything an event names and that changed, cut to what fits a cell.

    ``labels``: of settings by name. Amounts and days stand as the reader writes them.
    """
    before: Mapping[str, Any] = event.before or {}
    after: Mapping[str, Any] = event.after or {}
    parts = []
    for name in dict.fromkeys([*before, *after]):
        old, new = _told(name, before.get(name)), _told(name, after.get(name))
        told = new or old
        if name in before and name in after:
            told = f"{old or '–'} → {new or '–'}" if old != new else ""
        if told and name not in TOLD:
            parts.append(f"{NAMES.get(name) or labels.get(name, name)}: {told}")
    text = "; ".join(parts)
    return text if limit is None or len(text) <= limit else text[:limit] + "…"


def _told(name: str, value: Any) -> str:
    """Amounts and days as the reader writes them; several amounts do not run into each other's decimals."""
    language = get_language() or "en"
    if name in AMOUNTS:
        amounts = [one for one in (value if isinstance(value, list) else [value]) if one is not None]
        return " · ".join(format_amount(Decimal(str(one)), None, language) for one in amounts)
    if name in DAYS and value:
        return format_date(date.fromisoformat(value), language)
    return _plain(value)


def _plain(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return _("yes") if value else _("no")
        case list():
            return ", ".join(_plain(one) for one in value)
    return str(value)

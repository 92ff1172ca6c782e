"""Tags and filters every page may use (a builtin library, never loaded by hand).

Figures and dates go through :mod:`arledger.core.formats` in the active language; everything else here makes
small pieces of HTML that must look the same on every page: icons, chips, marks, match codes, list links.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlencode

from babel.numbers import get_decimal_symbol, get_group_symbol
from django import template
from django.forms import BoundField
from django.http import HttpRequest
from django.template.context import Context
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import get_current_timezone
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext as _
from lucide.templatetags.lucide import lucide

from arledger.core.formats import format_amount, format_date, format_datetime
from arledger.core.http.forms import chosen_text

register = template.Library()


class Look(NamedTuple):
    """How a state shows: its word, its meaning (CSS suffix) and its icon, so that colour is never alone."""

    word: str | Promise
    meaning: str
    icon: str


#: States, settlements (SPEC 15.1) and the two remarks lists add to them.
STATES: dict[str, Look] = {
    "draft": Look(pgettext_lazy("state", "Draft"), "outline", "pencil"),
    "posted": Look(pgettext_lazy("state", "Posted"), "plain", "check"),
    "reversed": Look(pgettext_lazy("state", "Reversed"), "plain", "undo-2"),
    "reversal": Look(pgettext_lazy("state", "Reversal"), "plain", "corner-up-left"),
    "voided": Look(pgettext_lazy("state", "Voided"), "plain", "ban"),
    "open": Look(pgettext_lazy("state", "Open"), "info", "circle"),
    "selected": Look(pgettext_lazy("state", "Selected"), "caution", "hourglass"),
    "partially_paid": Look(pgettext_lazy("state", "Partially paid"), "caution", "contrast"),
    "paid": Look(pgettext_lazy("state", "Paid"), "good", "circle-check"),
    "available": Look(pgettext_lazy("state", "Available"), "info", "circle-plus"),
    "partially_applied": Look(pgettext_lazy("state", "Partially applied"), "caution", "contrast"),
    "applied": Look(pgettext_lazy("state", "Applied"), "good", "circle-check"),
    "overdue": Look(pgettext_lazy("state", "Overdue"), "bad", "triangle-alert"),
    "post_dated": Look(pgettext_lazy("state", "Post-dated"), "info", "calendar-clock"),
}

#: The four marks of SPEC 11.
MARKS: dict[str, Look] = {
    "none": Look(pgettext_lazy("mark", "None"), "none", "circle-dashed"),
    "partial": Look(pgettext_lazy("mark", "Partial"), "partial", "contrast"),
    "complete": Look(pgettext_lazy("mark", "Complete"), "complete", "circle-check"),
    "complete_future": Look(
        pgettext_lazy("mark", "Complete with future payments"), "complete_future", "calendar-check"
    ),
}

MEANINGS = frozenset({"plain", "outline", "good", "caution", "bad", "info"})


def language() -> str:
    return get_language() or "en"


def as_decimal(amount: Decimal | int | str) -> Decimal:
    return amount if isinstance(amount, Decimal) else Decimal(amount)


@register.filter
def money(amount: Decimal | int | None, currency: str | None) -> SafeString:
    """An amount in the reader's locale with the decimals of ``currency``, as a span; zero is quiet.

    ``None`` gives nothing: a column without a figure is not a column with zero. The currency itself is not
    repeated; it stands once per column or block.
    """
    if amount is None or amount == "":
        return SafeString("")
    return _money(as_decimal(amount), currency, language())


@lru_cache(maxsize=4096)
def _money(amount: Decimal, currency: str | None, language: str) -> SafeString:
    kind = "" if amount else " money-zero"
    return format_html('<span class="money{}">{}</span>', kind, format_amount(amount, currency, language))


@register.filter
def money_with_code(amount: Decimal | int | None, currency: str) -> SafeString:
    """Like ``money``, followed by the currency's code; for single figures outside a table."""
    if amount is None or amount == "":
        return SafeString("")
    return format_html('{} <span class="currency">{}</span>', money(amount, currency), currency)


@register.filter
def amount_text(amount: Decimal | int, currency: str) -> str:
    """The bare text of an amount, for use inside a translated sentence or an attribute."""
    return format_amount(as_decimal(amount), currency, language())


@register.simple_tag
def number_marks() -> SafeString:
    """The locale's marks as attributes for ``static/js/form.js``: ``data-group="," data-decimal="."``."""
    marks = get_group_symbol(language()), get_decimal_symbol(language())
    return format_html('data-group="{}" data-decimal="{}"', *marks)


@register.filter
def day(value: date | None) -> SafeString:
    """A calendar day as a ``time`` element in the reader's locale; ``None`` gives nothing."""
    if not value:
        return SafeString("")
    return _day(value, language())


@lru_cache(maxsize=4096)
def _day(value: date, language: str) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), format_date(value, language))


@register.filter
def moment(value: datetime | None) -> SafeString:
    """An instant as a ``time`` element in the reader's locale and time zone; ``None`` gives nothing."""
    if not value:
        return SafeString("")
    shown = format_datetime(value, get_current_timezone(), language())
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), shown)


@lru_cache(maxsize=512)
def _icon(name: str, size: int) -> SafeString:
    # The icons are files of an installed package, named by our own templates: safe, and costly to parse.
    return mark_safe(lucide(name, size=size, aria_hidden="true", focusable="false"))


@register.simple_tag
def icon(name: str, size: int = 16) -> SafeString:
    """A decorative icon, hidden from readers: words beside it carry the meaning."""
    return _icon(str(name), int(size))


@register.simple_tag
def chip(state: str) -> SafeString:
    """The chip of a state or settlement. Raises KeyError for a word SPEC 15.1 does not know."""
    return _chip(str(state), language())


@lru_cache(maxsize=256)
def _chip(state: str, _language: str) -> SafeString:
    look = STATES[state]
    return badge(look.word, look.meaning, look.icon)


@register.simple_tag
def badge(text: str | Promise, meaning: str = "plain", icon_name: str = "") -> SafeString:
    """A chip with free text; ``meaning`` is one of plain, outline, good, caution, bad, info."""
    if meaning not in MEANINGS:
        raise ValueError(meaning)
    picture = _icon(icon_name, 12) if icon_name else SafeString("")
    return format_html('<span class="chip chip-{}">{}{}</span>', meaning, picture, text)


@register.simple_tag
def mark(value: str) -> SafeString:
    """One of the four marks of SPEC 11 as icon and text. Raises KeyError for any other word."""
    return _mark(str(value), language())


@lru_cache(maxsize=64)
def _mark(value: str, _language: str) -> SafeString:
    look = MARKS[value]
    return format_html(
        '<span class="mark mark-{}" title="{}">{}{}</span>',
        look.meaning,
        look.word,
        _icon(look.icon, 14),
        look.word,
    )


@register.simple_tag
def code(text: str | None, url: str = "") -> SafeString:
    """A match code as a chip; with ``url`` (a list) a link that filters that list on the code.

    Case is meaning (SPEC 10): upper case from the instant nothing of the head is open. No code, no chip.
    """
    return _code(text, url, language()) if text else SafeString("")


@lru_cache(maxsize=4096)
def _code(text: str, url: str, _language: str) -> SafeString:
    complete = text == text.upper()
    kind = " code-complete" if complete else ""
    title = _("Match code: everything is matched") if complete else _("Match code: something is still open")
    if not url:
        return format_html(
            '<span class="code{}" title="{}" data-code="{}">{}</span>', kind, title, text.lower(), text
        )
    href = f"{url}{'&' if '?' in url else '?'}{urlencode({'match_code': text})}"
    return format_html(
        '<a class="code{}" href="{}" title="{}" data-code="{}">{}</a>', kind, href, title, text.lower(), text
    )


@register.simple_tag
def select_label(row: object) -> str:
    """What the checkbox of a list's row is called."""
    return _("Select %(row)s") % {"row": row}


def _request(context: Context) -> HttpRequest:
    request = context["request"]
    if not isinstance(request, HttpRequest):
        raise TypeError(request)
    return request


@register.simple_tag(takes_context=True)
def sort_url(context: Context, key: str, current: str) -> str:
    """The query string that sorts by ``key``; by the same column again, the other way round."""
    query = _request(context).GET.copy()
    query["sort"] = f"-{key}" if current == key else key
    query.pop("cursor", None)
    return f"?{query.urlencode()}"


@register.filter(name="chosen_text")
def chosen_of(field: BoundField) -> str:
    """How the value that was chosen in a field of a form reads."""
    return chosen_text(field.field, field.value())


@register.simple_tag(takes_context=True)
def without(context: Context, name: str, value: str = "") -> str:
    """The query string without parameter ``name`` (or only its ``value``), from the first page."""
    query = _request(context).GET.copy()
    kept = [item for item in query.pop(name, []) if value and item != value]
    if kept:
        query.setlist(name, kept)
    query.pop("cursor", None)
    return f"?{query.urlencode()}" if query else ""


@register.simple_tag(takes_context=True)
def hidden_params(context: Context, form_id: str, *names: str) -> SafeString:
    """Hidden inputs that carry the parameters ``names`` of this page into the GET form ``form_id``."""
    query = _request(context).GET
    pairs = ((form_id, name, value) for name in names for value in query.getlist(name) if value)
    return format_html_join("", '<input type="hidden" form="{}" name="{}" value="{}">', pairs)

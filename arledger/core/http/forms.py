"""What forms of every page share: fields that read as strictly as the services, refusals shown beside their field,
and submissions that have one effect however often they are sent."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms.formsets import BaseFormSet
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import NoReverseMatch, Resolver404, ResolverMatch, get_script_prefix, resolve, reverse
from django.utils.choices import normalize_choices
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from arledger.core.dates import parse_iso_date
from arledger.core.errors import Refusal, Refusals, Stale
from arledger.core.formats import input_amount
from arledger.core.http.doors import PageRequest
from arledger.core.idempotency import KeyReused, answer_to, answered, claim
from arledger.core.money import parse_localized_amount
from arledger.core.rates import parse_rate
from arledger.core.text import clean_text

KEY = "idempotency_key"
_NOT_BODY = {"csrfmiddlewaretoken", KEY}
_LINE = re.compile(r"lines\.(?P<row>\d+)\.(?P<name>\w+)", re.ASCII)


class SentAlready(Refusal):
    code = "form_sent_already"
    status = 409
    sentence = _("This form was sent and saved before, with other contents. Open a new one to enter more.")


# Fields ------------------------------------------------------------------------------------------------------


def field_error(refusal: Refusal) -> ValidationError:
    """A refusal as a form field reports it."""
    return ValidationError(str(refusal), code=refusal.code)


class AmountField(forms.Field):
    """An amount typed in the reader's language, exact in ``currency`` (set it before the form is cleaned).

    Cleaned to a Decimal, or None when empty and not required.
    """

    def __init__(
        self, *, currency: str = "EUR", allow_negative: bool = True, allow_zero: bool = True, **options: Any
    ) -> None:
        attributes = {"inputmode": "decimal", "autocomplete": "off", **options.pop("attrs", {})}
        options.setdefault("widget", forms.TextInput(attrs=attributes))
        super().__init__(**options)
        self.currency = currency
        self.allow_negative = allow_negative
        self.allow_zero = allow_zero

    def to_python(self, value: Any) -> Decimal | None:
        if value in self.empty_values or not str(value).strip():
            return None
        try:
            return parse_localized_amount(
                str(value),
                self.currency,
                get_language() or "en",
                allow_negative=self.allow_negative,
                allow_zero=self.allow_zero,
            )
        except Refusal as refusal:
            raise field_error(refusal) from refusal

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Decimal):
            return input_amount(value, self.currency, get_language() or "en")
        return value


class DayField(forms.Field):
    """A calendar day, ISO as date inputs send it. Cleaned to a date, or None when empty and not required."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
        super().__init__(**options)

    def to_python(self, value: Any) -> date | None:
        if isinstance(value, date):
            return value
        if value in self.empty_values or not str(value).strip():
            return None
        try:
            return parse_iso_date(str(value).strip())
        except Refusal as refusal:
            raise field_error(refusal) from refusal


class RateField(forms.Field):
    """An exchange rate, with a point or a comma. Cleaned to a Decimal; empty means 1."""

    def __init__(self, **options: Any) -> None:
        attributes = {"inputmode": "decimal", "autocomplete": "off", "maxlength": "20"}
        options.setdefault("widget", forms.TextInput(attrs=attributes))
        super().__init__(**options)

    def to_python(self, value: Any) -> Decimal:
        text = str(value if value is not None else "").strip()
        if not text:
            return Decimal(1)
        try:
            return parse_rate(text, decimal_marks=".,")
        except Refusal as refusal:
            raise field_error(refusal) from refusal

    def prepare_value(self, value: Any) -> Any:
        return f"{value.normalize():f}" if isinstance(value, Decimal) else value


class TextField(forms.CharField):
    """A text as the services store it: no control characters, no NUL, edges trimmed."""

    def __init__(self, *, max_length: int, multiline: bool = False, **options: Any) -> None:
        if multiline:
            options.setdefault("widget", forms.Textarea(attrs={"rows": 3}))
        super().__init__(strip=False, **options)
        self.limit = max_length
        self.multiline = multiline
        # The service's own sentence says how long the text is; the input still stops there.
        self.widget.attrs.setdefault("maxlength", str(max_length))

    def to_python(self, value: Any) -> str:
        if value in self.empty_values:
            return ""
        try:
            return clean_text(str(value), self.limit, multiline=self.multiline)
        except Refusal as refusal:
            raise field_error(refusal) from refusal


def offer(form: forms.BaseForm, name: str, choices: Sequence[tuple[Any, Any]]) -> None:
    """Let the choice field ``name`` of one form offer ``choices``."""
    field = form.fields[name]
    if not isinstance(field, forms.ChoiceField):
        raise TypeError(name)
    field.choices = choices


def chosen_text(field: forms.Field, value: Any) -> str:
    """The label of a value of a choice field, as a pill shows it."""
    flat: Any = normalize_choices(getattr(field, "choices", ()))
    for key, label in flat:
        for inner, text in label if isinstance(label, list | tuple) else ((key, label),):
            if str(inner) == str(value):
                return str(text)
    return str(value)


class KeyedForm(forms.Form):
    """A form whose submission counts once: it carries a key made when it was first shown."""

    idempotency_key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, data: QueryDict | None = None, **options: Any) -> None:
        initial = {KEY: str(uuid.uuid4())} | (options.pop("initial", None) or {})
        super().__init__(data, initial=initial, **options)


# Refusals ----------------------------------------------------------------------------------------------------


def show_refusal(
    form: forms.Form,
    refusal: Refusal,
    *,
    formset: BaseFormSet[Any] | None = None,
    rows: Sequence[int] = (),
    names: dict[str, str] | None = None,
) -> None:
    """Put a refusal beside the field it names, or on top of the form when the form has no such field.

    ``lines.2.amount`` goes to the third line that was sent to the service: ``rows`` maps those lines to the
    formset's forms. ``names`` maps a service's field to the form's where they differ. Of somebody else's change the
    fields say what is saved now.
    """
    if isinstance(refusal, Refusals):
        for one in refusal.errors:
            show_refusal(form, one, formset=formset, rows=rows, names=names)
        return
    target, name = form, (names or {}).get(refusal.field or "", refusal.field or "")
    line = _LINE.fullmatch(name)
    if line and formset is not None and int(line["row"]) < len(rows):
        target, name = formset.forms[rows[int(line["row"])]], line["name"]
    target.add_error(name if name in target.fields else None, field_error(refusal))
    if isinstance(refusal, Stale) and "version" in form.fields:
        _show_saved(form)


def _show_saved(form: forms.Form) -> None:
    """Beside each field what is saved now, where that is not what was typed."""
    for bound in form.visible_fields():
        saved, typed = _as_shown(bound, bound.initial), _as_shown(bound, bound.data)
        if saved != typed and not bound.field.disabled:
            sentence = _("Saved now: “%(value)s”.") if saved else _("Saved now: nothing.")
            form.add_error(bound.name, sentence % {"value": saved})


def _as_shown(bound: forms.BoundField, value: Any) -> str:
    """A value of a field as the page shows it, as one text."""
    if isinstance(bound.field, forms.BooleanField):
        return str(_("yes") if bound.field.to_python(value) else _("no"))
    shown = bound.field.widget.format_value(bound.field.prepare_value(value))
    texts = [chosen_text(bound.field, one) for one in (shown if isinstance(shown, list) else [shown]) if one]
    return ", ".join(texts).replace("\r\n", "\n").strip()


# Submitting --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Done:
    """Where to go after a verb, and what to say there."""

    url: str
    message: str | Promise = ""
    meaning: int = messages.SUCCESS


def replay(request: PageRequest) -> HttpResponse | None:
    """The answer to this very submission, when it was sent before: its object may be gone or changed by then."""
    key = _key(request)
    if request.method != "POST" or not key:
        return None
    answer = answer_to(actor=request.actor, endpoint=_endpoint(request), key=key, body=_body(request.POST))
    return _lead(request, answer) if answer else None


def submit(request: PageRequest, verb: Callable[[], Done]) -> HttpResponse:
    """Do ``verb`` once for the key the form carries and redirect to where it leads (303).

    The key is claimed in the verb's own transaction: a double click waits for the first and gets the same answer.
    Raises what the verb raises (then nothing was written and the key is free), and SentAlready when the same
    form comes back with other contents.
    """
    with transaction.atomic():
        answer = _once(request, verb)
    return _lead(request, answer)


def ask(
    request: PageRequest,
    form: KeyedForm,
    verb: Callable[[], Done],
    *,
    template: str,
    back_url: str,
    document: object,
    question: str | Promise,
    effects: Sequence[str],
    button: str | Promise,
    meaning: str = "bad",
    refusal: Refusal | None = None,
    context: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """Ask with the effect spelled out; a POST does it, or asks again with what is wrong.

    ``refusal`` is what the verb would answer now; one that is about the date leaves the person to choose another.
    ``context`` is what else the template needs.
    """
    if request.method == "POST" and form.is_valid():
        try:
            return submit(request, verb)
        except Refusal as error:
            show_refusal(form, error)
    blocked = refusal is not None and refusal.field != "date"
    shown = {
        **(context or {}),
        "form": form,
        "document": document,
        "question": question,
        "effects": () if blocked else effects,
        "refusal": refusal if blocked else None,
        "limits": refusal if refusal and not blocked else "",
        "verb": "" if blocked else button,
        "meaning": meaning,
        "back_url": back_url,
    }
    return render(request, template, shown, status=422 if form.errors else 200)


def _lead(request: PageRequest, answer: str) -> HttpResponse:
    done = json.loads(answer)
    if done["message"]:
        messages.add_message(request, done["meaning"], done["message"])
    response = HttpResponseRedirect(_within_reach(request, done["url"]))
    response.status_code = 303
    return response


def _within_reach(request: PageRequest, url: str) -> str:
    """Where a verb leads; without the right to see that, the list of its kind, or the form again, or home."""
    match = _page_at(url)
    if match is None or _may_see(request, match):
        return url
    here = request.resolver_match
    try:
        list_url = reverse(f"{match.namespace}:list")
    except NoReverseMatch:
        list_url = ""
    others = (list_url, "" if here is None or here.kwargs else request.path)
    found = ((other, _page_at(other)) for other in others if other)
    return next((other for other, page in found if page and _may_see(request, page)), reverse("home:index"))


def _page_at(url: str) -> ResolverMatch | None:
    try:
        return resolve("/" + urlsplit(url).path.removeprefix(get_script_prefix()))
    except Resolver404:
        return None


def _may_see(request: PageRequest, match: ResolverMatch) -> bool:
    right: str | None = getattr(match.func, "right", None)
    return not right or request.actor.may(right)


def _key(request: PageRequest) -> str:
    return request.POST.get(KEY, "")[:64].replace("\0", "")


def _endpoint(request: PageRequest) -> str:
    return f"page {request.path}"


def _once(request: PageRequest, verb: Callable[[], Done]) -> str:
    key, endpoint = _key(request), _endpoint(request)
    if key:
        try:
            first = claim(actor=request.actor, endpoint=endpoint, key=key, body=_body(request.POST))
        except KeyReused as error:
            raise SentAlready() from error
        if first is not None:
            return first
    done = verb()
    answer = json.dumps({"url": done.url, "message": str(done.message), "meaning": done.meaning})
    if key:
        answered(actor=request.actor, endpoint=endpoint, key=key, answer=answer)
    return answer


def _body(post: QueryDict) -> str:
    return json.dumps([[name, post.getlist(name)] for name in sorted(post) if name not in _NOT_BODY])

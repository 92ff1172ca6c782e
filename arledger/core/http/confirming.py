"""Whoever voids, gives rights or configures shows that it is still him: the password again, some time after sign-in.

What was sent travels along hidden, so that nothing typed is lost.
"""

from __future__ import annotations

from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.core import ratelimit
from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from arledger.core.clock import now

PASSWORD = "password_again"
CONFIRMED_AT = "arledger_confirmed_at"
_NOT_KEPT = {PASSWORD, "csrfmiddlewaretoken"}


class AgainForm(forms.Form):
    password_again = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )


def confirm_again(request: Any) -> HttpResponse | None:
    """The question for the password, or None when what was sent may go on.

    Nothing is asked of a page that is only read, shortly after the sign-in or the last confirmation, or where the
    installation has switched it off.
    """
    if request.method != "POST":
        return None
    password = request.POST.get(PASSWORD)
    if password is not None:
        request.POST = request.POST.copy()
        del request.POST[PASSWORD]
    if confirmed(request):
        return None
    if password is None:
        return _ask(request, AgainForm(), 200)
    form = AgainForm({PASSWORD: password})
    if not ratelimit.consume(request, action="reauthenticate", user=request.user):
        form.add_error(PASSWORD, _("Too many attempts. Wait a minute and try again."))
        return _ask(request, form, 429)
    if not request.user.check_password(password):
        form.add_error(PASSWORD, _("This is not your password."))
        return _ask(request, form, 422)
    request.session[CONFIRMED_AT] = now().timestamp()
    return None


def confirmed(request: HttpRequest) -> bool:
    """Whether the person signed in or confirmed with the password a short while ago, or need not."""
    return not settings.CONFIRM_AFTER_SECONDS or _recent(request)


def _recent(request: HttpRequest) -> bool:
    records = [float(record.get("at", 0)) for record in get_authentication_records(request, request.user)]
    last = max([*records, request.session.get(CONFIRMED_AT, 0)], default=0)
    return now().timestamp() - last < settings.CONFIRM_AFTER_SECONDS


def _ask(request: Any, form: AgainForm, status: int) -> HttpResponse:
    kept = [
        (name, value)
        for name in request.POST
        for value in request.POST.getlist(name)
        if name not in _NOT_KEPT
    ]
    context = {"form": form, "kept": kept, "files": bool(request.FILES)}
    return render(request, "account/confirm_again.html", context, status=status)

"""A link for a forgotten password: made by an administrator, used by the person (SPEC 4; docs/adr/0054)."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from arledger.companies import password_services
from arledger.companies.models import Membership
from arledger.companies.people_forms import WelcomeForm
from arledger.companies.people_services import PasswordWeak
from arledger.core.errors import NotFound, Refusal
from arledger.core.http.doors import PageRequest, page
from arledger.core.http.forms import show_refusal


@page("roles.edit")
def link(request: PageRequest, key: int) -> HttpResponse:
    """Ask, then show the link once: it is not kept anywhere and cannot be shown again."""
    rows = Membership.objects.filter(company_id=request.actor.company_id, pk=key)
    member = rows.select_related("user").first()
    if member is None:
        raise NotFound()
    who = member.user.name
    context = {
        "member": member,
        "back_url": reverse("companies:person", args=[key]),
        "people_url": reverse("companies:people"),
        "question": _("Make a link for a new password of %(name)s?") % {"name": who},
        "effects": [
            _("Whoever has the link chooses the new password, once, within a day: hand it over in person."),
            _("Until then the old password works. Once the link is used, all devices are signed out."),
            _("That you made the link, and that it was used, stands in the audit trail."),
        ],
        "verb": _("Make the link"),
        "meaning": "primary",
    }
    if request.method == "POST":
        try:
            token = password_services.make_link(actor=request.actor, key=key)
        except Refusal as refusal:
            return render(
                request, "companies/password_link.html", context | _refused(refusal), status=refusal.status
            )
        address = request.build_absolute_uri(f"/accounts/password/{token}/")
        return render(request, "companies/password_link.html", context | {"link": address})
    return render(request, "companies/password_link.html", context)


def _refused(refusal: Refusal) -> dict[str, object]:
    return {"refusal": refusal, "verb": ""}


@never_cache
@sensitive_post_parameters("password")
def choose(request: HttpRequest, token: str) -> HttpResponse:
    """Where the link leads: choose the new password, then sign in; all devices are signed out."""
    user = password_services.opened(token).user
    form = WelcomeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            password_services.choose_anew(
                token=token,
                password=form.cleaned_data["password"],
                at=request.at,  # type: ignore[attr-defined]
                address=request.META.get("REMOTE_ADDR", ""),
            )
        except PasswordWeak as refusal:
            show_refusal(form, refusal)
        else:
            for session in UserSession.objects.filter(user_id=user.pk):
                session.end()
            messages.success(request, _("Your password is set. Sign in with it."))
            return redirect("account_login")
    context = {"form": form, "email": user.email}
    return render(request, "account/new_password.html", context, status=422 if form.errors else 200)

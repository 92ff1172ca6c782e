"""People of a company: the list, inviting, what one may do and why, and the page an invitation leads to (SPEC 4)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from arledger.companies import factor_services, overview, password_services, people_services
from arledger.companies.models import Membership
from arledger.companies.people_forms import InviteForm, MemberForm, WelcomeForm, role_name
from arledger.companies.segregation import toxic
from arledger.companies.table_pages import NAME, STATE, Table, linked, state, table
from arledger.core.errors import NotFound, Refusal
from arledger.core.http.doors import PageRequest, page
from arledger.core.http.forms import Done, show_refusal, submit
from arledger.core.http.listing import Column


@page("roles.view")
def people(request: PageRequest) -> HttpResponse:
    columns = [
        NAME,
        Column(label=_("E-mail")),
        Column(label=_("Role")),
        Column(label=_("Limited to entities")),
        STATE,
    ]
    rows = [
        (
            linked(member.user.name, reverse("companies:person", args=[member.pk])),
            member.user.email,
            role_name(member.role),
            ", ".join(limits),
            state(member.active and member.user.is_active),
        )
        for member, limits in overview.people(request.actor.company_id)
    ]
    actions = [(reverse("companies:invite"), _("Invite a person"))] if request.actor.may("roles.edit") else []
    return table(request, _("People"), Table(columns, rows), actions=actions)


@page("roles.edit")
def invite(request: PageRequest) -> HttpResponse:
    """Let a person in; the link to choose a password is shown once on the page that follows."""
    actor = request.actor
    form = InviteForm(request.POST or None, actor=actor)

    def verb() -> Done:
        chosen = form.cleaned_data
        found = people_services.invite(
            actor=actor,
            email=chosen["email"],
            name=chosen["name"],
            language=chosen["language"],
            role_id=chosen["role"],
            entities=chosen.get("entities", ()),
        )
        user = found.membership.user
        return Done(
            reverse("companies:person", args=[found.membership.pk]),
            _("%(name)s may enter this company now.") % {"name": user.name},
        )

    if request.method == "POST" and form.is_valid():
        try:
            return submit(request, verb)
        except Refusal as refusal:
            show_refusal(form, refusal)
    context = {"form": form, "people_url": reverse("companies:people")}
    return render(request, "companies/invite.html", context, status=422 if form.errors else 200)


@page("roles.view", again=True)
def person(request: PageRequest, key: int) -> HttpResponse:
    """What this person can do, and why; whoever may edit roles changes it here."""
    actor = request.actor
    member = (
        Membership.objects.filter(company_id=actor.company_id, pk=key).select_related("user", "role").first()
    )
    if member is None:
        raise NotFound()
    editable = actor.may("roles.edit") and member.user_id != actor.user_id
    form = MemberForm(request.POST or None, actor=actor, member=member) if editable else None

    def verb() -> Done:
        assert form is not None
        people_services.change_member(
            actor=actor,
            key=key,
            role_id=form.cleaned_data["role"],
            active=form.cleaned_data["active"],
            entities=form.cleaned_data.get("entities", ()),
        )
        return Done(
            reverse("companies:person", args=[key]), _("%(name)s is saved.") % {"name": member.user.name}
        )

    if request.method == "POST":
        actor.require("roles.edit")
        if form is None:
            raise people_services.OwnMembership()
        if form.is_valid():
            try:
                return submit(request, verb)
            except Refusal as refusal:
                show_refusal(form, refusal)
    return _person(request, member, form)


def _person(request: PageRequest, member: Membership, form: MemberForm | None) -> HttpResponse:
    token = (
        people_services.invitation(request.actor, member.user) if request.actor.may("roles.edit") else None
    )
    limits = overview.limits_of(member)
    works = member.active and member.user.is_active
    context = {
        "member": member,
        "form": form,
        "role": role_name(member.role),
        "rights": overview.by_object(member.role.rights) if works else [],
        "limits": limits,
        "works": works,
        "warnings": toxic(member.role.rights) if works else [],
        "welcome_url": request.build_absolute_uri(f"/accounts/welcome/{token}/") if token else "",
        "pending": not member.user.has_usable_password(),
        "people_url": reverse("companies:people"),
        "password_url": reverse("companies:password-link", args=[member.pk])
        if password_services.offered(request.actor, member)
        else "",
        "factor_url": reverse("companies:factor-away", args=[member.pk])
        if factor_services.offered(request.actor, member)
        else "",
        "role_url": reverse("companies:role", args=[member.role_id]),
    }
    return render(request, "companies/person.html", context, status=422 if form and form.errors else 200)


@never_cache
@sensitive_post_parameters("password")
def welcome(request: HttpRequest, token: str) -> HttpResponse:
    """Where an invitation leads: choose the first password, then sign in."""
    user = people_services.invited(token)
    form = WelcomeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            people_services.accept(token=token, password=form.cleaned_data["password"])
        except people_services.PasswordWeak as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Your password is set. Sign in with it."))
            return redirect("account_login")
    context = {"form": form, "user_name": user.name, "email": user.email}
    return render(request, "account/welcome.html", context, status=422 if form.errors else 200)

"""Roles of a company: the list, the editor, and which duties come together in one hand (SPEC 4)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from arledger.companies import overview, role_services, segregation
from arledger.companies.models import Role
from arledger.companies.people_forms import RoleForm, role_name
from arledger.companies.table_pages import NAME, STATE, Table, linked, state, table
from arledger.core.errors import NotFound, Refusal
from arledger.core.http.doors import PageRequest, page
from arledger.core.http.forms import Done, KeyedForm, ask, show_refusal, submit
from arledger.core.http.listing import Column
from arledger.core.permissions import OBJECTS, VERBS
from arledger.core.templatetags.arledger import badge


@page("roles.view")
def roles(request: PageRequest) -> HttpResponse:
    columns = [NAME, Column(label=_("People"), numeric=True), Column(label=_("Rights")), STATE]
    rows = [
        (
            linked(role_name(r.role), reverse("companies:role", args=[r.role.pk])),
            r.people,
            " · ".join(
                f"{subject} – {', '.join(str(verb) for verb in verbs)}" for subject, verbs in r.rights
            ),
            state(r.role.active),
        )
        for r in overview.roles(request.actor.company_id)
    ]
    actions = [(reverse("companies:segregation"), _("Segregation of duties"))]
    if request.actor.may("roles.edit"):
        actions.insert(0, (reverse("companies:role-new"), _("New role")))
    return table(request, _("Roles"), Table(columns, rows), actions=actions, primary=len(actions) > 1)


@page("roles.edit")
def new(request: PageRequest) -> HttpResponse:
    """A new role; ``from`` names one whose rights it starts with."""
    origin = request.GET.get("from", "")
    copied = (
        _role(request, int(origin)) if origin.isascii() and origin.isdigit() and len(origin) < 19 else None
    )
    initial = {"rights": list(copied.rights)} if copied else {}
    return _entered(request, RoleForm(request.POST or None, initial=initial), None)


@page("roles.view", again=True)
def role(request: PageRequest, key: int) -> HttpResponse:
    """A role with its rights, to change if it is the company's own."""
    found = _role(request, key)
    initial = {"code": found.code, "name": role_name(found), "rights": found.rights, "active": found.active}
    form = RoleForm(request.POST or None, initial=initial)
    if found.shipped or not request.actor.may("roles.edit"):
        for field in form.fields.values():
            field.disabled = True
    return _entered(request, form, found)


def _role(request: PageRequest, key: int) -> Role:
    found = Role.objects.filter(company_id=request.actor.company_id, pk=key).first()
    if found is None:
        raise NotFound()
    return found


def _entered(request: PageRequest, form: RoleForm, row: Role | None) -> HttpResponse:
    actor = request.actor

    def verb() -> Done:
        chosen = form.cleaned_data
        saved = role_services.set_up_role(
            actor=actor,
            code=chosen["code"],
            name=chosen["name"],
            rights=chosen["rights"],
            active=chosen["active"] if row else True,
            key=row.pk if row else None,
        )
        return Done(reverse("companies:role", args=[saved.pk]), _("%(name)s is saved.") % {"name": saved})

    if request.method == "POST":
        actor.require("roles.edit")
        if row is not None and row.shipped:
            raise role_services.ShippedRoleStays()
        if form.is_valid():
            try:
                return submit(request, verb)
            except Refusal as refusal:
                show_refusal(form, refusal)
    editable = actor.may("roles.edit") and not (row and row.shipped)
    context = {
        "form": form,
        "role": row,
        "role_name": role_name(row) if row else "",
        "editable": editable,
        "warnings": segregation.toxic(form["rights"].value() or ()),
        "roles_url": reverse("companies:roles"),
        "copy_url": f"{reverse('companies:role-new')}?from={row.pk}"
        if row and actor.may("roles.edit")
        else "",
        "delete_url": reverse("companies:role-delete", args=[row.pk]) if row and editable else "",
    }
    return render(request, "companies/role.html", context, status=422 if form.errors else 200)


@page("roles.edit")
def delete(request: PageRequest, key: int) -> HttpResponse:
    """Take away a role of the company's own that nobody holds."""
    row = _role(request, key)

    def verb() -> Done:
        role_services.delete_role(actor=request.actor, key=key)
        return Done(reverse("companies:roles"), _("%(name)s is deleted.") % {"name": row.name})

    return ask(
        request,
        KeyedForm(request.POST or None),
        verb,
        template="companies/role_delete.html",
        back_url=reverse("companies:role", args=[key]),
        document=row.name,
        question=_("Delete %(name)s?") % {"name": row.name},
        effects=[_("Nobody can be given this role any more. This cannot be taken back.")],
        button=_("Delete"),
        refusal=role_services.why_not_deleted(row),
        context={"roles_url": reverse("companies:roles")},
    )


@page("roles.view")
def duties(request: PageRequest) -> HttpResponse:
    """Each pair of duties that should not come together, and in which roles, held by how many, it does."""
    held = [found for found in overview.roles(request.actor.company_id) if found.role.active]
    columns = [Column(label=_("Rights")), Column(label=_("Why"))]
    columns += [Column(label=role_name(found.role)) for found in held]
    rows = []
    for pair in segregation.PAIRS:
        marks = [_mark(pair, found) for found in held]
        rows.append((f"{_said(pair.one)} + {_said(pair.other)}", pair.why, *marks))
    intro = _("Pairs of rights with which one person alone can let money go unseen.")
    return table(request, _("Segregation of duties"), Table(columns, rows), intro=intro)


def _said(right: str) -> str:
    subject, verb = right.split(".")
    return _("%(subject)s: %(verb)s") % {"subject": OBJECTS[subject], "verb": VERBS[verb]}


def _mark(pair: segregation.Pair, found: overview.RoleRights) -> object:
    if not pair.held_by(found.role.rights):
        return "–"
    if not found.people:
        return badge(_("both, held by nobody"), "outline")
    people = ngettext("both, held by %(count)s person", "both, held by %(count)s people", found.people)
    return badge(people % {"count": found.people}, "caution", "triangle-alert")

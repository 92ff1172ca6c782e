"""Where an administrator takes a lost second factor away (SPEC 4; docs/adr/0054)."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from arledger.companies import factor_services
from arledger.companies.password_services import present
from arledger.core.http.doors import PageRequest, page
from arledger.core.http.forms import Done, KeyedForm, ask


@page("roles.edit")
def take_away(request: PageRequest, key: int) -> HttpResponse:
    """Ask, then take app and recovery codes away and sign the person out everywhere."""
    member = present(request.actor, key)
    who = {"name": member.user.name}
    back = reverse("companies:person", args=[key])

    def verb() -> Done:
        user = factor_services.take_away(actor=request.actor, key=key)
        for session in UserSession.objects.filter(user_id=user.pk):
            session.end()
        return Done(
            back,
            _("%(name)s signs in with the password alone now, and can set up a new second factor.") % who,
        )

    return ask(
        request,
        KeyedForm(request.POST or None),
        verb,
        template="companies/factor_away.html",
        back_url=back,
        document=member.user.name,
        question=_("Take the second factor of %(name)s away?") % who,
        effects=[
            _("Make sure that it is really %(name)s who asks you.") % who,
            _("The authenticator app and the recovery codes stop working at once: the password alone opens."),
            _("All devices are signed out. A new second factor is switched on in the person's own menu."),
            _("That you did this stands in the audit trail."),
        ],
        button=_("Take the second factor away"),
        refusal=factor_services.why_not(request.actor, member),
        context={"member": member, "people_url": reverse("companies:people")},
    )

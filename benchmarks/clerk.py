"""A person at a browser: signed in, one connection kept open, forms filled in from the pages they came with."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command

from arledger.companies.models import User
from arledger.companies.services import add_member, add_user
from arledger.core.scope import company_scope
from benchmarks.generator import World


def browser(world: World, name: str = "Reader") -> dict[str, str]:
    """The headers of a new member with every right, signed in."""
    with company_scope(world.company.pk):
        email = f"{world.company.code}-{name.lower()}@example.com"
        user = add_user(email=email, password="a-long-secret", name=name)
        add_member(actor=world.actor, user=user, role_code="administrator")
    return {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session_of(user)}", "Host": "localhost"}


def styles() -> None:
    """The style sheets and scripts that pages name."""
    call_command("collectstatic", interactive=False, verbosity=0)


def session_of(user: User) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)

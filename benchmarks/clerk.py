"""A person at a browser: signed in, one connection kept open, forms filled in from the pages they came with."""

from __future__ import annotations

import html
import re

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command

from arledger.companies.models import User
from arledger.companies.services import add_member, add_user
from arledger.core.scope import company_scope
from benchmarks.generator import World

FORM = re.compile(r"<form.*?</form>", re.DOTALL)
FIELD = re.compile(r"<input[^>]*>")
ATTRIBUTE = re.compile(r'([a-z_-]+)="([^"]*)"')
SELECT = re.compile(r'<select[^>]*?name="([^"]+)"[^>]*>(.*?)</select>', re.DOTALL)
CHOSEN = re.compile(r'<option value="([^"]*)"[^>]*\bselected')
OPTION = re.compile(r'<option value="([^"]*)"')
# A secret of the length that the cookie has; the pages give it back masked.
SECRET = "benchmarks" + 22 * "0"


def browser(world: World, name: str = "Reader") -> dict[str, str]:
    """The headers of a new member with every right, signed in."""
    with company_scope(world.company.pk):
        email = f"{world.company.code}-{name.lower()}@example.com"
        user = add_user(email=email, password="a-long-secret", name=name)
        add_member(actor=world.actor, user=user, role_code="administrator")
    cookies = {settings.SESSION_COOKIE_NAME: session_of(user), settings.CSRF_COOKIE_NAME: SECRET}
    return {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()), "Host": "localhost"}


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


def fields_of(page: str, known_by: str) -> dict[str, str]:
    """What the form that is known by an id, or by one of its fields, would send as it stands."""
    form = next((one for one in FORM.findall(page) if f'"{known_by}"' in one), "")
    found: dict[str, str] = {}
    for tag in FIELD.findall(form):
        given = {name: html.unescape(value) for name, value in ATTRIBUTE.findall(tag)}
        kind, name = given.get("type", "text"), given.get("name", "")
        if name and (kind not in ("checkbox", "radio", "submit") or " checked" in tag):
            found[name] = given.get("value", "")
    for name, options in SELECT.findall(form):
        chosen = CHOSEN.search(options) or OPTION.search(options)
        found[name] = html.unescape(chosen[1]) if chosen else ""
    return found

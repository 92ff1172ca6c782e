"""Whoever runs the installation: the first operator, made where there is a shell (docs/adr/0053)."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from arledger.companies.models import User
from arledger.companies.password_services import operators_link
from arledger.core.errors import NotFound
from arledger.core.text import EmailInvalid


def make_operator(*, email: str, name: str = "", language: str = "en") -> tuple[User, str]:
    """Let a person found companies; made anew unless he has an account.

    Returns him and a token for a first password, "" when he has one. Raises EmailInvalid.
    """
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise EmailInvalid(field="email") from error
    with transaction.atomic():
        user = User.objects.filter(email=address).first()
        if user is None:
            user = User.objects.create_user(email=address, name=name or address, language=language)
        user.is_operator = True
        user.save(update_fields=["is_operator"])
    return user, "" if user.has_usable_password() else operators_link(user=user)


def link_for(*, email: str) -> str:
    """A token for a new password of anybody, whatever he belongs to. Raises NotFound."""
    user = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if user is None:
        raise NotFound(field="email")
    return operators_link(user=user)

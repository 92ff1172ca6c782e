"""What a token must hold to give rights: they are named by its scopes, and it is not old (docs/adr/0052).

A page asks for the password again. A token has none: what stands for it is that somebody chose this right for it, on
a page that asked him, not long ago.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from arledger.core.errors import Refusal

NAMED_FOR = timedelta(days=90)


class ScopeNotNamed(Refusal):
    code = "scope_not_named"
    status = 403
    sentence = _(
        "A token does this only if its scopes name “%(right)s”. Make one that does on the page of tokens."
    )


class TokenTooOld(Refusal):
    code = "token_too_old"
    status = 403
    sentence = _(
        "A token gives rights for %(days)s days after it was made. Make a new one on the page of tokens."
    )


def require_named(request: HttpRequest, right: str, at: datetime) -> None:
    """Raise ScopeNotNamed or TokenTooOld unless the call's token was made for ``right``, lately."""
    scopes: frozenset[str] | None = request.api_scopes  # type: ignore[attr-defined]
    made_at: datetime = request.api_made_at  # type: ignore[attr-defined]
    if scopes is None or right not in scopes:
        raise ScopeNotNamed(right=right)
    if at - made_at > NAMED_FOR:
        raise TokenTooOld(days=NAMED_FOR.days)

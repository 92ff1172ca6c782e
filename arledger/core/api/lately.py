"""What a token must be to give rights: not old (docs/adr/0052).

A page asks for the password again. A token has none: what stands for it is that somebody made the token not long
ago, on a page that asked him or as whoever runs the installation. Tokens made by tokens never have these rights.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from arledger.core.errors import Refusal

GIVES_FOR = timedelta(days=90)


class TokenTooOld(Refusal):
    code = "token_too_old"
    status = 403
    sentence = _(
        "A token gives rights for %(days)s days after it was made. Make a new one on the page of tokens."
    )


def require_lately_made(request: HttpRequest, at: datetime) -> None:
    """Raise TokenTooOld unless the call's token was made lately."""
    made_at: datetime = request.api_made_at  # type: ignore[attr-defined]
    if at - made_at > GIVES_FOR:
        raise TokenTooOld(days=GIVES_FOR.days)

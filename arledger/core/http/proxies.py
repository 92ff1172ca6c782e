"""Who is really asking, behind a known number of proxies of our own."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse


class ClientAddressMiddleware:
    """Puts the client's address into REMOTE_ADDR, where the audit trail and the rate limits read it.

    Each proxy appends the address it was called from to X-Forwarded-For; what stands further left than our own
    proxies wrote is the client's invention. With ``settings.PROXIES`` 0 the header is not read at all.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        proxies: int = settings.PROXIES
        chain = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
        if proxies and len(chain) >= proxies and chain[-proxies]:
            request.META["REMOTE_ADDR"] = chain[-proxies]
        return self.get_response(request)

"""Everything below ``/api/v1/``: each app brings its own addresses; what nobody brings is a typed 404."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path, re_path

from arledger.api.root_api import Document, Nothing, Problem, Problems, reference
from arledger.api.token_api import Events, Token, Tokens
from arledger.api.webhook_api import Deliveries, Replay, Secret, Test, WebhookCall, Webhooks

app_name = "api"
urlpatterns: list[URLPattern | URLResolver] = [
    path("openapi.json", Document.as_view(), name="openapi"),
    path("docs", reference, name="reference"),
    path("problems", Problems.as_view(), name="problems"),
    path("problems/<str:code>", Problem.as_view(), name="problem"),
    path("tokens", Tokens.as_view(), name="tokens"),
    path("tokens/<str:key>", Token.as_view(), name="token"),
    path("webhooks", Webhooks.as_view(), name="webhooks"),
    path("webhooks/<str:key>", WebhookCall.as_view(), name="webhook"),
    path("webhooks/<str:key>/secret", Secret.as_view(), name="webhook-secret"),
    path("webhooks/<str:key>/test", Test.as_view(), name="webhook-test"),
    path("webhooks/<str:key>/deliveries", Deliveries.as_view(), name="webhook-deliveries"),
    path("webhooks/<str:key>/deliveries/<str:delivery>/replay", Replay.as_view(), name="webhook-replay"),
    path("events", Events.as_view(), name="events"),
    path("", include("arledger.companies.api_urls")),
    # Before those whose ids could be read as its words.
    path("", include("checkout.api_urls")),
    path("", include("payments.api_urls")),
    path("", include("reconciliation.api_urls")),
    path("", include("refunds.api_urls")),
    path("", include("deposits.api_urls")),
    path("", include("customers.api_urls")),
    path("", include("invoices.api_urls")),
    path("", include("credits.api_urls")),
    path("", include("imports.api_urls")),
    path("", include("summaries.api_urls")),
    re_path(r"", Nothing.as_view(), name="nothing"),
]

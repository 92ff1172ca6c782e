"""The summary of a document, as a fact on the document's own page."""

from __future__ import annotations

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from arledger.core.actor import Actor
from summaries.models import Summary


def summary_fact(actor: Actor, summary: Summary | None) -> tuple[str, SafeString | str]:
    """Its title and state for ``components/facts.html``, linked where the person may open it; empty for none."""
    if summary is None:
        return _("Summary"), ""
    title: SafeString | str = summary.title
    if actor.may("summaries.view"):
        title = format_html('<a href="{}">{}</a>', reverse("summaries:detail", args=[summary.pk]), title)
    return _("Summary"), format_html("{} · {}", title, summary.get_state_display())

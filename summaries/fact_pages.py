"""The summary of a document, as a fact on the document's own page."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from arledger.core.actor import Actor
from summaries.errors import SummaryClosed
from summaries.models import Summary


def summary_fact(actor: Actor, summary: Summary | None) -> tuple[str, SafeString | str]:
    """Its title and state for ``components/facts.html``, linked where the person may open it; empty for none."""
    if summary is None:
        return _("Summary"), ""
    title: SafeString | str = summary.title
    if actor.may("summaries.view"):
        title = format_html('<a href="{}">{}</a>', reverse("summaries:detail", args=[summary.pk]), title)
    return _("Summary"), format_html("{} · {}", title, summary.get_state_display())


def kept_by(summary: Summary | None, *, draft: bool) -> str:
    """Why nobody changes, posts or deletes a draft at present: its summary is closed (SPEC 13); "" else."""
    if not draft or summary is None or summary.state != Summary.State.CLOSED:
        return ""
    return str(SummaryClosed(summary=summary.title))


def verbs(actor: Actor, kind: str, names: Iterable[str], *, kept: str = "") -> dict[str, bool]:
    """The verbs that a page offers: those the person has a right to, none where something keeps the draft as it is."""
    return {verb: not kept and actor.may(f"{kind}s.{verb}") for verb in names}

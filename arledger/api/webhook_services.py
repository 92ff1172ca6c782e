"""Webhooks are made, changed, tried out and deleted, and deliveries sent again (SPEC 15, docs/adr/0049)."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from arledger.api.models import Webhook, WebhookDelivery
from arledger.api.selectors import OTHERS, RIGHTS
from arledger.api.sending import URL_LENGTH, read_url
from arledger.api.webhook_selectors import KINDS, TEST
from arledger.core import audit, jobs, outbox
from arledger.core.actor import Actor
from arledger.core.errors import Invalid, NotFound, Refusal
from arledger.core.models import Job, OutboxEvent
from arledger.core.text import clean_text

JOB = "api.webhooks"
NAME_LENGTH = 100
MOST_WEBHOOKS = 20
# For how long the secret before is valid beside a new one.
GRACE_HOURS = 24
LONGEST_GRACE = 7 * 24
State = WebhookDelivery.State


class EventKindUnknown(Invalid):
    code = "event_kind_unknown"
    sentence = _("There are no events of the kind “%(kind)s”. Kinds are: %(known)s.")


class WebhooksTooMany(Refusal):
    code = "webhooks_too_many"
    sentence = _("A company has at most %(most)s webhooks. Delete one first.")


class GraceInvalid(Invalid):
    code = "grace_invalid"
    sentence = _("The secret before stays valid for 0 to %(most)s hours.")


class DeliveryPending(Refusal):
    code = "delivery_pending"
    sentence = _("This delivery is still on its way.")


@dataclass(frozen=True)
class Made:
    """A new webhook with the secret that is shown this once."""

    row: Webhook
    secret: str


def create(*, actor: Actor, name: str, url: str, kinds: Collection[str] | None = None) -> Made:
    """Tell ``url`` of the events from now on of these kinds (None: all), of what the actor may view.

    Raises Forbidden, Required, WebhookUrlInvalid, WebhookUrlPrivate, EventKindUnknown or WebhooksTooMany.
    """
    actor.require("configuration.edit")
    values = _checked({"name": name, "url": url}, ("name", "url")) | {"kinds": _kinds(kinds)}
    _require_views(actor, values["kinds"])
    secret = _new_secret()
    with transaction.atomic():
        if Webhook.objects.filter(company_id=actor.company_id).count() >= MOST_WEBHOOKS:
            raise WebhooksTooMany(most=MOST_WEBHOOKS)
        events = OutboxEvent.objects.filter(company_id=actor.company_id)
        row = Webhook.objects.create(
            company_id=actor.company_id,
            secret=secret,
            active=True,
            created_at=actor.at,
            after_event=events.aggregate(last=Max("pk"))["last"] or 0,
            **values,
        )
        _record(actor, "add", row.pk, after=values)
    return Made(row, secret)


def change(*, actor: Actor, key: int, changes: Mapping[str, Any]) -> Webhook:
    """Change name, url, kinds or active. Switched off, it goes on later where it stopped.

    Raises NotFound and what ``create`` raises.
    """
    actor.require("configuration.edit")
    with transaction.atomic():
        row = _locked(actor, key)
        before: dict[str, Any] = {name: getattr(row, name) for name in ("name", "url", "kinds", "active")}
        after = before | {name: changes[name] for name in before if name in changes}
        if "kinds" in changes:
            after["kinds"] = _kinds(changes["kinds"])
        changed = [name for name, value in after.items() if value != before[name]]
        if "url" in changed or "kinds" in changed:
            _require_views(actor, after["kinds"])
        after |= _checked(after, changed)
        if changed:
            for name in changed:
                setattr(row, name, after[name])
            row.save(update_fields=changed)
            _record(
                actor,
                "edit",
                key,
                before={name: before[name] for name in changed},
                after={name: after[name] for name in changed},
            )
            _wake(actor)
    return row


def change_secret(*, actor: Actor, key: int, hours: int = GRACE_HOURS) -> Made:
    """Give a webhook a new secret. Deliveries are signed with the one before too, for so many hours (0: no more).

    Whatever came before that one is over at once. Raises NotFound or GraceInvalid.
    """
    actor.require("configuration.edit")
    if not 0 <= hours <= LONGEST_GRACE:
        raise GraceInvalid(field="hours", most=LONGEST_GRACE)
    with transaction.atomic():
        row = _locked(actor, key)
        row.previous_secret = row.secret if hours else ""
        row.previous_until = actor.at + timedelta(hours=hours) if hours else None
        row.secret = _new_secret()
        row.save(update_fields=["secret", "previous_secret", "previous_until"])
        _record(actor, "secret", key, after={"name": row.name, "previous_until": row.previous_until})
    return Made(row, row.secret)


def delete(*, actor: Actor, key: int) -> None:
    """Delete a webhook with its log; what is on its way is not sent any more. Raises NotFound."""
    actor.require("configuration.edit")
    with transaction.atomic():
        row = _locked(actor, key)
        WebhookDelivery.objects.filter(company_id=actor.company_id, webhook_id=key).delete()
        Webhook.objects.filter(company_id=actor.company_id, pk=key).delete()
        _record(actor, "delete", key, before={"name": row.name, "url": row.url})


def replay(*, actor: Actor, key: int, delivery: int) -> WebhookDelivery:
    """Send one delivery again, under its own id and at once. Raises NotFound, or DeliveryPending."""
    actor.require("configuration.edit")
    with transaction.atomic():
        row = _locked(actor, key)
        found = (
            WebhookDelivery.objects.select_for_update(of=("self",))
            .select_related("event")
            .filter(company_id=actor.company_id, webhook_id=key, pk=delivery)
            .first()
        )
        if found is None:
            raise NotFound()
        if found.state == State.PENDING:
            raise DeliveryPending()
        found.state, found.in_turn, found.attempts, found.next_attempt_at = State.PENDING, False, 0, actor.at
        found.save(update_fields=["state", "in_turn", "attempts", "next_attempt_at"])
        _record(actor, "replay", key, after={"name": row.name, "event": found.event.kind})
        _wake(actor)
    return found


def try_out(*, actor: Actor, key: int) -> WebhookDelivery:
    """Send an event ``webhook.test`` to one webhook, switched on or not. Raises NotFound."""
    actor.require("configuration.edit")
    with transaction.atomic():
        row = _locked(actor, key)
        _record(actor, "test", key, after={"name": row.name})
        outbox.publish(actor=actor, kind=TEST, object_ids=[key])
        # The audit trail's lock is held: the newest event is this one.
        event = OutboxEvent.objects.filter(company_id=actor.company_id).latest("pk")
        found = WebhookDelivery.objects.create(
            company_id=actor.company_id,
            webhook=row,
            event=event,
            state=State.PENDING,
            in_turn=False,
            next_attempt_at=actor.at,
        )
        _wake(actor)
    return found


def _new_secret() -> str:
    return f"whsec_{secrets.token_urlsafe(32)}"


def _checked(values: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    """The values with these names as they are kept."""
    found: dict[str, Any] = {}
    if "name" in names:
        found["name"] = clean_text(values["name"], NAME_LENGTH, required=True, field="name")
    if "url" in names:
        found["url"] = clean_text(values["url"], URL_LENGTH, required=True, field="url")
        read_url(found["url"], private=settings.WEBHOOKS_PRIVATE, field="url")
    return found


def _kinds(chosen: Collection[str] | None) -> list[str] | None:
    """In the order of the catalogue; None: all. Raises EventKindUnknown."""
    for kind in chosen or ():
        if kind not in KINDS:
            raise EventKindUnknown(field="kinds", kind=kind[:60], known=", ".join(KINDS))
    return [kind for kind in KINDS if kind in chosen] if chosen else None


def _require_views(actor: Actor, kinds: Collection[str] | None) -> None:
    """Nobody has events sent to him that he may not see. Raises Forbidden."""
    for kind in kinds or KINDS:
        actor.require(RIGHTS.get(kind.partition(".")[0], OTHERS))


def _locked(actor: Actor, key: int) -> Webhook:
    row = Webhook.objects.select_for_update().filter(company_id=actor.company_id, pk=key).first()
    if row is None:
        raise NotFound()
    return row


def _record(actor: Actor, action: str, key: int, **sides: Mapping[str, Any]) -> None:
    audit.record(actor=actor, action=action, object_kind="webhook", object_ids=[key], **sides)


def _wake(actor: Actor) -> None:
    """Somebody waits for it: not only at the next minute, unless a run is about to begin anyway."""
    if not Job.objects.filter(kind=JOB, state=Job.State.QUEUED).exists():
        jobs.enqueue(JOB, at=actor.at)

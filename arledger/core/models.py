"""What every app stands on: audit trail, idempotency keys, outbox, jobs and schedules."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now


class AuditEvent(models.Model):
    """Who did what, when, from where, before and after (SPEC 17).

    Append-only: the database refuses UPDATE, DELETE and TRUNCATE and chains each row of a company to the one
    before it (``sequence``, ``previous_hash`` and ``hash`` are set by a trigger). Written by
    ``arledger.core.audit.record``, once per verb.
    """

    company_id = models.BigIntegerField()
    sequence = models.BigIntegerField()
    at = models.DateTimeField()
    user_id = models.BigIntegerField(null=True)
    actor = models.TextField()
    source = models.TextField()
    address = models.TextField(default="")
    action = models.TextField()
    object_kind = models.TextField()
    object_ids = ArrayField(models.BigIntegerField(), default=list)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    previous_hash = models.BinaryField()
    hash = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company_id", "sequence"], name="core_auditevent_sequence"),
        ]
        indexes = [
            models.Index(fields=["company_id", "at"], name="core_auditevent_at"),
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.action}"


class AuditHead(models.Model):
    """The end of each company's audit chain; moved by the database only."""

    company_id = models.BigIntegerField()
    sequence = models.BigIntegerField(default=0)
    hash = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company_id"], name="core_audithead_company")]

    def __str__(self) -> str:
        return str(self.sequence)


class IdempotencyKey(models.Model):
    """The first answer to a write, kept under the key the caller chose (SPEC 15)."""

    company_id = models.BigIntegerField()
    user_id = models.BigIntegerField()
    endpoint = models.TextField()
    key = models.TextField()
    fingerprint = models.TextField()
    answer = models.TextField(null=True)  # noqa: DJ001  (null: the first call has not answered yet)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company_id", "user_id", "endpoint", "key"], name="core_idempotencykey_unique"
            )
        ]

    def __str__(self) -> str:
        return self.key


class OutboxEvent(models.Model):
    """An event that must leave after commit, written in the transaction of its cause (DESIGN 4)."""

    company_id = models.BigIntegerField()
    kind = models.TextField()
    object_ids = ArrayField(models.BigIntegerField())
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["company_id", "id"], name="core_outboxevent_order")]

    def __str__(self) -> str:
        return self.kind


class Job(models.Model):
    """Work for a worker: this row is the truth, a message only a wake-up (DESIGN 5)."""

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    company_id = models.BigIntegerField(null=True)
    kind = models.TextField()
    payload = models.JSONField(default=dict)
    state = models.TextField(choices=State.choices, default=State.QUEUED)
    attempts = models.IntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    result = models.JSONField(null=True)
    error = models.TextField(default="")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["id"], condition=models.Q(state__in=["queued", "running"]), name="core_job_waiting"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"


class Schedule(models.Model):
    """When a kind of job is due; the database owns the slots, beat only ticks (DESIGN 5)."""

    kind = models.TextField(unique=True)
    every_minutes = models.IntegerField(null=True)
    daily_at = models.TimeField(null=True)
    next_due = models.DateTimeField()
    last_run = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(every_minutes__isnull=False) ^ models.Q(daily_at__isnull=False),
                name="core_schedule_one_rhythm",
            )
        ]

    def __str__(self) -> str:
        return self.kind

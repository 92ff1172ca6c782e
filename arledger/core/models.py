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
            # The history of the settings, however much else happened meanwhile.
            models.Index(
                fields=["company_id", "sequence"],
                condition=models.Q(action="configure"),
                name="core_auditevent_configured",
            ),
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


class Export(models.Model):
    """A file that somebody asked for and that a worker makes: what of, in which format, and how far it is (SPEC 14).

    ``owner`` is the only one who may fetch it. How it stands is the job's state until ``finished_at`` or
    ``cancelled_at`` is set; ``problem`` is why it could not be made, in the owner's language. ``query`` holds the
    choices as they stand in an address. The file is there when ``size`` is, until ``expires_at``.
    """

    company_id = models.BigIntegerField()
    owner = models.BigIntegerField()
    source = models.TextField()
    format = models.TextField()
    query = models.TextField(default="")
    language = models.TextField()
    title = models.TextField()
    name = models.TextField(default="")
    job = models.BigIntegerField()
    rows_done = models.IntegerField(default=0)
    rows_expected = models.IntegerField(null=True)
    size = models.BigIntegerField(null=True)
    problem = models.TextField(default="")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["company_id", "owner", "id"], name="core_export_owner")]

    def __str__(self) -> str:
        return self.title


class ExportChunk(models.Model):
    """A piece of an export's file, in order; all of them are written in one transaction."""

    company_id = models.BigIntegerField()
    export_id = models.BigIntegerField()
    position = models.IntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company_id", "export_id", "position"], name="core_exportchunk_position"
            )
        ]

    def __str__(self) -> str:
        return f"{self.export_id}/{self.position}"


class SavedView(models.Model):
    """Choices of a page that somebody keeps under a name (UX: lists).

    ``place`` is the page's route, ``query`` its choices as they stand in the address. ``shared`` shows it to the
    company; ``default_for`` are the people for whom the page opens with it.
    """

    company_id = models.BigIntegerField()
    owner = models.BigIntegerField()
    place = models.TextField()
    name = models.TextField()
    query = models.TextField()
    shared = models.BooleanField(default=False)
    default_for = ArrayField(models.BigIntegerField(), default=list)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company_id", "place", "owner", "name"], name="core_savedview_name"
            )
        ]

    def __str__(self) -> str:
        return self.name

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from arledger.core.tenancy import tenant_table


class Migration(migrations.Migration):
    dependencies = [
        ("api", "0001_initial"),
        ("companies", "0010_own_rules_and_events"),
        ("core", "0006_outbox_in_turn"),
    ]

    operations = [
        migrations.CreateModel(
            name="Webhook",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("url", models.CharField(max_length=500, verbose_name="address")),
                (
                    "kinds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60), null=True, size=None
                    ),
                ),
                ("secret", models.CharField(max_length=60)),
                ("active", models.BooleanField(default=True, verbose_name="active")),
                ("created_at", models.DateTimeField()),
                ("after_event", models.BigIntegerField()),
                (
                    "company",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="companies.company",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="WebhookDelivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("pending", "Pending"), ("delivered", "Delivered"), ("failed", "Failed")],
                        max_length=10,
                    ),
                ),
                ("in_turn", models.BooleanField()),
                ("attempts", models.IntegerField(default=0)),
                ("next_attempt_at", models.DateTimeField(null=True)),
                ("last_status", models.IntegerField(null=True)),
                ("last_error", models.CharField(blank=True, max_length=20)),
                ("delivered_at", models.DateTimeField(null=True)),
                (
                    "company",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="companies.company",
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="core.outboxevent",
                    ),
                ),
                (
                    "webhook",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="api.webhook",
                    ),
                ),
            ],
        ),
        tenant_table(
            "api_webhook",
            extra=[
                "ALTER TABLE api_webhook ADD CONSTRAINT api_webhook_shape CHECK ("
                "url ~ '^https?://' AND length(secret) >= 40 AND (kinds IS NULL OR cardinality(kinds) > 0));",
            ],
        ),
        tenant_table(
            "api_webhookdelivery",
            references={"webhook_id": "api_webhook", "event_id": "core_outboxevent"},
            extra=[
                "CREATE UNIQUE INDEX api_webhookdelivery_once"
                " ON api_webhookdelivery (company_id, webhook_id, event_id);",
                "CREATE INDEX api_webhookdelivery_pending"
                " ON api_webhookdelivery (company_id, webhook_id, event_id) WHERE state = 'pending';",
                "CREATE INDEX api_webhookdelivery_log ON api_webhookdelivery (company_id, webhook_id, id);",
                "CREATE INDEX api_webhookdelivery_event ON api_webhookdelivery (company_id, event_id);",
                "ALTER TABLE api_webhookdelivery ADD CONSTRAINT api_webhookdelivery_shape CHECK ("
                "state IN ('pending', 'delivered', 'failed') AND attempts >= 0"
                " AND (state = 'pending') = (next_attempt_at IS NOT NULL)"
                " AND (state <> 'delivered' OR delivered_at IS NOT NULL));",
            ],
        ),
    ]

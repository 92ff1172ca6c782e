from django.db import migrations

SUMMARIES = ("list", "view", "add", "edit", "delete", "open", "close", "override")
ALL_OF_SUMMARIES = [f"summaries.{verb}" for verb in SUMMARIES]
PERIODS = ["periods.close", "periods.reopen"]
LEARNED = {
    "administrator": [*ALL_OF_SUMMARIES, *PERIODS, "payments_by_item.run", "roles.view", "roles.edit"],
    "ar-manager": [*ALL_OF_SUMMARIES, *PERIODS, "payments_by_item.run", "roles.view"],
    "ar-clerk": [*ALL_OF_SUMMARIES[:6], "payments_by_item.run"],
    "billing-clerk": ["summaries.list", "summaries.view"],
    "auditor": ["summaries.list", "summaries.view", "payments_by_item.run", "roles.view"],
    "integrator": ["summaries.list", "summaries.view", "summaries.add", "payments_by_item.run", "ageing.run"],
}


def learn(code: str, rights: list[str]) -> tuple[str, list[object]]:
    return (
        "UPDATE companies_role SET rights = ARRAY(SELECT DISTINCT x FROM unnest(rights || %s::varchar[]) AS x ORDER BY x)"
        " WHERE shipped AND code = %s",
        [rights, code],
    )


class Migration(migrations.Migration):
    """The shipped roles of companies that exist learn the rights over summaries, periods, roles and reports."""

    dependencies = [("companies", "0004_reconciliation_report")]
    operations = [
        migrations.RunSQL(
            [
                # Row security shows even the owner one company at a time.
                "ALTER TABLE companies_role NO FORCE ROW LEVEL SECURITY;",
                *(learn(code, rights) for code, rights in LEARNED.items()),
                "ALTER TABLE companies_role FORCE ROW LEVEL SECURITY;",
            ],
            migrations.RunSQL.noop,
        )
    ]

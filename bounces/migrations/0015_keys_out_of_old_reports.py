from typing import Any

from django.db import migrations

from deliveries.redaction import redacted, redacted_text

BATCH = 200


def take_out(apps: Any, schema_editor: Any) -> None:
    """Reports of which something was made before their keys were taken out with that.
    Some at a time, so that it takes the memory of these; safe to repeat."""
    reports = apps.get_model("bounces", "Report").objects
    settled = reports.exclude(outcome="review").order_by("pk")
    last = 0
    while some := list(settled.filter(pk__gt=last)[:BATCH]):
        last = some[-1].pk
        for report in some:
            report.raw = redacted(bytes(report.raw))
            report.envelope_to = redacted_text(report.envelope_to)[:320]
        reports.bulk_update(some, ["raw", "envelope_to"])


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("bounces", "0014_stuck_lists"),
    ]

    operations = [
        migrations.RunPython(take_out, migrations.RunPython.noop, elidable=True),
    ]

from django.db import migrations, models
from django.db.models import Q

BY_REASON = ("person", "incident")


class Migration(migrations.Migration):
    dependencies = [
        ("deliveries", "0022_causes_of_old_holds"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="hold",
            name="hold_once_while_active",
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(
                condition=Q(
                    cause__in=[
                        *("person", "email", "guard", "rest", "content", "records"),
                        *("journal", "incident", "dns"),
                    ]
                ),
                name="hold_has_a_known_cause",
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.UniqueConstraint(
                fields=["kind", "message", "value", "cause"],
                condition=Q(lifted_at=None) & ~Q(cause__in=BY_REASON),
                nulls_distinct=False,
                name="hold_once_for_each_cause",
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.UniqueConstraint(
                fields=["kind", "message", "value", "cause", "created_by", "reason"],
                condition=Q(lifted_at=None, cause__in=BY_REASON),
                nulls_distinct=False,
                name="hold_once_for_each_reason",
            ),
        ),
    ]

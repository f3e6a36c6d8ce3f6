import django.db.models.deletion
from django.db import migrations, models

# Only ever added to: nobody waits for a counter that somebody else writes.
FORWARD = """
CREATE FUNCTION reengagement_tally_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO reengagement_tally (campaign_id, outcome, people)
    SELECT campaign_id, outcome, count(*) FROM after GROUP BY campaign_id, outcome;
    RETURN NULL;
END $$;
CREATE TRIGGER new_member_is_tallied AFTER INSERT ON reengagement_member
    REFERENCING NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION reengagement_tally_new();

CREATE FUNCTION reengagement_tally_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO reengagement_tally (campaign_id, outcome, people)
    SELECT campaign_id, outcome, -count(*) FROM before GROUP BY campaign_id, outcome;
    RETURN NULL;
END $$;
CREATE TRIGGER deleted_member_is_tallied AFTER DELETE ON reengagement_member
    REFERENCING OLD TABLE AS before
    FOR EACH STATEMENT EXECUTE FUNCTION reengagement_tally_gone();

CREATE FUNCTION reengagement_tally_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO reengagement_tally (campaign_id, outcome, people)
    SELECT campaign_id, outcome, sum(people) FROM (
        SELECT campaign_id, outcome, 1 AS people FROM after
        UNION ALL SELECT campaign_id, outcome, -1 FROM before
    ) moved GROUP BY campaign_id, outcome HAVING sum(people) <> 0;
    RETURN NULL;
END $$;
CREATE TRIGGER changed_member_is_tallied AFTER UPDATE ON reengagement_member
    REFERENCING OLD TABLE AS before NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION reengagement_tally_changed();

INSERT INTO reengagement_tally (campaign_id, outcome, people)
SELECT campaign_id, outcome, count(*) FROM reengagement_member
GROUP BY campaign_id, outcome;
"""
BACKWARD = """
DROP TRIGGER new_member_is_tallied ON reengagement_member;
DROP TRIGGER deleted_member_is_tallied ON reengagement_member;
DROP TRIGGER changed_member_is_tallied ON reengagement_member;
DROP FUNCTION reengagement_tally_new();
DROP FUNCTION reengagement_tally_gone();
DROP FUNCTION reengagement_tally_changed();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_append_only_audit"),
        ("reengagement", "0001_campaigns"),
    ]

    operations = [
        migrations.AddField(
            model_name="campaign",
            name="tend_ms",
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name="campaign",
            name="tended_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="campaign",
            name="wake_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="campaign",
            name="writes_seen",
            field=models.BigIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name="sunset",
            name="undo_job",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="undone_sunset",
                to="accounts.job",
            ),
        ),
        migrations.CreateModel(
            name="Tally",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("waiting", "Still has time"),
                            ("pending", "Clicked, being checked"),
                            ("confirmed", "Confirmed"),
                            ("signal", "Showed another sign of life"),
                            ("probation", "On probation"),
                            ("kept", "Kept by hand"),
                            ("left", "Opted out by themselves"),
                            ("undelivered", "Never reached"),
                            ("silent", "Silent"),
                            ("sunset", "Opted out"),
                            ("returned", "Came back"),
                            ("restored", "Opt-out undone"),
                            ("holdout", "Held out for comparison"),
                        ],
                        max_length=12,
                    ),
                ),
                ("people", models.IntegerField()),
                (
                    "campaign",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="tallies",
                        to="reengagement.campaign",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "tallies",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "outcome__in",
                                [
                                    "waiting",
                                    "pending",
                                    "confirmed",
                                    "signal",
                                    "probation",
                                    "kept",
                                    "left",
                                    "undelivered",
                                    "silent",
                                    "sunset",
                                    "returned",
                                    "restored",
                                    "holdout",
                                ],
                            )
                        ),
                        name="tally_outcome_is_known",
                    )
                ],
            },
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("webhooks", "0003_tracking"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="endpoint",
            name="endpoint_events_are_known",
        ),
        migrations.RemoveConstraint(
            model_name="notice",
            name="notice_kind_is_known",
        ),
        migrations.AlterField(
            model_name="notice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("consent.given", "somebody agreed to a subscription type"),
                    ("consent.confirmed", "somebody confirmed that mail is wanted"),
                    ("consent.ended", "somebody refused, or an agreement expired"),
                    (
                        "opt_out.created",
                        "somebody opted out, or was after staying silent",
                    ),
                    ("opt_out.undone", "an opt-out was undone"),
                    ("complaint.received", "somebody reported our mail as spam"),
                    ("email.bounced", "an email came back or was refused"),
                    (
                        "address.blocked",
                        "an address is mailed no more because of bounces",
                    ),
                    ("address.released", "an address can be mailed again"),
                    ("pause.began", "somebody asked for a pause"),
                    ("pause.ended", "a pause is over"),
                    ("frequency.chosen", "somebody chose how often a type comes"),
                    ("person.erased", "a person was erased on request"),
                    ("tracking.agreed", "somebody agreed to being tracked"),
                    ("tracking.refused", "somebody refused to be tracked"),
                    ("webhook.test", "a test that somebody asked for"),
                ],
                max_length=32,
            ),
        ),
        migrations.AddConstraint(
            model_name="endpoint",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "events__contained_by",
                        [
                            "consent.given",
                            "consent.confirmed",
                            "consent.ended",
                            "opt_out.created",
                            "opt_out.undone",
                            "complaint.received",
                            "email.bounced",
                            "address.blocked",
                            "address.released",
                            "pause.began",
                            "pause.ended",
                            "frequency.chosen",
                            "person.erased",
                            "tracking.agreed",
                            "tracking.refused",
                        ],
                    )
                ),
                name="endpoint_events_are_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "consent.given",
                            "consent.confirmed",
                            "consent.ended",
                            "opt_out.created",
                            "opt_out.undone",
                            "complaint.received",
                            "email.bounced",
                            "address.blocked",
                            "address.released",
                            "pause.began",
                            "pause.ended",
                            "frequency.chosen",
                            "person.erased",
                            "tracking.agreed",
                            "tracking.refused",
                            "webhook.test",
                        ],
                    )
                ),
                name="notice_kind_is_known",
            ),
        ),
    ]

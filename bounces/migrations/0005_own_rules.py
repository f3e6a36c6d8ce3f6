import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("bounces", "0004_domain_checks"),
        ("consent", "0008_global_blocks_and_rescue"),
        ("deliveries", "0008_sending_domains"),
    ]

    operations = [
        migrations.RenameField("domaincheck", "last_at", "asked_at"),
        migrations.AlterField(
            "domaincheck", "asked_at", models.DateTimeField(db_index=True, null=True)
        ),
        migrations.CreateModel(
            name="RuleChange",
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
                ("rule", models.CharField(max_length=40, unique=True)),
                ("category", models.CharField(max_length=32)),
                ("note", models.CharField(max_length=300)),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.CreateModel(
            name="SavedView",
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
                ("name", models.CharField(max_length=60, unique=True)),
                ("query", models.CharField(max_length=600)),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.AddField(
            model_name="bounce",
            name="first_category",
            field=models.CharField(blank=True, db_default="", max_length=32),
        ),
        migrations.AddField(
            model_name="bounce",
            name="rule",
            field=models.CharField(blank=True, db_default="", max_length=40),
        ),
        migrations.AddField(
            model_name="bouncepolicy",
            name="pauses",
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.AddField(
            model_name="incident",
            name="let_go",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddIndex(
            model_name="bounce",
            index=models.Index(fields=["address", "at"], name="bounce_of_an_address"),
        ),
        migrations.AddField(
            model_name="rulechange",
            name="changed_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="savedview",
            name="made_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="rulechange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "category__in",
                        [
                            "unknown_user",
                            "address_moved",
                            "domain_no_mail",
                            "dns_failure",
                            "mailbox_full",
                            "mailbox_disabled",
                            "timeout",
                            "network_error",
                            "tls_failure",
                            "server_error",
                            "throttled",
                            "greylisted",
                            "reputation",
                            "sender_rejected",
                            "auth",
                            "relay_denied",
                            "policy",
                            "filtered",
                            "spam",
                            "content",
                            "virus",
                            "suppressed",
                            "sender_dns",
                            "too_large",
                            "protocol_error",
                            "other",
                        ],
                    )
                ),
                name="rule_change_names_a_category",
            ),
        ),
    ]

"""A form in a language that no page of ours speaks: the page around its words has been
in English until now, and says so from here on."""

from django.db import migrations

SPOKEN = ["en", "fi", "fr", "nb", "pl"]


def to_english(apps, schema_editor):
    forms = apps.get_model("signups", "Form").objects
    forms.filter(language__in=["no", "nn"]).update(language="nb")
    forms.exclude(language__in=SPOKEN).update(language="en")


class Migration(migrations.Migration):
    dependencies = [
        ("signups", "0001_forms_and_submissions"),
    ]

    operations = [
        migrations.RunPython(to_english, migrations.RunPython.noop),
    ]

"""Whoever looks is told in her language; what is stored stays in English."""

import datetime as dt
import re

import pytest
from django.conf import settings as configured
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import formats, translation

from accounts.models import AuditEntry, Job
from accounts.numbers import percent, percent_briefly
from accounts.roles import RIGHTS, Right, Role, who_may
from accounts.throttle import Wait
from accounts.units import UNITS
from consent.models import Brand
from console.mail_rates import MEASURES
from console.results import NAMES
from console.templatetags import ui
from deliveries.models import Hold

LANGUAGES = [key for key, _ in configured.LANGUAGES]
NEW = {"email": "bo@console.example", "first_name": "Bo", "role": "viewer"}


@pytest.fixture
def job(alice):
    return Job.objects.create(
        kind="segments.export",
        label="Export of Gone quiet",
        owner=alice,
        state="done",
        done=3,
        unit="contacts",
        result={"opted_out": 3, "of_another_time": 1},
    )


@pytest.mark.django_db
class TestWhatIsStored:
    def test_a_stop_is_noted_in_english_whoever_stops(self, alice):
        with translation.override("fi"):
            hold = Hold.objects.stop_everything(alice, "They call us spam")
            hold.lift(alice, "They were wrong")
        noted = AuditEntry.objects.filter(verb__endswith="sending")
        assert [one.subject for one in noted] == ["All sending", "All sending"]

    def test_the_brands_of_who_is_invited_are_noted_in_english(
        self, client, in_finnish
    ):
        Brand.objects.update(from_email="console@brand.example")
        client.post(reverse("console:invite"), NEW)
        noted = AuditEntry.objects.get(verb="invited").detail
        assert noted == {"role": "viewer", "brands": "All brands"}
        text = client.get(reverse("console:users")).content.decode()
        assert "Kaikki brändit" in text

    def test_a_job_is_told_with_its_own_label(self, client, in_finnish, job):
        text = client.get(reverse("console:job", args=[job.pk])).content.decode()
        assert "Export of Gone quiet" in text
        assert "yhteyshenkilöä" in text
        assert "Kieltäytyneet" in text
        assert "Of another time" in text  # nobody knows such a count any more


class TestWords:
    def test_counts_of_jobs_are_called_in_english_what_they_are_stored_as(self):
        words = {key: key.replace("_", " ").capitalize() for key in NAMES}
        assert {key: str(name) for key, name in NAMES.items()} == words

    def test_units_of_jobs_are_called_in_english_what_they_are_stored_as(self):
        assert [str(name) for name in UNITS.values()] == list(UNITS)

    @pytest.mark.parametrize("right", [Right.SEND, Right.UNDO, Right.SETTINGS])
    def test_who_may_names_the_roles_that_do_and_no_other(self, right):
        said = str(who_may(right)).lower()
        named = {role for role in Role if role.label.lower() in said}
        assert named == {role for role, rights in RIGHTS.items() if right in rights}

    @pytest.mark.parametrize(
        ("language", "words"),
        [("en", "2 minutes"), ("fi", "2 minuutin"), ("pl", "2 minuty")],
    )
    def test_a_wait_is_said_as_it_stands_behind_in(self, language, words):
        with translation.override(language):
            assert Wait(dt.timedelta(seconds=90)).words == words

    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize("measure", MEASURES, ids=lambda one: one.part)
    def test_a_rate_is_judged_in_a_whole_sentence(self, measure, language):
        values = {"rate": "7%", "name": "Gmail", "bound": "5%"}
        with translation.override(language):
            told = {str(one % values) for one in measure.found.values()}
        assert len(told) == 2
        assert all(one.endswith(".") for one in told)
        assert all(value in one for one in told for value in values.values())

    @pytest.mark.parametrize(
        ("language", "exact", "brief"),
        [("en", "3.0%", "3%"), ("fr", "3,0 %", "3 %")],
    )
    def test_a_share_is_written_as_the_language_does(self, language, exact, brief):
        with translation.override(language):
            assert (percent(0.03, 1), percent_briefly(0.03)) == (exact, brief)

    @pytest.mark.parametrize(
        ("language", "words"),
        [
            ("en", ["3 Nov", "3 November", "Nov"]),
            ("fi", ["3.11.", "3. marraskuuta", "marras"]),
            ("fr", ["3 nov.", "3 novembre", "nov."]),
            ("nb", ["3. nov.", "3. november", "nov."]),
            ("pl", ["3 lis", "3 listopada", "lis"]),
        ],
    )
    def test_a_day_without_its_year_is_written_as_the_language_does(
        self, language, words
    ):
        kinds = ("SHORT_DAY_FORMAT", "MONTH_DAY_FORMAT", "SHORT_MONTH_FORMAT")
        with translation.override(language):
            day = dt.date(2026, 11, 3)
            assert [formats.date_format(day, kind) for kind in kinds] == words

    @pytest.mark.parametrize("language", ["fi", "fr"])
    def test_a_chart_is_drawn_in_every_language_as_in_english(self, language):
        found = [drawn_in(spoken) for spoken in ("en", language)]
        assert found[0] == found[1]
        assert found[0]


def drawn_in(language):
    """The coordinates of a chart that is drawn for whoever speaks so."""
    series = [{"label": "Opened", "values": [1, 2, 7], "tint": "d1"}]
    with translation.override(language):
        drawn = ui.chart("bar", ["a", "b", "c"], series, "They rose")
        html = render_to_string("ui/chart.html", drawn)
    return re.findall(r' (?:x|y|width|height)="([^"]*)"', html)

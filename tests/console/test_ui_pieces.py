"""The tags, filters and tables behind the pieces."""

import datetime as dt

import pytest
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import timezone, translation

from accounts.models import Job, JobState
from console import charts, navigation
from console.forms import Sample
from console.statuses import look_of
from console.templatetags import ui


def draw(source, **context):
    return Template("{% load ui %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "0"),
        (48212, "48,212"),
        (1234567, "1,234,567"),
        (2.0, "2"),
        (None, "–"),
        ("≈ 2,900", "≈ 2,900"),
    ],
)
def test_numbers_are_grouped(value, words):
    assert ui.number(value) == words


@pytest.mark.parametrize(
    ("part", "whole", "words"),
    [(356, 4288, "8.3%"), (11, 4288, "0.26%"), (0, 10, "0.0%"), (1, 0, "–")],
)
def test_a_percentage_has_a_base(part, whole, words):
    assert ui.percent(part, whole) == words


@pytest.mark.parametrize(("part", "whole", "width"), [(1, 4, "25.00"), (1, 0, "0")])
def test_a_share_is_a_width(part, whole, width):
    assert ui.share(part, whole) == width


NOON = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("distance", "words"),
    [
        (dt.timedelta(seconds=-5), "just now"),
        (dt.timedelta(seconds=20), "in a moment"),
        (dt.timedelta(minutes=-3), "3 min ago"),
        (dt.timedelta(hours=-5), "5 h ago"),
        (dt.timedelta(hours=2), "in 2 h"),
        (dt.timedelta(days=-1), "yesterday"),
        (dt.timedelta(days=1), "tomorrow"),
        (dt.timedelta(days=-6), "6 days ago"),
        (dt.timedelta(days=5), "in 5 days"),
        (dt.timedelta(days=-8), "14 Nov 2026"),
    ],
)
def test_time_is_relative_up_to_a_week(distance, words):
    assert ui.relative(NOON + distance, NOON) == words


def test_a_time_carries_the_exact_moment_with_its_zone():
    html = ui.when(NOON)
    assert 'title="Sun 22 Nov 2026, 12:00 UTC"' in html


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "14 Nov 2026"),
        ("fi", "14.11.2026"),
        ("fr", "14 nov. 2026"),
        ("nb", "14. nov. 2026"),
        ("pl", "14 lis 2026"),
    ],
)
def test_a_short_date_is_written_as_its_language_does(language, words):
    with translation.override(language):
        assert ui.relative(NOON - dt.timedelta(days=8), NOON) == words


def test_a_missing_time_is_said_in_words():
    assert ui.when(None) == "Never"


@pytest.mark.parametrize(
    ("age", "seconds"),
    [(None, 2), (30, 2), (90, 5), (700, 15)],
)
def test_a_page_asks_less_often_the_longer_a_job_takes(age, seconds):
    started = None if age is None else timezone.now() - dt.timedelta(seconds=age)
    assert ui.poll_seconds(started) == seconds


def test_a_choice_to_leave_is_not_a_fault():
    assert look_of("opted_out").tint == ""


def test_an_unlisted_state_shows_its_own_word():
    assert look_of("half_way").label == "Half way"


def test_a_badge_says_more_when_asked_to():
    html = draw('{% badge "on_hold" "On hold: 17 sends" %}')
    assert "On hold: 17 sends" in html


def test_a_name_always_has_the_same_avatar():
    assert ui.avatar("Amara Okafor") == ui.avatar("Amara Okafor")


@pytest.mark.parametrize(
    ("name", "initials"),
    [("Amara Okafor", "AO"), ("Cher", "C"), ("Ana de la Cruz", "AC"), ("", "?")],
)
def test_initials_are_the_first_and_the_last(name, initials):
    assert f">{initials}<" in ui.avatar(name)


def test_a_note_escapes_what_a_person_wrote():
    html = draw('{% note "warn" %}{{ words }}{% endnote %}', words="<b>")
    assert "&lt;b&gt;" in html


def test_the_steps_before_the_current_one_are_done():
    html = draw('{% steps "Upload" "Match" "Result" current=2 %}')
    assert html.count("(done)") == 1


def test_a_table_marks_the_sorted_column():
    columns = [{"label": "Name", "sort": "?sort=-name", "order": "ascending"}]
    html = draw(
        '{% table caption="People" columns=columns %}<tr></tr>{% endtable %}',
        columns=columns,
    )
    assert 'aria-sort="ascending"' in html


def test_a_message_with_an_undo_address_gets_the_button():
    message = Message(constants.SUCCESS, "Opted out.", extra_tags="undo:/x/undo/")
    assert ui.toast(message)["undo"] == "/x/undo/"


def test_the_parts_of_a_bar_follow_one_another():
    rows = [{"label": "A", "count": 30, "tint": "d1"}, {"label": "B", "count": 70}]
    placed = ui.split(rows, 100, "all")["rows"]
    assert [row["start"] for row in placed] == [0, 30]


@pytest.mark.parametrize("state", JobState)
def test_a_job_asks_for_news_exactly_while_it_goes_on(state):
    html = draw('{% include "ui/job.html" %}', job=Job(pk=1, state=state), url="/j/")
    assert ("hx-get" in html) is not state.is_over


def test_a_field_says_its_help_and_its_error_where_it_points_to_them():
    form = Sample({"address": "ana@"}, auto_id="f_%s")
    html = draw('{% include "ui/field.html" with field=form.count %}', form=form)
    assert 'aria-describedby="f_count_helptext f_count_error"' in html
    assert 'id="f_count_error"' in html
    assert 'id="f_count_helptext"' in html


def test_a_whole_form_is_drawn_with_the_pieces():
    assert 'class="field tick"' in str(Sample())


def test_the_summary_of_a_form_links_to_its_fields():
    form = Sample({})
    html = draw('{% include "ui/form_errors.html" with form=form %}', form=form)
    assert 'href="#id_address"' in html


@pytest.mark.parametrize(
    ("top", "end"), [(0, 4), (4, 4), (5, 5), (41, 50), (1783, 2000), (2600, 5000)]
)
def test_an_axis_ends_at_a_round_number(top, end):
    assert charts.ceiling(top) == end


def test_a_line_breaks_where_a_value_is_missing():
    row = charts.chart("line", list("abc"), [charts.Series("x", [1, None, 2])])
    assert row.series[0].line.count("M") == 2


def test_a_point_at_the_top_of_the_axis_is_at_the_top_of_the_square():
    row = charts.chart("line", ["a", "b"], [charts.Series("x", [0, 10])])
    assert row.series[0].line == "M0.0 100.0L100.0 0.0"


def test_bars_stay_inside_their_slot():
    row = charts.chart("bar", list("abcd"), [charts.Series("x", [1, 2, 3, 4])])
    assert max(bar.x + bar.width for bar in row.series[0].bars) <= 100


def test_a_chart_with_no_numbers_can_be_drawn():
    assert charts.chart("area", [], [charts.Series("x", [])]).series[0].figure is None


def test_few_labels_stay_and_many_are_thinned_with_both_ends():
    assert charts.thinned([str(n) for n in range(13)]) == ("0", "3", "6", "9", "12")


def test_a_chart_can_be_read_as_a_table():
    series = [{"label": "Opens", "values": [1, 1783]}]
    html = draw(
        '{% chart "area" labels series "Up" %}', labels=["a", "b"], series=series
    )
    assert '<td class="num">1,783</td>' in html


def test_the_outbox_is_only_there_on_ones_own_machine(settings):
    settings.LOCAL_MODE = False
    outbox = navigation.Entry("Outbox", "inbox", "login", local_only=True)
    assert navigation.links((outbox,), RequestFactory().get("/")) == []


@pytest.mark.parametrize(
    ("url", "path", "marked"),
    [
        ("/", "/", True),
        ("/", "/contacts/", False),
        ("/contacts/", "/contacts/7/", True),
        ("/contacts/", "/segments/", False),
    ],
)
def test_the_navigation_marks_where_one_is(url, path, marked):
    assert navigation.is_current(url, path) is marked

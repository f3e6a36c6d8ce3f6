"""A property becomes one of another kind: told beforehand, done by a job."""

import pytest
from django.urls import reverse

from accounts.models import AuditEntry, Job, JobState
from accounts.roles import Role
from consent.models import ConsentText
from console import converting
from contacts import converting as values
from contacts.models import Contact, ImportState, PropertyDefinition
from contacts.properties import Kind
from signups.models import Submission
from tests.contacts.importing import receive
from tests.factories import (
    ContactFactory,
    FormFactory,
    SegmentFactory,
    UserFactory,
    make_address,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def points():
    return PropertyDefinition.objects.create(
        name="points", label="Points", kind="string"
    )


@pytest.fixture
def people(points):
    """Two with a number, one with a word, one with nothing."""
    said = ({points.key: "41"}, {points.key: "1,000"}, {points.key: "many"}, {})
    return [ContactFactory(properties=one) for one in said]


def page_of(one):
    return reverse("contacts:property_convert", args=[one.pk])


def asked(kind=Kind.NUMBER, **more):
    return {"step": "review", "kind": kind.value, "options": "", **more}


def look(client, one, **more):
    return client.get(page_of(one), asked(**more))


def press(client, one, **more):
    """Press, and let the worker work."""
    answer = client.post(page_of(one), asked(aside="on", **more))
    assert answer.status_code == 302, answer.content.decode()
    job = converting.last(one)
    converting.work(job.pk)
    job.refresh_from_db()
    one.refresh_from_db()
    return job


def said(one):
    rows = Contact.objects.order_by("pk").values_list("properties", flat=True)
    return [row.get(one.key) for row in rows]


def test_it_says_beforehand_what_would_come_of_it(client, points, people):
    answer = look(client, points)
    seen, shown = answer.context["asking"].preview, answer.content.decode()
    assert (seen.total, seen.converted, seen.aside) == (3, 2, 1)
    assert "1,000 → 1000" in shown
    assert "“many” is not a number" in shown


def test_looking_changes_nothing(client, points, people):
    look(client, points, aside="on")
    points.refresh_from_db()
    assert (points.kind, Job.objects.count()) == (Kind.STRING, 0)


def test_values_are_converted(client, points, people):
    job = press(client, points)
    assert (job.state, points.kind) == (JobState.DONE, Kind.NUMBER)
    assert said(points) == [41, 1000, None, None]
    assert (job.result["converted"], job.result["not_converted"]) == (2, 1)


def test_what_cannot_be_read_is_put_aside(client, points, people):
    press(client, points)
    aside = PropertyDefinition.objects.get(label="Points (not converted)")
    assert (aside.kind, bool(aside.archived_at)) == (Kind.STRING, True)
    assert said(aside) == [None, None, "many", None]


def test_nothing_is_left_where_all_could_be_read(client, points, people):
    Contact.objects.filter(pk=people[2].pk).delete()
    press(client, points)
    assert PropertyDefinition.objects.get() == points


def test_values_that_cannot_be_read_are_agreed_to_first(client, points, people):
    answer = client.post(page_of(points), asked())
    assert answer.status_code == 422
    assert "Tick this to convert" in answer.content.decode()
    assert not Job.objects.exists()


def test_the_values_there_are_become_the_choices(client, points, people):
    press(client, points, kind=Kind.CHOICE)
    assert points.choices == ["1,000", "41", "many"]
    assert said(points) == ["41", "1,000", "many", None]


def test_written_choices_count(client, points, people):
    press(client, points, kind=Kind.CHOICE, options="41\nMANY")
    assert said(points) == ["41", None, "MANY", None]


def test_too_many_values_are_no_choices(client, points, people, monkeypatch):
    monkeypatch.setattr(values, "MOST_CHOICES", 2)
    answer = look(client, points, kind=Kind.CHOICE)
    assert answer.status_code == 422
    assert "Write the choices" in answer.content.decode()


def test_rare_values_are_said_not_to_be_looked_at(client, points, people, monkeypatch):
    monkeypatch.setattr(values, "MOST_LOOKED_AT", 1)
    seen = look(client, points).context["asking"].preview
    assert (seen.looked_at, seen.unseen, seen.loses) == (1, 2, True)


def test_a_job_in_many_pieces_converts_each_once(client, points, people, monkeypatch):
    monkeypatch.setattr(values, "PIECE", 1)
    job = press(client, points)
    assert (job.done, said(points)) == (3, [41, 1000, None, None])


def test_a_worker_that_died_is_gone_on_for(client, points, people, monkeypatch):
    monkeypatch.setattr(values, "PIECE", 1)
    client.post(page_of(points), asked(aside="on"))
    job = Job.objects.claim(converting.last(points).pk)
    converting._piece(job.pk)
    Job.objects.filter(pk=job.pk).update(state=JobState.QUEUED)
    converting.work(job.pk)
    job.refresh_from_db()
    assert (job.result["converted"], job.result["not_converted"]) == (2, 1)
    assert said(points) == [41, 1000, None, None]


def test_one_that_was_stopped_can_be_gone_on_with(client, points, people, monkeypatch):
    monkeypatch.setattr(values, "PIECE", 1)
    client.post(page_of(points), asked(aside="on"))
    job = Job.objects.claim(converting.last(points).pk)
    converting._piece(job.pk)
    job.cancel()
    converting.work(job.pk)
    assert said(points) == [41, "1,000", "many", None]
    press(client, points)
    assert said(points) == [41, 1000, None, None]
    assert PropertyDefinition.objects.exclude(pk=points.pk).count() == 1


def test_who_is_being_edited_is_not_overwritten_by_the_form(client, points, people):
    before = people[0].updated_at
    press(client, points)
    people[0].refresh_from_db()
    assert people[0].updated_at > before


def ask_about(points, **rule):
    rules = {"match": "all", "rules": [{"field": f"property:{points.pk}", **rule}]}
    whole = {"match": "any", "rules": [rules]}
    return SegmentFactory(name="Rich", kind="active", rules=whole)


def test_a_segment_that_asks_otherwise_stands_in_the_way(client, points, people):
    segment = ask_about(points, operator="contains", value="4")
    shown = look(client, points).content.decode()
    assert segment.get_absolute_url() in shown
    client.post(page_of(points), asked(aside="on"))
    assert not Job.objects.exists()


def test_a_segment_that_can_ask_as_before_does_not(client, points, people):
    ask_about(points, operator="known")
    assert look(client, points).context["asking"].obstacles == []


def test_an_import_of_it_that_runs_stands_in_the_way(client, points, people, alice):
    found = receive("Email,Points\nada@people.example,7\n", alice)
    found.start(alice)
    assert found.state == ImportState.RUNNING
    assert "being written by a job" in look(client, points).content.decode()


def test_a_file_that_was_read_before_is_read_again(client, points, people, alice):
    found = receive("Email,Points\nada@people.example,7\n", alice)
    was = found.check_job
    press(client, points)
    found.refresh_from_db()
    assert (found.checked, found.check_job == was) == ({}, False)


def test_an_answer_that_waits_for_its_confirmation_follows(client, points, people):
    waiting = Submission.objects.create(
        form=FormFactory(),
        text=ConsentText.of("Yes."),
        address=make_address("bo@people.example"),
        email="bo@people.example",
        answers={points.key: "7", "city": "Oslo"},
    )
    press(client, points)
    waiting.refresh_from_db()
    assert waiting.answers == {points.key: 7, "city": "Oslo"}


def test_it_is_written_down(client, points, people, alice):
    press(client, points)
    entry = AuditEntry.objects.get(verb="converted a property")
    assert (entry.actor, entry.subject) == (alice, "Points")
    assert entry.detail == {"from": "string", "to": "number"}


def test_what_it_is_already_is_not_offered(client, points):
    kinds = client.get(page_of(points)).context["asking"].form.fields["kind"].choices
    assert [key for key, _ in kinds] == [one for one in Kind if one != Kind.STRING]


def test_an_archived_one_is_not_converted(client, points, alice):
    points.archive(alice)
    assert client.get(page_of(points)).status_code == 404


def test_an_outsider_is_sent_to_sign_in(outsider_client, points):
    assert outsider_client.get(page_of(points))["Location"].startswith("/login/")


def test_a_viewer_converts_nothing(client, points, people):
    client.force_login(UserFactory(role=Role.VIEWER))
    assert client.post(page_of(points), asked(aside="on")).status_code == 403

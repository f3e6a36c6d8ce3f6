"""“Count exactly”: in the background, to be left, stopped and come back to."""

import pytest
from django.db import connection
from django.urls import reverse

from accounts.models import Job, JobState
from contacts.models import Contact
from segments import tallying
from segments.models import Segment
from segments.tasks import run_open_jobs, tally
from tests.factories import ContactFactory, SegmentFactory, UserFactory
from tests.segments.test_builder import GROUP, NEW, SENDS, form

pytestmark = pytest.mark.django_db

FEW = (3, 1, "filter", {"field": "delivered", "op": "less", "v": "11"})
BLANK = (4, 1, "filter", {"field": "company", "op": "is", "v": ""})


@pytest.fixture
def people():
    ContactFactory.create_batch(5, delivered=20)
    ContactFactory.create_batch(2, delivered=3)


def count(client, *rows, url=NEW, do="exact", **more):
    return client.post(url, form(GROUP, *rows, do=do, **more))


def page_of(job):
    return reverse("segments:tally", args=[job.pk])


def number_in(answer):
    return answer.context["draft"].total.number


@pytest.mark.parametrize("name", ["tally", "tally_strip"])
def test_outsiders_see_no_count(outsider_client, name):
    answer = outsider_client.get(reverse(f"segments:{name}", args=[1]))
    assert "/login/" in answer.url


@pytest.mark.parametrize("name", ["tally", "tally_strip"])
def test_other_work_is_no_count(client, name):
    job = SegmentFactory().request_fill(UserFactory())
    found = client.get(reverse(f"segments:{name}", args=[job.pk]))
    assert found.status_code == 404


def test_asking_for_the_exact_number_keeps_everything_and_waits_for_a_worker(
    client, people
):
    page = count(client, SENDS, BLANK, name="My own name").content.decode()
    job = Job.objects.get()
    assert (job.state, job.url) == ("queued", page_of(job))
    assert "waiting for a worker" in page
    assert 'value="My own name"' in page
    assert 'id="n4-v"' in page


def test_the_number_stands_in_the_builder_when_it_is_there(client, people, monkeypatch):
    monkeypatch.setattr(tallying, "LEAST", 2)
    monkeypatch.setattr(tallying, "PIECES", 1000)
    count(client, SENDS)
    job = Job.objects.get()
    tally(job.pk)
    ContactFactory(delivered=20)  # counted before she came
    answer = count(client, SENDS, do="count", tally=str(job.pk))
    assert number_in(answer) == 5
    assert "Counted exactly" in answer.content.decode()


def test_another_condition_is_not_answered_with_the_old_number(client, people):
    count(client, SENDS)
    job = Job.objects.get()
    tally(job.pk)
    changed = count(client, FEW, do="count", tally=str(job.pk))
    assert number_in(changed) == 2
    assert "Counted exactly" not in changed.content.decode()
    assert f'name="tally" value="{job.pk}"' in changed.content.decode()


def test_how_far_it_is_is_told_piece_by_piece(client, people, monkeypatch):
    monkeypatch.setattr(tallying, "LEAST", 2)
    monkeypatch.setattr(tallying, "PIECES", 1000)
    reports = []
    report = Job.report

    def listen(job, done, **more):
        reports.append((done, more["total"], more["found"]))
        return report(job, done, **more)

    monkeypatch.setattr(Job, "report", listen)
    count(client, SENDS)
    tally(Job.objects.get().pk)
    assert (reports[0], reports[-1]) == ((0, 7, 0), (7, 7, 5))
    assert len(reports) > 3


def test_a_count_goes_on_where_a_dead_worker_was(client, people):
    count(client, SENDS)
    half = Contact.objects.order_by("pk")[3].pk
    job = Job.objects.get()
    job.resume |= {"last": half, "found": 1000}
    job.done = 4
    job.save()
    tally(job.pk)
    job.refresh_from_db()
    assert (job.result, job.done) == ({"found": 1001}, 7)


def test_a_count_that_is_stopped_ends_and_the_estimate_stays(client, people):
    count(client, SENDS)
    job = Job.objects.get()
    answer = count(client, SENDS, do="stop", tally=str(job.pk))
    assert "Counting exactly" not in answer.content.decode()
    tally(job.pk)
    job.refresh_from_db()
    assert (job.state, job.result) == (JobState.CANCELLED, {})


def test_a_new_count_of_the_same_segment_ends_the_one_before(client, people):
    count(client, SENDS)
    count(client, FEW)
    states = Job.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["cancelled", "queued"]


def test_a_count_nobody_rang_for_is_done_all_the_same(client, people):
    count(client, SENDS)
    run_open_jobs()
    assert Job.objects.get().result == {"found": 5}


def test_the_page_of_a_count_tells_how_far_it_is_and_then_the_number(client, people):
    count(client, SENDS)
    job = Job.objects.get()
    page = client.get(page_of(job)).content.decode()
    assert "waiting for a worker" in page
    assert "is more than 11" in page
    part = client.get(page_of(job), headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()
    tally(job.pk)
    again = client.get(page_of(job), headers={"HX-Request": "true"})
    assert again["HX-Refresh"] == "true"
    assert '<span class="big">5</span>' in client.get(page_of(job)).content.decode()


def test_from_the_page_of_a_count_one_comes_back_to_all_that_was_typed(client, people):
    count(client, SENDS, BLANK, name="My own name")
    job = Job.objects.get()
    tally(job.pk)
    back = client.get(client.get(page_of(job)).context["back"])
    assert number_in(back) == 5
    assert back.context["form"]["name"].value() == "My own name"
    ids = [node.id for node in back.context["draft"].tree.nodes]
    assert ids == [1, 3, 4]
    assert not Segment.objects.exists()


def test_one_comes_back_to_what_was_not_saved_of_a_segment(client, people):
    segment = SegmentFactory(name="Silent")
    url = reverse("segments:edit", args=[segment.pk])
    count(client, FEW, url=url)
    back = client.get(client.get(page_of(Job.objects.get())).context["back"])
    assert back.context["draft"].data["rules"][0]["rules"][0]["operator"] == "less"
    assert not back.context["saved"]


def test_the_count_of_another_segment_is_not_opened_in_this_one(client, people):
    count(client, FEW)
    segment = SegmentFactory(name="Silent")
    url = reverse("segments:edit", args=[segment.pk])
    answer = client.get(url, {"count": Job.objects.get().pk})
    assert answer.context["saved"]


def test_the_strip_in_the_builder_asks_until_the_number_is_there(client, people):
    count(client, SENDS)
    job = Job.objects.get()
    strip = reverse("segments:tally_strip", args=[job.pk])
    assert f'hx-get="{strip}"' in client.get(strip).content.decode()
    tally(job.pk)
    assert f'hx-post="{NEW}"' in client.get(strip).content.decode()


def test_conditions_about_something_deleted_are_not_counted(client, people):
    count(client, SENDS)
    job = Job.objects.get()
    job.resume["rules"]["rules"][0]["rules"][0]["field"] = "property:99"
    job.save()
    tally(job.pk)
    job.refresh_from_db()
    assert job.error.startswith("What these conditions ask about was deleted.")


def test_a_database_that_fails_ends_the_count_with_a_sentence(client, people):
    clicked = (3, 1, "filter", {"field": "email_event", "op": "link_clicked"})
    count(client, clicked)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE deliveries_delivery RENAME TO gone")
    tally(Job.objects.get().pk)
    job = Job.objects.get()
    assert (job.state, job.error) == (
        JobState.FAILED,
        "The database did not finish this count. Try it again.",
    )

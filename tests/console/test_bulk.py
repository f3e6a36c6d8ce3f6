"""What is done to many contacts: told beforehand, done by a job, told afterwards."""

import uuid

import pytest
from django.urls import reverse

from accounts import jobfiles
from accounts.models import AuditEntry, Job, JobState
from accounts.roles import Role
from consent.models import ConsentRecord, SubscriptionType, Suppression
from consent.vocabulary import Reason
from console.bulk import running
from console.bulk.acts import ACTS
from contacts import subscriptions
from contacts.models import Contact, PropertyDefinition
from contacts.properties import Kind
from segments.models import Segment, SegmentKind
from tests.factories import (
    ContactFactory,
    SubscriptionTypeFactory,
    UserFactory,
    agree,
    make_segment,
    no_because,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return [ContactFactory(first_name=name) for name in ("Ada", "Bea", "Cis")]


def url(key):
    return reverse(f"contacts:bulk_{key.replace('-', '_')}")


def asked(contacts, **more):
    return {"id": [one.pk for one in contacts], "step": "review", **more}


def look(client, key, contacts, **more):
    return client.get(url(key), asked(contacts, **more))


def press(client, key, contacts, **more):
    """Press, and let the worker work."""
    return go_on(client.post(url(key), asked(contacts, **more)))


def go_on(answer):
    assert answer.status_code == 302, answer.content.decode()
    job = Job.objects.get(url=answer["Location"])
    running.work(job.pk)
    job.refresh_from_db()
    return job


def everybody(client, key, **words):
    return client.post(url(key), {"everybody": "yes", "step": "review", **words})


def numbers(page):
    """What the page says would come of it."""
    asking = page.context["asking"]
    return [asking.will, *(count for _, count in asking.stays)]


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.key)
def test_nobody_chosen_is_nobody_and_never_everybody(client, people, act):
    answer = client.post(act.url, {"step": "review", "explanation": "x", "name": "x"})
    assert "Nobody is chosen" in answer.content.decode()
    assert Job.objects.count() == 0


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.key)
def test_an_outsider_is_sent_to_sign_in(outsider_client, act):
    assert outsider_client.get(act.url)["Location"].startswith("/login/")


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.key)
def test_looking_changes_nothing(client, people, act):
    client.get(act.url, asked(people, explanation="x", name="New"))
    assert (Job.objects.count(), Segment.objects.count()) == (0, 0)


def test_the_owner_is_set_where_it_is_another(client, people, alice):
    Contact.objects.filter(pk=people[0].pk).update(owner=alice)
    page = look(client, "owner", people, owner=alice.pk)
    assert numbers(page) == [2, 1]
    job = press(client, "owner", people, owner=alice.pk)
    assert running.told(job) == [("Changed", 2), ("Have this owner already", 1)]
    assert Contact.objects.filter(owner=alice).count() == 3


def test_the_owner_is_taken_away(client, people, alice):
    Contact.objects.update(owner=alice)
    press(client, "owner", people[:2])
    assert list(Contact.objects.filter(owner=alice)) == [people[2]]


def test_a_property_is_asked_for_and_then_its_value(client, people):
    page = client.get(url("property"), asked(people, what="city"))
    assert page.context["asking"].is_told is False
    assert 'name="value"' in page.content.decode()


def test_a_property_everybody_has_is_set(client, people):
    Contact.objects.filter(pk=people[0].pk).update(city="Oslo")
    told = {"what": "city", "asked": "city", "value": "Oslo"}
    assert numbers(look(client, "property", people, **told)) == [2, 1]
    press(client, "property", people, **told)
    assert Contact.objects.filter(city="Oslo").count() == 3


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Kind.STRING, "red", "red"),
        (Kind.NUMBER, "7", 7),
        (Kind.BOOLEAN, "false", False),
    ],
)
def test_an_own_property_is_set_and_leaves_the_others(
    client, people, kind, text, value
):
    one = PropertyDefinition.objects.create(name="tint", label="Tint", kind=kind)
    Contact.objects.filter(pk=people[0].pk).update(properties={one.key: value})
    Contact.objects.filter(pk=people[1].pk).update(properties={"0": "kept"})
    told = {"what": f"own-{one.pk}", "asked": f"own-{one.pk}", "value": text}
    assert numbers(look(client, "property", people, **told)) == [2, 1]
    press(client, "property", people, **told)
    found = Contact.objects.order_by("pk").values_list("properties", flat=True)
    assert list(found) == [
        {one.key: value},
        {"0": "kept", one.key: value},
        {one.key: value},
    ]


def test_an_own_property_is_emptied(client, people):
    one = PropertyDefinition.objects.create(name="tint", label="Tint", kind=Kind.STRING)
    Contact.objects.filter(pk=people[0].pk).update(properties={one.key: "x", "0": 1})
    told = {"what": f"own-{one.pk}", "asked": f"own-{one.pk}", "value": ""}
    assert numbers(look(client, "property", people, **told)) == [1, 2]
    press(client, "property", people, **told)
    people[0].refresh_from_db()
    assert people[0].properties == {"0": 1}


def test_a_value_that_does_not_fit_gets_a_sentence_and_loses_nothing(client, people):
    one = PropertyDefinition.objects.create(name="n", label="N", kind=Kind.NUMBER)
    told = {"what": f"own-{one.pk}", "asked": f"own-{one.pk}", "value": "many"}
    answer = client.post(url("property"), asked(people, **told))
    assert answer.status_code == 422
    assert 'value="many"' in answer.content.decode()


def test_people_join_a_segment_there_is(client, people):
    segment = make_segment(people[0])
    page = look(client, "segment", people, segment=segment.pk)
    assert numbers(page) == [2, 1]
    press(client, "segment", people, segment=segment.pk)
    segment.refresh_from_db()
    assert segment.size == 3


def test_people_join_a_segment_that_is_made_for_them(client, people):
    press(client, "segment", people[:2], name="Guests")
    segment = Segment.objects.get(name="Guests")
    assert (segment.kind, segment.size) == (SegmentKind.STATIC, 2)


def test_a_name_that_is_taken_is_asked_for_again(client, people):
    Segment.objects.create(name="Guests", kind=SegmentKind.STATIC)
    answer = client.post(url("segment"), asked(people, name="guests"))
    assert "There is a segment “guests” already." in answer.content.decode()


def test_a_segment_that_was_archived_meanwhile_is_said(client, people):
    segment = make_segment()
    answer = client.post(url("segment"), asked(people, segment=segment.pk))
    segment.archive()
    job = go_on(answer)
    assert (job.state, job.error.startswith("The segment was")) == ("failed", True)


def test_opting_out_counts_who_has_no_address_or_said_no_already(client, people):
    ContactFactory(email="")
    noes = no_because(Reason.OWN_OPT_OUT)
    Suppression.objects.suppress([people[0].address_id], Reason.OWN_OPT_OUT, noes)
    everyone = list(Contact.objects.all())
    page = look(client, "opt-out", everyone, explanation="Asked by phone.")
    assert numbers(page) == [2, 1, 1]
    job = press(client, "opt-out", everyone, explanation="Asked by phone.")
    assert [count for _, count in running.told(job)] == [2, 1, 1]


def test_opting_out_is_written_into_the_ledger_with_its_reason(client, people):
    press(client, "opt-out", people, explanation="Asked by phone.")
    written = ConsentRecord.objects.filter(explanation="Asked by phone.")
    assert written.count() == 3


def test_one_type_alone_is_opted_out_of(client, people):
    one = SubscriptionTypeFactory()
    press(client, "opt-out", people, subscription_type=one.pk, explanation="x")
    found = Suppression.objects.values_list("subscription_type", flat=True)
    assert set(found) == {one.pk}


def undo(client, job, reason="The wrong list."):
    client.post(reverse("contacts:bulk_undo", args=[job.pk]), {"reason": reason})
    job.refresh_from_db()
    running.work(running.undoing(job).pk)


def test_an_opt_out_is_taken_back_but_for_who_said_no_herself(client, people, alice):
    subscriptions.opt_out(people[2], alice)
    job = press(client, "opt-out", people, explanation="x")
    own = no_because(Reason.OWN_OPT_OUT)
    Suppression.objects.suppress([people[0].address_id], Reason.OWN_OPT_OUT, own)
    undo(client, job)
    still = Suppression.objects.active().values_list("address", flat=True)
    assert set(still) == {people[0].address_id, people[2].address_id}


def test_an_opt_out_is_taken_back_once(client, people):
    job = press(client, "opt-out", people, explanation="x")
    undo(client, job)
    client.post(reverse("contacts:bulk_undo", args=[job.pk]), {"reason": "Again."})
    assert Job.objects.filter(kind=running.UNDO).count() == 1


def test_a_running_opt_out_is_not_taken_back(client, people):
    job = Job.objects.get(
        url=client.post(url("opt-out"), asked(people, explanation="x"))["Location"]
    )
    client.post(reverse("contacts:bulk_undo", args=[job.pk]), {"reason": "Too soon."})
    assert not Job.objects.filter(kind=running.UNDO).exists()


def test_who_made_it_may_not_take_it_back_without_the_right(client, people):
    job = press(client, "opt-out", people, explanation="x")
    client.force_login(UserFactory(role=Role.MARKETER))
    where = reverse("contacts:bulk_undo", args=[job.pk])
    assert client.post(where, {"reason": "x"}).status_code == 403


def test_the_file_has_those_chosen_and_nobody_else(client, people):
    job = press(client, "export", people[:2], format="csv")
    answer = client.get(reverse("contacts:bulk_file", args=[job.pk]))
    lines = b"".join(answer).decode().splitlines()
    assert [one.partition(",")[0] for one in lines[1:]] == [
        people[0].email,
        people[1].email,
    ]
    jobfiles.path_of(job).unlink()


def test_deleting_needs_the_number(client, people):
    answer = client.post(url("delete"), asked(people, number="2"))
    assert answer.status_code == 422
    assert "That’s 2. This deletes 3 contacts for good." in answer.content.decode()


def test_the_deleted_are_gone_and_what_they_said_stays(client, people):
    noes = no_because(Reason.OWN_OPT_OUT)
    Suppression.objects.suppress([people[0].address_id], Reason.OWN_OPT_OUT, noes)
    press(client, "delete", people[:2], number="2")
    assert list(Contact.objects.all()) == [people[2]]
    assert Suppression.objects.active().count() == 1


def test_the_log_forgets_the_names_of_the_deleted(client, people, alice):
    subscriptions.opt_out(people[0], alice)
    press(client, "delete", people, number="3")
    told = AuditEntry.objects.filter(url=people[0].get_absolute_url())
    assert [(one.verb, one.subject) for one in told] == [
        ("opted out of all marketing", "")
    ]


def test_everybody_who_matches_is_asked_for_again_by_the_job(client, people):
    ContactFactory(first_name="Adele")
    answer = everybody(client, "owner", q="ad")
    people[0].first_name = "Zoe"
    people[0].save()
    assert running.told(go_on(answer))[-1][1] == 1


def test_everybody_the_list_shows_is_meant_with_its_filters(client, people):
    agree(people[0], SubscriptionType.objects.default())
    go_on(everybody(client, "segment", answer="no", name="Silent"))
    found = Segment.objects.get(name="Silent").members()
    assert set(found) == {people[1], people[2]}


def test_who_comes_after_the_press_is_left_alone(client, people):
    answer = everybody(client, "opt-out", explanation="x")
    ContactFactory()
    go_on(answer)
    assert Suppression.objects.count() == 3


def test_a_job_in_many_pieces_does_each_person_once(client, monkeypatch):
    monkeypatch.setattr(running, "BATCH_SIZE", 2)
    people = [ContactFactory() for _ in range(5)]
    job = press(client, "opt-out", people, explanation="x")
    assert (job.done, running.told(job)) == (5, [("Opted out", 5)])


def test_a_worker_that_died_is_gone_on_for_from_its_last_piece(client, monkeypatch):
    monkeypatch.setattr(running, "BATCH_SIZE", 2)
    people = [ContactFactory() for _ in range(5)]
    answer = client.post(url("opt-out"), asked(people, explanation="x"))
    job = Job.objects.claim(Job.objects.get(url=answer["Location"]).pk)
    running._locked(job.pk, running._piece)
    Job.objects.filter(pk=job.pk).update(state=JobState.QUEUED)
    assert running.told(go_on(answer)) == [("Opted out", 5)]


def test_a_stopped_job_keeps_what_it_did_and_can_be_taken_back(client, monkeypatch):
    monkeypatch.setattr(running, "BATCH_SIZE", 2)
    people = [ContactFactory() for _ in range(5)]
    answer = client.post(url("opt-out"), asked(people, explanation="x"))
    job = Job.objects.claim(Job.objects.get(url=answer["Location"]).pk)
    running._locked(job.pk, running._piece)
    job.cancel()
    assert running._locked(job.pk, running._piece) is False
    assert Suppression.objects.active().count() == 2
    undo(client, job)
    assert Suppression.objects.active().count() == 0


def test_each_act_is_one_entry_in_the_log(client, people):
    before = AuditEntry.objects.count()
    job = press(client, "opt-out", people, explanation="x")
    entry = AuditEntry.objects.order_by("pk").last()
    assert AuditEntry.objects.count() == before + 1
    assert (entry.url, entry.detail) == (job.url, {"contacts": 3, "will_change": 3})


def test_the_page_of_the_job_says_what_came_of_it(client, people, alice):
    Contact.objects.filter(pk=people[0].pk).update(owner=alice)
    job = press(client, "owner", people, owner=alice.pk)
    page = client.get(job.url).content.decode()
    assert "Have this owner already" in page


def test_the_list_offers_what_somebody_may_do_to_many(client, people):
    client.force_login(UserFactory(role=Role.MARKETER))
    page = client.get(reverse("contacts:list")).content.decode()
    assert url("opt-out") in page
    assert url("delete") not in page


def test_a_strange_choice_is_nobody(client):
    strange = {"id": ["x", "99999999999999999999", str(uuid.uuid4())]}
    assert "Nobody is chosen" in client.get(url("owner"), strange).content.decode()

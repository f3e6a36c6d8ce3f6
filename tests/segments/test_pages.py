"""The pages of segments: list, one segment, test of a contact, actions."""

import datetime as dt

import pytest
from django.urls import reverse

from accounts.models import AuditEntry, Job
from contacts.models import Contact, ContactImport, PropertyDefinition
from reengagement.models import Campaign
from segments.models import Segment, SegmentDay, SegmentUse, current_clock
from segments.recipes import RECIPES
from segments.vocabulary import Vocabulary
from tests.factories import ContactFactory, SegmentFactory, UserFactory
from tests.segments.worlds import group, where

pytestmark = pytest.mark.django_db

PAGES = ["detail", "edit", "test", "export", "delete", "status"]
ACTIONS = ["refresh", "clone", "freeze", "archive", "restore", "remove"]


def url(name, segment):
    return reverse(f"segments:{name}", args=[segment.pk])


@pytest.mark.parametrize("name", [*PAGES, *ACTIONS, "add"])
def test_outsiders_are_sent_to_the_sign_in(outsider_client, name):
    answer = outsider_client.get(url(name, SegmentFactory()))
    assert answer.status_code == 302
    assert "/login/" in answer.url


@pytest.mark.parametrize("name", ["list", "create", "gather", "vocabulary", "schema"])
def test_outsiders_see_no_list(outsider_client, name):
    assert "/login/" in outsider_client.get(reverse(f"segments:{name}")).url


@pytest.mark.parametrize("name", PAGES)
def test_a_segment_that_is_not_there_is_not_found(client, name):
    assert client.get(reverse(f"segments:{name}", args=[4711])).status_code == 404


@pytest.mark.parametrize("name", ACTIONS)
def test_reading_an_action_changes_nothing(client, name):
    assert client.get(url(name, SegmentFactory())).status_code == 405


def test_an_empty_list_offers_the_ready_made_segments(client):
    page = client.get(reverse("segments:list")).content.decode()
    assert all(recipe.name in page for recipe in RECIPES)


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda one: one.key)
def test_every_ready_made_segment_can_be_counted(recipe):
    assert list(Segment(rules=recipe.rules).matching()) == []


def test_the_list_costs_the_same_for_many(client, django_assert_num_queries):
    SegmentFactory.create_batch(20)
    with django_assert_num_queries(5):
        client.get(reverse("segments:list"))


def test_the_page_of_a_segment_costs_the_same_for_many(
    client, django_assert_num_queries
):
    ContactFactory.create_batch(20, delivered=1)
    segment = SegmentFactory()
    segment.refresh()
    with django_assert_num_queries(11):
        answer = client.get(segment.get_absolute_url())
    assert len(answer.context["page"].rows) == 20


def test_who_left_last_is_named(client):
    olga = ContactFactory(first_name="Olga", last_name="Ek", delivered=1)
    segment = SegmentFactory()
    segment.refresh()
    Contact.objects.filter(pk=olga.pk).update(delivered=0)
    segment.refresh()
    page = client.get(segment.get_absolute_url()).content.decode()
    assert "Left last" in page
    assert "Olga Ek" in page


def test_members_are_paged_by_key_in_both_directions(client, monkeypatch):
    monkeypatch.setattr("segments.views.PAGE", 2)
    people = [one.pk for one in ContactFactory.create_batch(5, delivered=1)][::-1]
    segment = SegmentFactory()
    segment.refresh()

    def page(query=""):
        answer = client.get(segment.get_absolute_url() + query)
        found = answer.context["page"]
        return [one.pk for one in found.rows], found

    first, links = page()
    second, links = page(links.next)
    third, last = page(links.next)
    assert first + second + third == people
    assert last.next == ""
    back, links = page(last.previous)
    assert back == second
    assert page(links.previous)[0] == first


def test_members_are_found_by_the_start_of_their_name(client):
    ContactFactory(first_name="Olga", delivered=1)
    ContactFactory(first_name="Ada", delivered=1)
    segment = SegmentFactory()
    segment.refresh()
    rows = client.get(segment.get_absolute_url(), {"q": "ol"}).context["page"].rows
    assert [one.first_name for one in rows] == ["Olga"]


def test_the_page_says_the_rules_in_words_and_what_uses_them(client):
    segment = SegmentFactory()
    SegmentUse.objects.note("email:3", [segment], label="Email “Stay?”", url="/x/")
    page = client.get(segment.get_absolute_url()).content.decode()
    assert "Marketing emails delivered is more than 0" in page
    assert "Email “Stay?”" in page


def test_a_segment_in_use_is_neither_deleted_nor_archived(client):
    segment = SegmentFactory()
    SegmentUse.objects.note("email:3", [segment], label="Email “Stay?”", url="/x/")
    answer = client.post(url("delete", segment))
    assert answer.status_code == 422
    assert "Email “Stay?”" in answer.content.decode()
    client.post(url("archive", segment))
    segment.refresh_from_db()
    assert segment.archived_at is None


def test_what_a_campaign_was_sent_to_is_not_deleted(client):
    segment = SegmentFactory()
    Campaign.objects.create(name="Autumn", segment=segment)
    answer = client.post(url("delete", segment))
    assert answer.status_code == 422
    assert "Autumn" in answer.content.decode()


def test_a_segment_nothing_uses_is_deleted_and_no_contact(client):
    ContactFactory(delivered=1)
    segment = SegmentFactory()
    segment.refresh()
    client.post(url("delete", segment))
    assert not Segment.objects.exists()
    assert Contact.objects.count() == 1


def test_an_archived_segment_comes_back_unless_its_name_is_taken(client):
    segment = SegmentFactory(name="Silent")
    client.post(url("archive", segment))
    other = SegmentFactory(name="silent")
    client.post(url("restore", segment))
    segment.refresh_from_db()
    assert segment.archived_at
    other.delete()
    client.post(url("restore", segment))
    segment.refresh_from_db()
    assert segment.archived_at is None


def test_a_clone_has_a_name_of_its_own_and_is_filled(client):
    segment = SegmentFactory(name="Silent")
    client.post(url("clone", segment))
    client.post(url("clone", segment))
    names = set(Segment.objects.values_list("name", flat=True))
    assert names == {"Silent", "Silent (copy)", "Silent (copy 2)"}
    assert Job.objects.count() == 2


def test_a_clone_of_a_segment_made_by_hand_has_the_same_people(client):
    segment = SegmentFactory(name="Friends", kind="static", rules=None)
    ada = ContactFactory()
    segment.add(Contact.objects.filter(pk=ada.pk))
    copy = Segment.objects.get(pk=client.post(url("clone", segment)).url.split("/")[-2])
    assert (copy.name, copy.kind) == ("Friends (copy)", "static")
    assert list(copy.members()) == [ada]


def test_pasted_addresses_join_a_static_segment(client):
    ada = ContactFactory(email="ada@people.example")
    segment = SegmentFactory(kind="static", rules=None)
    text = "ADA@people.example, nobody@people.example; nonsense"
    client.post(url("add", segment), {"addresses": text})
    assert list(segment.members()) == [ada]
    client.post(url("remove", segment), {"id": [ada.pk]})
    assert not segment.members().exists()


def test_who_put_people_in_and_took_them_out_is_written_down(client, alice):
    ada = ContactFactory(email="ada@people.example")
    segment = SegmentFactory(kind="static", rules=None)
    client.post(url("add", segment), {"addresses": "ada@people.example"})
    client.post(url("remove", segment), {"id": [ada.pk]})
    told = AuditEntry.objects.filter(url=segment.get_absolute_url()).order_by("pk")
    assert [(one.actor, one.verb, one.detail) for one in told] == [
        (alice, "put people into a segment", {"contacts": 1}),
        (alice, "took people out of a segment", {"contacts": 1}),
    ]


def test_who_did_not_join_by_a_pasted_address_is_told(client):
    ContactFactory(email="ada@people.example")
    segment = SegmentFactory(kind="static", rules=None, name="Friends")
    text = "Ada Lee <ada@people.example>; Bo <bo@people.example>, oops@"
    page = client.post(url("add", segment), {"addresses": text}, follow=True)
    told = "Added 1 contact to “Friends”. 2 addresses belong to no contact"
    assert told in page.content.decode()


def test_a_static_segment_is_made_from_pasted_addresses(client):
    ada = ContactFactory(email="ada@people.example")
    gather = reverse("segments:gather")
    nothing = client.post(gather, {"name": "Friends"})
    assert nothing.status_code == 422
    assert "Type at least one address" in nothing.content.decode()
    typed = {"name": "Friends", "addresses": "Ada@people.example nobody@people.example"}
    answer = client.post(gather, typed)
    segment = Segment.objects.get()
    assert answer.url == segment.get_absolute_url()
    assert (segment.kind, list(segment.members())) == ("static", [ada])
    again = client.post(gather, typed | {"name": "friends"})
    assert "There is a segment “friends” already." in again.content.decode()


@pytest.mark.parametrize("action", ["add", "remove"])
def test_adding_or_removing_nobody_leaves_everything_as_it_was(client, action):
    segment = SegmentFactory(kind="static", rules=None)
    answer = client.post(url(action, segment), {"addresses": "on"}, follow=True)
    assert answer.status_code == 200
    assert not segment.members().exists()


def test_the_test_of_a_contact_says_which_condition_keeps_her_out(client):
    ContactFactory(email="ada@people.example", delivered=40, country="Norway")
    rules = group(
        "all",
        where("delivered", "greater", value=11),
        group("none", where("country", "is", value="norway")),
    )
    segment = SegmentFactory(rules=group("any", rules))
    answer = client.get(url("test", segment), {"email": "Ada@people.example"})
    told = answer.context["answer"]
    assert not told.holds
    found = [(one.level, one.holds, one.actual) for one in told.verdicts]
    assert found == [
        (1, False, ""),
        (2, True, "40"),
        (2, False, ""),
        (3, True, "Norway"),
    ]


def test_testing_somebody_unknown_says_so(client):
    answer = client.get(url("test", SegmentFactory()), {"email": "who@people.example"})
    assert answer.status_code == 422
    assert "No contact has the address who@people.example." in answer.content.decode()


def test_the_help_names_every_field_and_operator(client):
    PropertyDefinition.objects.create(name="shoe", label="Shoe size", kind="number")
    page = client.get(reverse("segments:vocabulary")).content.decode()
    assert "Shoe size" in page
    assert "was sent but did not click a link in" in page


def test_the_list_is_searched_by_part_of_a_name(client):
    SegmentFactory(name="Gone quiet")
    SegmentFactory(name="Other")
    answer = client.get(reverse("segments:list"), {"q": "QUIET"})
    assert [str(one) for one in answer.context["page"].rows] == ["Gone quiet"]


def test_making_it_static_is_one_button(client):
    segment = SegmentFactory()
    client.post(url("freeze", segment))
    segment.refresh_from_db()
    assert segment.kind == "static"
    assert client.get(url("edit", segment)).url == segment.get_absolute_url()


def test_refreshing_twice_asks_for_one_job(client):
    segment = SegmentFactory()
    client.post(url("refresh", segment))
    client.post(url("refresh", segment))
    assert Job.objects.count() == 1
    assert "Fill “" in client.get(url("status", segment)).content.decode()
    assert "waiting for a worker" in client.get(url("detail", segment)).content.decode()
    Job.objects.get().cancel()
    assert client.get(url("status", segment))["HX-Refresh"] == "true"


def test_an_export_reports_until_it_is_over(client):
    segment = SegmentFactory()
    page = client.post(url("export", segment), {"format": "csv"}).url
    job = Job.objects.get()
    part = client.get(page, headers={"HX-Request": "true"}).content.decode()
    assert "waiting for a worker" in part
    assert "<html" not in part
    job.cancel()
    assert client.get(page, headers={"HX-Request": "true"})["HX-Refresh"] == "true"


def test_every_offered_field_has_choices_where_it_needs_them():
    words = Vocabulary()
    for _, fields in words.offered():
        for field in fields:
            assert isinstance(words.choices(field), dict)


def test_the_columns_of_a_segment_are_a_choice(client):
    ContactFactory(city="Turku", delivered=3, hard_bounce_reason="POLICY")
    segment = SegmentFactory()
    segment.refresh()
    wanted = {"column": ["city", "hard_bounce_reason", "x'; --", "city"]}
    page = client.get(segment.get_absolute_url(), wanted)
    cells = [(cell.label, cell.text) for cell in page.context["page"].rows[0].cells]
    assert cells == [("City", "Turku"), ("Email hard bounce reason", "Policy")]


def test_a_moment_in_a_column_is_a_day_of_whoever_looks(client, alice):
    type(alice).objects.filter(pk=alice.pk).update(time_zone="Pacific/Auckland")
    late = dt.datetime(2026, 1, 31, 20, 0, tzinfo=dt.UTC)
    ContactFactory(delivered=3, last_opened_at=late)
    segment = SegmentFactory()
    segment.refresh()
    page = client.get(segment.get_absolute_url(), {"column": "last_opened_at"})
    assert ">1 Feb 2026</time>" in page.content.decode()


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"kind": "static", "size": 0}, "Add people by their addresses"),
        ({"state": "broken"}, "Nobody was found yet"),
        ({"state": "processing"}, "The people are being found"),
        ({"state": "ready", "size": 0}, "As soon as somebody fits the conditions"),
    ],
)
def test_an_empty_segment_says_why_nobody_is_in_it(client, values, told):
    segment = SegmentFactory(**values)
    assert told in client.get(segment.get_absolute_url()).content.decode()


def test_the_size_of_every_day_is_drawn(client):
    segment = SegmentFactory()
    today = current_clock().today
    for ago, size in ((40, 5), (10, 8), (2, 3)):
        day = today - dt.timedelta(days=ago)
        SegmentDay.objects.note(segment.pk, day, size, joined=size, left=1)
    history = client.get(segment.get_absolute_url()).context["history"]
    sizes = history["series"][0]["values"]
    assert (sizes[0], sizes[-11], sizes[-1]) == (5, 8, 3)
    assert history["finding"] == "Shrank from 5 to 3."
    assert (history["joined"], history["left"]) == (11, 2)


def test_a_day_has_one_row_however_often_people_come_and_go():
    contact = ContactFactory(delivered=1)
    segment = SegmentFactory()
    for delivered in (1, 0, 1):
        Contact.objects.filter(pk=contact.pk).update(delivered=delivered)
        segment.refresh()
    day = segment.days.get()
    assert (day.size, day.joined, day.left) == (1, 2, 1)


def test_everybody_of_a_file_joins_a_static_segment(client):
    file = ContactImport.objects.create(
        name="expo.csv", size=0, created_by=UserFactory()
    )
    came, _ = ContactFactory.create_batch(2)
    file.people.create(contact=came)
    segment = SegmentFactory(kind="static", rules=None)
    url = reverse("segments:add", args=[segment.pk])
    assert "expo.csv" in client.get(url).content.decode()
    refused = client.post(url, {"addresses": "  "})
    assert "Type at least one address, or choose a file." in refused.content.decode()
    client.post(url, {"contact_import": file.pk})
    assert list(segment.members()) == [came]

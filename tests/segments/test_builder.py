"""The builder's form: every change is a plain POST that the server draws again."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Job
from consent.models import SubscriptionType, Suppression
from consent.vocabulary import Reason
from contacts.models import Contact
from segments.models import Segment, SegmentUse
from segments.tasks import tally
from tests.factories import (
    ContactFactory,
    SegmentFactory,
    SubscriptionTypeFactory,
    agree,
    ensure_defaults,
    no_because,
)
from tests.segments.worlds import group, where

pytestmark = pytest.mark.django_db

NEW = reverse("segments:create")


def form(*nodes, **extra):
    """Fields as a browser sends them: (id, parent, "group"|"filter", values)."""
    data = {"name": "Silent", "kind": "active", "node": [str(n[0]) for n in nodes]}
    for number, parent, kind, values in nodes:
        data |= {f"n{number}-parent": str(parent), f"n{number}-kind": kind}
        data |= {f"n{number}-{key}": value for key, value in values.items()}
    return data | extra


GROUP = (1, 0, "group", {"match": "all"})
OPENED = (2, 1, "filter", {"field": "last_opened_at", "op": "unknown"})
SENDS = (3, 1, "filter", {"field": "delivered", "op": "greater", "v": "11"})


def test_saving_stores_the_rules_and_starts_to_fill_the_segment(client):
    answer = client.post(NEW, form(GROUP, OPENED, SENDS, do="save"))
    segment = Segment.objects.get()
    assert answer.url == segment.get_absolute_url()
    assert segment.rules == group(
        "any",
        group(
            "all",
            where("last_opened_at", "unknown"),
            where("delivered", "greater", value="11"),
        ),
    )
    assert Job.objects.get().resume == {"segment": segment.pk}


def test_the_live_count_is_the_number_of_matching_contacts(client):
    ContactFactory(delivered=12)
    ContactFactory(delivered=11)
    answer = client.post(NEW, form(GROUP, OPENED, SENDS, do="count"))
    assert answer.context["draft"].total.number == 1
    assert "more than 11 (12 or more)" in answer.context["draft"].sentence


def test_of_the_matching_it_is_told_who_can_be_emailed_and_who_not(client):
    """Opted out and bounced at once counts as opted out; the parts add up."""
    default = SubscriptionType.objects.default()
    people = ContactFactory.create_batch(6, delivered=12)
    for contact in people[:5]:
        agree(contact, default)
    for contact, reasons in zip(
        people,
        (["own_opt_out"], ["complaint", "dead_address"], ["bounced"], ["paused"]),
        strict=False,
    ):
        for reason in map(Reason, reasons):
            Suppression.objects.suppress(
                [contact.address_id], reason, no_because(reason)
            )
    answer = client.post(NEW, form(GROUP, SENDS, do="count"))
    split = [(row["label"], row["count"]) for row in answer.context["draft"].split]
    assert split == [
        ("Can be emailed", 1),
        ("Opted out", 2),
        ("Bounced or blocked", 1),
        ("No consent, or on a pause", 2),
    ]


def test_a_no_to_another_subscription_is_none_to_this_one(client):
    contact = ContactFactory(delivered=12)
    agree(contact, SubscriptionType.objects.default())
    no = no_because(Reason.OWN_OPT_OUT)
    Suppression.objects.suppress(
        [contact.address_id],
        Reason.OWN_OPT_OUT,
        no,
        subscription_type=SubscriptionTypeFactory(),
    )
    draft = client.post(NEW, form(GROUP, SENDS, do="count")).context["draft"]
    assert [row["count"] for row in draft.split] == [1, 0, 0]


@pytest.mark.parametrize("name", ["\u200b", "\u202e \u2066", "\xad"])
def test_a_name_that_nobody_can_see_is_refused(client, name):
    answer = client.post(NEW, form(GROUP, OPENED, name=name, do="save"))
    assert "Give the segment a name that can be seen." in answer.content.decode()
    assert not Segment.objects.exists()


def test_a_name_stands_on_one_line(client):
    client.post(NEW, form(GROUP, OPENED, name=" Gone\n quiet ", do="save"))
    assert Segment.objects.get().name == "Gone quiet"


def test_a_condition_that_is_not_finished_is_named_and_nothing_is_saved(client):
    blank = (3, 1, "filter", {"field": "delivered", "op": "greater", "v": ""})
    answer = client.post(NEW, form(GROUP, OPENED, blank, do="save"))
    assert answer.status_code == 422
    assert "Group 1, condition 2: type a number" in answer.content.decode()
    assert not Segment.objects.exists()


def test_what_was_typed_is_still_there_after_a_mistake(client):
    answer = client.post(NEW, form(GROUP, OPENED, SENDS, do="save", name=""))
    page = answer.content.decode()
    assert "Give the segment a name." in page
    assert 'name="n3-v" value="11"' in page


@pytest.mark.parametrize(
    ("do", "ids"),
    [
        ("add:1", [1, 2, 3, 4]),
        ("group:1", [1, 2, 3, 4, 5]),
        ("group:0", [1, 2, 3, 4, 5]),
        ("remove:2", [1, 3]),
        ("remove:1", [1, 2]),
        ("duplicate:2", [1, 2, 4, 3]),
        ("duplicate:1", [1, 2, 3, 4, 5, 6]),
        ("up:3", [1, 3, 2]),
        ("down:2", [1, 3, 2]),
        ("down:3", [1, 2, 3]),
        ("wrap:2", [1, 4, 2, 3]),
        ("nonsense:9", [1, 2, 3]),
        ("add:77", [1, 2, 3]),
    ],
)
def test_a_button_changes_the_tree(client, do, ids):
    answer = client.post(NEW, form(GROUP, OPENED, SENDS, do=do))
    assert [node.id for node in answer.context["draft"].tree.nodes] == ids


def test_including_people_without_a_value_is_one_button(client):
    ContactFactory(last_opened_at=None)
    lapsed = (
        2,
        1,
        "filter",
        {"field": "last_opened_at", "op": "more_than_ago", "v": "52", "unit": "weeks"},
    )
    before = client.post(NEW, form(GROUP, lapsed, do="count")).context["draft"]
    assert (before.total.number, before.missing) == (0, {2: 1})
    after = client.post(NEW, form(GROUP, lapsed, do="widen:2")).context["draft"]
    assert (after.total.number, after.missing) == (1, {})


def test_another_field_keeps_no_operator_that_does_not_fit_and_says_so(client):
    wrong = (2, 1, "filter", {"field": "company", "op": "greater", "v": "11"})
    answer = client.post(NEW, form(GROUP, wrong, do="count"))
    node = answer.context["draft"].tree.node(2)
    assert (node.operator, node.values) == ("is", [])
    assert "did not fit Company and begins anew" in answer.content.decode()
    fits = (2, 1, "filter", {"field": "company", "op": "known"})
    answer = client.post(NEW, form(GROUP, fits, do="count"))
    assert "begins anew" not in answer.content.decode()


def test_who_listens_hears_what_emptied_the_segment_and_what_is_not_finished(client):
    ContactFactory(delivered=12, last_opened_at=timezone.now())
    blank = (4, 1, "filter", {"field": "company", "op": "is", "v": ""})
    rows = (GROUP, SENDS, OPENED, blank)
    spoken = client.post(NEW, form(*rows, do="count")).context["draft"].spoken
    assert spoken == (
        "Nobody matches. Group 1, condition 2 removed the last 1."
        " 1 condition is not finished"
    )


def test_the_first_condition_that_is_not_finished_is_one_click_away(client):
    blank = (4, 1, "filter", {"field": "company", "op": "is", "v": ""})
    page = client.post(NEW, form(GROUP, SENDS, blank, do="count")).content.decode()
    assert '<a href="#n4">1 condition not finished</a>' in page


def test_htmx_gets_the_part_it_asks_for(client):
    answer = client.post(
        NEW, form(GROUP, OPENED, do="count"), headers={"HX-Target": "rail"}
    )
    page = answer.content.decode()
    assert "<html" not in page
    assert 'id="n1-told" hx-swap-oob="inplace"' in page


def test_a_stored_segment_opens_as_it_was_saved(client):
    rules = group(
        "any",
        group(
            "all",
            where("email_event", "received", group="email:1"),
            group("none", where("country", "any_of", values=["Norway", "Finland"])),
            where("delivered", "between", values=[1, 5]),
        ),
    )
    segment = SegmentFactory(rules=rules)
    draft = client.get(reverse("segments:edit", args=[segment.pk])).context["draft"]
    inner = draft.data["rules"][0]["rules"]
    assert inner[0]["groups"] == ["email:1"]
    assert inner[1] == rules["rules"][0]["rules"][1]
    assert inner[2]["values"] == ["1", "5"]


def test_a_contact_is_tested_on_conditions_that_are_not_saved(client):
    ContactFactory(
        first_name="Ada", last_name="Ek", email="ada@people.example", delivered=12
    )
    tested = {"do": "count", "person": "ADA@people.example"}
    answer = client.post(NEW, form(GROUP, OPENED, SENDS, **tested))
    assert str(answer.context["answer"]) == "Ada Ek is in, through Group 1"
    few = (3, 1, "filter", {"field": "delivered", "op": "less", "v": "11"})
    answer = client.post(NEW, form(GROUP, OPENED, few, **tested))
    told = answer.context["answer"]
    assert str(told) == "Ada Ek is not in"
    assert [one.holds for one in told.verdicts] == [False, True, False]
    nobody = form(GROUP, SENDS, do="count", person="who@people.example")
    page = client.post(NEW, nobody).content.decode()
    assert "No contact has the address who@people.example." in page
    assert not Segment.objects.exists()


def test_a_count_that_overtook_a_change_of_the_form_draws_the_form(client):
    first = client.post(NEW, form(GROUP, SENDS, do="count"))
    drawn = {"drawn": first.context["draft"].shape, "do": "count"}
    rail = {"HX-Target": "rail"}
    typed = (3, 1, "filter", {"field": "delivered", "op": "greater", "v": "12"})
    answer = client.post(NEW, form(GROUP, typed, **drawn), headers=rail)
    assert answer["HX-Retarget"] == "#rail"
    other = (3, 1, "filter", {"field": "company", "op": "is", "v": "12"})
    answer = client.post(NEW, form(GROUP, other, **drawn), headers=rail)
    assert answer["HX-Retarget"] == "#builder"


@pytest.mark.parametrize(
    ("do", "where_to"),
    [("add:1", 'id="n4-field" name="n4-field" autofocus'), ("up:3", "autofocus>")],
)
def test_after_a_button_one_goes_on_where_it_worked(client, do, where_to):
    page = client.post(NEW, form(GROUP, OPENED, SENDS, do=do)).content.decode()
    assert page.count("autofocus") == 1
    assert where_to in page


def test_opens_are_advised_against_and_replaced_by_clicks(client):
    opened = (2, 1, "filter", {"field": "email_event", "op": "opened"})
    page = client.post(NEW, form(GROUP, opened, do="count")).content.decode()
    assert "Opens are partly made by machines" in page
    assert 'value="clicks:2"' in page
    draft = client.post(NEW, form(GROUP, opened, do="clicks:2")).context["draft"]
    assert draft.tree.node(2).operator == "link_clicked"


@pytest.mark.parametrize(
    ("group_of", "drifts"), [("reengagement:3", True), ("email:3", False)]
)
def test_what_moves_when_an_email_is_opened_is_advised_against(
    client, group_of, drifts
):
    """Whoever opens the re-engagement email would slip out of the opt-out."""
    silent = {"field": "email_event", "op": "received_but_not_clicked", "v": group_of}
    answer = client.post(NEW, form(GROUP, OPENED, (3, 1, "filter", silent)))
    assert ("then they leave the segment" in answer.content.decode()) is drifts


@pytest.mark.django_db(transaction=True)
def test_what_takes_too_long_is_about_until_it_is_counted_exactly(client, monkeypatch):
    ensure_defaults()
    monkeypatch.setattr("segments.counting.PATIENCE_MS", 1)
    monkeypatch.setattr("segments.counting.LEAST_MS", 1)
    Contact.objects.bulk_create([Contact(company="Acme" * 40) for _ in range(6_000)])
    ends = {"field": "company", "op": "ends_with", "v": "acme"}
    rows = [(n, 1, "filter", ends) for n in range(2, 12)]
    answer = client.post(NEW, form(GROUP, *rows, do="count"))
    assert answer.context["draft"].spoken.startswith("About ")
    assert "Count exactly" in answer.content.decode()
    client.post(NEW, form(GROUP, *rows, do="exact"))
    job = Job.objects.get()
    tally(job.pk)
    exact = client.post(NEW, form(GROUP, *rows, do="count", tally=str(job.pk)))
    assert exact.context["draft"].spoken == "6,000 contacts match"


def test_saving_says_whose_audience_changes(client):
    ContactFactory(delivered=20)
    segment = SegmentFactory()
    segment.refresh()
    SegmentUse.objects.note("email:3", [segment], label="Email “Stay?”", url="/x/")
    url = reverse("segments:edit", args=[segment.pk])
    assert "Saving changes" not in client.get(url).content.decode()
    many = (3, 1, "filter", {"field": "delivered", "op": "greater", "v": "30"})
    page = client.post(url, form(GROUP, many, do="count")).content.decode()
    assert "1 fewer now" in page
    assert "Saving changes whom it reaches." in page
    assert "Email “Stay?”" in page


def test_two_hundred_and_fifty_conditions_are_drawn_and_saved(client):
    """As many fields as a form of ours can have."""
    rows = [(n, 1, "filter", SENDS[3]) for n in range(2, 252)]
    answer = client.post(NEW, form(GROUP, *rows, do="count"))
    assert answer.content.decode().count('class="pick-field"') == 250
    assert client.post(NEW, form(GROUP, *rows, do="save")).status_code == 302
    assert len(Segment.objects.get().rules["rules"][0]["rules"]) == 250


def test_segments_made_from_one_another_are_refused_with_the_path(client):
    first = SegmentFactory(name="First")
    member = where("segment", "member", values=[str(first.pk)])
    second = SegmentFactory(name="Second", rules=group("all", member))
    url = reverse("segments:edit", args=[first.pk])
    circle = (
        2,
        1,
        "filter",
        {"field": "segment", "op": "member", "v": str(second.pk)},
    )
    answer = client.post(url, form(GROUP, circle, do="save", version="1"))
    assert answer.status_code == 422
    assert "First → Second → First" in answer.content.decode()


def test_drawing_the_builder_costs_the_same_for_many(client, django_assert_num_queries):
    """Session, account, properties, six counts in transactions of their own, and what
    the picker of fields tells."""
    SegmentFactory.create_batch(10)
    ContactFactory.create_batch(10, delivered=12)
    client.get(NEW, {"recipe": "never-opened"})  # what is cached from then on
    with django_assert_num_queries(31):
        client.get(NEW, {"recipe": "never-opened"})


def test_a_recipe_opens_the_builder_and_saves_nothing(client):
    answer = client.get(NEW, {"recipe": "never-opened"})
    assert answer.context["form"]["name"].value() == "Never opened"
    assert "open date has no value" in answer.context["draft"].sentence
    assert not Segment.objects.exists()

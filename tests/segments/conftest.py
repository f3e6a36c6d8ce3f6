"""People, mails and a segment for the browser tests of segments."""

import datetime as dt

import pytest
from django.utils import timezone

from segments.models import SegmentUse
from tests.factories import ContactFactory, SegmentFactory
from tests.segments.worlds import ago, deliver, group, make_message, where

RULES = group(
    "any",
    group(
        "all",
        where("sends_since_engagement", "at_least", value=11),
        where("last_opened_at", "more_than_ago", value=52, unit="weeks"),
        group(
            "any",
            where("country", "any_of", values=["Finland", "Norway"]),
            where("time_zone", "starts_with", value="Europe/"),
        ),
    ),
    group(
        "all",
        where("email_event", "received_but_not_opened", group="email:12"),
        where(
            "email_event",
            "link_clicked",
            when={"operator": "in_last", "value": 90, "unit": "days"},
            times={"operator": "at_least", "value": 2},
            link="/pricing",
        ),
        where("refusal", "none_of", values=["no_consent"]),
        where("created_at", "before_other", value="last_opened_at"),
    ),
)
NAMES = ["Carla Mendes", "Ismael Torres", "Hana Yoshida", "Ines Duarte", "Aino Salo"]


@pytest.fixture
def console(live_stack, sign_in, new_page):
    """`console(path, width=390, ...)`: a page of the console with some people in it."""
    for name in NAMES:
        first, last = name.split()
        ContactFactory(
            first_name=first,
            last_name=last,
            email=f"{first}.{last}@people.example".lower(),
            country="Finland",
            delivered=17,
            sends_since_engagement=12,
            last_opened_at=ago(400),
        )
    ContactFactory(first_name="Olga", delivered=30)
    letter = make_message("Autumn letter", "email:12")
    deliver(letter, ContactFactory(first_name="Otto"))
    clicked = dict.fromkeys(("clicked_at", "last_clicked_at"), ago(3))
    deliver(letter, ContactFactory(first_name="Clara"), **clicked)

    def show(path="/segments/", **screen):
        page = sign_in(new_page(**screen))
        page.goto(live_stack.base_url + path)
        return page

    return show


@pytest.fixture
def segment(console):
    one = SegmentFactory(
        name=f"Gone quiet – EMEA & LATAM עברית 🎉 {'x' * 80}", rules=RULES
    )
    one.refresh()
    left = ContactFactory(first_name="Left")
    then = timezone.now() - dt.timedelta(days=2)
    one.stays.create(contact=left, joined_at=then, left_at=timezone.now())
    SegmentUse.objects.note("email:12", [one], label="Email “Stay?”", url="/segments/")
    return one

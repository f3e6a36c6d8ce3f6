"""A property is converted in a browser: on every screen, and without a script."""

import pytest
from django.urls import reverse

from contacts.models import Contact, PropertyDefinition
from tests.factories import ContactFactory, SegmentFactory

pytestmark = [pytest.mark.live, pytest.mark.browser, pytest.mark.timeout(600)]


@pytest.fixture
def points(live_stack):
    one = PropertyDefinition.objects.create(
        name="points", label="Loyalty points", kind="string"
    )
    for said in ("41", "1,000", "plenty of them"):
        ContactFactory(properties={one.key: said})
    return one


def path_of(one, query=""):
    return reverse("contacts:property_convert", args=[one.pk]) + query


def ask_about(one):
    rule = {"field": f"property:{one.pk}", "operator": "contains", "value": "4"}
    SegmentFactory(name="Rich people", rules={"match": "all", "rules": [rule]})


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_its_pages_are_read_on_every_screen(console, look, points, width, scheme):
    page = console(path_of(points), width=width, color_scheme=scheme)
    look(page, "convert")
    page.get_by_label("Number").check()
    page.get_by_role("button", name="Next").click()
    page.get_by_text("Values that cannot be read").first.wait_for()
    look(page, "convert-preview")
    ask_about(points)
    page.reload()
    page.get_by_text("It cannot be converted now").wait_for()
    look(page, "convert-obstacle")


def test_without_script_values_become_numbers(live_stack, console, points):
    page = console(path_of(points), java_script_enabled=False)
    page.get_by_label("Number").check()
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Put values that cannot be read").check()
    page.get_by_role("button", name="Convert", exact=True).click()
    page.get_by_role(
        "heading", name="Convert “Loyalty points” to number"
    ).first.wait_for()
    numbers = Contact.objects.filter(properties__contains={points.key: 1000})
    live_stack.wait_for(numbers.exists, "the conversion")

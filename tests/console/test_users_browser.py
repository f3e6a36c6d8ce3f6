"""The pages of users, the log and the ways in: on wide and small screens."""

import pytest
from django.urls import reverse

from accounts.models import AuditEntry
from accounts.roles import Role
from console.users import link_for
from tests.factories import UserFactory

pytestmark = [pytest.mark.live, pytest.mark.browser]


@pytest.fixture
def bo(live_stack):
    bo = UserFactory(email="bo@console.example", first_name="Bo", role=Role.MARKETER)
    detail = {"from": "viewer", "to": "marketer"}
    AuditEntry.objects.record(
        live_stack.alice, "changed the role of", subject=bo.email, detail=detail
    )
    return bo


@pytest.fixture(params=[(1440, "light"), (390, "dark")], ids=["wide", "phone"])
def look(request, live_stack, new_page, axe):
    """A page on one kind of screen; `look.at(path)` opens it, `look.over()` judges."""
    width, scheme = request.param
    return Look(new_page(width=width, color_scheme=scheme), live_stack, axe, width)


class Look:
    def __init__(self, page, stack, axe, width):
        self.page, self.stack, self.axe, self.width = page, stack, axe, width

    def at(self, path):
        self.page.goto(self.stack.base_url + path)

    def over(self):
        assert self.axe(self.page) == [], self.page.url
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= self.width, self.page.url


def test_the_pages_of_administrators_are_accessible_and_fit(look, bo, sign_in):
    sign_in(look.page)
    for name in ("users", "invite", "log", "language"):
        look.at(reverse(f"console:{name}"))
        look.over()
    look.at(reverse("console:user", args=[bo.pk]))
    look.over()


def test_the_ways_in_are_accessible_and_fit(look, bo):
    look.at(reverse("login"))
    look.page.get_by_label("Email address").fill(bo.email)
    look.page.get_by_label("Password").fill("a guess")
    look.page.get_by_role("button", name="Sign in").click()
    look.page.get_by_text("Email address or password is wrong").wait_for()
    look.over()
    look.at("/join/" + link_for(bo).partition("/join/")[2])
    look.page.get_by_role("heading", name="Set your password").wait_for()
    look.over()


def test_without_script_a_role_is_given_and_holds(live_stack, bo, sign_in, new_page):
    page = sign_in(new_page(java_script_enabled=False))
    page.goto(live_stack.base_url + reverse("console:user", args=[bo.pk]))
    page.get_by_label("Hygiene manager").check()
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("Bo is now Hygiene manager.").wait_for()
    bo.refresh_from_db()
    assert bo.role == Role.HYGIENE

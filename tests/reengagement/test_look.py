"""The pages of campaigns in a real browser: accessible, and nothing sticks out."""

import datetime as dt

import pytest
from django.utils import timezone

from reengagement.models import Campaign, CampaignEmail
from tests.reengagement.world import World

PAGES = (
    "/reengagement/",
    "/reengagement/new/",
    "/reengagement/{running}/",
    "/reengagement/{running}/silent/",
    "/reengagement/{running}/left-out/",
    "/reengagement/{draft}/who/",
    "/reengagement/{draft}/emails/",
    "/reengagement/{draft}/then/",
    "/reengagement/{draft}/check/",
)
OVER = dt.timedelta(days=15)


@pytest.fixture
def campaigns(live_stack):
    world = World()
    world.asked(delivered_ago=OVER)
    world.asked(delivered_ago=OVER, confirmed_at=timezone.now())
    world.campaign.advance()
    draft = Campaign.objects.create(
        name="Winter clean-up", segment=world.segment, subscription_type=world.kind
    )
    CampaignEmail.objects.write(draft, live_stack.alice)
    return {"running": world.campaign.pk, "draft": draft.pk}


@pytest.fixture
def visit(live_stack, campaigns, sign_in, new_page):
    """`visit(width, scheme)`: path and page, one after the other."""

    def each(width, scheme):
        page = sign_in(new_page(width=width, color_scheme=scheme))
        for path in PAGES:
            page.goto(live_stack.base_url + path.format(**campaigns))
            yield path, page

    return each


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_every_page_is_accessible_and_fits(visit, axe, width, scheme):
    for path, page in visit(width, scheme):
        assert axe(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path

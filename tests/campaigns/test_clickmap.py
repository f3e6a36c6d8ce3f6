"""The sent version, with the people who clicked beside each link."""

import re

import pytest
from django.urls import reverse

from campaigns import clickmap
from campaigns.models import EmailState
from deliveries.models import Event, EventKind, Verdict
from deliveries.rendering import compile_message
from tests.factories import DeliveryFactory, MarketingEmailFactory, MessageFactory

pytestmark = pytest.mark.django_db

SHOP, ABOUT = "https://shop.example/offer", "https://shop.example/about"
BLOCKS = [
    {"id": "a", "kind": "heading", "text": "Hello {{ first_name | there }}"},
    {
        "id": "b",
        "kind": "text",
        "html": f'<p>Look at <a href="{SHOP}">our offer</a>, or <a href="{ABOUT}">who'
        " we are</a>.</p>",
    },
    {"id": "c", "kind": "confirm", "label": "Yes, keep me", "url": ""},
]


@pytest.fixture
def email():
    message = MessageFactory(blocks=BLOCKS)
    compile_message(message)
    return MarketingEmailFactory(state=EmailState.SENT, message=message)


@pytest.fixture
def click(email):
    """`click(url, verdict, times)`: by so many people."""

    def make(url, verdict=Verdict.HUMAN, times=1):
        link = email.message.links.get(url=url)
        for _ in range(times):
            mail = DeliveryFactory(message=email.message)
            Event.objects.create(
                kind=EventKind.CLICK,
                delivery_id=mail.pk,
                message=email.message,
                address=mail.address,
                link=link,
                verdict=verdict,
            )

    return make


def marks(email):
    """{words of the link: what stands beside it}."""
    drawn = clickmap.document(email)
    pair = re.compile(
        r"<a\b[^>]*>\s*([^<]*?)\s*</a><span class=\"lw-map\">(.*?)</span></span>",
        re.DOTALL,
    )
    return {
        " ".join(words.split()): re.findall(r">([^<>]+)<?", f"{mark}</span>")
        for words, mark in pair.findall(drawn)
    }


def test_people_stand_beside_the_link_they_clicked(email, click):
    click(SHOP, times=3)
    found = marks(email)
    assert found["our offer"] == ["3 people"]
    assert found["who we are"] == ["0 people"]


def test_who_may_be_none_is_told_apart(email, click):
    click(SHOP)
    click(SHOP, Verdict.UNVERIFIED, 2)
    click(SHOP, Verdict.MACHINE, 4)
    assert marks(email)["our offer"] == ["1 person", "2 not certain", "4 by machines"]


def test_the_confirm_button_has_its_mark_as_well(email):
    assert "Yes, keep me" in marks(email)


def test_the_most_clicked_link_is_marked_strongest(email, click):
    click(SHOP, times=4)
    click(ABOUT)
    drawn = clickmap.document(email)
    assert '<span class="s4">4 people' in drawn
    assert '<span class="s1">1 person' in drawn


def test_shows_nobody_in_particular(email):
    drawn = clickmap.document(email)
    assert "Hello there" in drawn
    assert "[~" not in drawn


def test_loads_no_pixel_and_follows_no_link(email):
    drawn = clickmap.document(email)
    assert not re.search(r'(src|href)="[^"#]', drawn.partition("</head>")[2])


def test_draws_the_frozen_content_and_not_the_draft(email):
    email.blocks = [{"id": "z", "kind": "heading", "text": "Something else"}]
    email.save()
    assert "Something else" not in clickmap.document(email)


class TestThePages:
    def test_the_report_frames_it(self, client, email):
        said = client.get(reverse("campaigns:detail", args=[email.pk]))
        assert f'src="/emails/{email.pk}/clicks/' in said.content.decode()

    def test_the_report_has_none_where_clicks_are_not_tracked(self, client, email):
        type(email).objects.update(click_tracked=False)
        said = client.get(reverse("campaigns:detail", args=[email.pk]))
        assert "click_map" not in said.context

    def test_the_frame_runs_nothing(self, client, email):
        answer = client.get(reverse("campaigns:clicks", args=[email.pk]))
        policy = answer["Content-Security-Policy"]
        assert "sandbox" in policy
        assert "script-src" not in policy

    def test_an_unknown_language_shows_the_own_words(self, client, email):
        path = reverse("campaigns:clicks", args=[email.pk])
        answer = client.get(path, {"language": "xx"})
        assert "our offer" in answer.content.decode()

    def test_a_draft_has_nothing_to_show(self, client):
        draft = MarketingEmailFactory()
        path = reverse("campaigns:clicks", args=[draft.pk])
        assert client.get(path).content == b""

    def test_a_stranger_is_sent_away(self, outsider_client, email):
        path = reverse("campaigns:clicks", args=[email.pk])
        assert outsider_client.get(path).status_code == 302

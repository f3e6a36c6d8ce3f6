"""How a brand looks to readers: its colour, its logo, and its own words."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from hypothesis import example, given
from hypothesis import strategies as st

from accounts.models import AuditEntry
from consent import look
from consent.models import Brand, BrandWords, Logo
from deliveries.tokens import Purpose
from tests.campaigns.test_pictures import SVG, drawn
from tests.factories import make_address
from tests.optouts.conftest import token_of

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@pytest.fixture
def brand(db):
    return Brand.objects.default()


@pytest.fixture
def url(brand):
    return reverse("consent:look", args=[brand.pk])


@pytest.fixture
def readers_page(brand):
    kind = brand.subscriptiontype_set.first()
    token = token_of(make_address("ana@people.example"), kind, Purpose.PREFERENCES)
    return f"/p/{token}"


def picture(octets):
    return SimpleUploadedFile("logo.png", octets)


def shown(path, language="en"):
    return Client(headers={"accept-language": language}).get(path).content.decode()


@given(COLOURS)
@example("#ffffff")
@example("#000000")
@example("#808080")
def test_text_in_any_colour_is_readable_on_light_and_dark(colour):
    for paper in look.PAPERS:
        shade = look.seen(colour, paper, look.TEXT)
        assert look.contrast(shade, paper) >= look.TEXT


@given(COLOURS)
def test_what_stands_on_a_button_of_any_colour_is_readable(colour):
    words = look.on(colour)
    assert look.contrast(words, colour) >= look.TEXT


@given(COLOURS)
def test_links_are_readable_on_what_is_chosen_as_well(colour):
    for paper, share in zip(look.PAPERS, look.SOFT, strict=True):
        soft = look.mixed(paper, colour, share)
        assert look.contrast(look.link(colour, paper, share), soft) >= look.TEXT


def test_a_colour_that_is_readable_stays_as_it_is():
    assert look.seen("#1f4fd1", "#ffffff", look.TEXT) == "#1f4fd1"


def test_black_on_white_is_the_most_there_is():
    assert look.contrast("#000000", "#ffffff") == 21


def test_an_outsider_has_to_sign_in(outsider_client, url):
    assert reverse("login") in outsider_client.get(url).url


def test_the_sample_is_for_those_who_are_signed_in(outsider_client, brand):
    page = reverse("consent:look_sample", args=[brand.pk])
    assert reverse("login") in outsider_client.get(page).url


def test_the_sample_may_stand_in_a_frame_of_ours_alone(client, brand):
    answer = client.get(reverse("consent:look_sample", args=[brand.pk]))
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]


def test_the_colour_is_fetched_by_the_pages_for_readers(client, url, readers_page):
    client.post(url, {"colour": "#AA3300"})
    assert "/look/aa3300.css" in shown(readers_page)
    assert "--accent-bg: #aa3300;" in Client().get("/look/aa3300.css").content.decode()


def test_a_brand_without_a_colour_fetches_none(readers_page):
    assert "/look/" not in shown(readers_page)


@pytest.mark.parametrize("colour", ["red", "#12345", "#1234567", "#12345g", "}body{"])
def test_what_is_no_colour_is_refused_and_stays(client, url, colour):
    answer = client.post(url, {"colour": colour, "fi_thanks": "Kiitos"})
    assert answer.status_code == 422
    assert "six digits" in answer.content.decode()
    assert 'value="Kiitos"' in answer.content.decode()


def test_the_database_refuses_it_as_well(brand):
    with pytest.raises(IntegrityError):
        Brand.objects.filter(pk=brand.pk).update(colour="blue")


def test_the_logo_stands_above_the_page(client, url, brand, readers_page):
    client.post(url, {"logo": picture(drawn())})
    brand.refresh_from_db()
    assert f'src="/look/{brand.logo_id}" alt="{brand.name}"' in shown(readers_page)
    assert Client().get(f"/look/{brand.logo_id}").headers["Content-Type"] == "image/png"


def test_a_new_logo_takes_the_place_of_the_old_one(client, url):
    client.post(url, {"logo": picture(drawn())})
    client.post(url, {"logo": picture(drawn("GIF"))})
    assert Logo.objects.get().format == "GIF"


def test_a_logo_stays_when_something_else_is_saved(client, url):
    client.post(url, {"logo": picture(drawn())})
    client.post(url, {"colour": "#aa3300"})
    assert Logo.objects.count() == 1


def test_a_logo_can_be_taken_away(client, url, brand):
    client.post(url, {"logo": picture(drawn())})
    client.post(url, {"no_logo": "on"})
    brand.refresh_from_db()
    assert brand.logo_id is None
    assert not Logo.objects.exists()


def test_a_drawing_that_could_run_something_is_refused(client, url):
    answer = client.post(url, {"logo": picture(SVG)})
    assert answer.status_code == 422
    assert not Logo.objects.exists()


def test_a_brand_speaks_to_readers_in_their_language(client, url, readers_page):
    client.post(url, {"fi_choosing": "Hyvää syksyä", "fr_choosing": "Bel automne"})
    assert "Hyvää syksyä" in shown(readers_page, "fi")
    assert "Bel automne" not in shown(readers_page, "fi")


def test_in_another_language_it_says_nothing(client, url, readers_page):
    client.post(url, {"fi_choosing": "Hyvää syksyä"})
    assert "Hyvää" not in shown(readers_page, "pl")


def test_whoever_leaves_is_told_so_in_its_words(client, url, readers_page, brand):
    client.post(url, {"en_leaving": "We will miss you."})
    way_out = token_of(
        make_address("bo@people.example"), brand.subscriptiontype_set.first()
    )
    answer = Client().post(f"/u/{way_out}", {"scope": "type"})
    assert "We will miss you." in answer.content.decode()


def test_its_words_are_text_and_nothing_else(client, url, readers_page):
    client.post(url, {"en_choosing": "<script>alert(1)</script>"})
    assert "<script>alert" not in shown(readers_page)


def test_emptied_words_are_gone(client, url):
    client.post(url, {"fi_thanks": "Kiitos"})
    client.post(url, {"fi_thanks": ""})
    assert not BrandWords.objects.exists()


def test_who_changed_the_look_is_noted(client, url):
    client.post(url, {"colour": "#aa3300", "fi_thanks": "Kiitos"})
    entry = AuditEntry.objects.get(verb="changed the look of")
    assert entry.detail == {"languages": ["Suomi"], "colour": "#aa3300"}

"""The pages of the shell: style guide, sign-in, errors, the person's choices."""

import pytest
from django.core.management import CommandError, call_command
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.models import Theme

GUIDE = "/styleguide/"


def test_the_style_guide_draws_every_piece(client):
    assert client.get(GUIDE).status_code == 200


@pytest.mark.parametrize("name", ["theme", "shortcuts", "styleguide"])
def test_an_outsider_is_sent_to_the_sign_in(outsider_client, name):
    answer = outsider_client.post(reverse(f"console:{name}"))
    assert answer["Location"].startswith("/login/")


def test_the_theme_is_kept_and_drawn_by_the_server(client, alice):
    client.post(reverse("console:theme"), {"theme": "dark", "next": GUIDE})
    assert b'<html lang="en" data-theme="dark">' in client.get(GUIDE).content


def test_an_unknown_theme_changes_nothing(client, alice):
    client.post(reverse("console:theme"), {"theme": "pink"})
    alice.refresh_from_db()
    assert alice.theme == Theme.AUTO


def test_single_keys_can_be_switched_off(client):
    client.post(reverse("console:shortcuts"), {"next": GUIDE})
    assert b'data-keys="off"' in client.get(GUIDE).content


def test_choosing_a_theme_leads_back_to_the_page(client):
    answer = client.post(reverse("console:theme"), {"theme": "dark", "next": GUIDE})
    assert answer["Location"] == GUIDE


@pytest.mark.parametrize("odd", ["a:b", "2026-10-25T02:30", "[]", "overview"])
def test_what_is_no_path_leads_to_the_overview(client, odd):
    answer = client.post(reverse("console:theme"), {"theme": "dark", "next": odd})
    assert answer["Location"] == "/"


def test_choosing_a_theme_never_leads_to_another_site(client):
    form = {"theme": "dark", "next": "https://elsewhere.example/"}
    assert client.post(reverse("console:theme"), form)["Location"] == "/"


def test_looking_changes_no_theme(client):
    assert client.get(reverse("console:theme")).status_code == 405


def test_a_wrong_password_is_one_message_for_both_mistakes(outsider_client):
    form = {"username": "nobody@listwell.test", "password": "wrong"}
    answer = outsider_client.post(reverse("login"), form)
    assert b"Email address or password is wrong" in answer.content


def test_signing_in_leads_to_the_page_one_wanted(outsider_client):
    page = outsider_client.get(reverse("login"), {"next": "/contacts/?q=1"})
    assert b'name="next" value="/contacts/?q=1"' in page.content


def test_a_page_that_is_not_there_says_so(client):
    answer = client.get("/nothing/here/")
    assert answer.status_code == 404
    assert b"There is nothing here" in answer.content


@pytest.mark.parametrize("code", ["400", "403", "403_csrf", "404", "500"])
def test_an_error_page_needs_no_request(code):
    assert "<h1>" in render_to_string(f"{code}.html")


@pytest.mark.parametrize("code", ["403", "403_csrf", "404"])
def test_an_error_page_leads_who_is_signed_in_to_the_overview(code, alice):
    page = render_to_string(f"{code}.html", {"user": alice})
    assert f'href="{reverse("console:overview")}"' in page
    assert "email" not in page


@pytest.mark.parametrize("code", ["400", "403", "403_csrf", "404", "500"])
def test_nobody_without_an_account_is_led_to_the_overview(code):
    assert "To the overview" not in render_to_string(f"{code}.html")


def test_who_comes_from_an_email_is_told_what_to_do_with_its_link(outsider_client):
    answer = outsider_client.get("/u/cut-off/in/the/middle")
    assert answer.status_code == 404
    assert b"Open the email again" in answer.content


def test_a_public_page_loads_no_script_and_is_not_indexed():
    html = render_to_string("base_public.html")
    assert "<script" not in html
    assert '<meta name="robots" content="noindex">' in html
    assert '<meta name="referrer" content="no-referrer">' in html


def test_the_sprite_cannot_be_built_from_a_folder_without_the_icons(tmp_path):
    with pytest.raises(CommandError, match="has no icon named"):
        call_command("build_icons", tmp_path)

"""From the form to the inbox, in, out and in again; with and without scripts."""

import datetime as dt
import re
from email import message_from_bytes, policy

import pytest
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from contacts.models import Contact
from deliveries.refusals import mailable
from deliveries.tokens import Purpose
from signups.models import Submission
from tests.factories import FormFactory
from tests.signups.conftest import path_of

LEFT_ALL = (
    "You are unsubscribed from everything. We send no marketing email to this address"
    " any more."
)


def newest_link(live_stack, path, count=1):
    """The address that begins with `path` in the newest mail, once it is there."""
    live_stack.wait_for(lambda: len(live_stack.sink.received) >= count, "the mail")
    mail = message_from_bytes(
        live_stack.sink.received[-1].content, policy=policy.default
    )
    text = mail.get_body(("plain",)).get_content()
    return re.search(rf"\S*{path}\S+", text)[0]


def nothing_wrong(page):
    return []


def fill_in(page, form, live_stack, axe):
    page.goto(f"{live_stack.base_url}/f/{form.key}")
    assert axe(page) == []
    page.get_by_label("Email address").fill("ana@people.example")
    page.get_by_label(form.offered()[0].name).check()
    page.get_by_role("button", name="Subscribe").click()
    page.get_by_role("heading", name="Thank you").wait_for()
    assert axe(page) == []


def say_yes(page, link, axe):
    page.goto(link)
    assert axe(page) == []
    page.wait_for_timeout(1_600)
    page.get_by_role("button", name="Yes, that was me").click()
    page.get_by_role("heading", name="You are subscribed").wait_for()


def is_mailable(kind):
    return mailable(Contact.objects.all(), kind).exists()


@pytest.mark.parametrize("scripts", [True, False])
def test_in_out_and_in_again(live_stack, new_page, axe, scripts):
    axe = axe if scripts else nothing_wrong  # axe is a script itself
    form = FormFactory()
    kind = form.offered()[0]
    page = new_page(java_script_enabled=scripts)

    fill_in(page, form, live_stack, axe)
    say_yes(page, newest_link(live_stack, "/s/"), axe)
    assert is_mailable(kind)

    choices = path_of(Submission.objects.get(), Purpose.PREFERENCES)
    page.goto(live_stack.base_url + choices)
    page.get_by_role("button", name="Unsubscribe from everything").click()
    page.get_by_text("You are unsubscribed from everything").wait_for()
    assert not is_mailable(kind)

    Submission.objects.update(at=timezone.now() - dt.timedelta(minutes=11))
    fill_in(page, form, live_stack, axe)
    assert not is_mailable(kind)
    say_yes(page, newest_link(live_stack, "/s/", count=2), axe)
    assert is_mailable(kind)
    assert page.context.cookies() == []


def press(page, language, words, then):
    """Press the button with these words and wait for the others, in the language."""
    with translation.override(language):
        page.get_by_role("button", name=_(words)).click()
        page.get_by_text(_(then), exact=True).wait_for()
    assert page.locator("html").get_attribute("lang") == language


def sign_up_and_confirm(page, form, live_stack, mails):
    page.goto(f"{live_stack.base_url}/f/{form.key}")
    page.locator("input[type=email]").fill("ana@people.example")
    page.get_by_label(form.offered()[0].name).check()
    press(page, form.language, form.button, "Thank you")
    page.goto(newest_link(live_stack, "/s/", count=mails))
    page.wait_for_timeout(1_600)
    press(page, form.language, "Yes, that was me", "You are subscribed")


@pytest.mark.parametrize(("language", "scripts"), [("fi", True), ("pl", False)])
def test_in_out_and_in_again_in_another_language(
    live_stack, new_page, axe, language, scripts
):
    form = FormFactory(language=language, button="OK")
    page = new_page(java_script_enabled=scripts)
    sign_up_and_confirm(page, form, live_stack, 1)
    assert is_mailable(form.offered()[0])

    choices = path_of(Submission.objects.get(), Purpose.PREFERENCES)
    page.goto(f"{live_stack.base_url}{choices}?lang={language}")
    assert not scripts or axe(page) == []
    press(page, language, "Unsubscribe from everything", LEFT_ALL)
    assert not is_mailable(form.offered()[0])

    Submission.objects.update(at=timezone.now() - dt.timedelta(minutes=11))
    sign_up_and_confirm(page, form, live_stack, 2)
    assert is_mailable(form.offered()[0])
    assert page.context.cookies() == []

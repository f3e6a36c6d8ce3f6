"""From the form to the inbox, in, out and in again; with and without scripts."""

import datetime as dt
import re
from email import message_from_bytes, policy

import pytest
from django.utils import timezone

from contacts.models import Contact
from deliveries.refusals import mailable
from deliveries.tokens import Purpose
from signups.models import Submission
from tests.factories import FormFactory
from tests.signups.conftest import path_of


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

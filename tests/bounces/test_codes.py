import pytest

from bounces.categories import CATEGORIES, Doing, Kind
from bounces.codes import judge


@pytest.mark.parametrize(
    ("code", "enhanced", "text", "category"),
    [
        (550, "5.1.1", "", "unknown_user"),
        (550, "", "No such user here", "unknown_user"),
        (550, "5.2.1", "The account is inactive. p=DisabledUser", "mailbox_disabled"),
        (
            550,
            "5.2.1",
            "The user you are trying to contact is receiving mail at a rate that"
            " prevents additional messages",
            "throttled",
        ),
        (554, "", "dd This user doesn't have a yahoo.com account", "unknown_user"),
        (
            550,
            "5.4.1",
            "Recipient address rejected: Access denied. AS(201806281)",
            "unknown_user",
        ),
        (552, "5.2.2", "", "mailbox_full"),
        (552, "5.2.2", "The recipient's inbox is out of storage space", "mailbox_full"),
        (550, "5.7.1", "Refused for policy reasons: poor reputation", "reputation"),
        (550, "5.7.26", "This mail is unauthenticated", "auth"),
        (550, "5.7.515", "Access denied, sending domain", "auth"),
        (
            554,
            "5.7.1",
            "Service unavailable; blocked using zen.spamhaus.org",
            "reputation",
        ),
        (550, "5.7.1", "Message rejected as spam", "spam"),
        (552, "5.3.4", "Message size exceeds fixed limit", "too_large"),
        (451, "4.7.1", "Greylisted, try again later", "greylisted"),
        (421, "4.7.28", "Our system has detected an unusual rate of mail", "throttled"),
        (550, "5.7.17", "Mailbox owner has changed", "address_moved"),
        (556, "5.1.10", "Recipient address has null MX", "domain_no_mail"),
        (550, "5.0.0", "550 5.1.1 <a@b.test>: gone", "unknown_user"),
        (599, "", "Something nobody ever said", "other"),
    ],
)
def test_a_reply_has_its_category(code, enhanced, text, category):
    assert judge(code, enhanced, text).category == category


def test_a_mailbox_that_is_not_there_ends_the_address():
    assert judge(550, "5.1.1", "").doing == Doing.DEAD


def test_a_row_may_say_that_a_closed_mailbox_ends_the_address():
    found = judge(550, "5.2.1", "The account is inactive. p=DisabledUser")
    assert (found.kind, found.doing) == (Kind.SOFT, Doing.DEAD)


def test_advice_to_check_the_address_decides_only_where_nothing_else_does():
    advice = "Please check the address and try again"
    said = ("", "The account is disabled.", "The domain does not exist.")
    found = [judge(550, "", f"{one} {advice}").category for one in said]
    assert found == ["unknown_user", "mailbox_disabled", "dns_failure"]


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("521 mail.firma.example does not accept mail", "domain_no_mail"),
        ("554 no SMTP service here", "reputation"),
        ("550 unknown domain", "reputation"),
    ],
)
def test_what_is_said_at_the_greeting_is_about_us_but_that_there_is_no_mail(
    text, category
):
    assert judge(None, "", text, stage="EHLO").category == category


def test_a_sender_who_mails_to_unknown_users_is_not_one_of_them():
    found = judge(None, "", "550 5.7.1 your server sent to unknown users too often")
    assert found.category == "reputation"


def test_what_is_only_said_for_now_ends_nothing():
    found = judge(450, "4.1.1", "User unknown at the moment")
    assert (found.kind, found.doing) == (Kind.SOFT, Doing.COUNT)


def test_what_is_held_against_the_sender_never_touches_the_address():
    blocked = [found for found in CATEGORIES.values() if found.kind == Kind.BLOCK]
    assert len(blocked) > 5
    assert {found.doing for found in blocked} == {Doing.NOTHING}


def test_every_category_is_explained():
    assert all(found.meaning.endswith(".") for found in CATEGORIES.values())

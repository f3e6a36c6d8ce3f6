import pytest

from signups import policy


@pytest.mark.parametrize(
    "typed", ["gmial.com", "gmai.com", "gmaill.com", "gnail.com", "gmail.co"]
)
def test_one_slip_of_the_hand_is_asked_about(typed):
    assert policy.meant(typed) == "gmail.com"


@pytest.mark.parametrize(
    "typed", ["gmail.com", "ymail.com", "mail.com", "example.com", "brand.example", "g"]
)
def test_other_domains_are_not(typed):
    assert policy.meant(typed) == ""


def test_machines_and_shared_mailboxes_are_known_by_their_names():
    assert policy.is_machine("postmaster@shop.example")
    assert policy.is_machine("abuse+x@shop.example")
    assert policy.is_shared("info@shop.example")
    assert not policy.is_shared("informatics@shop.example")


def test_a_mailbox_to_throw_away_is_known_with_its_subdomains():
    assert policy.is_disposable("mailinator.com")
    assert policy.is_disposable("x.mailinator.com")
    assert not policy.is_disposable("notmailinator.com")

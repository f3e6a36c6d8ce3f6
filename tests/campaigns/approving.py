"""A draft that needs a second person, and how she is asked."""

from accounts.models import Account
from campaigns.models import Approval, MarketingEmail
from tests.factories import (
    ContactFactory,
    MarketingEmailFactory,
    agree,
    make_segment,
)


def draft_of(kind):
    """To one reader, in an account that asks for a second person."""
    Account.current()
    Account.objects.update(second_person=True)
    reader = ContactFactory()
    agree(reader, kind)
    draft = MarketingEmailFactory(subscription_type=kind)
    draft.choose([make_segment(reader)], [])
    return fresh(draft)


def fresh(email):
    return MarketingEmail.objects.get(pk=email.pk)


def asked(email, author):
    assert Approval.objects.ask(email, fresh(email).revision, author)
    return Approval.objects.newest(email)

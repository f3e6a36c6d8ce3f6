import datetime as dt

import pytest
from django.utils import timezone

from consent.models import Address, Suppression
from consent.vocabulary import (
    Act,
    Action,
    Actor,
    Grade,
    LegalBasis,
    LiftedBy,
    Mechanism,
    Reason,
)
from contacts.models import Contact
from deliveries import refusals
from deliveries.matrix import matrix
from deliveries.models import Channel, Hold, HoldKind
from tests.factories import (
    ContactFactory,
    SubscriptionTypeFactory,
    agree,
    no_because,
)

pytestmark = pytest.mark.django_db

NO = Act(
    action=Action.WITHDRAWN, mechanism=Mechanism.UNSUBSCRIBE_PAGE, actor=Actor.CONTACT
)


@pytest.fixture
def newsletter():
    return SubscriptionTypeFactory()


@pytest.fixture
def reader(newsletter):
    contact = ContactFactory()
    agree(contact, newsletter)
    return contact


def why(contact, subscription_type, channel=Channel.MARKETING):
    """The reason by the annotation, checked against `mailable`."""
    rows = Contact.objects.filter(pk=contact.pk)
    reason = refusals.annotate_refusal(rows, subscription_type, channel).get().refusal
    mailable = refusals.mailable(rows, subscription_type, channel).exists()
    assert mailable == (reason == "")
    return reason


def test_who_agreed_may_be_mailed(reader, newsletter):
    assert why(reader, newsletter) == ""


def test_who_never_agreed_may_not(newsletter):
    assert why(ContactFactory(), newsletter) == "no_consent"


def test_a_yes_to_another_subscription_is_no_yes(reader):
    assert why(reader, SubscriptionTypeFactory()) == "no_consent"


def test_a_stated_yes_without_evidence_is_not_mailable(newsletter):
    contact = ContactFactory()
    agree(contact, newsletter, Grade.STATED)
    assert why(contact, newsletter) == "no_consent"


@pytest.mark.parametrize(
    ("basis", "marketing", "one_to_one"),
    [
        (LegalBasis.CONSENT, "", ""),
        (LegalBasis.SOFT_OPT_IN, "", ""),
        (LegalBasis.LEGITIMATE_INTEREST, "no_consent", ""),
        (LegalBasis.CONTRACT, "no_consent", ""),
        (LegalBasis.NONE, "no_consent", "no_basis"),
    ],
)
def test_the_legal_basis_decides_by_channel(newsletter, basis, marketing, one_to_one):
    contact = ContactFactory()
    agree(contact, newsletter, basis=basis)
    assert why(contact, newsletter) == marketing
    assert why(contact, newsletter, Channel.ONE_TO_ONE) == one_to_one


def test_nobody_can_be_mailed_without_an_address(newsletter):
    assert why(ContactFactory(email=""), newsletter) == "no_address"


def test_an_erased_address_is_no_address(reader, newsletter):
    Address.objects.filter(pk=reader.address_id).update(key=None)
    assert why(reader, newsletter) == "no_address"


@pytest.mark.parametrize("reason", list(Reason))
def test_every_suppression_stops_marketing(reader, newsletter, reason):
    Suppression.objects.suppress([reader.address_id], reason, no_because(reason))
    assert why(reader, newsletter) == reason


@pytest.mark.parametrize(
    "reason", [Reason.DEAD_ADDRESS, Reason.BOUNCED, Reason.IMPORTED_BOUNCE]
)
def test_an_address_that_does_not_work_stops_every_channel(reader, newsletter, reason):
    Suppression.objects.suppress([reader.address_id], reason, NO)
    for channel in Channel:
        assert why(reader, newsletter, channel) == reason


def test_an_opt_out_leaves_service_and_confirmation_mail(reader, newsletter):
    Suppression.objects.suppress([reader.address_id], Reason.OWN_OPT_OUT, NO)
    assert why(reader, newsletter, Channel.SEQUENCE) == "own_opt_out"
    assert why(reader, newsletter, Channel.SERVICE) == ""
    assert why(reader, newsletter, Channel.CONFIRMATION) == ""


def test_an_opt_out_reaches_as_far_as_its_scope(reader, newsletter):
    sibling = SubscriptionTypeFactory(brand=newsletter.brand)
    stranger = SubscriptionTypeFactory()
    for one in (sibling, stranger):
        agree(reader, one)
    suppress = Suppression.objects.suppress
    suppress([reader.address_id], Reason.OWN_OPT_OUT, NO, subscription_type=newsletter)
    assert [why(reader, one) for one in (newsletter, sibling, stranger)] == [
        "own_opt_out",
        "",
        "",
    ]
    suppress([reader.address_id], Reason.STAFF_OPT_OUT, NO, brand=newsletter.brand)
    assert [why(reader, one) for one in (newsletter, sibling, stranger)] == [
        "own_opt_out",
        "staff_opt_out",
        "",
    ]


def test_of_several_reasons_the_first_of_the_table_is_told(newsletter):
    contact = ContactFactory()
    told = []
    for reason in reversed(Reason):
        Suppression.objects.suppress([contact.address_id], reason, no_because(reason))
        told.append(why(contact, newsletter))
    assert told == list(reversed(Reason))


def test_a_lifted_suppression_stops_nothing(reader, newsletter):
    act = Act(action=Action.RESTORED, mechanism=Mechanism.STAFF, actor=Actor.STAFF)
    Suppression.objects.suppress([reader.address_id], Reason.STAFF_OPT_OUT, NO)
    Suppression.objects.all().lift(LiftedBy.STAFF, act)
    assert why(reader, newsletter) == ""


def test_a_hold_delays_and_does_not_decide(reader, newsletter):
    Hold.objects.create(kind=HoldKind.EVERYTHING, reason="Looks wrong")
    assert why(reader, newsletter) == ""
    answers = matrix(reader)
    assert {answer.refusal for answer in answers if answer.allowed is False} >= {
        "on_hold"
    }


@pytest.mark.parametrize(
    ("kind", "value", "held"),
    [
        (HoldKind.DOMAIN, "people.example", True),
        (HoldKind.DOMAIN, "others.example", False),
        (HoldKind.PROVIDER, "other", True),
        (HoldKind.PROVIDER, "gmail", False),
    ],
)
def test_a_hold_covers_its_domain_or_provider(reader, newsletter, kind, value, held):
    Hold.objects.create(kind=kind, value=value, reason="Refused too much")
    row = next(a for a in matrix(reader) if a.subscription_type == newsletter)
    assert (row.refusal == "on_hold") is held


def test_the_matrix_tells_yes_and_no_with_their_dates(
    reader, newsletter, django_assert_num_queries
):
    left = timezone.now() - dt.timedelta(days=3)
    other = SubscriptionTypeFactory()
    act = Act(
        action=Action.WITHDRAWN,
        mechanism=Mechanism.UNSUBSCRIBE_PAGE,
        actor=Actor.CONTACT,
        occurred_at=left,
    )
    agree(reader, other)
    Suppression.objects.suppress(
        [reader.address_id], Reason.OWN_OPT_OUT, act, subscription_type=other
    )
    contact = Contact.objects.get(pk=reader.pk)
    with django_assert_num_queries(2):
        answers = matrix(contact)
    by_type = {a.subscription_type: a for a in answers if a.channel == "marketing"}
    assert by_type[newsletter].allowed
    assert by_type[newsletter].since
    assert not by_type[other].allowed
    assert by_type[other].since == left
    assert "Opted out" in by_type[other].sentence
    assert [a.channel for a in answers[-3:]] == ["sequence", "one_to_one", "service"]


def test_the_matrix_of_somebody_without_an_address_says_so():
    answers = matrix(ContactFactory(email=""))
    assert {answer.refusal for answer in answers} == {"no_address"}


def test_bare_addresses_can_be_asked_about(reader, newsletter):
    rows = Address.objects.all()
    assert refusals.mailable(rows, newsletter, address="pk").get() == reader.address


def test_every_reason_has_a_sentence_that_ends():
    for row in refusals.REFUSALS:
        assert refusals.sentence(row.key).endswith(".")
    assert refusals.sentence("excluded_segment") == "Excluded segment"
    assert len({row.key for row in refusals.REFUSALS}) == len(refusals.REFUSALS)


def test_the_reasons_stand_in_the_order_of_the_vocabulary():
    keys = [row.key for row in refusals.REFUSALS]
    assert [key for key in keys if key in Reason.values] == Reason.values

"""From what happens to what is told."""

import datetime as dt
import json

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bounces.models import Bounce
from consent.models import ConsentChange, ConsentRecord, SubscriptionType, Suppression
from consent.vocabulary import Act, Action, Actor, Mechanism, Reason
from console.holdings import Person
from tests.factories import (
    ContactFactory,
    DeliveryFactory,
    UserFactory,
    agree,
    make_address,
    no_because,
)
from tests.threads import LONG_PATIENCE, settled
from tests.webhooks.conftest import add_endpoint, opt_out, to_send
from webhooks.bodies import bodies
from webhooks.models import BounceNote, Endpoint, Notice, Reading
from webhooks.models.endpoint import RESTORED
from webhooks.vocabulary import CHOOSABLE, OF_ACTION, OF_MECHANISM, EventType

pytestmark = pytest.mark.timeout(3 * LONG_PATIENCE)

URL = "https://crm.example/listwell"


@pytest.fixture
def crm(committing):
    return add_endpoint(URL, with_email=True)[0]


def read_on():
    settled()
    Reading.objects.read_on()


def kinds(endpoint):
    read_on()
    return list(endpoint.notices.order_by("pk").values_list("kind", flat=True))


def told(endpoint):
    """The bodies of all its events."""
    read_on()
    notices = list(endpoint.notices.order_by("pk"))
    return [json.loads(one) for one in bodies(endpoint, notices)]


def bounce_of(contact, kind="soft", category="mailbox_full"):
    mail = DeliveryFactory(contact=contact)
    return Bounce.objects.create(
        delivery_id=mail.pk,
        message=mail.message,
        address=contact.address,
        kind=kind,
        category=category,
        doing="count" if kind == "soft" else "complained",
        words="550 ann@people.example is full",
    )


def test_every_act_of_the_ledger_is_an_event():
    assert set(OF_ACTION) == set(Action)


def test_every_event_can_happen():
    told = {*OF_ACTION.values(), *OF_MECHANISM.values(), EventType.BOUNCED}
    assert told == set(CHOOSABLE)


def test_whoever_agrees_is_told_of(crm, ann):
    agree(ann, SubscriptionType.objects.default())
    assert kinds(crm) == ["consent.given"]


def test_whoever_leaves_is_told_of(crm, ann):
    opt_out(ann)
    assert kinds(crm) == ["opt_out.created"]


def test_a_complaint_has_a_name_of_its_own(crm, ann):
    act = Act(
        action=Action.WITHDRAWN,
        mechanism=Mechanism.FEEDBACK_LOOP,
        actor=Actor.MAILBOX_PROVIDER,
    )
    Suppression.objects.suppress([ann.address_id], Reason.COMPLAINT, act)
    assert kinds(crm) == ["complaint.received"]


def test_a_confirmation_is_told_of(crm, ann):
    kind = SubscriptionType.objects.default()
    agree(ann, kind, action=Action.RENEWED, mechanism=Mechanism.PERMISSION_PASS)
    assert kinds(crm) == ["consent.confirmed"]


def test_an_address_that_bounces_to_death_is_told_of(crm, ann):
    act = Act(action=Action.SUPPRESSED, mechanism=Mechanism.BOUNCE, actor=Actor.SYSTEM)
    Suppression.objects.suppress([ann.address_id], Reason.DEAD_ADDRESS, act)
    assert kinds(crm) == ["address.blocked"]


def test_a_single_bounce_is_told_of(crm, ann):
    bounce_of(ann)
    assert kinds(crm) == ["email.bounced"]


def test_a_complaint_is_no_bounce(crm, ann):
    bounce_of(ann, kind="complaint", category="complaint")
    assert kinds(crm) == []


def test_nobody_notes_bounces_that_nobody_asked_for(committing, ann):
    add_endpoint(URL, events=[EventType.OPTED_OUT])
    bounce_of(ann)
    assert not BounceNote.objects.exists()


def test_an_endpoint_is_told_what_it_asked_for(committing, ann):
    crm, _ = add_endpoint(URL, events=[EventType.AGREED])
    opt_out(ann)
    assert kinds(crm) == []


def test_all_endpoints_are_told(crm, ann):
    shop, _ = add_endpoint(URL, name="Shop")
    opt_out(ann)
    assert (kinds(crm), kinds(shop)) == (["opt_out.created"], ["opt_out.created"])


def test_what_was_before_the_first_endpoint_is_not_told(committing, ann):
    opt_out(ann)
    crm, _ = add_endpoint(URL)
    assert kinds(crm) == []


def test_what_was_before_a_later_endpoint_is_not_told_to_it(crm, ann):
    opt_out(ann)
    shop, _ = add_endpoint(URL, name="Shop")
    assert kinds(shop) == []


def test_nothing_is_told_twice(crm, ann):
    opt_out(ann)
    kinds(crm)
    assert kinds(crm) == ["opt_out.created"]


def test_what_is_rolled_back_is_not_told(crm, ann):
    with transaction.atomic():
        opt_out(ann)
        bounce_of(ann)
        transaction.set_rollback(True)
    assert kinds(crm) == []


def test_what_happens_while_it_is_paused_is_kept_for_it(crm, ann):
    crm.pause()
    opt_out(ann)
    assert kinds(crm) == ["opt_out.created"]


def test_a_removed_one_is_told_nothing(crm, ann):
    crm.remove(UserFactory())
    opt_out(ann)
    assert kinds(crm) == []


def test_many_who_leave_at_once_cost_few_questions(crm):
    ids = [make_address(f"p{n}@people.example").pk for n in range(300)]
    act = no_because(Reason.OWN_OPT_OUT)
    Suppression.objects.suppress(ids, Reason.OWN_OPT_OUT, act)
    settled()
    with CaptureQueriesContext(connection) as asked:
        Reading.objects.read_on()
    assert (crm.notices.count(), len(asked) < 15) == (300, True)


def test_a_restored_installation_tells_nobody_before_somebody_says_so(crm, ann):
    here = ConsentChange.objects.here()
    elsewhere = str(here).replace(str(here.database), "1", 1)
    Reading.objects.update(place=elsewhere)
    opt_out(ann)
    assert kinds(crm) == []
    crm.refresh_from_db()
    assert crm.paused_why == RESTORED


def test_an_event_says_who_what_and_when(crm, ann):
    kind = SubscriptionType.objects.default()
    at = timezone.now() - dt.timedelta(days=1)
    agree(ann, kind, occurred_at=at)
    record = ConsentRecord.objects.get()
    assert told(crm) == [
        {
            "type": "consent.given",
            "timestamp": at.isoformat().replace("+00:00", "Z"),
            "data": {
                "contact": ann.pk,
                "email": "ann@people.example",
                "record": record.pk,
                "action": "given",
                "mechanism": "form",
                "actor": "contact",
                "basis": "consent",
                "subscription_type": kind.pk,
                "brand": None,
            },
        }
    ]


def test_a_bounce_says_nothing_that_the_server_said(crm, ann):
    bounce_of(ann)
    (event,) = told(crm)
    assert "550" not in json.dumps(event)
    assert event["data"]["category"] == "mailbox_full"


def test_no_address_goes_along_unless_it_is_asked_for(committing, ann):
    crm, _ = add_endpoint(URL)
    opt_out(ann)
    assert "ann@" not in json.dumps(told(crm))


def test_an_address_without_a_contact_is_told_of(crm, committing):
    address = make_address("nobody@people.example")
    act = no_because(Reason.OWN_OPT_OUT)
    Suppression.objects.suppress([address.pk], Reason.OWN_OPT_OUT, act)
    said = told(crm)[0]["data"]
    assert (said["contact"], said["email"]) == (None, "nobody@people.example")


def test_after_an_erasure_the_events_name_nobody_but_the_number(crm, ann):
    opt_out(ann)
    pk = ann.pk
    Person.of(ann.address).erase(UserFactory(role="admin"))
    said = told(crm)
    assert "ann@" not in json.dumps(said)
    assert (said[-1]["type"], said[-1]["data"]["contact"]) == ("person.erased", pk)


def test_an_erasure_empties_what_receivers_said_about_her(crm, ann):
    opt_out(ann)
    kinds(crm)
    crm.notices.update(answer="Unknown: ann@people.example")
    Person.of(ann.address).erase(UserFactory(role="admin"))
    assert set(crm.notices.values_list("answer", flat=True)) == {""}


def test_the_log_goes_back_thirty_days(crm):
    old, _ = to_send(crm, 2)
    Notice.objects.filter(pk=old.pk).update(at=timezone.now() - dt.timedelta(days=30))
    assert (Notice.objects.forget(), crm.notices.count()) == (1, 1)


def test_the_log_of_a_removed_one_goes(crm):
    to_send(crm, 2)
    crm.remove(UserFactory())
    Notice.objects.forget()
    assert not Notice.objects.exists()


def test_a_removed_one_leaves_neither_secret_nor_address(crm):
    crm.remove(UserFactory())
    gone = Endpoint.objects.get()
    assert (bytes(gone.secret), gone.url) == (b"", "")


def test_people_who_leave_one_after_the_other_are_told_in_that_order(crm):
    people = [ContactFactory() for _ in range(3)]
    for one in reversed(people):
        opt_out(one)
    said = [one["data"]["contact"] for one in told(crm)]
    assert said == [one.pk for one in reversed(people)]

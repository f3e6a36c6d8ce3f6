"""Two contacts that are one person: what stays, what she said, what she was sent."""

import pytest
from django.urls import reverse

from accounts.models import AuditEntry
from campaigns.models import MarketingEmail
from consent.models import Grant, SubscriptionType, Suppression
from consent.vocabulary import (
    BOUNCE_REASONS,
    OPT_OUT_REASONS,
    Evidence,
    Mechanism,
    Reason,
)
from console.merging import NOES, Pair
from console.timeline import timeline
from contacts.models import Contact, MergedAddress, Outdated, PropertyDefinition
from contacts.properties import Kind
from deliveries.models import Delivery, DeliveryState
from deliveries.tokens import Token
from optouts.leaving import Leaver
from tests.factories import (
    ContactFactory,
    DeliveryFactory,
    MarketingEmailFactory,
    SubscriptionTypeFactory,
    agree,
    ensure_defaults,
    make_segment,
    no_because,
)
from tests.threads import halfway

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept():
    return ContactFactory(email="ada@work.example", first_name="Ada", last_name="L")


@pytest.fixture
def gone():
    return ContactFactory(email="ada@home.example", first_name="Ada", last_name="Love")


def say_no(contact, reason, **scope):
    ids = [contact.address_id]
    Suppression.objects.suppress(ids, reason, no_because(reason), **scope)


def merged(kept, gone, user, *taken):
    pair = Pair(Contact.objects.get(pk=kept.pk), Contact.objects.get(pk=gone.pk))
    return pair.merge(user, taken, pair.seen)


def page(kept, gone):
    return reverse("contacts:merge", args=[kept.pk, gone.pk])


def reasons(contact):
    return {*contact.suppressions().values_list("reason", flat=True)}


@pytest.mark.parametrize("taken", [(), ("address",)], ids=["hers", "the other's"])
@pytest.mark.parametrize("who", ["kept", "gone"])
@pytest.mark.parametrize("reason", NOES)
def test_every_no_of_either_holds_at_either_address(alice, reason, who, taken):
    both = {"kept": ContactFactory(), "gone": ContactFactory()}
    say_no(both[who], reason)
    assert reasons(merged(both["kept"], both["gone"], alice, *taken)) == {reason}


def test_every_opt_out_is_among_the_noes():
    assert {*OPT_OUT_REASONS} < {*NOES}


@pytest.mark.parametrize("reason", BOUNCE_REASONS)
def test_a_bounce_says_something_of_its_address_alone(kept, gone, alice, reason):
    say_no(gone, reason)
    assert reasons(merged(kept, gone, alice)) == set()


def test_a_no_to_one_type_stays_one_to_that_type(kept, gone, alice):
    one = SubscriptionTypeFactory()
    say_no(gone, Reason.OWN_OPT_OUT, subscription_type=one)
    no = merged(kept, gone, alice).suppressions().get()
    assert no.subscription_type == one


def test_the_day_of_a_no_is_that_on_which_it_was_said(kept, gone, alice):
    say_no(gone, Reason.OWN_OPT_OUT)
    said = Suppression.objects.get().occurred_at
    assert merged(kept, gone, alice).suppressions().get().occurred_at == said


def test_a_yes_stays_with_its_address(kept, gone, alice):
    agree(gone, SubscriptionType.objects.default())
    one = merged(kept, gone, alice)
    assert not Grant.objects.filter(address=one.address_id).exists()


def test_a_yes_of_the_address_that_is_kept_stays(kept, gone, alice):
    agree(gone, SubscriptionType.objects.default())
    one = merged(kept, gone, alice, "address")
    assert Grant.objects.filter(address=one.address_id).count() == 1


def test_the_address_that_goes_keeps_what_it_said(kept, gone, alice):
    say_no(gone, Reason.OWN_OPT_OUT)
    merged(kept, gone, alice)
    there = Suppression.objects.active().filter(address=gone.address_id)
    assert there.count() == 1


def test_the_chosen_values_stay(kept, gone, alice):
    one = merged(kept, gone, alice, "last_name")
    one.refresh_from_db()
    assert (one.first_name, one.last_name, one.email) == ("Ada", "Love", kept.email)


def test_own_properties_are_chosen_one_by_one(kept, gone, alice):
    Contact.objects.filter(pk=kept.pk).update(properties={"1": "a", "2": "b"})
    Contact.objects.filter(pk=gone.pk).update(properties={"2": "c", "3": "d"})
    one = merged(kept, gone, alice, "2", "3")
    one.refresh_from_db()
    assert one.properties == {"1": "a", "2": "c", "3": "d"}


def test_the_other_address_becomes_hers_where_it_is_chosen(kept, gone, alice):
    one = merged(kept, gone, alice, "address")
    one.refresh_from_db()
    assert (one.pk, one.address_id) == (kept.pk, gone.address_id)


def test_who_has_no_address_gets_that_of_the_other(gone, alice):
    kept = ContactFactory(email="")
    assert merged(kept, gone, alice).address_id == gone.address_id


def test_a_no_of_before_is_not_lost_where_neither_has_an_address(alice):
    kept, gone = ContactFactory(email=""), ContactFactory()
    old = gone.address_id
    gone.keep("", alice, fields=[])
    one = merged(kept, gone, alice)
    one.refresh_from_db()
    assert one.address_before_id == old


def test_mails_stay_with_their_address_and_show_on_her_record(kept, gone, alice):
    mail = DeliveryFactory(contact=gone)
    one = merged(kept, gone, alice)
    mail = Delivery.objects.get(pk=mail.pk)
    assert (mail.address_id, mail.contact_id) == (gone.address_id, kept.pk)
    assert f"Delivered: “{mail.message}”" in [each.title for each in timeline(one)[0]]


def test_what_she_said_at_the_other_address_shows_on_her_record(kept, gone, alice):
    agree(gone, SubscriptionType.objects.default())
    found = timeline(merged(kept, gone, alice), "consent")[0]
    assert [one.title.partition(":")[0] for one in found] == ["Agreed"]


def test_a_mail_that_waits_for_the_address_that_goes_is_cancelled(kept, gone, alice):
    waiting = {"state": DeliveryState.QUEUED, "started_at": None, "delivered_at": None}
    mail = DeliveryFactory(contact=gone, **waiting, settled_at=None)
    merged(kept, gone, alice)
    assert Delivery.objects.get(pk=mail.pk).state == DeliveryState.CANCELLED


def test_she_is_in_the_static_segments_of_both(kept, gone, alice):
    hers, others = make_segment(kept), make_segment(gone)
    one = merged(kept, gone, alice)
    assert [list(each.members()) for each in (hers, others)] == [[one], [one]]
    others.refresh_from_db()
    assert others.size == 1


@pytest.mark.parametrize(
    ("said", "after"),
    [
        ((None, True), True),
        ((None, False), False),
        ((True, False), False),
        ((False, True), False),
        ((True, True), True),
    ],
)
def test_she_stays_left_out_of_an_email_that_either_was_left_out_of(
    kept, gone, alice, said, after
):
    email = MarketingEmailFactory()
    both = zip((kept.pk, gone.pk), said, strict=True)
    email.choose([], [], {pk: gets for pk, gets in both if gets is not None})
    merged(kept, gone, alice)
    assert MarketingEmail.objects.get(pk=email.pk).named() == {kept.pk: after}


def test_one_goes_and_the_log_says_so_once(kept, gone, alice):
    merged(kept, gone, alice, "last_name")
    entry = AuditEntry.objects.get(verb="merged two contacts")
    assert entry.detail["its_address"] == "ada@home.example"
    assert list(Contact.objects.all()) == [kept]


def test_two_merges_in_a_row_keep_the_first_address_too(kept, gone, alice):
    third = ContactFactory()
    merged(gone, third, alice)
    merged(kept, gone, alice)
    known = MergedAddress.objects.filter(contact=kept).values_list("address", flat=True)
    assert {*known} == {gone.address_id, third.address_id}


def test_an_address_that_comes_back_is_a_contact_of_its_own(kept, gone, alice):
    say_no(gone, Reason.OWN_OPT_OUT)
    merged(kept, gone, alice)
    again = Contact()
    again.keep("ada@home.example", alice, fields=[])
    assert reasons(again) == {Reason.OWN_OPT_OUT}
    assert MergedAddress.objects.keys_of(kept) == [kept.address_id]


def test_a_press_on_an_old_page_changes_nothing(kept, gone, alice):
    pair = Pair(kept, gone)
    seen = pair.seen
    kept.keep("ada@new.example", alice, fields=[])
    with pytest.raises(Outdated):
        pair.merge(alice, (), seen)
    assert Contact.objects.count() == 2


# -- the pages ---------------------------------------------------------------------


def test_the_other_one_is_found_by_address(client, kept, gone):
    where = reverse("contacts:merge_search", args=[kept.pk])
    answer = client.get(where, {"q": "ada@home"})
    assert [*answer.context["others"]] == [gone]


def test_those_of_her_name_are_offered_first(client, kept):
    same = ContactFactory(first_name="ada", last_name="l")
    answer = client.get(reverse("contacts:merge_search", args=[kept.pk]))
    assert [*answer.context["others"]] == [same]


def test_the_page_says_beforehand_what_becomes_of_consent(client, kept, gone):
    agree(gone, SubscriptionType.objects.default())
    row = client.get(page(kept, gone)).context["consent"][0]
    assert (row["at_kept"], row["at_gone"]) == ("not_set", "opted_in")


def test_the_page_says_that_a_no_wins_over_a_yes(client, kept, gone):
    agree(kept, SubscriptionType.objects.default())
    say_no(gone, Reason.OWN_OPT_OUT)
    row = client.get(page(kept, gone)).context["consent"][0]
    assert (row["at_kept"], row["at_gone"]) == ("opted_out", "opted_out")


def test_what_the_page_says_is_what_comes_of_it(client, kept, gone):
    one = PropertyDefinition.objects.create(name="x", label="X", kind=Kind.NUMBER)
    Contact.objects.filter(pk=gone.pk).update(properties={one.key: 0})
    form = client.get(page(kept, gone)).context["form"]
    told = {"seen": form.initial["seen"], "address": "kept", "last_name": "gone"}
    client.post(page(kept, gone), told | {f"own-{one.key}": "gone"})
    kept.refresh_from_db()
    assert (kept.last_name, kept.properties) == ("Love", {one.key: 0})


def test_looking_merges_nobody(client, kept, gone):
    client.get(page(kept, gone))
    assert Contact.objects.count() == 2


def test_a_choice_that_is_missing_is_asked_for(client, kept, gone):
    seen = client.get(page(kept, gone)).context["form"].initial["seen"]
    assert client.post(page(kept, gone), {"seen": seen}).status_code == 422


def test_an_old_page_is_shown_again_with_a_sentence(client, kept, gone):
    told = {"seen": "long ago", "address": "kept", "last_name": "kept"}
    answer = client.post(page(kept, gone), told)
    assert answer.status_code == 409
    assert "changed meanwhile" in answer.content.decode()


def test_nobody_is_merged_with_herself(client, kept):
    assert client.get(page(kept, kept)).status_code == 404


# -- at one moment -----------------------------------------------------------------


def leave(mail):
    """She presses the link of this mail."""
    leaver = Leaver.of(Token(mail.message_id, mail.pk, mail.address_id))
    leaver.opt_out(Mechanism.ONE_CLICK, Evidence(), all_mail=True)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("taken", [(), ("address",)], ids=["hers", "the other's"])
@pytest.mark.parametrize("who", ["kept", "gone"])
@pytest.mark.parametrize("quicker", ["merge", "no"])
def test_a_no_at_the_moment_of_the_merge_reaches_her(alice, quicker, who, taken):
    ensure_defaults()
    kept, gone = ContactFactory(), ContactFactory()
    mail = DeliveryFactory(contact={"kept": kept, "gone": gone}[who])
    works = [lambda: merged(kept, gone, alice, *taken), lambda: leave(mail)]
    halfway(*(works if quicker == "merge" else works[::-1]))
    kept.refresh_from_db()
    assert reasons(kept) == {Reason.OWN_OPT_OUT}


@pytest.mark.django_db(transaction=True)
def test_two_people_merge_them_the_other_way_round_and_one_wins(alice):
    ensure_defaults()
    one, two = ContactFactory(), ContactFactory()

    def second():
        with pytest.raises((Outdated, Contact.DoesNotExist)):
            merged(two, one, alice)

    halfway(lambda: merged(one, two, alice), second)
    assert list(Contact.objects.all()) == [one]

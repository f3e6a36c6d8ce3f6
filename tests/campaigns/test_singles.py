"""Single contacts of an email: chosen or left out beside its segments."""

import pytest
from django.db import IntegrityError
from django.urls import reverse

from accounts.models import Account, Job
from accounts.roles import Role
from campaigns import audience, launching, preview, readiness
from campaigns.approving import unapproved
from campaigns.models import MOST_SINGLES, MarketingEmail, SingleContact
from consent.models import Suppression
from consent.vocabulary import Reason
from deliveries.models import Delivery
from tests.campaigns.approving import asked, fresh
from tests.factories import (
    ContactFactory,
    MarketingEmailFactory,
    SubscriptionTypeFactory,
    UserFactory,
    agree,
    make_segment,
    no_because,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def kind():
    return SubscriptionTypeFactory()


def reader(kind, **facts):
    found = ContactFactory(**facts)
    agree(found, kind)
    return found


@pytest.fixture
def ana(kind):
    return reader(kind, email="ana@people.example", first_name="Ana", last_name="Ruiz")


@pytest.fixture
def bo(kind):
    """In the segment that the email goes to."""
    return reader(kind, email="bo@people.example", first_name="Bo", last_name="Lund")


@pytest.fixture
def email(kind, bo):
    draft = MarketingEmailFactory(subscription_type=kind)
    draft.choose([make_segment(bo)], [])
    return draft


def name(email, named):
    assert email.choose(email.include.all(), email.exclude.all(), named)


def address(page, email, *more):
    return reverse(f"campaigns:{page}", args=[email.pk, *more])


def form_of(email, **more):
    return {"include": [one.pk for one in email.include.all()], **more}


def press(client, email, contact, way, **more):
    where = address("single", email, contact.pk, way)
    answer = client.post(where, form_of(email, **more), follow=True)
    return answer.content.decode()


def getting(email):
    return set(audience.people_with(fresh(email), ""))


class TestWhoGetsIt:
    def test_a_single_contact_beside_the_segments(self, email, ana, bo):
        name(email, {ana.pk: True})
        assert getting(email) == {ana, bo}

    def test_single_contacts_alone(self, email, ana):
        email.choose([], [], {ana.pk: True})
        assert getting(email) == {ana}

    def test_who_is_also_in_a_segment_once(self, email, bo):
        name(email, {bo.pk: True})
        numbers = audience.funnel(fresh(email))
        assert (numbers.in_segments, numbers.singles) == (1, 1)
        assert (numbers.duplicates, numbers.will_get) == (1, 1)

    def test_not_who_is_left_out_by_name(self, email, bo):
        name(email, {bo.pk: False})
        assert audience.funnel(fresh(email)).reasons == {"left_out": 1}

    def test_not_who_is_named_and_in_a_segment_that_is_left_out(self, email, ana):
        email.choose(email.include.all(), [make_segment(ana)], {ana.pk: True})
        assert audience.funnel(fresh(email)).reasons == {"excluded": 1}

    def test_not_who_is_named_and_opted_out(self, email, ana):
        Suppression.objects.suppress(
            [ana.address_id], Reason.OWN_OPT_OUT, no_because(Reason.OWN_OPT_OUT)
        )
        name(email, {ana.pk: True})
        assert audience.funnel(fresh(email)).reasons == {"own_opt_out": 1}

    def test_not_who_is_named_and_never_agreed(self, email):
        name(email, {ContactFactory().pk: True})
        assert audience.funnel(fresh(email)).reasons == {"no_consent": 1}

    def test_not_who_is_named_and_silent_for_long(self, email, kind):
        silent = reader(kind, delivered=12, sends_since_engagement=12)
        name(email, {silent.pk: True})
        email.save_settings({"skip_unengaged": True})
        assert audience.funnel(fresh(email)).reasons == {"unengaged": 1}

    def test_the_numbers_add_up(self, email, ana, bo, kind):
        email.choose(
            [make_segment(ana, bo), make_segment(bo)],
            [],
            {ana.pk: True, reader(kind).pk: True, bo.pk: False},
        )
        numbers = audience.funnel(fresh(email))
        assert (numbers.in_segments, numbers.singles, numbers.duplicates) == (3, 2, 2)
        assert numbers.everybody == numbers.will_get + numbers.not_sent == 3

    def test_all_of_them_are_mailed_with_their_reasons(self, email, ana, bo):
        name(email, {ana.pk: True, bo.pk: False})
        fresh(email).launch(UserFactory())
        MarketingEmail.objects.update(scheduled_at="2026-01-01T00:00Z")
        (job,) = MarketingEmail.objects.start_due()
        launching.prepare(Job.objects.claim(job))
        rows = Delivery.objects.values_list("contact", "reason")
        assert dict(rows) == {ana.pk: "", bo.pk: "left_out"}

    def test_a_copy_goes_to_them_too(self, email, ana):
        name(email, {ana.pk: True})
        assert fresh(email).duplicate(UserFactory()).named() == {ana.pk: True}

    def test_the_preview_offers_them(self, email, ana):
        email.choose([], [], {ana.pk: True})
        assert preview.sample_people(fresh(email)) == [ana]

    def test_the_database_refuses_both_at_once(self, email, ana):
        name(email, {ana.pk: True})
        with pytest.raises(IntegrityError, match="single_contact_once"):
            SingleContact.objects.create(email=email, contact=ana, gets=False)


class TestThePage:
    @pytest.mark.parametrize("text", ["ana@", "Ruiz", "@people.example"])
    def test_finds_by_name_and_address(self, client, email, ana, text):
        page = client.get(address("find_contact", email), {"find": text})
        assert "ana@people.example" in page.content.decode()

    def test_says_that_nobody_matches(self, client, email):
        page = client.get(address("find_contact", email), {"find": "zzz"})
        assert "Nobody matches." in page.content.decode()

    def test_takes_somebody_and_saves_what_else_was_chosen(self, client, email, ana):
        other = make_segment()
        email.refresh_from_db()
        where = address("single", email, ana.pk, "include")
        client.post(where, {"include": [other.pk]})
        assert fresh(email).named() == {ana.pk: True}
        assert list(email.include.all()) == [other]

    def test_shows_the_found_again_with_what_they_are_now(self, client, email, ana):
        page = press(client, email, ana, "include", find="ana")
        assert 'value="ana"' in page
        assert page.count("Gets it") == 2

    @pytest.mark.parametrize(("way", "gets"), [("include", True), ("exclude", False)])
    def test_moves_somebody_to_the_other_side(self, client, email, ana, way, gets):
        name(email, {ana.pk: not gets})
        press(client, email, ana, way)
        assert fresh(email).named() == {ana.pk: gets}

    def test_forgets_somebody(self, client, email, ana):
        name(email, {ana.pk: True})
        press(client, email, ana, "forget")
        assert fresh(email).named() == {}

    def test_keeps_them_when_segments_are_saved(self, client, email, ana):
        name(email, {ana.pk: True})
        client.post(address("recipients", email), form_of(email))
        assert fresh(email).named() == {ana.pk: True}

    def test_is_content_with_single_contacts_alone(self, client, email, ana):
        client.post(address("single", email, ana.pk, "include"), {"include": []})
        assert readiness.obstacles(fresh(email)) == []

    def test_wants_somebody(self, client, email):
        answer = client.post(address("recipients", email), {"include": []})
        assert "at least one segment or contact" in answer.content.decode()

    def test_keeps_what_was_typed_where_something_is_wrong(self, client, email, ana):
        both = [email.include.get().pk]
        answer = client.post(
            address("single", email, ana.pk, "include"),
            {"include": both, "exclude": both, "find": "ana"},
        )
        page = answer.content.decode()
        assert "cannot be sent to and left out at once" in page
        assert 'value="ana"' in page

    def test_knows_no_other_way(self, client, email, ana):
        assert client.post(address("single", email, ana.pk, "up")).status_code == 404

    def test_takes_so_many_and_no_more(self, client, email, ana):
        people = ContactFactory.create_batch(MOST_SINGLES)
        name(email, {one.pk: True for one in people})
        page = press(client, email, ana, "include")
        assert "Make a segment of them." in page
        assert len(fresh(email).named()) == MOST_SINGLES

    def test_changes_nothing_of_what_has_left(self, client, email, ana):
        email.launch(UserFactory())
        press(client, email, ana, "include")
        assert fresh(email).named() == {}

    def test_counts_them_in_the_numbers(self, client, email, ana):
        name(email, {ana.pk: True})
        rows = client.get(address("recipients", email)).context["rows"]
        assert {"label": "Single contacts", "count": 1} in rows

    def test_leads_from_the_reason_to_the_names(self, client, email, bo):
        name(email, {bo.pk: False})
        page = client.get(address("names", email, "left_out")).content.decode()
        assert "bo@people.example" in page


class TestTheSecondPerson:
    @pytest.fixture(autouse=True)
    def second_person(self, email, author, second):
        Account.current()
        Account.objects.update(second_person=True)
        assert asked(email, author).approve(second)

    def test_approves_anew_who_is_named(self, email, ana):
        name(fresh(email), {ana.pk: True})
        assert unapproved(fresh(email))

    def test_approves_anew_who_is_left_out(self, email, bo):
        name(fresh(email), {bo.pk: False})
        assert unapproved(fresh(email))

    def test_approves_anew_who_changes_sides(self, email, bo, author, second):
        name(fresh(email), {bo.pk: False})
        assert asked(email, author).approve(second)
        name(fresh(email), {bo.pk: True})
        assert unapproved(fresh(email))

    def test_is_not_asked_about_the_same_again(self, email, bo, author, second):
        name(fresh(email), {bo.pk: True})
        assert asked(email, author).approve(second)
        revision = fresh(email).revision
        name(fresh(email), {bo.pk: True})
        assert fresh(email).revision == revision

    def test_sees_the_names(self, client, email, ana):
        name(fresh(email), {ana.pk: True})
        assert "Ana Ruiz" in client.get(address("approval", email)).content.decode()

    def test_without_the_right_to_see_people_sees_how_many(self, client, email, ana):
        name(fresh(email), {ana.pk: True})
        client.force_login(UserFactory(role=Role.VIEWER))
        page = client.get(address("approval", email)).content.decode()
        assert "Ana Ruiz" not in page
        assert "<dt>Single contacts</dt><dd>1</dd>" in page

"""The form as anybody on the web sees it."""

import pytest
from django.test import Client

from consent.models import Brand, Suppression
from contacts.models import PropertyDefinition
from deliveries.models import Delivery
from signups.forms import TRAP
from signups.models import Form, State, Submission
from tests.factories import FormFactory, SubscriptionTypeFactory, make_address
from tests.signups.conftest import BROWSER, filled
from tests.signups.test_taking import say_no

pytestmark = pytest.mark.django_db


@pytest.fixture
def anybody():
    return Client(enforce_csrf_checks=True, **BROWSER)


def send(client, form, **more):
    return client.post(f"/f/{form.key}", filled(form, **more))


def test_shows_the_words_and_unticked_boxes(anybody, form):
    page = anybody.get(f"/f/{form.key}").content.decode()
    assert form.consent in page
    assert form.notice in page
    assert form.offered()[0].name in page
    assert " checked" not in page


def test_what_each_kind_is_for_stands_beside_its_box_and_in_the_record(anybody, form):
    form.types.update(purpose="to sell hats")
    page = anybody.get(f"/f/{form.key}").content.decode()
    assert "<small>What for: to sell hats</small>" in page
    assert form.words().count("What for: to sell hats") == 1


@pytest.fixture
def policy(form):
    """`policy(version)`: the brand has that version of its privacy policy now."""

    def policy(version):
        known = {"privacy_url": "https://shop.example/p", "privacy_version": version}
        Brand.objects.filter(pk=form.brand.pk).update(**known)
        form.brand.refresh_from_db()

    return policy


def test_leads_to_the_privacy_policy_and_says_which_one(anybody, form, policy):
    assert "Privacy policy" not in anybody.get(f"/f/{form.key}").content.decode()
    policy("3 May 2026")
    page = anybody.get(f"/f/{form.key}").content.decode()
    assert 'href="https://shop.example/p"' in page
    assert "(3 May 2026)" in page


def test_the_privacy_policy_that_was_shown_stands_in_the_record(anybody, form, policy):
    """Whoever opened the page before the policy was changed saw the one before."""
    policy("1")
    form.keep_words()
    seen = form.digest()
    policy("2")
    send(anybody, form, words=seen)
    send(anybody, form, email="bo@people.example")
    shown = Submission.objects.order_by("id").values_list("text__body", flat=True)
    told = [body.splitlines()[-2] for body in shown]
    assert told == [f"Privacy policy: https://shop.example/p ({n})" for n in "12"]


def test_sets_no_cookie_and_is_kept_nowhere(anybody, form):
    for response in (anybody.get(f"/f/{form.key}"), send(anybody, form)):
        assert not response.cookies
        assert response["Cache-Control"].startswith("no-store")
        assert response["Referrer-Policy"] == "no-referrer"


def test_only_named_sites_may_frame_it(anybody, form):
    closed = anybody.get(f"/f/{form.key}")
    assert "frame-ancestors 'none'" in closed["Content-Security-Policy"]
    form.frame_ancestors = ["https://shop.example"]
    form.save()
    opened = anybody.get(f"/f/{form.key}")
    policy = opened["Content-Security-Policy"]
    assert "frame-ancestors https://shop.example" in policy
    assert "X-Frame-Options" not in opened


def test_a_look_is_counted_and_a_prefetch_or_head_is_not(anybody, form):
    anybody.get(f"/f/{form.key}")
    anybody.head(f"/f/{form.key}")
    anybody.get(f"/f/{form.key}", HTTP_SEC_PURPOSE="prefetch")
    form.refresh_from_db()
    assert form.shown == 1


def test_a_filled_form_needs_no_cookie_and_no_csrf_token(anybody, form):
    response = send(anybody, form)
    assert response.status_code == 302
    assert response["Location"] == f"/f/{form.key}/done"
    assert Submission.objects.get().state == State.PENDING
    assert Submission.objects.get().ip == "203.0.113.9"


def test_the_answer_tells_nothing_about_the_address(anybody):
    """New, known, opted out, and asked just before: the same page, word by word."""
    form = FormFactory()
    say_no(make_address("left@people.example"))
    answers = []
    for email in ("new@people.example", "left@people.example", "new@people.example"):
        response = anybody.post(f"/f/{form.key}", filled(form, email=email))
        page = anybody.get(response["Location"])
        answers.append((response.status_code, response["Location"], page.content))
    assert len({*answers}) == 1
    states = Submission.objects.order_by("pk").values_list("state", flat=True)
    assert [*states] == [State.PENDING, State.PENDING, State.CAPPED]


def test_afterwards_it_says_the_words_of_the_form_and_leads_on(anybody):
    form = FormFactory(
        thanks="See you on Friday.", redirect_url="https://shop.example/next?from=form"
    )
    page = anybody.get(f"/f/{form.key}/done").content.decode()
    assert "See you on Friday." in page
    assert 'href="https://shop.example/next?from=form"' in page


def test_a_program_that_fills_in_everything_is_told_the_same(anybody, form):
    response = send(anybody, form, **{TRAP: "https://spam.example"})
    assert response["Location"] == f"/f/{form.key}/done"
    assert not Submission.objects.exists()


def test_without_a_tick_nothing_is_taken(anybody, form):
    response = send(anybody, form, kind=[])
    assert response.status_code == 422
    assert "Choose at least one kind of email." in response.content.decode()
    assert not Submission.objects.exists()


def test_a_kind_the_form_does_not_offer_is_refused(anybody, form):
    other = SubscriptionTypeFactory()
    assert send(anybody, form, kind=[other.pk]).status_code == 422
    assert not Submission.objects.exists()


def test_the_button_of_a_form_for_one_kind_is_the_yes(anybody):
    form = FormFactory(by_button=True)
    assert send(anybody, form).status_code == 302
    assert [*Submission.objects.get().types.all()] == form.offered()


def test_words_it_never_had_are_not_agreed_to(anybody, form):
    response = send(anybody, form, words="0" * 64)
    assert response.status_code == 422
    assert "has changed since you opened it" in response.content.decode()


def test_a_copy_with_older_words_counts_with_those(anybody, form):
    old, was = form.keep_words(), form.digest()
    form.notice = "Something else."
    form.save()
    assert send(anybody, form, words=was).status_code == 302
    assert Submission.objects.get().text == old.text


def test_a_kind_added_later_is_not_in_older_words(anybody, form):
    form.keep_words()
    was, first = form.digest(), form.offered()
    form.types.add(SubscriptionTypeFactory(brand=form.brand))
    everything = [kind.pk for kind in form.offered()]
    assert send(anybody, form, words=was, kind=everything).status_code == 302
    assert [*Submission.objects.get().types.all()] == first


def test_a_slip_of_the_hand_is_asked_about_once(anybody, form):
    response = send(anybody, form, email="ana@gmial.com")
    page = response.content.decode()
    assert response.status_code == 422
    assert "Did you mean ana@gmail.com?" in page
    assert 'value="ana@gmial.com"' in page
    assert send(anybody, form, email="ana@gmial.com", sure="1").status_code == 302


@pytest.mark.parametrize(
    ("email", "told"),
    [
        ("", "Write your email address"),
        ("ana", "has no @"),
        ("postmaster@shop.example", "belongs to a machine"),
        ("ana@mailinator.com", "thrown away"),
        ("a\0na@shop.example", "Null characters"),
    ],
)
def test_an_address_that_cannot_be_is_told_why(anybody, form, email, told):
    response = send(anybody, form, email=email)
    assert response.status_code == 422
    assert told in response.content.decode()


def test_a_form_may_take_addresses_to_throw_away(anybody):
    form = FormFactory(takes_disposable=True)
    assert send(anybody, form, email="ana@mailinator.com").status_code == 302


def test_questions_are_read_by_their_kind(anybody):
    size = PropertyDefinition.objects.create(name="size", label="Size", kind="number")
    questions = [
        {"name": "first_name", "required": True},
        {"name": f"property_{size.pk}", "required": False},
    ]
    form = FormFactory(questions=questions)
    assert send(anybody, form).status_code == 422
    wrong = {"first_name": "Ana", f"property_{size.pk}": "big"}
    assert "is not a number" in send(anybody, form, **wrong).content.decode()
    right = {"first_name": "Ana", f"property_{size.pk}": "42"}
    assert send(anybody, form, **right).status_code == 302
    assert Submission.objects.get().answers == {"first_name": "Ana", size.key: 42}


def test_what_nobody_asked_is_not_kept(anybody, form):
    send(anybody, form, first_name="Ana", tracking="1")
    submission = Submission.objects.get()
    assert submission.answers == {}
    assert submission.tracking is False


def test_too_many_from_one_place_are_told_to_wait(anybody, form):
    for number in range(10):
        send(anybody, form, email=f"person{number}@people.example")
    response = send(anybody, form, email="one.more@people.example")
    assert response.status_code == 429
    assert "try again in ten minutes" in response.content.decode()
    assert Submission.objects.count() == 10


def test_a_closed_form_and_one_that_never_was_look_the_same(anybody, form):
    Form.objects.update(archived_at=form.created_at)
    closed, never = anybody.get(f"/f/{form.key}"), anybody.get("/f/nonsense")
    assert closed.status_code == never.status_code == 404
    assert closed.content == never.content
    assert send(anybody, form).status_code == 404


def test_a_body_that_cannot_be_read_is_an_empty_form(anybody, form):
    response = anybody.post(
        f"/f/{form.key}", b"\xff--", content_type="multipart/form-data; boundary=x"
    )
    assert response.status_code == 422


def test_other_methods_are_told_which_there_are(anybody, form):
    assert anybody.put(f"/f/{form.key}").status_code == 204
    assert not Delivery.objects.exists()
    assert not Suppression.objects.exists()

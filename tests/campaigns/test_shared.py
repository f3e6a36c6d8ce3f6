"""A preview for people without an account: a link, for some days, until taken back."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from campaigns.models import EmailVersion, MarketingEmail, SharedPreview
from contacts.models import PropertyDefinition
from deliveries.tokens import Purpose, Token, sign
from tests.factories import (
    ContactFactory,
    MarketingEmailFactory,
    UserFactory,
    make_segment,
)

pytestmark = pytest.mark.django_db

BLOCKS = [
    {"id": "a", "kind": "heading", "level": 1, "align": "left", "text": "Hello you"},
    {"id": "b", "kind": "text", "html": "<p>Dear {{ first_name | friend }}</p>"},
]
FINNISH = {
    "subject": "Hei",
    "preview_text": "",
    "blocks": [
        {"id": "b", "kind": "text", "html": "<p>Hyvä {{ first_name | ystävä }}</p>"}
    ],
}


@pytest.fixture
def email():
    draft = MarketingEmailFactory(subject="Autumn letter", blocks=BLOCKS)
    draft.choose([make_segment(ContactFactory(first_name="Carla"))], [])
    return draft


@pytest.fixture
def shared(email):
    return SharedPreview.objects.share(email, 7, UserFactory())


def path_of(shared, mail=False, **query):
    name = "campaigns:shared_mail" if mail else "campaigns:shared"
    return reverse(name, args=[shared.token], query=query)


@pytest.fixture
def stranger(outsider_client):
    """`stranger(shared, mail=True, view="dark")`: the page as somebody sees it."""

    def see(shared, **how):
        return outsider_client.get(path_of(shared, **how))

    return see


def words(answer):
    return answer.content.decode()


class TestAStranger:
    def test_sees_the_email(self, stranger, shared):
        assert "Autumn letter" in words(stranger(shared))
        assert "Hello you" in words(stranger(shared, mail=True))

    def test_sees_an_example_instead_of_people(self, stranger, shared):
        page = words(stranger(shared, mail=True))
        assert "Dear Alex" in page
        assert "Carla" not in page

    def test_sees_the_same_example_in_the_subject(self, stranger, shared):
        MarketingEmail.objects.update(subject="News for {{ first_name | you }}")
        assert "News for Alex" in words(stranger(shared))

    @pytest.mark.parametrize(
        ("kind", "choices", "shown"),
        [
            ("string", [], "The shop"),
            ("number", [], "12"),
            ("boolean", [], "Yes"),
            ("date", [], "4 May 2026"),
            ("datetime", [], "4 May 2026"),
            ("choice", ["Turku", "Oslo"], "Turku"),
            ("choices", ["Turku", "Oslo"], "Turku"),
        ],
    )
    def test_sees_an_example_of_each_type_of_property(
        self, stranger, shared, kind, choices, shown
    ):
        PropertyDefinition.objects.create(
            name="shop", label="The shop", kind=kind, choices=choices
        )
        MarketingEmail.objects.update(
            subject="At {{ shop }} today",
            blocks=[{"id": "a", "kind": "heading", "text": "From {{ shop | us }} now"}],
        )
        assert f"At {shown} today" in words(stranger(shared))
        assert f"From {shown} now" in words(stranger(shared, mail=True))

    def test_cannot_ask_for_somebody(self, outsider_client, shared, email):
        carla = email.include.get().members().get()
        path = reverse("campaigns:shared_mail", args=[shared.token])
        assert "Carla" not in words(outsider_client.get(path, {"as": carla.pk}))

    @pytest.mark.parametrize("view", ["", "phone", "dark", "text"])
    def test_sees_it_in_every_way(self, stranger, shared, view):
        page = words(stranger(shared, view=view))
        assert page.count('aria-current="true"') == 1
        assert "Dear Alex" in words(stranger(shared, mail=True, view=view))

    def test_sees_it_in_each_language(self, stranger, shared):
        MarketingEmail.objects.update(variants={"fi": FINNISH})
        assert "Finnish" in words(stranger(shared))
        assert "Hyvä Alex" in words(stranger(shared, mail=True, language="fi"))

    def test_sees_the_email_itself_in_a_language_that_it_is_not_in(
        self, stranger, shared
    ):
        assert "Dear Alex" in words(stranger(shared, mail=True, language="sv"))

    @pytest.mark.parametrize("mail", [True, False])
    def test_is_not_followed_by_machines(self, stranger, shared, mail):
        answer = stranger(shared, mail=mail)
        assert "noindex" in answer["X-Robots-Tag"]
        assert answer["Referrer-Policy"] == "no-referrer"
        assert "no-store" in answer["Cache-Control"]
        assert not answer.cookies

    def test_changes_nothing(self, outsider_client, shared):
        for mail in (True, False):
            path = path_of(shared, mail=mail)
            assert outsider_client.post(path).status_code == 405

    def test_gets_no_further(self, outsider_client, shared, email):
        page = words(outsider_client.get(path_of(shared)))
        assert f"/emails/{email.pk}" not in page
        answer = outsider_client.get(reverse("campaigns:preview", args=[email.pk]))
        assert answer["Location"].startswith("/login/")


class TestTheEmailLater:
    def saved(self, email, **content):
        email.refresh_from_db()
        EmailVersion.objects.save_content(
            email, email.version, UserFactory(), **content
        )

    def test_is_shown_as_it_is_now(self, stranger, shared, email):
        self.saved(email, subject="Winter letter")
        assert "Winter letter" in words(stranger(shared))

    def test_says_that_it_was_changed(self, stranger, shared, email):
        sentence = "It was changed after this link was made."
        assert sentence not in words(stranger(shared))
        self.saved(email, subject="Winter letter")
        assert sentence in words(stranger(shared))

    def test_sent_is_shown_as_it_was_sent(self, stranger, shared, email):
        message = email.freeze()
        MarketingEmail.objects.filter(pk=email.pk).update(
            message=message, subject="Not sent", launched_at=timezone.now()
        )
        page = words(stranger(shared))
        assert "As it was sent" in page
        assert "Autumn letter" in page

    def test_deleted_is_gone_with_its_links(self, stranger, shared, email):
        email.discard()
        assert stranger(shared).status_code == 404


class TestTheLink:
    @pytest.mark.parametrize("mail", [True, False])
    def test_ends(self, stranger, shared, mail):
        with time_machine.travel(timezone.now() + dt.timedelta(days=7, seconds=1)):
            answer = stranger(shared, mail=mail)
        assert answer.status_code == 404
        assert "This link has ended" in words(answer)

    def test_works_until_then(self, stranger, shared):
        with time_machine.travel(timezone.now() + dt.timedelta(days=6, hours=23)):
            assert stranger(shared).status_code == 200

    @pytest.mark.parametrize("mail", [True, False])
    def test_taken_back_leads_nowhere(self, stranger, shared, mail):
        shared.revoke(UserFactory())
        assert stranger(shared, mail=mail).status_code == 404

    @pytest.mark.parametrize("purpose", [Purpose.VIEW, Purpose.PREFERENCES])
    def test_of_another_purpose_leads_nowhere(self, outsider_client, shared, purpose):
        token = sign(Token(shared.pk, 0, 0), purpose)
        answer = outsider_client.get(reverse("campaigns:shared", args=[token]))
        assert answer.status_code == 404

    def test_cannot_be_guessed_from_another(self, outsider_client, shared):
        *start, a, b, c, d = shared.token  # the last letter stands for few bits
        token = "".join([*start, b if a != b else "x", a, c, d])
        answer = outsider_client.get(reverse("campaigns:shared", args=[token]))
        assert answer.status_code == 404


class TestThePageOfLinks:
    def test_makes_one(self, client, email, stranger):
        where = reverse("campaigns:share", args=[email.pk])
        page = words(client.post(where, {"days": "30"}, follow=True))
        made = SharedPreview.objects.get()
        assert made.url in page
        assert made.expires_at - made.created_at > dt.timedelta(days=29)

    def test_takes_no_other_time(self, client, email):
        where = reverse("campaigns:share", args=[email.pk])
        assert client.post(where, {"days": "3650"}).status_code == 422
        assert not SharedPreview.objects.exists()

    def test_takes_one_back(self, client, email, shared):
        where = reverse("campaigns:unshare", args=[email.pk, shared.pk])
        page = words(client.post(where, follow=True))
        assert "Taken back" in page
        assert shared.url not in page

    def test_takes_none_back_of_another_email(self, client, shared):
        other = MarketingEmailFactory()
        where = reverse("campaigns:unshare", args=[other.pk, shared.pk])
        assert client.post(where).status_code == 404
        shared.refresh_from_db()
        assert shared.is_open

    def test_looking_makes_none(self, client, email):
        client.get(reverse("campaigns:share", args=[email.pk]))
        assert not SharedPreview.objects.exists()

    def test_is_in_the_log(self, client, email):
        client.post(reverse("campaigns:share", args=[email.pk]), {"days": "1"})
        entry = AuditEntry.objects.latest("pk")
        assert entry.verb == "shared a preview of email"

"""The page of what came back: what waits for a person, and files to be read."""

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from bounces.models import Outcome, Report, Source
from bounces.recording import record
from consent.models import Suppression
from deliveries import magic
from deliveries.tokens import Purpose, Token, sign
from tests.factories import DeliveryFactory

pytestmark = pytest.mark.django_db
MAIL = b"From: News <news@brand.example>\r\nSubject: Hi\r\n\r\nHello"


def bounced(delivery):
    token = Token(delivery.message_id, delivery.pk, delivery.address_id)
    to = f"b-{sign(token, Purpose.RETURN_PATH)}@{settings.BOUNCE_DOMAIN}"
    return magic.bounce(MAIL, to, delivery.contact.email)


def upload(client, *contents, name="mail.eml"):
    files = [SimpleUploadedFile(name, content) for content in contents]
    return client.post("/bounces/reports/upload/", {"mails": files}, follow=True)


@pytest.fixture
def client(client, django_user_model):
    user = django_user_model.objects.create_user(
        "ada@brand.example", password="x" * 12, role="marketer"
    )
    client.force_login(user)
    return client


def test_what_waits_for_a_person_is_shown_with_the_reason(client):
    record(b"Subject: who knows\n\nwhat", source=Source.MAILBOX)
    page = client.get("/bounces/reports/").content.decode()
    assert "Not understood" in page
    assert "No report in a format that we can read." in page


def test_what_was_acted_upon_is_shown_when_asked_for(client):
    record(bounced(DeliveryFactory()), source=Source.FILE)
    assert "Blocked for good" not in client.get("/bounces/reports/").content.decode()
    page = client.get("/bounces/reports/?outcome=done").content.decode()
    assert "Blocked for good" in page


def test_an_outcome_that_there_is_not_shows_what_waits(client):
    assert client.get("/bounces/reports/?outcome=x").context["outcome"] == "review"


def test_nothing_waits(client):
    assert "Nothing here" in client.get("/bounces/reports/").content.decode()


def test_the_list_takes_as_many_questions_for_many_as_for_one(
    client, django_assert_max_num_queries
):
    for number in range(30):
        record(b"Subject: %d\n\nwhat" % number, source=Source.FILE)
    with django_assert_max_num_queries(12):
        client.get("/bounces/reports/")


def test_uploaded_files_are_acted_upon(client):
    one, other = DeliveryFactory.create_batch(2)
    page = upload(client, bounced(one), bounced(other)).content.decode()
    assert "2 read: 2 acted upon." in page
    assert Suppression.objects.count() == 2
    assert {report.source for report in Report.objects.all()} == {Source.UPLOAD}


def test_a_mailbox_of_several_is_read(client):
    mails = [bounced(one) for one in DeliveryFactory.create_batch(3)]
    mbox = b"".join(b"From x\n" + mail + b"\n\n" for mail in mails)
    assert "3 read" in upload(client, mbox, name="all.mbox").content.decode()


def test_what_is_no_report_waits_and_changes_nothing(client):
    page = upload(client, b"Subject: hello\n\nI am a letter").content.decode()
    assert "1 read: 1 to be looked at by a person." in page
    assert Report.objects.get().outcome == Outcome.REVIEW


def test_the_same_file_twice_counts_once(client):
    raw = bounced(DeliveryFactory())
    upload(client, raw)
    upload(client, raw)
    assert Report.objects.count() == 1


@pytest.mark.parametrize(
    ("contents", "words"),
    [((), "Choose at least one file."), ((b"x" * 11 * 1024 * 1024,), "over 10 MB")],
)
def test_a_wrong_upload_is_told_in_a_sentence(client, contents, words):
    answer = upload(client, *contents)
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_reading_a_page_changes_nothing(client):
    assert client.get("/bounces/reports/upload/").status_code == 405


def test_it_needs_a_sign_in(client):
    client.logout()
    assert client.get("/bounces/reports/").status_code == 302

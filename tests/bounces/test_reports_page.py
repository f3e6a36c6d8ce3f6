"""The page of what came back: what waits for a person, and files to be read."""

import datetime as dt

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import AuditEntry, Job, JobState
from bounces import uploads
from bounces.models import Outcome, Report, Source
from bounces.recording import record
from bounces.tasks import read_uploads, run_open_jobs
from consent.models import Suppression
from deliveries import magic
from deliveries.tokens import Purpose, Token, sign
from tests.factories import DeliveryFactory, UserFactory

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


def test_the_same_file_twice_counts_once_and_says_so(client):
    raw = bounced(DeliveryFactory())
    upload(client, raw)
    page = upload(client, raw, raw).content.decode()
    assert "2 read: 2 known before." in page
    assert Report.objects.count() == 1


class TestLargeFiles:
    """A worker reads them; here 450 mails in two files."""

    @pytest.fixture(autouse=True)
    def _large(self, settings, tmp_path, monkeypatch):
        settings.MEDIA_ROOT = tmp_path
        monkeypatch.setattr(uploads, "AT_ONCE", 1000)

    def mailbox(self, first, count):
        letters = (b"Subject: letter %d\n\nI write" % n for n in range(count))
        known = [bounced(DeliveryFactory()), *letters][first:]
        return b"".join(b"From x\n" + mail + b"\n\n" for mail in known)

    def bring(self, client):
        """One report of ours and 399 letters, then 50 of the letters once more."""
        page = upload(client, self.mailbox(0, 399), self.mailbox(1, 50))
        return page, Job.objects.get()

    def run(self, job):
        read_uploads(job.pk)
        job.refresh_from_db()
        return job

    def test_lead_to_the_page_of_the_job(self, client):
        page, job = self.bring(client)
        assert page.redirect_chain[-1][0] == f"/jobs/{job.pk}/"
        assert "Read 2 files of returned mail" in page.content.decode()
        assert not Report.objects.exists()

    def test_are_counted_so_that_it_adds_up(self, client):
        job = self.run(self.bring(client)[1])
        assert (job.state, job.done, job.total) == (JobState.DONE, 450, 450)
        assert job.result == {
            "read": 450,
            "acted_upon": 1,
            "known_before": 50,
            "nothing_to_do": 0,
            "to_be_looked_at_by_a_person": 399,
        }
        assert Report.objects.count() == 400

    def test_are_forgotten_when_they_are_read(self, client, tmp_path):
        job = self.bring(client)[1]
        assert len([one for one in tmp_path.rglob("*") if one.is_file()]) == 2
        self.run(job)
        assert not [one for one in tmp_path.rglob("*") if one.is_file()]

    def test_go_on_where_a_worker_died(self, client, monkeypatch):
        job = self.bring(client)[1]
        record, calls = uploads.record_many, []

        def once(mails):
            if calls:
                raise MemoryError
            calls.append(1)
            return record(mails)

        monkeypatch.setattr(uploads, "record_many", once)
        with pytest.raises(MemoryError):
            read_uploads(job.pk)
        assert Report.objects.count() == 200
        monkeypatch.setattr(uploads, "record_many", record)
        Job.objects.update(heartbeat_at=timezone.now() - dt.timedelta(minutes=5))
        run_open_jobs()
        job.refresh_from_db()
        assert job.result["read"] == 450
        assert job.result["known_before"] == 50

    def test_stop_when_somebody_stops_them(self, client):
        job = Job.objects.claim(self.bring(client)[1].pk)
        Job.objects.get().cancel()
        uploads.run(job)
        assert not Report.objects.exists()

    def test_that_are_gone_are_told_in_a_sentence(self, client, tmp_path):
        job = self.bring(client)[1]
        for path in [one for one in tmp_path.rglob("*") if one.is_file()]:
            path.unlink()
        assert "Upload the files again" in self.run(job).error


def test_it_is_written_down_who_brought_files(client):
    upload(client, b"Subject: hello\n\nI am a letter")
    assert AuditEntry.objects.get().verb == "uploaded mail that came back"


def test_whoever_may_not_import_uploads_nothing(client):
    client.force_login(UserFactory(role="viewer"))
    answer = client.post("/bounces/reports/upload/", {"mails": []})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("contents", "words"),
    [((), "Choose at least one file."), ((b"x" * 101 * 1024 * 1024,), "over 100 MB")],
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
    assert "/login/" in client.post("/bounces/reports/upload/").url

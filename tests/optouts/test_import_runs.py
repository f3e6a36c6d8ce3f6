import csv
import io

import pytest

from accounts.models import Job, JobState
from accounts.roles import Role
from consent.models import Brand, ConsentRecord, Suppression
from consent.vocabulary import Actor, Mechanism, Reason
from contacts.models import Contact
from optouts import jobs, tasks
from optouts.models import OptOutImport
from tests.factories import ContactFactory, UserFactory
from tests.optouts.test_exporting import exported

pytestmark = pytest.mark.django_db
LIST = "Name,Email\nAna,ana@people.example\nBen,ben@people.example\n"


def path(imported, page=""):
    return f"/optouts/imports/{imported.pk}/{page}"


def said(answer):
    return " ".join(answer.content.decode().split())


class TestRun:
    def test_contacts_are_opted_out_and_strangers_become_no_contacts(self, imported):
        contact = ContactFactory(email="ana@people.example")
        done = imported(LIST, column=1)

        blocked = Suppression.objects.active().order_by("address_id")
        assert {row.address.key for row in blocked} == {
            "ana@people.example",
            "ben@people.example",
        }
        assert {row.reason for row in blocked} == {Reason.IMPORTED_OPT_OUT}
        assert list(Contact.objects.all()) == [contact]
        assert done.result["new_contacts"] == done.result["new_others"] == 1

    def test_the_record_names_the_file_and_who_brought_it(self, imported, alice):
        done = imported(LIST, column=1)
        record = ConsentRecord.objects.first()
        assert record.source["file"] == "expo.csv"
        assert record.source["sha256"] == done.sha256
        assert (record.actor, record.mechanism) == (
            Actor.IMPORT,
            Mechanism.OPT_OUT_IMPORT,
        )
        assert record.user == alice

    def test_a_list_for_one_brand_covers_that_brand(self, imported, kind):
        other = Brand.objects.create(name="Other", slug="other")
        imported("Email\nana@people.example\n", scope=f"brand-{other.pk}")
        row = Suppression.objects.get()
        assert row.brand == other
        assert not Suppression.objects.covering(kind).exists()

    def test_who_was_opted_out_already_is_counted_so(self, imported):
        imported("Email\nana@people.example\n")
        again = imported(LIST, column=1)
        assert (again.result["already"], again.result["new_others"]) == (1, 1)

    def test_it_starts_once(self, counted, alice):
        one = counted(LIST, column=1)
        same = OptOutImport.objects.get(pk=one.pk)
        assert one.start(alice)
        assert same.start(alice) is None

    def test_a_worker_that_dies_is_followed_by_one_that_goes_on(
        self, counted, alice, monkeypatch
    ):
        monkeypatch.setattr(jobs, "BATCH_SIZE", 2)
        names = ["a", "b", "b", "c", "d", "no address", "e", "a"]
        rows = [f"{name}@x.example" if len(name) == 1 else name for name in names]
        one = counted("Email\n" + "\n".join(rows))
        job = one.start(alice)
        suppress = jobs._opt_out
        calls = []

        def dying(*args):
            calls.append(args)
            if len(calls) == 2:
                raise KeyboardInterrupt
            return suppress(*args)

        monkeypatch.setattr(jobs, "_opt_out", dying)
        with pytest.raises(KeyboardInterrupt):
            jobs.work(job.pk)
        assert Suppression.objects.count() == 2
        Job.objects.filter(pk=job.pk).update(heartbeat_at="2020-01-01T00:00Z")
        jobs.work(job.pk)

        job.refresh_from_db()
        assert job.state == JobState.DONE
        assert Suppression.objects.count() == ConsentRecord.objects.count() == 5
        assert job.result["new_others"] == 5
        assert job.result["rows"] == one.rows == 8

    def test_a_file_that_is_gone_is_said(self, counted, alice):
        one = counted(LIST, column=1)
        job = one.start(alice)
        one.file.storage.delete(one.file.name)
        jobs.work(job.pk)
        job.refresh_from_db()
        assert "is gone" in job.error

    def test_a_job_that_keeps_dying_is_given_up(self, counted, alice):
        job = counted(LIST, column=1).start(alice)
        Job.objects.filter(pk=job.pk).update(attempts=jobs.MAX_ATTEMPTS)
        jobs.work(job.pk)
        job.refresh_from_db()
        assert job.state == JobState.FAILED

    def test_the_export_of_a_list_can_be_brought_back(self, client, imported, counted):
        imported(LIST, column=1)
        again = counted(exported(client))
        assert (again.addresses, again.already) == (2, 2)

    def test_its_errors_can_be_downloaded(self, client, imported):
        done = imported("Email\nana@x.example\nnobody\n=1+1@\n" + "b@x.example\n" * 200)
        answer = client.get(path(done, "errors.csv"))
        text = b"".join(answer.streaming_content).decode("utf-8-sig")
        assert list(csv.reader(io.StringIO(text))) == [
            ["Row", "Content", "What is wrong"],
            ["3", "nobody", "“nobody” has no @."],
            ["4", "'=1+1@", "This is a formula, not an address."],
        ]

    def test_ten_thousand_rows_are_done_in_few_statements(
        self, counted, alice, django_assert_max_num_queries
    ):
        one = counted("Email\n" + "".join(f"p{n}@x.example\n" for n in range(10_000)))
        job = one.start(alice)
        with django_assert_max_num_queries(80):  # in four pieces
            jobs.work(job.pk)
        assert Suppression.objects.count() == 10_000


class TestStop:
    @pytest.fixture
    def stopped(self, counted, alice, monkeypatch):
        """Stopped by somebody while the second of two pieces was done."""
        monkeypatch.setattr(jobs, "BATCH_SIZE", 1)
        one = counted(LIST, column=1)
        job = one.start(alice)
        read = jobs.reading.pieces

        def stopping(*args, **kwargs):
            for piece in read(*args, **kwargs):
                if Suppression.objects.exists():
                    Job.objects.get(pk=job.pk).cancel()
                yield piece

        monkeypatch.setattr(jobs.reading, "pieces", stopping)
        jobs.work(job.pk)
        return OptOutImport.objects.for_list().get(pk=one.pk)

    def test_what_was_done_stays_and_is_said(self, client, stopped):
        assert stopped.state == "stopped"
        assert Suppression.objects.count() == 1
        assert "It ended after 1 of 2 rows" in said(client.get(path(stopped)))

    def test_it_can_be_undone(self, stopped, alice):
        jobs.work(stopped.start_undo(alice, "Wrong file.").pk)
        assert not Suppression.objects.active().exists()


class TestUndo:
    def test_undo_lifts_it_with_who_and_why(self, client, imported):
        done = imported(LIST, column=1)
        answer = client.post(path(done, "undo/"), {"reason": "Wrong file."})
        assert answer.url == path(done)
        done = OptOutImport.objects.for_list().get(pk=done.pk)
        jobs.work(done.undo_job.pk)

        assert not Suppression.objects.active().exists()
        page = client.get(path(done))
        assert "2 opt-outs were lifted" in said(page)
        assert "Wrong file." in said(page)

    def test_an_undo_that_was_stopped_can_be_begun_again(self, client, imported):
        done = imported("Email\nana@x.example\n")
        client.post(path(done, "undo/"), {"reason": "Wrong file."})
        done = OptOutImport.objects.get(pk=done.pk)
        assert done.undo_job.cancel()
        assert "undo the rest" in client.get(path(done)).content.decode()
        client.post(path(done, "undo/"), {"reason": "The rest."})
        jobs.work(OptOutImport.objects.get(pk=done.pk).undo_job_id)
        assert not Suppression.objects.active().exists()

    def test_undo_needs_a_reason(self, client, imported):
        done = imported(LIST, column=1)
        assert client.post(path(done, "undo/"), {"reason": " "}).status_code == 422

    def test_undo_needs_its_own_right(self, client, imported, django_user_model):
        done = imported(LIST, column=1)
        user = django_user_model.objects.create_user("bob@console.example", "x")
        client.force_login(user)
        answer = client.post(path(done, "undo/"), {"reason": "Wrong file."})
        assert answer.status_code == 403
        assert "Undo this import" not in said(client.get(path(done)))

    def test_who_may_not_undo_reads_who_may(self, client, counted):
        client.force_login(UserFactory(role=Role.MARKETER))
        done = counted(LIST, column=1)
        who = "A hygiene manager or an administrator can undo"
        assert f"{who} this import for 30 days" in said(
            client.get(path(done, "review/"))
        )
        jobs.work(done.start(done.created_by).pk)
        page = said(client.get(path(done)))
        assert f"{who} it until" in page
        assert "Undo this import" not in page

    def test_after_thirty_days_it_stays(self, client, imported):
        done = imported(LIST, column=1)
        done.batch.undo_until = "2020-01-01T00:00Z"
        done.batch.save(update_fields=["undo_until"])
        client.post(path(done, "undo/"), {"reason": "Too late."})
        assert Suppression.objects.active().count() == 2


class TestPickUp:
    def test_what_nobody_rang_for_is_done_by_the_timetable(self, counted, alice):
        counted(LIST, column=1).start(alice)
        tasks.pick_up()
        assert Suppression.objects.count() == 2

    def test_with_nothing_to_do_it_does_nothing(self, db):
        tasks.pick_up()
        assert not Job.objects.exists()

    def test_a_job_is_not_done_by_two(self, counted, alice):
        job = counted(LIST, column=1).start(alice)
        assert Job.objects.claim(job.pk)
        tasks.work(job.pk)
        assert not Suppression.objects.exists()

    def test_an_upload_forgotten_before_its_turn_is_said(self, upload):
        one = upload(LIST)
        job = one.choose(1, "Email", has_header=True)
        OptOutImport.objects.update(created_at="2020-01-01T00:00Z")
        tasks.forget_abandoned()
        tasks.work(job.pk)
        job.refresh_from_db()
        assert "Upload the file again" in job.error

"""The export: every member, chosen columns, no formula, good as an opt-out list."""

import csv
import datetime as dt
import io
import os
import re
import time
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts import jobfiles
from accounts.models import AuditEntry, Job, User
from consent.models import Suppression
from consent.tables import column_names, detect, guess_email_column, rows, sample
from contacts.models import Contact, PropertyDefinition
from optouts import jobs
from optouts.models import OptOutImport
from segments import sheets
from segments.tasks import clean_up_exports, export, run_open_jobs
from tests.factories import ContactFactory, SegmentFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def segment():
    ContactFactory(
        email="ada@people.example",
        first_name="=1+1",
        last_name='O\'Neil, "Ada"',
        delivered=12,
        company="Ünal\nOy",
    )
    one = SegmentFactory(name="Gone quiet")
    one.refresh()
    return one


def exported(client, segment, **form):
    """The file as the browser gets it."""
    form = {"format": "csv"} | form
    page = client.post(reverse("segments:export", args=[segment.pk]), form)
    job = Job.objects.latest("pk")
    assert page.url == reverse("segments:exported", args=[job.pk])
    export(job.pk)
    assert "is ready" in client.get(page.url).content.decode()
    answer = client.get(reverse("segments:download", args=[job.pk]))
    kind = form["format"]
    assert f'filename="gone-quiet.{kind}"' in answer["Content-Disposition"]
    return b"".join(answer.streaming_content)


def table(data):
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_the_first_column_is_email_and_formulas_do_not_run(client, segment):
    data = exported(client, segment, fields_chosen=["delivered", "company"])
    assert table(data) == [
        ["Email", "First name", "Last name", "Marketing emails delivered", "Company"],
        ["ada@people.example", "'=1+1", 'O\'Neil, "Ada"', "12", "Ünal\nOy"],
    ]


def test_the_mark_for_excel_is_a_choice(client, segment):
    assert exported(client, segment).startswith(b"Email")
    assert exported(client, segment, bom="on").startswith(b"\xef\xbb\xbfEmail")


def test_own_properties_of_every_kind_are_written(client):
    values = {
        "string": "-5 degrees",
        "number": 2.5,
        "boolean": True,
        "date": "2026-11-22",
        "datetime": "2026-11-22T09:15:00+00:00",
        "choice": "red",
        "choices": ["green", "red"],
    }
    made = [
        PropertyDefinition.objects.create(
            name=kind, label=kind, kind=kind, choices=["green", "red"]
        )
        for kind in values
    ]
    properties = {one.key: values[one.kind] for one in made}
    ContactFactory(delivered=1, properties=properties)
    segment = SegmentFactory(name="Gone quiet")
    segment.refresh()
    keys = [f"property:{one.pk}" for one in made]
    row = table(exported(client, segment, fields_chosen=keys))[1]
    assert row[3:] == [
        "'-5 degrees",
        "2.5",
        "true",
        "2026-11-22",
        "2026-11-22T09:15:00+00:00",
        "red",
        "green; red",
    ]


def test_everybody_is_in_the_file_once_however_many_pieces(
    client, segment, monkeypatch
):
    monkeypatch.setattr("segments.exporting.PIECE", 3)
    ContactFactory.create_batch(10, delivered=1)
    segment.refresh()
    emails = [row[0] for row in table(exported(client, segment))[1:]]
    assert len(emails) == len(set(emails)) == 11


def test_the_file_is_read_as_a_list_of_addresses_unchanged(client, segment):
    file = io.BytesIO(exported(client, segment, bom="on"))
    shape = detect(file)
    names = column_names(file, shape)
    assert guess_email_column(names, sample(file, shape)) == 0
    assert [row.cells[0] for row in rows(file, shape)] == ["ada@people.example"]


def test_an_export_is_written_down(client, segment):
    exported(client, segment)
    entry = AuditEntry.objects.latest("pk")
    assert (entry.verb, entry.subject) == ("exported a segment", "Gone quiet")


@pytest.mark.parametrize("form", [{}, {"bom": "on"}, {"fields_chosen": ["company"]}])
def test_the_file_goes_back_in_as_an_opt_out_list_unchanged(client, segment, form):
    """Whoever stood in the segment is opted out, without a choice about the file."""
    data = exported(client, segment, **form)
    file = SimpleUploadedFile("gone-quiet.csv", data)
    sent = {"file": file, "scope": "everything"}
    step = client.post(reverse("optouts:import_create"), sent).url
    proposed = client.get(step).context["form"].initial
    client.post(step, proposed)
    brought = OptOutImport.objects.get()
    jobs.work(brought.start(User.objects.get()).pk)
    ada = Contact.objects.get(email="ada@people.example")
    assert Suppression.objects.active().filter(address=ada.address_id).exists()


def test_an_export_nobody_rang_for_is_written_all_the_same(client, segment):
    client.post(reverse("segments:export", args=[segment.pk]), {"format": "csv"})
    run_open_jobs()
    assert Job.objects.get().result == {"rows": 1, "name": "gone-quiet.csv"}


def test_a_cancelled_export_leaves_no_file(client, segment, tmp_path):
    client.post(reverse("segments:export", args=[segment.pk]), {"format": "csv"})
    job = Job.objects.get()
    job.cancel()
    export(job.pk)
    assert list(tmp_path.rglob("*.csv")) == []
    missing = client.get(reverse("segments:download", args=[job.pk]))
    assert missing.status_code == 404


@pytest.mark.parametrize("name", ["exported", "download"])
def test_outsiders_get_no_file(outsider_client, name):
    answer = outsider_client.get(reverse(f"segments:{name}", args=[1]))
    assert "/login/" in answer.url


def cells(data, sheet=1):
    """The texts of a sheet, as they stand in the file."""
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        xml = book.read(f"xl/worksheets/sheet{sheet}.xml").decode()
    return xml, re.findall(r"<t[^>]*>(.*?)</t>", xml, re.DOTALL)


def test_a_spreadsheet_has_the_same_columns_and_texts_only(client, segment):
    form = {"fields_chosen": ["delivered", "company"], "format": "xlsx"}
    xml, found = cells(exported(client, segment, **form))
    assert found[:5] == [
        "Email",
        "First name",
        "Last name",
        "Marketing emails delivered",
        "Company",
    ]
    assert found[5:] == [
        "ada@people.example",
        "=1+1",
        'O\'Neil, "Ada"',
        "12",
        "Ünal\nOy",
    ]
    assert "<f>" not in xml


def test_a_full_sheet_is_followed_by_another(tmp_path, monkeypatch):
    monkeypatch.setattr(sheets, "FULL", 2)
    with sheets.Writer(tmp_path / "a.xlsx", ["Email"]) as writer:
        assert writer.add([("a",), ("b",), (None,), ("d",)]) == 4
        assert writer.add([]) == 0
    data = (tmp_path / "a.xlsx").read_bytes()
    assert cells(data)[1] == ["Email", "a", "b"]
    assert cells(data, 2)[1] == ["Email", "d"]


def test_a_file_is_gone_after_a_day(client, segment):
    exported(client, segment)
    job = Job.objects.latest("pk")
    path = jobfiles.path_of(job)
    clean_up_exports()
    assert path.exists()
    old = time.time() - 25 * 3600
    os.utime(path, (old, old))
    Job.objects.update(finished_at=job.finished_at - dt.timedelta(hours=25))
    assert client.get(reverse("segments:download", args=[job.pk])).status_code == 404
    page = client.get(reverse("segments:exported", args=[job.pk]))
    assert "The file is gone" in page.content.decode()
    clean_up_exports()
    assert not path.exists()

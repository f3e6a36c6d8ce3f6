import io

import pytest

from consent import tables
from consent.models import Address, Brand, Suppression
from optouts import jobs
from optouts.models import OptOutImport
from tests.factories import ContactFactory, make_address

pytestmark = pytest.mark.django_db
LIST = "Name,Email\nAna,ana@people.example\nBen,ben@people.example\n"


def path(imported, page=""):
    return f"/optouts/imports/{imported.pk}/{page}"


def said(answer):
    return " ".join(answer.content.decode().split())


def rows_of(imported):
    with imported.file.open() as file:
        return [row for _, row in tables.rows(file, imported.shape)]


class TestUpload:
    def test_a_file_leads_to_the_column(self, client, upload):
        imported = upload(LIST)
        page = client.get(path(imported, "column/"))
        assert imported.guess == 1
        assert page.context["form"].initial["column"] == 1

    @pytest.mark.parametrize(
        ("content", "sentence"),
        [
            (b"PK\x03\x04 xlsx", "This is a spreadsheet or an archive"),
            (b"\x00\x01\x02\x03" * 50, "This is not a text file"),
            (b"", "submitted file is empty"),
        ],
    )
    def test_a_file_that_is_no_list_gets_a_sentence(self, client, content, sentence):
        file = io.BytesIO(content)
        file.name = "list.csv"
        answer = client.post(
            "/optouts/imports/new/", {"file": file, "scope": "everything"}
        )
        assert answer.status_code == 422
        assert sentence in said(answer)

    def test_a_file_of_200_mb_is_refused_and_the_choice_kept(self, client, tmp_path):
        big = tmp_path / "big.csv"
        with big.open("wb") as file:
            file.truncate(200 * 1024 * 1024)
        brand = Brand.objects.default()
        with big.open("rb") as file:
            answer = client.post(
                "/optouts/imports/new/", {"file": file, "scope": f"brand-{brand.pk}"}
            )
        assert answer.status_code == 422
        assert "The file is 200 MB; 100 MB is the most" in said(answer)
        assert answer.context["form"]["scope"].value() == f"brand-{brand.pk}"
        assert not OptOutImport.objects.exists()

    def test_pasted_addresses_are_a_list(self, client):
        text = "ana@x.example, Ben Lee <ben@x.example>; cid@x.example\ndan@x.example"
        client.post("/optouts/imports/new/", {"pasted": text, "scope": "everything"})
        imported = OptOutImport.objects.get()
        job = imported.choose(0, "Email", has_header=True)
        jobs.work(job.pk)
        imported.refresh_from_db()
        assert (imported.addresses, imported.invalid) == (4, 0)

    def test_a_tab_in_one_line_makes_no_table_of_a_list(self, client):
        text = "ana@x.example, ben@x.example\n\tcid@x.example\n"
        client.post("/optouts/imports/new/", {"pasted": text, "scope": "everything"})
        assert rows_of(OptOutImport.objects.get()) == [
            ["ana@x.example"],
            ["ben@x.example"],
            ["cid@x.example"],
        ]

    def test_rows_of_a_spreadsheet_are_a_table(self, client):
        text = "Name\tEmail\nAna\tana@x.example\nBen\t\n"
        client.post("/optouts/imports/new/", {"pasted": text, "scope": "everything"})
        assert rows_of(OptOutImport.objects.get()) == [
            ["Ana", "ana@x.example"],
            ["Ben", ""],
        ]

    @pytest.mark.parametrize("both", [True, False])
    def test_it_is_a_file_or_pasted_addresses(self, client, both):
        data = {"scope": "everything"}
        if both:
            file = io.BytesIO(b"a@x.example")
            file.name = "x.csv"
            data |= {"pasted": "b@x.example", "file": file}
        answer = client.post("/optouts/imports/new/", data)
        assert "one of the two" in said(answer)

    def test_the_name_of_a_file_is_not_where_it_is_kept(self, upload):
        imported = upload(LIST, name="..%2f..%2fetc.csv")
        assert imported.file.name.startswith("optouts/")
        assert "etc" not in imported.file.name

    def test_what_nobody_goes_on_with_is_forgotten_after_a_day(self, upload):
        old, fresh = upload(LIST), upload(LIST)
        stored = old.file.storage, old.file.name
        OptOutImport.objects.filter(pk=old.pk).update(created_at="2020-01-01T00:00Z")

        assert OptOutImport.objects.forget_abandoned() == 1
        assert list(OptOutImport.objects.all()) == [fresh]
        assert not stored[0].exists(stored[1])


class TestReview:
    def test_the_table_adds_up(self, counted):
        ContactFactory(email="ana@people.example")
        imported = counted(
            "Email\nana@people.example\nANA@people.example\nben@people.example\nnobody\n"
        )
        assert imported.rows == 4
        assert (imported.new_contacts, imported.new_others) == (1, 1)
        assert (imported.duplicates, imported.invalid, imported.already) == (1, 1, 0)

    def test_counting_changes_nothing(self, counted):
        counted(LIST, column=1)
        assert not Address.objects.exists()
        assert not Suppression.objects.exists()

    @pytest.mark.parametrize("typed", ["3", "three", "2000"])
    def test_a_wrong_number_is_a_field_error(self, client, counted, typed):
        imported = counted(LIST, column=1)
        answer = client.post(path(imported, "review/"), {"number": typed})
        assert answer.status_code == 422
        assert "The file has 2 addresses" in said(answer)
        assert not OptOutImport.objects.started().exists()

    @pytest.mark.parametrize("typed", ["2", " 2 ", "٢", "2."])
    def test_the_right_number_starts_it(self, client, counted, typed):
        imported = counted(LIST, column=1)
        answer = client.post(path(imported, "review/"), {"number": typed})
        assert answer.url == path(imported)
        assert OptOutImport.objects.started().get() == imported

    def test_no_email_column_is_said_and_the_upload_kept(self, client, counted):
        imported = counted("Name,City\nAna,Oulu\nBen,Turku\n")
        answer = client.get(path(imported, "review/"))
        assert "Only 0 of 2 cells in “Name” are email addresses" in said(answer)
        assert path(imported, "column/") in said(answer)

    def test_formulas_in_the_email_column_are_refused(self, client, counted):
        row = '"=HYPERLINK(""http://evil.example"",""ana@x.example"")"\n'
        imported = counted("Email\n" + row * 2 + "ben@x.example\n" * 50)
        assert "2 of 52 cells in “Email” are formulas" in imported.problem
        assert imported.start(imported.created_by) is None

    def test_a_formula_in_another_column_is_nobodys_business(self, counted):
        imported = counted("Email,Note\nana@x.example,=1+1\n")
        assert imported.is_ready

    def test_an_address_kept_from_being_a_formula_is_understood(self, counted):
        imported = counted("Email\n'ana@x.example\n'+tag@x.example\n")
        assert (imported.addresses, imported.invalid) == (2, 0)

    def test_the_same_file_again_warns(self, client, imported, counted):
        imported(LIST, column=1)
        again = counted(LIST, column=1)
        assert "Exactly this file was imported" in said(
            client.get(path(again, "review/"))
        )
        assert again.already == 2

    def test_a_large_part_of_all_contacts_is_said_in_red(self, client, counted):
        ContactFactory(email="ana@people.example")
        page = client.get(path(counted(LIST, column=1), "review/"))
        assert "100.0% of all 1 contacts" in said(page) or "100% of all 1" in said(page)


class TestPages:
    def test_the_list_takes_few_queries_however_long(
        self, client, imported, django_assert_num_queries
    ):
        for number in range(3):
            imported(f"Email\np{number}@x.example\n")
        with django_assert_num_queries(3):
            page = client.get("/optouts/imports/")
        assert len(page.context["page"].rows) == 3

    def test_the_list_goes_on_after_a_page(self, client, imported, monkeypatch):
        monkeypatch.setattr("optouts.views.imports.PAGE", 2)
        for number in range(3):
            imported(f"Email\np{number}@x.example\n")
        first = client.get("/optouts/imports/")
        second = client.get("/optouts/imports/" + first.context["page"].next)
        assert len(second.context["page"].rows) == 1

    def test_progress_ends_with_a_fresh_page(self, client, imported):
        done = imported(LIST, column=1)
        assert client.get(path(done, "progress/"))["HX-Refresh"] == "true"

    @pytest.mark.parametrize("page", ["column/", "review/"])
    def test_after_the_start_there_is_only_the_result(self, client, imported, page):
        done = imported(LIST, column=1)
        assert client.get(path(done, page)).url == path(done)

    @pytest.mark.parametrize(
        "page",
        [
            "",
            "column/",
            "review/",
            "progress/",
            "errors.csv",
            "undo/",
            "../",
            "../new/",
            "../sample.csv",
        ],
    )
    def test_an_outsider_sees_nothing(self, outsider_client, imported, page):
        done = imported(LIST, column=1)
        answer = outsider_client.get(path(done, page).replace(f"{done.pk}/../", ""))
        assert answer.status_code == 302
        assert answer.url.startswith("/login/")

    def test_make_address_is_untouched_by_reading_pages(self, client, imported):
        make_address("x@x.example")
        done = imported(LIST, column=1)
        before = Suppression.objects.count()
        client.get(path(done, "undo/"))
        assert Suppression.objects.count() == before

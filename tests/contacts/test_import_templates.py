"""What the columns of a file were, kept for the next one."""

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from accounts.models import AuditEntry
from contacts.models import ImportTemplate, PropertyDefinition
from tests.contacts.importing import receive, work

pytestmark = pytest.mark.django_db

FILE = "Post,Ruf\nada@people.example,Ada\n"


def url(name, *args):
    return reverse(f"contacts:{name}", args=args)


def draft(alice, text=FILE, mapping=("email", "first_name"), **answers):
    return receive(text, alice, mapping=list(mapping), **answers)


def keep(client, found, name="Shop"):
    return client.post(url("import_template_create", found.pk), {"name": name})


@pytest.fixture
def template(client, alice):
    found = draft(alice, policy="fill", policies=["", "keep"], date_order="mdy")
    keep(client, found)
    return ImportTemplate.objects.get()


def page(client, found, template):
    return client.get(url("import_columns", found.pk), {"template": template})


def unmatched(alice, text=FILE):
    """A file whose columns nobody has matched yet."""
    found = draft(alice, text)
    found.mapping, found.policies = [], []
    found.save()
    return found


def initial(answer):
    form = answer.context["form"]
    return [form[f"column_{at}"].value() for at in range(len(form.found.headers))]


def test_the_next_file_is_matched_as_the_template_says(client, alice, template):
    answer = page(client, unmatched(alice), template.pk)
    assert initial(answer) == ["email", "first_name"]


def test_headings_are_found_in_any_order_and_case(client, alice, template):
    found = unmatched(alice, "RUF , post,City\nAda,ada@people.example,Oslo\n")
    assert initial(page(client, found, template.pk)) == ["first_name", "email", "city"]


def test_what_becomes_of_values_we_have_is_kept_too(client, alice, template):
    form = page(client, unmatched(alice), template.pk).context["form"]
    said = [form[name].value() for name in ("policy", "policy_1", "date_order")]
    assert said == ["fill", "keep", "mdy"]


def test_without_a_template_the_columns_are_guessed(client, alice, template):
    assert initial(page(client, unmatched(alice), "")) == ["email", ""]


def test_a_column_is_nothing_twice(client, alice, template):
    found = unmatched(alice, "Post,E-mail\nada@people.example,a@people.example\n")
    assert initial(page(client, found, template.pk)) == ["email", ""]


def test_choosing_a_template_changes_nothing(client, alice, template):
    found = unmatched(alice)
    page(client, found, template.pk)
    found.refresh_from_db()
    assert found.mapping == []


def test_a_file_matched_by_a_template_goes_on(client, alice, template):
    found = unmatched(alice)
    answers = {"policy": "fill", "column_0": "email", "column_1": "first_name"}
    client.post(f"{url('import_columns', found.pk)}?template={template.pk}", answers)
    found.refresh_from_db()
    work(found.check_job)
    found.refresh_from_db()
    assert found.checked["new"] == 1


@pytest.mark.parametrize("nonsense", ["x", "0", "999999", "-1", "9" * 40])
def test_a_template_that_is_gone_is_told_and_the_columns_guessed(
    client, alice, template, nonsense
):
    answer = page(client, unmatched(alice), nonsense)
    assert "This template is gone." in answer.content.decode()
    assert initial(answer) == ["email", ""]


def test_a_property_that_is_gone_is_left_out(client, alice):
    kind = PropertyDefinition.objects.create(name="size", label="Size", kind="string")
    found = draft(alice, mapping=["email", f"property:{kind.pk}"])
    keep(client, found)
    kind.delete()
    answer = page(client, unmatched(alice), ImportTemplate.objects.get().pk)
    assert f"property:{kind.pk}" not in answer.content.decode()


def test_a_name_stands_for_one_template(client, alice, template):
    answer = keep(client, draft(alice), "SHOP")
    assert "There is a template of this name." in answer.content.decode()
    assert ImportTemplate.objects.count() == 1


def test_a_template_needs_a_name(client, alice):
    assert keep(client, draft(alice), " ").status_code == 422


def test_a_file_without_matched_columns_makes_no_template(client, alice):
    assert keep(client, unmatched(alice)).status_code == 404


def test_the_list_says_what_each_knows(client, template):
    assert "Post, Ruf" in client.get(url("import_templates")).content.decode()


def test_a_template_is_let_go(client, template):
    answer = client.post(url("import_template_delete", template.pk))
    told = [str(one) for one in get_messages(answer.wsgi_request)]
    assert "Deleted the template “Shop”" in told[-1]
    assert not ImportTemplate.objects.exists()


def test_keeping_and_letting_go_are_audited(client, template):
    client.post(url("import_template_delete", template.pk))
    said = set(AuditEntry.objects.values_list("verb", flat=True))
    assert {"saved import template", "deleted import template"} <= said


def test_looking_deletes_nothing(client, template):
    assert client.get(url("import_template_delete", template.pk)).status_code == 405


def test_an_outsider_is_sent_to_sign_in(outsider_client, alice, template):
    draft_pk = draft(alice).pk
    for name, *args in (
        ("import_templates",),
        ("import_template_create", draft_pk),
        ("import_template_delete", template.pk),
    ):
        assert "/login/" in outsider_client.post(url(name, *args))["Location"]

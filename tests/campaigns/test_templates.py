"""Emails kept as templates: made, begun with, let go."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from campaigns.models import EmailTemplate, MarketingEmail
from tests.factories import MarketingEmailFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def email():
    return MarketingEmailFactory(kind="reengagement", subject="Still there?")


@pytest.fixture
def template(email):
    made = EmailTemplate(name="Our question")
    made.take(email, UserFactory())
    return made


def keep(client, email, name):
    page = reverse("campaigns:template_create", args=[email.pk])
    return client.post(page, {"name": name}, follow=True)


def test_an_email_is_kept_as_a_template(client, email):
    assert "among the templates" in keep(client, email, "Question").content.decode()
    template = EmailTemplate.objects.get()
    assert (template.subject, template.kind) == ("Still there?", "reengagement")
    assert template.blocks == email.blocks


def test_two_templates_have_two_names(client, email, template):
    page = keep(client, email, "our question")
    assert page.status_code == 422
    assert "There is a template of this name" in page.content.decode()


def test_the_database_refuses_a_second_of_the_same_name(template):
    with pytest.raises(IntegrityError), transaction.atomic():
        EmailTemplate.objects.create(name="OUR QUESTION")


def test_the_page_proposes_the_name_of_the_email(client, email):
    page = client.get(reverse("campaigns:template_create", args=[email.pk]))
    assert email.name in page.content.decode()


def test_a_new_email_begins_with_a_template_and_blocks_of_its_own(client, template):
    posted = {"name": "Next round", "starter": f"saved-{template.pk}"}
    client.post(reverse("campaigns:create"), posted)
    made = MarketingEmail.objects.get(name="Next round")
    assert (made.subject, made.kind) == ("Still there?", "reengagement")
    assert [one["kind"] for one in made.blocks] == [
        one["kind"] for one in template.blocks
    ]
    ids = {one["id"] for one in made.blocks} & {one["id"] for one in template.blocks}
    assert ids == set()


def test_a_template_that_is_gone_cannot_be_begun_with(client, template):
    template.delete()
    posted = {"name": "Next round", "starter": "saved-1"}
    assert client.post(reverse("campaigns:create"), posted).status_code == 422


def test_a_template_is_deleted_and_its_emails_stay(client, email, template):
    gone = reverse("campaigns:template_delete", args=[template.pk])
    page = client.post(gone, follow=True).content.decode()
    assert "No templates of your own yet" in page
    assert MarketingEmail.objects.filter(pk=email.pk).exists()


def test_the_list_asks_a_fixed_number_of_questions(
    client, template, django_assert_num_queries
):
    # session, user, templates
    with django_assert_num_queries(3):
        client.get(reverse("campaigns:templates"))


@pytest.mark.parametrize("name", ["templates", "create"])
def test_an_outsider_sees_no_templates(outsider_client, template, name):
    assert outsider_client.get(reverse(f"campaigns:{name}")).status_code == 302


def test_an_outsider_neither_keeps_nor_deletes(outsider_client, email, template):
    keep(outsider_client, email, "Theirs")
    outsider_client.post(reverse("campaigns:template_delete", args=[template.pk]))
    assert [one.name for one in EmailTemplate.objects.all()] == ["Our question"]

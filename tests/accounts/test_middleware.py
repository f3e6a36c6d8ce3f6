"""A null character gets a sentence, wherever somebody puts it."""

import pytest
from django.urls import reverse

from accounts.models import User

pytestmark = pytest.mark.django_db

LISTS = ["console:overview", "contacts:list", "campaigns:list", "segments:list"]
SAID = "That request could not be read"


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("field", ["q", "after", "before"])
def test_a_null_in_a_question_is_refused_in_words(client, name, field):
    answer = client.get(reverse(name), {field: "a\0b"})
    assert answer.status_code == 400
    assert SAID in answer.content.decode()


def test_a_null_in_a_form_is_refused_and_changes_nothing(client, alice):
    answer = client.post(reverse("console:theme"), {"theme": "dark", "next": "\0"})
    assert answer.status_code == 400
    assert User.objects.get(pk=alice.pk).theme == alice.theme

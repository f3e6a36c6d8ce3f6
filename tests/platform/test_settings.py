import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse


def test_the_user_model_is_our_own():
    assert get_user_model()._meta.label == "accounts.User"


@pytest.mark.django_db
def test_health_answers_without_a_sign_in(client):
    assert client.get(reverse("healthz")).content == b"ok\n"

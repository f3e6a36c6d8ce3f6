"""People sign in by email address, in whatever letters they type it."""

import pytest
from django.db import IntegrityError
from django.urls import reverse

from accounts.models import User

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


def test_capitals_do_not_keep_anybody_out(outsider_client):
    User.objects.create_user("ana@shop.example", PASSWORD)
    typed = {"username": "Ana@Shop.example", "password": PASSWORD}
    assert outsider_client.post(reverse("login"), typed).status_code == 302


def test_the_database_refuses_capitals():
    with pytest.raises(IntegrityError, match="user_email_is_lower_case"):
        User.objects.create(email="Cid@shop.example")

"""The pages of one's own passkeys: added, renamed, removed, asked of everybody."""

import time

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import Account, AuditEntry, Passkey
from accounts.roles import Role
from tests.accounts.authenticator import Device
from tests.accounts.ways_in import PASSWORD, is_in, password, registered, signs_in
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
PAGE = reverse("console:second_factor")
NEW, ASK_NEW = reverse("console:passkey_new"), reverse("console:passkey_ask")


@pytest.fixture(autouse=True)
def at_home(settings):
    settings.BASE_URL = "http://testserver.example"


@pytest.fixture
def ada():
    return UserFactory(email="ada@listwell.test", password=PASSWORD, role=Role.ADMIN)


@pytest.fixture
def hers(ada):
    """Signed in a moment ago."""
    web = Client()
    password(web, ada)
    return web


def adds(web, device, name="Laptop", **lies):
    options = web.post(ASK_NEW, {"name": name}).json()
    return web.post(NEW, {"name": name, "answer": device.make(options, **lies)})


def test_a_passkey_is_added_by_name(hers, ada):
    assert adds(hers, Device()).url == PAGE
    assert ada.passkeys.get().name == "Laptop"
    assert AuditEntry.objects.filter(verb="added a passkey", subject="Laptop").exists()


def test_it_lets_in_afterwards(hers, ada):
    device = Device()
    adds(hers, device)
    hers.logout()
    signs_in(hers, device)
    assert is_in(hers)


@pytest.mark.parametrize(
    "lies",
    [
        {"challenge": b"another question" * 2},
        {"origin": "http://evil.example"},
        {"site": "evil.example"},
        {"type": "webauthn.get"},
        {"framed": True},
    ],
    ids=lambda lies: next(iter(lies)),
)
def test_what_was_forged_is_not_added(hers, lies):
    assert adds(hers, Device(), **lies).status_code == 422
    assert not Passkey.objects.exists()


def test_an_answer_adds_one_passkey(hers):
    device = Device()
    options = hers.post(ASK_NEW, {"name": "One"}).json()
    hers.post(NEW, {"name": "One", "answer": device.make(options)})
    again = hers.post(NEW, {"name": "Two", "answer": device.make(options)})
    assert "answered already" in again.content.decode()
    assert Passkey.objects.count() == 1


def test_that_of_somebody_else_is_not_hers_as_well(hers):
    device = registered(UserFactory())
    assert "of somebody else" in adds(hers, device).content.decode()


def test_all_of_hers_know_her_by_one_handle(ada):
    one, two = registered(ada, "One"), registered(ada, "Two")
    assert one.handle == two.handle
    assert ada.email.encode() not in one.handle


def test_a_device_is_not_asked_for_a_second_one(hers, ada):
    device = Device()
    adds(hers, device)
    options = hers.post(ASK_NEW, {"name": "Two"}).json()
    assert len(options["excludeCredentials"]) == 1


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("", "Give it a name first."),
        ("LAPTOP", "of that name already"),
        ("x" * 61, "60"),
    ],
    ids=["none", "one that is there", "a long one"],
)
def test_a_bad_name_is_told_before_the_device_is_asked(hers, ada, name, told):
    registered(ada)
    answer = hers.post(ASK_NEW, {"name": name})
    assert (answer.status_code, told in answer.json()["problem"]) == (422, True)


def test_a_wrong_answer_loses_no_name(hers):
    hers.post(ASK_NEW, {"name": "Key on the ring"})
    answer = hers.post(NEW, {"name": "Key on the ring", "answer": "{}"})
    assert 'value="Key on the ring"' in answer.content.decode()


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", ["passkey_new", "passkey_remove"])
def test_who_signed_in_a_while_ago_shows_her_password_first(hers, ada, name, method):
    adds(hers, Device())
    args = [ada.passkeys.get().pk] if name == "passkey_remove" else []
    path = reverse(f"console:{name}", args=args)
    with time_machine.travel(time.time() + 601):
        answer = getattr(hers, method)(path)
    assert answer.url.startswith(reverse("console:proof"))
    assert ada.passkeys.exists()


def test_nor_is_a_device_asked_then(hers):
    with time_machine.travel(time.time() + 601):
        answer = hers.post(ASK_NEW, {"name": "Mine"})
    assert "show your password" in answer.json()["problem"]


def test_the_password_leads_on(hers):
    with time_machine.travel(time.time() + 601):
        proof = {"password": PASSWORD, "next": NEW}
        assert hers.post(reverse("console:proof"), proof).url == NEW
        assert hers.get(NEW).status_code == 200


def test_a_guess_does_not_and_guesses_wait(hers):
    with time_machine.travel(time.time() + 601):
        for _ in range(6):
            guess = {"password": "a guess", "next": NEW}
            answer = hers.post(reverse("console:proof"), guess)
        assert hers.get(NEW).status_code == 302
    assert "Too many tries" in answer.content.decode()


def test_one_is_renamed(hers, ada):
    adds(hers, Device())
    path = reverse("console:passkey_name", args=[ada.passkeys.get().pk])
    hers.post(path, {"name": "Old laptop"})
    assert ada.passkeys.get().name == "Old laptop"
    entry = AuditEntry.objects.get(verb="renamed a passkey")
    assert (entry.subject, entry.detail) == ("Old laptop", {"from": "Laptop"})


def test_one_is_removed(hers, ada):
    adds(hers, Device())
    hers.post(reverse("console:passkey_remove", args=[ada.passkeys.get().pk]))
    assert not ada.passkeys.exists()
    assert AuditEntry.objects.filter(verb="removed a passkey").exists()


@pytest.mark.parametrize("name", ["passkey_name", "passkey_remove"])
def test_those_of_others_are_not_there(hers, name):
    other = UserFactory()
    registered(other)
    path = reverse(f"console:{name}", args=[other.passkeys.get().pk])
    assert hers.post(path, {"name": "Mine"}).status_code == 404
    assert other.passkeys.get().name == "Laptop"


def test_an_administrator_takes_those_of_somebody_else_away(hers):
    bo = UserFactory()
    registered(bo)
    hers.post(reverse("console:user_factor", args=[bo.pk]))
    assert not bo.has_second_factor
    verb = "switched off the second factor of"
    assert AuditEntry.objects.get(verb=verb).subject == bo.email


# -- asked of everybody


@pytest.fixture
def asked_of_all():
    Account.current()
    Account.objects.update(second_factor=True)


def test_who_has_a_passkey_goes_on(hers, asked_of_all):
    assert hers.get("/").url == PAGE
    adds(hers, Device())
    assert is_in(hers)


def test_the_last_one_stays(hers, ada, asked_of_all):
    adds(hers, Device())
    answer = hers.post(reverse("console:passkey_remove", args=[ada.passkeys.get().pk]))
    assert "this is your only one" in answer.content.decode()
    assert ada.passkeys.exists()


def test_one_of_two_goes(hers, ada, asked_of_all):
    adds(hers, Device(), "One")
    adds(hers, Device(), "Two")
    hers.post(reverse("console:passkey_remove", args=[ada.passkeys.first().pk]))
    assert ada.passkeys.get().name == "Two"


def test_who_has_a_passkey_may_ask_it_of_all(hers):
    adds(hers, Device())
    asked = {"name": "We", "time_zone": "UTC", "quiet_by": "reader", "language": "en"}
    hers.post(reverse("console:account"), {**asked, "second_factor": "on"})
    assert Account.fresh().second_factor

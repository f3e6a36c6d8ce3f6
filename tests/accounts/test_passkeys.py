"""Passkeys: what lets in, behind the password or instead, and what proves nothing."""

import contextlib
import json
import time

import pytest
import time_machine
from django.contrib.auth.tokens import default_token_generator
from django.test import Client
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from fido2.utils import websafe_decode, websafe_encode
from hypothesis import example, given
from hypothesis import strategies as st

from accounts.models import AuditEntry, Passkey, SecondFactor
from accounts.passkeys import Refused, Site
from accounts.roles import Role
from accounts.second_factor import code_at, this_step
from tests.accounts.authenticator import Device
from tests.accounts.ways_in import (
    ASK,
    LOGIN,
    PASSWORD,
    SIGN_IN,
    is_in,
    password,
    registered,
    signs_in,
)
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
STEP = reverse("second_step")
ASK_SECOND, SECOND = reverse("second_step_ask"), reverse("second_step_passkey")


@pytest.fixture(autouse=True)
def at_home(settings):
    settings.BASE_URL = "http://testserver.example"


@pytest.fixture
def ada():
    return UserFactory(email="ada@listwell.test", password=PASSWORD, role=Role.ADMIN)


@pytest.fixture
def web():
    return Client()


@pytest.fixture
def laptop(ada):
    return registered(ada)


def second(web, device, **lies):
    """Behind the password."""
    answer = device.sign(web.post(ASK_SECOND).json(), **lies)
    return web.post(SECOND, {"answer": answer})


# -- behind the password


def test_the_password_alone_lets_nobody_in_who_has_a_passkey(web, ada, laptop):
    assert password(web, ada).url == STEP
    assert not is_in(web)


def test_the_passkey_lets_her_in_where_she_wanted(web, ada, laptop):
    password(web, ada, next="/contacts/")
    assert second(web, laptop).url == "/contacts/"
    assert is_in(web)


def test_a_key_that_asks_for_no_finger_does_behind_the_password(web, ada):
    key = registered(ada, verifies=False)
    password(web, ada)
    second(web, key)
    assert is_in(web)


def test_it_stands_in_the_log_which_passkey_it_was(web, ada, laptop):
    password(web, ada)
    second(web, laptop)
    assert AuditEntry.objects.get(verb="signed in").detail["passkey"] == "Laptop"


def test_it_is_told_when_it_was_used_last(web, ada, laptop):
    password(web, ada)
    second(web, laptop)
    assert Passkey.objects.get().used_at


def test_that_of_somebody_else_does_not(web, ada, laptop):
    other = registered(UserFactory())
    password(web, ada)
    assert "none of this account" in second(web, other).content.decode()
    assert not is_in(web)


def test_without_the_password_there_is_no_question_behind_it(web, laptop):
    assert web.post(ASK_SECOND).json() == {
        "problem": "That took too long. Sign in again."
    }
    assert web.post(SECOND, {"answer": "x"}).url == LOGIN


def test_a_code_of_the_app_does_as_well(web, ada, laptop):
    app = SecondFactor.objects.begin(ada.pk)
    with time_machine.travel(time.time() - 3600):
        app.confirm(code_at(app._opened(), this_step()))
    password(web, ada)
    web.post(STEP, {"code": code_at(app._opened(), this_step())})
    assert is_in(web)


def test_a_link_to_set_a_password_does_not_lead_round_it(web, ada, laptop):
    uid = urlsafe_base64_encode(force_bytes(ada.pk))
    link = reverse("join", args=[uid, default_token_generator.make_token(ada)])
    form = web.get(link).url
    new = {"new_password1": "quite another one", "new_password2": "quite another one"}
    assert web.post(form, new).url == STEP
    assert not is_in(web)


# -- instead of the password


def test_a_passkey_that_asks_who_she_is_does_for_the_password(web, ada, laptop):
    assert signs_in(web, laptop).url == "/contacts/"
    assert is_in(web)


def test_one_that_does_not_is_not_enough(web, ada):
    key = registered(ada, verifies=False)
    assert "did not prove" in signs_in(web, key).content.decode()
    assert not is_in(web)


def test_a_place_elsewhere_is_not_followed(web, laptop):
    answer = laptop.sign(web.post(ASK).json())
    told = web.post(SIGN_IN, {"answer": answer, "next": "https://elsewhere.example/"})
    assert told.url == "/"


@pytest.mark.parametrize("on", [False, True], ids=["off", "off and on again"])
def test_who_was_switched_off_needs_a_new_password_first(web, ada, laptop, on):
    boss = UserFactory(role=Role.ADMIN)
    ada.switch(boss, on=False)
    if on:
        ada.switch(boss, on=True)
    assert "Ask an administrator" in signs_in(web, laptop).content.decode()
    assert not is_in(web)


def test_the_question_names_nobodys_passkeys(web, laptop):
    assert "allowCredentials" not in web.post(ASK).json()


def test_who_asks_without_end_has_to_wait(web, laptop):
    for _ in range(5):
        web.post(ASK)
    answer = web.post(ASK)
    assert answer.status_code == 429
    assert "Try again in 15 seconds" in answer.json()["problem"]


def test_who_gets_in_does_not_count(web, laptop):
    for _ in range(8):
        signs_in(web, laptop)
        web.logout()
    assert signs_in(web, laptop).status_code == 302


# -- what proves nothing


@pytest.mark.parametrize(
    "lies",
    [
        {"challenge": b"another question" * 2},
        {"origin": "http://testserver.example.evil.example"},
        {"origin": "https://testserver.example"},
        {"site": "evil.example"},
        {"type": "webauthn.create"},
        {"signature": b"0" * 64},
        {"handle": b"somebody else"},
        {"framed": True},
    ],
    ids=lambda lies: next(iter(lies)),
)
def test_what_was_forged_lets_nobody_in(web, laptop, lies):
    assert signs_in(web, laptop, **lies).status_code == 422
    assert not is_in(web)


def test_an_answer_counts_once(web, laptop):
    answer = laptop.sign(web.post(ASK).json())
    web.post(SIGN_IN, {"answer": answer})
    web.logout()
    assert "answered already" in web.post(SIGN_IN, {"answer": answer}).content.decode()
    assert not is_in(web)


def test_an_answer_to_the_question_before_does_not_count(web, laptop):
    answer = laptop.sign(web.post(ASK).json())
    web.post(ASK)
    assert web.post(SIGN_IN, {"answer": answer}).status_code == 422


def test_the_answer_in_another_browser_does_not_count(web, laptop):
    answer = laptop.sign(web.post(ASK).json())
    other = Client()
    other.post(ASK)
    assert other.post(SIGN_IN, {"answer": answer}).status_code == 422


def test_an_answer_that_comes_late_does_not_count(web, laptop):
    answer = laptop.sign(web.post(ASK).json())
    with time_machine.travel(time.time() + 301):
        assert web.post(SIGN_IN, {"answer": answer}).status_code == 422


def test_the_answer_behind_a_password_does_not_stand_for_it(web, ada, laptop):
    password(web, ada)
    answer = laptop.sign(web.post(ASK_SECOND).json())
    assert web.post(SIGN_IN, {"answer": answer}).status_code == 422
    assert not is_in(web)


def test_a_copy_that_was_used_less_often_is_told(web, laptop):
    laptop.uses = 7
    signs_in(web, laptop)
    web.logout()
    assert "seems to be a copy" in signs_in(web, laptop, uses=8).content.decode()
    assert not is_in(web)


def test_a_device_that_does_not_count_is_never_a_copy(web, laptop):
    signs_in(web, laptop, uses=0)
    web.logout()
    assert signs_in(web, laptop, uses=0).status_code == 302


def test_a_passkey_that_was_removed_lets_nobody_in(web, laptop):
    Passkey.objects.all().delete()
    assert "was removed here" in signs_in(web, laptop).content.decode()


WORDS = st.recursive(
    st.none() | st.integers() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["rawId", "id", "response", "signature", "clientDataJSON"]),
            inner,
        )
    ),
)
STATE = {"challenge": "AAAA", "user_verification": "required", "handle": "AA"}


@given(answer=st.text() | WORDS.map(json.dumps))
@example(answer='{"rawId": "AA", "response": {"signature": 1e12}}')
@example(answer='{"rawId": 1000000000000, "response": {}}')
@example(answer="[" * 20_000)
def test_nonsense_is_refused_and_breaks_nothing(answer):
    with pytest.raises(Refused):
        Passkey.objects.all().shown(answer, STATE)
    with pytest.raises(Refused):
        Passkey.objects.add(0, "x", answer, STATE)


def garbled(answer, name, at, octet):
    """The same, but for one octet of one part."""
    told = json.loads(answer)
    octets = bytearray(websafe_decode(told["response"][name]))
    at %= len(octets)
    octets[at] = octet if octets[at] != octet else octet ^ 1
    told["response"][name] = websafe_encode(bytes(octets))
    return json.dumps(told)


PARTS = ["clientDataJSON", "authenticatorData", "signature"]
WHERE = {"at": st.integers(0, 4_000), "octet": st.integers(0, 255)}


@given(**WHERE, part=st.sampled_from(PARTS))
def test_one_octet_that_is_not_hers_and_nobody_is_let_in(at, octet, part):
    device = registered(UserFactory())
    options, challenge = Passkey.objects.ask(instead_of_password=True)
    answer = garbled(device.sign(options), part, at, octet)
    with pytest.raises(Refused):
        Passkey.objects.all().shown(answer, challenge)


@given(**WHERE)
def test_a_garbled_passkey_is_refused_or_kept_and_breaks_nothing(at, octet):
    user = UserFactory()
    options, challenge = Passkey.objects.ask_for_new(user.pk, user.email)
    answer = garbled(Device().make(options), "attestationObject", at, octet)
    with contextlib.suppress(Refused):
        assert Passkey.objects.add(user.pk, "x", answer, challenge).descriptor


# -- where they count


@pytest.mark.parametrize(
    ("url", "name", "origin"),
    [
        ("https://mail.example", "mail.example", "https://mail.example"),
        ("https://mail.example:8443", "mail.example", "https://mail.example:8443"),
        ("http://127.0.0.1:8000", "localhost", "http://localhost:8000"),
        ("http://[::1]:8000", "localhost", "http://localhost:8000"),
    ],
)
def test_they_count_where_the_console_is(settings, url, name, origin):
    settings.BASE_URL = url
    assert Site.here() == Site(name, origin)

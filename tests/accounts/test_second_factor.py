"""The code beside the password: what lets in, what does not, nothing leads round."""

import re
import time

import pytest
import time_machine
from django.contrib.auth.tokens import default_token_generator
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from accounts import second_factor
from accounts.models import Account, AuditEntry, SecondFactor
from accounts.roles import Role
from accounts.second_factor import code_at, this_step
from tests.factories import UserFactory
from tests.threads import together

pytestmark = pytest.mark.django_db
PASSWORD = "a sentence of hers"
OVERVIEW = "/"
STEP = reverse("second_step")


@pytest.fixture
def ada():
    return UserFactory(email="ada@listwell.test", password=PASSWORD, role=Role.ADMIN)


@pytest.fixture
def factor(ada):
    """It is on, since a while."""
    found = SecondFactor.objects.begin(ada.pk)
    with time_machine.travel(time.time() - 3600):
        found.codes = found.confirm(shown(found))
    return found


def shown(factor, later=0):
    """What her app shows."""
    return code_at(factor._opened(), this_step() + later)


@pytest.fixture
def web(client):
    client.logout()
    return client


def signs_in(web, ada, **form):
    return web.post(
        reverse("login"), {"username": ada.email, "password": PASSWORD, **form}
    )


def is_in(web):
    return web.get(OVERVIEW).status_code == 200


# -- the codes


@pytest.mark.parametrize(
    ("at", "code"),
    [(59, "287082"), (1111111109, "081804"), (20000000000, "353130")],
)
def test_a_code_is_that_of_the_standard(at, code):
    # RFC 6238 appendix B, the last six digits
    assert code_at(b"12345678901234567890", at // 30) == code


def test_a_code_counts_once(factor):
    code = shown(factor)
    assert [factor.accepts(code), factor.accepts(code)] == [True, False]


def test_of_two_at_once_one_gets_in(transactional_db):
    ada = UserFactory()
    found = SecondFactor.objects.begin(ada.pk)
    with time_machine.travel(time.time() - 3600):
        found.confirm(shown(found))
    code = shown(found)
    told = together(lambda: found.accepts(code), lambda: found.accepts(code))
    assert sorted(told) == [False, True]


@pytest.mark.parametrize(("later", "fits"), [(-2, 0), (-1, 1), (0, 1), (1, 1), (2, 0)])
def test_clocks_may_differ_by_half_a_minute(factor, later, fits):
    assert factor.accepts(shown(factor, later)) == bool(fits)


def test_a_code_before_one_that_was_used_does_not_count(factor):
    assert factor.accepts(shown(factor))
    assert not factor.accepts(shown(factor, -1))


def test_a_code_for_paper_counts_once_however_it_is_typed(factor):
    code = factor.codes[3]
    assert factor.accepts(f" {code.lower().replace('-', ' ')} ")
    assert not factor.accepts(code)


def test_new_codes_for_paper_end_those_of_before(factor):
    fresh = factor.renew()
    assert not factor.accepts(factor.codes[0])
    assert factor.accepts(fresh[0])


@pytest.mark.parametrize("typed", ["", "000", "abcdef", "١٢٣٤٥٦", "1" * 40])
def test_anything_else_is_no_code(factor, typed):
    assert not factor.accepts(typed)


def test_neither_the_secret_nor_a_code_stands_in_the_database(factor):
    row = SecondFactor.objects.values().get()
    assert factor._opened() not in bytes(row["secret"])
    assert not set(factor.codes) & set(row["recovery"])


def test_a_secret_does_not_open_for_somebody_else(factor):
    other = UserFactory()
    SecondFactor.objects.filter(pk=factor.pk).update(user=other)
    with pytest.raises(second_factor.vault.Locked):
        SecondFactor.objects.get().accepts("123456")


# -- signing in


def test_the_password_alone_lets_nobody_in(web, ada, factor):
    assert signs_in(web, ada).url == STEP
    assert not is_in(web)


def test_the_code_lets_her_in_where_she_wanted(web, ada, factor):
    signs_in(web, ada, next="/contacts/")
    answer = web.post(STEP, {"code": shown(factor)})
    assert answer.url == "/contacts/"
    assert is_in(web)
    assert AuditEntry.objects.filter(actor=ada, verb="signed in").exists()


def test_a_place_elsewhere_is_not_followed(web, ada, factor):
    signs_in(web, ada, next="https://elsewhere.example/")
    assert web.post(STEP, {"code": shown(factor)}).url == OVERVIEW


def test_a_wrong_code_is_told_and_lets_nobody_in(web, ada, factor):
    signs_in(web, ada)
    answer = web.post(STEP, {"code": "000000"})
    assert answer.status_code == 422
    assert "That code is wrong" in answer.content.decode()
    assert not is_in(web)


def test_without_the_password_there_is_no_second_step(web, factor):
    assert web.get(STEP).url == reverse("login")
    assert web.post(STEP, {"code": shown(factor)}).url == reverse("login")
    assert not is_in(web)


def test_the_second_step_is_not_open_for_ever(web, ada, factor):
    signs_in(web, ada)
    with time_machine.travel(time.time() + 601):
        assert web.post(STEP, {"code": shown(factor)}).url == reverse("login")


@pytest.mark.parametrize(
    "change", [{"is_active": False}, {"password": "another one was set"}]
)
def test_who_was_switched_off_or_has_another_password_begins_anew(
    web, ada, factor, change
):
    signs_in(web, ada)
    for name, value in change.items():
        setattr(ada, name, value)
    ada.save()
    assert web.post(STEP, {"code": shown(factor)}).url == reverse("login")


def test_who_guesses_has_to_wait_and_the_password_does_not_shorten_that(
    web, ada, factor
):
    for _ in range(7):
        signs_in(web, ada)
        answer = web.post(STEP, {"code": "000000"})
    assert "Too many codes that were wrong" in answer.content.decode()
    signs_in(web, ada)
    web.post(STEP, {"code": shown(factor)})
    assert not is_in(web)


def test_a_link_to_set_a_password_does_not_lead_round_it(web, ada, factor):
    uid = urlsafe_base64_encode(force_bytes(ada.pk))
    link = reverse("join", args=[uid, default_token_generator.make_token(ada)])
    form = web.get(link).url
    new = {"new_password1": "quite another one", "new_password2": "quite another one"}
    assert web.post(form, new).url == STEP
    assert not is_in(web)
    web.post(STEP, {"code": shown(factor)})
    assert is_in(web)


# -- its pages


@pytest.fixture
def hers(client, ada):
    client.force_login(ada)
    return client


def page(name):
    return reverse(f"console:second_factor{name}")


def set_up(web, ada):
    web.post(page("_begin"))
    found = SecondFactor.objects.get(user=ada)
    return web.post(page("_setup"), {"code": shown(found)}), found


def test_it_is_on_once_a_code_was_typed(hers, ada):
    hers.post(page("_begin"))
    assert SecondFactor.objects.of(ada.pk) is None
    set_up(hers, ada)
    assert SecondFactor.objects.of(ada.pk)


def test_the_picture_and_the_key_say_the_same(hers, ada):
    hers.post(page("_begin"))
    content = hers.get(page("_setup")).content.decode()
    found = SecondFactor.objects.get()
    assert found.key in content
    assert 'class="qr"' in content
    assert found.address(ada.email) == (
        "otpauth://totp/Listwell%3Aada%40listwell.test?secret="
        f"{found.key.replace(' ', '')}&issuer=Listwell"
    )


def test_the_codes_for_paper_are_shown_once_and_work(hers, ada):
    answer, found = set_up(hers, ada)
    codes = re.findall(r"(?:[A-Z2-7]{4}-){3}[A-Z2-7]{4}", answer.content.decode())
    assert len(codes) == 10
    assert found.accepts(codes[0])
    assert codes[1] not in hers.get(page("")).content.decode()


def test_a_wrong_code_switches_nothing_on(hers, ada):
    hers.post(page("_begin"))
    assert hers.post(page("_setup"), {"code": "000000"}).status_code == 422
    assert SecondFactor.objects.of(ada.pk) is None


def test_to_begin_again_changes_nothing_of_one_that_is_on(hers, ada, factor):
    hers.post(page("_begin"))
    assert factor.accepts(shown(factor))
    assert hers.get(page("_setup")).url == page("")


@pytest.mark.parametrize("name", ["_off", "_renew"])
def test_whoever_finds_the_browser_open_changes_nothing(hers, factor, name):
    before = SecondFactor.objects.values().get()
    assert hers.post(page(name), {"code": "000000"}).status_code == 422
    assert SecondFactor.objects.values().get() == before


def test_it_is_switched_off_with_a_code(hers, ada, factor):
    hers.post(page("_off"), {"code": shown(factor)})
    assert not SecondFactor.objects.exists()
    assert AuditEntry.objects.filter(verb="switched off a second factor").exists()


def test_an_administrator_switches_off_that_of_somebody_else(hers):
    bo = UserFactory()
    SecondFactor.objects.begin(bo.pk)
    hers.post(reverse("console:user_factor", args=[bo.pk]))
    assert not SecondFactor.objects.exists()
    assert AuditEntry.objects.get().subject == bo.email


def test_an_administrator_does_not_switch_off_her_own_without_a_code(hers, ada, factor):
    hers.post(reverse("console:user_factor", args=[ada.pk]))
    assert SecondFactor.objects.of(ada.pk)


# -- asked of everybody


@pytest.fixture
def asked_of_all():
    Account.current()
    Account.objects.update(second_factor=True)


@pytest.mark.parametrize("path", ["/", "/contacts/", "/admin/", "/settings/account/"])
def test_who_lacks_it_is_led_to_the_page_where_it_is_set_up(hers, asked_of_all, path):
    assert hers.get(path).url == page("")


def test_who_has_set_it_up_goes_on(hers, ada, asked_of_all):
    assert set_up(hers, ada)[0].status_code == 200
    assert is_in(hers)


def test_who_lacks_it_can_leave(hers, asked_of_all):
    hers.post(reverse("logout"))
    assert hers.get(OVERVIEW).url.startswith(reverse("login"))


def test_it_is_not_asked_of_all_by_who_lacks_it(hers):
    settings = {"name": "We", "time_zone": "UTC", "quiet_by": "reader"}
    answer = hers.post(reverse("console:account"), {**settings, "second_factor": "on"})
    assert "Set up your own first" in answer.content.decode()
    assert not Account.current().second_factor

"""Before somebody is given back the DNS is asked whether the domain takes mail."""

import pytest
from django.urls import reverse

from bounces import domains, unbouncing
from bounces.domains import Found
from bounces.models import Change, Release
from bounces.unbouncing import NotUnbounced
from tests.bounces.test_desk import SURE, blocked, page_of
from tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sender")]
GONE = {"NULL": "says that it takes no mail", "NO_NAME": "does not exist"}
SEVERAL = reverse("bounces:unbounce_all")


@pytest.fixture
def rosa(db):
    return UserFactory(role="admin")


@pytest.fixture(params=GONE)
def gone(request, names):
    """Somebody at a domain that takes no mail today, and how that is told."""
    if request.param == "NULL":
        names.set("MX", "gone.example", "0 .")
    else:
        names.otherwise = {}
    return blocked(email="ana@gone.example"), GONE[request.param]


def side_of(contact):
    return reverse("bounces:takes_mail", args=[contact.pk])


def test_the_question_says_that_the_domain_takes_mail(client):
    text = client.get(page_of(blocked(email="ana@firm.example"))).content.decode()
    assert "firm.example takes mail today" in text


def test_a_domain_without_mail_is_refused_with_the_reason(client, gone):
    contact, told = gone
    text = client.get(page_of(contact)).content.decode()
    assert f"gone.example {told}, so the mail would come back again" in text
    assert "Unbounce this contact" not in text


def test_it_is_asked_again_when_the_answer_comes(client, gone):
    contact, told = gone
    answer = client.post(page_of(contact), SURE)
    assert answer.status_code == 409
    assert told in answer.content.decode()
    assert contact.suppressions().exists()


def test_the_verb_itself_refuses_it(gone, rosa):
    contact, told = gone
    with pytest.raises(NotUnbounced, match=told):
        unbouncing.unbounce(contact, rosa, Change.CONFIRMED, "She called")
    assert not Release.objects.exists()


def test_a_name_server_that_does_not_answer_keeps_nobody_back(client, names):
    names.silent = True
    contact = blocked(email="ana@firm.example")
    text = client.get(page_of(contact)).content.decode()
    assert "gave no answer about firm.example in time" in text
    client.post(page_of(contact), SURE)
    assert Release.objects.get().address == contact.address


def test_a_name_server_with_a_fault_keeps_nobody_back(client, names):
    names.broken.add("firm.example")
    contact = blocked(email="ana@firm.example")
    client.post(page_of(contact), SURE)
    assert Release.objects.exists()


def test_a_machine_without_a_name_server_keeps_nobody_back(monkeypatch, settings):
    settings.DNS_SERVERS = []
    monkeypatch.setattr("dns.resolver.Resolver.read_resolv_conf", refuse)
    assert domains.ask_soon(["firm.example"]) == {"firm.example": Found.UNKNOWN}


def refuse(*_):
    raise domains.dns.resolver.NoResolverConfiguration


def test_of_many_silent_domains_a_page_waits_for_the_first_only(names, monkeypatch):
    monkeypatch.setattr(domains, "SOON", 0.1)
    monkeypatch.setattr(domains, "PAGE", 0.3)
    names.silent = True
    found = domains.ask_soon(f"firm{n}.example" for n in range(100))
    assert set(found.values()) == {Found.UNKNOWN}
    assert len(found) == 100
    assert len({name for _, name in names.asked}) < 10


def test_the_dialog_on_the_contact_asks_when_it_is_opened(client, names):
    contact = blocked(email="ana@firm.example")
    text = client.get(contact.get_absolute_url()).content.decode()
    assert f'hx-get="{side_of(contact)}"' in text
    assert names.asked == []
    told = client.get(side_of(contact)).content.decode()
    assert "firm.example takes mail today" in told


def test_of_several_those_at_such_a_domain_are_left_out(client, gone, names):
    names.set("MX", "firm.example", "10 mail.firm.example.")
    contact, told = gone
    ids = [contact.pk, blocked(email="ben@firm.example").pk]
    text = client.get(SEVERAL, {"id": ids}).content.decode()
    assert "1 will be left out" in text
    assert told in text
    client.post(SEVERAL, SURE | {"id": ids, "count": "1"})
    assert Release.objects.get().address.domain == "firm.example"


def test_nothing_is_asked_where_mail_stays_on_this_machine(client, settings, names):
    settings.LOCAL_MODE, settings.DNS_SERVERS = True, []
    contact = blocked(email="ana@firm.example")
    assert "Mail stays on this machine" in client.get(side_of(contact)).content.decode()
    assert names.asked == []


def test_an_outsider_is_told_nothing(outsider_client):
    assert "/login/" in outsider_client.get(side_of(blocked()))["Location"]

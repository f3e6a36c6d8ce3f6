"""Where nothing is sent, whatever somebody writes into the form."""

import ipaddress

import pytest

from webhooks.posting import Line
from webhooks.targets import NotAllowed, checked, is_public

INSIDE = [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",  # what tells the secrets of a rented machine
    "100.64.0.1",
    "0.0.0.0",  # noqa: S104  what is refused
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fc00::1",
    "fec0::1",
    "ff02::1",
    "::ffff:10.0.0.1",
    "2002:a00:1::1",  # 10.0.0.1 as 6to4 wraps it
    "64:ff9b::a00:1",  # and as NAT64 does
    "2001:0:1:2::3",  # and Teredo
]


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_not_public(address):
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "2606:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8"]
)
def test_an_address_of_the_internet_is_public(address):
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "http://crm.example/",
        "ftp://crm.example/",
        "crm.example",
        "https://",
        "https://ann:secret@crm.example/",
        "https://crm.example/#part",
        "https://crm.example:0/",
        "https://crm.example:99999/",
        "https://crm.example/a b",
        "https://bücher.example/",
        "https://[::1",
        "http://localhost/",
    ],
)
def test_what_is_no_https_address_is_refused(url):
    with pytest.raises(NotAllowed):
        checked(url)


def test_on_this_machine_http_is_taken_where_it_is_allowed(internal):
    assert checked("http://localhost:8000/").port == 8000


def test_elsewhere_http_is_refused_also_where_inside_is_allowed(internal):
    with pytest.raises(NotAllowed):
        checked("http://crm.example/")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "2130706433"])
def test_a_connection_inside_is_refused_however_it_is_written(host):
    answer = Line.to(f"https://{host}/").post(b"{}", {})
    assert "not on the internet" in answer.problem


def test_a_name_that_leads_inside_is_refused_when_it_is_called(receiver, settings):
    """It was allowed when it was written down, and is not any more."""
    settings.WEBHOOKS_INTERNAL = True
    line = Line.to(receiver.url)
    settings.WEBHOOKS_INTERNAL = False
    line.post(b"{}", {})
    assert receiver.got == []

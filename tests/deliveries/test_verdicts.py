import pytest

from config.local import places
from deliveries.models import EventKind, Verdict
from deliveries.verdicts import MEANINGS, SIGNALS, Facts, judge

CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0 Safari/537.36"


def facts(**known):
    """A person's quiet click, an hour after delivery, but for what is `known`."""
    person = {
        "kind": EventKind.CLICK,
        "ip": "203.0.113.7",
        "user_agent": CHROME,
        "accept_language": "en",
        "after_delivery": 3600.0,
        "links": 4,
        "links_10s": 1,
    }
    return Facts(**(person | known))


def press(**known):
    return facts(kind=EventKind.CONFIRM, after_click=3.0, **known)


def test_a_quiet_click_is_a_person():
    assert judge(facts()).verdict == Verdict.HUMAN


@pytest.mark.parametrize(
    ("known", "signals"),
    [
        ({"siblings_2s": 1, "links_10s": 2}, {"sibling_link": 4}),
        ({"links_10s": 3}, {"every_link": 5}),
        ({"links_10s": 2, "links": 2}, {"every_link": 5}),
        ({"links_10s": 2, "links": 5}, {}),
        ({"links_10s": 1, "links": 1}, {}),
        ({"heads_10s": 1}, {"head_first": 4}),
        ({"after_delivery": 9.9}, {"on_arrival": 3}),
        ({"after_delivery": 179.0}, {"soon_after_arrival": 1}),
        ({"after_delivery": 180.0}, {}),
        ({"after_delivery": None}, {}),
        ({"ip": "104.47.1.2"}, {"scanner_network": 3}),
        ({"recipients_60s": 3, "domains_60s": 2}, {"one_for_many": 3}),
        ({"recipients_60s": 30, "domains_60s": 1}, {}),  # one office
        ({"user_agent": "python-requests/2.32"}, {"scanner_name": 3}),
        ({"user_agent": ""}, {"scanner_name": 3}),
        (
            {"user_agent": CHROME.replace("Chrome", "HeadlessChrome")},
            {"headless_browser": 3},
        ),
        ({"accept_language": ""}, {"bare_browser": 2}),
    ],
)
def test_each_sign_of_a_click_has_its_weight(known, signals):
    assert judge(facts(**known)).signals == signals


@pytest.mark.parametrize(
    ("known", "signals"),
    [
        ({"gesture": "pointer"}, {"gesture": -4}),
        ({"gesture": "telepathy"}, {}),
        ({"in_burst": True, "near_burst": True}, {"in_burst": 5}),
        ({"near_burst": True}, {"near_burst": 2}),
    ],
)
def test_each_sign_of_a_press_has_its_weight(known, signals):
    assert judge(press(**known)).signals == signals


def test_pressing_faster_than_one_can_read_is_a_sign_without_a_hand():
    quick = facts(kind=EventKind.CONFIRM, after_click=0.4)
    assert judge(quick).signals == {"pressed_at_once": 4}


def test_pressing_after_a_while_speaks_for_a_person():
    slow = facts(kind=EventKind.CONFIRM, after_click=5.0)
    assert judge(slow).signals == {"second_look": -3}


def test_the_signs_are_added_up():
    judgement = judge(facts(siblings_2s=3, links_10s=4))
    assert (judgement.score, judgement.verdict) == (9, Verdict.MACHINE)


@pytest.mark.parametrize(
    ("known", "verdict"),
    [
        ({"after_delivery": 60.0}, Verdict.UNVERIFIED),
        ({"after_delivery": 5.0}, Verdict.UNVERIFIED),
        ({"after_delivery": 5.0, "accept_language": ""}, Verdict.MACHINE),
    ],
)
def test_between_person_and_machine_it_is_not_certain(known, verdict):
    assert judge(facts(**known)).verdict == verdict


def test_a_hand_outweighs_one_sign_but_no_burst():
    assert judge(press(gesture="key", near_burst=True)).verdict == Verdict.HUMAN
    assert judge(press(gesture="key", siblings_2s=2, links_10s=4)).verdict == (
        Verdict.MACHINE
    )


def test_haste_and_addresses_mean_nothing_on_this_machine():
    here = facts(
        is_local=True,
        ip="127.0.0.1",
        after_delivery=0.5,
        recipients_60s=9,
        domains_60s=9,
        user_agent=CHROME.replace("Chrome", "HeadlessChrome"),
    )
    assert judge(here).verdict == Verdict.HUMAN


def test_a_burst_counts_on_this_machine_as_well():
    assert judge(facts(is_local=True, siblings_2s=1)).verdict == Verdict.MACHINE


class TestOpen:
    def test_of_a_reader_counts(self):
        assert judge(facts(kind=EventKind.OPEN)).verdict == Verdict.HUMAN

    def test_through_the_proxy_of_gmail_counts(self):
        agent = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) (via ggpht.com GoogleImageProxy)"
        assert judge(facts(kind=EventKind.OPEN, user_agent=agent)).verdict == (
            Verdict.HUMAN
        )

    def test_by_the_privacy_proxy_of_apple_is_a_machine(self):
        found = judge(facts(kind=EventKind.OPEN, user_agent="Mozilla/5.0"))
        assert found.verdict == Verdict.MACHINE


def test_every_sign_is_explained():
    assert all(signal.meaning.endswith(".") for signal in SIGNALS)
    assert len(MEANINGS) == len(SIGNALS) + 2


def test_the_table_in_the_documentation_is_the_table():
    written = (places.ROOT / "docs/confirmation.md").read_text()
    for signal in SIGNALS:
        mark = "" if signal.local else r" \*"
        row = f"| {signal.name}{mark} | {signal.weight:+d} | {signal.meaning} |"
        assert row in written, row

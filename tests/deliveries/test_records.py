"""What the DNS records of a sending domain must say: tables of right and wrong."""

import pytest

from deliveries.dkim import new_key, record_of
from deliveries.records import (
    Key,
    Reply,
    Sender,
    judge,
    level_of,
    organisation,
    spf_lookups,
)

_, PUBLIC = new_key()
_, OTHER = new_key()
RELAY = ("smtp.relay.example",)
KEY = Key("lw1", PUBLIC)
SENDER = Sender("brand.example", "bounce.brand.example", RELAY, (KEY,))
RIGHT = {
    ("TXT", "lw1._domainkey.brand.example"): [record_of(PUBLIC)],
    ("TXT", "bounce.brand.example"): ["v=spf1 a:smtp.relay.example -all"],
    ("TXT", "_dmarc.brand.example"): ["v=DMARC1; p=none"],
    ("MX", "brand.example"): ["10 mail.brand.example."],
    ("MX", "bounce.brand.example"): ["10 mail.brand.example."],
}


def asking(zone, silent=()):
    def ask(name, kind):
        if name in silent:
            return Reply((), "no name server answered in time.")
        return Reply(tuple(zone.get((kind, name), ())))

    return ask


def judged(changes=(), sender=SENDER, silent=()):
    zone = {**RIGHT, **dict(changes)}
    return judge(sender, asking(zone, silent))


def of(check, findings):
    return next(one for one in findings if one.check == check)


def test_right_records_pass_every_check():
    findings = judged()
    assert {one.level for one in findings} == {"ok"}
    assert level_of(findings) == "ok"


DKIM, SPF = ("TXT", "lw1._domainkey.brand.example"), ("TXT", "bounce.brand.example")
DMARC, MX = ("TXT", "_dmarc.brand.example"), ("MX", "brand.example")
WRONG = [
    ("dkim", DKIM, [], "bad", "There is no DKIM record"),
    ("dkim", DKIM, ["hello"], "bad", "There is no DKIM record"),
    ("dkim", DKIM, [record_of(OTHER)], "bad", "another key"),
    ("dkim", DKIM, [record_of(PUBLIC)[:200]], "bad", "another key"),
    ("dkim", DKIM, ["v=DKIM1; p="], "bad", "withdraws"),
    ("dkim", DKIM, [f"v=DKIM1; k=ed25519; p={PUBLIC}"], "bad", "RSA"),
    ("dkim", DKIM, [record_of(PUBLIC), record_of(OTHER)], "bad", "2 DKIM records"),
    ("dkim", DKIM, [record_of(PUBLIC) + "; t=y"], "warn", "t=y"),
    ("dkim", DKIM, [f"k=rsa;p={PUBLIC[:90]} {PUBLIC[90:]}"], "ok", "holds the key"),
    ("spf", SPF, [], "bad", "no SPF record"),
    ("spf", SPF, ["v=spf1 a -all", "v=spf1 mx -all"], "bad", "Join them"),
    ("spf", SPF, ["v=spf1 +all"], "bad", "whole world"),
    ("spf", SPF, ["v=spf1 -all"], "bad", "names no server"),
    ("spf", SPF, ["v=spf1 a:smtp.relay.example"], "warn", "End it"),
    ("spf", SPF, ["v=spf1 " + "mx " * 11 + "-all"], "bad", "11 times"),
    ("spf", SPF, ["v=spf1 ip4:192.0.2.1 ~all", "google-site=1"], "ok", "0 of 10"),
    ("dmarc", DMARC, [], "bad", "no DMARC record"),
    ("dmarc", DMARC, ["v=DMARC1; p=maybe"], "bad", "no policy"),
    ("dmarc", DMARC, ["v=DMARC1; rua=mailto:d@brand.example"], "ok", "p=none"),
    ("dmarc", DMARC, ["v=DMARC1; p=reject; aspf=r"], "ok", "p=reject"),
    ("alignment", DMARC, ["v=DMARC1; p=none; aspf=s"], "warn", "aspf=s"),
    ("mx", MX, [], "bad", "no MX record"),
    ("mx", MX, ["0 ."], "bad", "null MX"),
    ("return_path", ("MX", "bounce.brand.example"), [], "bad", "no MX record"),
]


@pytest.mark.parametrize(("check", "place", "values", "level", "words"), WRONG)
def test_what_is_wrong_is_said(check, place, values, level, words):
    finding = of(check, judged({place: values}))
    assert finding.level == level
    assert words in finding.sentence
    assert finding.record.name
    assert finding.record.value


def test_a_web_address_without_mx_is_only_a_warning():
    findings = judged({MX: [], ("A", "brand.example"): ["192.0.2.1"]})
    assert of("mx", findings).level == "warn"
    assert level_of(findings) == "ok"


def test_what_could_not_be_asked_is_no_verdict():
    findings = judged(silent={"_dmarc.brand.example"})
    assert of("dmarc", findings).level == "unknown"
    assert level_of(findings) == "unknown"


def test_the_policy_of_the_organisation_holds_below_it():
    sender = Sender("news.brand.example", "bounce.brand.example", ("192.0.2.9",))
    zone = {("MX", "news.brand.example"): ["5 mx.brand.example."]}
    findings = judged(zone, sender)
    assert of("dmarc", findings).level == "ok"
    assert of("alignment", findings).level == "ok"


def test_a_return_path_elsewhere_is_not_aligned_and_does_not_block():
    relays = ("192.0.2.9",)
    sender = Sender("brand.example", "bounce.relay.example", relays, SENDER.keys)
    zone = {
        ("TXT", "bounce.relay.example"): ["v=spf1 ip4:192.0.2.9 -all"],
        ("MX", "bounce.relay.example"): ["5 mx.relay.example."],
    }
    findings = judged(zone, sender)
    assert of("alignment", findings).level == "warn"
    assert level_of(findings) == "ok"


def test_one_good_key_is_enough():
    sender = Sender(
        "brand.example",
        "bounce.brand.example",
        RELAY,
        (KEY, Key("lw2", OTHER)),
    )
    findings = judged(sender=sender)
    assert [one.optional for one in findings if one.check == "dkim"] == [False, True]
    assert level_of(findings) == "ok"


def test_included_records_cost_lookups_too():
    zone = {
        ("TXT", "a.example"): ["v=spf1 include:b.example mx -all"],
        ("TXT", "b.example"): ["v=spf1 include:a.example exists:%{i}.x.example -all"],
    }
    assert spf_lookups("v=spf1 include:a.example -all", asking(zone)) == 5
    chain = {
        ("TXT", f"n{n}.example"): [f"v=spf1 include:n{n + 1}.example -all"]
        for n in range(1000)
    }
    assert 10 < spf_lookups("v=spf1 include:n0.example -all", asking(chain)) < 20


def test_the_organisation_is_where_the_walk_says():
    zone = {
        ("TXT", "_dmarc.example"): ["v=DMARC1; p=none; psd=y"],
        ("TXT", "_dmarc.own.brand.example"): ["v=DMARC1; p=none; psd=n"],
    }
    ask = asking(zone)
    assert organisation("a.b.brand.example", ask) == "brand.example"
    assert organisation("x.own.brand.example", ask) == "own.brand.example"
    assert organisation("alone.test", ask) == "alone.test"


@pytest.mark.parametrize(
    ("relays", "value"),
    [
        (("smtp.relay.example",), "v=spf1 a:smtp.relay.example -all"),
        (("192.0.2.7",), "v=spf1 ip4:192.0.2.7 -all"),
        (("2001:db8::7",), "v=spf1 ip6:2001:db8::7 -all"),
        (("192.0.2.7", "x.example"), "v=spf1 ip4:192.0.2.7 a:x.example -all"),
    ],
)
def test_the_spf_record_to_set_names_our_relays(relays, value):
    sender = Sender("brand.example", "bounce.brand.example", relays)
    assert of("spf", judged({SPF: []}, sender)).record.value == value


class TestMailThatLeavesByProviders:
    """Others sign it and take what comes back."""

    def judged(self, changes=(), relays=()):
        others = ("Postmark", "Resend")
        sender = Sender(SENDER.domain, SENDER.return_path, relays, (KEY,), others)
        return judged(changes, sender)

    def test_neither_our_key_nor_our_return_path_is_asked_for(self):
        findings = self.judged({DKIM: [], SPF: []})
        assert level_of(findings) == "ok"
        assert "Postmark and Resend" in of("spf", findings).sentence
        assert not any(one.check == "alignment" for one in findings)

    def test_a_key_that_is_not_there_does_not_begin_to_sign(self):
        found = of("dkim", self.judged({DKIM: []}))
        assert (found.level, found.optional) == ("bad", True)
        assert "verify brand.example there" in found.sentence

    def test_the_policy_rests_on_their_signature(self):
        sentence = of("dmarc", self.judged()).sentence
        assert sentence.endswith("signature of Postmark and Resend for brand.example.")

    def test_opt_outs_by_mail_still_have_to_come_in(self):
        findings = self.judged({("MX", "bounce.brand.example"): []})
        assert level_of(findings) == "bad"
        assert "addresses for opting out" in of("return_path", findings).sentence

    def test_beside_a_mail_server_all_of_it_is_asked_for(self):
        findings = self.judged({DKIM: [], SPF: []}, RELAY)
        bad = {one.check for one in findings if one.level == "bad" and not one.optional}
        assert bad == {"dkim", "spf"}
        assert "So is that of Postmark" in of("dmarc", findings).sentence

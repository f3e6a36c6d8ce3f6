"""Against real sockets: what a mail server may answer, and when it may hang up."""

import pytest

from deliveries import smtp
from deliveries.smtp import Answer, Gone, Mail, Unreachable, data_of, open_door
from tests.scripted import DATA, END, Scripted


def mails(number):
    return [
        Mail(n, "b@b.test", f"r{n}@r.test", b"X: y\r\n\r\nz\r\n") for n in range(number)
    ]


@pytest.fixture(params=[(), ("PIPELINING",)], ids=["stepwise", "pipelined"])
def serve(request):
    def start(**script):
        return Scripted(script.get("script", {}), *request.param)

    return start


def delivered(server, number=3):
    door = open_door(server.settings, hello="us.test")
    found, gone = [], None
    try:
        for mail, answer in door.deliver(mails(number)):
            found.append((mail.key, answer.code))
    except Gone as problem:
        gone = problem
    door.close()
    server.thread.join(5)
    return found, gone


def test_every_mail_is_answered_in_order(serve):
    server = serve()
    found, gone = delivered(server)
    assert found == [(0, 250), (1, 250), (2, 250)]
    assert gone is None
    assert server.texts == [b"X: y\r\n\r\nz\r\n"] * 3


def test_a_refused_recipient_does_not_hurt_the_others(serve):
    server = serve(script={"RCPT TO:<r1@r.test>": "550 5.1.1 nobody", DATA: "354 go"})
    found, gone = delivered(server)
    assert found == [(0, 250), (1, 550), (2, 250)]
    assert gone is None
    assert [text for text in server.texts if text] == [b"X: y\r\n\r\nz\r\n"] * 2
    assert "RSET" in server.said


def test_a_server_that_refuses_everything_is_told_everything(serve):
    found, _ = delivered(serve(script={"MAIL": "451 4.3.0 later", DATA: "503 no"}))
    assert found == [(0, 451), (1, 451), (2, 451)]


def test_a_refused_text_is_the_answer(serve):
    found, _ = delivered(serve(script={END: "554 5.7.1 spam"}))
    assert found == [(0, 554), (1, 554), (2, 554)]


def test_a_server_that_hangs_up_before_the_text_has_taken_nothing(serve):
    found, gone = delivered(serve(script={"RCPT": ""}))
    assert found == []
    assert gone.unknown is None


def test_a_server_that_hangs_up_after_the_text_leaves_one_mail_unknown(serve):
    found, gone = delivered(serve(script={END: ""}))
    assert found == []
    assert gone.unknown.key == 0


def test_a_server_that_closes_politely_has_not_taken_the_mail(serve):
    found, gone = delivered(serve(script={END: "421 4.3.2 closing"}))
    assert found == []
    assert gone.unknown is None


def test_pipelining_saves_round_trips():
    server = Scripted({}, "PIPELINING")
    delivered(server, 5)
    assert [line.split()[0].upper() for line in server.said] == [
        "EHLO",
        *["MAIL", "RCPT", "DATA"] * 5,
        "QUIT",
    ]


def test_where_the_server_reports_failures_it_is_asked_to():
    server = Scripted({}, "DSN")
    delivered(server, 1)
    assert server.said[1:3] == [
        "MAIL FROM:<b@b.test> RET=HDRS",
        "RCPT TO:<r0@r.test> NOTIFY=FAILURE,DELAY",
    ]


def test_an_address_beyond_ascii_needs_a_server_that_takes_it():
    mail = Mail(1, "b@b.test", "jörg@r.test", b"x\r\n")
    for extensions, code in (((), 553), (("SMTPUTF8",), 250)):
        door = open_door(Scripted({}, *extensions).settings, hello="us.test")
        ((_, answer),) = door.deliver([mail])
        assert answer.code == code
        door.close()


def test_nobody_at_home_is_a_sentence():
    settings = {"host": "127.0.0.1", "port": 1, "tls": False}
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1:1 cannot be used"):
        open_door(settings, hello="us.test")


@pytest.mark.parametrize(
    ("content", "sent"),
    [
        (b"a\r\n", b"a\r\n.\r\n"),
        (b"a", b"a\r\n.\r\n"),
        (b".a\r\n..\r\n.\r\n", b"..a\r\n...\r\n..\r\n.\r\n"),
    ],
)
def test_a_dot_never_ends_a_mail_too_early(content, sent):
    assert data_of(content) == sent


@pytest.mark.parametrize(
    ("text", "enhanced"),
    [
        ("5.1.1 nobody", "5.1.1"),
        ("OK queued as 1.2.3", ""),
        ("[4.7.28] slow", "4.7.28"),
    ],
)
def test_the_enhanced_code_is_found(text, enhanced):
    assert Answer(250, text).enhanced == enhanced


def test_patience_ends_before_a_started_mail_counts_as_stuck():
    assert smtp.PATIENCE * 2 < 300

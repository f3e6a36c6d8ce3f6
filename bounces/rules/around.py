"""Turns of phrase around what counts: whose something is, and what programs say.

As in turns.py, before which they are asked.
"""

from __future__ import annotations

import re

Turn = tuple[str, re.Pattern[str], str]


def turn(letters: str, pattern: str, word: str) -> Turn:
    return letters, re.compile(pattern), f" {word} "


AROUND = (
    # Around the answer that counts
    turn(
        "returned an error",
        r"\b(?:remote|destination|other) server returned an error\b",
        "",
    ),
    # Whose it is says more than what it is: the network and the sender are ours
    turn(
        "your ",
        r"\byour (?:[a-z-]{2,12} ){0,2}?(?:reverse|ptr|rdns|hostname|helo|host name)\b",
        "ptr",
    ),
    turn(
        "your ",
        r"\byour (?:mail |smtp |sending |email |own |current |dns |isp'?s? ){0,2}"
        r"(?:server|host|mta|machine|system|ip|network|isp|provider|client|gateway)\b",
        "ip",
    ),
    turn(
        "your ",
        r"\byour (?:mail |email |e-mail |sending |own |from |sender ){0,2}"
        r"(?:domain|address|account|mailbox|identity|login|organi[sz]ation)\b",
        "sender",
    ),
    turn(
        "you",
        r"\byou(?:'re| are| have| must| may| can)(?: not|not|n't)\b",
        "sender not",
    ),
    turn("you", r"\byou(?:'re| are) (?=unknown\b|no )", "sender"),
    turn(
        "from",
        r"\bfrom (?:this|that|your|the sending|the connecting) "
        r"(?:server|host|ip|address|network|range|machine|client|location)\b",
        "ip",
    ),
    turn(
        "ing ",
        r"\b(?:connecting|sending|calling|originating|submitting)"
        r" (?:mail |smtp )?(?:host|server|ip|system|mta|machine|network)\b",
        "ip",
    ),
    turn(
        "ing ",
        r"\b(?:sending|originating|from) (?:e?mail )?(?:domain|address)\b"
        r"|\b(?:domain|host|address) you(?:'re| are) (?:sending|mailing) from\b",
        "sender",
    ),
    # A list that is not there is an address that is not there
    turn(
        " ",
        r"\b(?:(?:distribution|mailing) list|group)"
        r"(?= (?:@ |[a-z]{1,20} ){0,1}(?:not found|does not exist|unknown|is unknown))"
        r"|(?<=no such )(?:(?:distribution|mailing) )?(?:list|group)\b",
        "user",
    ),
    turn("dear ", r"\bdear (?:sender|customer|client|user)s?\b", ""),
    turn("number", r"\b(?:tele)?(?:phone|mobile|cell|box) number\b", "user"),
    turn("client ", r"\bclient (?=(?:mailbox|account)\b)", ""),
    turn("user ", r"\buser[ -]agent\b", "program"),
    turn("from", r"\bfrom[ -](?:address|domain)\b", "sender"),
    turn(
        "domain",
        r"\b(?:recipient|user|destination|addressee)(?:'s|s')? (?:e?mail )?"
        r"(?=domain\b)",
        "",
    ),
    # An address of email is an address, not a message
    turn(
        "mail",
        r"\be?-?mail (?=(?:address|adress|account|user|recipient|konto)\w*\b)",
        "",
    ),
    turn(
        " ",
        r"\b(adresse|compte|indirizzo|conta|cuenta|direccion|endereco|adres)"
        r" +(?:de |di |da )?(?:e-?mail|email|correo|courriel)\b",
        r"\1",
    ),
    turn(". ", r"\b(?:destin|dest|recip|addr|acct|usr)\. (?=[a-z])", "recipient"),
    turn("user", r"\buser path\b|\bgateway user\b", "user"),
    # What programs say around the reason
    turn(
        "you",
        r"\b(?:that |which )?you(?:'re| are| were| have)? (?:trying to|tried to"
        r"|attempt\w*(?: to)?|writing to|wrote to|specified|entered|gave|used"
        r"|provided|requested)"
        r"(?: reach| contact| send| mail| deliver| e-?mail)?(?: to)?\b",
        "",
    ),
    turn(
        "receive", r"\bdid not receive (?:this|your|the) (?:message|mail|email)\b", ""
    ),
    turn("relay=", r"\brelay=", ""),
    turn("connected to", r"\bconnected to +ip\b", ""),
    turn("route", r"\broute to host\b", "route"),
    turn("part", r"\blocal[ -]part\b", "localpart"),
    turn("name", r"\b(?:that|this|such|the|of) name\b(?! server| service)", "user"),
    turn("o/r", r"\bo/r[ -]?name\b", "user"),
)

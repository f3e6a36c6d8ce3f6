"""A refusal read as things and their states, whatever its words: pure.

"We could not find a mailbox of that name" and "Empfänger unbekannt" say the same:
a box is unknown. Each state is given to the things nearest to it in its sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from unicodedata import normalize

from bounces.rules.nots import FILLERS, NONE, NOT, UNDONE
from bounces.rules.signs import LETTERS, SIGNS
from bounces.rules.turns import turned
from bounces.rules.words import STATES, THINGS, Table

PERSON = " @ "  # stands for an address
ASIDE = " addressaside "  # and for one that is only named behind: "not found: <...>"
NOTHING = "nothing"  # of which a state is said that stands alone
NAMED = "named"  # the state of a thing that is spoken of at all
FEW = 4  # words of such a reply
FAR = 8  # words between a state and its thing
UNDOING = (-1, -2, 1, -3)  # where "not" may stand
MISSED = frozenset({"box", "domain", "name", "proof", "relay", "route"})
LONGEST_STEM = 20
MOST_SENTENCES = 60
MOST_WORDS = 80  # in a sentence

Pair = tuple[str, str]

TOKEN = re.compile(r"@|[^\W_]+(?:'[^\W_]+)*")
ELIDED = re.compile(r"\b(?:[cdjlst]|qu|un|all|dell|nell|sull)'")  # l'utente
TOO_MANY = re.compile(r"\btoo (?:many|much)\b")
DENIED = re.compile(r"\bn'")  # n'existe pas
LACKED = re.compile(  # "does not have a NAME account" is "no account"
    r"(?:\bnot|\bn't|n't) (?:have|got|own) (?:an? |any |such |that |this )"
    r"(?:[^\s@]{1,60}\.[^\s@]{2,20} )?"
)
REFUSAL = "recipient address rejected: "  # Postfix, before the reason
SENTENCE = re.compile(r"[.;!?]\s|[\u3002\uff01\uff1b]")
ADDRESS = re.compile(r"<?[^\s<>@:;,()]{1,80}@[^\s<>@:;,()]{1,250}>?")
APART = re.compile(r"(?<=[:(\[]) {0,3}@ {0,3}(?=[)\].;,]|$)")
NETWORK = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b")
PLACE = re.compile(
    r"https?://\S{0,500}|www\.\S+|\[[\d.a-f:]{7,45}\]"
    r"|(?:host|server) \S{1,200} (?:\[[^\]]{0,60}\] |\([^)]{0,60}\) )?"
    r"(?:said|replied|responded)\b"
    r"|(?:host|server) \S{1,200} \[[^\]]{0,60}\]:"
    r"|after (?:ehlo|helo|mail from|rcpt to|end of data|initial connection)\S*"
    r"|in reply to [a-z ]{4,12} command"
    r"|\b(?:[a-z0-9_-]{1,63}\.){2,8}[a-z]{2,20}\b"
    r"|\b[a-z0-9_-]{1,63}\.(?:com|net|org|edu|gov|info|biz|example|test|ru|de|fr|jp|uk"
    r"|cn|br|pl|cz|nl|eu|ch|se|dk|fi|kr|tw|hk)\b"
)
# What is spoken of beside changes what is meant: sizes by the hour are a pace, and
# what the DNS says of a network is a name
BESIDE_PACE = frozenset({"exceeded", "many", "full", "large"})
BESIDE_NAME = frozenset({"unknown", "failed", "needed", "dnsless", "refused"})
OF_SOMEBODY = frozenset({"unknown", "closed", "foreign"})
SOMEBODY = frozenset({"box", "person"})
OURS = frozenset({"network", "sender", "name"})
SERVER = frozenset({"server"})
# Between scripts without spaces and others
BORDER = re.compile(
    r"(?<=[\u2e80-\uffff])(?=[a-z0-9])|(?<=[a-z0-9])(?=[\u2e80-\uffff])"
)
PLAIN = {
    **{
        code: normalize("NFKD", chr(code))[0]
        for code in (*range(0xC0, 0x250), *range(0x370, 0x400), *range(0x1E00, 0x1F00))
    },
    **str.maketrans(LETTERS),
}
SIGN = {sign: word for word, signs in SIGNS.items() for sign in signs.split()}
SIGNED = re.compile("|".join(sorted(map(re.escape, SIGN), key=len, reverse=True)))


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a word may stand for. `undone`: its states when a "not" is near."""

    things: frozenset[str]
    states: frozenset[str]
    undone: frozenset[str]
    is_not: bool
    is_none: bool


def plain(text: str) -> str:
    """Without accents and the like, which half of all servers leave out."""
    return text.translate(PLAIN)


class Vocabulary:
    """A table of words turned round: from a word to what it stands for."""

    def __init__(self, table: Table) -> None:
        self.words: dict[str, set[str]] = {}
        self.stems: dict[str, set[str]] = {}
        for name, words in table.items():
            for word in plain(words).split():
                place = self.stems if word.endswith("*") else self.words
                place.setdefault(word.rstrip("*"), set()).add(name)

    def of(self, word: str) -> frozenset[str]:
        found = set(self.words.get(word, ()))
        for end in range(3, min(len(word), LONGEST_STEM) + 1):
            found |= self.stems.get(word[:end], set())
        return frozenset(found)


THING, STATE, UNDO = Vocabulary(THINGS), Vocabulary(STATES), Vocabulary(UNDONE)
BESIDE = frozenset(plain(FILLERS).split())
NOTS, NONES = Vocabulary({"not": NOT}), Vocabulary({"none": NONE})


@lru_cache(maxsize=20_000)
def meaning(word: str) -> Meaning:
    return Meaning(
        THING.of(word),
        STATE.of(word),
        UNDO.of(word),
        bool(NOTS.of(word)),
        bool(NONES.of(word)),
    )


@lru_cache(maxsize=256)  # asked several times of one reply
def said_in(text: str) -> frozenset[Pair]:
    """The things of a text and their states. `text`: in lower case, on one line."""
    if not text.isascii():
        text = SIGNED.sub(lambda found: f" {SIGN[found[0]]} ", BORDER.sub(" ", text))
        text = plain(text)
    text = text.replace(REFUSAL, "")
    text = LACKED.sub(" no ", TOO_MANY.sub(" toomany ", text))
    if "'" in text:
        text = ELIDED.sub(" ", DENIED.sub(" not ", text))
    text = APART.sub(ASIDE, ADDRESS.sub(PERSON, text))
    text = PLACE.sub(" ", text)
    text = NETWORK.sub(" ip ", text.replace("mail from:", " mailfrom "))
    text = turned(text)
    sentences = [
        TOKEN.findall(sentence)[:MOST_WORDS]
        for sentence in SENTENCE.split(text, MOST_SENTENCES)
    ]
    said = frozenset(pair for words in sentences for pair in pairs_in(words))
    return (said or alone(sentences)) | named_in(sentences)


def named_in(sentences: Sequence[Sequence[str]]) -> frozenset[Pair]:
    return frozenset(
        (thing, NAMED)
        for words in sentences
        for word in words
        for thing in meaning(word).things
    )


def alone(sentences: Sequence[Sequence[str]]) -> frozenset[Pair]:
    """The one state of the few words of a reply that speaks of no thing at all."""
    said = [word for words in sentences for word in words if not is_filler(word)]
    meant = [meaning(word) for word in said]
    if len(meant) > FEW or not all(is_state(one) for one in meant):
        return frozenset()
    found = {state for _, state in states_in(meant)}
    return frozenset((NOTHING, state) for state in found if len(found) == 1)


def is_filler(word: str) -> bool:
    return word.isdigit() or word in BESIDE


def is_state(one: Meaning) -> bool:
    return not one.things and bool(one.states or one.undone or one.is_not)


def pairs_in(words: Sequence[str]) -> Iterator[Pair]:
    meant = [meaning(word) for word in words]
    if ASIDE.strip() in words:
        is_alone = not any(one.things for one in meant)
        instead = meaning(PERSON.strip())
        meant = [
            instead if is_alone and word == ASIDE.strip() else one
            for word, one in zip(words, meant, strict=True)
        ]
    spoken_of = frozenset().union(*(one.things for one in meant))
    for place, state in states_in(meant):
        topic = topic_of(state, spoken_of)
        things = frozenset({topic}) if topic else nearest(place, meant)
        if things == SERVER and state in OF_SOMEBODY and not beside(place, meant):
            things = spoken_of & SOMEBODY or things  # "the system knows no such user"
        for thing in things:
            yield thing, state


def beside(place: int, meant: Sequence[Meaning]) -> bool:
    """Whether a state stands right beside its thing: "unknown server"."""
    return any(one.things for one in meant[max(place - 1, 0) : place + 2])


def topic_of(state: str, spoken_of: frozenset[str]) -> str:
    """The thing a state is about because of what its whole sentence is about."""
    if "pace" in spoken_of and state in BESIDE_PACE:
        return "pace"
    if (
        state in BESIDE_NAME
        and "network" in spoken_of
        and not spoken_of.isdisjoint({"name", "dns"})
    ):
        return "name"
    if state == "dnsless" and "sender" in spoken_of:
        return "sender"
    of_the_dns = state in ("unknown", "dnsless") and {"dns", "domain"} <= spoken_of
    return "domain" if of_the_dns and spoken_of.isdisjoint(OURS) else ""


def states_in(meant: Sequence[Meaning]) -> Iterator[tuple[int, str]]:
    """What is said, and at which word."""
    for n, one in enumerate(meant):
        if one.is_none:
            yield from ((n, state) for state in missing(meant[n + 1 : n + 3]))
        undone = one.undone and any(denies(n + step, n, meant) for step in UNDOING)
        for state in one.undone if undone else one.states:
            yield n, state


def denies(place: int, n: int, meant: Sequence[Meaning]) -> bool:
    """Whether the "not" of a place is about the word n: not in "no mailbox available",
    where it is about the mailbox."""
    if not (0 <= place < len(meant) and meant[place].is_not):
        return False
    return not (
        meant[place].is_none and place + 1 < n and meant[place + 1].things & MISSED
    )


def missing(after: Sequence[Meaning]) -> Iterator[str]:
    """What "no" says of the thing behind it: "no mailbox here", "no space left"."""
    for one in after:
        if one.things & MISSED:
            yield "unknown"
        if "space" in one.things:
            yield "full"


def nearest(place: int, meant: Sequence[Meaning]) -> frozenset[str]:
    """The things on the nearer side of a state: all that stand together there."""
    for distance in range(FAR + 1):
        sides = [(place - distance, -1), (place + distance, 1)]
        found = [
            together(at, step, meant)
            for at, step in sides
            if 0 <= at < len(meant) and meant[at].things
        ]
        if found:
            return frozenset().union(*found)
    return frozenset()


def together(at: int, step: int, meant: Sequence[Meaning]) -> frozenset[str]:
    """ "recipient address", "quota of the mailbox": things hardly a word apart."""
    found = meant[at].things
    gap = 0
    while gap < 3 and 0 <= at + step < len(meant):
        at += step
        gap = 0 if meant[at].things else gap + 1
        found |= meant[at].things
    return found

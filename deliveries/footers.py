"""What the footer of a marketing email says, in the languages of the pages behind it.

The words stand in a table and not in the catalogues: they are written into the mail
once, whoever is spoken to at that moment, and the day of the yes is put in for each.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache

from django.utils import translation
from django.utils.formats import date_format

from accounts.languages import Language, known
from accounts.models import Account
from consent.models import Brand, SubscriptionType
from deliveries.layout import Footer
from deliveries.models import Channel

SELLING = frozenset({Channel.MARKETING, Channel.SEQUENCE, Channel.TEST})


@dataclass(frozen=True, slots=True)
class Words:
    """`reason` names the sender and what was agreed to; `since` goes behind it, where
    the day is known."""

    reason: str
    since: str
    unsubscribe: str
    preferences: str
    why: str


WORDS: dict[str, Words] = {
    Language.ENGLISH: Words(
        "You get this email from {sender} because you agreed to “{kind}”",
        " on {day}",
        "Unsubscribe",
        "Choose what you get",
        "Why did I get this?",
    ),
    Language.FINNISH: Words(
        "Saat tämän viestin lähettäjältä {sender}, koska olet tilannut sisällön"
        " ”{kind}”",
        " {day}",
        "Peruuta tilaus",
        "Valitse, mitä saat",
        "Miksi sain tämän?",
    ),
    Language.FRENCH: Words(
        "Vous recevez cet e-mail de {sender} parce que vous avez accepté « {kind} »",
        " le {day}",
        "Se désabonner",
        "Choisir ce que vous recevez",
        "Pourquoi ai-je reçu ce message ?",
    ),
    Language.BOKMAL: Words(
        "Du får denne e-posten fra {sender} fordi du sa ja til «{kind}»",
        " {day}",
        "Meld deg av",
        "Velg hva du får",
        "Hvorfor fikk jeg denne?",
    ),
    Language.POLISH: Words(
        "Otrzymujesz tę wiadomość od nadawcy {sender}, ponieważ wyrażono zgodę na"
        " „{kind}”",
        " {day}",
        "Wypisz się",
        "Wybierz, co otrzymujesz",
        "Dlaczego to dostaję?",
    ),
}
# where the type has no name, or the mail is looked at before it has a type
OUR_EMAILS: dict[str, str] = {
    Language.ENGLISH: "our emails",
    Language.FINNISH: "sähköpostimme",
    Language.FRENCH: "nos e-mails",
    Language.BOKMAL: "e-postene våre",
    Language.POLISH: "nasze wiadomości",
}


def language_of(variant: str) -> str:
    """In which language the footer of a variant is: its own, else that of the readers
    of the account."""
    return known(variant) or Account.current().language


def footer_of(
    brand: Brand | None, kind: SubscriptionType | None, channel: str, variant: str = ""
) -> Footer:
    """Of a mail in one of its languages; "": in its own words."""
    language = language_of(variant)
    words, sender = WORDS[language], ""
    if brand:
        sender = brand.legal_name or brand.name
    with translation.override(language):
        subscribed = kind.words.name if kind else OUR_EMAILS[language]
    reason = words.reason.format(sender=sender, kind=subscribed)
    return Footer(
        sender=sender,
        postal_address=brand.postal_address if brand else "",
        reason=reason if channel in SELLING else "",
        unsubscribe=words.unsubscribe,
        preferences=words.preferences,
        why=words.why,
        language=language,
    )


@lru_cache(maxsize=4_096)
def since(day: dt.date, language: str) -> str:
    """The day of the yes, to be put behind the reason. Mails that were frozen before
    footers had a language name none."""
    language = language or Language.ENGLISH
    with translation.override(language):
        said = date_format(day, "j F Y" if language == "en" else "DATE_FORMAT")
    return WORDS[language].since.format(day=said)

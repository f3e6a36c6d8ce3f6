"""Conditions are said in the language of who reads them, in the order it wants."""

import pytest
from django.conf import settings
from django.utils import translation

from segments.fields import STANDARD, Family
from segments.operators import OPERATORS
from segments.rules import parse
from segments.words import lines, sentence

LANGUAGES = [key for key, _ in settings.LANGUAGES]
SILENT = {
    "field": "email_event",
    "operator": "received_but_not_clicked",
    "when": {"operator": "in_last", "value": 30, "unit": "days"},
}
RULES = {
    "match": "any",
    "rules": [
        {
            "match": "all",
            "rules": [
                {"field": "city", "operator": "contains", "value": "Oslo"},
                {"field": "delivered", "operator": "greater", "value": 1199},
                SILENT,
            ],
        }
    ],
}


class Fixed:
    """The fields that every installation has."""

    def field(self, key):
        return next((one for one in STANDARD if one.key == key), None)

    def choices(self, field):
        return dict(field.choices)


@pytest.fixture(params=LANGUAGES)
def language(request):
    with translation.override(request.param):
        yield request.param


SENTENCES = {
    "en": "Contacts whose City contains “Oslo” and whose Marketing emails delivered"
    " is more than 1,199 (1,200 or more) and who received but did not click a link in"
    " any marketing email, in the last 30 days.",
    "fi": "Jokainen yhteyshenkilö, jonka Kaupunki sisältää ”Oslo” ja jonka Toimitetut"
    " markkinointiviestit on enemmän kuin 1\xa0199 (vähintään 1\xa0200) ja joka sai"
    " viestin, mutta ei napsauttanut linkkiä: mikä tahansa markkinointiviesti,"
    " enintään 30 päivää sitten.",
    "fr": "Tout contact dont Ville contient « Oslo » et dont E-mails marketing remis"
    " est supérieur à 1\xa0199 (1\xa0200 ou plus) et qui a reçu, mais n’a cliqué sur"
    " aucun lien dans n’importe quel e-mail marketing, il y a au plus 30 jours.",
    "nb": "Alle kontakter der By inneholder «Oslo» og der Markedsførings-e-poster"
    " levert er mer enn 1\xa0199 (1\xa0200 eller flere) og som mottok, men klikket ikke"
    " på en lenke i en hvilken som helst markedsførings-e-post, de siste 30 dager.",
    "pl": "Każdy kontakt, którego Miasto zawiera „Oslo” i którego Dostarczone e-maile"
    " marketingowe to więcej niż 1\xa0199 (1\xa0200 lub więcej) i który otrzymał, ale"
    " nie kliknął linku w e-mailu: dowolny e-mail marketingowy, najwyżej 30 dni temu.",
}


def test_rules_are_a_sentence_of_the_language(language):
    assert sentence(parse(RULES, Fixed()), Fixed()) == SENTENCES[language]


def test_every_line_is_in_the_language():
    with translation.override("fr"):
        told = [one.words for one in lines(parse(RULES, Fixed()), Fixed())]
    assert told[:3] == [
        "Au moins une de celles-ci",
        "Toutes celles-ci",
        "Ville contient « Oslo »",
    ]


@pytest.mark.parametrize("type", OPERATORS)
def test_operators_of_a_type_are_told_apart(language, type):
    labels = [one.label for one in OPERATORS[type]]
    assert all(labels)
    assert len(set(labels)) == len(labels)


def test_what_stands_between_field_and_value_is_chosen_from():
    with translation.override("pl"):
        asked = {one.key: one.label for one in STANDARD[6].operators}
    assert asked["more_than_ago"] == "jest ponad … temu"
    assert asked["between"] == "jest między"


def test_fields_of_a_family_are_told_apart(language):
    for family in Family:
        labels = [str(one.label) for one in STANDARD if one.family is family]
        assert len(set(labels)) == len(labels), family.label

"""A form, its mail and its record speak the language that the form is written in."""

import pytest
from django.db import IntegrityError
from django.test import Client

from consent.models import TypeTranslation
from contacts.models import Contact
from deliveries.models import Message
from deliveries.tokens import Purpose
from signups.models import Form, Submission
from signups.taking import invite
from tests.factories import ContactFactory, FormFactory
from tests.signups.conftest import BROWSER, filled, path_of, sign_up

pytestmark = pytest.mark.django_db


@pytest.fixture
def form():
    form = FormFactory(language="fi", questions=[{"name": "city"}])
    TypeTranslation.objects.create(
        subscription_type=form.offered()[0], language="fi", name="Uutiskirje"
    )
    return form


def shown(path, **headers):
    return Client(**{**BROWSER, **headers}).get(path).content.decode()


def test_the_page_speaks_as_the_form_whatever_the_browser_asks(form):
    page = shown(f"/f/{form.key}?lang=pl", HTTP_ACCEPT_LANGUAGE="fr")
    assert '<html lang="fi">' in page
    assert "Sähköpostiosoite" in page
    assert "Kaupunki" in page
    assert "Uutiskirje" in page


def test_what_is_wrong_is_said_in_it(form):
    answer = Client(**BROWSER).post(
        f"/f/{form.key}", filled(form, email="ana@gmial.com")
    )
    assert "Tarkoititko ana@gmail.com?" in answer.content.decode()


def test_its_copy_for_other_pages_speaks_it(client, form):
    page = client.get(form.get_absolute_url()).content.decode()
    assert "Sähköpostiosoite" in page


def test_the_mail_speaks_it(form):
    sign_up(form)
    message = Message.objects.get()
    assert message.subject == "Vahvista tilaus: Uutiskirje"
    assert "Kyllä, se olin minä" in message.text


def test_the_record_points_at_the_words_in_the_language_shown(form):
    text = sign_up(form).text
    assert text.language == "fi"
    assert "Uutiskirje" in text.body


def test_other_words_of_a_type_are_another_version(form):
    before = form.keep_words()
    TypeTranslation.objects.update(name="Kuukausikirje")
    assert Form.objects.get(pk=form.pk).keep_words() != before


@pytest.mark.parametrize("purpose", [Purpose.SIGNUP, Purpose.DISOWN])
def test_the_pages_behind_the_mail_speak_it_until_another_is_chosen(form, purpose):
    path = path_of(sign_up(form), purpose)
    assert '<html lang="fi">' in shown(path)
    assert '<html lang="pl">' in shown(f"{path}?lang=pl")


def test_saying_no_leads_on_in_the_chosen_language(form):
    path = path_of(sign_up(form), Purpose.DISOWN)
    answer = Client(**BROWSER).post(f"{path}?lang=nb")
    assert answer.url == f"{path}?lang=nb"


def test_an_invitation_speaks_as_the_contact(form, alice):
    contact = ContactFactory(language="fi")
    invite(Contact.objects.get(pk=contact.pk), form.offered()[0], alice)
    assert Submission.objects.get().text.language == "fi"
    assert Message.objects.get().subject == "Vahvista tilaus: Uutiskirje"


def test_a_form_in_a_language_nobody_speaks_is_refused(form):
    with pytest.raises(IntegrityError, match="form_language_is_known"):
        Form.objects.update(language="de")

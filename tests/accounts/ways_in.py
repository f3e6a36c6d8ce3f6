"""Somebody at the sign-in, with a password or with a device that holds a passkey."""

from django.urls import reverse

from accounts.models import Passkey
from tests.accounts.authenticator import Device

PASSWORD = "a sentence of hers"
LOGIN = reverse("login")
ASK, SIGN_IN = reverse("passkey_ask"), reverse("passkey_sign_in")


def registered(user, name="Laptop", **looks):
    """A device that holds a passkey of hers."""
    device = Device(**looks)
    options, challenge = Passkey.objects.ask_for_new(user.pk, user.email)
    Passkey.objects.add(user.pk, name, device.make(options), challenge)
    return device


def password(web, ada, **form):
    return web.post(LOGIN, {"username": ada.email, "password": PASSWORD, **form})


def is_in(web):
    return web.get("/").status_code == 200


def signs_in(web, device, **lies):
    """With the passkey alone."""
    answer = device.sign(web.post(ASK).json(), **lies)
    return web.post(SIGN_IN, {"answer": answer, "next": "/contacts/"})

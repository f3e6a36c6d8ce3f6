"""What the browser asks a device, and its answer: each question is answered once."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.passkeys import Challenge, Options, Refused

KEPT = "passkey"  # where a session keeps what was asked
KEPT_FOR = 300  # seconds; the device itself may wait for a finger
TOO_LATE = _("That took too long, or was answered already. Try again.")


class AnswerForm(forms.Form):
    """What the device said, as JSON; the script of the page writes it."""

    answer = forms.CharField(
        max_length=20_000, required=False, widget=forms.HiddenInput
    )


def hand_out(
    request: HttpRequest, purpose: str, asked: tuple[Options, Challenge]
) -> JsonResponse:
    options, challenge = asked
    now = timezone.now().timestamp()
    request.session[KEPT] = {"for": purpose, "at": now, "challenge": challenge}
    return JsonResponse(options)


def take_in(request: HttpRequest, purpose: str) -> Challenge:
    """What was asked for this purpose; gone then. Raises Refused."""
    kept = request.session.pop(KEPT, None)
    age = timezone.now().timestamp() - (kept or {"at": 0})["at"]
    if not kept or kept["for"] != purpose or age > KEPT_FOR:
        raise Refused(TOO_LATE)
    challenge: Challenge = kept["challenge"]
    return challenge


def refusal(problem: str, status: int) -> JsonResponse:
    """Instead of a question; the script of the page says it."""
    return JsonResponse({"problem": problem}, status=status)

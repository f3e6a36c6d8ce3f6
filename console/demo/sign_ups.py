"""One form of the demo, with somebody in every state of signing up."""

from __future__ import annotations

import datetime as dt

from accounts.models import User
from consent import addresses
from consent.models import Brand, SubscriptionType
from deliveries.models import Delivery, DeliveryState
from signups import confirming
from signups.confirming import Press
from signups.models import Form, Submission
from signups.taking import Entry, Visitor, take

# name, days ago, and what she did with the mail
PEOPLE = (
    ("aino", 1, ""),
    ("berit", 2, ""),
    ("celine", 3, "yes"),
    ("dorota", 5, "yes"),
    ("eero", 6, "yes"),
    ("frida", 4, "no"),
    ("gustaw", 9, ""),
)
PRESS = Press(ip="203.0.113.20", user_agent="Firefox/140", gesture="key", dwell=5_000)


def sign_up(now: dt.datetime, user: User) -> None:
    form = make_form(user)
    for number, (name, days, then) in enumerate(PEOPLE, start=1):
        submission = take(_entry(form, name, number))
        at = now - dt.timedelta(days=days)
        _date_back(submission, at)
        if then == "yes":
            confirming.confirm(submission, _with_code(submission))
        if then == "no":
            confirming.disown(submission, PRESS)
    take(_entry(form, "berit", 30))
    take(_entry(form, "berit", 31))
    Submission.objects.filter(pk__in=Submission.objects.overdue()).forget()
    Form.objects.filter(pk=form.pk).update(shown=212)


def make_form(user: User) -> Form:
    brand = Brand.objects.default()
    form = Form.objects.create(
        name="Newsletter in the footer",
        brand=brand,
        title="Get our newsletter",
        introduction="What is new, what we learnt, and where to meet us.",
        questions=[{"name": "first_name", "required": False}],
        consent="Please send me by email:",
        tracking="You may measure whether I open and click, to write less and better.",
        notice="We keep your address until you leave. Every email has a link for that.",
        created_by=user,
    )
    form.types.set(SubscriptionType.objects.active().filter(brand=brand))
    form.keep_words()
    return form


def _entry(form: Form, name: str, number: int) -> Entry:
    email = f"{name}@signup.example"
    return Entry(
        version=form.keep_words(),
        parsed=addresses.parse(email),
        email=email,
        types=form.offered()[:1],
        answers={"first_name": name.capitalize()},
        visitor=Visitor(ip=f"203.0.113.{number}", user_agent="Firefox/140"),
    )


def _with_code(submission: Submission) -> Press:
    return Press(
        ip=PRESS.ip, user_agent="Firefox/140", code=confirming.code_of(submission)
    )


def _date_back(submission: Submission, at: dt.datetime) -> None:
    """As if it had been sent then, and its mail delivered a moment later."""
    Submission.objects.filter(pk=submission.pk).update(at=at)
    Delivery.objects.filter(pk=submission.delivery_id or 0).update(
        state=DeliveryState.DELIVERED,
        queued_at=at,
        started_at=at,
        settled_at=at,
        delivered_at=at,
    )
    submission.refresh_from_db()

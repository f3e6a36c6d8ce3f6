"""Who would get an email, who would not and why, in numbers that add up.

in segments + single contacts = duplicates + everybody;
everybody = will get it + each reason.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy

from campaigns.models import MarketingEmail
from contacts.models import Contact
from deliveries import audience
from deliveries.audience import LeftOut
from deliveries.frequency import limits_of
from deliveries.predicates import Asked
from deliveries.refusals import mailable, refused
from deliveries.room import roomy
from segments.models import Segment, SegmentMember

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# Who got this many without ever opening or clicking is not sent more of the same;
# who did once, after so many since the last sign of life.
NEVER_ENGAGED = 11
LAPSED = 16

LEFT_OUT = "left_out"
EXCLUDED = "excluded"
SKIPPED = "unengaged"
LABELS: dict[str, StrOrPromise] = {
    LEFT_OUT: gettext_lazy("Left out by name"),
    EXCLUDED: gettext_lazy("In a segment you left out"),
    SKIPPED: gettext_lazy("Not engaging"),
}
SENTENCES: dict[str, StrOrPromise] = {
    LEFT_OUT: gettext_lazy("Was left out of this email by name."),
    EXCLUDED: gettext_lazy("Is in a segment that this email was not to go to."),
    SKIPPED: gettext_lazy("Got many emails and has not opened or clicked for long."),
}

# Counting more people than this takes longer than a page may.
LARGE = 50_000

# untracked mail is not among the sends since: nobody knows whether it was opened
UNENGAGED = Q(
    sends_since_engagement__gte=NEVER_ENGAGED,
    opened=0,
    clicked=0,
    last_opened_at=None,
    last_clicked_at=None,
) | Q(sends_since_engagement__gte=LAPSED)


@dataclass(frozen=True, slots=True)
class Funnel:
    """The numbers of the review page; `reasons` most first."""

    in_segments: int = 0
    singles: int = 0
    duplicates: int = 0
    will_get: int = 0
    reasons: dict[str, int] = field(default_factory=dict)

    @property
    def everybody(self) -> int:
        return self.in_segments + self.singles - self.duplicates

    @property
    def not_sent(self) -> int:
        return sum(self.reasons.values())

    def moved_from(self, expected: int) -> bool:
        """More than one in a hundred away from what the author saw."""
        return abs(self.will_get - expected) * 100 > expected

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def contacts_of(email: MarketingEmail) -> models.QuerySet[Contact]:
    """Everybody in the segments to send to, and the single contacts, once; who is left
    out still among them.

    No two contacts have one address: so nobody gets two copies.
    """
    chosen, named = list(email.include.all()), _named(email, gets=True)
    if not named:
        return Segment.objects.audience(chosen) if chosen else Contact.objects.none()
    singles = Contact.objects.filter(pk__in=named)
    if not chosen:
        return singles
    members = SegmentMember.objects.current().filter(segment__in=chosen)
    both = members.values("contact").union(singles.values("pk"))
    return Contact.objects.filter(pk__in=both)


def _named(email: MarketingEmail, *, gets: bool) -> list[int]:
    return [pk for pk, one in email.named().items() if one == gets]


def aims(email: MarketingEmail) -> list[dict[str, Any]]:
    """The segments it goes to and those it leaves out, each in its version."""
    chosen = [(one, False) for one in email.include.all()]
    chosen += [(one, True) for one in email.exclude.all()]
    return [
        {
            "segment": one.pk,
            "name": one.name,
            "version": one.version,
            "is_left_out": is_left_out,
        }
        for one, is_left_out in chosen
    ]


def left_out(email: MarketingEmail) -> list[LeftOut]:
    """The reasons that are this email's own: told when no other applies."""
    found: list[LeftOut] = []
    if out := _named(email, gets=False):
        found.append((LEFT_OUT, Q(pk__in=out), SENTENCES[LEFT_OUT]))
    excluded = [one.pk for one in email.exclude.all()]
    if excluded:
        stays = SegmentMember.objects.current().filter(segment__in=excluded)
        inside = Exists(stays.filter(contact_id=OuterRef("pk")))
        found.append((EXCLUDED, inside, SENTENCES[EXCLUDED]))
    if email.skip_unengaged:
        found.append((SKIPPED, UNENGAGED, SENTENCES[SKIPPED]))
    return found


def is_large(email: MarketingEmail) -> bool:
    """Counting who gets it takes seconds: by the sizes at the last refresh."""
    sizes = email.include.aggregate(people=models.Sum("size"))
    return (sizes["people"] or 0) > LARGE


def funnel(email: MarketingEmail) -> Funnel:
    """The numbers now; empty while no type or no segment is chosen."""
    if email.subscription_type is None:
        return Funnel()
    counts = audience.preview(
        contacts_of(email),
        email.subscription_type,
        extra=left_out(email),
        limits=limits_of(email.subscription_type, email.bound),
    )
    return funnel_of(email, dict(counts))


def funnel_of(email: MarketingEmail, counts: dict[str, int]) -> Funnel:
    """`counts`: reason -> people, '' for those who get it."""
    people, singles = sum(counts.values()), len(_named(email, gets=True))
    in_segments = _stays(list(email.include.all()), people, others=singles)
    most_first = sorted(counts.items(), key=lambda row: (-row[1], row[0]))
    reasons = {key: count for key, count in most_first if key and count}
    return Funnel(
        in_segments=in_segments,
        singles=singles,
        duplicates=in_segments + singles - people,
        will_get=counts.get("", 0),
        reasons=reasons,
    )


def _stays(segments: list[Segment], people: int, *, others: int) -> int:
    """Members of all these segments, whoever is in two counted twice; of one alone
    there are as many as people, where there are no others."""
    if len(segments) == 1 and not others:
        return people
    with roomy():
        return sum(one.members().count() for one in segments)


def people_with(email: MarketingEmail, reason: str) -> models.QuerySet[Contact]:
    """The contacts behind one number of the funnel; '' for those who get it."""
    kind = email.subscription_type
    if kind is None:
        return Contact.objects.none()
    people, asked = contacts_of(email), Asked.about(kind, "address_id")
    limits = limits_of(kind, email.bound)
    own = [(one.key, one.applies(asked)) for one in limits]
    own += [(key, where) for key, where, _ in left_out(email)]
    if reason and reason not in dict(own):
        return refused(people, reason, kind)
    rows = mailable(people, kind)
    for key, where in own:
        if key == reason:
            return rows.filter(where)
        rows = rows.filter(~where)
    return rows

"""Single people of an email: chosen, or left out, beside its segments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from django.db import models

from contacts.models import Contact

if TYPE_CHECKING:
    from campaigns.models.emails import MarketingEmail

# Who has more people in mind makes a segment of them.
MOST_SINGLES = 200


class SingleContactQuerySet(models.QuerySet["SingleContact"]):
    def settle(self, email: MarketingEmail, named: Mapping[int, bool]) -> None:
        """Exactly these from now on: contact to whether she gets it. Who stays as she
        was is not touched: that would void an approval."""
        now = dict(self.filter(email=email).values_list("contact_id", "gets"))
        gone = [pk for pk in now if pk not in named]
        self.filter(email=email, contact__in=gone).delete()
        for gets in (True, False):
            moved = [
                pk for pk, new in named.items() if new == gets != now.get(pk, gets)
            ]
            self.filter(email=email, contact__in=moved).update(gets=gets)
        self.bulk_create(
            SingleContact(email=email, contact_id=pk, gets=gets)
            for pk, gets in named.items()
            if pk not in now
        )

    def merge(self, kept: Contact, gone: Contact) -> None:
        """What was said of either holds for both; to be left out wins."""
        of_gone = self.filter(contact=gone)
        out = of_gone.filter(gets=False).values("email")
        self.filter(contact=kept, gets=True, email__in=out).update(gets=False)
        of_kept = self.filter(contact=kept).values("email")
        of_gone.exclude(email__in=of_kept).update(contact=kept)


class SingleContact(models.Model):
    """One person whom an email goes to, or not, whatever its segments say."""

    email = models.ForeignKey(
        "campaigns.MarketingEmail", on_delete=models.CASCADE, related_name="singles"
    )
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    gets = models.BooleanField()

    objects = SingleContactQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["email", "contact"],
                name="single_contact_once_for_each_email",
                violation_error_message=(
                    "This contact is chosen or left out already. Not both."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact}: {'gets' if self.gets else 'does not get'} {self.email}"

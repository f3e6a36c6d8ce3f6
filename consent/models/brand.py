"""Who writes, and what people subscribe to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from django.db import IntegrityError, models, transaction
from django.db.models import Q, prefetch_related_objects
from django.db.models.functions import Upper
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from accounts.languages import Language
from accounts.models import User

if TYPE_CHECKING:
    from consent.models.look import BrandWords


class Tracking(models.TextChoices):
    """What is kept of what readers do with the mail of a brand; the laxest first."""

    FULL = "full", _("Full: who opened and clicked what, and when")
    HYGIENE = "hygiene", _("Hygiene only: the day of the last open and click")
    OFF = "off", _("Off: nothing")

    @classmethod
    def strictest(cls, *modes: str) -> Tracking:
        order = list(cls)
        return max(map(cls, modes), key=order.index)


class BrandQuerySet(models.QuerySet["Brand"]):
    def for_user(self, user: User) -> BrandQuerySet:
        return self.filter(user.within("pk"))

    def in_order(self) -> BrandQuerySet:
        """The default one, then by name."""
        return self.order_by("-is_default", "name")

    def default(self) -> Brand:
        return self.get(is_default=True)

    def home(self, user: User) -> Brand:
        """What she begins with: the default one, else the first that is hers."""
        return self.for_user(user).in_order()[0]


class Brand(models.Model):
    """A business unit: who writes. The postal address stands in every mail."""

    name = models.CharField(max_length=120, unique=True)
    slug = models.SlugField(max_length=60, unique=True)
    legal_name = models.CharField(max_length=200, blank=True)
    postal_address = models.TextField(blank=True)
    website = models.URLField(blank=True)
    # shown wherever people agree, and which one it was stands in the record of that
    privacy_url = models.URLField(blank=True, db_default="")
    privacy_version = models.CharField(max_length=40, blank=True, db_default="")
    from_name = models.CharField(max_length=120, blank=True)
    from_email = models.EmailField(blank=True)
    reply_to = models.EmailField(blank=True)
    # of buttons and links on the public pages, "#rrggbb": see consent.look
    colour = models.CharField(max_length=7, blank=True)
    logo = models.ForeignKey(
        "consent.Logo", on_delete=models.PROTECT, null=True, blank=True
    )
    # a stricter mode holds at once, for mail that was sent before as well
    tracking = models.CharField(
        max_length=10,
        choices=Tracking,
        default=Tracking.FULL,
        db_default=Tracking.FULL,
    )
    # whether only those are tracked who agreed to that; who refused never is
    tracking_needs_consent = models.BooleanField(default=False, db_default=False)
    is_default = models.BooleanField(default=False)

    objects = BrandQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["is_default"],
                condition=Q(is_default=True),
                name="brand_one_default",
            ),
            models.CheckConstraint(
                condition=Q(colour="") | Q(colour__regex="^#[0-9a-f]{6}$"),
                name="brand_colour_is_one",
                violation_error_message=_("Write the colour as # and six digits."),
            ),
            models.CheckConstraint(
                condition=Q(tracking__in=Tracking.values),
                name="brand_tracking_is_known",
            ),
            models.CheckConstraint(
                condition=Q(privacy_version="") | ~Q(privacy_url=""),
                name="brand_privacy_version_is_of_a_policy",
                violation_error_message=_("Say where this privacy policy is."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def privacy(self) -> str:
        """Which privacy policy it has now, and where; "" for none."""
        version = f" ({self.privacy_version})" if self.privacy_version else ""
        return f"{self.privacy_url}{version}" if self.privacy_url else ""

    def said(self) -> BrandWords | None:
        """Its own words in the language that is spoken."""
        return self.words.filter(language=get_language()).first()


class Period(models.IntegerChoices):
    """Days in which so many mails are promised at most."""

    DAY = 1, _("a day")
    WEEK = 7, _("a week")
    FORTNIGHT = 14, _("in two weeks")
    MONTH = 30, _("a month")
    QUARTER = 91, _("a quarter")
    YEAR = 365, _("a year")


class SubscriptionTypeQuerySet(models.QuerySet["SubscriptionType"]):
    def for_user(self, user: User) -> SubscriptionTypeQuerySet:
        return self.filter(user.within("brand"))

    def active(self) -> SubscriptionTypeQuerySet:
        return self.filter(archived_at=None)

    def default(self) -> SubscriptionType:
        return self.get(is_default=True)

    def in_order(self) -> SubscriptionTypeQuerySet:
        """Brand by brand, each in the order in which its readers see them."""
        return self.order_by("-brand__is_default", "brand__name", "position", "id")

    def next_position(self) -> int:
        """Behind all others."""
        last = self.aggregate(last=models.Max("position"))["last"]
        return 0 if last is None else last + 1

    def for_readers(self) -> SubscriptionTypeQuerySet:
        """With their brand, and their words in every language."""
        return self.select_related("brand").prefetch_related("translations")


@dataclass(frozen=True, slots=True)
class Words:
    """A subscription type as one reader sees it."""

    name: str
    description: str
    frequency: str
    purpose: str

    @property
    def details(self) -> str:
        """What she gets, how often and what for, as far as it is said."""
        told = ", ".join(filter(None, (self.description, self.frequency)))
        what_for = gettext("What for: %(purpose)s") % {"purpose": self.purpose}
        return " · ".join(filter(None, (told, self.purpose and what_for)))


class SubscriptionType(models.Model):
    """What somebody subscribes to. Every marketing email has exactly one."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=60)
    description = models.CharField(max_length=300, blank=True)
    # told to whoever agrees: GDPR Art. 13(1)(c)
    purpose = models.CharField(max_length=300, blank=True, db_default="")
    frequency = models.CharField(
        max_length=60, blank=True, help_text="As promised to people: “once a month”."
    )
    # the same as numbers, which are kept to: see deliveries.frequency
    promised_mails = models.PositiveSmallIntegerField(null=True, blank=True)
    promised_days = models.PositiveSmallIntegerField(
        null=True, blank=True, choices=Period
    )
    position = models.PositiveSmallIntegerField(default=0)
    is_default = models.BooleanField(default=False)
    archived_at = models.DateTimeField(null=True, blank=True)

    objects = SubscriptionTypeQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["position", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["brand", "slug"], name="subscription_type_slug_once"
            ),
            models.UniqueConstraint(
                Upper("name"),
                condition=Q(archived_at=None),
                name="subscription_type_name_once_in_use",
            ),
            models.UniqueConstraint(
                fields=["is_default"],
                condition=Q(is_default=True),
                name="subscription_type_one_default",
            ),
            models.CheckConstraint(
                condition=Q(is_default=False) | Q(archived_at=None),
                name="subscription_type_default_is_offered",
                violation_error_message="The default type cannot be archived.",
            ),
            models.CheckConstraint(
                condition=Q(promised_mails=None, promised_days=None)
                | Q(
                    promised_mails__isnull=False,
                    promised_days__isnull=False,
                    promised_mails__range=(1, 1000),
                    promised_days__in=Period.values,
                ),
                name="subscription_type_promise_is_whole",
                violation_error_message=_(
                    "Say how many emails (1 to 1,000) at most and in what time, or"
                    " leave both empty."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @transaction.atomic
    def move(self, by: int) -> bool:
        """Change places with the type in use of its brand before (-1) or behind (1)
        it, as readers see them; False at the end of that list."""
        mine = SubscriptionType.objects.active().filter(brand=self.brand_id)
        locked = mine.select_for_update(no_key=True).order_by("pk")
        order = sorted(locked, key=lambda one: (one.position, one.pk))
        at = order.index(self) if self in order else -1
        if at < 0 or not 0 <= at + by < len(order):
            return False
        order[at], order[at + by] = order[at + by], order[at]
        for position, one in enumerate(order):
            if one.position != position:
                one.position = position
                one.save(update_fields=["position"])
        return True

    def restore(self) -> bool:
        """Take it out of the archive; False while another type in use has its name."""
        try:
            with transaction.atomic():
                SubscriptionType.objects.filter(pk=self.pk).update(archived_at=None)
        except IntegrityError:  # subscription_type_name_once_in_use
            return False
        self.archived_at = None
        return True

    @property
    def words(self) -> Words:
        """In the language that is spoken; what is not translated stays as it is."""
        prefetch_related_objects([self], "translations")
        said = {one.language: one for one in self.translations.all()}
        told = said.get(get_language() or "")
        return Words(
            name=(told and told.name) or self.name,
            description=(told and told.description) or self.description,
            frequency=(told and told.frequency) or self.frequency,
            purpose=(told and told.purpose) or self.purpose,
        )


class TypeTranslation(models.Model):
    """A subscription type in another language than the one it was written in."""

    subscription_type = models.ForeignKey(
        SubscriptionType, on_delete=models.CASCADE, related_name="translations"
    )
    language = models.CharField(max_length=12, choices=Language)
    name = models.CharField(max_length=120, blank=True)
    description = models.CharField(max_length=300, blank=True)
    frequency = models.CharField(max_length=60, blank=True)
    purpose = models.CharField(max_length=300, blank=True, db_default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subscription_type", "language"],
                name="type_translation_once_per_language",
            ),
            models.CheckConstraint(
                condition=Q(language__in=Language.values),
                name="type_translation_language_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name or self.subscription_type} ({self.get_language_display()})"

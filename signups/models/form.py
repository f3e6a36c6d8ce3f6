"""One form, and every wording it was ever shown with."""

from __future__ import annotations

import hashlib
import secrets
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.html import escape
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.languages import Language
from accounts.models import User
from consent.models import Brand, ConsentText, SubscriptionType

# what a form may ask beside the address and the custom properties
CONTACT_QUESTIONS = {
    "first_name": _("First name"),
    "last_name": _("Last name"),
    "company": _("Company"),
    "phone": _("Phone"),
    "city": _("City"),
    "country": _("Country"),
}


def new_key() -> str:
    """What stands in the public address: tells nothing and cannot be guessed."""
    return secrets.token_hex(6)


class FormQuerySet(models.QuerySet["Form"]):
    def for_user(self, user: User) -> FormQuerySet:
        return self.filter(user.within("brand"))

    def active(self) -> FormQuerySet:
        return self.filter(archived_at=None)

    def count_a_look(self, pk: int) -> None:
        """Somebody was shown the form; a number for its report and nothing else."""
        self.filter(pk=pk).update(shown=F("shown") + 1)


class Form(models.Model):
    """A way in: a page with the words people agree to, and what it does with a yes.

    `questions` is a list of {"name": a key of CONTACT_QUESTIONS or "property_<id>",
    "required": bool}. `by_button`: there is one kind of mail and no box, pressing the
    button is the yes.
    """

    key = models.CharField(max_length=16, unique=True, default=new_key)
    name = models.CharField(max_length=120)
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    types = models.ManyToManyField(SubscriptionType, related_name="+")
    by_button = models.BooleanField(default=False)
    title = models.CharField(max_length=120, default="Subscribe")
    introduction = models.TextField(blank=True)
    questions = models.JSONField(default=list, blank=True)
    consent = models.TextField()
    tracking = models.TextField(blank=True)
    notice = models.TextField(blank=True)
    button = models.CharField(max_length=40, default="Subscribe")
    thanks = models.TextField(blank=True)
    redirect_url = models.URLField(blank=True)
    language = models.CharField(
        max_length=12, choices=Language, default=Language.ENGLISH
    )
    double_opt_in = models.BooleanField(default=True)
    takes_disposable = models.BooleanField(default=False)
    frame_ancestors = models.JSONField(default=list, blank=True)
    forget_after_days = models.PositiveSmallIntegerField(default=7)
    shown = models.BigIntegerField(default=0, db_default=0)
    created_at = models.DateTimeField(db_default=Now())
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL)
    archived_at = models.DateTimeField(null=True, blank=True)

    objects = FormQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(forget_after_days__gte=1, forget_after_days__lte=14),
                name="form_forgets_within_two_weeks",
                violation_error_message=_("Keep unconfirmed sign-ups 1 to 14 days."),
            ),
            models.CheckConstraint(
                condition=Q(language__in=Language.values),
                name="form_language_is_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("signups:detail", args=[self.pk])

    @property
    def public_url(self) -> str:
        return settings.BASE_URL + reverse("signups:form", args=[self.key])

    @property
    def frame(self) -> str:
        """The page in a frame, as HTML to copy into another page."""
        title = escape(self.title)
        size = 'width="100%" height="640"'
        return f'<iframe src="{self.public_url}" title="{title}" {size}></iframe>'

    def offered(self) -> list[SubscriptionType]:
        """The kinds of mail it offers, without those that are offered no more."""
        return list(self.types.active().for_readers())

    def words(self) -> str:
        """Everything a person reads before she says yes; a record points at it."""
        box = "" if self.by_button else "[ ] "
        with translation.override(self.language):
            boxes = [_box(kind, box) for kind in self.offered()]
            policy = gettext("Privacy policy: %(which)s")
            policy %= {"which": self.brand.privacy}
        tracking = f"[ ] {self.tracking}" if self.tracking else ""
        privacy = policy if self.brand.privacy else ""
        parts = [self.consent, *boxes, tracking, self.notice, privacy]
        parts.append(f"({self.button})")
        return "\n".join(part.strip() for part in parts if part.strip())

    def digest(self) -> str:
        """Which words these are, as ConsentText counts them."""
        told = f"{self.language}\n{self.words()}"
        return hashlib.sha256(told.encode()).hexdigest()

    def version_shown(self, digest: str) -> Version | None:
        """The wording somebody saw: today's, or an older one on a page that has a
        copy of the form. None when this form never had it."""
        if digest == self.digest():
            return self.keep_words()
        known = self.versions.filter(text__digest=digest)
        found: Version | None = known.select_related("text").first()
        return found

    def keep_words(self) -> Version:
        """Today's wording, written down when it is new."""
        text = ConsentText.of(self.words(), self.language)
        offered = [kind.pk for kind in self.offered()]
        return Version.objects.get_or_create(
            form=self, text=text, defaults={"type_ids": offered}
        )[0]

    def archive(self) -> bool:
        """Close it; False when it was closed before. What people said stays."""
        mine = Form.objects.active().filter(pk=self.pk)
        return mine.update(archived_at=timezone.now()) == 1

    def restore(self) -> None:
        self.archived_at = None
        self.save(update_fields=["archived_at"])


def _box(kind: SubscriptionType, box: str) -> str:
    words = kind.words
    details = f": {words.details}" if words.details else ""
    return f"{box}{words.name}, {kind.brand}{details}"


class Version(models.Model):
    """One wording of one form, and the kinds of mail it named; never changed."""

    form = models.ForeignKey(Form, on_delete=models.PROTECT, related_name="versions")
    text = models.ForeignKey(ConsentText, on_delete=models.PROTECT, related_name="+")
    type_ids = models.JSONField(default=list)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["form", "text"], name="version_once_per_wording"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.form}, wording of {self.created_at:%Y-%m-%d}"

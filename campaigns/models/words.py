"""What an email says, by whom and about what."""

from __future__ import annotations

from typing import Any

from django.db import models

from consent.models import Brand, SubscriptionType, Tracking
from deliveries.problems import size_of

# What a message takes over from its email, as it is.
CONTENT = (
    "subscription_type_id",
    "from_name",
    "from_email",
    "reply_to",
    "subject",
    "preview_text",
    "blocks",
    "variants",
    "open_tracked",
    "click_tracked",
)

# What its author writes, and every version keeps.
WRITTEN = ("subject", "preview_text", "blocks", "variants")

# What of it stands there once for each language.
SAID = ("subject", "preview_text", "blocks")


class Written(models.Model):
    """The words of an email, its sender and whether readers are tracked."""

    # no default on purpose: the author chooses what the email is about
    subscription_type = models.ForeignKey(
        SubscriptionType, null=True, blank=True, on_delete=models.PROTECT
    )
    from_name = models.CharField(max_length=120, blank=True)
    from_email = models.EmailField(blank=True)
    reply_to = models.EmailField(blank=True)
    subject = models.CharField(max_length=300, blank=True)
    preview_text = models.CharField(max_length=300, blank=True)
    # list of blocks, see campaigns.blocks and deliveries.rendering
    blocks = models.JSONField(default=list, blank=True)
    # the same in other languages, see deliveries.languages
    variants = models.JSONField(
        default=dict,
        blank=True,
        db_default=models.Value({}, models.JSONField()),
    )
    open_tracked = models.BooleanField(default=True)
    click_tracked = models.BooleanField(default=True)

    class Meta:
        abstract = True

    @property
    def kilobytes(self) -> int:
        """How much HTML a reader gets."""
        return round(size_of(self) / 1024)

    @property
    def content(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in WRITTEN}

    def worded(self, language: str, said: dict[str, Any]) -> dict[str, Any]:
        """`said` as the content in one of its languages, for `save_content`."""
        if not language:
            return said
        return {"variants": {**self.variants, language: said}}

    @property
    def measured(self) -> str:
        """What a draft is to learn of its readers, in words: the stricter of what its
        author and its brand want."""
        wanted = {"opens": self.open_tracked, "clicks": self.click_tracked}
        parts = [name for name, is_wanted in wanted.items() if is_wanted]
        brand = self.brand
        if not parts or brand.tracking == Tracking.OFF:
            return "None"
        told = " and ".join(parts)
        if brand.tracking == Tracking.HYGIENE:
            told = "the day of the last open or click"
        who = " of those who agreed" if brand.tracking_needs_consent else ""
        return told.capitalize() + who

    @property
    def brand(self) -> Brand:
        """Who writes: the brand of the subscription type, else the default one."""
        chosen = self.subscription_type
        return chosen.brand if chosen else Brand.objects.default()

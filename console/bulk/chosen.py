"""Whom an act on many contacts is for: those ticked, or all that the list shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse

from accounts.web import keys
from consent.models import SubscriptionType
from console.people import EVERYBODY, Query
from contacts.models import Contact

# what can be ticked on a page is a page; more than this came from somewhere else
MOST = 1000


@dataclass(frozen=True, slots=True)
class Chosen:
    """`words` is what the list was asked for; nothing where people were ticked."""

    ids: tuple[int, ...]
    words: Mapping[str, str] | None = None

    @classmethod
    def of(cls, asked: QueryDict) -> Chosen:
        """Nobody where neither is said: that never means everybody."""
        if asked.get(EVERYBODY):
            return cls((), Query.of(asked, _types()).words)
        return cls(tuple(sorted(set(keys(asked.getlist("id"))[:MOST]))))

    @classmethod
    def stored(cls, kept: Mapping[str, Any]) -> Chosen:
        return cls(tuple(kept["ids"]), kept["words"])

    def store(self) -> dict[str, Any]:
        return {"ids": self.ids, "words": self.words}

    def contacts(self) -> QuerySet[Contact]:
        """They, asked now."""
        if self.words is None:
            return Contact.objects.filter(pk__in=self.ids)
        return Query.of(QueryDict(urlencode(self.words)), _types()).contacts()

    @property
    def pairs(self) -> list[tuple[str, object]]:
        """The same for the next page, as names and values of its form."""
        if self.words is None:
            return [("id", pk) for pk in self.ids]
        return [(EVERYBODY, "yes"), *self.words.items()]

    @property
    def back(self) -> str:
        """The list they were chosen from."""
        return f"{reverse('contacts:list')}?{urlencode(self.words or {})}".rstrip("?")


def _types() -> list[SubscriptionType]:
    return list(SubscriptionType.objects.active().select_related("brand"))

"""The ways in for programs, and the answers that are kept for them."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import IntegrityError, connection, models, transaction
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from accounts.models import AuditEntry, User
from api.problems import Refused
from api.scopes import TokenScope

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

PREFIX = "lw_"
# how exactly "last used" is known: a write for every request would tell no more
USED_WITHIN = dt.timedelta(minutes=1)


def _digest(secret: str) -> bytes:
    """Of 256 random bits a plain hash tells nothing, and a slow one helps nobody."""
    return hashlib.sha256(secret.encode()).digest()


class NameTaken(ValueError):
    """The owner has a token of this name that is in use."""


class TokenQuerySet(models.QuerySet["Token"]):
    def usable(self) -> TokenQuerySet:
        """Neither taken back nor over, and the owner may still sign in."""
        current = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
        return self.filter(current, revoked_at=None, owner__is_active=True)

    @transaction.atomic
    def issue(
        self,
        owner: User,
        name: str,
        scopes: Collection[TokenScope],
        expires_at: dt.datetime | None = None,
    ) -> tuple[Token, str]:
        """A new token and its secret, which is never known again; or NameTaken."""
        secret = PREFIX + secrets.token_urlsafe(32)
        try:
            with transaction.atomic():
                token = self.create(
                    owner=owner,
                    name=name,
                    scopes=sorted(scopes),
                    digest=_digest(secret),
                    hint=secret[-4:],
                    expires_at=expires_at,
                )
        except IntegrityError as problem:
            raise NameTaken(
                gettext("You have a token called “%(name)s” already.") % {"name": name}
            ) from problem
        detail = {"scopes": token.scopes, "until": str(expires_at or "taken back")}
        _note(owner, "created an API token", token, detail)
        return token, secret

    @transaction.atomic
    def revoke_of(self, owner: User, by: User) -> None:
        """Take back all that `owner` has: nothing old comes back with her."""
        for token in self.filter(owner=owner, revoked_at=None):
            token.revoke(by)

    def of(self, secret: str) -> Token | None:
        """The usable token with this secret."""
        if not secret.startswith(PREFIX):
            return None
        found = self.usable().filter(digest=_digest(secret))
        return found.select_related("owner").first()


class Token(models.Model):
    """A way in for one program, in the name of somebody who works here.

    Only a hash of the secret is kept.
    """

    name = models.CharField(max_length=80)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="tokens")
    scopes = ArrayField(models.CharField(max_length=32))
    digest = models.BinaryField(unique=True)
    # the end of the secret, to tell one token from another
    hint = models.CharField(max_length=4)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = TokenQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                F("owner"),
                Lower("name"),
                condition=Q(revoked_at=None),
                name="token_name_once_per_owner",
                violation_error_message=_("You have a token with this name already."),
            ),
            models.CheckConstraint(
                condition=Q(scopes__contained_by=TokenScope.values),
                name="token_scopes_are_known",
            ),
            models.CheckConstraint(condition=~Q(scopes=[]), name="token_has_a_scope"),
            models.CheckConstraint(
                condition=Q(expires_at=None) | Q(expires_at__gt=F("created_at")),
                name="token_ends_after_it_began",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def over(self) -> str:
        """Why it lets nobody in, for the list; "" while it does."""
        if self.revoked_at:
            return gettext("Taken back")
        if self.expires_at and self.expires_at <= timezone.now():
            return pgettext("token", "Expired")
        return "" if self.owner.is_active else gettext("Its owner is switched off")

    @property
    def powers(self) -> list[StrOrPromise]:
        """What it may do, in words."""
        return [TokenScope(one).label for one in self.scopes]

    def allows(self, scope: TokenScope) -> bool:
        return scope in self.scopes and self.owner.may(scope.right)

    def touch(self) -> None:
        """Note that it was used, to the minute."""
        now = timezone.now()
        if self.last_used_at is None or self.last_used_at < now - USED_WITHIN:
            Token.objects.filter(pk=self.pk).update(last_used_at=now)

    @transaction.atomic
    def revoke(self, by: User) -> bool:
        """Take it back, at once; False when it was already."""
        own = Token.objects.filter(pk=self.pk, revoked_at=None)
        done = own.update(revoked_at=timezone.now()) == 1
        if done:
            _note(by, "took back an API token", self, {"owner": self.owner.email})
        return done


def _note(user: User, verb: str, token: Token, detail: dict[str, Any]) -> None:
    page = reverse("console:tokens")
    AuditEntry.objects.record(user, verb, subject=token.name, url=page, detail=detail)


# how long a program may ask again with the same key; how many are deleted at once
KEPT_FOR = dt.timedelta(hours=24)
FORGOTTEN_AT_ONCE = 5_000

Body = dict[str, Any]


class AnswerQuerySet(models.QuerySet["Answer"]):
    @transaction.atomic
    def once(
        self, token: Token, key: str, request: bytes, act: Callable[[], Body]
    ) -> Body:
        """What `act` answers; with the same key again that answer, and nothing is done.

        The answer commits with what was done: whoever dies in between did nothing.
        Refused when the key was used for another `request`, or is in use right now.
        """
        if not _alone(token.pk, key):
            raise Refused(409, "in_progress", "A request with this key is under way.")
        found = self.filter(token=token, key=key).first()
        if found and found.at < timezone.now() - KEPT_FOR:
            found.delete()
            found = None
        if found is None:
            body = act()
            self.create(token=token, key=key, request=request, body=body)
            return body
        if bytes(found.request) != request:
            raise Refused(
                422,
                "key_reused",
                "This Idempotency-Key was used for another request. Use a new one.",
            )
        return dict(found.body)

    def forget(self) -> None:
        """Delete those whose time is over, some at once."""
        over = self.filter(at__lt=timezone.now() - KEPT_FOR).order_by("at")
        some = over.values("pk")[:FORGOTTEN_AT_ONCE]
        while self.filter(pk__in=some).delete()[0] == FORGOTTEN_AT_ONCE:
            pass


def _alone(token: int, key: str) -> bool:
    """Whether nobody else is at work with this key until our transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"api answer {token} {key}"],
        )
        return bool(cursor.fetchone()[0])


class Answer(models.Model):
    """What a program was told, so that it may ask twice. It names nobody."""

    token = models.ForeignKey(Token, on_delete=models.CASCADE, db_index=False)
    key = models.CharField(max_length=200)
    # hash of the method, the address and the body
    request = models.BinaryField()
    body = models.JSONField()
    at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = AnswerQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["token", "key"],
                name="answer_once_per_key",
                violation_error_message="This key was used already.",
            ),
            models.CheckConstraint(condition=~Q(key=""), name="answer_has_a_key"),
        ]

    def __str__(self) -> str:
        return f"Answer to {self.key}"

"""One row per address: whom consent, opt-outs and bounces hang on, and their lock."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable, Sequence, Set
from typing import ClassVar

from django.conf import settings
from django.db import connection, models, transaction

from consent import addresses

# Bulk writers commit batches of this many addresses: so small that nobody waits half a
# second for a lock; larger ones are slower besides.
BATCH_SIZE = 2_500


def address_hmac(key: str) -> bytes:
    """Keyed fingerprint of a match key: what is left of an address after erasure.

    HMAC-SHA-256 with a key outside the database, so that the table alone cannot
    be turned back into addresses by guessing them.
    """
    return _hmac(settings.ERASURE_KEY, key)


def address_hmacs(key: str) -> list[bytes]:
    """That, and those under the keys of before: of who was erased nobody can make it
    anew, so it is looked for under every key that there ever was."""
    before = [_hmac(secret, key) for secret in settings.ERASURE_KEYS_BEFORE]
    return [address_hmac(key), *before]


def _hmac(secret: str, key: str) -> bytes:
    return hmac.digest(secret.encode(), key.encode(), hashlib.sha256)


# One by one, by the unique index: no plan goes astray for want of statistics.
_LOOK_UP = """
UPDATE {table} t SET address_id = (
    SELECT a.id FROM consent_address a WHERE a.key = t.key)
WHERE t.address_id IS NULL
"""
# The lock is ours by now: who lost the key while it was waited for has it again.
_AGAIN_OF = """
UPDATE consent_address a SET key = (
    SELECT t.key FROM {table} t WHERE t.address_id = a.id)
WHERE a.id = ANY(%s::bigint[]) AND a.key IS NULL
"""
_MAKE_OF = """
INSERT INTO consent_address AS a (key, key_hmac, ledger_head)
SELECT t.key, t.key_hmac, ''::bytea FROM {table} t
WHERE t.address_id IS NULL ORDER BY t.key
ON CONFLICT (key_hmac) DO UPDATE SET key = EXCLUDED.key WHERE a.key IS NULL
"""


def as_array(ids: Iterable[int]) -> str:
    """Ids as PostgreSQL reads an array; much quicker than element by element."""
    return f"{{{','.join(map(str, ids))}}}"


class AddressQuerySet(models.QuerySet["Address"]):
    def ensure(self, parsed: Iterable[addresses.Parsed]) -> dict[str, int]:
        """Make the missing rows; {match key: id} for all of `parsed`.

        Set-based for any number of addresses, and touches no row that is there. An
        erased address that comes back gets its key again on its old row, with
        everything that it had said.
        """
        keys = {one.key for one in parsed}
        found = self._ids(keys)
        if missing := sorted(keys - found.keys()):
            self._make(missing)
            found |= self._ids(missing)
        return found

    def _ids(self, keys: Iterable[str]) -> dict[str, int]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT key, id FROM consent_address WHERE key = ANY(%s)", [list(keys)]
            )
            return dict(cursor.fetchall())

    def _make(self, keys: Sequence[str]) -> None:
        self._come_back(keys)
        with connection.cursor() as cursor:
            cursor.execute(
                """
                INSERT INTO consent_address AS a (key, key_hmac, ledger_head)
                SELECT key, mac, ''::bytea
                FROM unnest(%s::text[], %s::bytea[]) AS t(key, mac)
                ON CONFLICT (key_hmac) DO UPDATE SET key = EXCLUDED.key
                WHERE a.key IS NULL
                """,
                [list(keys), [address_hmac(key) for key in keys]],
            )

    def _come_back(self, keys: Iterable[str]) -> None:
        """Those among `keys` that were erased under a key of before have their old row
        again, with everything that they had said."""
        old = [(key, mac) for key in keys for mac in address_hmacs(key)[1:]]
        if not old:
            return
        with connection.cursor() as cursor:
            cursor.execute(
                """
                UPDATE consent_address a SET key = t.key, key_hmac = t.now
                FROM unnest(%s::text[], %s::bytea[], %s::bytea[]) AS t(key, mac, now)
                WHERE a.key_hmac = t.mac AND a.key IS NULL
                """,
                [
                    [key for key, _ in old],
                    [mac for _, mac in old],
                    [address_hmac(key) for key, _ in old],
                ],
            )

    def erased_among(self, keys: Iterable[str]) -> set[str]:
        """Those whose address was erased and has not come in again."""
        macs = {mac: key for key in keys for mac in address_hmacs(key)}
        rows = self.filter(key=None, key_hmac__in=list(macs))
        found = rows.values_list("key_hmac", flat=True)
        return {macs[bytes(mac)] for mac in found}

    def renew_hmacs(self, after: int) -> tuple[int, int]:
        """Fingerprints under the key of now for the next BATCH_SIZE addresses with ids
        above `after` that are known: how many were others, and the last id; (0, 0)
        behind the last."""
        with transaction.atomic():
            rows = self.filter(pk__gt=after).exclude(key=None).order_by("pk")
            rows = rows.select_for_update(no_key=True)[:BATCH_SIZE]
            found = list(rows.only("key", "key_hmac"))
            stale = [one for one in found if one.renew_hmac()]
            self.bulk_update(stale, ["key_hmac"])
        return len(stale), found[-1].pk if found else 0

    def hold(self, parsed: Iterable[addresses.Parsed], *also: int) -> dict[str, int]:
        """The same, and take the consent lock of them and of the ids `also`.

        Whoever is about to hang something on an address needs this one: a key that
        nothing hangs on is forgotten, under the same lock.
        """
        parsed = list(parsed)
        self.lock({*self.ensure(parsed).values(), *also})
        return self.ensure(parsed)

    def settle(self, table: str) -> list[int]:
        """Give each row of `table` its address, made where it is missing, and take
        their consent lock; their ids.

        `table` is one of ours with the columns key (each once), key_hmac and
        address_id. Nothing leaves the database: for bulk writers.
        """
        look_up = _LOOK_UP.format(table=table)
        with connection.cursor() as cursor:
            cursor.execute(look_up)
            if settings.ERASURE_KEYS_BEFORE:
                cursor.execute(f"SELECT key FROM {table} WHERE address_id IS NULL")  # noqa: S608  as above
                self._come_back([row[0] for row in cursor.fetchall()])
                cursor.execute(look_up)
            cursor.execute(_MAKE_OF.format(table=table))
            cursor.execute(look_up)  # also of those that somebody else just made
            cursor.execute(f"SELECT address_id FROM {table}")  # noqa: S608  as above
            locked = self.lock(row[0] for row in cursor.fetchall())
            cursor.execute(_AGAIN_OF.format(table=table), [as_array(locked)])
            return locked

    def ensure_macs(self, macs: Iterable[bytes]) -> dict[bytes, int]:
        """Make the missing rows of these fingerprints; {fingerprint: id}. Which
        address it is nobody knows before it comes in again."""
        wanted = set(macs)
        found = self._ids_by_mac(wanted)
        with connection.cursor() as cursor:
            cursor.execute(
                """
                INSERT INTO consent_address (key_hmac, ledger_head)
                SELECT mac, ''::bytea FROM unnest(%s::bytea[]) AS t(mac)
                ON CONFLICT (key_hmac) DO NOTHING
                """,
                [sorted(wanted - found.keys())],
            )
        return self._ids_by_mac(wanted - found.keys()) | found

    def _ids_by_mac(self, wanted: Set[bytes]) -> dict[bytes, int]:
        """Those that are here, under whatever key it was made; one under a key of
        before takes a look at every address."""
        rows = self.filter(key_hmac__in=wanted).values_list("key_hmac", "pk")
        found = {bytes(mac): pk for mac, pk in rows}
        if settings.ERASURE_KEYS_BEFORE and len(found) < len(wanted):
            known = self.exclude(key=None).values_list("key", "pk")
            for key, pk in known.iterator(chunk_size=BATCH_SIZE):
                found |= {mac: pk for mac in address_hmacs(str(key)) if mac in wanted}
        return found

    def find(self, raw: str) -> Address | None:
        """The row of an address as typed by somebody; None when there is none."""
        try:
            key = addresses.key_of(raw)
        except addresses.BadAddress:
            return None
        return self.filter(key_hmac__in=address_hmacs(key)).first()

    def lock(self, ids: Iterable[int]) -> list[int]:
        """Take the consent lock of these addresses, in id order.

        Inside a transaction; the lock lasts until its end.
        """
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id FROM consent_address WHERE id = ANY(%s::bigint[])"
                " ORDER BY id FOR NO KEY UPDATE",
                [as_array(ids)],
            )
            return [row[0] for row in cursor.fetchall()]

    def lock_all(self, named: Callable[[], Iterable[int]]) -> list[int]:
        """Take the consent lock of the addresses that `named` gives, also of one that
        it gives only then: she moved while the lock was waited for.

        All in id order, so the first are let go of before the second are taken: two
        who lock one after the other would wait for each other.
        """
        while True:
            before = transaction.savepoint()
            ids = self.lock(named())
            if set(named()) <= set(ids):
                transaction.savepoint_commit(before)
                return ids
            transaction.savepoint_rollback(before)


class Address(models.Model):
    """One address in its match spelling; `key` is empty after erasure. Never deleted:
    what was said hangs on it (trigger)."""

    # null, not empty: any number of erased addresses beside the unique key
    key = models.TextField(null=True)  # noqa: DJ001
    key_hmac = models.BinaryField(unique=True)
    # sha256 of the newest ledger row of this address; written by the trigger
    ledger_head = models.BinaryField(default=bytes, editable=False)
    domain = models.GeneratedField(
        expression=models.Func(
            models.F("key"),
            models.Value("[^@]*$"),
            function="substring",
        ),
        output_field=models.TextField(null=True),
        db_persist=True,
    )

    objects = AddressQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "addresses"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key"], name="address_once"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["domain"],
                opclasses=["text_pattern_ops"],
                name="address_domain",
            ),
        ]

    def __str__(self) -> str:
        return self.key or "erased address"

    @property
    def masked(self) -> str:
        """For pages that open by a link alone, where a mail was passed on: enough to
        know one's own address by, too little to learn another's."""
        local, _, domain = (self.key or "").rpartition("@")
        return domain and f"{local[:1]}…@{domain}"

    def renew_hmac(self) -> bool:
        """Whether it was made with a key of before; not saved."""
        now = address_hmac(self.key or "")
        is_stale = bytes(self.key_hmac) != now
        self.key_hmac = now
        return is_stale

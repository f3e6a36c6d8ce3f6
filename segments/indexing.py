"""An index for each property that segments ask about.

A property lies in JSON: the database can neither look a value up nor guess how many
have it. The index is on the very expression that a condition compiles to, and ANALYZE
keeps statistics of it. They are made beside the running console, one at a time.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db import connection
from django.db.models.functions import Lower

from contacts.models import Contact
from segments.compile import value_of
from segments.fields import Field, Source
from segments.models import Segment
from segments.operators import Type
from segments.vocabulary import Vocabulary

PREFIX = "segments_property_"
# each costs every imported contact a little
MOST = 20
# many words at once: no index of this kind answers
NEVER = {Type.CHOICES}

_THERE = """
SELECT c.relname, i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE i.indrelid = 'contacts_contact'::regclass AND starts_with(c.relname, %s)
"""
# one at a time; given back by hand, as there is no transaction to end
_LOCK = "SELECT pg_try_advisory_lock(hashtext('segments.indexing'))"
_UNLOCK = "SELECT pg_advisory_unlock(hashtext('segments.indexing'))"


def ensure() -> int:
    """Make the indexes that are missing and drop the others; how many of both.

    Outside of a transaction: nobody waits meanwhile. 0 when another is at it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOCK)
        if not cursor.fetchone()[0]:
            return 0
        try:
            return _settle(cursor, wanted())
        finally:
            cursor.execute(_UNLOCK)


def wanted() -> dict[str, str]:
    """Name of the index -> its expression; of what most segments ask about."""
    words = Vocabulary()
    asked: Counter[str] = Counter()
    for one in Segment.objects.current():
        asked.update(one.inputs(words))
    found = [words.field(key) for key, _ in asked.most_common()]
    fields = [one for one in found if one and one.source is Source.PROPERTY]
    chosen = [one for one in fields if one.type not in NEVER][:MOST]
    return {f"{PREFIX}{one.name}_{one.type}": expression(one) for one in chosen}


def expression(field: Field) -> str:
    """What a condition compares, as SQL."""
    value = value_of(field)
    asked: Any = Lower(value) if field.type is Type.STRING else value
    query = Contact.objects.all().query
    sql, params = query.get_compiler("default").compile(asked.resolve_expression(query))
    with connection.cursor() as cursor:
        text: str = cursor.mogrify(sql, params)
    return text


def _settle(cursor: Any, wanted: dict[str, str]) -> int:
    cursor.execute(_THERE, [PREFIX])
    there = dict(cursor.fetchall())
    gone = [name for name, whole in there.items() if name not in wanted or not whole]
    for name in gone:
        cursor.execute(f'DROP INDEX CONCURRENTLY IF EXISTS "{name}"')
    missing = [name for name in wanted if not there.get(name)]
    for name in missing:
        cursor.execute(
            f'CREATE INDEX CONCURRENTLY "{name}" ON contacts_contact ({wanted[name]})'
        )
    if missing:
        cursor.execute("ANALYZE contacts_contact")
    return len(gone) + len(missing)

"""The people of a piece: contacts made and changed, and the engagement they bring."""

from __future__ import annotations

from contacts.importing import changes, rows
from contacts.importing.pieces import PIECE, Piece

_FIELDS = (*rows.PERSON_FIELDS, rows.OWNER, "properties")
# what stands in a column before anything is known
_EMPTY = dict.fromkeys(rows.NUMBERS, "0") | {"last_email_name": "''"}

# A row that says what we know already is not touched.
_UPDATE = f"""
UPDATE contacts_contact c SET {{pairs}}, updated_at = now() FROM {PIECE}
WHERE c.id = r.contact_id AND ({{new}}) IS DISTINCT FROM ({{old}})
"""  # noqa: S608  names of our own
_INSERT = f"""
WITH made AS (
    INSERT INTO contacts_contact (address_id, email, hard_bounce_reason, {{names}})
    SELECT r.address_id, r.email, r.bounce_reason, {{values}} FROM {PIECE}
    WHERE r.contact_id IS NULL ORDER BY r.number
    ON CONFLICT (address_id) DO NOTHING RETURNING id, address_id
), remembered AS (
    INSERT INTO contacts_importedcontact (contact_import_id, contact_id, made)
    SELECT %(import)s, id, true FROM made
)
UPDATE {PIECE} SET contact_id = made.id FROM made
WHERE r.address_id = made.address_id
"""  # noqa: S608  names of our own
# Only those whom we never mailed ourselves: their roll-ups are the balance alone. The
# balances are looked up one by one: a table that is being filled has no statistics.
_ROLL_UP = f"""
UPDATE contacts_contact c SET ({{names}}) = ROW({{brought}})
FROM {PIECE} LEFT JOIN LATERAL (
    SELECT * FROM contacts_openingbalance WHERE contact_id = r.contact_id OFFSET 0
) b ON true
WHERE c.id = r.contact_id AND ({{some}})
    AND ({{now}}) IS NOT DISTINCT FROM ({{balance}})
    AND ({{now}}) IS DISTINCT FROM ({{brought}})
"""  # noqa: S608  names of our own
_BALANCE = f"""
INSERT INTO contacts_openingbalance AS b
    (contact_id, address_id, source, as_of, {{names}})
SELECT r.contact_id, r.address_id, %(source)s, %(until)s, {{brought}}
FROM {PIECE} WHERE r.contact_id IS NOT NULL AND ({{some}})
ON CONFLICT (contact_id) DO UPDATE
SET (address_id, source, as_of, {{names}})
    = ROW(EXCLUDED.address_id, EXCLUDED.source, EXCLUDED.as_of, {{excluded}})
WHERE (b.address_id, {{old}}) IS DISTINCT FROM (EXCLUDED.address_id, {{excluded}})
"""  # noqa: S608  names of our own
_REASONS = f"""
UPDATE contacts_contact c SET hard_bounce_reason = r.bounce_reason FROM {PIECE}
WHERE c.id = r.contact_id AND r.bounce_reason <> ''
    AND c.hard_bounce_reason = ''
"""  # noqa: S608  names of our own
_REMEMBER_BEFORE = f"""
INSERT INTO contacts_importedcontact
    (contact_import_id, contact_id, before, after)
SELECT %(import)s, c.id, {{before}}, {{after}} FROM {PIECE}
JOIN contacts_contact c ON c.id = r.contact_id
WHERE ({{new}}) IS DISTINCT FROM ({{old}})
ON CONFLICT DO NOTHING
"""  # noqa: S608  names of our own
_REMEMBER = f"""
INSERT INTO contacts_importedcontact (contact_import_id, contact_id)
SELECT %(import)s, r.contact_id FROM {PIECE} WHERE r.contact_id IS NOT NULL
ON CONFLICT DO NOTHING
"""  # noqa: S608  names of our own


def update(piece: Piece) -> int:
    """Change the people we have where the file knows more; how many. What it replaces
    is kept for an undo."""
    values = changes.values(piece.found)
    if not values:
        return 0
    pairs = ", ".join(f"{name} = {value}" for name, value in values.items())
    new, old = changes.compared(values)
    words = {
        "{pairs}": pairs,
        "{new}": new,
        "{old}": old,
        "{before}": changes.as_object({name: f"c.{name}" for name in values}),
        "{after}": changes.as_object(values),
    }
    piece.change(_worded(_REMEMBER_BEFORE, words))
    return piece.change(_worded(_UPDATE, words))


def insert(piece: Piece) -> int:
    """Make the people that are new, and remember that it was us; how many."""
    engagement = rows.engagement(piece.found.mapping)
    values = [f"coalesce(r.{name}, '')" for name in rows.PERSON_FIELDS]
    values += [f"r.{rows.OWNER}", "coalesce(r.properties, '{{}}')"]
    values += _filled("r", engagement)
    words = {
        "{names}": ", ".join([*_FIELDS, *engagement]),
        "{values}": ", ".join(values),
    }
    return piece.change(_worded(_INSERT, words))


def roll_up(piece: Piece) -> None:
    """The numbers of people we have and never mailed ourselves become the file's.

    Everybody else's are the folder's: it adds the balance in. Before the balances.
    """
    if names := rows.engagement(piece.found.mapping):
        piece.change(_worded(_ROLL_UP, _engagement(names)))


def bring_balances(piece: Piece) -> None:
    """The numbers of the file as opening balances, new or in place of older ones."""
    if names := rows.engagement(piece.found.mapping):
        piece.change(_worded(_BALANCE, _engagement(names)))


def _engagement(names: list[str]) -> dict[str, str]:
    return {
        "{names}": ", ".join(names),
        "{brought}": ", ".join(_filled("r", names)),
        "{balance}": ", ".join(_filled("b", names)),
        "{some}": " OR ".join(f"r.{name} IS NOT NULL" for name in names),
        "{now}": _of("c", names),
        "{old}": _of("b", names),
        "{excluded}": _of("EXCLUDED", names),
    }


def remember(piece: Piece) -> None:
    """Keep who stood in this file besides those it changed."""
    piece.change(_REMEMBER)


def note_bounce_reasons(piece: Piece) -> None:
    piece.change(_REASONS)


def _worded(statement: str, words: dict[str, str]) -> str:
    """`statement` with each word in braces replaced; {staged} stays for later."""
    for word, sql in words.items():
        statement = statement.replace(word, sql)
    return statement


def _filled(table: str, names: list[str]) -> list[str]:
    return [
        f"coalesce({table}.{name}, {_EMPTY[name]})"
        if name in _EMPTY
        else f"{table}.{name}"
        for name in names
    ]


def _of(table: str, names: tuple[str, ...] | list[str]) -> str:
    return ", ".join(f"{table}.{name}" for name in names)

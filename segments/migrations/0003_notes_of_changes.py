from django.db import migrations

# From so many rows on, one row of the log stands for all: bulk loads stay bulk.
MANY = 20_000
PROFILE = [
    "email",
    "first_name",
    "last_name",
    "company",
    "phone",
    "city",
    "country",
    "language",
    "time_zone",
    "hard_bounce_reason",
]
SUMS = [
    "delivered",
    "opened",
    "clicked",
    "bounced",
    "replied",
    "sends_since_engagement",
    "first_delivered_at",
    "last_delivered_at",
    "first_opened_at",
    "last_opened_at",
    "first_clicked_at",
    "last_clicked_at",
    "last_replied_at",
    "last_email_name",
]
COLUMNS = [*PROFILE, *SUMS]
EVERYTHING = [*COLUMNS, "address_id", "owner_id", "properties"]
KEPT = [*PROFILE, "owner_id", "properties"]


def row(table, names):
    return ", ".join(f"{table}.{name}" for name in names)


def differ(names):
    return f"({row('b', names)}) IS DISTINCT FROM ({row('a', names)})"


CHANGED = ", ".join(
    [
        *(f"CASE WHEN b.{n} IS DISTINCT FROM a.{n} THEN '{n}' END" for n in COLUMNS),
        "CASE WHEN b.address_id IS DISTINCT FROM a.address_id THEN 'email' END",
        "CASE WHEN b.owner_id IS DISTINCT FROM a.owner_id THEN 'owner' END",
    ]
)
REPLACED = ", ".join(
    [
        *(
            f"('{n}', CASE WHEN b.{n} <> a.{n} THEN nullif(b.{n}, '') END)"
            for n in PROFILE
        ),
        "('owner', CASE WHEN b.owner_id IS DISTINCT FROM a.owner_id"
        " THEN b.owner_id::text END)",
    ]
)
CHANGED_CONTACTS = f"""
    WITH changed AS MATERIALIZED (
        SELECT a.id, array_remove(ARRAY[{CHANGED}], NULL)
            || CASE WHEN b.properties IS DISTINCT FROM a.properties THEN ARRAY(
                SELECT 'property:' || coalesce(was.key, now.key)
                FROM jsonb_each(b.properties) was
                FULL JOIN jsonb_each(a.properties) now ON now.key = was.key
                WHERE was.value IS DISTINCT FROM now.value)
            ELSE ARRAY[]::text[] END AS fields
        FROM before b JOIN after a USING (id)
        WHERE {differ(EVERYTHING)}
    ), big AS (SELECT count(*) > {MANY} AS yes FROM changed)
    INSERT INTO segments_change (contact_id, fields)
    SELECT id, fields FROM changed, big WHERE NOT yes
    UNION ALL
    SELECT NULL, array_agg(DISTINCT field) FROM big, changed, unnest(fields) field
    WHERE yes HAVING count(*) > 0;

    INSERT INTO segments_displaced (contact_id, field, value)
    SELECT a.id, kept.field, kept.value
    FROM before b JOIN after a USING (id),
    LATERAL (
        SELECT field, value FROM (VALUES {REPLACED}) v (field, value)
        WHERE value IS NOT NULL
        UNION ALL
        SELECT 'property:' || p.key, p.value #>> ARRAY[]::text[]
        FROM jsonb_each(b.properties) p
        WHERE p.value IS DISTINCT FROM a.properties -> p.key
            AND jsonb_typeof(p.value) <> 'array'
    ) kept
    WHERE {differ(KEPT)};
"""  # noqa: S608  names of columns, from above


def noted(what, fields, rows):
    """A statement that notes `rows` (ids of contacts or addresses), or all of them."""
    return f"""
    WITH found AS MATERIALIZED (SELECT DISTINCT id FROM ({rows}) r (id)),
    big AS (SELECT count(*) > {MANY} AS yes FROM found)
    INSERT INTO segments_change ({what}, fields)
    SELECT id, ARRAY['{fields}'] FROM found, big WHERE NOT yes AND id IS NOT NULL
    UNION ALL SELECT NULL, ARRAY['{fields}'] FROM big WHERE yes;
"""  # noqa: S608  as above


# Transition tables are never joined by nested loops: a plan that is kept comes from a
# small statement, and the next one may have changed everybody.
FUNCTION = """
CREATE FUNCTION segments_note_{name}() RETURNS trigger LANGUAGE plpgsql
SET enable_nestloop = off AS $$
BEGIN
{body}
    RETURN NULL;
END $$;
"""
TRIGGER = """
CREATE TRIGGER {trigger} AFTER {event} ON {table} REFERENCING {tables}
    FOR EACH STATEMENT EXECUTE FUNCTION segments_note_{name}();
"""
MAILED = """message_id, id, address_id, state IN ('not_sent', 'queued', 'cancelled'),
    started_at, delivered_at, opened_at, clicked_at, last_opened_at, last_clicked_at,
    confirmed_at, replied_at, unsubscribed_at, complained_at, bounced_at, bounce_kind,
    bounce_category, open_tracked, click_tracked"""
EVENT = "delivery_id, id, at, address_id, link_id, verdict"
SENT = "state NOT IN ('not_sent', 'queued', 'cancelled')"
JUDGED = "verdict IN ('human', 'unverified', 'machine')"
AFTER, BEFORE = "NEW TABLE AS after", "OLD TABLE AS before"
BOTH = f"{BEFORE} {AFTER}"


def new(condition):
    return f"SELECT address_id FROM after WHERE {condition}"  # noqa: S608  as above


def changed(columns):
    return (
        f"SELECT address_id FROM (SELECT {columns} FROM after"  # noqa: S608  as above
        f" EXCEPT SELECT {columns} FROM before) c"
    )


# name of the function, its body, then (trigger, event, table, transition tables) ...
NOTES = [
    (
        "new_contacts",
        noted("contact_id", "*", "SELECT id FROM after"),
        ("segments_new_contact", "INSERT", "contacts_contact", AFTER),
    ),
    (
        "changed_contacts",
        CHANGED_CONTACTS,
        ("segments_changed_contact", "UPDATE", "contacts_contact", BOTH),
    ),
    (
        "gone_contacts",
        noted("contact_id", "*", "SELECT id FROM before"),
        ("segments_gone_contact", "DELETE", "contacts_contact", BEFORE),
    ),
    (
        "new_mails",
        noted("address_id", "email_event", new(SENT)),
        ("segments_new_mail", "INSERT", "deliveries_delivery", AFTER),
    ),
    (
        "changed_mails",
        noted("address_id", "email_event", changed(MAILED)),
        ("segments_changed_mail", "UPDATE", "deliveries_delivery", BOTH),
    ),
    (
        "new_events",
        noted("address_id", "email_event", new(JUDGED)),
        ("segments_new_event", "INSERT", "deliveries_event", AFTER),
    ),
    (
        "changed_events",
        noted("address_id", "email_event", changed(EVENT)),
        ("segments_changed_event", "UPDATE", "deliveries_event", BOTH),
    ),
    (
        "consent",
        noted("address_id", "consent", "SELECT address_id FROM after"),
        ("segments_new_grant", "INSERT", "consent_grant", AFTER),
        ("segments_changed_grant", "UPDATE", "consent_grant", AFTER),
        ("segments_new_no", "INSERT", "consent_suppression", AFTER),
        ("segments_changed_no", "UPDATE", "consent_suppression", AFTER),
    ),
    (
        "gone_grants",
        noted("address_id", "consent", "SELECT address_id FROM before"),
        ("segments_gone_grant", "DELETE", "consent_grant", BEFORE),
    ),
    (
        "imported",
        noted("contact_id", "import", "SELECT contact_id FROM after"),
        ("segments_imported", "INSERT", "contacts_importedcontact", AFTER),
    ),
]
FORWARD = [
    """
    ALTER TABLE segments_change
        ADD COLUMN transaction xid8 NOT NULL DEFAULT pg_current_xact_id();
    CREATE INDEX segment_change_by_transaction ON segments_change (transaction);
    """
]
BACKWARD = []
for name, body, *triggers in NOTES:
    FORWARD.append(FUNCTION.format(name=name, body=body))
    for trigger, event, table, tables in triggers:
        FORWARD.append(
            TRIGGER.format(
                trigger=trigger, event=event, table=table, tables=tables, name=name
            )
        )
        BACKWARD.append(f"DROP TRIGGER {trigger} ON {table};")
    BACKWARD.append(f"DROP FUNCTION segments_note_{name}();")
BACKWARD.append("ALTER TABLE segments_change DROP COLUMN transaction;")


class Migration(migrations.Migration):
    dependencies = [
        ("segments", "0002_displaced_values_and_changes"),
        ("deliveries", "0006_unjudged_with_expired"),
        ("consent", "0006_no_checks_on_what_stays"),
    ]
    operations = [migrations.RunSQL("".join(FORWARD), "".join(BACKWARD))]

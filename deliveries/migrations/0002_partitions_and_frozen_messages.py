from django.db import migrations

FORWARD = """
-- Makes the partitions that cover messages up to `last_message` (1,000 messages
-- each) and the months from `first_day` to `last_day`. Safe to repeat.
CREATE FUNCTION deliveries_ensure_partitions(
    last_message bigint, first_day date, last_day date
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    part bigint;
    month date;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('deliveries_ensure_partitions'));
    FOR part IN SELECT generate_series(0, last_message / 1000) LOOP
        EXECUTE format(
            'CREATE TABLE IF NOT EXISTS deliveries_delivery_%s PARTITION OF'
            ' deliveries_delivery FOR VALUES FROM (%s) TO (%s)',
            part, part * 1000, (part + 1) * 1000);
    END LOOP;
    FOR month IN SELECT generate_series(
        date_trunc('month', first_day::timestamp), last_day, interval '1 month'
    ) LOOP
        EXECUTE format(
            'CREATE TABLE IF NOT EXISTS deliveries_event_%s PARTITION OF'
            ' deliveries_event FOR VALUES FROM (%L) TO (%L)',
            to_char(month, 'YYYYMM'), month || ' 00:00+00',
            (month + interval '1 month')::date || ' 00:00+00');
    END LOOP;
END $$;

SELECT deliveries_ensure_partitions(
    1999, (now() - interval '13 months')::date, (now() + interval '3 months')::date
);

-- a message that somebody may have got never changes; it may only be frozen
CREATE FUNCTION deliveries_message_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'message % is frozen: it has recipients', OLD.id
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER message_is_frozen_once_used BEFORE UPDATE OR DELETE
    ON deliveries_message FOR EACH ROW WHEN (OLD.frozen_at IS NOT NULL)
    EXECUTE FUNCTION deliveries_message_stays();
"""
BACKWARD = """
DROP TRIGGER message_is_frozen_once_used ON deliveries_message;
DROP FUNCTION deliveries_message_stays();
DROP FUNCTION deliveries_ensure_partitions(bigint, date, date);
"""


class Migration(migrations.Migration):
    dependencies = [("deliveries", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]

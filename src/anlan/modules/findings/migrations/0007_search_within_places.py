"""Words are found within a place, a month and a state; pinyin too.

Beside the pieces of its search key each finding has numbers for the city, county and enterprise
it lies in, for the month of its registration, for being open and for being major. The index
intersects them: a word in three findings of a hundred is a short list within a county.
"""

import itertools
from typing import Any

from django.db import migrations

# Letters alone count too, when they begin with a consonant as syllables do: half of them all. The
# same numbers as `words.pieces` makes.
PIECES = r"""
CREATE OR REPLACE FUNCTION findings_pieces(key text) RETURNS integer[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog AS $$
    SELECT coalesce(array_agg(DISTINCT piece), '{}')
      FROM (
        SELECT ((ascii(substr(run[1], i, 1)) & 65535) - 32768) * 65536
               + (ascii(substr(run[1], i + 1, 1)) & 65535) AS piece
          FROM regexp_matches(key, '[^\x01-\x7f]{2,}', 'g') run
         CROSS JOIN generate_series(1, length(run[1]) - 1) i
        UNION ALL
        SELECT (ascii(three) * 128 + ascii(substr(three, 2))) * 128 + ascii(substr(three, 3))
          FROM regexp_matches(key, '[\x21-\x7f]{3,}', 'g') run
         CROSS JOIN generate_series(1, length(run[1]) - 2) i
         CROSS JOIN LATERAL substr(run[1], i, 3) three
         WHERE three !~ '^[aeiou][a-z]{2}$'
      ) p
$$
"""
# The same numbers as `words.place`, `words.months`, `words.OPEN` and `words.MAJOR`.
MARKS = r"""
CREATE FUNCTION findings_marks(
    path text, registered_at timestamptz, state text, level smallint
) RETURNS integer[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog AS $$
    SELECT ARRAY(
        SELECT 1610612736 + ('x' || left(md5(regexp_substr(path, '^([^/]+/){' || n || '}')), 6)
               )::bit(24)::integer
          FROM generate_series(3, least(5, length(path) - length(replace(path, '/', '')))) n
        )
        || 1627389952 + extract(year FROM registered_at AT TIME ZONE 'UTC')::integer * 12
           + extract(month FROM registered_at AT TIME ZONE 'UTC')::integer
        || CASE WHEN state IN ('accepted', 'dismissed') THEN '{}' ELSE ARRAY[1644167168] END
        || CASE WHEN level = 1 THEN ARRAY[1644167169] ELSE '{}' END
$$
"""
# A finding closed is a row of pieces written anew: the marks change, its words are read again.
KEEP = """
CREATE OR REPLACE FUNCTION findings_keep_pieces() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM findings_piece WHERE finding_id = OLD.id;
    ELSE
        INSERT INTO findings_piece
        VALUES (NEW.id, findings_pieces(NEW.search_key)
                || findings_marks(NEW.scope_path, NEW.registered_at, NEW.state, NEW.level))
        ON CONFLICT (finding_id) DO UPDATE SET pieces = excluded.pieces;
    END IF;
    RETURN NULL;
END $$;
DROP TRIGGER findings_piece_changed ON findings_finding;
CREATE TRIGGER findings_piece_changed
    AFTER UPDATE OF search_key, scope_path, registered_at, state, level ON findings_finding
    FOR EACH ROW WHEN (
        OLD.search_key <> NEW.search_key OR OLD.scope_path <> NEW.scope_path
        OR OLD.registered_at <> NEW.registered_at OR (OLD.level = 1) <> (NEW.level = 1)
        OR (OLD.state IN ('accepted', 'dismissed')) <> (NEW.state IN ('accepted', 'dismissed'))
    ) EXECUTE FUNCTION findings_keep_pieces();
"""
KEEP_BACK = """
CREATE OR REPLACE FUNCTION findings_keep_pieces() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM findings_piece WHERE finding_id = OLD.id;
    ELSE
        INSERT INTO findings_piece VALUES (NEW.id, findings_pieces(NEW.search_key))
        ON CONFLICT (finding_id) DO UPDATE SET pieces = excluded.pieces;
    END IF;
    RETURN NULL;
END $$;
DROP TRIGGER findings_piece_changed ON findings_finding;
CREATE TRIGGER findings_piece_changed AFTER UPDATE OF search_key ON findings_finding
    FOR EACH ROW WHEN (OLD.search_key IS DISTINCT FROM NEW.search_key)
    EXECUTE FUNCTION findings_keep_pieces();
"""
# Ids alone, of whatever place: what is behind an id the wall decides. In plpgsql, so that the
# statement is planned for the numbers asked for. A bitmap of a hundred thousand rows fits.
FOUND = """
DROP FUNCTION findings_with_pieces(integer[], integer);
CREATE FUNCTION findings_with_pieces(wanted integer[], most integer, any_of integer[])
RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 1000 SET search_path = public, pg_temp
SET plan_cache_mode = force_custom_plan SET work_mem = '32MB' AS $$
BEGIN
    IF any_of IS NULL THEN
        RETURN QUERY SELECT finding_id FROM findings_piece WHERE pieces @> wanted LIMIT most;
    ELSE
        RETURN QUERY SELECT finding_id FROM findings_piece
                      WHERE pieces @> wanted AND pieces && any_of LIMIT most;
    END IF;
END $$
"""
FOUND_BACK = """
DROP FUNCTION findings_with_pieces(integer[], integer, integer[]);
CREATE FUNCTION findings_with_pieces(wanted integer[], most integer) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 1000 SET search_path = public, pg_temp
SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    RETURN QUERY SELECT finding_id FROM findings_piece WHERE pieces @> wanted LIMIT most;
END $$
"""
ALL = """
SELECT search_key, trim('{}' FROM findings_marks(scope_path, registered_at, state, level)::text),
       id::text
  FROM findings_finding ORDER BY id
"""


def fill(apps: Any, schema_editor: Any) -> None:
    """Read every search key once, write all pieces in one stream, build the index in one go.

    The database's own function takes four times as long a row. Nobody writes findings meanwhile.
    """
    with schema_editor.connection.cursor() as cursor:
        # The wall hides every row from a role not bound.
        cursor.execute("SELECT set_config('anlan.everything', 'on', true)")
        cursor.execute("LOCK TABLE findings_finding IN SHARE MODE")
        cursor.execute("DROP INDEX findings_piece_words")
        cursor.execute("TRUNCATE findings_piece")
        cursor.execute("DECLARE findings_all NO SCROLL CURSOR FOR " + ALL)
        while True:
            cursor.execute("FETCH 20000 FROM findings_all")
            if not (rows := cursor.fetchall()):
                break
            with cursor.copy("COPY findings_piece (finding_id, pieces) FROM STDIN") as copy:
                for key, marks, pk in rows:
                    numbers = ",".join([*map(str, _pieces(key)), marks])
                    copy.write(f"{pk}\t{{{numbers}}}\n")
        cursor.execute("CLOSE findings_all")
        cursor.execute("CREATE INDEX findings_piece_words ON findings_piece USING gin (pieces)")


def _pieces(key: str) -> set[int]:
    """Do as the function above does."""
    codes = [*map(ord, key)]
    found = {
        ((a & 0xFFFF) - 0x8000) * 0x10000 + (b & 0xFFFF)
        for a, b in itertools.pairwise(codes)
        if a > 0x7F and b > 0x7F
    }
    found |= {
        (a * 128 + b) * 128 + c
        for a, b, c in zip(codes, codes[1:], codes[2:], strict=False)
        if 0x20 < a <= 0x7F
        and 0x20 < b <= 0x7F
        and 0x20 < c <= 0x7F
        and not (a in b"aeiou" and 0x61 <= b <= 0x7A and 0x61 <= c <= 0x7A)
    }
    return found


class Migration(migrations.Migration):
    dependencies = [("findings", "0006_count_a_county_by_index")]

    operations = [
        migrations.RunSQL(PIECES, migrations.RunSQL.noop),
        migrations.RunSQL(MARKS, "DROP FUNCTION findings_marks(text, timestamptz, text, smallint)"),
        # Findings can be read while this runs; what follows takes the table for an instant.
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunSQL(KEEP, KEEP_BACK),
        migrations.RunSQL(FOUND, FOUND_BACK),
    ]

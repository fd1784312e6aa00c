"""What finds words among ten million findings: short pieces of their search keys, indexed.

Row-level security keeps `contains` from using any index, for fear of what an operator might tell
about hidden rows. So the pieces lie in a table of their own that the application may not read. It
asks a function of the owner, which answers with ids; the rows themselves come through the wall.
"""

from django.db import migrations

# Pairs of neighbouring characters beyond ASCII; triples of ASCII characters with a digit (tags,
# numbers). Letters alone, as in pinyin, are left out: every such triple is in most keys. The same
# numbers as `words.pieces` makes.
PIECES = r"""
CREATE FUNCTION findings_pieces(key text) RETURNS integer[]
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
         WHERE three ~ '[0-9]'
      ) p
$$
"""
# Filled by 0007, which knows more pieces: once instead of twice.
TABLE = """
CREATE TABLE findings_piece (finding_id uuid PRIMARY KEY, pieces integer[] NOT NULL);
CREATE INDEX findings_piece_words ON findings_piece USING gin (pieces);
"""
KEEP = """
CREATE FUNCTION findings_keep_pieces() RETURNS trigger
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
CREATE TRIGGER findings_piece_made AFTER INSERT OR DELETE ON findings_finding
    FOR EACH ROW EXECUTE FUNCTION findings_keep_pieces();
CREATE TRIGGER findings_piece_changed AFTER UPDATE OF search_key ON findings_finding
    FOR EACH ROW WHEN (OLD.search_key IS DISTINCT FROM NEW.search_key)
    EXECUTE FUNCTION findings_keep_pieces();
"""
# Ids alone, of whatever place: what is behind an id the wall decides. In plpgsql, so that the
# statement is planned for the pieces asked for: rare ones by the index, frequent ones by looking.
FOUND = """
CREATE FUNCTION findings_with_pieces(wanted integer[], most integer) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 1000 SET search_path = public, pg_temp
SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    RETURN QUERY SELECT finding_id FROM findings_piece WHERE pieces @> wanted LIMIT most;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("findings", "0004_imports_and_outside_inspections")]

    operations = [
        migrations.RunSQL(PIECES, "DROP FUNCTION findings_pieces(text)"),
        migrations.RunSQL(TABLE, "DROP TABLE findings_piece"),
        migrations.RunSQL(
            KEEP,
            "DROP TRIGGER findings_piece_made ON findings_finding;"
            "DROP TRIGGER findings_piece_changed ON findings_finding;"
            "DROP FUNCTION findings_keep_pieces()",
        ),
        migrations.RunSQL(FOUND, "DROP FUNCTION findings_with_pieces(integer[], integer)"),
    ]

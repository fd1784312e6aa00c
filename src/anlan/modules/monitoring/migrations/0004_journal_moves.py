"""The alarm journal goes with its place when that moves, and nothing else of it ever changes.

A statement trigger does not see rows; it is bound to the columns that must stay as written.
"""

from django.db import migrations

_MOVES = """
DO $$
DECLARE
  kept text;
BEGIN
  SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO kept FROM pg_attribute
   WHERE attrelid = 'monitoring_alarmevent'::regclass AND attnum > 0 AND NOT attisdropped
     AND attname <> 'scope_path';
  DROP TRIGGER monitoring_refuse ON monitoring_alarmevent;
  EXECUTE format(
    'CREATE TRIGGER monitoring_refuse BEFORE DELETE OR UPDATE OF %s ON monitoring_alarmevent '
    'FOR EACH STATEMENT EXECUTE FUNCTION monitoring_refuse()', kept);
END $$;
"""
_STAYS = """
DROP TRIGGER monitoring_refuse ON monitoring_alarmevent;
CREATE TRIGGER monitoring_refuse BEFORE UPDATE OR DELETE ON monitoring_alarmevent
  FOR EACH STATEMENT EXECUTE FUNCTION monitoring_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0003_safety_systems")]

    operations = [migrations.RunSQL(_MOVES, _STAYS)]

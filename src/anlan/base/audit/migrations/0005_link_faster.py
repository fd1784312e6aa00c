"""The chain's trigger without an insert that nearly always does nothing."""

from django.db import migrations

LINK = """
CREATE OR REPLACE FUNCTION audit_link() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE head audit_head;
BEGIN
  SELECT * INTO head FROM audit_head WHERE chain = NEW.chain FOR UPDATE;
  IF NOT FOUND THEN
    -- Of two that begin a chain at once, one waits here and then finds the other's head.
    INSERT INTO audit_head (chain, seq, hash) VALUES (NEW.chain, 0, '')
      ON CONFLICT (chain) DO NOTHING;
    SELECT * INTO head FROM audit_head WHERE chain = NEW.chain FOR UPDATE;
  END IF;
  NEW.seq := head.seq + 1;
  NEW.prev_hash := head.hash;
  NEW.hash := sha256(NEW.prev_hash || audit_canonical(NEW));
  UPDATE audit_head SET seq = NEW.seq, hash = NEW.hash WHERE chain = NEW.chain;
  RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0004_newest")]
    operations = [migrations.RunSQL(LINK, migrations.RunSQL.noop)]

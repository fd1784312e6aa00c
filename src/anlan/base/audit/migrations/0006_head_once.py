"""The head of a chain is written once a statement.

Written with every row, a large import left a hundred thousand versions of one head behind it within
one transaction, where none can be cleaned up, and each row looked through all of them: the time
grew with the square of the rows. Rows of the statement under way are now found by the index of
places; what the head says still decides where a chain goes on, so that a tail cut off is seen.
"""

from django.db import migrations

LINK = """
CREATE OR REPLACE FUNCTION audit_link() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE head audit_head; before record; sees text;
BEGIN
  -- The lock is held until the transaction ends: one writer a chain.
  SELECT * INTO head FROM audit_head WHERE chain = NEW.chain FOR UPDATE;
  IF NOT FOUND THEN
    -- Of two that begin a chain at once, one waits here and then finds the other's head.
    INSERT INTO audit_head (chain, seq, hash) VALUES (NEW.chain, 0, '')
      ON CONFLICT (chain) DO NOTHING;
    SELECT * INTO head FROM audit_head WHERE chain = NEW.chain FOR UPDATE;
  END IF;
  -- Beyond the head lie the rows of this statement alone. Who writes need not see them, so for
  -- this one look the wall is open.
  sees := coalesce(current_setting('anlan.everything', true), '');
  IF sees <> 'on' THEN PERFORM set_config('anlan.everything', 'on', true); END IF;
  SELECT seq, hash INTO before FROM audit_event
   WHERE chain = NEW.chain AND seq > head.seq ORDER BY chain DESC, seq DESC LIMIT 1;
  IF before.seq IS NOT NULL THEN
    head.seq := before.seq;
    head.hash := before.hash;
  END IF;
  IF sees <> 'on' THEN PERFORM set_config('anlan.everything', sees, true); END IF;
  NEW.seq := head.seq + 1;
  NEW.prev_hash := head.hash;
  NEW.hash := sha256(NEW.prev_hash || audit_canonical(NEW));
  RETURN NEW;
END $$;
CREATE FUNCTION audit_head_on() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE audit_head h SET seq = last.seq, hash = last.hash
    FROM (SELECT DISTINCT ON (chain) chain, seq, hash FROM added ORDER BY chain, seq DESC) last
   WHERE h.chain = last.chain;
  RETURN NULL;
END $$;
CREATE TRIGGER audit_head_on AFTER INSERT ON audit_event
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit_head_on();
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0005_link_faster")]
    operations = [migrations.RunSQL(LINK, migrations.RunSQL.noop)]

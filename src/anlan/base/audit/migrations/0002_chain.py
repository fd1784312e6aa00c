"""The chain: order, hashes and immutability are the database's work."""

from django.db import migrations

CANONICAL = """
CREATE FUNCTION audit_canonical(e audit_event) RETURNS bytea
LANGUAGE sql IMMUTABLE AS $$
  SELECT convert_to(jsonb_build_array(
    e.id, e.chain, e.seq, extract(epoch FROM e.at), e.event, e.actor_id, e.actor_name,
    e.object_type, e.object_id, e.object_label, e.before, e.after, e.reason,
    e.enterprise_id, e.scope_path
  )::text, 'UTF8')
$$;
"""

LINK = """
CREATE FUNCTION audit_link() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE head audit_head;
BEGIN
  INSERT INTO audit_head (chain, seq, hash) VALUES (NEW.chain, 0, '')
    ON CONFLICT (chain) DO NOTHING;
  SELECT * INTO head FROM audit_head WHERE chain = NEW.chain FOR UPDATE;
  NEW.seq := head.seq + 1;
  NEW.prev_hash := head.hash;
  NEW.hash := sha256(NEW.prev_hash || audit_canonical(NEW));
  UPDATE audit_head SET seq = NEW.seq, hash = NEW.hash WHERE chain = NEW.chain;
  RETURN NEW;
END $$;
CREATE TRIGGER audit_link BEFORE INSERT ON audit_event
  FOR EACH ROW EXECUTE FUNCTION audit_link();
"""

REFUSE = """
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'history is append-only: % on % is refused', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_refuse BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [
        migrations.RunSQL(CANONICAL, "DROP FUNCTION audit_canonical(audit_event)"),
        migrations.RunSQL(LINK, "DROP FUNCTION audit_link() CASCADE"),
        migrations.RunSQL(REFUSE, "DROP FUNCTION audit_refuse() CASCADE"),
    ]

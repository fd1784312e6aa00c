"""The head of a chain moves by its own history alone, and never back.

Whoever may make a temporary table could hang the function behind `audit_head_on` on it and so write
any head with the rights of the owner: creating a trigger asks for the right to execute, which
everybody has unless it is taken away. A row whose making writes another event (a function called in
the SELECT of an INSERT) put the head back to its own place, which `anlan audit verify` then told as
damage.
"""

from django.db import migrations

HEAD = """
CREATE OR REPLACE FUNCTION audit_head_on() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_RELID <> 'public.audit_event'::regclass THEN
    RAISE EXCEPTION 'the head of a chain is written by history alone'
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  UPDATE audit_head h SET seq = last.seq, hash = last.hash
    FROM (SELECT DISTINCT ON (chain) chain, seq, hash FROM added ORDER BY chain, seq DESC) last
   WHERE h.chain = last.chain AND h.seq < last.seq;
  RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION audit_link(), audit_head_on() FROM PUBLIC;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0006_head_once")]
    operations = [migrations.RunSQL(HEAD, migrations.RunSQL.noop)]

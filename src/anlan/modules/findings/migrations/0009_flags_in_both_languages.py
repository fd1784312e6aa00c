"""Why an entry is doubtful becomes a phrase; the English that lay beside it becomes part of it."""

from django.db import migrations

import anlan.base.phrases


class Migration(migrations.Migration):
    dependencies = [("findings", "0008_count_open_by_index")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    """ALTER TABLE findings_flag
                    ALTER COLUMN why TYPE jsonb USING CASE WHEN evidence->>'en' <> ''
                    THEN jsonb_build_object(
                        'told', jsonb_build_object('zh-hans', why, 'en', evidence->>'en'))
                    ELSE to_jsonb(why) END""",
                    migrations.RunSQL.noop,
                ),
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="flag",
                    name="why",
                    field=anlan.base.phrases.PhraseField(verbose_name="why"),
                )
            ],
        ),
    ]

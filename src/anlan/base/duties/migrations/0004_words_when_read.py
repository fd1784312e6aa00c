"""What a warning says becomes a phrase, worded when it is read; what was kept stays as it was."""

from django.db import migrations, models

import anlan.base.phrases

_SAYS_WHY = models.CheckConstraint(
    condition=models.Q(
        ("cleared_at__isnull", True),
        models.Q(("clear_reason", ""), _negated=True),
        _connector="OR",
    ),
    name="warning_cleared_says_why",
)


class Migration(migrations.Migration):
    dependencies = [("duties", "0003_find_what_somebody_did")]

    operations = [
        migrations.RemoveConstraint(model_name="raisedwarning", name=_SAYS_WHY.name),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    """ALTER TABLE duties_warning
                    ALTER COLUMN title TYPE jsonb USING to_jsonb(title),
                    ALTER COLUMN cause TYPE jsonb USING to_jsonb(cause),
                    ALTER COLUMN clear_reason TYPE jsonb USING to_jsonb(clear_reason)""",
                    migrations.RunSQL.noop,
                ),
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="raisedwarning",
                    name=name,
                    field=anlan.base.phrases.PhraseField(blank=blank, verbose_name=label),
                )
                for name, blank, label in (
                    ("title", False, "title"),
                    ("cause", True, "cause"),
                    ("clear_reason", True, "how it was cleared"),
                )
            ],
        ),
        migrations.AddConstraint(model_name="raisedwarning", constraint=_SAYS_WHY),
    ]

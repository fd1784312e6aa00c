"""Give tasks codes, by which imports tell them apart."""

from django.db import migrations, models

# Tasks of before get the end of their id: it does not collide with the counted ones, and what the
# plant prints on its lists may replace it. The wall hides every row from a role not bound.
FILL = """
    SELECT set_config('anlan.everything', 'on', true);
    UPDATE inspections_inspectiontask
       SET code = 'RW-' || upper(right(id::text, 12)), updated_at = now()
     WHERE code = '';
"""


class Migration(migrations.Migration):
    dependencies = [
        ("inspections", "0001_tasks_and_records"),
        ("duties", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="inspectiontask",
            name="code",
            field=models.CharField(
                blank=True,
                default="",
                help_text="Tells tasks apart in imports; given when left empty.",
                max_length=40,
                verbose_name="task code",
            ),
            preserve_default=False,
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="inspectiontask",
            constraint=models.UniqueConstraint(
                condition=models.Q(("code", ""), _negated=True),
                fields=("enterprise", "code"),
                name="inspection_task_one_per_code",
            ),
        ),
    ]

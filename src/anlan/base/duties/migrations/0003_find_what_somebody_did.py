"""What somebody has done today is found by person, not among a month of the enterprise."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("actors", "0003_people"),
        ("duties", "0002_name_what_was_made_ahead"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="instance",
            index=models.Index(
                condition=models.Q(("done_by__isnull", False)),
                fields=["done_by", "done_at"],
                name="duty_done_by_person",
            ),
        ),
    ]

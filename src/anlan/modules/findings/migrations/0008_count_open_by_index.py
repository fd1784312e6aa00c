"""Open findings are counted on each page: from their own small index, without looking at them."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("actors", "0003_people"),
        ("findings", "0007_search_within_places"),
        ("registry", "0006_mixtures"),
        ("risk", "0003_verified_departments_and_ground"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="finding",
            name="finding_open",
        ),
        migrations.AddIndex(
            model_name="finding",
            index=models.Index(
                condition=models.Q(
                    ("state__in", ["awaiting_acceptance", "confirmed", "rectifying", "reported"])
                ),
                fields=["scope_path", "deadline"],
                include=("enterprise", "state", "level"),
                name="finding_open",
            ),
        ),
    ]

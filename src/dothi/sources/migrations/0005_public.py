# SPDX-License-Identifier: Apache-2.0
"""Sources of wards wait for the city's word before their figures stand on the public page; those of before stay there."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sources", "0004_units")]
    operations = [
        migrations.AddField(
            model_name="source",
            name="public",
            field=models.BooleanField(default=True, db_default=True),
        )
    ]

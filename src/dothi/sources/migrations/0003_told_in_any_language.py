# SPDX-License-Identifier: Apache-2.0
"""Refusals as code and detail, how a subscription fares, and the whole account of a file."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sources", "0002_tenants")]

    operations = [
        migrations.AddField(
            "source", "link_state", models.CharField(blank=True, db_default="", default="", max_length=20)
        ),
        migrations.AddField(
            "source", "link_error", models.CharField(blank=True, db_default="", default="", max_length=500)
        ),
        migrations.AddField("source", "link_at", models.DateTimeField(null=True)),
        migrations.AddField("filedrop", "result", models.JSONField(null=True)),
        migrations.AddField(
            "refusal", "detail", models.CharField(blank=True, db_default="", default="", max_length=500)
        ),
    ]

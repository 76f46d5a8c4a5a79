# SPDX-License-Identifier: Apache-2.0

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("identity", "0030_token_keys")]
    operations = [
        migrations.AddField(
            model_name="oidcclient",
            name="service",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="clients",
                to="identity.serviceaccount",
            ),
        ),
        migrations.AddField(
            model_name="oidcclient",
            name="machine_scopes",
            field=models.CharField(blank=True, default="", max_length=100),
        ),
    ]

# SPDX-License-Identifier: Apache-2.0

import django.db.models.deletion
import dothi.foundation.clock
import dothi.identity.models.oidc_grant
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("allauth_idp_oidc", "0003_client_allow_uri_wildcards"),
        ("identity", "0011_recovery_tenants"),
    ]

    operations = [
        migrations.CreateModel(
            name="OidcClient",
            fields=[
                (
                    "client",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="city",
                        serialize=False,
                        to="allauth_idp_oidc.client",
                    ),
                ),
                ("tenant", models.CharField(blank=True, default="", max_length=100)),
                ("auth_method", models.CharField(max_length=30)),
                ("purpose", models.CharField(max_length=300)),
                ("sector", models.CharField(max_length=200)),
                ("least_acr", models.CharField(default="urn:dothi:loa1", max_length=40)),
                ("max_age", models.PositiveIntegerField(default=0)),
                ("requires_par", models.BooleanField(default=False)),
                ("backchannel_uri", models.CharField(blank=True, default="", max_length=400)),
                ("place", models.CharField(blank=True, default="", max_length=200)),
                ("made_at", models.DateTimeField(default=dothi.foundation.clock.now)),
                ("last_used_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["tenant", "made_at"], name="oidc_client_tenant")],
            },
        ),
        migrations.CreateModel(
            name="OidcDevice",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("tenant", models.CharField(blank=True, default="", max_length=100)),
                ("device_hash", models.CharField(max_length=64, unique=True)),
                ("user_hash", models.CharField(max_length=64, unique=True)),
                ("scopes", models.CharField(max_length=300)),
                ("state", models.CharField(default="waiting", max_length=10)),
                ("aal", models.PositiveSmallIntegerField(default=1)),
                ("ial", models.PositiveSmallIntegerField(default=0)),
                ("methods", models.CharField(blank=True, default="", max_length=100)),
                ("auth_time", models.DateTimeField(null=True)),
                ("made_at", models.DateTimeField(default=dothi.foundation.clock.now)),
                ("expires_at", models.DateTimeField(db_index=True)),
                ("asked_at", models.DateTimeField(null=True)),
                ("interval", models.PositiveSmallIntegerField(default=5)),
                (
                    "account",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="allauth_idp_oidc.client",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="OidcKey",
            fields=[
                ("kid", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("state", models.CharField(max_length=10)),
                ("public", models.JSONField()),
                ("sealed", models.BinaryField()),
                ("made_at", models.DateTimeField(default=dothi.foundation.clock.now)),
                ("current_at", models.DateTimeField(null=True)),
                ("retired_at", models.DateTimeField(null=True)),
                ("published_until", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["next", "current"])),
                        fields=("state",),
                        name="oidc_key_one_each",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="OidcLogout",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("tenant", models.CharField(blank=True, default="", max_length=100)),
                ("subject", models.CharField(max_length=64)),
                ("sid", models.CharField(max_length=64)),
                ("made_at", models.DateTimeField(default=dothi.foundation.clock.now)),
                ("told_at", models.DateTimeField(null=True)),
                ("given_up_at", models.DateTimeField(null=True)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("problem", models.CharField(blank=True, default="", max_length=200)),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="allauth_idp_oidc.client",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="OidcPushed",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("tenant", models.CharField(blank=True, default="", max_length=100)),
                ("hash", models.CharField(max_length=64, unique=True)),
                ("parameters", models.JSONField()),
                ("made_at", models.DateTimeField(default=dothi.foundation.clock.now)),
                ("expires_at", models.DateTimeField(db_index=True)),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="allauth_idp_oidc.client",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="OidcRate",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("what", models.CharField(max_length=30)),
                ("who", models.CharField(max_length=64)),
                ("window", models.BigIntegerField()),
                ("count", models.PositiveIntegerField(default=0)),
                ("expires_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("what", "who", "window"), name="oidc_rate_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Upstream",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("tenant", models.CharField(blank=True, default="", max_length=100)),
                ("slug", models.CharField(max_length=40)),
                ("name", models.CharField(max_length=100)),
                ("preset", models.CharField(max_length=20)),
                ("protocol", models.CharField(max_length=10)),
                ("issuer", models.CharField(blank=True, default="", max_length=400)),
                ("endpoints", models.JSONField(default=dict)),
                ("client_id", models.CharField(max_length=200)),
                ("sealed_secret", models.BinaryField(default=b"")),
                ("scopes", models.CharField(default="openid", max_length=200)),
                ("asked_acr", models.CharField(blank=True, default="", max_length=100)),
                ("claims", models.JSONField(default=dict)),
                ("assurance", models.JSONField(default=dict)),
                ("is_proven", models.BooleanField(default=False)),
                ("is_on", models.BooleanField(default=True)),
                ("made_at", models.DateTimeField(default=dothi.foundation.clock.now)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("tenant", "slug"), name="upstream_slug")],
            },
        ),
        migrations.CreateModel(
            name="OidcConsent",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("tenant", models.CharField(blank=True, default="", max_length=100)),
                ("asked", models.CharField(max_length=300)),
                ("scopes", models.CharField(max_length=300)),
                ("is_remembered", models.BooleanField(default=False)),
                ("given_at", models.DateTimeField(default=dothi.foundation.clock.now)),
                ("until", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="consents",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="consents",
                        to="allauth_idp_oidc.client",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["account", "client", "given_at"], name="oidc_consent_account")
                ],
            },
        ),
        migrations.CreateModel(
            name="OidcGrant",
            fields=[
                (
                    "id",
                    models.CharField(
                        default=dothi.identity.models.oidc_grant.grant_id,
                        max_length=40,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("tenant", models.CharField(blank=True, default="", max_length=100)),
                ("scopes", models.CharField(max_length=300)),
                ("acr", models.CharField(max_length=40)),
                ("reached", models.CharField(max_length=100)),
                ("methods", models.CharField(blank=True, default="", max_length=100)),
                ("auth_time", models.DateTimeField()),
                ("session", models.CharField(blank=True, default="", max_length=64)),
                ("made_at", models.DateTimeField(default=dothi.foundation.clock.now)),
                ("ends_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_why", models.CharField(blank=True, default="", max_length=40)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="grants",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="grants",
                        to="allauth_idp_oidc.client",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["account", "client"], name="oidc_grant_account"),
                    models.Index(fields=["session"], name="oidc_grant_session"),
                ],
            },
        ),
        migrations.CreateModel(
            name="UpstreamLink",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("tenant", models.CharField(blank=True, default="", max_length=100)),
                ("subject_hash", models.CharField(max_length=64)),
                ("made_at", models.DateTimeField(default=dothi.foundation.clock.now)),
                ("used_at", models.DateTimeField(default=dothi.foundation.clock.now)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="upstream_links",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "upstream",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="links",
                        to="identity.upstream",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("upstream", "subject_hash"), name="upstream_subject")
                ],
            },
        ),
    ]

# SPDX-License-Identifier: Apache-2.0
"""Django's settings, made from the one typed settings object.

Pages run as the role `dothi_reader`, under row-level security. Migrations run on the alias `owner`, which exists
only where an owner's address is known (`dothi migrate`, tests); web processes need not have it.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from dothi.cityhall.django_database import as_django, owner_url, reader_url
from dothi.foundation.settings import Settings, load

SETTINGS: Settings = load()
_HERE = Path(__file__).parent
_PUBLIC = urlsplit(SETTINGS.url)


def _secret_key() -> str:
    """The set one, the installation's own, or one that lives as long as this process: never a known one."""
    file = SETTINGS.data_path / "secrets" / "secret_key"
    if SETTINGS.secret_key:
        return SETTINGS.secret_key
    if os.access(file, os.R_OK):
        return file.read_text("ascii").strip()
    return secrets.token_urlsafe(48)


def _oidc_secret() -> str:
    """What keys of tokens are encrypted with and subjects are made of: kept apart, for it outlives SECRET_KEY."""
    file = SETTINGS.data_path / "secrets" / "oidc"
    return file.read_text("ascii").strip() if os.access(file, os.R_OK) else SECRET_KEY


SECRET_KEY = _secret_key()
OIDC_SECRET = _oidc_secret()
DEBUG = False
ALLOWED_HOSTS = ["*"]  # the front door decides which hosts it answers; no address is ever built from the Host
ROOT_URLCONF = "dothi.cityhall.urls"
WSGI_APPLICATION = "dothi.cityhall.wsgi.application"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "procrastinate.contrib.django",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.idp.oidc",
    "dothi.ledger",
    "dothi.identity",
    "dothi.places",
    "dothi.documents",
    "dothi.privacy",
    "dothi.sources",
    "dothi.operations",
    "dothi.cityhall.apps.CityHall",
]
MIDDLEWARE = [
    "dothi.cityhall.middleware.RequestMark",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "dothi.cityhall.middleware.SafetyHeaders",
    "dothi.cityhall.middleware.ChosenLanguage",
    "dothi.cityhall.middleware.ErrorPages",
    "dothi.cityhall.middleware.RoomOnDisk",
    "dothi.cityhall.middleware.TenantTransaction",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "dothi.cityhall.middleware.CurrentAccount",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "dothi.cityhall.middleware.DomainErrors",
]
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "dothi.cityhall.context.page",
            ],
            "builtins": [
                "django.templatetags.static",
                "dothi.cityhall.templatetags.words",
                "dothi.cityhall.templatetags.grades",
            ],
        },
    }
]

DATABASES: dict[str, dict[str, Any]] = {"default": as_django(reader_url(SETTINGS))}
if owner_url(SETTINGS):
    DATABASES["owner"] = as_django(owner_url(SETTINGS))
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "identity.Account"

# Argon2id; passwords are judged in identity.rules.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = "login"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_ADAPTER = "dothi.identity.flows.AccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"  # an account is made only once its address is proven
MFA_ADAPTER = "dothi.identity.flows.MfaAdapter"
MFA_TOTP_ISSUER = SETTINGS.city_name or "Dothi"
MFA_TOTP_TOLERANCE = 1  # phones' clocks differ; each code works once
MFA_RECOVERY_CODE_DIGITS = 10
LOGIN_URL = "/sign-in/"
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
# Codes and limits are shared by all web processes and survive none of them needlessly.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "identity_cache",
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
HTTPS = _PUBLIC.scheme == "https"
_OURS_ALONE = "__Host-" if HTTPS else ""
"""Browsers take a cookie of such a name from this very host by https only: no other site of the locality can plant one."""
SESSION_COOKIE_NAME = f"{_OURS_ALONE}dothi_session"
SESSION_COOKIE_AGE = SETTINGS.session_hours * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_SERIALIZER = "django.contrib.sessions.serializers.JSONSerializer"
CSRF_COOKIE_NAME = f"{_OURS_ALONE}dothi_csrf"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = False  # the console's scripts send it back in the header X-CSRFToken
CSRF_FAILURE_VIEW = "dothi.cityhall.error_pages.forged"
CSRF_TRUSTED_ORIGINS = [f"{_PUBLIC.scheme}://{_PUBLIC.netloc}"]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = HTTPS
SECURE_SSL_HOST = _PUBLIC.netloc  # never the Host that a request names
SECURE_HSTS_SECONDS = 365 * 86400 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS and SETTINGS.hsts_subdomains
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# Mail goes through one server, or nowhere: pages say so then (identity.mail).
_MAIL = urlsplit(SETTINGS.mail_url)
EMAIL_HOST, EMAIL_PORT = _MAIL.hostname or "", _MAIL.port or (465 if _MAIL.scheme == "smtps" else 587)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_MAIL.username or ""), unquote(_MAIL.password or "")
EMAIL_USE_SSL = _MAIL.scheme == "smtps"
EMAIL_USE_TLS = _MAIL.scheme == "smtp" and EMAIL_HOST not in {"127.0.0.1", "localhost"}
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SETTINGS.mail_from or EMAIL_HOST_USER or f"dothi@{_PUBLIC.hostname}"

LANGUAGE_CODE = SETTINGS.language
USE_I18N = False  # sentences are ours, by key (foundation.messages)
USE_TZ = True
TIME_ZONE = "Asia/Ho_Chi_Minh"
STATIC_URL = "/static/"
STATICFILES_DIRS: list[str] = []
FILE_UPLOAD_MAX_MEMORY_SIZE = SETTINGS.batch_limit
DATA_UPLOAD_MAX_MEMORY_SIZE = SETTINGS.body_limit
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
APPEND_SLASH = True
LOGGING_CONFIG = None  # foundation.log sets logs up, for every process alike
SILENCED_SYSTEM_CHECKS = [
    "staticfiles.W004",  # the assets of a checkout are not built yet
    "security.W021",  # preload is asked of browser makers for a whole registered name, for years: for its owner to decide
]
if not SETTINGS.hsts_subdomains:
    # Below the city's name may stand sites of others that have no https: the locality says when there are none.
    SILENCED_SYSTEM_CHECKS.append("security.W005")

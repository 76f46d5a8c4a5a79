# SPDX-License-Identifier: Apache-2.0
"""The WSGI application of the web processes."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dothi.cityhall.django_settings")

application = get_wsgi_application()

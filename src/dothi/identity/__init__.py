# SPDX-License-Identifier: Apache-2.0
"""Identity: who is asking, and how the city knows it.

For now a first administrator, made by a one-time link, and sessions. Passkeys, OIDC, posts and permissions
are a later issue. There is no default password and there never will be one.
"""

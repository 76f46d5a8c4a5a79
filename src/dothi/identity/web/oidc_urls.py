# SPDX-License-Identifier: Apache-2.0
"""Addresses of the OpenID Connect provider, and of providers that the city believes."""

from __future__ import annotations

from django.urls import path

from dothi.identity.web import (
    consents,
    device,
    oidc_authorize,
    oidc_clients,
    oidc_discovery,
    oidc_logout,
    oidc_token,
    upstream,
    upstreams,
)

patterns = [
    path(".well-known/openid-configuration", oidc_discovery.discovery, name="oidc_discovery"),
    path(".well-known/oauth-authorization-server", oidc_discovery.discovery, name="oauth_discovery"),
    path("oidc/jwks", oidc_discovery.jwks, name="oidc_jwks"),
    path("oidc/authorize", oidc_authorize.authorize, name="oidc_authorize"),
    path("oidc/resume", oidc_authorize.resume, name="oidc_resume"),
    path("oidc/consent", oidc_authorize.consent, name="oidc_consent"),
    path("oidc/token", oidc_token.token, name="oidc_token"),
    path("oidc/par", oidc_token.par, name="oidc_par"),
    path("oidc/revoke", oidc_token.revoke, name="oidc_revoke"),
    path("oidc/device", oidc_token.device_code, name="oidc_device"),
    path("oidc/userinfo", oidc_token.userinfo, name="oidc_userinfo"),
    path("oidc/logout", oidc_logout.logout, name="oidc_logout"),
    path("oidc/leave", oidc_logout.leave, name="oidc_leave"),
    path("device/", device.device, name="device"),
    path("me/consents/", consents.consents, name="consents"),
    path("me/consents/<int:consent_id>/withdraw/", consents.withdraw, name="consent_withdraw"),
    path("oidc/clients/", oidc_clients.client_list, name="oidc_clients"),
    path("oidc/clients/add/", oidc_clients.client_add, name="oidc_client_add"),
    path("oidc/clients/<str:client_id>/", oidc_clients.client_page, name="oidc_client"),
    path("oidc/clients/<str:client_id>/change/", oidc_clients.client_change, name="oidc_client_change"),
    path("oidc/clients/<str:client_id>/secret/", oidc_clients.client_secret, name="oidc_client_secret"),
    path("oidc/clients/<str:client_id>/revoke/", oidc_clients.client_revoke, name="oidc_client_revoke"),
    path("oidc/keys/rotate/", oidc_clients.keys_rotate, name="oidc_keys_rotate"),
    path("sign-in/with/", upstream.ways, name="upstream_ways"),
    path("sign-in/with/<str:slug>/", upstream.out, name="upstream_out"),
    path("sign-in/from/<str:slug>/", upstream.back, name="upstream_back"),
    path("me/link/<str:slug>/", upstream.link, name="upstream_link"),
    path("oidc/upstreams/", upstreams.upstream_list, name="upstreams"),
    path("oidc/upstreams/add/<str:preset>/", upstreams.upstream_add, name="upstream_add"),
    path("oidc/upstreams/<int:upstream_id>/switch/", upstreams.upstream_switch, name="upstream_switch"),
]

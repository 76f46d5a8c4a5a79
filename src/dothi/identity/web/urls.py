# SPDX-License-Identifier: Apache-2.0

"""Addresses of identity."""

from __future__ import annotations

from django.urls import path

from dothi.identity.web import again, app, me, oidc_urls, recovery, sign_in, sign_up

urlpatterns = [
    path("first/<str:signed>/", sign_in.first, name="first"),
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-in/passkey/", sign_in.passkey, name="sign_in_passkey"),
    path("sign-in/passkey/options/", sign_in.passkey_options, name="sign_in_passkey_options"),
    path("sign-in/second/", sign_in.second, name="mfa_authenticate"),  # allauth's stage leads to this name
    path("sign-in/second/options/", sign_in.second_options, name="second_options"),
    path("sign-in/first-passkey/", sign_in.enrolment, name="passkey_first"),
    path("sign-in/first-passkey/options/", sign_in.enrolment_options, name="passkey_first_options"),
    path("sign-in/again/", again.again, name="again"),
    path("sign-in/again/options/", again.options, name="again_options"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("sign-up/", sign_up.sign_up, name="sign_up"),
    path("sign-up/<str:signed>/", sign_up.sign_up_link, name="sign_up_link"),
    path("reset/", sign_up.reset, name="reset"),
    path("reset/<str:signed>/", sign_up.reset_link, name="reset_link"),
    path("recover/", recovery.recover, name="recover"),
    path("recover/passkey/", recovery.recover_passkey, name="recover_passkey"),
    path("recover/passkey/options/", recovery.recover_options, name="recover_options"),
    path("recovery/", recovery.recovery, name="recovery"),
    path("recovery/<int:pk>/confirm/", recovery.confirm, name="recovery_confirm"),
    path("recovery/<int:pk>/give-up/", recovery.give_up, name="recovery_give_up"),
    path("me/", me.me, name="me"),
    path("me/passkeys/add/", me.passkey_add, name="passkey_add"),
    path("me/passkeys/options/", me.passkey_options, name="passkey_options"),
    path("me/passkeys/<int:pk>/name/", me.passkey_name, name="passkey_name"),
    path("me/passkeys/<int:pk>/remove/", me.passkey_remove, name="passkey_remove"),
    path("me/sessions/end/", me.sessions_end, name="sessions_end"),
    path("me/sessions/<int:pk>/end/", me.session_end, name="session_end"),
    path("me/password/", me.password, name="password"),
    path("me/emails/add/", me.email_add, name="email_add"),
    path("me/emails/confirm/<str:signed>/", me.email_confirm, name="email_confirm"),
    path("me/emails/<int:pk>/first/", me.email_first, name="email_first"),
    path("me/emails/<int:pk>/remove/", me.email_remove, name="email_remove"),
    path("me/app/", app.app_add, name="app_add"),
    path("me/app/remove/", app.app_remove, name="app_remove"),
    path("me/app/codes/", app.codes_renew, name="codes_renew"),
    *oidc_urls.patterns,
]

# SPDX-License-Identifier: Apache-2.0
"""Addresses of documents: /documents/ for officers, /verify/ and /v/ for everybody."""

from __future__ import annotations

from django.urls import path, re_path

from dothi.documents.api import wallet
from dothi.documents.web import code, credential, document, key, verify
from dothi.identity.door import public, requires

see, sign, revoke = requires("documents.see"), requires("documents.sign"), requires("documents.revoke")
send, manage = requires("documents.send"), requires("documents.manage", city=True)
HASH = "(?P<file_hash>[0-9a-f]{64})"

urlpatterns = [
    path("documents/", see(document.overview), name="documents"),
    path("documents/sign/", sign(document.sign), name="document_sign"),
    path("documents/check/", see(document.check), name="document_check"),
    path("documents/codes/", send(code.codes), name="document_codes"),
    path("documents/codes/issue/", send(code.issue), name="document_code_issue"),
    path("documents/codes/call/", send(code.call), name="document_call"),
    path("documents/codes/<str:code>/withdraw/", send(code.withdraw), name="document_code_withdraw"),
    path("documents/addresses/", manage(code.add_address), name="document_address_add"),
    path("documents/addresses/<int:address_id>/end/", manage(code.end_address), name="document_address_end"),
    path("documents/keys/", manage(key.keys), name="document_keys"),
    path("documents/keys/add/", manage(key.add), name="document_key_add"),
    path("documents/keys/<str:key_id>/retire/", manage(key.retire), name="document_key_retire"),
    path("documents/keys/<str:key_id>/chain.pem", manage(key.chain), name="document_key_chain"),
    path("documents/credentials/", sign(credential.credentials), name="document_credentials"),
    path("documents/credentials/offer/", sign(credential.offer), name="document_offer"),
    path("documents/credentials/ask/", sign(credential.ask), name="document_ask"),
    path("documents/credentials/shown/<str:request_id>/", sign(credential.shown), name="document_shown"),
    path(
        "documents/credentials/<int:number>/revoke/",
        sign(credential.revoke),
        name="document_credential_revoke",
    ),
    path("documents/<str:document_id>/", see(document.detail), name="document"),
    path("documents/<str:document_id>/file/", see(document.download), name="document_file"),
    path("documents/<str:document_id>/revoke/", revoke(document.revoke), name="document_revoke"),
    path("verify/", public(verify.page), name="verify"),
    path("verify/keys", public(verify.keys), name="verify_keys"),
    path("verify/list/<str:part>", public(verify.status_part), name="verify_list"),
    path("verify/worker.js", public(verify.worker), name="verify_worker"),
    re_path(rf"^verify/result/{HASH}$", public(verify.result), name="verify_result"),
    re_path(rf"^verify/document/{HASH}$", public(verify.document), name="verify_document"),
    path(
        ".well-known/openid-credential-issuer/credentials",
        public(wallet.issuer_metadata),
        name="credential_issuer",
    ),
    path(
        ".well-known/oauth-authorization-server/credentials",
        public(wallet.server_metadata),
        name="credential_server",
    ),
    path(".well-known/jwt-vc-issuer/credentials", public(wallet.issuer_keys), name="credential_keys"),
    path("credentials/types/residence", public(wallet.type_metadata), name="credential_type"),
    path("credentials/status/1", public(wallet.status), name="credential_status"),
    path("credentials/token", public(wallet.token), name="credential_token"),
    path("credentials/nonce", public(wallet.nonce), name="credential_nonce"),
    path("credentials/credential", public(wallet.issue), name="credential_issue"),
    path("credentials/request/<str:request_id>", public(wallet.request_object), name="credential_request"),
    path("credentials/response/<str:request_id>", public(wallet.response), name="credential_response"),
    path("v/<str:code>", public(verify.short), name="verify_short"),
]

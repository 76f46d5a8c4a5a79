# SPDX-License-Identifier: Apache-2.0

"""All models of identity, one noun a file."""

from dothi.identity.models.account import Account, account_id
from dothi.identity.models.admin_link import AdminLink
from dothi.identity.models.delegation import Delegation
from dothi.identity.models.failed_try import FailedTry
from dothi.identity.models.grant import Grant
from dothi.identity.models.invitation import Invitation
from dothi.identity.models.oidc_client import OidcClient
from dothi.identity.models.oidc_consent import OidcConsent
from dothi.identity.models.oidc_device import OidcDevice
from dothi.identity.models.oidc_grant import OidcGrant
from dothi.identity.models.oidc_key import OidcKey
from dothi.identity.models.oidc_logout import OidcLogout
from dothi.identity.models.oidc_pushed import OidcPushed
from dothi.identity.models.oidc_rate import OidcRate
from dothi.identity.models.organisation import Organisation
from dothi.identity.models.position import Position
from dothi.identity.models.post import Post
from dothi.identity.models.recovery import Recovery
from dothi.identity.models.rights_edition import RightsEdition
from dothi.identity.models.service_account import ServiceAccount
from dothi.identity.models.upstream import Upstream, UpstreamLink

__all__ = [
    "Account",
    "AdminLink",
    "Delegation",
    "FailedTry",
    "Grant",
    "Invitation",
    "OidcClient",
    "OidcConsent",
    "OidcDevice",
    "OidcGrant",
    "OidcKey",
    "OidcLogout",
    "OidcPushed",
    "OidcRate",
    "Organisation",
    "Position",
    "Post",
    "Recovery",
    "RightsEdition",
    "ServiceAccount",
    "Upstream",
    "UpstreamLink",
    "account_id",
]

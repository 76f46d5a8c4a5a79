# SPDX-License-Identifier: Apache-2.0

"""All models of identity, one noun a file."""

from dothi.identity.models.account import Account, account_id
from dothi.identity.models.admin_link import AdminLink
from dothi.identity.models.delegation import Delegation
from dothi.identity.models.failed_try import FailedTry
from dothi.identity.models.grant import Grant
from dothi.identity.models.invitation import Invitation
from dothi.identity.models.organisation import Organisation
from dothi.identity.models.position import Position
from dothi.identity.models.post import Post
from dothi.identity.models.recovery import Recovery
from dothi.identity.models.rights_edition import RightsEdition
from dothi.identity.models.service_account import ServiceAccount

__all__ = [
    "Account",
    "AdminLink",
    "Delegation",
    "FailedTry",
    "Grant",
    "Invitation",
    "Organisation",
    "Position",
    "Post",
    "Recovery",
    "RightsEdition",
    "ServiceAccount",
    "account_id",
]

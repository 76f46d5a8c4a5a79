# SPDX-License-Identifier: Apache-2.0
"""All models of identity, one noun a file."""

from dothi.identity.models.account import Account, account_id
from dothi.identity.models.admin_link import AdminLink
from dothi.identity.models.failed_try import FailedTry

__all__ = ["Account", "AdminLink", "FailedTry", "account_id"]

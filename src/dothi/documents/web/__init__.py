# SPDX-License-Identifier: Apache-2.0
"""Pages of documents: for officers, and the public page of checks."""

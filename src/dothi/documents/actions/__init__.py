# SPDX-License-Identifier: Apache-2.0
"""The only writers of documents, one noun a file."""

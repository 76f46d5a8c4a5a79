# SPDX-License-Identifier: Apache-2.0
"""Rules of documents: pure, one noun a file."""

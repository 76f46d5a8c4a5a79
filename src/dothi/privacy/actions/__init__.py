# SPDX-License-Identifier: Apache-2.0
"""The only writers, one noun a file."""

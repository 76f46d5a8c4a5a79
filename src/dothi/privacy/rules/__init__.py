# SPDX-License-Identifier: Apache-2.0
"""Pure rules, one noun a file."""

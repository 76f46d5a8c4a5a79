# SPDX-License-Identifier: Apache-2.0
"""What is there, one noun a file; nothing here writes."""

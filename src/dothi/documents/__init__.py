# SPDX-License-Identifier: Apache-2.0
"""Documents: what the city signs and vouches for, and the page on which anybody checks it.

Owns signed files (PAdES), their status and revocation, codes that messages of the city carry, and verifiable credentials
(SD-JWT VC). It never keeps an image of an ID card, and never signs with a soft key outside a marked demo.
"""

# SPDX-License-Identifier: Apache-2.0
"""Certificates: those that the installation makes for its marked demo, and what is read out of any."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ROOT_YEARS, LEAF_YEARS = 10, 3
_YEAR = timedelta(days=365)


class Made(msgspec.Struct, frozen=True):
    """A new key with its certificates, the own one first. `private`: PKCS #8, DER, not encrypted."""

    private: bytes
    chain: list[bytes]


class Seen(msgspec.Struct, frozen=True):
    """What a certificate says. `fingerprint`: SHA-256 of its DER, hexadecimal."""

    name: str
    issuer: str
    serial: str
    since: datetime
    until: datetime
    fingerprint: str


def _name(common: str, organisation: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation[:64]),
            x509.NameAttribute(NameOID.COMMON_NAME, common[:64]),
        ]
    )


def _usage(*, root: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not root, content_commitment=not root, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=root, crl_sign=root,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, at: datetime, years: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(minutes=5))
        .not_valid_after(at + years * _YEAR)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def make_demo(*, name: str, organisation: str, at: datetime) -> Made:
    """A soft key below a root of its own, for a marked demo only."""
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root_name = _name("Dothi: gốc thử nghiệm, không có giá trị", organisation)
    root = (
        _builder(root_name, root_name, root_key.public_key(), at, ROOT_YEARS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(root=True), critical=True)
        .sign(root_key, hashes.SHA256())
    )
    leaf = (
        _builder(_name(name, organisation), root_name, key.public_key(), at, LEAF_YEARS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(root=False), critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False
        )
        .sign(root_key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return Made(private, [one.public_bytes(serialization.Encoding.DER) for one in (leaf, root)])


def read_pem(text: bytes) -> list[bytes]:
    """Certificates of a PEM file as DER; ValueError when there are none."""
    return [one.public_bytes(serialization.Encoding.DER) for one in x509.load_pem_x509_certificates(text)]


def as_pem(chain: list[bytes]) -> str:
    return "".join(
        x509.load_der_x509_certificate(one).public_bytes(serialization.Encoding.PEM).decode("ascii")
        for one in chain
    )


def _common(name: x509.Name) -> str:
    found = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else name.rfc4514_string()


def see(der: bytes) -> Seen:
    """What the certificate says."""
    one = x509.load_der_x509_certificate(der)
    return Seen(
        name=_common(one.subject),
        issuer=_common(one.issuer),
        serial=f"{one.serial_number:x}",
        since=one.not_valid_before_utc,
        until=one.not_valid_after_utc,
        fingerprint=one.fingerprint(hashes.SHA256()).hex(),
    )

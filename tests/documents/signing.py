# SPDX-License-Identifier: Apache-2.0
"""A small trust service for tests: a root, signers, revocation lists, a time-stamp authority."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from asn1crypto import keys as asn_keys
from asn1crypto import x509 as asn_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from dothi.documents.core import paper, sealing, stamping

NAME = "Ủy ban nhân dân phường Chợ Cũ"
NOW = datetime.now(UTC)
DER = serialization.Encoding.DER


@dataclass(frozen=True)
class Party:
    """A key with its certificate."""

    key: Any
    certificate: x509.Certificate

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(DER)

    @property
    def private(self) -> bytes:
        return self.key.private_bytes(DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def _usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(not ca, not ca, False, False, False, ca, ca, False, False)


def party(
    name: str,
    *,
    above: Party | None = None,
    since: datetime = NOW - timedelta(days=400),
    until: datetime = NOW + timedelta(days=400),
    kind: str = "signer",
) -> Party:
    key: Any = (
        rsa.generate_private_key(65537, 2048)
        if kind == "stamper"
        else ec.generate_private_key(ec.SECP256R1())
    )
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    ca = kind == "root"
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(above.certificate.subject if above else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(_usage(ca=ca), critical=True)
    )
    if kind == "stamper":
        builder = builder.add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True
        )
    return Party(key, builder.sign(above.key if above else key, hashes.SHA256()))


@cache
def root() -> Party:
    return party("Gốc tin cậy", kind="root")


@cache
def signer() -> Party:
    return party(NAME, above=root())


@cache
def stamper_party() -> Party:
    return party("Cấp dấu thời gian", above=root(), kind="stamper")


def crl(*revoked: Party, at: datetime = NOW) -> bytes:
    """A revocation list of the root."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(root().certificate.subject)
        .last_update(at - timedelta(hours=1))
        .next_update(NOW + timedelta(days=30))
    )
    for one in revoked:
        builder = builder.add_revoked_certificate(
            x509.RevokedCertificateBuilder()
            .serial_number(one.certificate.serial_number)
            .revocation_date(at - timedelta(hours=2))
            .build()
        )
    return builder.sign(root().key, hashes.SHA256()).public_bytes(DER)


def stamper(by: Party | None = None, at: datetime | None = None) -> DummyTimeStamper:
    who = by or stamper_party()
    store = SimpleCertificateStore()
    store.register(asn_x509.Certificate.load(who.der))
    return DummyTimeStamper(
        asn_x509.Certificate.load(who.der),
        asn_keys.PrivateKeyInfo.load(who.private),
        certs_to_embed=store,
        fixed_dt=at,
    )


def place(who: Party, *above: Party) -> sealing.KeyPlace:
    chain = [who.der, *(one.der for one in above)]
    return sealing.KeyPlace(kind="soft", chain=chain, private=who.private)


@cache
def prepared(text: str = "Số tiền hỗ trợ là 1.000.000 đồng.") -> bytes:
    """A stamped paper, not signed yet."""
    drawn = paper.draw(
        paper.Paper(
            organisation=NAME, title="Giấy xác nhận", text=[text], fields=[("Họ và tên", "Đỗ Văn Ẩn")]
        )
    )
    spec = stamping.Stamp(address="http://dothi.test/v/AAAA#00", code="AAAA", watermark=False)
    return stamping.stamp(drawn, spec, 1)


@cache
def signed(text: str = "Số tiền hỗ trợ là 1.000.000 đồng.", *, stamped: bool = False) -> bytes:
    made = sealing.seal(
        prepared(text),
        key=place(signer(), root()),
        name=NAME,
        at=NOW,
        stamper=stamper() if stamped else None,
    )
    return made.pdf

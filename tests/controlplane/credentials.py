"""Credentials of a control plane: certificates, the ServiceAccount signing key, tokens and kubeconfigs."""

from __future__ import annotations

import base64
import ipaddress
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
LOOPBACK = "127.0.0.1"
FRONT_PROXY = "front-proxy-client"
"""Common name of the certificate that the API server shows to aggregated APIs."""


@dataclass(frozen=True)
class Credentials:
    """The API server's files and the administrator's token. They are valid for a day; every control plane has its own."""

    ca_file: Path
    certificate: Path
    key: Path
    service_account_key: Path
    service_account_public_key: Path
    tokens: Path
    admin_token: str
    proxy_ca_file: Path
    proxy_certificate: Path
    """By which the API server proves to aggregated APIs that it is the one who asks."""
    proxy_key: Path


def create(folder: Path) -> Credentials:
    """Create the credentials in `folder`, readable only by the user."""
    authority_key = ec.generate_private_key(ec.SECP256R1())
    authority = _certificate("controlplane-ca", authority_key, issuer=None)
    server_key = ec.generate_private_key(ec.SECP256R1())
    server = _certificate("kube-apiserver", server_key, issuer=(authority, authority_key))
    proxy_authority_key = ec.generate_private_key(ec.SECP256R1())
    proxy_authority = _certificate("front-proxy-ca", proxy_authority_key, issuer=None)
    proxy_key = ec.generate_private_key(ec.SECP256R1())
    proxy = _certificate(FRONT_PROXY, proxy_key, issuer=(proxy_authority, proxy_authority_key), client=True)
    signing_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    admin_token = secrets.token_urlsafe(32)
    pem = serialization.Encoding.PEM
    public = signing_key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
    return Credentials(
        ca_file=_write(folder / "ca.crt", authority.public_bytes(pem)),
        certificate=_write(folder / "apiserver.crt", server.public_bytes(pem)),
        key=_write(folder / "apiserver.key", _private(server_key)),
        service_account_key=_write(folder / "service-accounts.key", _private(signing_key)),
        service_account_public_key=_write(folder / "service-accounts.pub", public),
        tokens=_write(folder / "tokens.csv", f'{admin_token},admin,admin,"system:masters"\n'.encode()),
        admin_token=admin_token,
        proxy_ca_file=_write(folder / "front-proxy-ca.crt", proxy_authority.public_bytes(pem)),
        proxy_certificate=_write(folder / "front-proxy.crt", proxy.public_bytes(pem)),
        proxy_key=_write(folder / "front-proxy.key", _private(proxy_key)),
    )


def write_kubeconfig(file: Path, *, url: str, ca_file: Path, user: str, token: str, namespace: str = "default") -> Path:
    """Write a self-contained kubeconfig and return its path."""
    authority = base64.b64encode(ca_file.read_bytes()).decode()
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "controlplane", "cluster": {"server": url, "certificate-authority-data": authority}}],
        "users": [{"name": user, "user": {"token": token}}],
        "contexts": [{"name": user, "context": {"cluster": "controlplane", "user": user, "namespace": namespace}}],
        "current-context": user,
    }
    return _write(file, yaml.safe_dump(config).encode())


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: tuple[x509.Certificate, ec.EllipticCurvePrivateKey] | None,
    *,
    client: bool = False,
) -> x509.Certificate:
    """Return a certificate for `key`: a self-signed CA without an issuer, otherwise one of a client or a server of the loopback."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer_key = issuer[1] if issuer else key
    now = datetime.now(UTC)  # noqa: TID251 - certificates are checked against the real time
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer[0].subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
        .add_extension(_key_usage(authority=issuer is None), critical=True)
    )
    if issuer:
        usage = ExtendedKeyUsageOID.CLIENT_AUTH if client else ExtendedKeyUsageOID.SERVER_AUTH
        names = [x509.IPAddress(ipaddress.ip_address(LOOPBACK)), x509.DNSName("localhost")]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False).add_extension(
            x509.ExtendedKeyUsage([usage]), critical=False
        )
    return builder.sign(issuer_key, hashes.SHA256())


def _key_usage(*, authority: bool) -> x509.KeyUsage:
    """Return the key usage, which Python's strict verification (the default since 3.13) requires like the key identifiers above."""
    return x509.KeyUsage(
        digital_signature=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _private(key: PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(file: Path, content: bytes) -> Path:
    file.touch(mode=0o600)
    file.write_bytes(content)
    return file

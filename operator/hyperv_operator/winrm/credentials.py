"""Credentials of a session: client certificates are checked before the host is contacted, and secrets become private files."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from hyperv_operator.errors import CredentialsUnusable
from hyperv_operator.ports import AccountCredentials, CertificateCredentials, HostEndpoint

CERTIFICATE, KEY = "tls.crt", "tls.key"
"""Keys of the Secret."""


def private_file(folder: Path, name: str, content: bytes) -> str:
    """Write a file that only this process's user can read, for libraries that accept a secret only as a path; return its path."""
    path = folder / name
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    return str(path)


def check_basic(endpoint: HostEndpoint, credentials: AccountCredentials) -> None:
    """Raise `CredentialsUnusable` for a user name that basic cannot express: it separates name and password with a colon."""
    if endpoint.authentication == "basic" and ":" in credentials.username:
        raise CredentialsUnusable(
            f"'username' in Secret {endpoint.credentials_name!r} contains a colon, which basic authentication cannot send.",
            remedy="Choose an account without a colon in its name, or set spec.connection.authentication to negotiate.",
        )


def client_certificate_files(secret: str, credentials: CertificateCredentials, folder: Path) -> tuple[str, str]:
    """Check a client certificate and write it and its key to private files; return both paths.

    `CredentialsUnusable` names the key of the Secret that is wrong, and why.
    """
    certificate_pem, key_pem = credentials.certificate_pem.get_secret_value(), credentials.key_pem.get_secret_value()
    certificate = _certificate(certificate_pem, secret)
    if _encoded(certificate.public_key()) != _encoded(_public_key(key_pem, secret)):
        raise CredentialsUnusable(
            f"The private key under {KEY!r} of Secret {secret!r} does not belong to the first certificate under {CERTIFICATE!r}.",
            remedy="Store a certificate together with its own key.",
        )
    now = datetime.fromtimestamp(time.time(), UTC)
    begin, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if now > end:
        raise CredentialsUnusable(
            f"The certificate under {CERTIFICATE!r} of Secret {secret!r} expired at {end:%Y-%m-%d %H:%M} UTC.",
            remedy="Store a new certificate and its key in the Secret, and map it to the account on the host.",
        )
    if now < begin:
        raise CredentialsUnusable(
            f"The certificate under {CERTIFICATE!r} of Secret {secret!r} is not valid before {begin:%Y-%m-%d %H:%M} UTC.",
            remedy="Wait until then, or check the clock of the operator's node.",
        )
    return (
        private_file(folder, "client.pem", certificate_pem.encode()),
        private_file(folder, "client.key", key_pem.encode()),
    )


def _certificate(pem: str, secret: str) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificates(pem.encode())[0]
    except ValueError:
        raise CredentialsUnusable(
            f"Key {CERTIFICATE!r} of Secret {secret!r} holds no PEM certificate.",
            remedy="Store the client certificate there, followed by its issuers' certificates.",
        ) from None


def _public_key(pem: str, secret: str) -> PublicKeyTypes:
    try:
        return load_pem_private_key(pem.encode(), None).public_key()
    except TypeError:
        raise CredentialsUnusable(
            f"The private key under {KEY!r} of Secret {secret!r} is encrypted.",
            remedy="Store it without a passphrase (`openssl pkey -in encrypted.pem -out tls.key`).",
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        raise CredentialsUnusable(
            f"Key {KEY!r} of Secret {secret!r} holds no readable PEM private key.",
            remedy="Store the client certificate's key there.",
        ) from None


def _encoded(key: PublicKeyTypes) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

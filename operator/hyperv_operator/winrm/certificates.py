"""The client certificate of a credentials Secret: whether it can be used at all, before a host is bothered with it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from hyperv_operator.errors import CredentialsUnusable
from hyperv_operator.ports import HostEndpoint

CERTIFICATE, KEY = "tls.crt", "tls.key"
"""Keys of the Secret."""


@dataclass(frozen=True)
class ClientCertificate:
    """A certificate (with those of its issuers behind it) and its key, as PEM."""

    certificate: str
    key: str = field(repr=False)


def checked(endpoint: HostEndpoint) -> ClientCertificate:
    """Return an endpoint's client certificate; `CredentialsUnusable` says which key of the Secret is wrong and why."""
    secret, credentials = endpoint.credentials_name, endpoint.credentials
    assert credentials.certificate_pem is not None
    assert credentials.certificate_key_pem is not None
    pair = ClientCertificate(
        credentials.certificate_pem.get_secret_value(), credentials.certificate_key_pem.get_secret_value()
    )
    certificate = _certificate(pair.certificate, secret)
    key = _public_key(pair.key, secret)
    if _bytes(certificate.public_key()) != _bytes(key):
        raise CredentialsUnusable(
            f"The private key under {KEY!r} of Secret {secret!r} does not belong to the certificate under {CERTIFICATE!r} (the "
            "first one there counts).",
            remedy="Put a key and its certificate into the Secret.",
        )
    now = datetime.fromtimestamp(time.time(), UTC)
    begin, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if now > end:
        raise CredentialsUnusable(
            f"The certificate under {CERTIFICATE!r} of Secret {secret!r} has expired at {end:%Y-%m-%d %H:%M} UTC.",
            remedy="Put a new certificate and its key into the Secret, and map it to the account on the host.",
        )
    if now < begin:
        raise CredentialsUnusable(
            f"The certificate under {CERTIFICATE!r} of Secret {secret!r} is not valid before {begin:%Y-%m-%d %H:%M} UTC.",
            remedy="Wait until then, or check the clocks.",
        )
    return pair


def _certificate(pem: str, secret: str) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificates(pem.encode())[0]
    except ValueError:
        raise CredentialsUnusable(
            f"There is no certificate in PEM under {CERTIFICATE!r} of Secret {secret!r}.",
            remedy="Put the client certificate there, its issuers' certificates behind it.",
        ) from None


def _public_key(pem: str, secret: str) -> PublicKeyTypes:
    try:
        return load_pem_private_key(pem.encode(), None).public_key()
    except TypeError:
        raise CredentialsUnusable(
            f"The private key under {KEY!r} of Secret {secret!r} is encrypted, and the operator knows no passphrase.",
            remedy="Store the key without a passphrase (`openssl pkey -in encrypted.pem -out tls.key`).",
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        raise CredentialsUnusable(
            f"There is no private key in PEM that can be read under {KEY!r} of Secret {secret!r}.",
            remedy="Put the client certificate's key there.",
        ) from None


def _bytes(key: PublicKeyTypes) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

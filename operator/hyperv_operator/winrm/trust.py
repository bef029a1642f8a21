"""Which authorities may have issued a host's certificate."""

from __future__ import annotations

import ssl

from hyperv_operator.errors import CredentialsUnusable


def trust(ca_bundle: str | None) -> ssl.SSLContext:
    """Return a context that verifies certificates and names, for TLS 1.2 and later.

    Without a bundle, the system's trust store counts: OpenSSL's default paths, or SSL_CERT_FILE and SSL_CERT_DIR. Raises
    `CredentialsUnusable` if the bundle holds no certificate or one that cannot be read.
    """
    if ca_bundle is None:
        return ssl.create_default_context()
    try:
        # An empty text would count as no text, and the system's authorities would be trusted.
        return ssl.create_default_context(cadata=ca_bundle or "\n")
    except (ssl.SSLError, ValueError, TypeError):
        raise CredentialsUnusable(
            "spec.connection.caBundle holds no certificate, or one that cannot be read.",
            remedy="Store the authorities' certificates there as PEM, each from its BEGIN to its END line; leave the field out to "
            "trust those of the system.",
        ) from None

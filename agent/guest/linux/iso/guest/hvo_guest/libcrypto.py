"""RSA and AES from the system's libcrypto (OpenSSL 1.1 or 3) through ctypes.

The standard library has neither cipher, and the key of `openssl enc -K` is visible in process lists and audit logs.
"""

import ctypes
from contextlib import contextmanager
from typing import Any, Iterator, List, Optional, Tuple

_RSA = 6
_NAMES = ("libcrypto.so.3", "libcrypto.so.1.1")
_BLOCK = 16
_EXPONENT = 65537


class CryptoError(Exception):
    """libcrypto is missing or an operation has failed. The message contains nothing of keys or data."""


def _declare(library: Any) -> Any:
    pointer, text, size = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t
    for name, result, arguments in (
        ("EVP_PKEY_CTX_new_id", pointer, [ctypes.c_int, pointer]),
        ("EVP_PKEY_CTX_new", pointer, [pointer, pointer]),
        ("EVP_PKEY_CTX_free", None, [pointer]),
        ("EVP_PKEY_CTX_ctrl_str", ctypes.c_int, [pointer, text, text]),
        ("EVP_PKEY_keygen_init", ctypes.c_int, [pointer]),
        ("EVP_PKEY_keygen", ctypes.c_int, [pointer, ctypes.POINTER(pointer)]),
        ("EVP_PKEY_decrypt_init", ctypes.c_int, [pointer]),
        ("EVP_PKEY_decrypt", ctypes.c_int, [pointer, pointer, ctypes.POINTER(size), text, size]),
        ("EVP_PKEY_free", None, [pointer]),
        ("i2d_PrivateKey", ctypes.c_int, [pointer, ctypes.POINTER(pointer)]),
        ("i2d_PUBKEY", ctypes.c_int, [pointer, ctypes.POINTER(pointer)]),
        ("d2i_AutoPrivateKey", pointer, [pointer, ctypes.POINTER(pointer), ctypes.c_long]),
        ("EVP_CIPHER_CTX_new", pointer, []),
        ("EVP_CIPHER_CTX_free", None, [pointer]),
        ("EVP_aes_256_cbc", pointer, []),
        ("EVP_DecryptInit_ex", ctypes.c_int, [pointer, pointer, pointer, text, text]),
        ("EVP_DecryptUpdate", ctypes.c_int, [pointer, pointer, ctypes.POINTER(ctypes.c_int), text, ctypes.c_int]),
        ("EVP_DecryptFinal_ex", ctypes.c_int, [pointer, pointer, ctypes.POINTER(ctypes.c_int)]),
    ):
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


def load(name: Optional[str] = None) -> Any:
    """Return libcrypto: the library with that name, or the first supported one that is installed."""
    for candidate in [name] if name else _NAMES:
        try:
            return _declare(ctypes.CDLL(candidate))
        except (OSError, AttributeError):
            continue
    raise CryptoError("no libcrypto of OpenSSL 1.1 or 3 is installed")


class PrivateKey:
    """An RSA key. The private half exists only in libcrypto's memory and in the result of `to_der`."""

    def __init__(self, library: Any, handle: int) -> None:
        self._library = library
        self._handle = ctypes.c_void_p(handle)

    def __del__(self) -> None:
        self._library.EVP_PKEY_free(self._handle)

    @classmethod
    def generate(cls, library: Any, bits: int) -> "PrivateKey":
        """Return a new key of that many bits, with exponent 65537."""
        handle = ctypes.c_void_p()
        with _context(library, library.EVP_PKEY_CTX_new_id(_RSA, None)) as context:
            _check(library.EVP_PKEY_keygen_init(context), "key generation")
            _check(library.EVP_PKEY_CTX_ctrl_str(context, b"rsa_keygen_bits", str(bits).encode()), "the key's size")
            _check(library.EVP_PKEY_keygen(context, ctypes.byref(handle)), "key generation")
        return cls(library, handle.value or 0)

    @classmethod
    def from_der(cls, library: Any, der: bytes) -> "PrivateKey":
        """Return the key that `to_der` has encoded."""
        with _wiped(len(der)) as buffer:
            ctypes.memmove(buffer, der, len(der))
            position = ctypes.c_void_p(ctypes.addressof(buffer))
            handle = library.d2i_AutoPrivateKey(None, ctypes.byref(position), len(der))
        if not handle:
            raise CryptoError("the stored key cannot be read")
        return cls(library, handle)

    def to_der(self) -> bytes:
        """Return the private key as DER."""
        return self._encode(self._library.i2d_PrivateKey)

    def public_numbers(self) -> Tuple[int, int]:
        """Return modulus and exponent."""
        info = _items(_items(self._encode(self._library.i2d_PUBKEY))[0])
        numbers = _items(_items(info[1][1:])[0])  # the first byte of a bit string counts its unused bits
        return int.from_bytes(numbers[0], "big"), int.from_bytes(numbers[1], "big")

    def decrypt_oaep(self, sealed: bytes) -> bytes:
        """Return what is encrypted with RSA-OAEP and SHA-256 (also in MGF1); raise `CryptoError` if the key is wrong."""
        library = self._library
        with _context(library, library.EVP_PKEY_CTX_new(self._handle, None)) as context:
            _check(library.EVP_PKEY_decrypt_init(context), "decryption")
            for name, value in (
                (b"rsa_padding_mode", b"oaep"),
                (b"rsa_oaep_md", b"sha256"),
                (b"rsa_mgf1_md", b"sha256"),
            ):
                _check(library.EVP_PKEY_CTX_ctrl_str(context, name, value), "OAEP with SHA-256")
            size = ctypes.c_size_t()
            _check(library.EVP_PKEY_decrypt(context, None, ctypes.byref(size), sealed, len(sealed)), "decryption")
            with _wiped(size.value) as buffer:
                result = library.EVP_PKEY_decrypt(context, buffer, ctypes.byref(size), sealed, len(sealed))
                _check(result, "decryption")
                return bytes(buffer.raw[: size.value])

    def _encode(self, encoder: Any) -> bytes:
        size = encoder(self._handle, None)
        _check(size, "encoding of the key")
        with _wiped(size) as buffer:
            position = ctypes.c_void_p(ctypes.addressof(buffer))
            _check(encoder(self._handle, ctypes.byref(position)), "encoding of the key")
            return bytes(buffer.raw)


def decrypt_cbc(library: Any, key: bytes, vector: bytes, sealed: bytes) -> bytes:
    """Return what is encrypted with AES-256-CBC, without its PKCS#7 padding."""
    if len(key) != 2 * _BLOCK or len(vector) != _BLOCK:
        raise CryptoError("AES-256-CBC takes a key of 32 bytes and a vector of 16")
    context = ctypes.c_void_p(library.EVP_CIPHER_CTX_new())
    try:
        _check(library.EVP_DecryptInit_ex(context, library.EVP_aes_256_cbc(), None, key, vector), "AES-256-CBC")
        first, last = ctypes.c_int(), ctypes.c_int()
        with _wiped(len(sealed) + _BLOCK) as buffer:
            result = library.EVP_DecryptUpdate(context, buffer, ctypes.byref(first), sealed, len(sealed))
            _check(result, "AES-256-CBC")
            rest = ctypes.c_void_p(ctypes.addressof(buffer) + first.value)
            _check(library.EVP_DecryptFinal_ex(context, rest, ctypes.byref(last)), "AES-256-CBC")
            return bytes(buffer.raw[: first.value + last.value])
    finally:
        library.EVP_CIPHER_CTX_free(context)


def _check(result: int, operation: str) -> None:
    if result <= 0:
        raise CryptoError("libcrypto has failed at " + operation)


@contextmanager
def _context(library: Any, handle: Optional[int]) -> Iterator[Any]:
    if not handle:
        raise CryptoError("libcrypto gave no context")
    try:
        yield ctypes.c_void_p(handle)
    finally:
        library.EVP_PKEY_CTX_free(ctypes.c_void_p(handle))


@contextmanager
def _wiped(size: int) -> Iterator[Any]:
    """Yield a buffer that is zeroed afterwards, because it may hold a key or plaintext."""
    buffer = ctypes.create_string_buffer(max(size, 1))
    try:
        yield buffer
    finally:
        ctypes.memset(buffer, 0, ctypes.sizeof(buffer))


def _items(der: bytes) -> List[bytes]:
    """Return the contents of consecutive DER items. libcrypto has written them, so they are well-formed."""
    found = []
    at = 0
    while at < len(der):
        size, start = der[at + 1], at + 2
        if size & 0x80:
            start += size & 0x7F
            size = int.from_bytes(der[at + 2 : start], "big")
        found.append(der[start : start + size])
        at = start + size
    return found

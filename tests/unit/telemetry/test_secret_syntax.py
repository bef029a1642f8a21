"""What looks like a secret is masked, ordinary sentences are not, and the time is linear in the text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperv_operator.telemetry.secret_syntax import MASK, masked

_SECRET = "Hunter-22"
_WITH_SECRETS = (
    "password=Hunter-22",
    "guest_la_pw: Hunter-22",
    '"token": "Hunter-22"',
    "http://me:Hunter-22@host/",
    "Authorization: Basic Hunter-22",
    'password="a Hunter-22 c"',
    "password='a Hunter-22 c'",
    '"password": "a \\"Hunter-22\\" c"',
    '{\\"password\\": \\"a Hunter-22 b\\"}',
    '{\\"password\\": \\"a \\\\\\"Hunter-22\\\\\\" b\\"}',
    "<password>x Hunter-22</password>",
    '<S N="Password">x Hunter-22 y</S>',
    '<add key="Password" value="x Hunter-22 y"/>',
    '<user password="x Hunter-22 y"/>',
    "<Password><Value>Hunter-22</Value><PlainText>true</PlainText></Password>",
    "&lt;password&gt;x Hunter-22&lt;/password&gt;",
    "<password>Hunter-22",
    "<AdministratorPassword>\n  <Value>Hunter-22",
    "password=&quot;x Hunter-22 y&quot;",
    "password = 'x '' Hunter-22'",
    'password="x `" Hunter-22"',
    'password="x "" Hunter-22"',
    "-Password Hunter-22",
    "-AdminPassword 'x Hunter-22'",
    "--client-secret Hunter-22",
    "/pass:Hunter-22",
    "ConvertTo-SecureString 'x Hunter-22' -AsPlainText -Force",
    'ConvertTo-SecureString -String "x Hunter-22"',
    "sshpass -p Hunter-22 ssh",
    "Server=x;Password=Hunter-22;Database=y",
    "Server=x;Pwd='x;Hunter-22';Database=y",
    "https://h/?user=a&password=Hunter-22&x=1",
    "Authorization: Bearer Hunter-22",
    "Bearer abcdefghijklmnopHunter-22",
    "http://a:p@Hunter-22@h/",
    "ftp://:Hunter-22@h",
    "password=it'sHunter-22",
    "password=a,Hunter-22",
    "password=a&Hunter-22",
    '{"name": "password", "value": "x Hunter-22"}',
    "Password : Hunter-22",
    "Password      : Hunter-22",
    "password => 'Hunter-22'",
    '$password = "Hunter-22"',
    "PASSWORD=Hunter-22",
    "aws_secret_access_key=Hunter-22",
    "AccountKey=Hunter-22;",
    '"password":"Hunter-22',
    "password='x Hunter-22",
    'password="Hunter-22\\',
    "x-----BEGIN PRIVATE KEY-----\nHunter-22\n-----END PRIVATE KEY-----y",
    "abc+/Hunter-22\n-----END RSA PRIVATE KEY-----",
    "password: [ab, Hunter-22]",
    "rootpw Hunter=x rootpw=Hunter-22",
    "password1=Hunter-22",
    'Authorization: Digest username="Hunter-22", response="Hunter-22"',
    "'password': 'x Hunter-22'",
    "password:\n  Hunter-22",
    "passwd:Hunter-22",
    "Passwort: Hunter-22",
    '<Obj N="AdminPassword"><S N="x">Hunter-22</S></Obj>',
    '<ns:password xmlns:ns="http://a/b">Hunter-22</ns:password>',
    "<password><![CDATA[x Hunter-22]]></password>",
    "sv=2020&sig=Hunter-22&x",
    "password==Hunter-22",
    "--password=Hunter-22",
    "$env:DB_PASSWORD='Hunter-22'",
    "User=x;pass=Hunter-22;",
    "{'password': b'x Hunter-22'}",
    'password=u"x Hunter-22"',
    '{"pass": "x Hunter-22"}',
    "Driver=x;PWD={a;Hunter-22};",
    "password: |\n  Hunter-22",
)
_ORDINARY = (
    "The password for the domain join was not accepted.",
    "Token: expired",
    "password: must not be empty",
    "guest_la_pw: The password must have at least 14 characters.",
    "Secret 'vm-secrets' has no key 'password'.",
    "the key of the guest: posted",
    "Give the Secret username and password, or username and keytab.",
    "Basic authentication over plain HTTP sends the password in the clear",
    "https://host:5986/wsman",
    "Copying C:\\a to D:\\b: 40 %",
    "System.Management.Automation, Version=3.0.0.0, Culture=neutral, PublicKeyToken=31bf3856ad364e35",
    "Usage: net use <host> <password> now",
    "max_tokens=5",
    "The secret: vm-1",
    "mailto:me@example.com",
    "ssh: connect to host a port 22",
    "user@host: file",
    "http://a/b:c@d",
    "Use -Password to set it; the -Token is read",
    "private key",
    "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
    "password (16 characters)",
    "The token is in the file C:\\token.txt",
    "Password-based logon is off",
    "The Kerberos ticket of account hv@EXAMPLE.COM expired",
    "Negotiate with the host's service",
    "pwd",
    "compass: north",
    "keypass",
    "passwords: 3 of 4",
    "at 10:20:30 host hv1: token",
    "A key: value pair",
    "authorization: denied by policy",
    "/v1/token/refresh",
    "HasPrivateKey = $true; PrivateKey = False",
    "function ConvertTo-SecureString {",
    "Offer the protocol <token in base64url>.",
    "pass: 12, fail: 0",
    "bypass the proxy: yes",
    "password = null",
    "password policy: 14 characters",
)


@pytest.mark.parametrize("text", _WITH_SECRETS)
def test_a_value_that_looks_secret_is_masked(text: str) -> None:
    clean = masked(text)
    assert _SECRET not in clean
    assert MASK in clean
    assert masked(clean) == clean


@pytest.mark.parametrize("text", _ORDINARY)
def test_an_ordinary_text_stays_as_it_is(text: str) -> None:
    assert masked(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"password": "a b", "x": 1}', '{"password": "(redacted)", "x": 1}'),
        ("Server=a;Password=b;Database=c", "Server=a;Password=(redacted);Database=c"),
        ("https://h/?password=b&user=c", "https://h/?password=(redacted)&user=c"),
        ("https://me:b@host/path", "https://me:(redacted)@host/path"),
        ("<a><password>b</password><c>d</c></a>", "<a><password>(redacted)</password><c>d</c></a>"),
        ("password: b\nuser: c", "password: (redacted)\nuser: c"),
        ("password='b', user='c'", "password='(redacted)', user='c'"),
        ("Get-X -Password b -Name c", "Get-X -Password (redacted) -Name c"),
        ('password=""; user=c', 'password=""; user=c'),
        ("x -----BEGIN PRIVATE KEY-----\nb\n-----END PRIVATE KEY----- y", "x (redacted) y"),
        ("Authorization: Bearer b; next", "Authorization: Bearer (redacted); next"),
    ],
)
def test_only_the_value_is_masked(text: str, expected: str) -> None:
    assert masked(text) == expected


@given(
    st.lists(st.sampled_from((*_WITH_SECRETS, *_ORDINARY)), max_size=6),
    st.sampled_from(("\n", "\r\n", "\n\n")),
)
def test_one_line_hides_nothing_from_the_rules_of_the_next(texts: list[str], joint: str) -> None:
    assert _SECRET not in masked(joint.join(texts))


_REPEATED = (
    "a.",
    "a",
    "password=x ",
    "pwd=",
    'pwd:"',
    "pwd='",
    "pwd",
    "p",
    "pw ",
    "s",
    "<",
    "<password>",
    "<pwd a",
    '="a',
    "=pwd>",
    "<a:b",
    "-a",
    "--pwd ",
    "-a-",
    "pwd    ",
    "pwd =\t",
    "-----BEGIN ",
    "-----BEGIN PRIVATE KEY",
    "://a:",
    "://a:b@",
    "://a",
    "://:a@a",
    "authorization:",
    "bearer ",
    "basic aaaaaaaaaaaaaaaaaaa ",
    "eyJaaaaaaaaa",
    "eyJaaaaaaaa.",
    "\\",
    'pwd=\\"',
    "&quot;",
    "pwd=&quot;",
    "&lt;pwd&gt;",
    "&lt;",
    "pwd=,",
    "pwd=a,b=",
    "pwd=a,b",
    "token",
    " -aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    'pwd"value',
    'pwd","value"',
    "pwd,",
    "<pwd ",
    '="pwd" ',
    "/pass ",
    "securestring -string ",
    "password:the ",
    "password: must ",
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n",
    "pw1",
    "pwd=[",
    "ASPC",
    "pwd=`",
    "authorization: a1",
    "aPw_",
)


@pytest.mark.parametrize(
    "suffix", ["", "</", "@ -> = password eyJ PRIVATE KEY basic", " -----END PRIVATE KEY-----</x> password"]
)
@pytest.mark.parametrize("piece", _REPEATED)
def test_the_time_is_linear_in_the_text(piece: str, suffix: str) -> None:
    """Sixteen times the text takes about sixteen times as long. Quadratic work would take 256 times as long."""
    short, long = (min(_seconds(piece * (size // len(piece)) + suffix) for _ in range(3)) for size in (2_048, 32_768))
    assert long < 60 * short + 0.005


def _seconds(text: str) -> float:
    began = time.process_time()
    masked(text)
    return time.process_time() - began

"""What looks like a secret in text: values that follow a name such as `password`, private keys, logons and tokens.

Each rule takes time that is linear in the text. Everything that is repeated is possessive or bounded, and a value whose end is missing
goes on to the end of the text, so that no part of the text is read again and again. A rule is applied only to a text that has its marks:
an ordinary line costs a few searches for fixed words.
"""

from __future__ import annotations

import re
from typing import Final

MASK: Final = "(redacted)"

# The first character is a set, since the search skips to its members at once. The second one decides between the alternatives.
_NAME = (
    r"[PpTtSsAaCc](?:"
    r"[Aa](?<=[Pp].)(?i:ss(?:word|wd|phrase|code|wort|(?=[\"']?[ \t]?=|[\"'][ \t]?:)))"
    r"|[Ww](?<=[Pp].)[Dd]?"
    r"|[Rr](?<=[Pp].)(?i:ivate[_-]?key|oduct[_-]?key)"
    r"|[Oo](?<=[Tt].)(?i:ken(?<!publickeytoken))"
    r"|[Ee](?<=[Ss].)(?i:cret[_-]?(?:access[_-]?)?key)"
    r"|[Hh](?<=[Ss].)(?i:ared[_-]?(?:secret|(?:access[_-]?)?key))"
    r"|[Ii](?<=[?&][Ss].)[Gg]"
    r"|[Pp](?<=[Aa].)(?i:i[_-]?key|p[_-]?secret)"
    r"|[Cc](?<=[Aa].)(?i:cess[_-]?key|count[_-]?key)"
    r"|[Ll](?<=[Cc].)(?i:ient[_-]?secret)"
    r")_?[0-9]{0,3}+(?![\w-])"
)
"""The last word of a name whose value is secret. The name of a Secret is none, so that `secret` alone is not among them."""
_WORDS = (
    "a an and are as at be but by can cannot could did does expired failed false for from had has have if in invalid is it its may missing "
    "must needs no none not null of on or refused rejected required set should that the this to too true unknown unset until was were when "
    "which will with wrong you"
)
_NO_SENTENCE = rf"(?!(?i:{'|'.join(_WORDS.split())})(?![^\s.,;:!?)]))"
"""Words that continue a sentence (`password: must not be empty`) are no value."""
_NEXT_NAME = r"[,&;]\s{0,4}[\w.-]{1,40}+[\"']?\s?[=:]"
_BARE = (
    rf"(?:(?<==)\{{[^}}\n]++|(?!\$?(?i:true|false|null|none)(?!\w))(?!\{{)(?:(?<=[=:>])|(?<=\s){_NO_SENTENCE})"
    rf"(?:(?:[^\s;,\"'}}\]<>&]|(?!{_NEXT_NAME})[,\"'}}\]<>&](?=[^\s;,\"'}}\]<>&]))++))"
)
"""A value without quotes. It ends at white space, and at a delimiter before white space or another name."""
# A backslash (JSON, C), a backtick (PowerShell), or a second quote (PowerShell, SQL, CSV) makes a quote a part of the value, and so does a
# letter after it: then the quote is an apostrophe, or the end of the value is missing. A name that begins another value ends this one.
_OTHER = rf"[\w.-]{{0,30}}?{_NAME}\\{{0,8}}+[\"']?[ \t]{{0,40}}+[=:]"
_LINE = rf"\n(?![^\n]{{0,200}}?{_NAME})"
_INNER = rf"(?=\w)(?!{_OTHER})"
_DOUBLE = rf"(?<=\")(?:[^\"\\`\n]|{_LINE}|[\\`](?:.|\Z)|\"(?:\"|{_INNER}))++"
_SINGLE = rf"(?<=')(?:[^'\\\n]|{_LINE}|\\(?:.|\Z)|'(?:'|{_INNER}))++"
_NESTED = rf"(?<=\\[\"'])(?:[^\"\\\n]|{_LINE}|\\{{3,8}}+[\"']|\\\\|\\(?![\"']))++"
_ENTITY = r"&(?:quot|apos|#3[49]|#[xX]2[27]);"
_IN_ENTITIES = r"(?<=;)(?:[^&]|&(?!(?:quot|apos|#3[49]|#[xX]2[27]);))++"
_OPEN = rf"(?:\\{{0,8}}+[\"']|{_ENTITY})?+"
_LIST = r"(?<=\[)[^\]]++"
_VALUE = rf"(?:{_NESTED}|{_DOUBLE}|{_SINGLE}|{_IN_ENTITIES}|{_LIST}|{_BARE})"
_SEPARATOR = (
    rf"(?:{_OPEN}[ \t]{{0,40}}+(?:={{1,3}}>?|:=?)"
    # `"name": "password", "value": "..."`, and <add key="password" value="..."/>
    rf"|{_OPEN}\s{{0,8}}+,?\s{{0,8}}+{_OPEN}(?i:value){_OPEN}\s{{0,8}}+[=:])"
    # The value may be on the next line, unless that has a name of its own.
    rf"[ \t]{{0,8}}+(?:(?:[|>][+-]?)?\r?{_LINE}[ \t]{{0,40}}+)?+"
)
_LT, _GT = r"(?:<|&lt;)", r"(?:(?<!/)>|&gt;)"
_QUOTE = rf"(?:\\{{0,8}}+[\"']|{_ENTITY})"
_TAG = rf"{_LT}[\w:.-]{{0,30}}?{_NAME}(?:\s[^<>&=]{{1,40}}+=[^<>&]{{0,100}}+)?+"
_ATTRIBUTE = rf"={_QUOTE}[^<>\"'&]{{0,30}}?{_NAME}{_QUOTE}[^<>&]{{0,40}}+"
_ELEMENT = rf"((?:{_TAG}|{_ATTRIBUTE}){_GT})"
_CONTENT = r"(?:[^<&]|<(?!/)|&(?!lt;/))++"
_CUT_CONTENT = r"(?:\s{0,40}+<[\w:.-]{1,40}+>)?+(?!/)[^\s<&]++"

_KEY = re.compile(
    r"()-----BEGIN [A-Z0-9 ]{0,40}?PRIVATE KEY.*?(?:-----END [A-Z0-9 ]{0,40}?PRIVATE KEY[A-Z ]{0,8}-----|\Z)", re.DOTALL
)
_KEY_END = re.compile(r"-----END [A-Z0-9 ]{0,40}?PRIVATE KEY[A-Z ]{0,8}-----")
_KEY_TEXT = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\\ \r\n\t"
_NAMED = re.compile(rf"({_NAME}{_SEPARATOR}(?:\[|(?:[BbRrUu]{{1,2}}(?=[\"']))?+{_OPEN})){_VALUE}", re.DOTALL)
_IN_ELEMENT = re.compile(rf"{_ELEMENT}{_CONTENT}", re.DOTALL)
_IN_CUT_ELEMENT = re.compile(rf"{_ELEMENT}{_CUT_CONTENT}", re.DOTALL)
_ARGUMENT = re.compile(
    rf"([-/Ss](?:(?<=-)(?<![\w-].)-?(?:[A-Za-z][\w-]{{0,24}}?)??{_NAME}|(?<=/)(?i:pass)|(?<=[Ss])(?i:ecurestring(?:\s{{1,8}}+-string)?|shpass\s{{1,8}}+-p))"
    rf"[ \t:][ \t]{{0,8}}+{_OPEN})(?!--?[A-Za-z]){_VALUE}",
    re.DOTALL,
)
_LOGON = re.compile(
    r"([AaBbKkNn](?:(?i:uthorization)[\"']?\s{0,4}+[:=]\s{0,4}+[\"']?"
    r"(?:(?i:basic|bearer|kerberos|negotiate|ntlm|token|apikey|aws4-hmac-sha256|digest)[ \t]{1,8}+"
    r"|(?=[^\s\"',;]{0,60}[0-9])(?=[^\s\"',;]{8}))"
    r"|(?<!\w.)(?i:asic|earer|erberos|egotiate|tlm)[ \t]{1,8}+(?=[\w+/=.~-]{20})))"
    r"(?:(?<=igest )[^\r\n]++|[^\s\"',;]++)"
)
_WEB_TOKEN = re.compile(r"()e(?<![\w-].)yJ[\w-]{8,}+\.[\w-]{4,}+(?:\.[\w-]*+)?+")
_URL = re.compile(r"(://[^\s/:@]{0,64}+:)[^\s/@]{1,256}+(?:@[^\s/@]{1,256}+(?=@))*+(?=@)")

_NAMES = ("pass", "pw", "token", "key", "secret", "securestring", "sig=")
_LOGONS = ("authorization", "bearer", "basic", "kerberos", "negotiate", "ntlm")


def masked(text: str) -> str:
    """Return the text with `MASK` in place of everything that looks like a secret."""
    if "PRIVATE KEY" in text:
        text = _without_keys(text)
    lower = text.lower()
    # Names first: another rule could take a name away from the value in the next line.
    if any(mark in lower for mark in _NAMES):
        text = _apply(_NAMED, text)
        if "-" in text or "/" in text:
            text = _apply(_ARGUMENT, text)
        if ">" in text or "&gt;" in text:
            text = _without_elements(text)
    if any(mark in lower for mark in _LOGONS):
        text = _apply(_LOGON, text)
    if "://" in text and "@" in text:
        text = _apply(_URL, text)
    if "eyJ" in text:
        text = _apply(_WEB_TOKEN, text)
    return text


def _apply(rule: re.Pattern[str], text: str) -> str:
    """Return the text with what follows the only group of each match masked."""
    parts = rule.split(text)
    parts[1::2] = [kept + MASK for kept in parts[1::2]]
    return "".join(parts)


def _without_keys(text: str) -> str:
    *cut, rest = _KEY_END.split(_apply(_KEY, text))
    # The beginning of these keys is missing.
    return "".join(part.rstrip(_KEY_TEXT) + MASK for part in cut) + rest


def _without_elements(text: str) -> str:
    """Mask the content of XML elements. Before the last end tag every element has an end; after it, a text was cut in an element."""
    last = max(text.rfind("</"), text.rfind("&lt;/"))
    head, tail = (text[:last], text[last:]) if last >= 0 else ("", text)
    return _apply(_IN_ELEMENT, head) + _apply(_IN_CUT_ELEMENT, tail)

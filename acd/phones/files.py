"""A phone's file in the words of its make: Yealink, Poly, Snom. Each is text; nothing is written here.

The names of the settings are those of the makers' administration guides: Yealink (firmware 80 and newer; line keys of
type 16 BLF, 13 speed dial, 15 line), Poly (UC Software 5 and newer; attendants of type `normal`: a press in mid-call
holds the caller before it dials, where one of type `automata` would pass him on to the code), Snom (8.4 and newer).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from acd.phones.keys import Key
from acd.phones.phone import PhoneAccount

REGISTER_EVERY_S: Final = 600

_BLF, _SPEED_DIAL = 16, 13


@dataclass(frozen=True, slots=True, kw_only=True)
class Make:
    """A maker of phones."""

    name: str
    suffix: str
    """Of its files."""
    write: Callable[[PhoneAccount, Sequence[Key]], str]


# --- Yealink: a setting a line, nothing quoted


def yealink(phone: PhoneAccount, keys: Sequence[Key]) -> str:
    """The first account and line keys from the second on: the first is the line itself."""
    settings: dict[str, object] = {
        "account.1.enable": 1,
        "account.1.label": phone.extension,
        "account.1.display_name": phone.name,
        "account.1.auth_name": phone.device,
        "account.1.user_name": phone.device,
        "account.1.password": phone.password,
        "account.1.sip_server.1.address": phone.host,
        "account.1.sip_server.1.port": phone.port,
        "account.1.sip_server.1.transport_type": 0,
        "account.1.sip_server.1.expires": REGISTER_EVERY_S,
        "features.feature_key_sync.enable": 0,
        "linekey.1.type": 15,
        "linekey.1.line": 1,
    }
    for number, key in enumerate(keys, start=2):
        settings |= {
            f"linekey.{number}.type": _BLF if key.has_lamp else _SPEED_DIAL,
            f"linekey.{number}.line": 1,
            f"linekey.{number}.value": key.number,
            f"linekey.{number}.label": key.label,
        }
    return "".join(["#!version:1.0.0.1\n", *(f"{name} = {of}\n" for name, of in settings.items())])


# --- Poly: every setting an attribute


def poly(phone: PhoneAccount, keys: Sequence[Key]) -> str:
    """The first registration, watched keys as attendants, the others as soft keys while the phone is idle."""
    settings: dict[str, object] = {
        "reg.1.address": phone.device,
        "reg.1.auth.userId": phone.device,
        "reg.1.auth.password": phone.password,
        "reg.1.displayName": phone.name,
        "reg.1.label": phone.extension,
        "reg.1.server.1.address": phone.host,
        "reg.1.server.1.port": phone.port,
        "reg.1.server.1.transport": "UDPOnly",
        "reg.1.server.1.expires": REGISTER_EVERY_S,
        "dialplan.digitmap": "*5x.T|*x.T|x.T",
        "attendant.reg": 1,
        "feature.enhancedFeatureKeys.enabled": 1,
    }
    settings |= _attendants([key for key in keys if key.has_lamp])
    settings |= _soft_keys([key for key in keys if not key.has_lamp])
    written = "\n".join(f"  {name}={quoteattr(str(of))}" for name, of in settings.items())
    return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<polycomConfig\n{written}\n/>\n'


def _attendants(keys: Sequence[Key]) -> Mapping[str, object]:
    return {
        f"attendant.resourceList.{number}.{name}": of
        for number, key in enumerate(keys, start=1)
        for name, of in (("address", key.number), ("label", key.label), ("type", "normal"))
    }


def _soft_keys(keys: Sequence[Key]) -> Mapping[str, object]:
    settings: dict[str, object] = {}
    for number, key in enumerate(keys, start=1):
        settings |= {
            f"efk.efklist.{number}.mname": f"acd{number}",
            f"efk.efklist.{number}.status": 1,
            f"efk.efklist.{number}.action.string": f"{key.number}$Tinvite$",
            f"softkey.{number}.label": key.label,
            f"softkey.{number}.action": f"!acd{number}",
            f"softkey.{number}.enable": 1,
            f"softkey.{number}.use.idle": 1,
        }
    return settings


# --- Snom: XML, the keys in a part of their own


def snom(phone: PhoneAccount, keys: Sequence[Key]) -> str:
    """The first identity, and function keys from the second on: the first is the line itself."""
    identity = {
        "user_active": "on",
        "user_name": phone.device,
        "user_pname": phone.device,
        "user_pass": phone.password,
        "user_realname": phone.name,
        "user_idle_text": phone.extension,
        "user_host": f"{phone.host}:{phone.port}",
        "user_expiry": str(REGISTER_EVERY_S),
    }
    return "\n".join(
        [
            '<?xml version="1.0" encoding="utf-8"?>',
            "<settings>",
            "  <phone-settings>",
            *(f'    <{name} idx="1" perm="RW">{escape(of)}</{name}>' for name, of in identity.items()),
            "  </phone-settings>",
            "  <functionKeys>",
            '    <fkey idx="0" context="1" label="" perm="RW">line</fkey>',
            *_function_keys(phone, keys),
            "  </functionKeys>",
            "</settings>",
            "",
        ]
    )


def _function_keys(phone: PhoneAccount, keys: Sequence[Key]) -> Iterator[str]:
    for number, key in enumerate(keys, start=1):
        does = f"blf sip:{key.number}@{phone.host}:{phone.port}" if key.has_lamp else f"speed {key.number}"
        yield f'    <fkey idx="{number}" context="1" label={quoteattr(key.label)} perm="RW">{escape(does)}</fkey>'


MAKES: Final = (
    Make(name="yealink", suffix="cfg", write=yealink),
    Make(name="poly", suffix="cfg", write=poly),
    Make(name="snom", suffix="xml", write=snom),
)

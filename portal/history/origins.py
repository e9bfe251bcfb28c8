"""Where a call comes from, as its number tells: inside, toll-free, anonymous, a state of North America, or a country.

A number tells where it was given out, not where its owner is. Nothing is looked up anywhere; text that is no number
stays what it is, and is never shown as a place.
"""

import re
from functools import lru_cache
from typing import Final

from phonenumbers import (
    NumberParseException,
    PhoneNumber,
    PhoneNumberType,
    is_possible_number,
    is_valid_number,
    national_significant_number,
    number_type,
    parse,
    region_code_for_country_code,
    region_code_for_number,
)

from portal.history.area_codes import STATES
from portal.history.countries import COUNTRIES

INTERNAL: Final = "Internal"
TOLL_FREE: Final = "Toll-free"
ANONYMOUS: Final = "Anonymous"
UNKNOWN: Final = "Unknown"

_NORTH_AMERICA: Final = 1
_WITHHELD: Final = frozenset(
    ("", "anonymous", "unavailable", "restricted", "private", "withheld", "unknown", "blocked", "nonumber")
)
_NOT_A_LETTER: Final = re.compile(r"[^a-z0-9+]")
_WORDS: Final = re.compile(r"[a-z]")


@lru_cache(maxsize=20_000)
def origin(number: str, home_region: str) -> str:
    """The label of a number that is none of the account's own; `home_region` (`US`) says how to read a local one."""
    bare = _NOT_A_LETTER.sub("", number.lower())
    if bare in _WITHHELD:
        return ANONYMOUS
    if _WORDS.search(bare):
        return UNKNOWN
    read = _read(bare, home_region)
    if read is None:
        return UNKNOWN
    if number_type(read) == PhoneNumberType.TOLL_FREE:
        return TOLL_FREE
    country_code = read.country_code or 0
    if country_code == _NORTH_AMERICA:
        state = STATES.get(national_significant_number(read)[:3])
        if state is not None:
            return state
    region = region_code_for_number(read) or region_code_for_country_code(country_code)
    return COUNTRIES.get(region, UNKNOWN)


def is_region(code: str) -> bool:
    """Whether an account can be at home there."""
    return code in COUNTRIES


def _read(digits: str, home_region: str) -> PhoneNumber | None:
    """A local number, or an international one, with which many lines leave out the plus.

    A valid reading goes before one that is merely of a possible length: numbers that were given out lately, or to
    nobody.
    """
    readings = [_parsed(digits, home_region)]
    if not digits.startswith("+"):
        readings.append(_parsed(f"+{digits}", None))
    there = [reading for reading in readings if reading is not None]
    for passes in (is_valid_number, is_possible_number):
        for reading in there:
            if passes(reading):
                return reading
    return None


def _parsed(digits: str, region: str | None) -> PhoneNumber | None:
    try:
        return parse(digits, region)
    except NumberParseException:
        return None

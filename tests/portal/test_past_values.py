"""What the history is made of: origins of numbers, days of every length, tables for spreadsheets."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import phonenumbers
import pytest

from portal.history import as_csv
from portal.history.area_codes import STATES
from portal.history.countries import COUNTRIES
from portal.history.days import By, bins, day_begins, last_days, last_hours
from portal.history.origins import origin


@pytest.mark.parametrize(
    ("number", "home", "label"),
    [
        ("+12125550123", "US", "New York"),
        ("(972) 234-5678", "US", "Texas"),
        ("12125550123", "HU", "New York"),
        ("+14165550123", "US", "Ontario"),
        ("+18765551234", "US", "Jamaica"),
        ("8005551234", "US", "Toll-free"),
        ("+80012345678", "HU", "Toll-free"),
        ("06301234567", "HU", "Hungary"),
        ("0036301234567", "HU", "Hungary"),
        ("+442079460000", "US", "United Kingdom"),
        ("", "US", "Anonymous"),
        ("Anonymous", "US", "Anonymous"),
        ("unavailable", "US", "Anonymous"),
        ("sip:bob", "US", "Unknown"),
        ("1002", "US", "Unknown"),
        ("<script>", "US", "Unknown"),
    ],
)
def test_where_a_number_is_from(number: str, home: str, label: str) -> None:
    assert origin(number, home) == label


def test_area_codes_and_countries_agree_with_the_library() -> None:
    """Which country an area code is in the library knows; no code that it knows as a place is left out."""
    assert set(COUNTRIES) == set(phonenumbers.SUPPORTED_REGIONS)
    places = (phonenumbers.PhoneNumberType.FIXED_LINE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)
    left_out = {
        code
        for code in map(str, range(200, 1000))
        for number in [phonenumbers.parse(f"+1{code}5550123")]
        if phonenumbers.is_valid_number(number)
        and phonenumbers.number_type(number) in places
        and phonenumbers.region_code_for_number(number) in ("US", "CA")
    } - STATES.keys()
    assert left_out <= {"273"}, "a code of Canada that nobody has been told where it is"
    abroad = {
        code
        for code in STATES
        if phonenumbers.region_code_for_number(phonenumbers.parse(f"+1{code}5550123")) not in ("US", "CA", None)
    }
    assert abroad == set()


@pytest.mark.parametrize(
    ("zone", "day", "minutes", "pieces"),
    [
        ("Europe/Budapest", date(2024, 3, 31), 23 * 60, 23),
        ("Europe/Budapest", date(2024, 10, 27), 25 * 60, 25),
        ("Asia/Beirut", date(2024, 3, 31), 23 * 60, 23),
        ("America/Havana", date(2024, 11, 3), 25 * 60, 25),
        ("Australia/Lord_Howe", date(2024, 10, 6), 23 * 60 + 30, 24),
        ("Asia/Kathmandu", date(2024, 5, 5), 24 * 60, 24),
    ],
)
def test_a_day_has_the_hours_that_clocks_show(zone: str, day: date, minutes: int, pieces: int) -> None:
    there = ZoneInfo(zone)
    begin, end = day_begins(there, day), day_begins(there, day + timedelta(days=1))
    assert end - begin == timedelta(minutes=minutes)
    hours = bins(there, begin, end, By.HOUR)
    assert len(hours) == pieces
    assert len({hours.local(number).isoformat() for number in range(pieces)}) == pieces
    assert len(bins(there, begin, end, By.DAY)) == 1
    noon = begin + timedelta(hours=12, minutes=7)
    for found, count in ((last_hours(there, noon, 24), 24), (last_days(there, noon, 10), 10)):
        assert len(found) == count
        assert found.edges[-2] <= noon < found.end


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", " =", "\uff1d"])
def test_no_cell_is_a_formula(start: str) -> None:
    text = f'{start}HYPERLINK("http://evil","x, y")'
    [head, row] = csv.reader(io.StringIO(as_csv.table(["=head"], [[text]]).removeprefix("\ufeff"), newline=""))
    assert (head, row) == (["'=head"], [f"'{text}"])


def test_numbers_and_instants_stay_what_they_are() -> None:
    at = datetime(2026, 10, 25, 1, 30, tzinfo=UTC).astimezone(ZoneInfo("Europe/Budapest"))
    told = as_csv.table(["a", "b", "c", "d", "e"], [[1, 0.5, None, at, 'say "no", please']])
    assert told == '\ufeffa,b,c,d,e\r\n1,0.5,,2026-10-25 02:30:00+01:00,"say ""no"", please"\r\n'

"""The spool's files: whatever becomes of them, what was whole is read, and what was not is known."""

import errno
import multiprocessing
import os
import random
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from acd.journal import KINDS
from acd.outputs import AsteriskOutOfSight, Recorded
from acd.runtime import spool as spool_module
from acd.runtime.spool import Spool, SpoolError
from acd.runtime.spool_format import Entry, Header, entry, header_line, lines, read

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
JOURNAL = "0b8a5fb0-6f0e-4dd2-9f4e-0f6f1c0b7a11"
TEXT = "Ünïcode\u2028 \\u0000"


def entries(first: int, last: int, *, text: str = TEXT) -> list[Entry]:
    """Facts of these numbers."""
    return [
        Entry(seq, NOON + timedelta(microseconds=seq), "call_queued", f"c{seq}", None, "7001@x", f'{{"name":"{text}"}}')
        for seq in range(first, last + 1)
    ]


def given(first: int, last: int, *, text: str = TEXT) -> tuple[bytes, int]:
    """The same as the spool takes them."""
    return lines(entries(first, last, text=text)), last


def written(count: int) -> bytes:
    """A segment with so many facts."""
    return header_line(JOURNAL, 7) + lines(entries(1, count))


# --- the format


def test_what_was_written_is_read() -> None:
    content = read(written(3))
    assert content.header == Header(journal=JOURNAL, epoch=7)
    assert list(content.entries) == entries(1, 3)
    assert (content.torn, content.damaged) == (False, 0)


def test_a_fact_is_kept_as_the_journal_has_it() -> None:
    kept = entry(5, Recorded(at=NOON, fact=AsteriskOutOfSight()))
    assert kept == Entry(5, NOON, "asterisk_out_of_sight", None, None, None, "{}")
    assert kept.kind in KINDS
    assert read(header_line(JOURNAL, 1) + lines([kept])).entries == (kept,)


def test_torn_at_every_byte_of_the_last_record_only_that_is_lost() -> None:
    whole, before = written(3), len(written(2))
    for cut in range(before + 1, len(whole)):
        content = read(whole[:cut])
        assert list(content.entries) == entries(1, 2), cut
        assert (content.torn, content.damaged) == (True, 0), cut
    assert not read(whole[:before]).torn


def test_torn_in_its_first_line_nothing_was_there_to_lose() -> None:
    header = header_line(JOURNAL, 7)
    for cut in range(len(header)):
        content = read(header[:cut])
        assert (content.header, content.entries, content.torn, content.damaged) == (None, (), True, 0), cut


def test_every_changed_byte_costs_its_own_record_and_is_noticed() -> None:
    whole = written(3)
    second = range(len(written(1)), len(written(2)))
    for place in second:
        changed = whole[:place] + bytes([whole[place] ^ 0x01]) + whole[place + 1 :]
        content = read(changed)
        assert [each.seq for each in content.entries if each in entries(1, 3)] == [
            each.seq for each in content.entries
        ], "nothing is read that was not written"
        assert {1}.issubset({each.seq for each in content.entries})
        assert 2 not in {each.seq for each in content.entries}
        assert content.damaged, place


@pytest.mark.parametrize("content", [bytes(4096), b"\xff" * 300, b"x\n" + lines(entries(1, 1))])
def test_a_segment_whose_first_line_is_gone_is_damaged(content: bytes) -> None:
    found = read(content)
    assert (found.header, found.entries, found.torn, found.damaged) == (None, (), False, 1)


# --- the directory


@contextmanager
def opened(directory: Path, *, epoch: int = 1, committed: int = 0) -> Generator[Spool]:
    spool = Spool.open(directory, JOURNAL, epoch)
    try:
        yield spool
    finally:
        spool.close(committed)


def kept_in(directory: Path) -> list[int]:
    """The numbers of the facts that a start would find."""
    with opened(directory, epoch=99) as spool:
        return [each.seq for path in spool.leftovers() for each in spool.content(path).entries]


def test_facts_are_there_for_the_next_engine_in_their_order(tmp_path: Path) -> None:
    for epoch in (1, 2, 10):
        with opened(tmp_path / "made" / "here", epoch=epoch) as spool:
            spool.write(*given(epoch * 100, epoch * 100 + 4))
            spool.write(*given(epoch * 100 + 5, epoch * 100 + 9))
    assert kept_in(tmp_path / "made" / "here") == [*range(100, 110), *range(200, 210), *range(1000, 1010)]


def test_a_segment_is_deleted_when_the_database_has_all_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool_module, "SEGMENT_BYTES", 1000)
    with opened(tmp_path, committed=100) as spool:
        for first in range(1, 101, 10):
            spool.write(*given(first, first + 9))
        assert len(list(tmp_path.glob("*.spool"))) == 10
        assert spool.size_bytes() == sum(path.stat().st_size for path in tmp_path.glob("*.spool"))
        spool.forget(55)
        assert [path.name[-9:] for path in sorted(tmp_path.glob("*.spool"))] == [f"{n:03}.spool" for n in range(6, 11)]
        assert [each.seq for each in spool.after(57)] == [58, 59, 60], "what is behind in memory is read again"
        with pytest.raises(SpoolError, match="has lost the fact 41"):
            spool.after(40)
    assert list(tmp_path.glob("*.spool")) == []


def test_one_engine_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool_module, "FREE_WITHIN_SECONDS", 0.1)
    with (
        opened(tmp_path),
        pytest.raises(SpoolError, match=r"in use by another engine: stop that one, or give each .*\[journal\] spool"),
    ):
        Spool.open(tmp_path, JOURNAL, 2)
    Spool.open(tmp_path, JOURNAL, 2).close(0)


def test_a_directory_that_cannot_be_had_is_told_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SpoolError, match=r"cannot be written \(Not a directory\): make that directory and give it"):
        Spool.open(tmp_path / "file" / "spool", JOURNAL, 1)


def test_set_aside_it_is_kept_and_no_segment_any_more(tmp_path: Path) -> None:
    with opened(tmp_path) as spool:
        spool.write(*given(1, 2))
    with opened(tmp_path, epoch=2) as spool:
        [segment] = spool.leftovers()
        content = segment.read_bytes()
        assert spool.set_aside(segment, "damaged").read_bytes() == content
        assert (spool.leftovers(), spool.set_aside_count()) == ([], 1)


# --- disks that fail

FULL = """
import resource, signal, sys
from pathlib import Path
from acd.runtime.spool import Spool
from tests.unit.test_spool import JOURNAL, given

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
spool = Spool.open(Path(sys.argv[1]), JOURNAL, 1)
spool.write(*given(1, 2))
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
for room in range(0, 700, 7):  # no file of this process may become longer than this
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    try:
        spool.write(*given(3, 4))
    except OSError:
        continue
    break
else:
    sys.exit("it never worked")
assert room > 300, room
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
spool.write(*given(5, 6))
"""


def test_a_write_that_fails_at_any_byte_leaves_nothing_half(tmp_path: Path) -> None:
    """The kernel itself cuts the writes off, at one length after the other."""
    ended = subprocess.run([sys.executable, "-c", FULL, tmp_path], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert kept_in(tmp_path) == [1, 2, 3, 4, 5, 6]
    assert len(list(tmp_path.glob("*.spool"))) == 2, "the files of failed attempts are gone"


def test_a_failed_synchronisation_does_not_count_as_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After it the kernel may have thrown the pages away: the same facts go into another file."""

    write = os.write

    def fails(number: int, content: bytes) -> int:
        write(number, content)
        raise OSError(errno.EIO, "Input/output error")

    with opened(tmp_path) as spool:
        spool.write(*given(1, 2))
        with monkeypatch.context() as broken:
            broken.setattr(os, "write", fails)
            with pytest.raises(OSError, match="Input/output"):
                spool.write(*given(3, 4))
        spool.write(*given(3, 4))
    assert kept_in(tmp_path) == [1, 2, 3, 4]


# --- the engine killed


def write_on_and_on(directory: Path, epoch: int, seq: int, confirmations: int) -> None:
    """Until it is killed; each number that counts as written is told at once."""
    spool = Spool.open(directory, JOURNAL, epoch)
    while True:
        spool.write(*given(seq, seq + 9, text="x" * 2000))
        seq += 10
        os.write(confirmations, b"%d\n" % (seq - 1))


def test_killed_twenty_times_at_any_moment_nothing_that_counts_as_written_is_lost(tmp_path: Path) -> None:
    moments, last = random.Random(11), 0
    for epoch in range(20):
        told, confirmations = os.pipe()
        writer = multiprocessing.get_context("fork").Process(
            target=write_on_and_on, args=(tmp_path, epoch, last + 1, confirmations)
        )
        writer.start()
        os.close(confirmations)
        with os.fdopen(told, "rb") as said:
            first = said.readline()
            time.sleep(moments.uniform(0, 0.02))
            writer.kill()
            confirmed = int((first + said.read()).split()[-1])
        writer.join()
        with opened(tmp_path, epoch=99) as spool:
            contents = [spool.content(path) for path in spool.leftovers()]
        found = [each.seq for content in contents for each in content.entries]
        assert found == list(range(1, len(found) + 1))
        assert len(found) >= confirmed > last
        assert not any(content.damaged for content in contents)
        last = len(found)

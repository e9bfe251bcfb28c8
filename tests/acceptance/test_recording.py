"""Recordings: both sides in one file named by the call, always or when the agent wants it."""

from pathlib import Path

from acd.outputs import RecordingEnded, RecordingStarted
from tests.acceptance.centre import RunningCentre
from tests.acceptance.conftest import AGENT_HZ, CALLER_HZ, Floor, connected, talk_both_ways
from tests.acceptance.journal import Journal
from tests.acceptance.parts import DOMAIN, Part, Queue, agents, seats
from tests.phone.recording import Recording, read_recording

PART = Part(
    users=agents("3801", "3802", "3803"),
    queues=(
        Queue(number="8801", seats=seats("3801"), rules={"recording": "on"}),
        Queue(number="8802", seats=seats("3802"), rules={"recording": "on_demand"}),
        Queue(number="8803", seats=seats("3803")),
    ),
)


def directory(centre: RunningCentre) -> Path:
    """Where Asterisk keeps recordings."""
    return centre.home / "state" / "asterisk" / "var" / "spool" / "recording"


async def recorded(centre: RunningCentre, journal: Journal, queue: str) -> Recording:
    """The one recording of this queue, once it is complete."""
    started = await journal.fact(RecordingStarted, queue)
    ended = await journal.fact(RecordingEnded, queue)
    assert started.fact.name == ended.fact.name == f"{DOMAIN}/{started.fact.call}-1"
    recording = read_recording(directory(centre) / f"{started.fact.name}.wav")
    assert abs(recording.seconds - (ended.at - started.at).total_seconds()) < 0.5
    return recording


async def test_a_queue_that_records_keeps_both_sides(centre: RunningCentre, floor: Floor, journal: Journal) -> None:
    agent, caller = await floor.agent("3801-desk"), await floor.caller()
    call = await caller.dial("8801", tone=CALLER_HZ)
    ring = await connected(call, agent)
    await talk_both_ways(call, ring)
    await talk_both_ways(call, ring)
    await call.hang_up()
    await ring.is_over()
    recording = await recorded(centre, journal, "8801")
    for hz in (CALLER_HZ, AGENT_HZ):
        assert recording.seconds_of(hz) > 0.7 * recording.seconds


async def test_the_agent_begins_and_ends_a_recording_by_a_key(
    centre: RunningCentre, floor: Floor, journal: Journal
) -> None:
    agent, caller = await floor.agent("3802-desk"), await floor.caller()
    call = await caller.dial("8802", tone=CALLER_HZ)
    ring = await connected(call, agent)
    await ring.press("*1")
    await journal.fact(RecordingStarted, "8802")
    await talk_both_ways(call, ring)
    await talk_both_ways(call, ring)
    await ring.press("*1")
    recording = await recorded(centre, journal, "8802")
    await talk_both_ways(call, ring)
    for hz in (CALLER_HZ, AGENT_HZ):
        assert 0.3 < recording.seconds_of(hz) < 3


async def test_a_queue_that_does_not_record_leaves_no_file(centre: RunningCentre, floor: Floor) -> None:
    before = set(directory(centre).rglob("*"))
    agent, caller = await floor.agent("3803-desk"), await floor.caller()
    call = await caller.dial("8803", tone=CALLER_HZ)
    ring = await connected(call, agent)
    await ring.press("*1")
    await talk_both_ways(call, ring)
    await call.hang_up()
    await ring.is_over()
    assert set(directory(centre).rglob("*")) == before

"""The engine is killed at every point of a call: before each request to Asterisk, and after it was carried out.

Between the real engine and the real Asterisk stands a wire that knows what goes over it. A walk (a call, a star code, a
transfer, a call-back) is gone once to see which requests it needs, and then once for each of them and each moment: the
engine dies there, and the walk must come to its end all the same.
"""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from statistics import median
from typing import Final

from tests.acceptance.conftest import AGENT_HZ, CALLER_HZ, Floor
from tests.chaos.row import Row, Seen
from tests.chaos.stage import CALL, SERVED_WITHIN_S, WRAP_UP_S, WRAPPED, Stage, command, nothing_left, staged
from tests.chaos.walks import a_call, a_call_back, a_promise, a_star_code, a_transfer, promised, up
from tests.integration.tap import Moment, Trip
from tests.phone.call import IncomingCall
from tests.phone.phone import Phone
from tests.phone.waiting import until

OFFER_WITHIN_S: Final = 3.0
LONGEST_GAP_S: Final = 0.5
WRAP_UP_WITHIN_S: Final = 0.2
TIMES_GONE: Final = 3
RANDOM_KILLS: Final = 4
"""Of each kind."""

Walk = Callable[[Stage, Floor], Awaitable[None]]


# --- one walk, killed at one point


async def go(stage: Stage, walk: Walk, point: str, moment: Moment | None, nth: int = 1) -> list[str]:
    """Walk, and have the engine killed at this moment of the nth command; what the engine ordered meanwhile."""
    await stage.centre.is_ready(within=SERVED_WITHIN_S)
    ordered: list[str] = []

    def strikes(words: bytes) -> bool:
        named = command(words) if stage.begun else ""
        if named:
            ordered.append(named)
        return bool(named) and moment is not None and len(ordered) == nth

    stage.begun = False
    stage.tap.trip = Trip(moment=moment or Moment.ASKED, strikes=strikes, act=stage.kill)
    where = f"{walk.__name__}, {moment.value if moment else 'unharmed'} {nth}: {point}"
    async with AsyncExitStack() as stack:
        try:
            await walk(stage, Floor(stage.centre, stack))
            if stage.begun:
                await nothing_left(stage)  # the last requests come when its people have hung up
        except (AssertionError, TimeoutError, ExceptionGroup) as error:
            told = error.exceptions[0] if isinstance(error, ExceptionGroup) else error
            stage.faults.append(f"{where}: {type(told).__name__} {told}")
        stage.tap.trip = None
    try:
        await stage.centre.is_ready(within=SERVED_WITHIN_S)
        await nothing_left(stage)
    except AssertionError as error:
        stage.faults.append(f"{where}: {error}")
    return ordered


async def every_point(stage: Stage, walk: Walk) -> None:
    """Each request of this walk, before it reaches Asterisk and after it was carried out.

    Call-backs and transfers take their time: of their requests each is met at one of the two moments, in turn.
    """
    needed = await go(stage, walk, "", None)
    for nth, point in enumerate(needed, start=1):
        for moment in (Moment.ASKED, Moment.ANSWERED):
            if walk not in (a_promise, a_call_back, a_transfer) or (nth % 2 == 0) == (moment is Moment.ASKED):
                await _at(stage, walk, point, moment, nth)


async def _at(stage: Stage, walk: Walk, point: str, moment: Moment, nth: int) -> None:
    """The engine dies there: not where the connection was just being closed, over which it asked first."""
    for _ in range(TIMES_GONE):
        kills = stage.kills
        await go(stage, walk, point, moment, nth)
        if stage.kills > kills:
            stage.points.add(f"{walk.__name__} {nth} {moment.value}")
            return
    stage.faults.append(f"{walk.__name__}, {moment.value} {nth}: {point}: the engine never came to it")


# --- at random moments


async def at_any_moment(stage: Stage, floor: Floor) -> None:
    """Killed while all goes on, and the next engine stands by."""
    await stage.spare()
    stage.offers_s.append(await _all_goes_on(stage, floor))


async def without_a_spare(stage: Stage, floor: Floor) -> None:
    """The same where the next engine has to begin from nothing."""
    os.kill(await stage.spare(), signal.SIGKILL)
    stage.cold_offers_s.append(await _all_goes_on(stage, floor))


async def _all_goes_on(stage: Stage, floor: Floor) -> float:
    """Two talk, three wait; at the kill one of the two hangs up, and then they are served in their order.

    How long it takes from the kill to the first ring.
    """
    staff = await floor.agents("1991-desk", "1992-desk")
    callers = [await floor.caller(f"200{n}") for n in (1, 2, 3, 4, 5)]
    ends, goes_on = [await caller.dial(CALL, tone=CALLER_HZ) for caller in callers[:2]]
    for agent in staff:
        (await agent.rings()).answer(tone=AGENT_HZ)
    for call in (ends, goes_on):
        await call.media.hears_tone(AGENT_HZ, within=SERVED_WITHIN_S)
    other_side = next(call for call in up(*staff) if call.caller.user == "2002")
    waiting = []
    for caller in callers[2:]:
        waiting.append(await caller.dial(CALL, tone=CALLER_HZ))
        await waiting[-1].media.hears_sound()
    loop = asyncio.get_running_loop()
    killed_at = loop.time()
    stage.kill()
    await ends.hang_up()
    first = await until("the next ring", lambda: _ringing(staff), within=SERVED_WITHIN_S)
    offered_s = first.began_at - killed_at
    stage.gaps_s += [side.media.longest_gap(since=killed_at, before=loop.time()) for side in (goes_on, other_side)]
    for call in waiting:
        assert call.is_up, "who waits is not lost"
    await asyncio.gather(*(call.media.hears_sound() for call in waiting))
    served: list[str] = []
    for _ in waiting:
        ring = await until("the next ring", lambda: _ringing(staff), within=SERVED_WITHIN_S)
        served.append(ring.caller.user)
        ring.answer(tone=AGENT_HZ)
        await ring.media.hears_tone(CALLER_HZ)
        await ring.hang_up()
    assert served == ["2003", "2004", "2005"], f"each keeps his place: {served}"
    return offered_s


def _ringing(staff: list[Phone]) -> IncomingCall | None:
    rings = [call for phone in staff for call in phone.incoming if call.up_at is None and call.ending is None]
    return min(rings, key=lambda ring: ring.began_at) if rings else None


async def in_a_wrap_up(stage: Stage, floor: Floor) -> None:
    """The engine dies in it; the next caller rings when it ends, not before and not after."""
    agent, first, second = await floor.agent("1994-desk"), await floor.caller("2001"), await floor.caller("2002")
    await stage.spare()
    loop = asyncio.get_running_loop()
    call = await first.dial(WRAPPED, tone=CALLER_HZ)
    ring = await agent.rings()
    ring.answer(tone=AGENT_HZ)
    await call.media.hears_tone(AGENT_HZ, within=SERVED_WITHIN_S)
    await (await second.dial(WRAPPED)).is_answered()
    await call.hang_up()
    ended = loop.time()
    await ring.is_over()
    await asyncio.sleep(0.3)
    stage.kill()
    following = await agent.rings(within=SERVED_WITHIN_S)
    stage.wrap_ups_s.append(abs(following.began_at - ended - WRAP_UP_S))


# --- the row


async def check(home: Path) -> Seen:
    """All walks at all their points, and the random moments."""
    async with AsyncExitStack() as stack:
        stage = await staged(home, stack)
        await every_point(stage, a_promise)
        await promised(stage)
        await go(stage, a_call, "", None)  # the bridge in which its callers wait is made once, and stays
        for walk in (a_call, a_star_code, a_transfer, a_call_back):
            await every_point(stage, walk)
        for _ in range(RANDOM_KILLS):
            for walk in (at_any_moment, without_a_spare, in_a_wrap_up):
                await go(stage, walk, "at a random moment", None)
    return seen(stage)


def seen(stage: Stage) -> Seen:
    """The line of the table."""
    offers, cold = stage.offers_s or [0.0], stage.cold_offers_s or [0.0]
    gaps, wrap_ups = stage.gaps_s or [0.0], stage.wrap_ups_s or [0.0]
    return Seen(
        done=f"{stage.kills} kills: at {len(stage.points)} points of a call, star code, transfer and call-back, "
        "and while callers talk, wait and agents wrap up",
        figures=(
            f"from the kill to the next caller's ring {median(offers):.1f} s, at most {max(offers):.1f} s; without a "
            f"spare {median(cold):.1f} s, at most {max(cold):.1f} s; longest gap in a talk "
            f"{max(gaps) * 1000:.0f} ms; wrap-ups off by {max(wrap_ups) * 1000:.0f} ms at most; "
            f"{len(stage.faults)} faults{': ' if stage.faults else ''}{'; '.join(stage.faults)}"
        ),
        passed=not stage.faults
        and max(*offers, *cold) <= OFFER_WITHIN_S
        and max(gaps) < LONGEST_GAP_S
        and max(wrap_ups) <= WRAP_UP_WITHIN_S,
    )


ROW: Final = Row(name="engine-killed", failure="engine kill -9 at every point of a call", check=check)

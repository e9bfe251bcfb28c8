"""The same calls through our queues and through those of Asterisk itself leave the same lines in their queue_log.

They are made at the same time on the same Asterisk. The queue of each kind of call is `5xx0`, and `6xx0` is that of
Asterisk's, to which an agent comes by dialling `7796xx`.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.acceptance.centre import RunningCentre
from tests.acceptance.conftest import Floor
from tests.acceptance.parts import DOMAIN, Part, Queue, Toml, agents, seats
from tests.phone.call import IncomingCall, OutgoingCall
from tests.phone.phone import Phone, WhenCalled
from tests.phone.waiting import until

AT_ONCE: Final = 4
"""Kinds of call that are made at the same time."""

PATIENCE_SECONDS: Final = 15
"""With which everything is waited for."""

MILLISECONDS_OFF: Final = 2000
"""Between a ring of ours and the same of Asterisk's: both are on a machine that does other things too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """The queue and the agents of one kind of call: ours, or Asterisk's."""

    floor: Floor
    callers: tuple[Phone, Phone]
    kind: int
    ours: bool

    @property
    def queue(self) -> str:
        return self.extension(0)

    def extension(self, number: int) -> str:
        """Of the queue, 0, of its agents, 1 and 2, and of 9, to whom they pass callers on."""
        return f"{5 if self.ours else 6}{self.kind:02}{number}"

    async def phone(self, number: int) -> Phone:
        return await self.floor.phone(f"{self.extension(number)}-desk")

    async def agent(self, number: int = 1) -> Phone:
        """One who takes calls from now on."""
        phone = await self.phone(number)
        await dial(phone, "*51" if self.ours else f"7796{self.kind:02}")
        return phone

    async def call(self, number: int = 1) -> OutgoingCall:
        """Somebody who waits from now on."""
        call = await self.callers[number - 1].dial(self.queue)
        await call.is_answered(within=PATIENCE_SECONDS)
        return call


async def dial(phone: Phone, code: str) -> None:
    """Until the code has done its work: then it is heard."""
    call = await phone.dial(code)
    await call.is_answered(within=PATIENCE_SECONDS)
    await call.media.hears_sound(within=PATIENCE_SECONDS)
    await call.hang_up()


# --- the kinds of call


async def pick_up(agent: Phone, *, after: float = 0.0) -> IncomingCall:
    ring = await agent.rings(within=PATIENCE_SECONDS)
    await asyncio.sleep(after)
    ring.answer()
    await until("the two are joined", lambda: ring.media.packets, within=PATIENCE_SECONDS)
    return ring


async def caller_hangs_up(side: Side) -> None:
    agent = await side.agent()
    call = await side.call()
    ring = await pick_up(agent, after=2.5)
    await asyncio.sleep(2)
    await call.hang_up()
    await ring.is_over()


async def agent_hangs_up(side: Side) -> None:
    call = await side.call()
    await asyncio.sleep(1.5)
    ring = await pick_up(await side.agent())
    await asyncio.sleep(1)
    await ring.hang_up()
    await call.is_over()


async def nobody_there(side: Side) -> None:
    call = await side.call()
    await asyncio.sleep(2)
    await call.hang_up()


async def given_up_while_it_rings(side: Side) -> None:
    agent = await side.agent()
    call = await side.call()
    await agent.rings(within=PATIENCE_SECONDS)
    await asyncio.sleep(3.5)
    await call.hang_up()


async def second_agent_answers(side: Side) -> None:
    first, second = await side.agent(1), await side.agent(2)
    call = await side.call()
    await first.rings(within=PATIENCE_SECONDS)
    ring = await pick_up(second)
    await asyncio.sleep(1)
    await call.hang_up()
    await ring.is_over()


async def declined(side: Side) -> None:
    agent = await side.agent()
    agent.when_called = WhenCalled.DECLINE
    call = await side.call()
    await agent.rings(within=PATIENCE_SECONDS)
    await asyncio.sleep(1)
    await call.hang_up()


async def busy(side: Side) -> None:
    agent = await side.agent()
    agent.when_called = WhenCalled.BUSY
    call = await side.call()
    await agent.rings(within=PATIENCE_SECONDS)
    await asyncio.sleep(1)
    await call.hang_up()


async def longest_wait(side: Side) -> None:
    call = await side.call()
    await call.is_over(within=PATIENCE_SECONDS)


async def leaves_by_key(side: Side) -> None:
    call = await side.call()
    await asyncio.sleep(1)
    await call.press("9")
    await call.is_over(within=PATIENCE_SECONDS)


async def two_in_line(side: Side) -> None:
    first, second = await side.call(1), await side.call(2)
    await asyncio.sleep(1)
    ring = await pick_up(await side.agent())
    await asyncio.sleep(1)
    await second.hang_up()
    await asyncio.sleep(1)  # or the agent might be free while the second one still waits
    await first.hang_up()
    await ring.is_over()


async def two_agents_ring_at_once(side: Side) -> None:
    first, second = await side.agent(1), await side.agent(2)
    call = await side.call()
    await second.rings(within=PATIENCE_SECONDS)
    ring = await pick_up(first)
    await asyncio.sleep(1)
    await call.hang_up()
    await ring.is_over()


async def passed_on_blind(side: Side) -> None:
    person = await side.phone(9)
    agent = await side.agent()
    call = await side.call()
    ring = await pick_up(agent)
    await asyncio.sleep(1)
    transfer = await ring.transfer(side.extension(9))
    third = await pick_up(person)
    assert await transfer.is_done() == 200
    await call.hang_up()
    await third.is_over()


async def passed_on_attended(side: Side) -> None:
    person = await side.phone(9)
    agent = await side.agent()
    call = await side.call()
    ring = await pick_up(agent)
    await asyncio.sleep(1)
    consult = await agent.dial(side.extension(9))
    third = await pick_up(person)
    await consult.is_answered(within=PATIENCE_SECONDS)
    transfer = await ring.transfer_to(consult)
    assert await transfer.is_done() == 200
    await asyncio.sleep(1)
    await call.hang_up()
    await third.is_over()


async def agent_comes_and_goes(side: Side) -> None:
    agent = await side.agent()
    for ours, theirs in (("*551", "7794"), ("*51", "7795"), ("*551", "7794"), ("*52", "7793")):
        await dial(agent, ours if side.ours else f"{theirs}{side.kind:02}")


KINDS: Final[tuple[Callable[[Side], Awaitable[None]], ...]] = (
    caller_hangs_up,
    agent_hangs_up,
    nobody_there,
    given_up_while_it_rings,
    second_agent_answers,
    declined,
    busy,
    longest_wait,
    leaves_by_key,
    two_in_line,
    two_agents_ring_at_once,
    passed_on_blind,
    passed_on_attended,
    agent_comes_and_goes,
)

# --- both centres

DIAL_PLAN: Final = """
[acd-phones]
exten => _6XX0,1,Answer()
 same => n,Queue(${EXTEN},,,,${IF($["${EXTEN}" = "LONGEST"]?3:60)})
 same => n,Hangup()
exten => _7796XX,1,Answer()
 same => n,AddQueueMember(6${EXTEN:4}0,PJSIP/${CHANNEL(endpoint)})
 same => n,Playback(beep)
 same => n,Hangup()
exten => _7795XX,1,Answer()
 same => n,UnpauseQueueMember(,PJSIP/${CHANNEL(endpoint)})
 same => n,Playback(beep)
 same => n,Hangup()
exten => _7794XX,1,Answer()
 same => n,PauseQueueMember(,PJSIP/${CHANNEL(endpoint)},,lunch)
 same => n,Playback(beep)
 same => n,Hangup()
exten => _7793XX,1,Answer()
 same => n,RemoveQueueMember(6${EXTEN:4}0,PJSIP/${CHANNEL(endpoint)})
 same => n,Playback(beep)
 same => n,Hangup()

[left-by-key]
exten => 9,1,Hangup()
"""

QUEUE: Final = """
[{number}]
strategy = {strategy}
timeout = {timeout}
retry = {retry}
joinempty = yes
leavewhenempty = no
ringinuse = no
context = left-by-key
"""


def rules(kind: Callable[[Side], Awaitable[None]]) -> dict[str, Toml]:
    """What the queue of this kind has beside the usual."""
    if kind is longest_wait:
        return {"max_wait": "3s"}
    return {"leave_key": "9"} if kind is leaves_by_key else {}


def queue_of(number: int, kind: Callable[[Side], Awaitable[None]]) -> Queue:
    """Ours."""
    return Queue(
        number=f"5{number:02}0",
        seats=seats(f"5{number:02}1", f"5{number:02}2"),
        type="ring_all" if kind is two_agents_ring_at_once else "linear_hunt",
        ring_time="2s" if kind is second_agent_answers else "10s",
        back_off="10s",
        rules=rules(kind),
    )


def queue_of_asterisk(number: int, kind: Callable[[Side], Awaitable[None]]) -> str:
    """The same for queues.conf."""
    return QUEUE.format(
        number=f"6{number:02}0",
        strategy="ringall" if kind is two_agents_ring_at_once else "linear",
        timeout=2 if kind is second_agent_answers else 10,
        retry=1 if kind is second_agent_answers else 10,
    )


NUMBERED: Final = tuple(enumerate(KINDS, start=1))

PART = Part(
    users=agents(*(f"{side}{number:02}{who}" for side in (5, 6) for number, _ in NUMBERED for who in (1, 2, 9))),
    queues=tuple(queue_of(number, kind) for number, kind in NUMBERED),
)


async def queues_of_asterisk(centre: RunningCentre) -> None:
    """As an operator has them who uses these."""
    etc = centre.home / "state" / "asterisk" / "etc"
    (etc / "queues.conf").write_text("".join(queue_of_asterisk(number, kind) for number, kind in NUMBERED))
    (etc / "queues.conf").chmod(0o644)
    assert "Loaded app_queue" in await centre.asterisk_says("module load app_queue.so")
    longest = next(number for number, kind in NUMBERED if kind is longest_wait)
    await centre.add_to_dial_plan(DIAL_PLAN.replace("LONGEST", f"6{longest:02}0"))


# --- the lines


@dataclass(frozen=True, slots=True)
class Told:
    """A line without what must differ: instants, names and channels."""

    event: str
    about: tuple[str, str, str]
    """Call, queue, agent."""
    values: tuple[str, ...]
    """Lengths of time by their names, where they are those between the lines of the same call."""


def told(path: Path, side: Side) -> list[Told]:
    """What a queue_log tells of one kind of call."""
    queue = f"{side.queue}@{DOMAIN}" if side.ours else side.queue
    names = {
        (f"{side.extension(number)}@{DOMAIN}" if side.ours else f"PJSIP/{side.extension(number)}-desk"): str(number)
        for number in (1, 2)
    } | {"NONE": "NONE"}
    found: list[Told] = []
    calls: dict[str, dict[str, int]] = {}
    for line in path.read_text().splitlines():
        second, call, of, agent, event, *values = line.split("|")
        if of != queue and (of != "NONE" or agent == "NONE" or agent not in names):
            continue
        which = call
        if event in ("ADDMEMBER", "REMOVEMEMBER"):
            which = "somebody"
        elif call != "NONE":
            which = f"call {[*calls, call].index(call) + 1}"
            _name_lengths(event, int(second), values, calls.setdefault(call, {}))
        if event == "CONNECT":
            values[1] = values[1] and "a channel"
        elif event == "ATTENDEDTRANSFER" and values[0] == "BRIDGE":
            values[1] = values[1] and "a bridge"
        elif event == "BLINDTRANSFER":
            values[0] = values[0].replace(side.extension(9), "the person")
        found.append(Told(event, (which, of and ("queue" if of == queue else of), names[agent]), tuple(values)))
    return found


def _name_lengths(event: str, at: int, values: list[str], times: dict[str, int]) -> None:
    """Put names where lengths are right. `times`: when the call came and was connected, and how long it had waited."""
    match event:
        case "ENTERQUEUE":
            times["came"] = at
        case "CONNECT":
            times |= {"connected": at, "waited": int(values[0])}
            _name(values, 0, "since he came", at - times["came"])
        case "COMPLETECALLER" | "COMPLETEAGENT" | "BLINDTRANSFER" | "ATTENDEDTRANSFER":
            assert int(values[-3]) == times["waited"]
            _name(values, -3, "till connected", times["connected"] - times["came"])
            _name(values, -2, "since connected", at - times["connected"])
        case "ABANDON" | "EXITWITHKEY" | "EXITWITHTIMEOUT":
            _name(values, -1, "since he came", at - times["came"])
        case _:
            pass


def _name(values: list[str], place: int, name: str, right: int) -> None:
    if abs(int(values[place]) - right) <= 1:
        values[place] = name


def alike(ours: list[Told], theirs: list[Told]) -> bool:
    """Whether they are the same; how long a phone rang may differ a little."""
    return len(ours) == len(theirs) and all(
        (one.event, one.about, len(one.values)) == (other.event, other.about, len(other.values))
        and all(_same(one.event, *values) for values in zip(one.values, other.values, strict=True))
        for one, other in zip(ours, theirs, strict=True)
    )


def _same(event: str, one: str, other: str) -> bool:
    off = {"RINGNOANSWER": MILLISECONDS_OFF, "RINGCANCELED": MILLISECONDS_OFF, "CONNECT": MILLISECONDS_OFF // 1000}
    if one == other or event not in off:
        return one == other
    return one.isdecimal() and other.isdecimal() and abs(int(one) - int(other)) <= off[event]


async def test_the_same_calls_leave_the_same_lines(centre: RunningCentre, floor: Floor) -> None:
    await queues_of_asterisk(centre)
    callers = (await floor.caller("2001"), await floor.caller("2002"))
    turn = asyncio.Semaphore(AT_ONCE)
    state = centre.home / "state"
    files = state / "queue_log" / "queue_log", state / "asterisk" / "log" / "queue_log"
    wrong: list[str] = []

    async def compare(number: int, kind: Callable[[Side], Awaitable[None]]) -> None:
        ours, theirs = (Side(floor=floor, callers=callers, kind=number, ours=side) for side in (True, False))
        async with turn:
            await asyncio.gather(kind(ours), kind(theirs))
        try:
            await until("equal lines", lambda: alike(told(files[0], ours), told(files[1], theirs)), within=5)
        except AssertionError:
            wrong.extend(
                ["", kind.__name__, *(f"  ours    {line}" for line in told(files[0], ours))]
                + [f"  theirs  {line}" for line in told(files[1], theirs)]
            )

    await asyncio.gather(*(compare(number, kind) for number, kind in NUMBERED))
    assert not wrong, "\n".join(wrong)

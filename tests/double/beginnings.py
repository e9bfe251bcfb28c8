"""What many plays begin and end with: a caller who waits, an agent who has picked up, two who talk."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

from acd.model import Caller, CallId, ChannelId, DeviceId, OfferId, queue_id
from acd.outputs import (
    Connect,
    HangUpCall,
    HangUpLeg,
    HoldCaller,
    Ring,
)
from tests.double.stage import Part, Stage
from tests.integration.switchboard import ACCOUNT

Play = Callable[[Stage], Awaitable[None]]

QUEUE: Final = queue_id(ACCOUNT, "7001")
DESK: Final = DeviceId("1001-desk")


async def waiting_caller(stage: Stage, number: str = "1004", queue: str = "7001", nth: int = 1) -> tuple[Part, CallId]:
    """Somebody who waits and hears music."""
    await stage.phone(number)
    line = await stage.dial(number, queue)
    call = CallId(await stage.arrives(nth=nth))
    stage.order(HoldCaller(call=call, channel=ChannelId(call), queue=queue_id(ACCOUNT, queue)))
    await line.is_answered()
    await stage.settles()
    return line, call


def ring(call: CallId, *numbers: str, nth: int = 1) -> Ring:
    return Ring(
        offer=OfferId(f"{call}~{nth}"),
        call=call,
        devices=tuple(DeviceId(f"{number}-desk") for number in numbers),
        caller=Caller(number="1004", name="Cara"),
        queue_name="Sales",
        auto_answer=False,
        ring_time=timedelta(seconds=20),
    )


async def agent(stage: Stage, call: CallId, number: str = "1001", nth: int = 1) -> Part:
    """An agent who has picked up, and is joined with nobody yet."""
    await stage.phone(number)
    stage.order(ring(call, number, nth=nth))
    leg = await stage.called(number)
    await stage.settles()
    await leg.answer()
    await stage.hears(
        "StasisStart", where=lambda each: each["args"][0] == "leg" and each["args"][2] == f"{number}-desk"
    )
    await stage.settles()
    return leg


def connect(call: CallId, *, keys: bool = False, saying: int | None = None) -> Connect:
    return Connect(
        call=call, channel=ChannelId(call), offer=OfferId(f"{call}~1"), device=DESK, keys=keys, saying=saying
    )


async def talk(stage: Stage, *, keys: bool = False) -> tuple[Part, CallId, Part]:
    caller, call = await waiting_caller(stage)
    leg = await agent(stage, call)
    stage.order(connect(call, keys=keys))
    await stage.settles()
    return caller, call, leg


def over(stage: Stage, call: CallId) -> None:
    """What the engine orders at the end of a talk."""
    stage.order(
        HangUpLeg(offer=OfferId(f"{call}~1"), device=DESK),
        HangUpCall(call=call, channel=ChannelId(call)),
    )

"""Star codes on a stand-in for Asterisk and the real engine: what the phone is played, and when."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from acd.inputs import PhoneNamedItself, SetStatusByPhone
from acd.model import OFFLINE, DeviceId
from acd.outputs import PhoneModelKnown
from ari_bridge.bridge import Bridge
from ari_bridge.reading import TEXT_LIMIT
from tests.attack.corpus import MARK, corpus
from tests.bridge.ari_double import HANGS, Answer, AriDouble, Asked, ari_double
from tests.bridge.bridged import bridged, has_nothing
from tests.bridge.live_engine import LiveEngine, until
from tests.bridge.recorded_events import recorded

CHANNEL = "acd-1795389817.0"
DIALOGUE: list[dict[str, Any]] = [
    each for each in recorded("queue_call.json") if each.get("channel", {}).get("id") == CHANNEL
]
CREATED, DIALLED, _, LEFT, DESTROYED = DIALOGUE
SAYS = [f"{CHANNEL}~say~{n}" for n in range(1, 4)]
VARIABLE = f"/channels/{CHANNEL}/variable"
NOT_FOUND = Answer.of({"message": "Channel not found"}, status=404)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A bridge with its engine, and the Asterisk it speaks with."""

    double: AriDouble
    bridge: Bridge
    engine: LiveEngine

    async def dials(self, code: str) -> None:
        await self.double.send(CREATED, DIALLED | {"args": ["feature", code, ""]})

    async def is_asked(self, method: str, path: str) -> Asked:
        def found() -> list[Asked]:
            return [each for each in self.double.asked if (each.method, each.path) == (method, path)]

        await until(found)
        return found()[0]

    async def hears(self, number: int) -> object:
        """What the nth playback plays."""
        return (await self.is_asked("POST", f"/channels/{CHANNEL}/play/{SAYS[number]}")).body["media"]

    async def playback_ends(self, number: int, state: str = "done") -> None:
        playback = {"id": SAYS[number], "state": state, "target_uri": f"channel:{CHANNEL}"}
        await self.double.send({"type": "PlaybackFinished", "playback": playback})

    async def names_itself(self, nth: int) -> None:
        await until(lambda: len(self.engine.told_of(PhoneNamedItself)) > nth)

    async def is_hung_up(self) -> None:
        await self.is_asked("DELETE", f"/channels/{CHANNEL}")

    def was_asked(self, method: str, path: str) -> bool:
        return any((each.method, each.path) == (method, path) for each in self.double.asked)


@pytest.fixture
async def line() -> AsyncGenerator[Line]:
    async with ari_double() as double:
        has_nothing(double)
        for name in SAYS:
            double.answers["POST", f"/channels/{CHANNEL}/play/{name}"] = Answer.of({"id": name})
        async with bridged(double.url) as (bridge, engine, _):
            await until(lambda: bridge.connected)
            yield Line(double=double, bridge=bridge, engine=engine)


async def test_a_code_is_answered_stored_confirmed_and_hung_up_in_this_order(line: Line) -> None:
    line.engine.decision = asyncio.Event()
    await line.dials("*52")
    await line.is_asked("POST", f"/channels/{CHANNEL}/answer")
    await until(lambda: line.engine.asked)
    assert line.engine.asked == [SetStatusByPhone(device=DeviceId("1001-desk"), status=OFFLINE)]
    await asyncio.sleep(0.4)
    assert not line.was_asked("POST", f"/channels/{CHANNEL}/play/{SAYS[0]}")
    line.engine.decision.set()
    assert await line.hears(0) == ["sound:acd/unavailable"]
    assert not line.was_asked("DELETE", f"/channels/{CHANNEL}")
    await line.playback_ends(0)
    await line.is_hung_up()


async def test_a_missing_sound_file_is_made_up_for_by_asterisks_own(line: Line) -> None:
    await line.dials("*50")
    assert await line.hears(0) == ["sound:acd/available-for-one-call"]
    await line.playback_ends(0, "failed")
    assert await line.hears(1) == ["sound:agent-loginok", "sound:for", "sound:digits/1"]
    await line.playback_ends(1)
    await line.is_hung_up()


async def test_without_any_sound_it_still_ends(line: Line) -> None:
    await line.dials("*51")
    await line.hears(0)
    await line.playback_ends(0, "failed")
    await line.hears(1)
    await line.playback_ends(1, "failed")
    await line.is_hung_up()


async def test_a_code_nobody_knows_is_refused_without_asking_the_engine(line: Line) -> None:
    await line.dials("*59")
    assert await line.hears(0) == ["sound:acd/unknown-code"]
    assert line.engine.asked == []


async def test_a_phone_of_no_agent_hears_a_refusal_of_its_own(line: Line) -> None:
    stranger = DIALLED["channel"] | {"name": "PJSIP/2001-desk-00000007"}
    await line.double.send(DIALLED | {"channel": stranger})
    assert await line.hears(0) == ["sound:acd/not-an-agent"]


async def test_a_phone_that_hangs_up_in_mid_dialogue_ends_it_and_the_change_stands(line: Line) -> None:
    await line.dials("*52")
    await line.hears(0)
    await line.double.send(LEFT, DESTROYED)
    await line.playback_ends(0)
    await line.dials("*50")  # a later one on the same line is a dialogue of its own
    assert await line.hears(1) == ["sound:acd/available-for-one-call"]
    assert not line.was_asked("DELETE", f"/channels/{CHANNEL}")
    assert line.engine.asked[0] == SetStatusByPhone(device=DeviceId("1001-desk"), status=OFFLINE)


async def test_a_phone_that_is_gone_before_the_answer_is_nothing_to_fail_at(line: Line) -> None:
    line.double.answers["POST", f"/channels/{CHANNEL}/answer"] = NOT_FOUND
    line.double.answers["DELETE", f"/channels/{CHANNEL}"] = NOT_FOUND
    await line.dials("*52")
    await line.is_hung_up()
    assert line.engine.asked == []
    assert line.bridge.connected


async def test_a_dialogue_told_of_twice_is_held_once(line: Line) -> None:
    await line.double.send(CREATED, DIALLED, DIALLED)
    await line.hears(0)
    await line.playback_ends(0)
    await line.is_hung_up()
    assert len(line.engine.asked) == 1


async def test_a_code_that_an_outage_interrupted_is_carried_out_after_it(line: Line) -> None:
    await line.dials("*52")
    await line.hears(0)
    waiting = DIALLED["channel"] | {"dialplan": {"app_name": "Stasis", "app_data": "acd,feature,*52"}}
    line.double.answers["GET", "/channels"] = Answer.of([waiting])
    line.double.vanish()
    assert await line.hears(1) == ["sound:acd/unavailable"]
    assert len(line.engine.asked) == 2
    await line.playback_ends(1)
    await line.is_hung_up()


# --- what the phone is


async def test_a_phone_that_dials_a_code_is_asked_what_it_is(line: Line) -> None:
    line.double.answers["GET", VARIABLE] = Answer.of({"value": "Yealink SIP-T46U 108.86.0.20"})
    await line.dials("*51")
    assert (await line.is_asked("GET", VARIABLE)).query == "variable=PJSIP_HEADER%28read%2CUser-Agent%29"
    await line.hears(0)
    known = PhoneModelKnown(device=DeviceId("1001-desk"), model="Yealink SIP-T46U 108.86.0.20")
    assert [fact for fact in line.engine.facts if isinstance(fact, PhoneModelKnown)] == [known]


@pytest.mark.parametrize(
    "answer",
    [
        Answer.of({"message": "Unable to read"}, status=500),
        Answer.of({"value": " \x1b\u202e"}),
        HANGS,
    ],
    ids=["no such header", "nothing to be read", "no answer"],
)
async def test_one_that_does_not_say_has_its_code_carried_out_all_the_same(line: Line, answer: Answer) -> None:
    line.double.answers["GET", VARIABLE] = answer
    await line.dials("*52")
    assert await line.hears(0) == ["sound:acd/unavailable"]
    await line.playback_ends(0)
    await line.is_hung_up()
    assert line.engine.told_of(PhoneNamedItself) == []
    assert line.bridge.connected


async def test_what_it_says_is_kept_printable_and_short(line: Line) -> None:
    texts = [text for kind, text in corpus(Path("/nowhere")).items() if kind != "no UTF-8"]  # it cannot be answered
    for number, text in enumerate(texts):
        line.double.answers["GET", VARIABLE] = Answer.of({"value": text})
        await line.dials("*51")
        await line.names_itself(number)
        await line.double.send(LEFT, DESTROYED)
    models = [named.model for named in line.engine.told_of(PhoneNamedItself) if isinstance(named, PhoneNamedItself)]
    assert len(models) == len(texts)
    assert all(MARK in model and model.isprintable() and len(model) <= TEXT_LIMIT for model in models), models

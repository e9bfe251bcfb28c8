"""A span of the journal played once more: with the same rules it must go as it went, fact by fact."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import pytest

from acd.centre import read_centre
from acd.engine import Engine
from acd.inputs import (
    AnnouncementOver,
    AsteriskSeen,
    CallArrived,
    CallConnected,
    CallerHungUp,
    CallerNotReached,
    CallerReached,
    ConfigurationLoaded,
    ConnectFailed,
    DeviceRegistered,
    DeviceUnregistered,
    EndWrapUp,
    EngineStarted,
    Event,
    HangUp,
    KeyPressed,
    LegAnswered,
    LegEnd,
    LegEnded,
    MoveCall,
    OtherCallAnswered,
    OtherCallEnded,
    OtherCallStarted,
    PickCall,
    Request,
    SetPriority,
    SetStatus,
    SwitchDevice,
    TransferAsked,
)
from acd.model import (
    LUNCH,
    OFFLINE,
    ONLINE,
    AccountId,
    Caller,
    CallId,
    ChannelId,
    DeviceId,
    OfferId,
    agent_id,
    queue_id,
)
from acd.outputs import CallbackDialled, CallEnded, CallOutcome, OfferMade, Recorded
from acd.simulation.day import configuration_of, read_day
from acd.simulation.history import residual, survival
from acd.simulation.past import Rules
from acd.simulation.replay import Replayed, Span, as_it_was, replay, with_rules_of
from acd.simulation.simulate import MIDNIGHT, simulate
from acd.state import State

EXAMPLE: Final = (Path(__file__).parents[2] / "examples" / "day.toml").read_text(encoding="utf-8")
RINGS_ON: Final = (
    EXAMPLE.replace('name = "Orders"', 'name = "Orders"\ntype = "ring_all"')
    .replace(
        'name = "Support"',
        'name = "Support"\ntype = "linear_cascade"\nring_time = "6s"\nmax_wait = "90s"\noverflow = { queue = "7001" }\n'
        'announcements = { welcome = "hello", position_every = "20s" }\nagent_announcement = "support"',
    )
    .replace('queue = "7002"\nagent = "1013"', 'queue = "7002"\nagent = "1013"\nconfirm = true')
    .replace("misses = 0.02", "misses = 0.2")
)
HUNTS: Final = EXAMPLE.replace(
    'name = "Orders"',
    'name = "Orders"\ntype = "linear_hunt"\nring_time = "7s"\nafter_missed = 2\nmax_callers = 3\nlongest_behind = "1m"',
).replace("misses = 0.02", "misses = 0.3")

OPENS: Final = MIDNIGHT + timedelta(hours=8)
HOURS: Final = timedelta(hours=3)


def dice(name: str) -> random.Random:
    """One for each name."""
    return random.Random(name)


def simulated(text: str) -> list[Recorded]:
    """All facts of a day's first hours."""
    facts: list[Recorded] = []
    simulate(read_day(text, "day.toml"), HOURS, dice, facts.append)
    return facts


def played(
    facts: Sequence[Recorded], begins: datetime, ends: datetime, rules: Rules = as_it_was
) -> tuple[Replayed, list[Recorded], list[Recorded]]:
    """The figures of the replay, the facts of the span, and those of the replay."""
    state = State()
    for recorded in facts:
        if recorded.at < begins:
            state.apply(recorded.fact, recorded.at)
    span = [recorded for recorded in facts if begins <= recorded.at < ends]
    again: list[Recorded] = []
    figures = replay(Span(begins=begins, ends=ends, state=state, facts=span), rules, dice, again.append)
    return figures, span, again


@pytest.mark.parametrize("text", [EXAMPLE, RINGS_ON, HUNTS], ids=["round robin", "all and cascade", "hunt"])
def test_a_day_goes_as_it_went(text: str) -> None:
    facts = simulated(text)
    figures, span, again = played(facts, OPENS, OPENS + HOURS)
    assert len(span) == len(facts) > 3_000
    assert again == span
    assert figures.would.together() == figures.happened.together()
    assert figures.would.agents == figures.happened.agents


@pytest.mark.parametrize("text", [EXAMPLE, RINGS_ON, HUNTS], ids=["round robin", "all and cascade", "hunt"])
def test_so_does_a_part_of_it(text: str) -> None:
    """It begins while callers wait, phones ring, agents talk and wrap up; and ends so."""
    figures, span, again = played(simulated(text), OPENS + timedelta(hours=1.3), OPENS + timedelta(hours=2.6))
    assert again == span
    assert figures.would.agents == figures.happened.agents


# --- whatever people can do

CENTRE: Final = """
[account]
domain = "demo.example"
outbound = ["555X"]
[[users]]
extension = "1001"
name = "Anna"
[[users]]
extension = "1002"
name = "Ben"
[[devices]]
name = "1001-desk"
owner = "1001"
[[devices]]
name = "1001-soft"
owner = "1001"
[[devices]]
name = "1002-desk"
owner = "1002"
[[queues]]
number = "7001"
name = "Sales"
wrap_up = "20s"
ring_time = "15s"
leave_key = "9"
overflow = { queue = "7002" }
callback = { key = "5", attempts = 2, retry = "60s" }
[[queues]]
number = "7002"
name = "Support"
announcements = { comfort = ["patience"], comfort_every = "10s" }
[[queues]]
number = "7003"
name = "Park"
type = "call_park"
[[assignments]]
queue = "7001"
agent = "1001"
[[assignments]]
queue = "7001"
agent = "1002"
[[assignments]]
queue = "7002"
agent = "1002"
"""
ACCOUNT: Final = AccountId("demo.example")
ANNA: Final = agent_id(ACCOUNT, "1001")
BEN: Final = agent_id(ACCOUNT, "1002")
ANNAS_DESK: Final = DeviceId("1001-desk")
ANNAS_SOFT: Final = DeviceId("1001-soft")
BENS_DESK: Final = DeviceId("1002-desk")


class Lived:
    """A centre in which things happen at the second that is said."""

    def __init__(self) -> None:
        self._engine = Engine(State())
        self._now = OPENS
        self.facts: list[Recorded] = []
        configuration = configuration_of(read_centre(CENTRE, "centre.toml"))
        self.at(
            0,
            EngineStarted(),
            ConfigurationLoaded(configuration=configuration),
            AsteriskSeen(registered=frozenset(configuration.devices)),
            SetStatus(agent=ANNA, status=ONLINE),
        )

    def at(self, second: float, *what: Event | Request) -> None:
        """It happens."""
        now = OPENS + timedelta(seconds=second)
        while (due := self._engine.deadline) is not None and due < now:
            self.facts += self._engine.advance(due).facts
        for each in what:
            outcome = self._engine.handle(each, now)
            assert not outcome.stale, each
            assert outcome.refusal is None, each
            self.facts += outcome.facts

    def last_offer(self) -> OfferId:
        """Of all that were made."""
        return next(r.fact.offer for r in reversed(self.facts) if isinstance(r.fact, OfferMade))

    def last_dialled(self) -> ChannelId:
        """With which somebody is called back."""
        return next(r.fact.channel for r in reversed(self.facts) if isinstance(r.fact, CallbackDialled))


def arrival(call: str, number: str, device: DeviceId | None = None) -> CallArrived:
    """A caller from outside, or from a phone of ours."""
    return CallArrived(
        call=CallId(call), account=ACCOUNT, number=number, caller=Caller(number=f"555{call[1:]}"), device=device
    )


def answered_by(lived: Lived, second: float, call: str, device: DeviceId) -> OfferId:
    """The last offer is taken, and the two are joined a quarter of a second later."""
    offer = lived.last_offer()
    lived.at(second, LegAnswered(offer=offer, device=device))
    lived.at(second + 0.25, CallConnected(call=CallId(call)))
    return offer


def lived_day() -> list[Recorded]:
    """Nearly everything once that callers, agents and phones can do."""
    lived = Lived()
    lived.at(1, arrival("C1", "7001"))  # rings at Anna, on both phones
    offer = lived.last_offer()
    lived.at(3, LegEnded(offer=offer, device=ANNAS_SOFT, how=LegEnd.BUSY))
    lived.at(5, LegAnswered(offer=offer, device=ANNAS_DESK))
    lived.at(5.5, ConnectFailed(call=CallId("C1")))  # and again
    answered_by(lived, 8, "C1", ANNAS_DESK)
    lived.at(9, arrival("C2", "7001"), SetStatus(agent=BEN, status=ONLINE))
    lived.at(11, LegEnded(offer=lived.last_offer(), device=BENS_DESK, how=LegEnd.DECLINED))
    lived.at(12, KeyPressed(call=CallId("C2"), key="9"))  # to Support
    lived.at(26, AnnouncementOver(call=CallId("C2"), number=1))
    talk = answered_by(lived, 30, "C2", BENS_DESK)
    lived.at(40, LegEnded(offer=talk, device=BENS_DESK, how=LegEnd.HUNG_UP))
    lived.at(60, CallerHungUp(call=CallId("C1")))
    lived.at(65, EndWrapUp(agent=ANNA))
    lived.at(66, OtherCallStarted(channel=ChannelId("D1"), device=BENS_DESK))
    lived.at(70, arrival("C3", "7001"))
    talk = answered_by(lived, 72, "C3", ANNAS_SOFT)
    lived.at(80, TransferAsked(offer=talk, device=ANNAS_SOFT, number="7003"))
    lived.at(81, OtherCallEnded(channel=ChannelId("D1")))
    lived.at(90, OtherCallStarted(channel=ChannelId("F1"), device=BENS_DESK), arrival("F1", "7003", BENS_DESK))
    lived.at(90.5, CallConnected(call=CallId("C3")))
    lived.at(99, CallerHungUp(call=CallId("F1")))
    lived.at(100, SetStatus(agent=ANNA, status=LUNCH))  # in her wrap-up
    lived.at(105, DeviceUnregistered(device=BENS_DESK))
    lived.at(110, arrival("C4", "7001"))
    lived.at(115, KeyPressed(call=CallId("C4"), key="5"))  # to be called back
    lived.at(120, DeviceRegistered(device=BENS_DESK))
    lived.at(126)  # now his line is free
    lived.at(127, LegAnswered(offer=lived.last_offer(), device=BENS_DESK))
    lived.at(135, CallerNotReached(call=CallId("C4"), channel=lived.last_dialled(), how=LegEnd.BUSY))
    lived.at(199)  # he is tried again
    lived.at(200, LegAnswered(offer=lived.last_offer(), device=BENS_DESK))
    lived.at(204, CallerReached(call=CallId("C4"), channel=lived.last_dialled()))
    lived.at(204.5, CallConnected(call=CallId("C4")))
    lived.at(230, CallerHungUp(call=CallId("C4")))
    lived.at(260, arrival("C5", "7001"))  # rings at Ben, who takes another call instead
    lived.at(262, OtherCallStarted(channel=ChannelId("D2"), device=BENS_DESK))
    lived.at(263, OtherCallAnswered(channel=ChannelId("D2")))
    lived.at(270, CallerHungUp(call=CallId("C5")))
    lived.at(275, OtherCallEnded(channel=ChannelId("D2")), SwitchDevice(device=BENS_DESK, on=False))
    lived.at(280, arrival("C6", "7001"), arrival("C7", "7009"))
    lived.at(290, SetStatus(agent=BEN, status=OFFLINE), SetStatus(agent=ANNA, status=ONLINE))
    lived.at(340, CallerHungUp(call=CallId("C6")))  # who rang in vain
    lived.at(350, SetStatus(agent=BEN, status=LUNCH), SwitchDevice(device=BENS_DESK, on=True))
    lived.at(360, arrival("C8", "7001"), arrival("C9", "7002"))  # the first one rings at Anna
    lived.at(361, SetPriority(call=CallId("C9"), priority=1, by=BEN))
    lived.at(362, MoveCall(call=CallId("C9"), queue=queue_id(ACCOUNT, "7001"), by=BEN))
    lived.at(364, PickCall(call=CallId("C8"), agent=BEN, by=BEN))  # now the second one does
    answered_by(lived, 366, "C9", ANNAS_DESK)
    lived.at(380)  # he has not picked up: the caller is where he was
    lived.at(381, PickCall(call=CallId("C8"), agent=BEN, by=BEN))
    answered_by(lived, 383, "C8", BENS_DESK)
    lived.at(390, HangUp(call=CallId("C9"), by=BEN))
    lived.at(392, HangUp(call=CallId("C8"), by=BEN))
    lived.at(420)
    return lived.facts


def test_whatever_people_do_they_do_again() -> None:
    facts = lived_day()
    outcomes = {recorded.fact.outcome for recorded in facts if isinstance(recorded.fact, CallEnded)}
    assert outcomes == {CallOutcome.COMPLETED, CallOutcome.ABANDONED}
    _, span, again = played(facts, OPENS, OPENS + timedelta(seconds=430))
    assert again == span


@pytest.mark.parametrize("second", range(5, 420, 7))
def test_from_any_moment_on(second: int) -> None:
    _, span, again = played(lived_day(), OPENS + timedelta(seconds=second), OPENS + timedelta(seconds=430))
    assert again == span


# --- other rules


def test_other_rules_meet_the_same_callers() -> None:
    changes = read_centre(EXAMPLE.replace('wrap_up = "20s"', 'wrap_up = "90s"'), "changes.toml")
    figures, _, _ = played(simulated(EXAMPLE), OPENS, OPENS + HOURS, with_rules_of(changes))
    happened, would = figures.happened.together(), figures.would.together()
    assert would.offered == happened.offered
    assert would.answered < happened.answered
    assert would.abandoned > happened.abandoned
    assert (would.service_level or 1) < (happened.service_level or 0)
    assert figures.drawn["patience"] > 100


def test_agents_whom_nobody_knew_do_not_work() -> None:
    stranger = (
        EXAMPLE + '[[users]]\nextension = "1099"\nname = "New"\n[[assignments]]\nqueue = "7001"\nagent = "1099"\n'
    )
    figures, span, again = played(
        simulated(EXAMPLE), OPENS, OPENS + HOURS, with_rules_of(read_centre(stranger, "changes.toml"))
    )
    assert again == span
    assert figures.would.together() == figures.happened.together()


def test_a_replay_with_other_rules_is_the_same_each_time() -> None:
    changes = with_rules_of(read_centre(HUNTS, "changes.toml"))
    facts = simulated(EXAMPLE)
    assert played(facts, OPENS, OPENS + HOURS, changes)[2] == played(facts, OPENS, OPENS + HOURS, changes)[2]


# --- patience that is partly known


def seconds(*times: float) -> list[timedelta]:
    """Lengths of time."""
    return [timedelta(seconds=time) for time in times]


def test_survival_is_reckoned_as_in_the_textbook() -> None:
    """Five callers: two hang up after 10 and 30 s, the others are answered after 10, 20 and 40 s."""
    curve = survival(seconds(10, 30), seconds(10, 20, 40))
    assert [(time.total_seconds(), round(part, 6)) for time, part in curve] == [(10, 0.8), (30, 0.4)]


def test_further_patience_is_longer_than_what_was_waited() -> None:
    curve = survival(seconds(10, 20, 30, 40), [])
    assert [residual(curve, timedelta(seconds=20), chance) for chance in (0, 0.49, 0.5, 0.99)] == seconds(
        30, 30, 40, 40
    )
    assert residual(curve, timedelta(seconds=40), 0.5) is None, "nobody was seen to be more patient"

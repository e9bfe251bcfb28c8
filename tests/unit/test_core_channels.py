"""Every order about a caller names the channel on which he is: his first one, or that of his call-back."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar

import pytest

from acd.engine import Engine
from acd.inputs import (
    AsteriskSeen,
    CallArrived,
    CallConnected,
    CallerHungUp,
    CallerReached,
    ConfigurationLoaded,
    Event,
    KeyPressed,
    LegAnswered,
    LegEnd,
    LegEnded,
    SetStatusByPhone,
    TransferAsked,
)
from acd.model import (
    ONLINE,
    Account,
    AccountId,
    Agent,
    Assignment,
    Callback,
    Caller,
    CallId,
    ChannelId,
    Configuration,
    Device,
    DeviceId,
    OfferId,
    Queue,
    agent_id,
    queue_id,
)
from acd.outputs import AnswerTransfer, CallBack, Command, Connect, Dismiss, HangUpCall, HoldCaller, SendOn
from acd.state import State

NOON: Final = datetime(2024, 3, 4, 12, tzinfo=UTC)
ACCOUNT: Final = AccountId("demo.example")
ANN, SALES = agent_id(ACCOUNT, "1001"), queue_id(ACCOUNT, "7001")
DESK: Final = DeviceId("1001-desk")
CALL, OFFER = CallId("A"), OfferId("A~1")
FIRST, BACK = ChannelId("A"), ChannelId("A~back~1")

Order = TypeVar("Order")


class Centre:
    """One queue that calls back, one agent with one phone."""

    def __init__(self) -> None:
        self.engine = Engine(State())
        self.now = NOON
        queue = Queue(id=SALES, account=ACCOUNT, number="7001", name="Sales", callback=Callback(key="2"))
        configuration = Configuration(
            accounts={ACCOUNT: Account(id=ACCOUNT, outbound=("0.",))},
            agents={ANN: Agent(id=ANN, account=ACCOUNT, extension="1001", name="Ann")},
            devices={DESK: Device(id=DESK, owner=ANN)},
            queues={SALES: queue},
            assignments={(ANN, SALES): Assignment(agent=ANN, queue=SALES)},
        )
        self.give(ConfigurationLoaded(configuration=configuration), AsteriskSeen(registered=frozenset({DESK})))

    def give(self, *events: Event | SetStatusByPhone) -> tuple[Command, ...]:
        """What these events make the engine order, all together."""
        return tuple(command for event in events for command in self.engine.handle(event, self.now).commands)


def only(kind: type[Order], commands: Iterable[Command]) -> Order:
    """The one order of this kind."""
    [found] = [command for command in commands if isinstance(command, kind)]
    return found


@pytest.fixture
def called_back() -> Centre:
    """A caller has been called back and talks."""
    centre = Centre()
    arrival = CallArrived(call=CALL, account=ACCOUNT, number="7001", caller=Caller(number="0301234"))
    assert only(HoldCaller, centre.give(arrival)).channel == FIRST
    assert only(Dismiss, centre.give(KeyPressed(call=CALL, key="2"))).channel == FIRST
    centre.now += timedelta(seconds=10)
    centre.give(SetStatusByPhone(device=DESK, status=ONLINE))
    dialled = only(CallBack, centre.give(LegAnswered(offer=OFFER, device=DESK)))
    assert (dialled.channel, dialled.account, dialled.number) == (BACK, ACCOUNT, "0301234")
    assert dialled.shown == Caller(number="7001", name="Sales")
    assert (dialled.offer, dialled.device) == (OFFER, DESK)
    assert only(Connect, centre.give(CallerReached(call=CALL, channel=BACK))).channel == BACK
    centre.give(CallConnected(call=CALL))
    return centre


def test_the_agent_hangs_up_on_the_channel_of_the_call_back(called_back: Centre) -> None:
    commands = called_back.give(LegEnded(offer=OFFER, device=DESK, how=LegEnd.HUNG_UP))
    assert only(HangUpCall, commands).channel == BACK


def test_a_caller_who_has_left_us_is_not_hung_up(called_back: Centre) -> None:
    """He may live on: whoever fetched him from a park can pass him on without us."""
    assert only(HangUpCall, called_back.give(CallerHungUp(call=CALL))).channel is None


@pytest.mark.parametrize(("number", "order"), [("7001", HoldCaller), ("0305678", SendOn)])
def test_he_is_passed_on_with_the_channel_of_the_call_back(
    called_back: Centre, number: str, order: type[HoldCaller | SendOn]
) -> None:
    commands = called_back.give(TransferAsked(offer=OFFER, device=DESK, number=number))
    assert only(order, commands).channel == BACK
    assert only(AnswerTransfer, commands).call == CALL

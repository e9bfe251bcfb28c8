"""What happens in our centre, in the words of a test: callers come, phones ring and are picked up."""

from dataclasses import dataclass

from acd.inputs import (
    AsteriskSeen,
    CallArrived,
    CallConnected,
    CallerHungUp,
    DeviceRegistered,
    LegAnswered,
    LegEnd,
    LegEnded,
    SetStatus,
)
from acd.model import ONLINE, AccountId, Caller, CallId, DeviceId, OfferId, Status, agent_id
from tests.portal.live import OURS, LiveEngine


@dataclass(slots=True)
class Day:
    """Of one engine, all of whose phones are registered from the beginning."""

    engine: LiveEngine

    def open(self) -> None:
        """Asterisk is seen, with every phone that the centre has."""
        self.engine.tell(AsteriskSeen(registered=frozenset(self.engine.state.records.devices)))

    def calls(
        self, call: str, queue: str = "7001", *, account: AccountId = OURS, number: str = "5550100", name: str = "Carl"
    ) -> None:
        """Somebody dials a queue."""
        caller = Caller(number=number, name=name)
        self.engine.tell(CallArrived(call=CallId(call), account=account, number=queue, caller=caller))

    async def chooses(self, extension: str, status: Status = ONLINE, *, account: AccountId = OURS) -> None:
        """An agent does so at once, by himself."""
        assert await self.engine.ask(SetStatus(agent=agent_id(account, extension), status=status)) is None

    def answers(self, call: str, device: str, offer: int = 1) -> None:
        """A phone that rings is picked up, and the two are joined."""
        self.engine.tell(LegAnswered(offer=OfferId(f"{call}~{offer}"), device=DeviceId(device)))
        self.engine.tell(CallConnected(call=CallId(call)))

    def declines(self, call: str, device: str, offer: int = 1) -> None:
        """It is refused."""
        self.engine.tell(LegEnded(offer=OfferId(f"{call}~{offer}"), device=DeviceId(device), how=LegEnd.DECLINED))

    def hangs_up(self, call: str) -> None:
        """The caller does."""
        self.engine.tell(CallerHungUp(call=CallId(call)))

    def registers(self, device: str) -> None:
        """A phone can be reached."""
        self.engine.tell(DeviceRegistered(device=DeviceId(device)))

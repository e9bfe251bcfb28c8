"""The moving part between the engine and Asterisk: connects, keeps connected, hands events in and orders out.

What a message means is in `translate`, what a command takes in `plan`, what is found after an outage in `resync`. While
Asterisk is out of sight nothing is ordered; after every connect the engine is told what is there before anything else.
When another engine takes the application over, this one stands down for good: two would fight over every call.
"""

import asyncio
import random
from collections import deque
from collections.abc import Coroutine, Sequence
from datetime import timedelta
from typing import Final, get_args

import structlog

from acd.inputs import (
    AsteriskLost,
    CallArrived,
    CallerHungUp,
    CallerReached,
    CallGone,
    Difference,
    DriftFound,
    Event,
    KeyPressed,
    LegEnd,
    LegEnded,
    LegKeyPressed,
    OtherCallEnded,
    RingGone,
    TalkUnknown,
)
from acd.model import CallId, ChannelId, DeviceId, OfferId
from acd.outputs import (
    Command,
    Connect,
    ConnectRetriever,
    Dismiss,
    HangUpCall,
    HoldCaller,
    JoinConsulted,
    SendOn,
    ShowStatus,
    TellAgent,
    TurnAway,
)
from acd.ports import EnginePort, Provisioning
from ari_bridge import plan_callers, plan_portal, plan_talks, provision, resync, subscription
from ari_bridge.asterisk_clock import AsteriskClock
from ari_bridge.beat import beat
from ari_bridge.claim import Claim, StoodDown
from ari_bridge.client import AriError, AriUnauthorized, Client
from ari_bridge.client import Event as Message
from ari_bridge.counters import UNKNOWN, BridgeCounters
from ari_bridge.dialogs import Dialogs
from ari_bridge.errands import Errand
from ari_bridge.event_types import EventType
from ari_bridge.gate import Gate
from ari_bridge.keys import Keys
from ari_bridge.lamps import Lamps
from ari_bridge.lanes import Lanes
from ari_bridge.names import caller_of, leg_channel
from ari_bridge.plan import plan
from ari_bridge.reading import printable
from ari_bridge.rounds import Rounds
from ari_bridge.signals import (
    EarReady,
    LeftUs,
    LegLeft,
    Passed,
    PlaybackOver,
    Replaced,
    Signal,
    StarCodeDialled,
    TellingOver,
)
from ari_bridge.tasks import Tasks
from ari_bridge.telling import Telling
from ari_bridge.translate import translate
from ari_bridge.version import FLOOR_IN_WORDS, new_enough
from ari_bridge.watch import hear, watch
from feature_codes.table import StarCodes

FIRST_WAIT: Final = timedelta(seconds=0.25)
LONGEST_WAIT: Final = timedelta(seconds=1)
"""Between two attempts to connect; doubled from the first to this, and shortened by chance: `_pause`."""

WRITE_AGAIN_AFTER: Final = timedelta(seconds=5)
"""After phones and numbers could not be written."""

PASSWORD_WAIT: Final = timedelta(seconds=10)
"""A wrong password does not mend itself, and whoever mends it should not have to restart us."""

TOLD_TWICE: Final = frozenset({"ChannelDtmfReceived", "ChannelHold", "ChannelUnhold", "ChannelTransfer"})
"""Of channels in our hands Asterisk tells these once as theirs and once as their phone's, alike in every letter."""

REMEMBERED: Final = 64
"""So many of them lie between the two at most."""

_KNOWN: Final[frozenset[str]] = frozenset(get_args(EventType))

_log = structlog.get_logger(__name__)


class Bridge:
    """One Asterisk, as the engine and the process see it. Made inside a running event loop."""

    def __init__(
        self,
        *,
        client: Client,
        app: str,
        engine: EnginePort,
        codes: StarCodes,
        claim: Claim | None = None,
    ) -> None:
        """`client`: of this Asterisk, closed when `run` ends; `app`: our name in its dial plan; `claim`: None where no
        other engine can ever serve it."""
        self.counters = BridgeCounters()
        self.connected = False
        """Whether Asterisk is in sight: its events arrive, and the engine knows what is there."""
        self.provisioned = False
        """Whether Asterisk knows the phones and numbers of the present configuration."""
        self.last_error: str | None = None
        """Why it is not connected or not provisioned, in words for an operator."""
        self._app = app
        self._engine = engine
        self._client = client
        self._claim = claim
        self._client.on_event(None, self._hear)
        self._tasks = Tasks()
        self._lanes = Lanes(self._client, self._tasks, engine.tell, self.counters)
        self._asterisk_clock = AsteriskClock()
        self._gate = Gate(self._client, self._lanes.pressure, self._asterisk_clock)
        self.gate = self._gate.counters
        self._dialogs = Dialogs(self._client, self._tasks, engine, codes)
        self._rounds = Rounds(client, app, engine, self._lanes, self._dialogs, self._settle)
        self._lamps = Lamps(codes.lamps)
        self._keys = Keys()
        self._telling = Telling()
        self._listening = False
        """Whether we hear of phones."""
        self._callers: dict[CallId, ChannelId] = {}
        """The callers in our hands: each one's end is told once, whichever message says it first."""
        self._comes: CallId | None = None
        """Whose call the engine is being told of for the first time: nobody has put him anywhere."""
        self._talks: set[CallId] = set()
        """Calls for which there is a bridge of caller and agent."""
        self._recent: deque[Message] = deque(maxlen=REMEMBERED)
        self._early: list[Event | Signal] = []
        """What happens while Asterisk is being looked at, kept until the engine knows what is there."""
        self._wanted: Provisioning | None = None
        self._wanted_changed = asyncio.Event()

    # --- for the process

    async def run(self) -> None:
        """Serve for ever. Raises StoodDown; anything else that it raises is a bug."""
        wait = FIRST_WAIT
        try:
            while True:
                try:
                    await self._connect()
                    self._explain("the connection ended")
                    wait = FIRST_WAIT
                except AriUnauthorized:
                    self._explain("wrong ARI user or password: compare them with Asterisk's ari.conf")
                    wait = PASSWORD_WAIT
                except AriError as error:
                    self._explain(str(error))
                    wait = FIRST_WAIT if self.connected else wait
                self._lose()
                await asyncio.sleep(_pause(wait))
                wait = min(wait * 2, LONGEST_WAIT)
        finally:
            self._let_go()
            await self._client.close()

    async def provision(self, wanted: Provisioning) -> None:
        """Have Asterisk know these phones and numbers: now where it is connected, and after every connect."""
        self._wanted = wanted
        self.provisioned = False
        self._wanted_changed.set()

    def carry_out(self, commands: Sequence[Command]) -> None:
        """Start these in order and return at once; what comes of them arrives as events."""
        if not self.connected:
            self.counters.dropped += len(commands)
            return
        errands = [errand for command in commands for errand in self._planned(command)]
        self._lanes.start_all(errands)
        if errands:
            self._client.give_way()

    def _planned(self, command: Command) -> tuple[Errand, ...]:
        if isinstance(command, HoldCaller) and command.call == self._comes:
            return plan_callers.hold(command, just_came=True)
        return (*self._before(command), *plan(command, self._app))

    def _before(self, command: Command) -> tuple[Errand, ...]:
        """Remember what was ordered, and what has to be asked beside the plan because of what was before."""
        match command:
            case SendOn() | Dismiss() | TurnAway() | JoinConsulted():
                self._callers.pop(command.call, None)
                return self._part(command.call, command.channel)
            case HoldCaller():
                return self._part(command.call, command.channel)
            case Connect(leaving=left):
                self._talks.add(command.call)
                if left is not None:
                    self._talks.discard(left)
                return self._telling.cut_before(command)
            case ConnectRetriever():
                self._talks.add(command.call)
            case HangUpCall():
                self._talks.discard(command.call)
            case TellAgent():
                return self._telling.tell(command)
            case ShowStatus():
                return self._lamps.show(command)
            case _:
                pass
        return ()

    def _part(self, call: CallId, channel: ChannelId) -> tuple[Errand, ...]:
        """His talk, if he has one, is over, and he lives on."""
        if call not in self._talks:
            return ()
        self._talks.discard(call)
        return plan_talks.part(call, channel)

    # --- one connection, from its beginning to its end

    async def _connect(self) -> None:
        """Connect, and serve until the connection ends. Raises AriError when it cannot be had, and StoodDown."""
        if self._claim is not None:
            await self._claim.make(self._client)
        async with self._client.connect(self._app) as connection:
            about = await resync.about(self._client)
            self._check(about.version)
            await subscription.leave_out(self._client, self._app)
            self._listening = await subscription.listen(self._client, self._app)
            if not self._listening and self._wanted is not None:
                await provision.write(self._client, self._wanted)
                self._listening = await subscription.listen(self._client, self._app)
            await self._lamps.read(self._client)
            await hear(self._client, self._app)
            picture = await resync.look(self._client, self._app, about.life)
            if connection.is_open:  # another engine may have taken over by now
                self._begin(picture)
            await _first_of(
                connection.closed(),
                watch(self._client, self._app, listening=lambda: self._listening),
                self._rounds.walk(),
                beat(self._client, self._asterisk_clock),
                self._gate.run(),
                self._keep_provisioned(),
                self._tasks.fault(),
            )

    def _check(self, version: str) -> None:
        _log.info("ari_connecting", url=self._client.rest.address, asterisk=version)
        if not new_enough(version):
            _log.error("asterisk_too_old", asterisk=version, mend=f"install Asterisk {FLOOR_IN_WORDS} or newer")

    def _begin(self, picture: resync.Picture) -> None:
        """Asterisk is in sight: tell what is there, then what has happened since we listen."""
        self.connected = True
        self.last_error = None
        self.counters.connects += 1
        _log.info("ari_connected", url=self._client.rest.address, app=self._app, calls=len(picture.seen.calls))
        self._callers = {
            call.call: call.channel or ChannelId(call.call) for call in picture.seen.calls if call.answered
        }
        self._talks = set(picture.seen.talks)
        early, self._early = self._early, []
        self._engine.tell(picture.seen)
        for dialled in picture.star_codes:
            self._dialogs.begin(dialled)
        for happening in early:
            self._take(happening)

    async def _keep_provisioned(self) -> None:
        """Write what Asterisk is to know, now and whenever it changes; tried again until it succeeds.

        Returns when the first phones have been written: the next connection hears of them.
        """
        self.provisioned = False
        while True:
            if self._wanted is not None:
                self._wanted_changed.clear()
                try:
                    await provision.write(self._client, self._wanted)
                    if not self._listening and self._wanted.endpoints:
                        return
                except AriError as error:
                    self._explain(f"phones and numbers cannot be written: {error}")
                    await asyncio.sleep(WRITE_AGAIN_AFTER.total_seconds())
                    continue
                if not self._wanted_changed.is_set():
                    self.provisioned = True
                    self.last_error = None
            await self._wanted_changed.wait()

    def _lose(self) -> None:
        """Asterisk is out of sight."""
        was_connected = self.connected
        self._let_go()
        if was_connected:
            self._engine.tell(AsteriskLost())

    def _let_go(self) -> None:
        self.connected = False
        self.provisioned = False
        self._tasks.cancel()
        self._lanes.forget()
        self._dialogs.forget()
        self._callers.clear()
        self._talks.clear()
        self._telling.forget()
        self._recent.clear()
        self._early.clear()

    def _explain(self, why: str) -> None:
        if why != self.last_error:
            _log.warning(
                "ari_not_connected" if not self.connected else "ari_trouble", url=self._client.rest.address, why=why
            )
        self.last_error = why

    # --- what happens

    def _hear(self, message: Message) -> None:
        """One message from Asterisk. Raises StoodDown, which ends the connection."""
        type_ = str(message["type"])
        self.counters.events[type_ if type_ in _KNOWN else UNKNOWN] += 1
        self._gate.hear(message)
        if type_ in TOLD_TWICE:
            if message in self._recent:
                return
            self._recent.append(message)
        happening = translate(message, _KNOWN)
        if isinstance(happening, Passed):
            if happening is Passed.MALFORMED:
                self.counters.malformed += 1
                _log.warning("ari_event_malformed", type=printable(type_))
        elif isinstance(happening, Replaced):
            self._let_go()
            raise StoodDown
        elif self.connected:
            self._take(happening)
        else:
            self._early.append(happening)

    def _take(self, happening: Event | Signal) -> None:
        match happening:
            case StarCodeDialled():
                self._dialogs.begin(happening)
            case PlaybackOver():
                self._dialogs.playback_over(happening)
            case LegEnded(offer=offer, device=device):
                self._leg_gone(offer, device)
                self._engine.tell(happening)
            case LegLeft(offer=offer, device=device):
                self._engine.tell(LegEnded(offer=offer, device=device, how=LegEnd.HUNG_UP))
            case LegKeyPressed():
                self._engine.tell(self._keys.joined(happening))
            case TellingOver():
                if (told := self._telling.over(happening)) is not None:
                    self._engine.tell(told)
            case KeyPressed(call=call) if call not in self._callers:
                pass
            case EarReady(channel=channel, mode=mode):
                self._lanes.start(plan_portal.join_ear(channel, mode))
            case LeftUs(channel=channel):
                self._gone(channel)
            case OtherCallEnded(channel=channel):
                self._lanes.gone(channel)
                self._gone(channel)
                self._engine.tell(happening)
            case CallArrived(call=call):
                self._callers[call] = ChannelId(call)
                self._comes = call
                self._engine.tell(happening)
                self._comes = None
            case CallerReached(call=call, channel=channel):
                self._callers[call] = channel
                self._engine.tell(happening)
            case _:
                self._engine.tell(happening)

    def _settle(self, drift: Sequence[Difference]) -> None:
        """What was missed is known now, here and to the engine."""
        for difference in drift:
            match difference:
                case CallArrived(call=call):
                    self._callers[call] = ChannelId(call)
                case CallerReached(call=call, channel=channel):
                    self._callers[call] = channel
                case TalkUnknown(caller=caller):
                    self._callers[caller.call] = caller.channel or ChannelId(caller.call)
                    self._talks.add(caller.call)
                case CallGone(call=call) | CallerHungUp(call=call):
                    self._callers.pop(call, None)
                case LegEnded(offer=offer, device=device) | RingGone(offer=offer, device=device):
                    self._leg_gone(offer, device)
                case OtherCallEnded(channel=channel):
                    self._lanes.gone(channel)
                    self._dialogs.left(channel)
                case _:
                    pass
        self._engine.tell(DriftFound(differences=tuple(drift)))

    def _leg_gone(self, offer: OfferId, device: DeviceId) -> None:
        leg = leg_channel(offer, device)
        self._lanes.gone(leg)
        self._keys.forget(leg)
        self._telling.forget(leg)

    def _gone(self, channel: ChannelId) -> None:
        """A channel has left us. It may be a caller, somebody with a star code, or neither."""
        self._dialogs.left(channel)
        call = caller_of(channel)
        if self._callers.get(call) == channel:
            del self._callers[call]
            self._engine.tell(CallerHungUp(call=call))


def _pause(wait: timedelta) -> float:
    """Seconds, a quarter of them left to chance: what was lost together does not come back in step."""
    return wait.total_seconds() * random.uniform(0.75, 1)  # noqa: S311 - no secret hangs on it


async def _first_of(*endings: Coroutine[None, None, None]) -> None:
    """Wait until one of these ends, and end the others. Raises what it raised."""
    tasks = [asyncio.create_task(ending) for ending in endings]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    for task in done:
        task.result()

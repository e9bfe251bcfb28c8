"""The words with which facts say how something ended, and why."""

from enum import StrEnum

from msgspec import Struct


class OfferOutcome(StrEnum):
    """How an offer ended, as the statistics count it."""

    ANSWERED = "answered"
    MISSED = "missed"
    """Rang and was not answered: the agent goes to the end of the idle order."""
    REJECTED = "rejected"
    """Busy or declined: the agent is left alone for the queue's back-off."""
    FAILED = "failed"
    """No phone could be reached: back-off as well."""
    WITHDRAWN = "withdrawn"
    """Taken back, or outrun: it costs the agent nothing."""


class OfferEnd(StrEnum):
    """Why an offer ended."""

    ANSWERED = "answered"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    DECLINED = "declined"
    UNREACHABLE = "unreachable"
    ANSWERED_ELSEWHERE = "answered_elsewhere"
    CALLER_GONE = "caller_gone"
    STATUS_CHANGED = "status_changed"
    OTHER_CALL = "other_call"
    DEVICE_LOST = "device_lost"
    DEVICE_SWITCHED_OFF = "device_switched_off"
    CONFIGURATION_CHANGED = "configuration_changed"
    ASTERISK_LOST = "asterisk_lost"
    """It ended while Asterisk was out of sight."""
    UNHEARD = "unheard"
    """It was over, and nobody had told us."""
    REASSIGNED = "reassigned"
    """A supervisor has moved the caller, or given him to another agent."""
    NOT_CONFIRMED = "not_confirmed"
    """Somebody, or a machine, picked up and pressed nothing: a miss."""
    REFUSED_BY_KEY = "refused_by_key"
    """He pressed another key than the one that takes the call: declined."""


class CallOutcome(StrEnum):
    """How a call ended."""

    COMPLETED = "completed"
    """It was connected and has ended."""
    ABANDONED = "abandoned"
    """The caller hung up before he was connected."""
    QUEUE_CLOSED = "queue_closed"
    """His queue was taken out of the configuration while he waited: he was given back to the dial plan, or is not
    called back any more."""
    OVERFLOWED = "overflowed"
    """His queue did not keep him: he went to an extension or heard a message."""
    TRANSFERRED = "transferred"
    """He was connected, and the agent sent him on to somebody who is none of our queues."""
    NOT_REACHED = "not_reached"
    """He was to be called back and could not be reached, as often as it was tried or until too late, or must not be
    called any more."""
    REPLACED = "replaced"
    """Another call has taken its place: he who was to be called back has called again, or an agent who waited here
    himself has passed his caller on."""
    LOST = "lost"
    """It ended otherwise than we were told: see `Loss`."""


class Loss(StrEnum):
    """How a call was lost."""

    ASTERISK_ENDED = "asterisk_ended"
    """Asterisk itself has ended, and all its calls with it."""
    UNHEARD = "unheard"
    """The caller was gone, and nobody had told us: Asterisk was out of sight, or an event was lost."""


class Party(StrEnum):
    """Who put the phone down."""

    CALLER = "caller"
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    """Instead of the agent."""
    ASTERISK = "asterisk"
    """It has ended, and everybody's call with it."""
    UNKNOWN = "unknown"


class Source(StrEnum):
    """Where a change of status came from."""

    PHONE = "phone"
    REQUEST = "request"
    """He himself, by another way than a phone."""
    SUPERVISOR = "supervisor"
    """A supervisor for him."""
    SINGLE_CALL_USED = "single_call_used"
    MISSED_OFFERS = "missed_offers"
    """He missed as many in a row as his queue allows."""


class WrapUpEnd(StrEnum):
    """Why a wrap-up ended."""

    RAN_OUT = "ran_out"
    AGENT = "agent"
    """He said so, or chose a status."""


class OverflowReason(StrEnum):
    """Why a queue does not keep a caller."""

    FULL = "full"
    EXPECTED_WAIT = "expected_wait"
    """He would probably wait longer than the queue allows."""
    NO_AGENTS = "no_agents"
    """Fewer agents take its calls than it requires."""
    MAX_WAIT = "max_wait"
    KEY = "key"
    """He wanted to leave."""


class AnnouncementKind(StrEnum):
    """What a waiting caller is told."""

    WELCOME = "welcome"
    POSITION = "position"
    EXPECTED_WAIT = "expected_wait"
    COMFORT = "comfort"
    CALLBACK_REFUSED = "callback_refused"


class CallbackObstacle(StrEnum):
    """Why a caller cannot be called back."""

    NOT_A_NUMBER = "not_a_number"
    OUR_QUEUE = "our_queue"
    """It is the number of a queue of ours: we would call ourselves."""
    NOT_ALLOWED = "not_allowed"
    """The account's outbound rules have no pattern for it."""


class OutboundCap(StrEnum):
    """A bound on calls that go out. Those with `agent` are of one agent, the others of his whole account."""

    AT_ONCE = "at_once"
    PER_HOUR = "per_hour"
    PER_DAY = "per_day"
    AGENT_AT_ONCE = "agent_at_once"
    AGENT_PER_HOUR = "agent_per_hour"
    AGENT_PER_DAY = "agent_per_day"


class TransferKind(StrEnum):
    """How an agent passes a caller on."""

    BLIND = "blind"
    ATTENDED = "attended"
    """He has spoken with the other side before."""


class Phrase(StrEnum):
    """What we say ourselves; the sound files are named where they are made."""

    YOU_ARE_NEXT = "you_are_next"
    YOU_ARE_CALLER_NUMBER = "you_are_caller_number"
    """A number follows."""
    EXPECTED_WAIT_UNDER_A_MINUTE = "expected_wait_under_a_minute"
    EXPECTED_WAIT_ABOUT = "expected_wait_about"
    """A number and `MINUTES`, or `ONE_MINUTE`, follow."""
    EXPECTED_WAIT_OVER = "expected_wait_over"
    """A number and `MINUTES` follow."""
    ONE_MINUTE = "one_minute"
    """Instead of a number and its unit."""
    MINUTES = "minutes"
    SECONDS = "seconds"
    WAITED = "waited"
    """To an agent: a number and its unit follow."""
    PRESS_ONE = "press_one"
    """To an agent: how to take the call."""
    WE_CALL_BACK = "we_call_back"
    NO_SUCH_NUMBER = "no_such_number"
    """Your number is not known, so that we cannot call you back."""
    NUMBER_NOT_ALLOWED = "number_not_allowed"
    NOBODY_AVAILABLE = "nobody_available"
    """To a caller who is hung up after it."""
    NOBODY_PARKED = "nobody_parked"
    TRANSFER_FAILED = "transfer_failed"


class Sound(Struct, frozen=True, kw_only=True):
    """A sound of the centre's own, as Asterisk names it, without a suffix."""

    name: str


Word = Phrase | Sound | int
"""What is said is a row of these; an int is spoken as a number."""

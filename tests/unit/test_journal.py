"""Facts and the state as bytes: whatever can be decided comes back as it was."""

import typing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acd import outputs
from acd.engine import Engine
from acd.inputs import (
    AsteriskSeen,
    CallArrived,
    CallConnected,
    CallerHungUp,
    ConfigurationLoaded,
    Event,
    LegAnswered,
    LegEnd,
    LegEnded,
    Request,
    SetStatus,
)
from acd.journal import (
    KINDS,
    About,
    UnreadableFact,
    UnreadableSnapshot,
    about,
    decode,
    decode_state,
    encode,
    encode_state,
)
from acd.model import (
    ONLINE,
    AccountId,
    Agent,
    AgentId,
    Assignment,
    Caller,
    CallId,
    Configuration,
    Device,
    DeviceId,
    OfferId,
    Queue,
    QueueId,
)
from acd.outputs import CallQueued, Fact
from acd.state import State

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)

# JSON in PostgreSQL keeps no NUL, and UTF-8 no lone surrogates; they are tried by themselves below.
st.register_type_strategy(str, st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20))
st.register_type_strategy(datetime, st.datetimes(min_value=datetime(2000, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
st.register_type_strategy(timedelta, st.timedeltas(timedelta(0), timedelta(days=400)))

TYPES: tuple[type[Fact], ...] = typing.get_args(Fact)


def test_every_fact_has_a_kind_and_none_has_two() -> None:
    assert set(KINDS.values()) == set(TYPES)
    assert len(KINDS) == len(TYPES)
    assert all(kind == kind.lower() and kind.isidentifier() for kind in KINDS)


def test_the_names_are_for_ever() -> None:
    """Journals that were written hold these; a type may be called otherwise in the code, its kind never."""
    assert sorted(KINDS) == [
        "agent_briefed",
        "announcement_ended",
        "announcement_skipped",
        "announcement_started",
        "asterisk_in_sight",
        "asterisk_out_of_sight",
        "back_off_ended",
        "call_answered",
        "call_ended",
        "call_lifted",
        "call_moved",
        "call_overflowed",
        "call_queued",
        "call_refused",
        "call_requeued",
        "call_retrieved",
        "call_transferred",
        "callback_answered",
        "callback_dialled",
        "callback_due",
        "callback_failed",
        "callback_postponed",
        "callback_promised",
        "callback_refused",
        "cascade_retimed",
        "cascade_widened",
        "configuration_changed",
        "confirmation_asked",
        "device_disengaged",
        "device_engaged",
        "device_reachable",
        "device_switched",
        "entry_refused",
        "hold_ended",
        "hold_started",
        "leg_stopped",
        "max_wait_reached",
        "monitor_changed",
        "monitor_ended",
        "monitor_picked_up",
        "monitor_started",
        "number_dialled",
        "offer_ended",
        "offer_made",
        "offer_retimed",
        "other_call_connected",
        "outbound_ended",
        "phone_model_known",
        "place_gone",
        "place_kept",
        "priority_changed",
        "recording_ended",
        "recording_started",
        "retrieval_refused",
        "status_changed",
        "talk_ended",
        "talk_started",
        "transfer_refused",
        "wrap_up_ended",
        "wrap_up_started",
    ]


@pytest.mark.parametrize("of", TYPES, ids=lambda of: of.__name__)
def test_a_fact_comes_back_as_it_was(of: type[Fact]) -> None:
    @given(st.from_type(of))
    def round_trip(fact: Fact) -> None:
        kind, body = encode(fact)
        assert KINDS[kind] is of
        assert decode(kind, body) == fact
        assert decode(kind, body.decode()) == fact
        assert encode(decode(kind, body)) == (kind, body)

    round_trip()


@given(st.text(st.characters(), max_size=30))
def test_any_text_from_a_caller_is_kept(name: str) -> None:
    fact = queued(name)
    kind, body = encode(fact)
    assert b"\\u0000" not in body.replace(b"\\\\", b"")
    kept = "".join("\ufffd" if c == "\x00" or "\ud800" <= c <= "\udfff" else c for c in name)
    assert decode(kind, body) == queued(kept)


@pytest.mark.parametrize("name", ["\\u0000", "\\\\u0000", "\\\x00", "\\\\\x00", "\\u0000\x00"])
def test_what_looks_like_an_escape_is_left_alone(name: str) -> None:
    assert decode(*encode(queued(name))) == queued(name.replace("\x00", "\ufffd"))


def queued(name: str) -> CallQueued:
    return CallQueued(
        call=CallId("c1"),
        account=AccountId("demo.example"),
        queue=QueueId("7001@demo.example"),
        caller=Caller(number="0", name=name),
        arrived=NOON,
    )


def test_a_call_of_an_older_journal_has_no_priority() -> None:
    kind, body = encode(queued("Ann"))
    older = body.replace(b',"priority":null', b"")
    assert older != body
    assert decode(kind, older) == queued("Ann")


def test_an_unknown_kind_is_told() -> None:
    with pytest.raises(UnreadableFact) as raised:
        decode("call_beamed_up", b"{}")
    assert str(raised.value) == (
        "the journal holds a fact of the kind 'call_beamed_up', which this program does not know; "
        "it was written by a newer one: run that one again"
    )


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"{}", "Object missing required field `agent`"),
        (b'{"agent": 5}', "Expected `str`, got `int` - at `$.agent`"),
        (b"{", "Input data was truncated"),
    ],
)
def test_fields_that_do_not_fit_are_told(body: bytes, why: str) -> None:
    with pytest.raises(UnreadableFact) as raised:
        decode("back_off_ended", body)
    assert str(raised.value) == f"a fact of the kind 'back_off_ended' in the journal cannot be read: {why}"


def test_a_configuration_without_cascades_is_read_as_it_was_written() -> None:
    """Journals from before the type existed name neither of its two numbers."""
    kind, body = encode(
        outputs.ConfigurationChanged(queues=(Queue(id=SALES, account=ACCOUNT, number="7001", name="Sales"),))
    )
    older = body.replace(b',"first_round":null', b"").replace(b',"increment":null', b"")
    assert b"first_round" not in older
    assert b"increment" not in older
    assert decode(kind, older) == decode(kind, body)


ONE_BACK_OFF = (
    '{"id":"7001@demo.example","account":"demo.example","number":"7001","name":"Sales","type":"round_robin",'
    '"priority":1,"wrap_up":"P0D","wrap_up_mandatory":false,"ring_time":"PT20S","back_off":"PT7S",'
    '"first_round":null,"increment":null}'
)
"""As the queue was written when it had one back-off for three reasons."""


def test_a_back_off_for_everything_is_one_for_each_reason() -> None:
    fact = (
        '{"agents":[],"devices":[],"queues":['
        + ONE_BACK_OFF
        + '],"assignments":[],"agents_gone":[],"devices_gone":[],"queues_gone":[],"assignments_gone":[]}'
    )
    snapshot = (
        '{"agents":{},"devices":{},"queues":{"7001@demo.example":'
        + ONE_BACK_OFF
        + '},"assignments":{},"agent_records":{},"device_records":{},"calls":{},"offers":{},"asterisk_in_sight":true}'
    )
    seven = timedelta(seconds=7)
    queue = Queue(
        id=SALES,
        account=ACCOUNT,
        number="7001",
        name="Sales",
        busy_back_off=seven,
        declined_back_off=seven,
        unreachable_back_off=seven,
    )
    for body in (fact, fact.encode(), fact.replace(":", ": ")):  # as jsonb gives it back
        assert decode("configuration_changed", body) == outputs.ConfigurationChanged(queues=(queue,))
    for body in (snapshot, snapshot.encode()):
        state = decode_state(body)
        assert state.records.queues == {SALES: queue}
        assert state.records.asterisk_in_sight


def test_the_journal_of_an_older_program_gives_its_state() -> None:
    """Written by the program that knew neither overflow nor call-back; a line is an instant, a kind and a body."""
    state = State()
    for line in (Path(__file__).parent / "journal_1.txt").read_text(encoding="utf-8").splitlines():
        at, kind, body = line.split(" ", 2)
        state.apply(decode(kind, body), datetime.fromisoformat(at))
    assert {call.id: (call.channel, call.agent) for call in state.records.calls.values()} == {
        "ringing": ("ringing", None),
        "waiting": ("waiting", None),
    }
    assert [record.wrap_up is not None for record in state.records.agent_records.values()] == [True, True, False]
    assert [record.back_off_until is not None for record in state.records.agent_records.values()] == [
        False,
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("fact", "ids"),
    [
        (queued(""), About(CallId("c1"), None, QueueId("7001@demo.example"))),
        (
            outputs.LegStopped(offer=OfferId("pbx-1~2~3"), device=DeviceId("1001-desk"), why=outputs.OfferEnd.DECLINED),
            About(CallId("pbx-1~2"), None, None),
        ),
        (
            outputs.TalkStarted(call=CallId("c1"), queue=QueueId("q"), agent=AgentId("a")),
            About(CallId("c1"), AgentId("a"), QueueId("q")),
        ),
        (outputs.BackOffEnded(agent=AgentId("a")), About(None, AgentId("a"), None)),
        (outputs.AsteriskInSight(), About(None, None, None)),
    ],
)
def test_what_a_fact_is_about(fact: Fact, ids: About) -> None:
    assert about(fact) == ids


ACCOUNT = AccountId("demo.example")
SALES = QueueId("7001@demo.example")
AGENTS = [AgentId(f"100{n}@demo.example") for n in (1, 2, 3)]
PHONES = [DeviceId(f"100{n}") for n in (1, 2, 3)]


def arrival(call: str) -> CallArrived:
    return CallArrived(call=CallId(call), account=ACCOUNT, number="7001", caller=Caller(number="0", name="Zoë"))


BUSY_MINUTE: tuple[Event | Request, ...] = (
    ConfigurationLoaded(
        configuration=Configuration(
            agents={
                of: Agent(id=of, account=ACCOUNT, extension=phone, name="")
                for of, phone in zip(AGENTS, PHONES, strict=True)
            },
            devices={phone: Device(id=phone, owner=of) for of, phone in zip(AGENTS, PHONES, strict=True)},
            queues={SALES: Queue(id=SALES, account=ACCOUNT, number="7001", name="Sales", wrap_up=timedelta(minutes=2))},
            assignments={
                (of, SALES): Assignment(agent=of, queue=SALES, devices=frozenset({phone}))
                for of, phone in zip(AGENTS, PHONES, strict=True)
            },
        )
    ),
    AsteriskSeen(registered=frozenset(PHONES)),
    *(SetStatus(agent=of, status=ONLINE) for of in AGENTS),
    arrival("over"),  # rings at the agent online first
    LegAnswered(offer=OfferId("over~1"), device=PHONES[0]),
    CallConnected(call=CallId("over")),
    CallerHungUp(call=CallId("over")),
    arrival("talking"),
    LegAnswered(offer=OfferId("talking~1"), device=PHONES[1]),
    CallConnected(call=CallId("talking")),
    arrival("ringing"),
    arrival("waiting"),
)
AND_THEN: tuple[Event | Request, ...] = (
    LegEnded(offer=OfferId("ringing~1"), device=PHONES[2], how=LegEnd.BUSY),
    CallerHungUp(call=CallId("talking")),
    SetStatus(agent=AGENTS[0], status=ONLINE),
    arrival("later"),
)


def test_a_state_comes_back_with_all_that_follows_from_it() -> None:
    """One caller talks, one rings, one waits, an agent wraps up; from the snapshot it all goes on as it would have."""
    live = Engine(State())
    for second, what in enumerate(BUSY_MINUTE):
        live.handle(what, NOON + timedelta(seconds=second))
    records = live.state.records
    assert {call.talking_since is not None for call in records.calls.values()} == {True, False}
    assert records.offers
    assert any(agent.wrap_up for agent in records.agent_records.values())

    twin = Engine(decode_state(encode_state(live.state)))
    assert twin.state.records == records
    assert twin.deadline == live.deadline is not None
    for second, what in enumerate(AND_THEN, start=len(BUSY_MINUTE)):
        now = NOON + timedelta(seconds=second)
        assert twin.handle(what, now) == live.handle(what, now)
    later = NOON + timedelta(hours=1)
    assert twin.advance(later) == live.advance(later)
    assert encode_state(twin.state) == encode_state(live.state)


def test_a_snapshot_of_other_records_is_told() -> None:
    with pytest.raises(UnreadableSnapshot, match=r"the snapshot cannot be read: Expected `object`, got `array`"):
        decode_state(b'{"calls": []}')


def test_an_empty_state_comes_back() -> None:
    assert encode_state(decode_state(encode_state(State()))) == encode_state(State())

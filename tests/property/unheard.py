"""Events that are lost, and the look that follows: rules of the random days in `test_engine`."""

from collections.abc import Callable

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from acd.inputs import Event, LegEnd
from tests.property.centres import PHONES
from tests.property.day import Day
from tests.property.midway import INDEX, nth


class UnheardRules(RuleBasedStateMachine):
    """On one day."""

    day: Day

    @precondition(lambda self: self.day.world.connected)
    @rule(which=INDEX, index=INDEX, how=st.sampled_from(list(LegEnd)), several=st.booleans())
    def news_is_lost(self, which: int, index: int, how: LegEnd, several: bool) -> None:
        """Something happens and nobody tells; perhaps something more does, before Asterisk is looked at."""
        for turn in range(1 + several):
            nth(which + turn, self._news(index, how))()
        self.day.look()

    def _news(self, index: int, how: LegEnd) -> list[Callable[[], Event | None]]:
        """What could happen now."""
        world = self.day.world
        phone = nth(index, sorted(PHONES))
        found: list[Callable[[], Event | None]] = [
            lambda: world.caller_arrives(f"700{1 + index % 5}", self.day.now),
            lambda: world.drops_off(phone) if phone in world.registered else world.registers(phone),
            lambda: world.other_call_starts(phone),
        ]
        if world.callers:
            found.append(lambda: world.caller_hangs_up(nth(index, sorted(world.callers))))
        if world.ringing:
            found.append(lambda: world.phone_answers(nth(index, sorted(world.ringing))))
            found.append(lambda: world.phone_refuses(nth(index, sorted(world.ringing)), how))
        if world.up:
            found.append(lambda: world.agent_hangs_up(nth(index, sorted(world.up))))
        if world.joining:
            found.append(lambda: world.joined(nth(index, sorted(world.joining))))
        if world.called_back:
            found.append(lambda: world.called_back_answers(nth(index, sorted(world.called_back))))
            found.append(lambda: world.called_back_refuses(nth(index, sorted(world.called_back)), how))
        if world.others:
            found.append(lambda: world.other_call_answered(nth(index, sorted(world.others))))
            found.append(lambda: world.other_call_ends(nth(index, sorted(world.others))))
        return found

"""A day chosen by a seed, and a digest of all that was decided on it: `python -m tests.property.drive SEED STEPS`.

Run twice with different hash seeds of Python it must print the same. Asserts the same rules as the chosen days.
"""

import hashlib
import random
import sys
from collections.abc import Callable
from datetime import timedelta

import msgspec

from acd.inputs import LegEnd, SetStatus, SetStatusByPhone
from acd.journal import encode
from acd.model import LUNCH, OFFLINE, ONLINE, SINGLE_CALL
from tests.property.centres import AGENTS, CHANGES, PHONES, STRANGER
from tests.property.day import Day


def moves(day: Day, dice: random.Random) -> list[Callable[[], object]]:
    """What could happen now; each kind once, so that calls are answered about as often as they are refused."""
    world = day.world
    found: list[Callable[[], object]] = [
        lambda: day.wait(day.now + timedelta(seconds=dice.choice([1, 2, 5, 12])), twin_sleeps=dice.random() < 0.5),
        lambda: day.give(
            world.caller_arrives(
                dice.choice(["7001", "7002", "7003", "7004", "7005"]), day.now, dice.choice([None, None, 1, 2])
            )
        ),
        lambda: day.give(
            SetStatus(agent=dice.choice(AGENTS), status=dice.choice([ONLINE, ONLINE, SINGLE_CALL, LUNCH]))
        ),
    ]
    rare = dice.random()
    if rare < 0.1:
        phone = dice.choice([*PHONES, STRANGER])
        found.append(lambda: day.give(SetStatusByPhone(device=phone, status=dice.choice([ONLINE, OFFLINE]))))
        found.append(lambda: day.configure(dice.choice(CHANGES)(day.centre, dice.randrange(60))))
        found.append(lambda: day.give(world.other_call_starts(phone)))
    elif rare < 0.15:
        found.append(lambda: day.give(world.lose() if world.connected else world.see()))
        found.append(lambda: day.restart(timedelta(seconds=dice.choice([0, 7, 30]))))
    elif not world.connected:
        found.append(lambda: day.give(world.see()))
    if world.callers and rare < 0.5:
        found.append(lambda: day.give(world.caller_hangs_up(dice.choice(sorted(world.callers)))))
    if world.ringing:
        found.append(lambda: day.give(world.phone_answers(dice.choice(sorted(world.ringing)))))
        found.append(
            lambda: day.give(world.phone_refuses(dice.choice(sorted(world.ringing)), dice.choice(list(LegEnd))))
        )
    if world.joining:
        found += [lambda: day.give(world.joined(dice.choice(sorted(world.joining))))] * 3
    if world.up:
        found.append(lambda: day.give(world.agent_hangs_up(dice.choice(sorted(world.up)))))
    if world.connected:
        found += on_the_way(day, dice)
    if world.others:
        found.append(lambda: day.give(world.other_call_ends(dice.choice(sorted(world.others)))))
    return found


def on_the_way(day: Day, dice: random.Random) -> list[Callable[[], object]]:
    """What callers hear and press, and what agents do with them."""
    world = day.world
    found: list[Callable[[], object]] = []
    if world.saying:
        found.append(lambda: day.give(world.caller_has_heard(dice.choice(sorted(world.saying)))))
    if world.callers:
        found.append(
            lambda: day.give(world.caller_presses(dice.choice(sorted(world.callers)), dice.choice(["2", "5", "9"])))
        )
    if world.called_back:
        found.append(lambda: day.give(world.called_back_answers(dice.choice(sorted(world.called_back)))))
    if world.sent_on:
        found.append(lambda: day.give(world.sent_on_hangs_up(dice.choice(sorted(world.sent_on)))))
    if world.telling:
        found.append(lambda: day.give(world.agent_has_heard(dice.choice(sorted(world.telling)))))
    if world.up:
        leg = dice.choice(sorted(world.up))
        found.append(lambda: day.give(world.agent_presses(leg, dice.choice(["1", "1", "7", "*1"]))))
        found.append(lambda: day.give(world.agent_holds(leg, holds=dice.random() < 0.5)))
        found.append(lambda: day.give(world.agent_transfers(leg, dice.choice(["7002", "1003", "", "5551111"]), None)))
    return found


def drive(seed: int, steps: int) -> Day:
    """Live through a day of so many steps."""
    dice, day = random.Random(seed), Day()
    for _ in range(steps):
        dice.choice(moves(day, dice))()
    day.the_journal_is_complete()
    return day


def digest(day: Day) -> str:
    """All facts with their instants, and all commands, in few letters."""
    found = hashlib.sha256()
    for recorded in day.journal:
        kind, body = encode(recorded.fact)
        found.update(f"{recorded.at.isoformat()} {kind} ".encode() + body + b"\n")
    for command in day.ordered:
        found.update(type(command).__name__.encode() + msgspec.json.encode(command, order="deterministic") + b"\n")
    return f"{len(day.journal)} facts, {len(day.ordered)} commands, {found.hexdigest()}"


if __name__ == "__main__":
    print(digest(drive(seed=int(sys.argv[1]), steps=int(sys.argv[2]))))

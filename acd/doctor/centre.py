"""Judges the centre on its Asterisk: phones, agents, queues, sounds, and what serves callers without the engine."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from acd.doctor.needs import ASTERISKS_SOUND, OUR_SOUND
from acd.doctor.sight import AsteriskSight, Sight
from acd.doctor.words import Finding, fault, hint, not_seen
from acd.model import Configuration, Queue, QueueId, QueueType, TargetKind

_LISTED_AT_MOST: Final = 5
_AWAY: Final = ("away", "offline")


def centre(sight: Sight) -> Iterator[Finding]:
    """All that is wrong with it. Nothing is said of what depends on an Asterisk that was not reached."""
    if sight.configuration is None:
        return
    yield from _queues(sight, sight.configuration)
    if sight.asterisk.trouble is None:
        yield from _phones(sight, sight.asterisk)
        yield from _without_engine(sight, sight.asterisk)
        yield from _sounds(sight.asterisk)
        yield from _ways_out(sight.asterisk)


def example_of(pattern: str) -> str:
    """A number that this pattern of outbound rules lets pass."""
    number = re.sub(r"\[(.)[^\]]*\]", r"\1", pattern)
    return re.sub(r"[XZN.]", "5", number)


def sounds_of(configuration: Configuration | None) -> tuple[str, ...]:
    """The sounds that must be there: all that the centre names, and one each of ours and of Asterisk's own."""
    names = {OUR_SOUND, ASTERISKS_SOUND}
    for queue in configuration.queues.values() if configuration else ():
        said = queue.announcements
        names |= {*said.comfort, *(name for name in (said.welcome, queue.agent_announcement) if name)}
        if queue.overflow and queue.overflow.kind is TargetKind.MESSAGE:
            names.add(queue.overflow.name)
    return tuple(sorted(names))


def _queues(sight: Sight, configuration: Configuration) -> Iterator[Finding]:
    if not configuration.queues:
        yield fault(
            "centre", "it has no queue", "add one to the centre's file as examples/demo.toml does; acd apply FILE"
        )
    staffed = {queue for _, queue in configuration.assignments}
    for queue in configuration.queues.values():
        if queue.type is QueueType.CALL_PARK:
            continue
        if queue.id not in staffed:
            what = f"nobody is assigned to {_named(queue)}: its callers wait in vain"
            yield fault("agents", what, f'add [[assignments]] queue = "{queue.number}", agent = "…"; acd apply FILE')
        elif _nobody_is_there(sight, queue.id):
            waiting = sight.engine.waiting.get(queue.id, 0)
            what = f"nobody takes calls of {_named(queue)}" + (f", and {waiting} wait" if waiting else "")
            yield (fault if waiting else hint)(
                "agents", what, "let an agent dial *51, or make him available in the portal"
            )


def _nobody_is_there(sight: Sight, queue: QueueId) -> bool:
    doing = sight.engine.agents.get(queue, {})
    return bool(doing) and not any(count for state, count in doing.items() if state not in _AWAY)


def _phones(sight: Sight, seen: AsteriskSight) -> Iterator[Finding]:
    if sight.provisioning is None:
        return
    if seen.phones is None:
        yield not_seen("phones", "Asterisk does not list them", "asterisk -rx 'module load res_ari_endpoints.so'")
        return
    wanted = [endpoint.device for endpoint in sight.provisioning.endpoints]
    unknown = [device for device in wanted if device not in seen.phones]
    if unknown:
        what = f"Asterisk does not know {_listed(unknown)}: the engine has not written them"
        do = "start the engine; where it says that Asterisk refuses them, take over sorcery.conf from asterisk-conf/"
        yield fault("phones", what, do)
    known = [device for device in wanted if device in seen.phones]
    off = [device for device in known if not seen.phones[device]]
    if known and len(off) == len(known):
        bind = seen.bind or "port 5060"
        what = f"none of the {len(known)} phones is registered"
        do = f"set them up for {bind} with the passwords of the start sheet; nothing may filter UDP there (ufw, nft)"
        yield fault("phones", what, do)
    elif off:
        yield hint(
            "phones", f"not registered: {_listed(off)}", "asterisk -rx 'pjsip show contacts' lists those that are"
        )


def _without_engine(sight: Sight, seen: AsteriskSight) -> Iterator[Finding]:
    """Whether the dial plan finds the queues and their phones when it acts alone."""
    if sight.provisioning is None or seen.directory is None:
        return
    for entry in sight.provisioning.directory:
        name = f"{entry.number}@{entry.account}"
        found = seen.directory.get(name)
        if found is None:
            what = f"the dial plan does not find {name}: who dials it hears that there is no such number"
            yield fault(
                "numbers", what, "start the engine, which writes it; it needs res_sorcery_astdb in sorcery.conf"
            )
        elif entry.is_queue and not entry.devices and _rings(sight, entry.number, str(entry.account)):
            what = f"without the engine nobody would answer {name}: its agents have no phones"
            yield fault("fallback", what, "add [[devices]] for its agents; acd apply FILE")


def _rings(sight: Sight, number: str, account: str) -> bool:
    queue = sight.configuration and sight.configuration.queues.get(QueueId(f"{number}@{account}"))
    return bool(queue and queue.type is not QueueType.CALL_PARK and sight.configuration and
                any(of == queue.id for _, of in sight.configuration.assignments))  # fmt: skip


def _sounds(seen: AsteriskSight) -> Iterator[Finding]:
    if seen.sounds_missing is None:
        what = "Asterisk's directory cannot be read from here"
        yield not_seen("sounds", what, f"look where it is: find / -path '*sounds/{OUR_SOUND}.wav'")
        return
    ours = [name for name in seen.sounds_missing if name.startswith("acd/")]
    others = [name for name in seen.sounds_missing if not name.startswith("acd/")]
    if ours:
        what = f"our prompts are not installed ({_listed(ours)}): star codes answer with Asterisk's own words"
        yield fault("sounds", what, "cp -r prompts/en /usr/share/asterisk/sounds/acd, where Asterisk has its sounds")
    if others:
        what = f"there is no {_listed(others)}, so nothing is heard where it should be said"
        yield fault("sounds", what, "put the files there (.wav, 8 kHz), or apt-get install asterisk-core-sounds-en-wav")


def _ways_out(seen: AsteriskSight) -> Iterator[Finding]:
    blocked = [number for number, there in seen.ways_out.items() if not there]
    if blocked:
        what = f"the account's outbound rules allow numbers like {blocked[0]}, and there is no way out for them"
        do = "in [acd-outbound]: exten => _X.,1,Dial(PJSIP/${EXTEN}@trunk); then: asterisk -rx 'dialplan reload'"
        yield fault("outbound", what, do)


def _named(queue: Queue) -> str:
    return f"queue {queue.number} {queue.name}"


def _listed(names: Sequence[object]) -> str:
    first, more = [str(name) for name in names[:_LISTED_AT_MOST]], len(names) - _LISTED_AT_MOST
    return ", ".join(first) + (f" and {more} more" if more > 0 else "")

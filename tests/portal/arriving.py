"""Callers of a portal in this process, whose facts the journal gets as well."""

from acd.inputs import CallArrived
from acd.model import Caller, CallId
from tests.portal.live import OURS, THEIRS, LivePortal
from tests.portal.past import write_facts


async def arrives(live: LivePortal, *calls: str) -> None:
    """These call, one after the other, ours 7001, those of others 7009; the journal has it."""
    before = len(live.engine.facts)
    for call in calls:
        account = THEIRS if call.startswith("their") else OURS
        live.engine.tell(
            CallArrived(
                call=CallId(call),
                account=account,
                number="7009" if account is THEIRS else "7001",
                caller=Caller(number="0301234567", name="Foreign" if account is THEIRS else "Zoe\nZen"),
            )
        )
    first = await live.rows("select coalesce(max(seq), 0) as last from fact")
    await write_facts(live.database_url, live.engine.facts[before if first[0]["last"] else 0 :], first[0]["last"] + 1)

"""Call park: whoever of the account dials the queue's number gets the caller whose turn it is.

- Callers come from outside, by a transfer or by an overflow; they wait with music, and nobody rings.
- Any phone of the account fetches, its owner need not be assigned. Where he is, the call counts as one of the queue's
  for him: wrap-up, Single-Call. Where he is not it counts for nothing but as a call in hand.
- He may be in wrap-up, away or offline: he serves himself. A wrap-up that runs goes on; an offer that rings at him
  meanwhile is withdrawn, as by any other call of his, unless he may have both.
- Two dial in the same instant: the first gets the first caller, the second the next one, or hears that nobody is there.
"""

from acd import agents, care
from acd.model import ChannelId, DeviceId, Queue
from acd.outputs import CallRetrieved, HangUpCall, HangUpPhone, Party, Phrase, RetrievalRefused
from acd.records import CallRecord
from acd.step import Step


def retrieve(step: Step, queue: Queue, channel: ChannelId, device: DeviceId) -> None:
    """This phone of the account has dialled a call park; `channel` is its call."""
    agent = step.state.agent_of_device(device)
    assert agent is not None, "only phones of agents fetch"
    call = _whose_turn(step, queue)
    if call is None:
        step.record(RetrievalRefused(queue=queue.id, device=device, channel=channel))
        step.order(HangUpPhone(channel=channel, device=device, words=(Phrase.NOBODY_PARKED,)))
        return
    step.record(
        CallRetrieved(
            call=call.id,
            queue=queue.id,
            agent=agent.id,
            device=device,
            channel=channel,
            waited=step.now - call.arrived,
        )
    )
    care.join_retriever(step, call)
    agents.make_room(step, agent)


def _whose_turn(step: Step, queue: Queue) -> CallRecord | None:
    """Who is to be called back is not there to be fetched."""
    waiting = (step.state.records.calls[call] for call in step.state.queue_index(queue.id).waiting)
    return next((call for call in waiting if call.channel is not None), None)


def retriever_hung_up(step: Step, channel: ChannelId) -> None:
    """Whoever fetched the caller has hung up: that ends the call, or, before they were joined, the caller waits on."""
    call = step.state.records.calls[step.state.retrievals[channel]]
    if call.talking_since is None:
        care.part(step, call, Party.AGENT)
        care.requeue(step, call)
        return
    step.order(HangUpCall(call=call.id, channel=call.channel))
    care.end(step, call, Party.AGENT)

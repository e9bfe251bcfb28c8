"""One command of the core becomes errands: what has to be asked of Asterisk. Pure."""

from typing import assert_never

from acd.outputs import (
    AnswerTransfer,
    CallBack,
    Command,
    Connect,
    ConnectRetriever,
    DialFrom,
    Dismiss,
    HangUpCall,
    HangUpLeg,
    HangUpPhone,
    HoldCaller,
    JoinConsulted,
    ListenIn,
    Ring,
    RingMonitor,
    Say,
    SendOn,
    ShowStatus,
    StartRecording,
    StopListening,
    StopRecording,
    StopRinging,
    StopSaying,
    TellAgent,
    TurnAway,
)
from ari_bridge import plan_agents, plan_callers, plan_portal, plan_talks
from ari_bridge.errands import Errand


def plan(command: Command, app: str) -> tuple[Errand, ...]:
    """What has to be asked for this command. `app`: the name of our application in Asterisk."""
    match command:
        case HoldCaller():
            return plan_callers.hold(command)
        case Say():
            return plan_callers.say(command)
        case StopSaying():
            return plan_callers.stop_saying(command)
        case CallBack():
            return plan_callers.call_back(command, app)
        case SendOn():
            return plan_callers.send_on(command)
        case Dismiss():
            return plan_callers.dismiss(command)
        case TurnAway():
            return plan_callers.turn_away(command)
        case HangUpCall():
            return plan_callers.hang_up(command)
        case Ring():
            return plan_agents.ring(command, app)
        case StopRinging():
            return plan_agents.stop_ringing(command)
        case HangUpLeg():
            return plan_agents.hang_up_leg(command)
        case HangUpPhone():
            return plan_agents.hang_up_phone(command)
        case Connect():
            return plan_talks.connect(command)
        case ConnectRetriever():
            return plan_talks.connect_retriever(command)
        case AnswerTransfer():
            return plan_talks.answer_transfer(command)
        case JoinConsulted():
            return plan_talks.join_consulted(command)
        case StartRecording():
            return plan_talks.start_recording(command)
        case StopRecording():
            return plan_talks.stop_recording(command)
        case DialFrom():
            return plan_portal.dial_from(command)
        case RingMonitor():
            return plan_portal.ring_monitor(command, app)
        case ListenIn():
            return plan_portal.listen_in(command, app)
        case StopListening():
            return plan_portal.stop_listening(command)
        case ShowStatus() | TellAgent():  # `lamps` knows which are lit, `telling` what an agent hears
            return ()
        case _:
            assert_never(command)

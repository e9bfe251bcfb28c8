"""Runs the dialogues of star codes: answers, plays what is to be said, asks the engine, and hangs up at the end.

What is said and asked stands in `feature_codes`; here is only how it gets to the phone. A phone that hangs up ends its
dialogue; what the engine had been asked by then stands. Beside it the phone is asked what it is.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Final, assert_never

import structlog

from acd.inputs import PhoneNamedItself
from acd.model import ChannelId
from acd.ports import EnginePort
from ari_bridge.client import AriError, Client
from ari_bridge.names import playback
from ari_bridge.reading import answered, printable
from ari_bridge.signals import PlaybackOver, StarCodeDialled
from ari_bridge.tasks import Tasks
from feature_codes.dialog import Answer, Ask, Look, Say, Step
from feature_codes.prompts import Prompt
from feature_codes.table import StarCodes

SOUND_PATH_OPEN: Final = timedelta(milliseconds=300)
"""The first words are lost on phones whose sound is still starting after the answer."""

LONGEST_PROMPT: Final = timedelta(seconds=30)

USER_AGENT: Final = "PJSIP_HEADER(read,User-Agent)"
"""What a phone's INVITE says of the phone. It is asked for, and not handed over by the dial plan: there it would be
taken apart at its commas, and one that is no UTF-8 would keep ARI from telling of the channel at all."""

_log = structlog.get_logger(__name__)


class Dialogs:
    """The dialogues under way, one per channel."""

    def __init__(self, client: Client, tasks: Tasks, engine: EnginePort, codes: StarCodes) -> None:
        self._client = client
        self._tasks = tasks
        self._engine = engine
        self._codes = codes
        self._running: dict[ChannelId, asyncio.Task[None]] = {}
        self._playing: dict[str, asyncio.Future[bool]] = {}
        self._played = 0

    def begin(self, dialled: StarCodeDialled) -> None:
        """Somebody has dialled a star code. Told twice, it is one dialogue."""
        if dialled.channel not in self._running:
            self._running[dialled.channel] = self._tasks.start(self._hold(dialled))
            self._tasks.start(self._learn_model(dialled))

    def holds(self, channel: ChannelId) -> bool:
        """Whether somebody talks with this channel."""
        return channel in self._running

    def playback_over(self, over: PlaybackOver) -> None:
        """A sound has ended; true: it was heard."""
        waiting = self._playing.get(over.playback)
        if waiting is not None and not waiting.done():
            waiting.set_result(not over.failed)

    def left(self, channel: ChannelId) -> None:
        """This channel has gone: nobody listens any more."""
        task = self._running.pop(channel, None)
        if task is not None:
            task.cancel()

    def forget(self) -> None:
        """Asterisk is out of sight: whoever still waits is begun with again once it is back."""
        self._running.clear()

    async def _hold(self, dialled: StarCodeDialled) -> None:
        """One dialogue, from the answer to the hang-up."""
        _log.info("star_code", code=dialled.code, device=dialled.device, channel=dialled.channel)
        try:
            await self._converse(dialled)
        except AriError as error:
            _log.warning("star_code_broken_off", channel=dialled.channel, request=error.request, why=error.message)
        finally:
            if self._running.pop(dialled.channel, None) is not None:
                await self._hang_up(dialled.channel)

    async def _learn_model(self, dialled: StarCodeDialled) -> None:
        """Tell the engine what this phone says that it is; one that has gone, or says nothing, is asked next time."""
        try:
            answer = await self._client.channels.getChannelVar(channelId=dialled.channel, variable=USER_AGENT)
        except AriError as error:
            _log.debug("phone_model_unknown", device=dialled.device, why=error.message)
            return
        model = printable(answered(answer, "value"))
        if model:
            self._engine.tell(PhoneNamedItself(device=dialled.device, model=model))

    async def _converse(self, dialled: StarCodeDialled) -> None:
        await self._client.channels.answer(channelId=dialled.channel)
        loop = asyncio.get_running_loop()
        audible_at = loop.time() + SOUND_PATH_OPEN.total_seconds()
        dialog = self._codes.dialog(dialled.longer if self._codes.has(dialled.longer) else dialled.code, dialled.device)
        answer: Answer = None
        while True:
            try:
                step: Step = dialog.send(answer)
            except StopIteration:
                return
            answer = None
            match step:
                case Say():
                    await asyncio.sleep(audible_at - loop.time())
                    await self._say(dialled.channel, step.words)
                case Ask():
                    answer = await self._engine.ask(step.request)
                case Look():
                    answer = self._engine.report(step.device)
                case _:
                    assert_never(step)

    async def _say(self, channel: ChannelId, words: Sequence[Prompt | int]) -> None:
        if await self._play(channel, [_media(word) for word in words]):
            return
        # A phone that hung up looks like a missing file; to play again on it is refused, and ends the dialogue here.
        await self._play(channel, [sound for word in words for sound in _fallback(word)])
        files = [word.file for word in words if isinstance(word, Prompt)]
        _log.warning("prompt_missing", files=files, mend="install the sound files of prompts/ as `acd`")

    async def _play(self, channel: ChannelId, media: Sequence[str]) -> bool:
        """Play these to the end. False: they could not be played."""
        self._played += 1
        name = playback(channel, self._played)
        over: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._playing[name] = over
        try:
            async with asyncio.timeout(LONGEST_PROMPT.total_seconds()):
                await self._client.channels.playWithId(channelId=channel, playbackId=name, media=media)
                return await over
        except TimeoutError:
            _log.warning("playback_without_end", channel=channel)
            return True
        finally:
            del self._playing[name]

    async def _hang_up(self, channel: ChannelId) -> None:
        try:
            await self._client.channels.hangup(channelId=channel)
        except AriError as error:
            _log.debug("already_hung_up", channel=channel, why=error.message)


def _media(word: Prompt | int) -> str:
    return f"number:{word}" if isinstance(word, int) else f"sound:{word.file}"


def _fallback(word: Prompt | int) -> list[str]:
    return [_media(word)] if isinstance(word, int) else [f"sound:{sound}" for sound in word.fallback]

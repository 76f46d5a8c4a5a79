# SPDX-License-Identifier: Apache-2.0
"""What devices published with QoS 1 or 2, in the server's order, from the first that is not in the store yet.

nats-server keeps such a message in its stream `$MQTT_msgs` before it answers PUBACK. The stream is made here, before the
first device is let in, as a log that keeps everything until we take it away (docs/decisions/0011): where it begins is how
far we have committed, so nothing needs to be acknowledged one by one and a dead reader leaves no trace.
"""

from __future__ import annotations

import contextlib

import nats.errors
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DeliverPolicy,
    DiscardPolicy,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)
from nats.js.errors import NotFoundError

STREAM = "$MQTT_msgs"
SUBJECTS = "$MQTT.msgs.>"
PREFIX = "$MQTT.msgs."
FORGOTTEN_AFTER = 60.0
"""Seconds after which the server forgets a reader that asks no more."""
SHARE = 0.8
"""Of the server's store; the rest is for sessions, so that a full store locks no device out."""
log = structlog.get_logger(__name__)


class Incoming:
    """Reads the stream without gaps. `position`: the number of the next message to read."""

    def __init__(self, js: JetStreamContext) -> None:
        self._js = js
        self._reader: JetStreamContext.PullSubscription | None = None
        self._fresh = False
        self._forgotten = 0
        self.position = 0

    async def begin(self) -> None:
        """Read from the position, or from where the stream begins when it does not reach so far."""
        await self.leave()
        state = (await self._js.stream_info(STREAM)).state
        begins = max(state.first_seq, 1)
        if not begins <= self.position <= state.last_seq + 1:
            self.position = begins
        wanted = ConsumerConfig(
            deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
            opt_start_seq=self.position,
            ack_policy=AckPolicy.NONE,
            inactive_threshold=FORGOTTEN_AFTER,
            mem_storage=True,
        )
        made = await self._js.add_consumer(STREAM, wanted)
        self._reader = await self._js.pull_subscribe_bind(
            consumer=made.name, stream=STREAM, pending_bytes_limit=0
        )
        self._fresh = True

    async def fetch(self, most: int, seconds: float) -> list[Msg]:
        """Up to `most` messages that follow the last one; none after `seconds` without any."""
        if self._reader is None:
            await self.begin()
        assert self._reader is not None
        try:
            found = await self._reader.fetch(most, timeout=seconds)
        except (nats.errors.TimeoutError, TimeoutError):
            await self._look()
            return []
        return await self._following(found)

    async def _look(self) -> None:
        """A server that was started again knows no readers: then messages are there and none come."""
        state = (await self._js.stream_info(STREAM)).state
        if state.last_seq >= self.position or state.last_seq + 1 < self.position:
            await self.begin()

    async def _following(self, found: list[Msg]) -> list[Msg]:
        """The messages up to the first gap: one that was lost on the way to us is read again."""
        for index, message in enumerate(found):
            number = number_of(message)
            if number != self.position and not self._fresh:
                log.warning("mqtt.stream.gap", expected=self.position, found=number)
                await self.begin()
                return found[:index]
            self._fresh = False
            self.position = number + 1
        return found

    async def forget(self, stored: int) -> None:
        """Take away everything up to the message number `stored`, which is committed."""
        if stored > self._forgotten:
            await self._js.purge_stream(STREAM, seq=stored + 1)
            self._forgotten = stored

    async def leave(self) -> None:
        """Ask no more."""
        reader, self._reader = self._reader, None
        if reader is not None:
            with contextlib.suppress(nats.errors.Error):
                await reader.unsubscribe()


async def ensure(client: Client) -> Incoming:
    """Make the stream when it is missing, check it, and begin to read.

    Raises when the stream is not as it must be: then no device may be let in.
    """
    incoming = Incoming(client.jetstream(timeout=10))
    await restore(client, incoming)
    return incoming


async def restore(client: Client, incoming: Incoming) -> None:
    """As `ensure`, for one that reads already."""
    js = client.jetstream(timeout=10)
    await _ensure_stream(js)
    found = (await js.stream_info(STREAM)).config
    if found.retention != RetentionPolicy.LIMITS or found.storage != StorageType.FILE:
        raise RuntimeError(f"The stream {STREAM} is not as it must be")
    await incoming.begin()


async def _ensure_stream(js: JetStreamContext) -> None:
    try:
        config = (await js.stream_info(STREAM)).config
    except NotFoundError:
        config = StreamConfig(name=STREAM, subjects=[SUBJECTS], storage=StorageType.FILE, num_replicas=1)
        config = (await js.add_stream(config)).config
    room = (await js.account_info()).limits.max_storage
    limit = int(room * SHARE) if room and room > 0 else -1
    if config.retention != RetentionPolicy.LIMITS or (limit > 0 and config.max_bytes != limit):
        # A full stream refuses new messages: the device keeps them, and what was acknowledged stays.
        config.retention = RetentionPolicy.LIMITS
        config.max_bytes = limit
        config.discard = DiscardPolicy.NEW
        await js.update_stream(config)


def _parts(message: Msg) -> tuple[list[str], int]:
    parts = message.reply.split(".")
    # $JS.ACK.<stream>.<consumer>.<tries>.<stream seq>.<consumer seq>.<time>.<pending>, or with domain and account.
    return parts, 5 if len(parts) < 11 else 7


def number_of(message: Msg) -> int:
    """The message's number in the stream."""
    parts, at = _parts(message)
    return int(parts[at])


def received_at(message: Msg) -> tuple[str, int]:
    """(when the server got it in ns since 1970 as text, how many wait behind it)."""
    parts, at = _parts(message)
    return parts[at + 2], int(parts[at + 3])

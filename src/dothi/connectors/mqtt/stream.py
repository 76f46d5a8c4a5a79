# SPDX-License-Identifier: Apache-2.0
"""The durable consumer of what devices publish with QoS 1 or 2.

nats-server stores such a message in its stream `$MQTT_msgs` before it answers PUBACK, but only as long as a
consumer wants it. So stream and consumer must exist before the first device is let in: the stream is made
here, as the server itself would make it with its first MQTT client, and then the consumer.
"""

from __future__ import annotations

from nats.aio.client import Client
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
DURABLE = "dothi-ingest"
ACK_WAIT = 5.0
"""Seconds after which what a dead process had fetched comes again."""
PENDING = 20_000
ACK = b"+ACK"
"""Each message is acknowledged for itself: `up to here` would also let go of what a dead process had fetched."""
SHARE = 0.8
"""Of the server's store; the rest is for sessions, so that a full store locks no device out."""


async def stands(client: Client) -> bool:
    """Whether the consumer was made before: then the server keeps what devices send, whoever is away."""
    try:
        await client.jetstream(timeout=10).consumer_info(STREAM, DURABLE)
    except NotFoundError:
        return False
    return True


async def ensure(client: Client) -> JetStreamContext.PullSubscription:
    """Make stream and consumer when they are missing, check them, and read from them.

    Raises when the consumer is not as it must be: then no device may be let in.
    """
    js = client.jetstream(timeout=10)
    await _ensure_stream(js)
    wanted = ConsumerConfig(
        durable_name=DURABLE,
        deliver_policy=DeliverPolicy.ALL,
        ack_policy=AckPolicy.EXPLICIT,
        ack_wait=ACK_WAIT,
        filter_subject=SUBJECTS,
        max_ack_pending=PENDING,
        max_deliver=-1,
    )
    await js.add_consumer(STREAM, wanted)
    found = (await js.consumer_info(STREAM, DURABLE)).config
    if found.filter_subject != SUBJECTS or found.ack_policy != AckPolicy.EXPLICIT or not found.durable_name:
        raise RuntimeError(f"The consumer of {STREAM} is not as it must be")
    return await js.pull_subscribe_bind(durable=DURABLE, stream=STREAM, pending_bytes_limit=0)


async def _ensure_stream(js: JetStreamContext) -> None:
    try:
        info = await js.stream_info(STREAM)
        config = info.config
    except NotFoundError:
        config = StreamConfig(
            name=STREAM,
            subjects=[SUBJECTS],
            retention=RetentionPolicy.INTEREST,
            storage=StorageType.FILE,
            num_replicas=1,
        )
        config = (await js.add_stream(config)).config
    room = (await js.account_info()).limits.max_storage
    limit = int(room * SHARE) if room and room > 0 else -1
    # Not shortened by purges instead: 16 acknowledged messages were gone in one fault run that did so.
    if limit > 0 and config.max_bytes != limit:
        # A full stream refuses new messages: the device keeps them, and what was acknowledged stays.
        config.max_bytes = limit
        config.discard = DiscardPolicy.NEW
        await js.update_stream(config)


def place_in_stream(reply: str) -> tuple[str, int]:
    """(the time at which the server got a message in ns since 1970 as text, how many wait) from its reply subject."""
    parts = reply.split(".")
    # $JS.ACK.<stream>.<consumer>.<tries>.<stream seq>.<consumer seq>.<time>.<pending>, or with domain and account.
    at = 7 if len(parts) < 11 else 9
    return parts[at], int(parts[at + 1])

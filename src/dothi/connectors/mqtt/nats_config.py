# SPDX-License-Identifier: Apache-2.0
"""The configuration of nats-server (docs/decisions/0010): one account, our own user, all others asked of us."""

from __future__ import annotations

import json
from pathlib import Path

from dothi.connectors.mqtt.signing import Issuer

ACCOUNT = "CITY"
MESSAGE_LIMIT = 1_048_576


def text(
    *,
    client_port: int,
    user: str,
    password: str,
    mqtt_host: str,
    mqtt_port: int,
    store_dir: Path,
    max_file_store: int,
    server_name: str = "dothi",
) -> str:
    """The file's text. `user` and `password` are our own processes'; devices are let in by `logins`."""
    quoted = json.dumps
    return f"""\
server_name: {quoted(server_name)}
host: 127.0.0.1
port: {client_port}
max_payload: {MESSAGE_LIMIT}
max_connections: 20000
write_deadline: "10s"

jetstream {{
  store_dir: {quoted(str(store_dir))}
  # The default acknowledges messages that a power cut can still take.
  sync_interval: always
  max_file_store: {max_file_store}
  max_memory_store: 67108864
}}

mqtt {{
  host: {quoted(mqtt_host)}
  port: {mqtt_port}
  ack_wait: "30s"
  max_ack_pending: 1024
  # How long a device may take to introduce itself; narrowband radio needs seconds.
  authorization: {{ timeout: 15 }}
}}

accounts {{
  {ACCOUNT} {{
    jetstream: {{ max_memory: 67108864, max_file: {max_file_store} }}
    users: [ {{ user: {quoted(user)}, password: {quoted(password)} }} ]
  }}
  SYS {{
    users: [ {{ user: {quoted(user + "-system")}, password: {quoted(password)} }} ]
  }}
}}
system_account: SYS

authorization {{
  # How long the server waits for our answer about a device: one that asks while our process starts gets none.
  timeout: 2
  auth_callout {{
    issuer: {Issuer(password).public}
    account: {ACCOUNT}
    auth_users: [ {quoted(user)}, {quoted(user + "-system")} ]
  }}
}}
"""

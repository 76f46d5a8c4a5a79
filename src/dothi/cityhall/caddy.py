# SPDX-License-Identifier: Apache-2.0
"""The front door: caddy's configuration, made from the settings at each start.

One origin for browsers: the broker's addresses go to the broker processes, static files come from the disk,
everything else is Django's. Until they serve, a page says so and tries again.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from pathlib import Path
from urllib.parse import urlsplit

from dothi.cityhall import programs, tiles
from dothi.cityhall.folders import own
from dothi.cityhall.service_user import SERVICE_UID
from dothi.cityhall.static_files import collect
from dothi.foundation import messages
from dothi.foundation.settings import Settings

ROUND_A_FILE = 65_536
"""Bytes that a form adds to the file in it."""

UPLOAD_PATHS = "/sources/*/files/ /documents/sign/ /documents/check/"
BROKER_PATHS = "/ngsi-ld/* /live/* /ingest/* /.well-known/ngsi-ld"


def ends_tls(settings: Settings) -> bool:
    """TLS is ours when browsers reach our very port by https; otherwise a proxy in front ends it."""
    public = urlsplit(settings.public_url)
    return public.scheme == "https" and (public.port or 443) == settings.port


def needs_low_port(settings: Settings) -> bool:
    """A port under 1024 as root: the process must keep that one right when it drops the others."""
    return settings.port < 1024 and os.geteuid() == 0


def command(settings: Settings, file: Path) -> list[str]:
    """Caddy in the foreground."""
    program = str(programs.readable(programs.program("caddy"), settings.data_path))
    run = [program, "run", "--config", str(file), "--adapter", "caddyfile"]
    if not needs_low_port(settings):
        return run
    keep = [
        "--inh-caps=-all,+net_bind_service",
        "--ambient-caps=-all,+net_bind_service",
        "--pdeathsig",
        "TERM",
    ]
    ids = [f"--reuid={SERVICE_UID}", f"--regid={SERVICE_UID}", "--clear-groups"]
    return [str(programs.program("setpriv")), *ids, *keep, *run]


def configure(settings: Settings, *, brokers: list[Path], web: Path) -> Path:
    """Write the Caddyfile and the page for the first seconds; returns the file."""
    data = settings.data_path
    pages = data / "caddy" / "pages"
    pages.mkdir(parents=True, exist_ok=True)
    own(pages, 0o755)
    for name, page in (("starting", starting_page()), ("too-large", too_large_page(settings))):
        (pages / f"{name}.html").write_text(page, "utf-8")
        own(pages / f"{name}.html", 0o644)
    static = collect(data / "caddy" / "static")
    file = data / "caddy" / "Caddyfile"
    under = tile_file(tiles.folder(settings))
    file.write_text(
        text(settings, brokers=brokers, web=web, pages=pages, static=static, under=under), "utf-8"
    )
    own(file, 0o644)
    return file


def starting_page() -> str:
    """What a browser shows while Django is not there yet; it tries again by itself."""
    said = {
        language: (
            messages.text(language, "cityhall.starting.title"),
            messages.text(language, "cityhall.starting.body"),
        )
        for language in messages.LANGUAGES
    }
    return _page(said, head="<meta http-equiv=refresh content=2>")


def too_large(settings: Settings, language: str) -> str:
    """What to do about a body that was cut off at the front door."""
    sizes = {"file": f"{settings.file_limit / 1e6:g}", "batch": f"{settings.batch_limit / 1e6:g}"}
    return messages.text(language, "cityhall.error.413.advice", **sizes)


def too_large_page(settings: Settings) -> str:
    said = {
        language: (messages.text(language, "cityhall.error.413.heading"), too_large(settings, language))
        for language in messages.LANGUAGES
    }
    return _page(said)


def problem(status: int, title: str, detail: str) -> str:
    """A problem of RFC 9457 for the Caddyfile; `{` and `}` around it are no placeholder to caddy."""
    found = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return json.dumps(found, ensure_ascii=False)


_STYLE = (
    ":root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;display:grid;"
    "place-items:center;min-height:100vh;margin:0}main{max-width:34rem;padding:1.5rem}h1{font-size:1.25rem}"
)
NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""The policy of answers that are no pages."""


def style_policy() -> str:
    """The policy of the pages that the front door shows by itself: their one style and nothing else."""
    mark = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    return f"{NOTHING}; style-src 'sha256-{mark}'"


def _page(said: dict[str, tuple[str, str]], *, head: str = "") -> str:
    """A page that needs nothing but itself, in all languages: language -> heading and sentence."""
    parts = [
        f"<section lang={language}><h1>{heading}</h1><p>{sentence}</p></section>"
        for language, (heading, sentence) in said.items()
    ]
    return (
        f"<!doctype html><html lang=vi><meta charset=utf-8>{head}"
        "<meta name=viewport content='width=device-width, initial-scale=1'>"
        f"<title>{said['vi'][0]}</title>"
        f"<style>{_STYLE}</style><main>{''.join(parts)}</main></html>"
    )


def tile_file(folder: Path | None) -> str:
    """The address of the city's own PMTiles file, read by ranges; nothing when there is none."""
    if folder is None:
        return ""
    return f"""
	handle /tiles.pmtiles {{
		root "{folder}"
		header Cache-Control no-cache
		file_server
	}}"""


PROXIES = "trusted_proxies static private_ranges\n\t\ttrusted_proxies_strict"
"""Who may say from where a request came. Strict: of the addresses in X-Forwarded-For the last that is no proxy's counts,
for proxies add theirs at the end, and whatever stands before it was written by the browser itself."""


def hsts(settings: Settings) -> str:
    """For every answer, the broker's and static files too; also when a proxy in front ends TLS."""
    if urlsplit(settings.public_url).scheme != "https":
        return ""
    below = "; includeSubDomains" if settings.hsts_subdomains else ""
    return f'\n\t\tStrict-Transport-Security "max-age=31536000{below}"'


def text(
    settings: Settings, *, brokers: list[Path], web: Path, pages: Path, static: Path, under: str = ""
) -> str:
    """The Caddyfile."""
    tls = ends_tls(settings)
    host = urlsplit(settings.public_url).hostname or ""
    site = f"https://{host}:{settings.port}" if tls else f"http://:{settings.port}"
    upstreams = " ".join(f"unix/{path}" for path in brokers)
    largest = max(settings.body_limit, settings.batch_limit) + ROUND_A_FILE
    trusted = "" if tls else f"\n\t\t{PROXIES}"
    return f"""{{
	admin off
	persist_config off
	{"" if tls else "auto_https off"}
	grace_period 500ms
	storage file_system "{settings.data_path / "caddy"}"
	log default {{
		output stderr
		format json
		level WARN
	}}
	servers {{
		protocols h1 h2{trusted}
		timeouts {{
			read_header 15s
			idle 5m
		}}
	}}
}}

(safe) {{
	header {{
		X-Content-Type-Options nosniff
		Referrer-Policy same-origin
		-Server
		-Via{hsts(settings)}
	}}
	# One directive each: in one block none is set as soon as one is there.
	header ?X-Frame-Options DENY
	header ?X-Request-Id {{http.request.uuid}}
	header ?Cross-Origin-Resource-Policy same-origin
}}

{site} {{
	bind {settings.host}
	import safe
	@upload path {UPLOAD_PATHS}
	@other not path {UPLOAD_PATHS}
	request_body @upload {{
		max_size {settings.file_limit + ROUND_A_FILE}
	}}
	request_body @other {{
		max_size {largest}
	}}
	@pressed not path /live/events
	encode @pressed zstd gzip

	@strangers {{
		path /metrics
		not remote_ip private_ranges
	}}
	respond @strangers 403

	@broker path {BROKER_PATHS} /healthz /readyz /metrics
	handle @broker {{
		header ?Content-Security-Policy "{NOTHING}"
		reverse_proxy {upstreams} {{
			lb_policy least_conn
			lb_try_duration 3s
			lb_try_interval 50ms
			flush_interval -1
			header_up X-Request-Id {{http.request.uuid}}
		}}
	}}
	handle_path /static/* {{
		root "{static}"
		header ?Cache-Control "public, max-age=3600"
		@code path *.js *.mjs *.css
		header @code Cache-Control no-cache
		file_server
	}}{under}
	handle {{
		reverse_proxy unix/{web} {{
			lb_try_duration 1s
			lb_try_interval 50ms
			header_up X-Client-Address {{client_ip}}
			header_up X-Request-Id {{http.request.uuid}}
		}}
	}}

	handle_errors 413 {{
		import safe
		header Cache-Control no-store
		@machine path {BROKER_PATHS}
		@vi {{
			path {BROKER_PATHS}
			header Accept-Language vi*
		}}
		handle @vi {{
			header Content-Type application/problem+json
			header Content-Language vi
			respond `{problem(413, "Too large", too_large(settings, "vi"))}` 413
		}}
		handle @machine {{
			header Content-Type application/problem+json
			header Content-Language en
			respond `{problem(413, "Too large", too_large(settings, "en"))}` 413
		}}
		handle {{
			header Content-Security-Policy "{style_policy()}"
			root "{pages}"
			rewrite /too-large.html
			file_server {{
				status 413
			}}
		}}
	}}
	handle_errors 502 503 504 {{
		import safe
		header Retry-After 2
		header Cache-Control no-store
		@machine path {BROKER_PATHS}
		handle @machine {{
			header Content-Type application/problem+json
			respond `{problem(503, "Busy", messages.text("en", "cityhall.starting.machine"))}` 503
		}}
		handle {{
			header Content-Security-Policy "{style_policy()}"
			root "{pages}"
			rewrite /starting.html
			file_server {{
				status 503
			}}
		}}
	}}
	handle_errors {{
		import safe
		respond "{{err.status_code}}"
	}}
}}
"""

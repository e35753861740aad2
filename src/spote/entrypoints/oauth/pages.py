"""The pages that a person sees when an app asks to be let in: sign in, agree, or an error. No script."""

from collections.abc import Sequence
from html import escape
from urllib.parse import urlsplit

from starlette.responses import Response

from spote.domain.apps import OFFERED, Asked
from spote.identity import Verb
from spote.settings import Settings

WORDS = {
    Verb.READ: "read, search and list notes",
    Verb.CREATE: "create notes",
    Verb.APPEND: "add to notes",
    Verb.EDIT: "change notes",
    Verb.DELETE: "delete notes (into the trash)",
}
STYLE = """
:root{color-scheme:light dark;--bg:#fff;--side:#f7f8fb;--line:#e6e8ef;--field:#8b90a3;
--text:#191b26;--quiet:#555a6e;--accent:#4060e6;
--bad:#b3261e}
@media(prefers-color-scheme:dark){:root{--bg:#17181e;--side:#111217;--line:#2a2c36;--field:#70738a;
--text:#e4e5ec;--quiet:#a3a6b7;
--bad:#ff8f8a}}
body{font:1rem/1.5 system-ui,sans-serif;margin:0;padding:2rem 1rem;color:var(--text);background:var(--side)}
main{max-width:28rem;margin:0 auto;padding:2rem;background:var(--bg);border:1px solid var(--line);border-radius:16px}
h1{font-size:1.4rem;line-height:1.25;letter-spacing:-.02em;margin:0 0 1rem}p{color:var(--quiet)}b{color:var(--text)}
label{display:block;margin:.5rem 0}input[type=text],input[type=email],input[type=password],textarea
{width:100%;font:inherit;color:inherit;background:var(--bg);border:1px solid var(--field);border-radius:8px;
padding:.5rem .7rem;
box-sizing:border-box;margin-top:.2rem}
input[type=checkbox]{accent-color:var(--accent);width:1.1rem;height:1.1rem;vertical-align:-.15rem;margin:0 .4rem 0 0}
fieldset{border:1px solid var(--line);border-radius:12px;margin:1rem 0;padding:.5rem 1rem}
legend{font-weight:600;padding:0 .4rem}
button{font:inherit;font-weight:600;padding:.55rem 1.2rem;margin-right:.5rem;border-radius:8px;
border:1px solid var(--field);
background:none;color:inherit;cursor:pointer}button:first-of-type{background:var(--accent);border-color:var(--accent);color:#fff}
.error{color:var(--bad)}code{overflow-wrap:anywhere}
"""


def sign_in_page(settings: Settings, asked: Asked, query: str, *, wrong: str = "") -> Response:
    said = f'<p class="error" role="alert">{escape(wrong)}</p>' if wrong else ""
    body = f"""<h1>Sign in to let {escape(asked.client.name)} in</h1>{said}
<form method="post" action="{escape(settings.url_path)}/oauth/sign-in">
<input type="hidden" name="query" value="{escape(query)}">
<label>E-mail <input type="email" name="email" autocomplete="username" required autofocus></label>
<label>Password <input type="password" name="password" autocomplete="current-password" required></label>
<button>Sign in</button></form>"""
    return _page("Sign in", body, 401 if wrong else 200)


def consent_page(
    settings: Settings,
    asked: Asked,
    query: str,
    csrf: str,
    person: str,
    buckets: Sequence[str],
) -> Response:
    """The person picks verbs and places; what the app asked for is ticked."""
    boxes = "".join(
        f'<label><input type="checkbox" name="verb" value="{verb.value}"'
        f"{' checked' if verb in asked.scopes else ''}> {WORDS[verb]}</label>"
        for verb in OFFERED
    )
    known = ", ".join(f"<b>{escape(name)}</b>" for name in buckets)
    yours = f"<details><summary>Your buckets</summary><p>{known}</p></details>" if known else ""
    where = escape(_place(asked.redirect_uri))
    body = f"""<h1>Let {escape(asked.client.name)} into your notes?</h1>
<p>You are signed in as <b>{escape(person)}</b>. The app says that it is called
<b>{escape(asked.client.name)}</b> and gets its answer at <code>{where}</code>. Go on only if you have just started this
yourself.</p>
<form method="post" action="{escape(settings.url_path)}/oauth/authorize">
<input type="hidden" name="query" value="{escape(query)}">
<input type="hidden" name="csrf" value="{escape(csrf)}">
<fieldset><legend>It may</legend>{boxes}</fieldset>
<fieldset><legend>Where</legend>
<label>Only in these buckets (one a line; empty: everywhere)
<textarea name="buckets" rows="3" cols="40"></textarea></label>
<label>Never in these buckets <textarea name="except_buckets" rows="2" cols="40"></textarea></label>
<label>Only notes with one of these tags <input type="text" name="tags"></label>
<label><input type="checkbox" name="own_notes_only" value="yes"> only notes that the app created itself</label>
{yours}</fieldset>
<p>You can end this at any time in Settings → Connected apps.</p>
<button name="decision" value="allow">Allow</button><button name="decision" value="deny">Refuse</button></form>"""
    return _page("Let an app in", body, 200, asked.redirect_uri)


def error_page(message: str, status: int = 400) -> Response:
    body = f'<h1>This app cannot be let in</h1><p class="error" role="alert">{escape(message)}</p>'
    return _page("Error", body, status)


def _page(title: str, body: str, status: int, redirect_uri: str = "") -> Response:
    text = f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title} · Spote</title>
<meta name="viewport" content="width=device-width,initial-scale=1"><style>{STYLE}</style></head>
<body><main>{body}</main></body></html>"""
    headers = {
        "Content-Security-Policy": _policy(redirect_uri),
        "Referrer-Policy": "same-origin",  # with no-referrer, browsers send the forms with `Origin: null`
    }
    return Response(text, status, headers, "text/html")


def _policy(redirect_uri: str) -> str:
    """Browsers check the redirect that a form's answer makes against form-action too (CSP 3 §6.6.3)."""
    target = f" {_source(redirect_uri)}" if redirect_uri else ""
    return (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none';"
        f" form-action 'self'{target}"
    )


def _source(uri: str) -> str:
    parts = urlsplit(uri)
    if parts.scheme in ("http", "https"):
        return f"{parts.scheme}://{parts.netloc}"
    return f"{parts.scheme}:"


def _place(uri: str) -> str:
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else uri[:100]

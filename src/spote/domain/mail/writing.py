"""Turns a mail into a message: headers that nobody can add to, a plain and an HTML part."""

from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid, parseaddr
from html import escape

from spote.domain.mail.model import Mail, is_mailable, mail_domain, one_line
from spote.errors import MailFailed
from spote.settings import Settings

STYLE = (
    "font:16px/1.5 system-ui,sans-serif;color:#1f2328;max-width:36em;margin:2em auto;padding:0 1em"
)
BUTTON = "display:inline-block;padding:.6em 1.2em;border-radius:6px;background:#1f5eff;color:#fff;text-decoration:none"


def message_of(mail: Mail, settings: Settings) -> EmailMessage:
    """Raises MailFailed for an address that no mail can be sent to."""
    message = EmailMessage(policy=SMTP)
    name, sender = parseaddr(settings.mail_sender)
    message["From"] = _address(sender, name)
    message["To"] = _address(mail.to)
    message["Subject"] = one_line(mail.subject)
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = make_msgid(domain=_address(sender).domain)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence note answers
    message.set_content(plain(mail))
    message.add_alternative(html(mail), subtype="html")
    return message


def plain(mail: Mail) -> str:
    parts = [*mail.paragraphs]
    if mail.link:
        parts.append(f"{mail.link_text}:\n{mail.link}")
    if mail.footer:
        parts.append(f"-- \n{mail.footer}")
    return "\n\n".join(parts) + "\n"


def html(mail: Mail) -> str:
    """No picture, no script, nothing from elsewhere: reading it tells nobody."""
    parts = [f"<p>{escape(paragraph)}</p>" for paragraph in mail.paragraphs]
    if mail.link:
        link = escape(mail.link)
        parts.append(f'<p><a href="{link}" style="{BUTTON}">{escape(mail.link_text)}</a></p>')
        parts.append(f'<p style="font-size:13px;color:#59636e">{link}</p>')
    if mail.footer:
        parts.append(f'<p style="font-size:13px;color:#59636e">{escape(mail.footer)}</p>')
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>'
        f'{escape(one_line(mail.subject))}</title></head>\n<body style="{STYLE}">\n'
        + "\n".join(parts)
        + "\n</body></html>\n"
    )


def _address(address: str, name: str = "") -> Address:
    if not is_mailable(address):
        raise MailFailed("No mail can be sent to this address.")
    local, _, domain = address.partition("@")
    return Address(one_line(name), local, mail_domain(domain) or "")

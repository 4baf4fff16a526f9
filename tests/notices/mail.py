#!/usr/bin/python3
"""A real mail server for tests: aiosmtpd on a loopback port, which writes down what it takes.

    mail.py FOLDER [--tls implicit|starttls] [--logon USER:PASSWORD] [--no-utf8] [--port PORT]

prints its port and serves until its standard input ends. Each mail is a file FOLDER/NUMBER.json. What the server
answers instead of taking a mail stands in FOLDER/answers.json, read anew each time: a list of
[COMMAND, ANSWER, TIMES] or [COMMAND, ANSWER, TIMES, RECIPIENT], COMMAND one of MAIL, RCPT, DATA; each is used up.
`%BODY%` in an answer to DATA is the last line of the mail, which is then written down all the same.
The answer `vanish` after DATA takes the mail and cuts the connection before the answer; `hang up` cuts it untaken.
"""

import argparse
import asyncio
import base64
import json
import logging
import os
import ssl
import sys
import threading

from aiosmtpd.smtp import SMTP, AuthResult

logging.disable()  # what it thinks of our settings is no matter of the tests
parser = argparse.ArgumentParser()
parser.add_argument("folder")
parser.add_argument("--tls", choices=["implicit", "starttls"])
parser.add_argument("--logon")
parser.add_argument("--no-utf8", action="store_true")
parser.add_argument("--port", type=int, default=0)
options = parser.parse_args()


def path(name):
    return os.path.join(options.folder, name)


def answer(command, recipient=None):
    """The answer that is due instead of the usual one, if any; it is used up."""
    try:
        with open(path("answers.json")) as file:
            answers = json.load(file)
    except FileNotFoundError:
        return None
    for entry in answers:
        fits = entry[0] == command and (len(entry) < 4 or entry[3] == recipient)
        if fits and entry[2] > 0:
            entry[2] -= 1
            with open(path("answers.json"), "w") as file:
                json.dump(answers, file)
            return entry[1]
    return None


class Taker:
    async def handle_MAIL(self, server, session, envelope, address, mail_options):
        said = answer("MAIL")
        if said:
            return said
        envelope.mail_from = address
        envelope.mail_options.extend(mail_options)
        return "250 ok"

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        said = answer("RCPT", address)
        if said:
            return said
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server, session, envelope):
        said = answer("DATA")
        if said and said not in ("vanish",):
            if said == "hang up":
                server.transport.abort()
            if "%BODY%" in said:
                keep(session, envelope, server)
                said = said.replace("%BODY%", envelope.content.decode().split("\r\n")[-2])
            return said
        keep(session, envelope, server)
        if said == "vanish":
            server.transport.abort()
        return "250 taken"


def keep(session, envelope, server):
    number = 1 + sum(name[:-5].isdigit() for name in os.listdir(options.folder))
    tls = server.transport.get_extra_info("cipher")
    kept = {
        "from": envelope.mail_from,
        "to": envelope.rcpt_tos,
        "options": envelope.mail_options,
        "raw": base64.b64encode(envelope.original_content).decode(),
        "tls": tls is not None,
        "login": session.auth_data,
    }
    with open(path("part"), "w") as file:
        json.dump(kept, file)
    os.rename(path("part"), path(f"{number}.json"))


def authenticator(server, session, envelope, mechanism, data):
    user, password = options.logon.encode().split(b":")
    good = (data.login, data.password) == (user, password)
    return AuthResult(success=good, handled=False, auth_data=data.login.decode())


context = None
if options.tls:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path("cert.pem"), path("key.pem"))

more = {}
if options.logon:
    more.update(
        authenticator=authenticator,
        auth_required=True,
        auth_require_tls=options.tls == "starttls",
    )
if options.tls == "starttls":
    more.update(tls_context=context, require_starttls=True)


def protocol():
    return SMTP(
        Taker(),
        hostname="mail.test",
        enable_SMTPUTF8=not options.no_utf8,
        loop=loop,
        **more,
    )


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
implicit = context if options.tls == "implicit" else None
server = loop.run_until_complete(
    loop.create_server(protocol, "127.0.0.1", options.port, ssl=implicit)
)
print(server.sockets[0].getsockname()[1], flush=True)


def wait():
    sys.stdin.read()
    loop.call_soon_threadsafe(loop.stop)


threading.Thread(target=wait, daemon=True).start()
loop.run_forever()

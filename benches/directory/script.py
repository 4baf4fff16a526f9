#!/usr/bin/python3
"""What an administrator would write today: a loop over a plan of `tenure plan -o`, with ldap3.

    script.py PLAN URL USER CA PASSWORDS    (the password of USER in TENURE_AD_PASSWORD)

One action after the other, each by its name; new passwords go to the file PASSWORDS. It looks at nothing before it
writes, keeps no journal, and stops at the first refusal. The schema is not read, which ldap3 would do without being
asked: that would cost it a second.
"""

import json
import secrets
import ssl
import string
import sys
import os

from ldap3 import MODIFY_ADD, MODIFY_DELETE, MODIFY_REPLACE, NONE, Connection, Server, Tls

LETTERS = string.ascii_letters + string.digits


def dn(target):
    return next(iter(target.values()))["dn"]


def do(connection, change, passwords):
    (kind, what), = change.items()
    account = dn(what["account"]) if "account" in what else None
    if kind == "create_unit":
        connection.add(what["dn"], "organizationalUnit")
    elif kind == "create_group":
        attributes = {"sAMAccountName": what["name"], "groupType": what["group_type"]}
        if what.get("description"):
            attributes["description"] = what["description"]
        connection.add(what["dn"], "group", attributes)
    elif kind == "create_account":
        attributes = {one["name"]: one["values"] for one in what["attributes"]}
        connection.add(what["dn"], "user", attributes)
    elif kind == "set_password":
        password = "".join(secrets.choice(LETTERS) for _ in range(what["length"] - 3)) + "-a1"
        last_set = "0" if what["must_change"] else "-1"
        connection.modify(account, {
            "unicodePwd": [(MODIFY_REPLACE, [f'"{password}"'.encode("utf-16-le")])],
            "pwdLastSet": [(MODIFY_REPLACE, [last_set])],
        })
        print(account, password, sep="\t", file=passwords)
    elif kind == "modify":
        connection.modify(account, {
            one["attribute"]: [(MODIFY_REPLACE, one["after"])] for one in what["attributes"]
        })
    elif kind in ("enable", "disable"):
        connection.modify(account, {
            "userAccountControl": [(MODIFY_REPLACE, ["512" if kind == "enable" else "514"])]
        })
    elif kind == "add_member":
        connection.modify(dn(what["group"]), {"member": [(MODIFY_ADD, [account])]})
    elif kind == "remove_member":
        connection.modify(dn(what["group"]), {"member": [(MODIFY_DELETE, [account])]})
    else:
        sys.exit(f"{kind} is not in this script")
    if connection.result["result"] != 0:
        sys.exit(f"{kind}: {connection.result}")


def main():
    plan, url, user, ca, file = sys.argv[1:]
    with open(plan, encoding="utf-8") as text:
        actions = json.load(text)["plan"]["actions"]
    tls = Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=ca)
    server = Server(url, tls=tls, get_info=NONE)
    password = os.environ["TENURE_AD_PASSWORD"]
    with Connection(server, user, password, auto_bind=True) as connection, \
            open(file, "w", encoding="utf-8") as passwords:
        for action in actions:
            do(connection, action["change"], passwords)


main()

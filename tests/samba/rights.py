#!/usr/bin/python3
"""Gives and takes rights on an object of a test domain that may be running.

    rights.py SMB_CONF DN give ACES
    rights.py SMB_CONF DN take ACES
    rights.py SMB_CONF DN show
    rights.py SMB_CONF DN protect | inherit

ACES are access control entries in SDDL, such as (A;CI;WP;;;S-1-5-21-1-2-3-1104). What is taken must be
there, entry by entry. What is protected takes no rights from above until it inherits again. `samba-tool dsacl` can give as well, but cannot take.
"""

import re
import sys

import ldb
import samba.param
from samba.auth import system_session
from samba.dcerpc import security
from samba.samdb import SamDB
from samba.sd_utils import SDUtils


def entries(text):
    return re.findall(r"\([^()]*\)", text)


def write(db, rights, dn, whole, flags, kept):
    # Inherited entries come back by themselves; to write them would make them the object's own.
    own = "".join(entry for entry in kept if "ID" not in entry.split(";")[1])
    sddl = f"{whole['owner']}D:{flags}{own}{whole['rest']}"
    rights.modify_sd_on_dn(ldb.Dn(db, dn), sddl, controls=["show_deleted:1"])


def main(smb_conf, dn, what, aces=""):
    settings = samba.param.LoadParm()
    settings.load(smb_conf)
    db = SamDB(lp=settings, session_info=system_session())
    sid = security.dom_sid(db.get_domain_sid())
    rights = SDUtils(db)
    found = rights.read_sd_on_dn(ldb.Dn(db, dn), controls=["show_deleted:1"]).as_sddl(sid)
    if what == "show":
        print(found)
        return
    whole = re.fullmatch(r"(?P<owner>.*?)D:(?P<flags>[A-Z]*)(?P<dacl>(?:\([^()]*\))*)(?P<rest>.*)", found)
    kept = entries(whole["dacl"])
    flags = whole["flags"]
    if what in ("protect", "inherit"):
        flags = flags.replace("P", "")
        write(db, rights, dn, whole, "P" + flags if what == "protect" else flags, kept)
        return
    # As Samba spells them, so that they are found whatever the spelling that was asked for.
    wanted = entries(security.descriptor.from_sddl("D:" + aces, sid).as_sddl(sid))
    if not wanted:
        sys.exit(f"no entry in {aces!r}")
    for entry in wanted:
        if what == "give":
            kept.insert(0, entry)
        elif entry in kept:
            kept.remove(entry)
        else:
            sys.exit(f"{entry} is not on {dn}")
    write(db, rights, dn, whole, flags, kept)


main(*sys.argv[1:])

#!/usr/bin/python3
"""Switches the recycle bin of a test domain on, which cannot be taken back: recycle_bin.py SMB_CONF

Samba takes this from its own system alone (MS-ADTS 3.1.1.3.3.13, enableOptionalFeature).
"""

import sys

import ldb
import samba.param
from samba.auth import system_session
from samba.samdb import SamDB

FEATURE = "766ddcd8-acd0-445e-f3b9-a7f9b6744f2a"

settings = samba.param.LoadParm()
settings.load(sys.argv[1])
db = SamDB(lp=settings, session_info=system_session())
what = f"CN=Partitions,{db.get_config_basedn()}:{FEATURE}"
change = ldb.Message(ldb.Dn(db, ""))
change["enableOptionalFeature"] = ldb.MessageElement(what, ldb.FLAG_MOD_ADD, "enableOptionalFeature")
db.modify(change)

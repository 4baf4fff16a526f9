#!/usr/bin/python3
"""Makes the databases of a test domain, from a finished smb.conf.

    provision.py SMB_CONF PASSWORD [exchange] [recycle-bin]

`samba-tool domain provision` would want the file server's modules and a file system with
extended attributes, to keep the rights of a share that no test reads. The function behind it
does without.  What a domain controller does at its first start, and this one will not, is done
here: its service names for Kerberos are written down.

exchange     the attributes that a forest has once Exchange or Entra Connect was there. The
             identifiers of extensionAttribute1-15, mailNickname and targetAddress are
             Microsoft's; those of the msExch attributes only stand for them.
recycle-bin  Active Directory's recycle bin. Samba lets nobody switch it on over LDAP.

Runs under Debian's own Python, where the package python3-samba is.
"""

import logging
import sys

import ldb
import samba.param
from samba.auth import system_session
from samba.dsdb import DS_DOMAIN_FUNCTION_2008_R2
from samba.provision import provision
from samba.samdb import SamDB

RECYCLE_BIN = "766ddcd8-acd0-445e-f3b9-a7f9b6744f2a"
NORMAL_ACCOUNT_WHOSE_PASSWORD_NEVER_EXPIRES = 0x200 | 0x10000

# attributeSyntax and oMSyntax belong together.
BOOLEAN = ("2.5.5.8", "1")
INTEGER = ("2.5.5.9", "2")
BYTES = ("2.5.5.10", "4")
TEXT = ("2.5.5.12", "64")
LARGE_INTEGER = ("2.5.5.16", "65")

MICROSOFT = "1.2.840.113556.1."
EXTENSION_OIDS = [*range(423, 433), *range(599, 604)]
EXCHANGE = [
    (f"extensionAttribute{number}", f"2.{oid}", TEXT, 1024)
    for number, oid in enumerate(EXTENSION_OIDS, start=1)
] + [
    ("mailNickname", "2.447", TEXT, 64),
    ("targetAddress", "2.352", TEXT, 1123),
    ("msExchHideFromAddressLists", "4.7000.102.73", BOOLEAN, None),
    ("msExchMailboxGuid", "4.7000.102.11058", BYTES, 16),
    ("msExchRecipientDisplayType", "4.7000.102.50730", INTEGER, None),
    ("msExchRecipientTypeDetails", "4.7000.102.50855", LARGE_INTEGER, None),
    ("msExchRemoteRecipientType", "4.7000.102.50941", LARGE_INTEGER, None),
]


def change(db, dn, attribute, values, how):
    message = ldb.Message(ldb.Dn(db, dn))
    message[attribute] = ldb.MessageElement(values, how, attribute)
    db.modify(message)


def add_exchange(db, domain):
    schema = f"CN=Schema,CN=Configuration,{domain}"
    for name, oid, (syntax, om_syntax), longest in EXCHANGE:
        attribute = {
            "dn": f"CN={name},{schema}",
            "objectClass": "attributeSchema",
            "lDAPDisplayName": name,
            "attributeID": MICROSOFT + oid,
            "attributeSyntax": syntax,
            "oMSyntax": om_syntax,
            "isSingleValued": "TRUE",
            "isMemberOfPartialAttributeSet": "TRUE",
        }
        if longest is not None:
            attribute["rangeUpper"] = str(longest)
        db.add(attribute)
    db.set_schema_update_now()
    # Users, groups and contacts are all mail recipients.
    names = [name for name, *_ in EXCHANGE]
    change(db, f"CN=Mail-Recipient,{schema}", "mayContain", names, ldb.FLAG_MOD_ADD)
    db.set_schema_update_now()


def main(smb_conf, password, *wishes):
    logger = logging.getLogger("provision")
    logger.addHandler(logging.StreamHandler(sys.stderr))
    logger.setLevel(logging.WARNING)

    settings = samba.param.LoadParm()
    settings.load(smb_conf)
    # Looked at once, when the first database is opened.
    settings.set("dsdb:schema update allowed", "yes")

    made = provision(
        logger,
        system_session(),
        smbconf=smb_conf,
        lp=settings,
        realm=settings.get("realm"),
        domain=settings.get("workgroup"),
        hostname=settings.get("netbios name").lower(),
        hostip="127.0.0.1",
        serverrole="active directory domain controller",
        dom_for_fun_level=DS_DOMAIN_FUNCTION_2008_R2,
        adminpass=password,
        dns_backend="NONE",
        skip_sysvolacl=True,
        batch_mode=True,
    )
    names = made.names
    host = f"{names.hostname}.{names.dnsdomain}"
    change(
        made.samdb,
        f"CN={names.netbiosname},OU=Domain Controllers,{names.domaindn}",
        "servicePrincipalName",
        [f"ldap/{names.hostname}", f"ldap/{host}", f"ldap/{host}/{names.dnsdomain}"],
        ldb.FLAG_MOD_ADD,
    )
    # Passwords live for 42 days, and a template may be older.
    change(
        made.samdb,
        f"CN=Administrator,CN=Users,{names.domaindn}",
        "userAccountControl",
        [str(NORMAL_ACCOUNT_WHOSE_PASSWORD_NEVER_EXPIRES)],
        ldb.FLAG_MOD_REPLACE,
    )
    db = SamDB(lp=settings, session_info=system_session())
    if "recycle-bin" in wishes:
        feature = f"CN=Partitions,CN=Configuration,{names.domaindn}:{RECYCLE_BIN}"
        change(db, "", "enableOptionalFeature", [feature], ldb.FLAG_MOD_ADD)
    if "exchange" in wishes:
        add_exchange(db, names.domaindn)


main(*sys.argv[1:])

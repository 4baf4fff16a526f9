//! The account that `tenure` logs on with: made by hand, and given its rights one by one.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::process::script;
use super::{Domain, Login};

/// Everything that is done to what is in a unit, as an administrator delegates it in one go. `{sid}` is who gets it.
pub(crate) const FULL_CONTROL: &str = "(A;CI;CCDCLCSWRPWPDTLOCRSDRC;;;{sid})";

impl Domain {
    /// `svc-tenure` in `OU=Service`: an account without any right of its own.
    pub(crate) fn service_account(&self) -> &Login {
        self.service.get_or_init(|| {
            let unit = self.unit("Service");
            self.account("svc-tenure", &unit)
        })
    }

    /// An enabled account that can log on.
    pub(crate) fn account(&self, name: &str, unit: &str) -> Login {
        let upn = format!("{name}@{}", self.realm().to_lowercase());
        let login = Login {
            dn: format!("CN={name},{unit}"),
            upn,
            password: format!("Pass-of-{name}-1"),
        };
        let ldif = format!(
            "dn: {}\nobjectClass: user\nsAMAccountName: {name}\nuserPrincipalName: {}\n\
             userAccountControl: 66048\nunicodePwd:: {}\n",
            login.dn,
            login.upn,
            unicode_pwd(&login.password),
        );
        self.client().add(&ldif).done();
        login
    }

    /// Gives rights on an object, and on what is below if the entries say so.
    pub(crate) fn give(&self, dn: &str, to: &Login, aces: &str) {
        let aces = aces.replace("{sid}", &self.sid(&to.dn));
        self.rights(dn, "give", &aces);
    }

    /// Takes back what [`Domain::give`] gave.
    pub(crate) fn take(&self, dn: &str, from: &Login, aces: &str) {
        let aces = aces.replace("{sid}", &self.sid(&from.dn));
        self.rights(dn, "take", &aces);
    }

    /// Whether an object, and what is below it, takes rights from above.
    pub(crate) fn inherits(&self, dn: &str, inherits: bool) {
        self.rights(dn, if inherits { "inherit" } else { "protect" }, "");
    }

    /// What is deleted from now on can be brought back whole.
    pub(crate) fn switch_recycle_bin_on(&self) {
        let mut command = script("recycle_bin.py");
        command.arg(self.folder().join("smb.conf"));
        ran(&mut command);
    }

    /// Who may do what with an object, in SDDL.
    pub(crate) fn rights_on(&self, dn: &str) -> String {
        self.rights(dn, "show", "")
    }

    #[track_caller]
    fn rights(&self, dn: &str, what: &str, aces: &str) -> String {
        let mut command = script("rights.py");
        command
            .arg(self.folder().join("smb.conf"))
            .args([dn, what, aces]);
        ran(&mut command)
    }

    /// The security identifier of an object, as text.
    pub(crate) fn sid(&self, dn: &str) -> String {
        let entry = self.client().read(dn, &["objectSid"]).only();
        let sid = &entry.attributes["objectSid"][0];
        let part = |at: usize| u32::from_le_bytes(sid[at..at + 4].try_into().unwrap());
        let parts = (0..usize::from(sid[1])).map(|n| format!("-{}", part(8 + 4 * n)));
        format!("S-{}-{}{}", sid[0], sid[7], parts.collect::<String>())
    }

    /// The keys of an account, with which it gets tickets without its password.
    pub(crate) fn keytab(&self, login: &Login) -> PathBuf {
        let (name, _) = login.upn.split_once('@').unwrap();
        let file = self.folder().join(format!("{name}.keytab"));
        let mut command = Command::new("samba-tool");
        command
            .args(["domain", "exportkeytab"])
            .arg(&file)
            .arg(format!("--principal={name}"))
            .arg("-s")
            .arg(self.folder().join("smb.conf"));
        ran(&mut command);
        file
    }

    /// Gets a ticket with the keys of a file; gives the cache where it lies.
    pub(crate) fn ticket(&self, login: &Login, keytab: &Path) -> PathBuf {
        let (name, _) = login.upn.split_once('@').unwrap();
        let cache = self.folder().join(format!("{name}.ccache"));
        self.ticket_for(login, keytab, &cache, &[]);
        cache
    }

    /// The same into that cache, and as `kinit` is told.
    pub(crate) fn ticket_for(&self, login: &Login, keytab: &Path, cache: &Path, how: &[&str]) {
        let (name, _) = login.upn.split_once('@').unwrap();
        let mut command = Command::new("kinit");
        command
            .args(how)
            .args(["-k", "-t"])
            .arg(keytab)
            .arg(format!("{name}@{}", self.realm()))
            .env("KRB5_CONFIG", self.krb5_conf())
            .env("KRB5CCNAME", cache);
        ran(&mut command);
    }
}

/// A password as LDIF has it: quoted, in UTF-16, in base64.
pub(crate) fn unicode_pwd(password: &str) -> String {
    use base64::Engine as _;
    let quoted = format!("\"{password}\"");
    let bytes: Vec<u8> = quoted.encode_utf16().flat_map(u16::to_le_bytes).collect();
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

#[track_caller]
fn ran(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

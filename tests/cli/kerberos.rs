//! Logging on with Kerberos: the command as `--features kerberos` builds it, with a real KDC.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use std::time::Duration;

use super::Ran;
use super::controller::Company;
use crate::domain::unicode_pwd;

/// The command with Kerberos. It is built beside the usual one and never in its place.
static PROGRAM: LazyLock<PathBuf> = LazyLock::new(|| {
    let usual = Path::new(env!("CARGO_BIN_EXE_tenure"));
    let folder = usual.parent().unwrap();
    let profile = match folder.file_name().unwrap().to_str().unwrap() {
        "debug" => "dev",
        other => other,
    };
    let output = Command::new(env!("CARGO"))
        .args(["build", "--locked", "--quiet", "--features", "kerberos"])
        .args(["--example", "kerberos", "--profile", profile])
        .arg("--target-dir")
        .arg(folder.parent().unwrap())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    folder.join("examples/kerberos")
});

/// The example company, which `tenure.toml` says to reach with Kerberos.
fn company() -> Company {
    let company = Company::delegated();
    let bind = format!("bind = {:?}", company.login.upn);
    company
        .place
        .change("rules/tenure.toml", &bind, "kerberos = true");
    company
}

/// The command with what Kerberos reads of its environment.
fn command(company: &Company, arguments: &[&str], tickets: &[(&str, &Path)]) -> Command {
    let usual = company.place.command(arguments);
    let mut command = Command::new(&*PROGRAM);
    command
        .args(usual.get_args())
        .current_dir(usual.get_current_dir().unwrap())
        .env("KRB5_CONFIG", company.domain.krb5_conf());
    for (name, value) in usual.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    for name in ["TENURE_AD_PASSWORD", "KRB5CCNAME", "KRB5_CLIENT_KTNAME"] {
        command.env_remove(name);
    }
    command.envs(tickets.iter().copied());
    command
}

#[track_caller]
fn expect(code: i32, command: &mut Command) -> Ran {
    let ran = Ran::of(command);
    assert_eq!(ran.code, code, "{command:?}\n{ran}");
    ran
}

#[test]
fn a_ticket_or_the_keys_to_get_one_are_enough_to_plan_and_apply() {
    let company = company();
    let keys = company.domain.keytab(&company.login);
    let cache = company.domain.ticket(&company.login, &keys);
    let ticket = [("KRB5CCNAME", &*cache)];
    let doctor = expect(0, &mut command(&company, &["doctor"], &ticket));
    let may = format!("ok: `{}` may do what this policy needs", company.login.upn);
    assert!(doctor.out.contains(&may), "{doctor}");
    expect(
        2,
        &mut command(&company, &["plan", "-o", "plan.json"], &ticket),
    );

    // Without a ticket, with the keys alone.
    let own = company.place.folder.path().join("own.ccache");
    let keys = [("KRB5_CLIENT_KTNAME", &*keys), ("KRB5CCNAME", &*own)];
    expect(
        0,
        &mut command(&company, &["apply", "plan.json", "--yes"], &keys),
    );
    let again = expect(0, &mut command(&company, &["plan"], &keys));
    assert!(again.out.contains("Nothing to do"), "{again}");
}

#[test]
fn without_a_ticket_or_with_one_that_is_over_it_says_what_to_look_at() {
    let company = company();
    let at = |name: &str| company.place.folder.path().join(name);
    let says = |cache: &Path, why: &str| {
        let ran = expect(
            1,
            &mut command(&company, &["plan"], &[("KRB5CCNAME", cache)]),
        );
        assert!(ran.err.contains("no Kerberos ticket"), "{ran}");
        assert!(ran.err.contains(why), "{ran}");
        assert!(ran.err.contains("`klist`"), "{ran}");
    };
    says(&at("nothing.ccache"), "No Kerberos credentials available");

    let keys = company.domain.keytab(&company.login);
    let short = at("short.ccache");
    company
        .domain
        .ticket_for(&company.login, &keys, &short, &["-l", "2s"]);
    std::thread::sleep(Duration::from_secs(3));
    says(&short, "expired");

    // The keys of a password that was changed since.
    let record = format!(
        "dn: {}\nchangetype: modify\nreplace: unicodePwd\nunicodePwd:: {}\n",
        company.login.dn,
        unicode_pwd("Another-pass-of-svc-2")
    );
    company.domain.client().modify(&record).done();
    let own = at("own.ccache");
    let keys = [("KRB5_CLIENT_KTNAME", &*keys), ("KRB5CCNAME", &*own)];
    let ran = expect(1, &mut command(&company, &["plan"], &keys));
    assert!(ran.err.contains("no Kerberos ticket"), "{ran}");
}

#[test]
fn a_build_without_kerberos_says_so() {
    let company = company();
    let ran = company.place.run(&["plan"]);
    assert_eq!(ran.code, 1, "{ran}");
    assert!(ran.err.contains("built without Kerberos"), "{ran}");
}

//! In a real domain: who was told a password by mail logs on with it.

use super::{Server, plain, said_in};
use crate::cli::controller::Company;
use crate::domain::Login;

/// The example's notice, with the password in it.
const FIRST_DAY: &str = r#"notify "first logon" {
  on      password
  to      "helpdesk@kestrel.example"
  subject "First logon of {given}"
  body    "Login: {account.userPrincipalName}\nPassword: {password}"
}
"#;

#[test]
fn whoever_is_told_a_password_logs_on_with_it() {
    let server = Server::mail(&[]);
    let company = Company::example();
    let place = &company.place;
    place.write("rules/told.tenure", FIRST_DAY);
    place.change(
        "rules/profile.tenure",
        "  change at first logon\n",
        "  allow plain password mail\n",
    );
    let config = place.read("rules/tenure.toml");
    place.write("rules/tenure.toml", format!("{config}\n{}", plain(&server)));
    let ran = company.expect(0, &["apply", "--yes"]);
    let mails = server.mails();
    let mails = mails
        .iter()
        .filter(|mail| mail.header("X-Tenure-Notice") == "first logon");
    let mut known = 0;
    for mail in mails {
        let (upn, password) = said_in(mail.read()["body"].as_str().unwrap());
        let login = Login {
            dn: upn.clone(),
            upn,
            password,
        };
        let client = company.domain.client();
        client
            .by(&login)
            .read(company.domain.base_dn(), &["dc"])
            .done();
        known += 1;
    }
    assert!(known >= 3, "{known}");
    assert!(
        ran.said(&format!("{known} new passwords were told by notice")),
        "{ran}"
    );
}

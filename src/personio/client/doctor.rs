//! Whether a connection will do for a policy: each thing that is wrong by itself, with its mend.

use super::http::{Http, Outcome, Request, Version};
use super::pace::Endpoint;
use super::released::Listed;
use super::{Api, Error, Last, Settings, World, right_to_people, runtime, v1, v2};
use crate::hr::Schema;
use crate::personio::wire::v2::Wanted;
use crate::text::visible;

/// How many attributes a message lists before it only counts.
const MAX_LISTED: usize = 12;

/// Attributes that are better not released to a program that does not need them, as far as their names tell.
const DELICATE: &[&str] = &[
    "salary",
    "birth",
    "gender",
    "iban",
    "bank",
    "address",
    "religion",
    "marital",
    "nationality",
    "tax",
    "social_security",
];

/// What an examination came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examined {
    /// Which generation was asked.
    pub version: u8,
    /// What is well, in words.
    pub well: Vec<String>,
    /// What is not.
    pub findings: Vec<Finding>,
}

/// Something that is not well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Its stable name.
    pub code: &'static str,
    /// Whether `plan` works all the same.
    pub works: bool,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
}

impl From<Error> for Finding {
    fn from(error: Error) -> Self {
        Self {
            code: error.code(),
            works: false,
            message: error.to_string(),
            help: error.help(),
        }
    }
}

/// Examines a connection for a policy that names these attributes; `writes` are those that it writes back.
///
/// With `api = "auto"` the first generation is examined where the second will not do, as a reading asks it then; if
/// neither will do, the second is worth mending.
pub fn examine(
    settings: &Settings,
    schema: &Schema,
    writes: &[String],
    world: &World<'_>,
) -> Examined {
    let will_do = |examined: &Examined| examined.findings.iter().all(|finding| finding.works);
    let examined = examine_as(settings, schema, writes, world);
    if settings.api != Api::Auto || will_do(&examined) {
        return examined;
    }
    let old = Settings {
        api: Api::V1,
        ..settings.clone()
    };
    let one = examine_as(&old, schema, writes, world);
    if will_do(&one) { one } else { examined }
}

fn examine_as(
    settings: &Settings,
    schema: &Schema,
    writes: &[String],
    world: &World<'_>,
) -> Examined {
    let mut examined = Examined {
        version: if settings.api == Api::V1 { 1 } else { 2 },
        well: Vec::new(),
        findings: Vec::new(),
    };
    let made = Http::new(settings, *world).and_then(|http| Ok((http, runtime()?)));
    match made {
        Ok((http, runtime)) => runtime.block_on(all(&http, schema, writes, &mut examined)),
        Err(error) => examined.findings.push(error.into()),
    }
    examined
}

/// Everything in the order in which it is needed; what stands on something that is wrong is not looked at.
async fn all(http: &Http<'_>, schema: &Schema, writes: &[String], examined: &mut Examined) {
    let version = if examined.version == 1 {
        Version::One
    } else {
        Version::Two
    };
    let scope = match http.scope(version).await {
        Ok(scope) => scope,
        Err(error) => return examined.findings.push(error.into()),
    };
    examined.well.push(
        "it answers, its clock and this machine's agree, and it knows the credential".to_owned(),
    );
    let rights = if version == Version::One {
        may_list_employees(http).await
    } else {
        may_list_persons(http, schema).await
    };
    match rights {
        Ok(missing) if missing.is_empty() => {
            examined
                .well
                .push("the credential may read what the policy needs".to_owned());
        }
        Ok(missing) => {
            return examined
                .findings
                .extend(missing.into_iter().map(Finding::from));
        }
        Err(error) => return examined.findings.push(error.into()),
    }
    examined
        .findings
        .extend(may_write(http, version, scope.as_deref(), writes));
    let nobody = Last::default();
    let read = match version {
        Version::One => v1::read(http, schema, &nobody).await,
        Version::Two => v2::read(http, schema, &nobody).await,
    };
    match read {
        Ok(records) => examined.well.push(format!(
            "it sends {} people, with every attribute of the policy",
            records.len()
        )),
        Err(error) => examined.findings.push(error.into()),
    }
    match Listed::ask(http).await {
        Ok(Some(listed)) => examined.findings.extend(too_much(schema, &listed)),
        // That it may not is no fault: then people prove what is released.
        Ok(None) => {}
        Err(error) => examined.findings.push(error.into()),
    }
}

async fn may_list_employees(http: &Http<'_>) -> Result<Vec<Error>, Error> {
    let query = [("limit", "1")];
    let request = Request::get(Endpoint::Employees, "/v1/company/employees", &query);
    Ok(match http.exchange(&request, |_| Ok(())).await? {
        Outcome::Found(()) | Outcome::Nothing => Vec::new(),
        Outcome::Forbidden(says) => vec![right_to_people(Endpoint::Employees, says)],
    })
}

async fn may_list_persons(http: &Http<'_>, schema: &Schema) -> Result<Vec<Error>, Error> {
    let query = [("limit", "1")];
    let request = Request::get(Endpoint::Persons, "/v2/persons", &query);
    let mut missing = Vec::new();
    if let Outcome::Forbidden(says) = http.exchange(&request, |_| Ok(())).await? {
        missing.push(right_to_people(Endpoint::Persons, says));
    }
    let mut told: Vec<&str> = Vec::new();
    for table in Wanted::new(schema).tables() {
        match v2::names(http, table).await {
            Ok(_) => {}
            // Departments and teams are one right.
            Err(Error::Right { scope, .. }) if told.contains(&scope) => {}
            Err(Error::Right { what, says, scope }) => {
                told.push(scope);
                missing.push(Error::Right { what, says, scope });
            }
            Err(error) => return Err(error),
        }
    }
    Ok(missing)
}

/// Whether values can be written back, as far as the token tells its rights.
fn may_write(
    http: &Http<'_>,
    version: Version,
    scope: Option<&str>,
    writes: &[String],
) -> Option<Finding> {
    let address = writes.iter().any(|name| name == "email");
    if version == Version::One && address {
        return Some(Finding {
            code: "personio-other-version",
            works: true,
            message: "the policy writes back email, which version 1 of the API cannot write".to_owned(),
            help: "write back to a custom attribute (`dynamic_…`), or write `api = \"v2\"` in `tenure.toml` and tick \
                   `personio:persons:read` and `personio:persons:write` for the credential"
                .to_owned(),
        });
    }
    let scope = scope.filter(|_| !writes.is_empty())?;
    let right = match version {
        Version::One => "employees:write",
        Version::Two => "personio:persons:write",
    };
    let either = http.settings().api == Api::Auto && !address;
    let will_do = |one: &str| one == right || (either && one == "employees:write");
    if scope.split_whitespace().any(will_do) {
        return None;
    }
    Some(Finding {
        code: "personio-right",
        works: true,
        message: format!(
            "the policy writes back {}, and the credential may not write to people",
            writes.join(", ")
        ),
        help: format!(
            "tick `{right}` for the credential in Personio (Marketplace, Connected integrations, your custom integration)"
        ),
    })
}

/// Attributes that are released and that the policy does not name: nobody can lose what they were not given.
fn too_much(schema: &Schema, listed: &Listed) -> Option<Finding> {
    let named = |name: &str| {
        schema
            .sources()
            .iter()
            .any(|source| source.as_ref() == name)
    };
    let unused = listed.attributes().iter().filter(|one| {
        !named(&one.key) && !one.universal_id.as_deref().is_some_and(named) && one.key != "id"
    });
    let names = unused.map(|one| match one.universal_id.as_deref() {
        Some(universal) if universal != one.key => format!("{} ({universal})", visible(&one.key)),
        Some(_) | None => visible(&one.key).into_owned(),
    });
    let mut names: Vec<String> = names.collect();
    if names.is_empty() {
        return None;
    }
    names.sort_by_key(|name| (!is_delicate(name), name.clone()));
    let delicate = names.iter().filter(|name| is_delicate(name)).count();
    let more = names.len().saturating_sub(MAX_LISTED);
    names.truncate(MAX_LISTED);
    let rest = if more == 0 {
        String::new()
    } else {
        format!(" and {more} more")
    };
    let about = if delicate == 0 {
        ""
    } else {
        ", the most personal ones first"
    };
    Some(Finding {
        code: "personio-too-much",
        works: true,
        message: format!("the credential may read what the policy does not name{about}: {}{rest}", names.join(", ")),
        help: "untick them in Personio (Marketplace, Connected integrations, your custom integration, readable employee \
               attributes); they are dropped when they arrive, and better not sent at all"
            .to_owned(),
    })
}

fn is_delicate(name: &str) -> bool {
    let name = name.to_lowercase();
    DELICATE.iter().any(|word| name.contains(word))
}

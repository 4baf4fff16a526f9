//! `tenure snapshot`: people, directory and state as files, for plans where none of them can be reached.

use super::args::{Global, SnapshotArgs};
use super::directory::{self as live, Source};
use super::report::Report;
use super::scratch::Scratch;
use super::{Exit, Output, check, disk, people, planning, reveal};
use crate::diagnostic::did_you_mean;
use crate::directory::{self, AttributeName, Object, ldif};
use crate::hr::{self, RawValue, Schema};
use crate::personio;
use crate::plan::{self, Basis, Plan};
use crate::policy::Policy;
use crate::pseudonym::{self, Pseudonyms};
use crate::review;
use crate::state::{Found, Lock, Prior, Store};
use crate::workspace::{SourceRecords, Workspace};
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

/// The configuration of a snapshot.
const CONFIG: &str = "snapshot.toml";

/// Its directory.
const DIRECTORY: &str = "directory.ldif";

/// Its state, in a folder of its own, where working copies would lie.
const STATE: &str = "state/state.db";

/// Values that only a file has, or that say which suffixes logon names may have.
const BESIDE: &str = "uPNSuffixes";

/// A photo in the directory, and in HR.
const PHOTOS: [&str; 2] = ["thumbnailPhoto", "jpegPhoto"];

/// How many people are named for whom a plan from the snapshot is another one.
const MAX_LISTED: usize = 5;

/// What was read, and what is written.
struct Contents {
    records: Vec<SourceRecords>,
    directory: directory::Snapshot,
    prior: Prior,
    gone: Vec<hr::Person>,
    now: Timestamp,
}

/// What is left out.
#[derive(Debug, Default)]
struct Without {
    /// Positions in the schema.
    fields: BTreeSet<usize>,
    attributes: BTreeSet<AttributeName>,
}

/// Takes a snapshot.
pub(super) fn run(
    global: &Global,
    arguments: &SnapshotArgs,
    output: &mut Output,
) -> Result<Exit, Report> {
    let workspace = check::open(global)?;
    let place = Place::of(&arguments.output)?;
    let checked = check::policy(&workspace, None, output)?;
    let Some(policy) = &checked.policy else {
        return Err(Report::text("bad-policy", "the policy is not used"));
    };
    let without = Without::of(&workspace, policy, &arguments.without)?;
    sensitive(&policy.schema, &without, arguments.with_sensitive)?;
    let key = arguments.pseudonymise.as_deref();
    let key = key
        .map(|file| pseudonym_key(&workspace, file))
        .transpose()?;
    let contents = Contents::read(&workspace, policy)?;
    if arguments.with_sensitive {
        reveal::kept(&workspace, contents.now, "snapshot", None)?;
    }
    let before = contents.plan(&workspace, policy)?;
    let names = key.map(|key| {
        let people = workspace.people_of(policy, contents.records.clone())?;
        let owners = owners(&workspace, policy, &contents, &people);
        let texts = checked
            .sources
            .iter()
            .map(|(_, source)| (&*source.name, &*source.text));
        let values = workspace.config.params.values().map(String::as_str);
        Pseudonyms::new(&key, texts, values, &people, &contents.directory, &owners).ok_or_else(
            || Report::text("bad-key-file", "the key cannot be used").help("make another one"),
        )
    });
    let names = names.transpose()?;
    let taken = Written {
        workspace: &workspace,
        policy,
        without: &without,
        names: names.as_ref(),
    };
    let scratch = Scratch::at(place.beside("new"))?;
    let photos_left_out = taken.write(&contents, scratch.path())?;
    let after = planned_from(&scratch.path().join(CONFIG), policy)?;
    place.take(scratch)?;
    let shown = arguments.output.display();
    output.say(&format!(
        "the snapshot is in {shown}: {} and {}, as of {}",
        counted(
            contents
                .records
                .iter()
                .map(|source| source.records.len())
                .sum(),
            "person",
            "people"
        ),
        counted(
            contents.directory.iter().count(),
            "object of the directory",
            "objects of the directory"
        ),
        contents.now,
    ));
    if photos_left_out > 0 {
        output.say(&format!(
            "{photos_left_out} photos are left out; plans hold what reads them"
        ));
    }
    differences(&before, &after, names.as_ref(), output);
    output.say(if names.is_some() {
        "it is personal data still: whoever knows the company may know people by what they do and where; keep it as such"
    } else {
        "it is personal data; keep it where you keep HR's, and out of the repository"
    });
    output.say(&format!(
        "`tenure diff main --snapshot {shown}` and `tenure plan --config {}` use it",
        arguments.output.join(CONFIG).display()
    ));
    Ok(Exit::Ok)
}

/// The workspace of a snapshot in a folder.
pub(super) fn open(folder: &Path) -> Result<Workspace, Report> {
    let file = folder.join(CONFIG);
    if !file.is_file() {
        return Err(Report::text(
            "no-snapshot",
            format!(
                "`{}` is no snapshot: it has no `{CONFIG}`",
                folder.display()
            ),
        )
        .help("take one with `tenure snapshot -o DIR`"));
    }
    Ok(Workspace::open(Some(&file), folder)?)
}

/// Refuses what would carry out, order or send anything in the world of a snapshot.
pub(super) fn refuse(global: &Global) -> Result<(), Report> {
    let Ok(workspace) = check::open(global) else {
        // What is wrong with it the command itself says.
        return Ok(());
    };
    match workspace.config.snapshot {
        None => Ok(()),
        Some(_) => Err(Report::text(
            "only-a-snapshot",
            format!(
                "`{}` is a snapshot: there is nothing to carry out",
                workspace.file.display()
            ),
        )
        .help("name the configuration of the real directory with `--config`")),
    }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Says where a plan from the snapshot is another one than now.
fn differences(before: &Plan, after: &Plan, names: Option<&Pseudonyms>, output: &mut Output) {
    let (before, after) = (review::kinds(before), review::kinds(after));
    let mut people = BTreeSet::new();
    let renamed = |person: &Option<hr::PersonId>| {
        person.as_ref().map(|person| match names {
            Some(names) => names.person(person),
            None => person.clone(),
        })
    };
    let before: std::collections::BTreeMap<_, usize> = before
        .iter()
        .map(|((person, kind), count)| ((renamed(person), *kind), *count))
        .collect();
    for key in before.keys().chain(after.keys()) {
        if before.get(key) != after.get(key) {
            people.insert(key.0.clone());
        }
    }
    match people.len() {
        0 => output.say("a plan from it does the same for everybody as a plan made now"),
        some => {
            let keys = people.iter().flatten().take(MAX_LISTED);
            let keys: Vec<String> = keys.map(ToString::to_string).collect();
            output.say(&format!(
                "a plan from it does something else than one made now for {}: {}{}",
                counted(some, "person", "people"),
                keys.join(", "),
                if some > MAX_LISTED { ", …" } else { "" },
            ));
        }
    }
}

/// Which account is whose, by what is there now.
fn owners(
    workspace: &Workspace,
    policy: &Policy,
    contents: &Contents,
    people: &hr::Snapshot,
) -> Vec<(directory::Guid, hr::PersonId)> {
    let basis = contents.basis(workspace, policy, people);
    let correlation = basis.with_input(plan::Options::default(), plan::correlate);
    let all = correlation.people.iter().flat_map(|entry| {
        let accounts = entry.verdict.accounts();
        let guids = accounts
            .iter()
            .filter_map(|id| contents.directory.shared(*id));
        let guids: Vec<directory::Guid> = guids.map(|object| object.guid()).collect();
        guids.into_iter().map(|guid| (guid, entry.person.clone()))
    });
    all.collect()
}

/// The key of pseudonyms, made where there is none.
fn pseudonym_key(workspace: &Workspace, file: &Path) -> Result<[u8; pseudonym::KEY_BYTES], Report> {
    let bad = |message: String, help: &str| Err(Report::text("bad-key-file", message).help(help));
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let Ok(real) = folder.canonicalize() else {
        return bad(
            format!("there is no folder for the key `{}`", file.display()),
            "make it, readable by you alone",
        );
    };
    let policy = workspace.path(&workspace.config.policy);
    let roots = [&workspace.root, &policy].map(|root| {
        let root = if root.as_os_str().is_empty() {
            Path::new(".")
        } else {
            root
        };
        let real = root.canonicalize().unwrap_or_else(|_| root.to_owned());
        repository(&real).unwrap_or(real)
    });
    if roots.iter().any(|root| real.starts_with(root)) {
        return bad(
            format!("the key `{}` lies where the policy lies", file.display()),
            "keep it outside of the repository: whoever has key and snapshot knows who is who",
        );
    }
    if !file.exists() {
        let key: [u8; pseudonym::KEY_BYTES] = rand::random();
        let mut text = String::with_capacity(2 * key.len());
        for byte in key {
            use std::fmt::Write as _;
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        let write = |out: &mut std::io::BufWriter<std::fs::File>| {
            use std::io::Write as _;
            writeln!(out, "{text}").map_err(|error| disk::unwritten(file, &error))
        };
        disk::write_whole(file, disk::Readers::Owner, write)?;
        return Ok(key);
    }
    let text = crate::workspace::read_text(file).map_err(crate::workspace::Error::from)?;
    let text = text.trim();
    let digits: Vec<u8> = text
        .as_bytes()
        .chunks(2)
        .filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect();
    match <[u8; pseudonym::KEY_BYTES]>::try_from(digits) {
        Ok(key) if text.len() == 2 * pseudonym::KEY_BYTES => Ok(key),
        Ok(_) | Err(_) => bad(
            format!(
                "`{}` holds no key: it has not 64 hexadecimal digits",
                file.display()
            ),
            "name a file that is not there, and a key is made",
        ),
    }
}

/// The top of the working tree that a folder is in.
fn repository(folder: &Path) -> Option<PathBuf> {
    let mut above = folder.ancestors();
    above
        .find(|folder| folder.join(".git").exists())
        .map(Path::to_owned)
}

/// Refuses to write sensitive fields that nobody asked for.
fn sensitive(schema: &Schema, without: &Without, consented: bool) -> Result<(), Report> {
    let fields = schema.attributes().iter().enumerate();
    let fields = fields
        .filter(|(position, attribute)| attribute.sensitive && !without.fields.contains(position));
    let names: Vec<String> = fields
        .map(|(_, attribute)| format!("`{}`", attribute.name))
        .collect();
    if consented || names.is_empty() {
        return Ok(());
    }
    Err(Report::text(
        "sensitive-snapshot",
        format!("the policy reads {}, which is sensitive, and a snapshot would hold it", names.join(", ")),
    )
    .help("keep it with `--with-sensitive`, for plans are wrong without it, or leave it out with `--without`"))
}

impl Without {
    fn of(workspace: &Workspace, policy: &Policy, names: &[String]) -> Result<Self, Report> {
        let mut without = Self::default();
        let reading = live::reading(workspace, &[policy]);
        let read = reading.wanted();
        for name in names.iter().map(|name| name.trim()) {
            let wrong = |message: String, help: String| {
                Err(Report::text("no-such-field", message).help(help))
            };
            if let Some(position) = policy.schema.position(name) {
                let optional = policy.schema.attributes().get(position);
                if !optional.is_some_and(|attribute| attribute.optional) {
                    return wrong(
                        format!("`{name}` cannot be left out: nobody is without it"),
                        "leave out fields with a `?`; without another one nobody's record could be used".to_owned(),
                    );
                }
                without.fields.insert(position);
            } else if read.iter().any(|known| known.eq_ignore_ascii_case(name)) {
                without.attributes.insert(AttributeName::new(name));
            } else {
                let fields = policy.schema.attributes().iter();
                let known = fields
                    .map(|attribute| &*attribute.name)
                    .chain(read.iter().copied());
                let near = did_you_mean(name, known);
                let help = near.map_or_else(
                    || {
                        "name a field of `person`, or an attribute of the directory that is read"
                            .to_owned()
                    },
                    |near| format!("did you mean `{near}`?"),
                );
                return wrong(format!("nothing that is read is called `{name}`"), help);
            }
        }
        Ok(without)
    }
}

impl Contents {
    fn read(workspace: &Workspace, policy: &Policy) -> Result<Self, Report> {
        let records = people::records(workspace, policy)?;
        let directory = Source::of(workspace, policy, None)?.snapshot(workspace)?;
        let mark = Found::in_snapshot(&directory, &workspace.config.write);
        let prior = planning::belongs(workspace, mark.as_ref())??;
        let read = workspace.people_of(policy, records.clone())?;
        let gone = planning::gone(workspace, policy, &read, &prior)?;
        let now = workspace.config.clock.unwrap_or_else(Timestamp::now);
        Ok(Self {
            records,
            directory,
            prior,
            gone,
            now,
        })
    }

    fn basis<'a>(
        &'a self,
        workspace: &'a Workspace,
        policy: &'a Policy,
        people: &'a hr::Snapshot,
    ) -> Basis<'a> {
        Basis {
            policy,
            people,
            gone: &self.gone,
            directory: &self.directory,
            prior: &self.prior,
            bases: &workspace.config.write,
            now: self.now,
        }
    }

    fn plan(&self, workspace: &Workspace, policy: &Policy) -> Result<Plan, Report> {
        let people = workspace.people_of(policy, self.records.clone())?;
        let basis = self.basis(workspace, policy, &people);
        Ok(basis.with_input(plan::Options::default(), plan::plan))
    }
}

/// The plan that a snapshot gives.
fn planned_from(config: &Path, policy: &Policy) -> Result<Plan, Report> {
    let workspace = Workspace::open(Some(config), Path::new(""))?;
    Contents::read(&workspace, policy)?.plan(&workspace, policy)
}

/// A snapshot that is written.
struct Written<'a> {
    workspace: &'a Workspace,
    policy: &'a Policy,
    without: &'a Without,
    names: Option<&'a Pseudonyms>,
}

impl Written<'_> {
    /// Writes all files; how many photos are left out.
    fn write(&self, contents: &Contents, folder: &Path) -> Result<usize, Report> {
        let put = |name: &str, bytes: &[u8]| disk::write_atomically(&folder.join(name), bytes);
        // Whoever keeps it within a repository does not commit it by mistake.
        put(".gitignore", b"*\n")?;
        let mut sources = Vec::new();
        let mut without_photo = 0;
        for (index, source) in self.records(contents).iter().enumerate() {
            let place = format!("people/{index}");
            let recording = personio::record(&source.records, &self.policy.schema);
            for (number, page) in recording.pages.iter().enumerate() {
                put(&format!("{place}/page-{number}.json"), page.as_bytes())?;
            }
            for (name, bytes) in &recording.photos {
                put(&format!("{place}/photos/{name}"), bytes)?;
            }
            without_photo += recording.without_photo;
            sources.push((source.name.clone(), format!("{place}/page-*.json")));
        }
        let written_back = self.workspace.written_back();
        if written_back.is_file() && self.names.is_none() {
            let text = crate::workspace::read_text(&written_back)
                .map_err(crate::workspace::Error::from)?;
            put("state/writeback.csv", text.as_bytes())?;
        }
        put(DIRECTORY, self.directory(contents).as_bytes())?;
        self.state(contents, &folder.join(STATE))?;
        put(CONFIG, self.config(contents, &sources, folder)?.as_bytes())?;
        Ok(without_photo)
    }

    /// The records as they are written.
    fn records(&self, contents: &Contents) -> Vec<SourceRecords> {
        let mut all = contents.records.clone();
        for record in all.iter_mut().flat_map(|source| &mut source.records) {
            self.strip(record);
            if let Some(names) = self.names {
                names.record(&self.policy.schema, record);
            }
        }
        all
    }

    /// Takes out of a record what is left out; a photo is what nobody else could be.
    fn strip(&self, record: &mut hr::RawRecord) {
        let schema = &self.policy.schema;
        for position in &self.without.fields {
            let slot = schema
                .source_of(*position)
                .and_then(|index| record.fields.get_mut(index));
            if let Some(slot) = slot {
                *slot = Some(RawValue::Null);
            }
        }
        if self.names.is_some() {
            for slot in &mut record.fields {
                if matches!(slot, Some(RawValue::Photo(_))) {
                    *slot = Some(RawValue::Null);
                }
            }
        }
    }

    /// The directory, as far as the policy reads it.
    fn directory(&self, contents: &Contents) -> String {
        let reading = live::reading(self.workspace, &[self.policy]);
        let mut wanted: BTreeSet<AttributeName> = reading
            .wanted()
            .into_iter()
            .map(AttributeName::new)
            .collect();
        wanted.insert(AttributeName::new(BESIDE));
        if self.names.is_some() {
            for photo in PHOTOS {
                wanted.remove(&AttributeName::new(photo));
            }
        }
        ldif::export(&contents.directory, |object| {
            let mut kept = Object::new(object.dn().clone(), object.guid());
            for (name, values) in object.attributes() {
                let read = wanted.contains(name) || ldif::is_of_files(name);
                if read && !self.without.attributes.contains(name) {
                    kept.set(name.clone(), values.to_vec());
                }
            }
            match self.names {
                Some(names) => names.object(&kept),
                None => kept,
            }
        })
    }

    /// The state, where there is one.
    fn state(&self, contents: &Contents, path: &Path) -> Result<(), Report> {
        if contents.prior.policy.is_none() && contents.prior.id.is_nil() {
            return Ok(());
        }
        let prior = match self.names {
            Some(names) => {
                let real = self
                    .workspace
                    .people_of(self.policy, contents.records.clone())?;
                let others = self
                    .workspace
                    .people_of(self.policy, self.records(contents))?;
                let related = &self.policy.rules.related;
                names.prior(&contents.prior, &real, &others, related, rand::random())
            }
            None => contents.prior.clone(),
        };
        let gone = match self.names {
            Some(_) => Vec::new(),
            None => contents.gone.clone(),
        };
        let origin = hr::Origin::new("snapshot");
        let gone = hr::Snapshot::new(self.policy.schema.clone(), gone, Vec::new(), origin);
        let gone = gone.map_err(|error| Report::new("duplicate-person-ids", &error))?;
        disk::make_folder(path)?;
        let holder = super::operator::Operator::of_this_process().holder();
        let lock = Lock::take(path, &holder, Duration::ZERO)?;
        let mut store = Store::open(path, contents.now)?;
        store.write(&lock, |writer| {
            writer.become_copy(&prior, &gone, contents.now)
        })?;
        store.checkpoint(&lock)?;
        Ok(())
    }

    /// The configuration: what the real one says, but for where everything is.
    fn config(
        &self,
        contents: &Contents,
        sources: &[(Option<std::sync::Arc<str>>, String)],
        folder: &Path,
    ) -> Result<String, Report> {
        use toml::{Table, Value};
        let text = crate::workspace::read_text(&self.workspace.file)
            .map_err(crate::workspace::Error::from)?;
        let mut config: Table = toml::from_str(&text)
            .map_err(|error| Report::new("bad-config", &error).help("`tenure check` says where"))?;
        // Nothing is sent, archived or carried out from here; `[http]` and `[mail]` stay, for the policy is checked by them.
        for section in ["people", "directory", "state", "apply", "archive"] {
            config.remove(section);
        }
        let text = |text: &str| Value::String(text.to_owned());
        let mut people = Table::new();
        people.insert("clock".to_owned(), text(&contents.now.to_string()));
        for (name, pattern) in sources {
            match name {
                None => {
                    people.insert("personio_v1".to_owned(), text(pattern));
                }
                Some(name) => {
                    let own = Table::from_iter([("personio_v1".to_owned(), text(pattern))]);
                    people.insert(name.to_string(), Value::Table(own));
                }
            }
        }
        let bases = |bases: &[directory::Dn]| {
            Value::Array(bases.iter().map(|dn| text(dn.as_str())).collect())
        };
        let directory = Table::from_iter([
            ("ldif".to_owned(), text(DIRECTORY)),
            ("read".to_owned(), bases(&self.workspace.config.read)),
            ("write".to_owned(), bases(&self.workspace.config.write)),
        ]);
        let state = Table::from_iter([("path".to_owned(), text(STATE))]);
        let without = self.left_out().into_iter().map(Value::String).collect();
        let snapshot = Table::from_iter([
            ("taken".to_owned(), text(&contents.now.to_string())),
            (
                "pseudonymised".to_owned(),
                Value::Boolean(self.names.is_some()),
            ),
            ("without".to_owned(), Value::Array(without)),
        ]);
        let policy = config
            .entry("policy")
            .or_insert_with(|| Value::Table(Table::new()));
        if let Value::Table(policy) = policy {
            let real = self.workspace.path(&self.workspace.config.policy);
            policy.insert("path".to_owned(), text(&way(folder, &real)));
        }
        for (name, table) in [
            ("people", people),
            ("directory", directory),
            ("state", state),
            ("snapshot", snapshot),
        ] {
            config.insert(name.to_owned(), Value::Table(table));
        }
        let config = toml::to_string(&config)
            .map_err(|error| Report::new("bad-config", &error).help("`tenure check` says where"))?;
        Ok(format!(
            "# A snapshot, for `tenure plan --config` and `tenure diff --snapshot`. It is personal data.\n\n{config}"
        ))
    }

    fn left_out(&self) -> Vec<String> {
        let attributes = self.policy.schema.attributes();
        let fields = self
            .without
            .fields
            .iter()
            .filter_map(|position| attributes.get(*position));
        let fields = fields.map(|attribute| attribute.name.to_string());
        let attributes = self.without.attributes.iter();
        fields
            .chain(attributes.map(|name| name.as_str().to_owned()))
            .collect()
    }
}

/// The way from the folder that a snapshot will have to another one; both lie beside each other by name.
fn way(from: &Path, to: &Path) -> String {
    let to = if to.as_os_str().is_empty() {
        Path::new(".")
    } else {
        to
    };
    let (Ok(from), Ok(to)) = (from.canonicalize(), to.canonicalize()) else {
        return to.display().to_string();
    };
    let (from, to): (Vec<Component<'_>>, Vec<Component<'_>>) =
        (from.components().collect(), to.components().collect());
    let same = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n(Component::ParentDir, from.len() - same);
    let way: PathBuf = up.chain(to.into_iter().skip(same)).collect();
    if way.as_os_str().is_empty() {
        return ".".to_owned();
    }
    way.to_string_lossy().replace('\\', "/")
}

/// Where a snapshot goes.
struct Place {
    folder: PathBuf,
}

impl Place {
    /// A folder that is not there, or holds an earlier snapshot.
    fn of(folder: &Path) -> Result<Self, Report> {
        let bad = |message: String| {
            Err(Report::text("no-snapshot", message).help(
                "name a folder that is not there, or one that holds a snapshot, which is replaced",
            ))
        };
        if folder.file_name().is_none() {
            return bad(format!(
                "`{}` cannot be the folder of a snapshot",
                folder.display()
            ));
        }
        let there = std::fs::symlink_metadata(folder).is_ok();
        if there && !folder.join(CONFIG).is_file() {
            return bad(format!(
                "`{}` is there, and is no snapshot",
                folder.display()
            ));
        }
        disk::make_folder(folder)?;
        Ok(Self {
            folder: folder.to_owned(),
        })
    }

    /// A folder beside it.
    fn beside(&self, ending: &str) -> PathBuf {
        let mut name = self.folder.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.{ending}", std::process::id()));
        self.folder.with_file_name(name)
    }

    /// Gives what was written its place; an earlier snapshot goes once the new one is whole.
    fn take(&self, scratch: Scratch) -> Result<(), Report> {
        let failed = |error: std::io::Error| disk::unwritten(&self.folder, &error);
        let former = self.beside("old");
        let there = self.folder.exists();
        if there {
            std::fs::rename(&self.folder, &former).map_err(failed)?;
        }
        if let Err(error) = std::fs::rename(scratch.path(), &self.folder) {
            if there {
                // Nothing else can be done if this fails, too: it lies beside.
                let _ = std::fs::rename(&former, &self.folder);
            }
            return Err(failed(error));
        }
        drop(scratch);
        if there {
            std::fs::remove_dir_all(&former).map_err(failed)?;
        }
        Ok(())
    }
}

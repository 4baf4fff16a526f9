//! A snapshot on disk: recordings, LDIF, state and the configuration that names them.

use super::CONFIG;
use super::contents::{Contents, Without};
use crate::cli::disk;
use crate::cli::report::Report;
use crate::directory::{self, AttributeName, Object, ldif};
use crate::hr::{self, RawValue};
use crate::personio;
use crate::policy::Policy;
use crate::pseudonym::Pseudonyms;
use crate::state::{Lock, Store};
use crate::workspace::{SourceRecords, Workspace};
use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

/// Its directory.
const DIRECTORY: &str = "directory.ldif";

/// Its state, in a folder of its own, where working copies would lie.
const STATE: &str = "state/state.db";

/// Values that only a file has, or that say which suffixes logon names may have.
const BESIDE: &str = "uPNSuffixes";

/// A photo in the directory, and in HR.
const PHOTOS: [&str; 2] = ["thumbnailPhoto", "jpegPhoto"];

/// A snapshot that is written.
pub(super) struct Written<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) policy: &'a Policy,
    pub(super) without: &'a Without,
    pub(super) names: Option<&'a Pseudonyms>,
}

impl Written<'_> {
    /// Writes all files; how many photos are left out.
    pub(super) fn write(&self, contents: &Contents, folder: &Path) -> Result<usize, Report> {
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
        let reading = self.workspace.reading(&[self.policy]);
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
        let holder = crate::cli::operator::Operator::of_this_process().holder();
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

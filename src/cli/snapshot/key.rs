//! The key of pseudonyms: a file outside of the policy's repository.

use crate::cli::disk;
use crate::cli::report::Report;
use crate::pseudonym;
use crate::workspace::Workspace;
use std::path::{Path, PathBuf};

/// The key of pseudonyms, made where there is none.
pub(super) fn of(workspace: &Workspace, file: &Path) -> Result<[u8; pseudonym::KEY_BYTES], Report> {
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

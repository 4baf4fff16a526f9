//! Any text is read without a panic, and every message about it can be drawn.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tenure::diagnostic::render::{Style, human};
use tenure::diagnostic::Sources;
use tenure::syntax;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = tenure::text::decode(bytes) else {
        return;
    };
    let mut sources = Sources::new();
    let file = sources.add("fuzzed.tenure", text.as_str());
    let (_, diagnostics) = syntax::parse(file, &text);
    let internal = diagnostics
        .iter()
        .find(|one| one.code.name == "internal-syntax");
    assert!(internal.is_none(), "{internal:?}");
    let _ = human(&sources, &diagnostics, Style::default());
});

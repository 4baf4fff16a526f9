//! Cases as files: the tree that is left, and what is reported.

use super::tree::tree;
use tenure::diagnostic::Sources;
use tenure::diagnostic::render::{Style, human, summary};

#[test]
fn each_case_gives_its_tree_and_its_diagnostics() {
    insta::glob!("cases/*.tenure", |path| {
        let text = std::fs::read_to_string(path).unwrap();
        let mut sources = Sources::new();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let id = sources.add(name, text.as_str());
        let (file, diagnostics) = tenure::syntax::parse(id, &text);
        let shown = format!(
            "{}\n{}\n{}\n",
            tree(&file, &text),
            human(&sources, &diagnostics, Style::default()),
            summary(&diagnostics)
        );
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false, snapshot_path => "cases" }, {
            insta::assert_snapshot!(shown);
        });
    });
}

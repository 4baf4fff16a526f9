//! Texts that grow: what is longer than the limit is not known, or missing where a function made it; nothing is cut
//! silently or fills the memory.

use std::fmt::Write as _;

use super::bench::Bench;

#[test]
fn values_that_double_each_other_end_at_the_limit() {
    let mut lets = "let t0 = \"{last_name}{last_name}\"\n".to_owned();
    for index in 1..=60 {
        let before = index - 1;
        writeln!(lets, "let t{index} = \"{{t{before}}}{{t{before}}}\"").unwrap();
    }
    let wishes = Bench::new()
        .policy(&format!(
            "{lets}groups {{ when t60 matches \"K*\" => \"SG-Long\" when t4 matches \"K*\" => \"SG-Short\" }}"
        ))
        .people("id\n1\n")
        .only("groups held")
        .wishes();
    insta::assert_snapshot!(wishes, @r"
    1 employee
      groups SG-Short, SG-Staff
      groups hold SG-Long: the policy makes a text of more than 256 KiB
    ");
}

#[test]
fn a_replacement_in_a_long_text_ends_at_the_limit() {
    let long = "KING".repeat(4_000);
    let wishes = Bench::new()
        .policy(&format!(
            "let long = \"{long}\"
             let one  = long.replace(\"K\", long)
             let two  = one.replace(\"K\", one)
             groups {{ when two matches \"K*\" => \"SG-Long\" }}"
        ))
        .people("id\n1\n")
        .only("groups held")
        .wishes();
    insta::assert_snapshot!(wishes, @r"
    1 employee
      groups SG-Staff
    ");
}

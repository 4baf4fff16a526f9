//! The tour, run through the real binary in an empty folder.

use super::shell;

#[test]
fn the_tour_shows_what_happens() {
    shell::holds("docs/tour.md");
}

#[test]
fn the_page_of_the_trail_shows_what_happens() {
    shell::holds_after("docs/audit.md", super::world::company);
}

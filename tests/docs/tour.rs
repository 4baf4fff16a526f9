//! The tour, run through the real binary in an empty folder.

use super::shell;

#[test]
fn the_tour_shows_what_happens() {
    shell::holds("docs/tour.md");
}

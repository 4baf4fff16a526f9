//! Whether recorded pages are all there is (G6).
//!
//! Since 2023 each answer tells in `metadata` how many people and pages there are and which page it is, counted from 0.
//! Pages are complete if they tell of the same totals, each page is there exactly once, and they hold as many people
//! as they tell of. `limit` and `offset` prove nothing more, and what Personio echoes there is not documented, so
//! they are used for two things only: to explain a contradiction, and for answers without `metadata`.
//!
//! An answer without `metadata` is accepted alone, and only if nothing suggests that there is more: if it holds fewer
//! people than its `limit`; or, without a `limit`, if it is of the time before paging, which shows in attributes
//! that have no `type`. Such answers were never paged.

use super::Error;

/// The most pages: at 100 people each, ten million.
const MAX_PAGES: u64 = 100_000;

/// What one answer says about itself, and how many people it holds.
#[derive(Debug, Clone)]
pub(super) struct Page {
    /// What messages call it: the file, and which answer of the file where it holds several.
    pub(super) name: String,
    /// Its `metadata`.
    pub(super) metadata: Option<Metadata>,
    /// Its `offset`, in people.
    pub(super) offset: Option<u64>,
    /// Its `limit`, in people.
    pub(super) limit: Option<u64>,
    /// How many people it holds.
    pub(super) people: u64,
    /// Whether its attributes have a `type`, as they do since paging began.
    pub(super) typed: bool,
}

/// How many people and pages there are, and which page this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Metadata {
    /// How many people there are on all pages.
    pub(super) people: u64,
    /// How many pages there are.
    pub(super) pages: u64,
    /// Which page this is, from 0.
    pub(super) page: u64,
}

impl Metadata {
    fn totals(self) -> String {
        let plural = |count, one, many| if count == 1 { one } else { many };
        let people = plural(self.people, "person", "people");
        let pages = plural(self.pages, "page", "pages");
        format!("{} {people} on {} {pages}", self.people, self.pages)
    }
}

/// Refuses pages that are not all there is, in whatever order they come.
pub(super) fn check_complete(pages: &[Page]) -> Result<(), Error> {
    if let [page] = pages
        && page.metadata.is_none()
    {
        return check_unpaged(page);
    }
    let mut numbered = Vec::with_capacity(pages.len());
    for page in pages {
        match page.metadata {
            Some(metadata) => numbered.push((metadata, page)),
            None => return Err(unbounded(page, "it has no `metadata`")),
        }
    }
    numbered.sort_by(|(a, one), (b, other)| (a.page, &one.name).cmp(&(b.page, &other.name)));
    let Some((first, rest)) = numbered.split_first() else {
        return Err(Error::NoFile);
    };
    for other in rest {
        check_totals(first, other)?;
    }
    check_numbers(&numbered, first.0)?;
    let held = pages.iter().map(|page| page.people).sum();
    if held == first.0.people {
        return Ok(());
    }
    let told = first.0.people;
    Err(Error::CountDiffers { told, held })
}

fn check_unpaged(page: &Page) -> Result<(), Error> {
    if page.offset.is_some_and(|offset| offset > 0) {
        return Err(unbounded(
            page,
            "it has no `metadata`, and its `offset` is not 0",
        ));
    }
    match page.limit {
        Some(limit) if page.people < limit => Ok(()),
        Some(_) => Err(unbounded(
            page,
            "it has no `metadata`, and as many people as its `limit` admits",
        )),
        None if page.typed => Err(unbounded(
            page,
            "it has no `metadata`, which every answer of its kind has",
        )),
        None => Ok(()),
    }
}

fn unbounded(page: &Page, why: &'static str) -> Error {
    let file = page.name.as_str().into();
    Error::Unbounded { file, why }
}

fn check_totals(first: &(Metadata, &Page), other: &(Metadata, &Page)) -> Result<(), Error> {
    if (first.0.people, first.0.pages) == (other.0.people, other.0.pages) {
        return Ok(());
    }
    Err(Error::TotalsDiffer {
        first: first.1.name.clone(),
        first_says: first.0.totals(),
        second: other.1.name.clone(),
        second_says: other.0.totals(),
    })
}

/// Refuses numbers out of range, twice there, or not there; the pages are sorted by number and tell of the same totals.
fn check_numbers(pages: &[(Metadata, &Page)], totals: Metadata) -> Result<(), Error> {
    let total = totals.pages.max(1); // nobody at all may be no page or an empty one
    if total > MAX_PAGES {
        return Err(Error::TooManyPages {
            pages: total,
            most: MAX_PAGES,
        });
    }
    for (metadata, page) in pages {
        if metadata.page >= total {
            return Err(Error::PageOutOfRange {
                page: page.name.clone(),
                number: metadata.page,
                total: totals.pages,
            });
        }
    }
    let twice = pages.iter().zip(pages.iter().skip(1));
    for ((one, first), (other, second)) in twice {
        if one.page == other.page {
            return Err(Error::PageTwice {
                number: one.page,
                first: first.name.clone(),
                second: second.name.clone(),
            });
        }
    }
    let mut there = pages.iter().map(|(metadata, _)| metadata.page).peekable();
    let missing: Vec<u64> = (0..total)
        .filter(|number| there.next_if_eq(number).is_none())
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let limit = pages.iter().find_map(|(_, page)| page.limit);
    Err(Error::PagesMissing {
        missing,
        total,
        doubt: limit.and_then(|limit| contradiction(totals, limit)),
    })
}

/// Why the totals of a page cannot be right, if they cannot.
fn contradiction(totals: Metadata, limit: u64) -> Option<String> {
    let pages = totals
        .people
        .checked_div(limit)
        .map(|_| totals.people.div_ceil(limit).max(1))?;
    let plural = if pages == 1 { "" } else { "s" };
    (pages != totals.pages).then(|| {
        format!(
            "; yet {} people in pages of {limit} are {pages} page{plural}, so the answer contradicts itself and is not as Personio sent it",
            totals.people,
        )
    })
}

#[cfg(test)]
mod tests {
    use super::{Metadata, Page, check_complete};

    fn page(number: u64, of: u64, people: u64, total: u64) -> Page {
        Page {
            name: format!("{number}.json"),
            metadata: Some(Metadata {
                people: total,
                pages: of,
                page: number,
            }),
            offset: Some(number * 2),
            limit: Some(2),
            people,
            typed: true,
        }
    }

    fn verdict(pages: &[Page]) -> String {
        check_complete(pages).map_or_else(|error| error.to_string(), |()| "complete".to_owned())
    }

    #[test]
    fn all_pages_in_any_order_are_complete() {
        let pages = [page(2, 3, 1, 5), page(0, 3, 2, 5), page(1, 3, 2, 5)];
        assert_eq!(verdict(&pages), "complete");
        assert_eq!(verdict(&[page(0, 1, 0, 0)]), "complete");
        assert_eq!(verdict(&[page(0, 0, 0, 0)]), "complete");
    }

    #[test]
    fn what_is_not_all_is_refused() {
        for (pages, problem) in [
            (vec![], "there is no recorded answer of Personio"),
            (
                vec![page(0, 2, 2, 4)],
                "page 1 of 2 is missing, counted from 0",
            ),
            (
                vec![page(3, 9, 2, 18)],
                "pages 0, 1, 2, 4, 5 and more of 9 are missing, counted from 0",
            ),
            (
                vec![page(0, 3, 1, 2)],
                "pages 1 and 2 of 3 are missing, counted from 0; yet 2 people in pages of 2 are 1 page, so the \
                 answer contradicts itself and is not as Personio sent it",
            ),
            (
                vec![page(0, 2, 2, 4), page(1, 2, 1, 4)],
                "Personio tells of 4 people, but the pages hold 3",
            ),
            (
                vec![page(0, 2, 2, 4), page(1, 3, 2, 5)],
                "0.json tells of 4 people on 2 pages, but 1.json of 5 people on 3 pages",
            ),
            (
                vec![page(1, 2, 2, 4), page(2, 2, 2, 4)],
                "2.json says that it is page 2 of 2, counted from 0",
            ),
            (
                vec![page(0, 2, 2, 4), page(0, 2, 2, 4)],
                "page 0, counted from 0, was recorded twice: 0.json and 0.json",
            ),
            (
                vec![page(0, u64::MAX, 2, 4)],
                "18446744073709551615 pages are more than the 100000 that a recording may have",
            ),
        ] {
            assert_eq!(verdict(&pages), problem);
        }
    }

    #[test]
    fn an_answer_without_metadata_is_accepted_only_where_nothing_suggests_more() {
        let bare = Page {
            metadata: None,
            offset: None,
            limit: None,
            typed: false,
            ..page(0, 1, 2, 2)
        };
        let with = |change: fn(&mut Page)| {
            let mut page = bare.clone();
            change(&mut page);
            verdict(&[page])
        };
        assert_eq!(with(|_| ()), "complete");
        assert_eq!(with(|page| page.limit = Some(3)), "complete");
        for refused in [
            with(|page| page.limit = Some(2)),
            with(|page| page.limit = Some(0)),
            with(|page| page.offset = Some(2)),
            with(|page| page.typed = true),
            verdict(&[bare.clone(), bare.clone()]),
            verdict(&[page(0, 2, 2, 4), bare.clone()]),
        ] {
            assert!(refused.starts_with(
                "0.json does not tell how many people there are: it has no `metadata`"
            ));
        }
    }
}

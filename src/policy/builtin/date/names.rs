//! Names of months and days in the languages that dates are written in.

use crate::policy::builtin::Unfit;
use jiff::civil::Date;

/// The names of one language.
#[derive(Debug)]
pub(super) struct Names {
    language: &'static str,
    months: [&'static str; 12],
    short_months: [&'static str; 12],
    /// From Monday.
    weekdays: [&'static str; 7],
    short_weekdays: [&'static str; 7],
}

impl Names {
    pub(super) fn month(&self, date: Date, full: bool) -> &'static str {
        let names = if full {
            &self.months
        } else {
            &self.short_months
        };
        let index = usize::try_from(date.month()).unwrap_or_default();
        names
            .get(index.saturating_sub(1))
            .copied()
            .unwrap_or_default()
    }

    pub(super) fn weekday(&self, date: Date, full: bool) -> &'static str {
        let names = if full {
            &self.weekdays
        } else {
            &self.short_weekdays
        };
        let index = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or_default();
        names.get(index).copied().unwrap_or_default()
    }
}

/// The names of a language by its code.
pub(super) fn of(language: &str) -> Option<&'static Names> {
    LANGUAGES.iter().find(|names| names.language == language)
}

/// Whether names are known in a language.
pub(super) fn check(language: &str) -> Result<(), Unfit> {
    if of(language).is_some() {
        return Ok(());
    }
    let known: Vec<String> = LANGUAGES
        .iter()
        .map(|names| format!("`\"{}\"`", names.language))
        .collect();
    let small = language.to_lowercase();
    Err(Unfit {
        why: format!("names of days and months are known in {}", known.join(", ")),
        right: Some(small).filter(|small| of(small).is_some()),
    })
}

/// As the Unicode locale data (CLDR) has them.
static LANGUAGES: [Names; 6] = [
    Names {
        language: "de",
        months: [
            "Januar",
            "Februar",
            "März",
            "April",
            "Mai",
            "Juni",
            "Juli",
            "August",
            "September",
            "Oktober",
            "November",
            "Dezember",
        ],
        short_months: [
            "Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.",
            "Dez.",
        ],
        weekdays: [
            "Montag",
            "Dienstag",
            "Mittwoch",
            "Donnerstag",
            "Freitag",
            "Samstag",
            "Sonntag",
        ],
        short_weekdays: ["Mo.", "Di.", "Mi.", "Do.", "Fr.", "Sa.", "So."],
    },
    Names {
        language: "en",
        months: [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ],
        short_months: [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ],
        weekdays: [
            "Monday",
            "Tuesday",
            "Wednesday",
            "Thursday",
            "Friday",
            "Saturday",
            "Sunday",
        ],
        short_weekdays: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
    },
    Names {
        language: "es",
        months: [
            "enero",
            "febrero",
            "marzo",
            "abril",
            "mayo",
            "junio",
            "julio",
            "agosto",
            "septiembre",
            "octubre",
            "noviembre",
            "diciembre",
        ],
        short_months: [
            "ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic",
        ],
        weekdays: [
            "lunes",
            "martes",
            "miércoles",
            "jueves",
            "viernes",
            "sábado",
            "domingo",
        ],
        short_weekdays: ["lun", "mar", "mié", "jue", "vie", "sáb", "dom"],
    },
    Names {
        language: "fr",
        months: [
            "janvier",
            "février",
            "mars",
            "avril",
            "mai",
            "juin",
            "juillet",
            "août",
            "septembre",
            "octobre",
            "novembre",
            "décembre",
        ],
        short_months: [
            "janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.",
            "nov.", "déc.",
        ],
        weekdays: [
            "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche",
        ],
        short_weekdays: ["lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."],
    },
    Names {
        language: "it",
        months: [
            "gennaio",
            "febbraio",
            "marzo",
            "aprile",
            "maggio",
            "giugno",
            "luglio",
            "agosto",
            "settembre",
            "ottobre",
            "novembre",
            "dicembre",
        ],
        short_months: [
            "gen", "feb", "mar", "apr", "mag", "giu", "lug", "ago", "set", "ott", "nov", "dic",
        ],
        weekdays: [
            "lunedì",
            "martedì",
            "mercoledì",
            "giovedì",
            "venerdì",
            "sabato",
            "domenica",
        ],
        short_weekdays: ["lun", "mar", "mer", "gio", "ven", "sab", "dom"],
    },
    Names {
        language: "nl",
        months: [
            "januari",
            "februari",
            "maart",
            "april",
            "mei",
            "juni",
            "juli",
            "augustus",
            "september",
            "oktober",
            "november",
            "december",
        ],
        short_months: [
            "jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec",
        ],
        weekdays: [
            "maandag",
            "dinsdag",
            "woensdag",
            "donderdag",
            "vrijdag",
            "zaterdag",
            "zondag",
        ],
        short_weekdays: ["ma", "di", "wo", "do", "vr", "za", "zo"],
    },
];

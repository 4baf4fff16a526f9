//! Random expressions as text, typed as the reference types them, over the names of the generated company.

use super::names::{Kind, Names};
use crate::dice::Dice;

/// Values that an expression may take, as the policy writes them.
pub(super) type Sample<'a> = &'a dyn Fn(&str) -> Vec<String>;

/// Writes expressions.
pub(super) struct Writer<'a> {
    pub(super) dice: &'a mut Dice,
    pub(super) names: Names,
    pub(super) sample: Sample<'a>,
}

impl Writer<'_> {
    fn within<T>(&mut self, names: Names, write: impl FnOnce(&mut Writer<'_>) -> T) -> T {
        write(&mut Writer {
            dice: &mut *self.dice,
            names,
            sample: self.sample,
        })
    }

    pub(super) fn atom(&mut self, kind: Kind) -> String {
        let all = &self.names.atoms[&kind];
        all[self.dice.below(all.len())].clone()
    }

    /// A literal that the expression takes for somebody, where one is known; else another one of its type.
    fn literal_for(&mut self, expr: &str, kind: Kind) -> String {
        let values = if self.names.depth == 0 && self.dice.percent(90) {
            (self.sample)(expr)
        } else {
            Vec::new()
        };
        if values.is_empty() {
            return self.literal(kind);
        }
        values[self.dice.below(values.len())].clone()
    }

    fn literal(&mut self, kind: Kind) -> String {
        let dice = &mut *self.dice;
        match kind {
            Kind::Number => dice.of(&["1", "2", "7", "12", "38.5", "40"]).to_owned(),
            Kind::Date => {
                let month = 1 + dice.below(12);
                let day = 1 + dice.below(28);
                format!("2026-{month:02}-{day:02}")
            }
            Kind::Time => dice.of(&["09:00", "18:00", "06:30", "02:30"]).to_owned(),
            Kind::Bool => dice.of(&["true", "false"]).to_owned(),
            Kind::Choice => dice
                .of(&["\"active\"", "\"trainee\"", "\"internal\"", "\"lead\""])
                .to_owned(),
            _ => {
                let word = [
                    "Berlin",
                    "Finance",
                    "IT",
                    "Ada",
                    "Manager",
                    "Honolulu",
                    "First aid",
                ];
                format!("\"{}\"", dice.of(&word))
            }
        }
    }

    fn length(&mut self) -> String {
        let count = 1 + self.dice.below(40);
        let unit = self.dice.of(&[
            "days", "weeks", "months", "hours", "minutes", "days", "days", "year",
        ]);
        match self.dice.below(6) {
            0 => self.atom(Kind::Length),
            _ if unit == "year" => "1 year".to_owned(),
            _ => format!("{count} {unit}"),
        }
    }

    /// Something that gives values of this kind; it may stand before a dot.
    pub(super) fn value(&mut self, kind: Kind, depth: usize) -> String {
        if depth == 0 {
            return self.atom(kind);
        }
        let called = self
            .names
            .functions
            .iter()
            .filter(|(.., gives)| *gives == kind)
            .count();
        if called > 0 && self.dice.percent(8) {
            return self.call(kind, depth - 1);
        }
        let depth = depth - 1;
        match (kind, self.dice.below(10)) {
            (Kind::Text, _) => self.text(depth),
            (Kind::Number, _) => self.number(depth),
            (Kind::Date, _) => self.date(depth),
            (Kind::Time, 0..=3) => {
                let (one, other) = (self.atom(Kind::Time), self.literal(Kind::Time));
                format!("({one} else {other})")
            }
            (Kind::Bool, 0..=4) => self.condition(depth),
            (Kind::Texts, 0..=1) => format!("{}.words()", self.value(Kind::Text, depth)),
            (Kind::Texts, 2) => format!("{}.split(\" \")", self.value(Kind::Text, depth)),
            (Kind::Texts, 3) => format!("{}.sort()", self.value(Kind::Texts, depth)),
            (Kind::Texts, 4) => format!("{}.distinct()", self.value(Kind::Texts, depth)),
            (Kind::Texts, 5) => {
                let (one, other) = (self.value(Kind::Text, depth), self.value(Kind::Text, depth));
                format!("[{one}, {other}]")
            }
            (Kind::Texts | Kind::Numbers | Kind::Dates, 6) => {
                let (part, count) = (self.dice.of(&["take", "drop"]), 1 + self.dice.below(2));
                format!("{}.{part}({count})", self.value(kind, depth))
            }
            (Kind::Dates, 3..=4) => {
                let (one, other) = (self.value(Kind::Date, depth), self.value(Kind::Date, depth));
                format!("[{one}, {other}]")
            }
            (Kind::Numbers, 3..=4) => format!("{}.sort()", self.atom(Kind::Numbers)),
            _ => self.atom(kind),
        }
    }

    fn call(&mut self, kind: Kind, depth: usize) -> String {
        let able = self
            .names
            .functions
            .iter()
            .filter(|(.., gives)| *gives == kind);
        let able: Vec<_> = able.cloned().collect();
        let (name, params, _) = able[self.dice.below(able.len())].clone();
        let args: Vec<String> = params.iter().map(|one| self.value(*one, depth)).collect();
        format!("{name}({})", args.join(", "))
    }

    fn text(&mut self, depth: usize) -> String {
        let of = |writer: &mut Self| writer.value(Kind::Text, depth);
        let steps = [
            "upper()",
            "lower()",
            "title()",
            "initials()",
            "take(2)",
            "take(4)",
            "drop(3)",
            "take_last(3)",
            "drop_last(2)",
            "before(\" \")",
            "after(\" \")",
            "before_last(\"-\")",
            "after_last(\" \")",
            "replace(\"e\", \"oo\")",
            "remove(\"a\")",
            "slug()",
            "pad_start(6, \"0\")",
            "pad_end(8, \"x\")",
            "without_prefix(\"Head\")",
            "without_suffix(\"e\")",
            "digits()",
            "extract(/[A-Z][a-z]+/)",
        ];
        match self.dice.below(16) {
            0..=3 => self.atom(Kind::Text),
            4..=7 => {
                let step = self.dice.of(&steps);
                format!("{}.{step}", of(self))
            }
            8..=9 => {
                let (one, other) = (of(self), of(self));
                format!("({one} else {other})")
            }
            10..=11 => self.template(),
            12 => {
                let names = Names {
                    clock: self.names.clock,
                    ..self.names.clone()
                };
                let condition = self.within(names, |inner| inner.condition(depth));
                let (one, other) = (of(self), of(self));
                format!("(choose {{ when {condition} => {one} otherwise => {other} }})")
            }
            13..=14 => {
                let step = self
                    .dice
                    .of(&["first()", "last()", "item(2)", "join(\"; \")"]);
                format!("{}.{step}", self.value(Kind::Texts, depth))
            }
            _ => self.literal(Kind::Text),
        }
    }

    fn template(&mut self) -> String {
        let (between, after) = (
            self.dice.of(&[" ", "-", ", ", ""]),
            self.dice.of(&["", "", "!", " "]),
        );
        let mut hole = || {
            let kind = self.dice.of(&[
                Kind::Text,
                Kind::Text,
                Kind::Text,
                Kind::Number,
                Kind::Date,
                Kind::Choice,
                Kind::Time,
            ]);
            let step = match kind {
                Kind::Text => self.dice.of(&["", "", ".upper()", ".take(3)", ".slug()"]),
                _ => "",
            };
            format!("{{{}{step}}}", self.atom(kind))
        };
        let (one, other) = (hole(), hole());
        if self.dice.percent(40) {
            return format!("\"{one}{after}\"");
        }
        format!("\"{one}{between}{other}{after}\"")
    }

    fn number(&mut self, depth: usize) -> String {
        let of = |writer: &mut Self| writer.value(Kind::Number, depth);
        match self.dice.below(18) {
            0..=4 => self.atom(Kind::Number),
            5 => format!("{}.length()", self.value(Kind::Text, depth)),
            6 => {
                let step = self.dice.of(&["plus", "minus", "times", "divided_by"]);
                let by = self.dice.of(&["2", "3", "7", "0.5"]);
                format!("{}.{step}({by})", of(self))
            }
            7 => {
                let step = self
                    .dice
                    .of(&["round(0)", "round(1)", "round_down(0)", "int()"]);
                format!("{}.{step}", of(self))
            }
            8..=9 => {
                let step = self.dice.of(&["year()", "month()", "day()", "weekday()"]);
                format!("{}.{step}", self.value(Kind::Date, depth))
            }
            10 => {
                let (one, other) = (self.value(Kind::Date, depth), self.value(Kind::Date, depth));
                format!("{one}.days_until({other})")
            }
            11 => format!("({})", self.quantifier("count", depth)),
            12 => format!("{}.digits().int()", self.value(Kind::Text, depth)),
            13 => {
                let step = self
                    .dice
                    .of(&["length()", "max()", "min()", "first()", "item(2)"]);
                format!("{}.{step}", self.value(Kind::Numbers, depth))
            }
            14 => format!("({} else {})", of(self), self.literal(Kind::Number)),
            15..=16 => format!("{}.length()", self.pair().0),
            _ => format!(
                "{}.modulo(2)",
                self.dice.of(&["grade", "room", "id", "team.room"])
            ),
        }
    }

    fn date(&mut self, depth: usize) -> String {
        let of = |writer: &mut Self| writer.value(Kind::Date, depth);
        match self.dice.below(14) {
            0..=3 => self.atom(Kind::Date),
            4..=6 => {
                let (sign, length) = (self.dice.of(&["+", "-"]), self.length());
                format!("({} {sign} {length})", of(self))
            }
            7 => {
                let (one, other) = (of(self), of(self));
                format!("({one} else {other})")
            }
            8 => format!("({} else never)", of(self)),
            9 => {
                let step = self.dice.of(&["end_of_month()", "start_of_month()"]);
                format!("{}.{step}", of(self))
            }
            10 => {
                let step = self.dice.of(&["plus", "minus"]);
                format!("{}.{step}_working_days(3, holidays.date)", of(self))
            }
            11 => {
                let step = self.dice.of(&["max()", "min()", "first()", "last()"]);
                format!("{}.{step}", self.value(Kind::Dates, depth))
            }
            12 => {
                let condition = self.condition(depth);
                let (one, other) = (of(self), of(self));
                format!("(choose {{ when {condition} => {one} otherwise => {other} }})")
            }
            _ => self.literal(Kind::Date),
        }
    }

    fn moment(&mut self, depth: usize) -> String {
        let (day, time) = (self.value(Kind::Date, depth), self.value(Kind::Time, depth));
        let time = if self.dice.percent(50) {
            self.literal(Kind::Time)
        } else {
            time
        };
        if self.dice.percent(50) {
            return format!("({day} at {time})");
        }
        let (sign, length) = (self.dice.of(&["+", "-"]), self.length());
        format!("(({day} at {time}) {sign} {length})")
    }

    /// A condition, in parentheses where another one could follow.
    pub(super) fn condition(&mut self, depth: usize) -> String {
        let deeper = depth.saturating_sub(1);
        let turn = if depth == 0 {
            self.dice.below(14)
        } else {
            self.dice.below(22)
        };
        match turn {
            0..=2 => self.equality(deeper),
            3..=4 => self.ordered(deeper),
            5 if self.names.clock => self.clock(deeper),
            5..=6 => self.is_in(deeper),
            7 => self.matches(deeper),
            8 => {
                let kind = self.dice.of(&[
                    Kind::Text,
                    Kind::Choice,
                    Kind::Number,
                    Kind::Date,
                    Kind::Bool,
                    Kind::Person,
                    Kind::Texts,
                    Kind::People,
                    Kind::Jobs,
                ]);
                let word = self.dice.of(&["present", "missing"]);
                // Of a condition there is always an answer: only fields can be missing.
                let depth = if kind == Kind::Bool { 0 } else { deeper };
                format!("({} is {word})", self.value(kind, depth))
            }
            9..=10 => self.atom(Kind::Bool),
            11 => {
                let step = self.dice.of(&["contains", "starts_with", "ends_with"]);
                let of = self.value(Kind::Text, deeper);
                let whole = self.literal_for(&of, Kind::Text);
                let word: Vec<char> = whole.trim_matches('"').chars().collect();
                let end = if step == "ends_with" {
                    word.len().saturating_sub(2)
                } else {
                    0
                };
                let part: String = word[end..].iter().take(2).collect();
                let part = part.trim().replace('\\', "");
                if part.is_empty() {
                    return self.atom(Kind::Bool);
                }
                format!("{of}.{step}(\"{part}\")")
            }
            12 => {
                let of = self.value(Kind::Date, deeper);
                format!(
                    "{of}.is_working_day({})",
                    self.dice.of(&["", "holidays.date"])
                )
            }
            13 => {
                let bools = self
                    .names
                    .functions
                    .iter()
                    .any(|(.., gives)| *gives == Kind::Bool);
                if bools {
                    self.call(Kind::Bool, deeper)
                } else {
                    self.atom(Kind::Bool)
                }
            }
            14..=15 => format!("(not {})", self.condition(deeper)),
            16..=17 => self.joined("and", deeper),
            18 => self.joined("or", deeper),
            19 => {
                let counted = self.quantifier("count", deeper);
                let (sign, number) = (self.dice.of(&["==", ">", "<=", "!="]), self.dice.below(2));
                format!("({counted} {sign} {number})")
            }
            _ => {
                let word = self.dice.of(&["any", "all"]);
                format!("({})", self.quantifier(word, deeper))
            }
        }
    }

    fn joined(&mut self, word: &str, depth: usize) -> String {
        let mut parts = vec![self.condition(depth), self.condition(depth)];
        if self.dice.percent(10) {
            parts.push(self.condition(depth));
        }
        format!("({})", parts.join(&format!(" {word} ")))
    }

    fn equality(&mut self, depth: usize) -> String {
        let kind = self.dice.of(&[
            Kind::Text,
            Kind::Text,
            Kind::Choice,
            Kind::Number,
            Kind::Date,
            Kind::Time,
            Kind::Bool,
            Kind::Person,
            Kind::Texts,
        ]);
        if kind == Kind::Texts {
            return self.about_a_list();
        }
        let sign = self.dice.of(&["==", "!="]);
        let left = self.value(kind, depth);
        if kind == Kind::Person {
            return format!("({left} {sign} {})", self.atom(kind));
        }
        let right = if self.dice.percent(12) {
            self.value(kind, depth)
        } else {
            self.literal_for(&left, kind)
        };
        format!("({left} {sign} {right})")
    }

    /// A list of two texts that may lack one of them, and what stands in it for somebody.
    fn pair(&mut self) -> (String, [String; 2]) {
        let (one, other) = (self.atom(Kind::Text), self.atom(Kind::Text));
        let values = [&one, &other].map(|of| self.literal_for(of, Kind::Text));
        (format!("[{one}, {other}]"), values)
    }

    /// Such a list compared as a whole, or by how many are in it.
    pub(super) fn about_a_list(&mut self) -> String {
        let sign = self.dice.of(&["==", "!="]);
        let (list, [one, other]) = self.pair();
        match self.dice.below(7) {
            4..=6 => {
                let count = 1 + self.dice.below(2);
                format!("({list}.length() {sign} {count})")
            }
            0 => format!("({list} {sign} [{one}])"),
            1 => format!("({list} {sign} [{other}])"),
            _ => format!("({list} {sign} [{one}, {other}])"),
        }
    }

    fn ordered(&mut self, depth: usize) -> String {
        let sign = self.dice.of(&["<", "<=", ">", ">="]);
        if self.dice.percent(15) {
            let (left, right) = (self.moment(depth), self.moment(depth));
            return format!("({left} {sign} {right})");
        }
        let kind = self.dice.of(&[Kind::Number, Kind::Date, Kind::Time]);
        let left = self.value(kind, depth);
        let right = if self.dice.percent(30) {
            self.value(kind, depth)
        } else {
            self.literal_for(&left, kind)
        };
        if self.dice.percent(20) {
            return format!("({right} {sign} {left})");
        }
        format!("({left} {sign} {right})")
    }

    fn clock(&mut self, depth: usize) -> String {
        let sign = self.dice.of(&["<", "<=", ">", ">=", "==", "!=", "<", ">="]);
        let (clock, other) = if self.dice.percent(60) {
            ("today", self.value(Kind::Date, depth))
        } else {
            ("now", self.moment(depth))
        };
        if self.dice.percent(30) {
            return format!("({other} {sign} {clock})");
        }
        format!("({clock} {sign} {other})")
    }

    fn is_in(&mut self, depth: usize) -> String {
        let kind = self.dice.of(&[
            Kind::Text,
            Kind::Text,
            Kind::Choice,
            Kind::Number,
            Kind::Date,
        ]);
        let of = self.value(kind, depth);
        let lists = match kind {
            Kind::Text => Some(Kind::Texts),
            Kind::Number => Some(Kind::Numbers),
            Kind::Date => Some(Kind::Dates),
            _ => None,
        };
        match lists {
            Some(list) if self.dice.percent(40) => {
                let list = self.value(list, depth);
                let of = if self.dice.percent(50) {
                    self.literal_for(&format!("{list}.first()"), kind)
                } else {
                    of
                };
                format!("({of} in {list})")
            }
            _ => {
                let (one, other) = (self.literal_for(&of, kind), self.literal_for(&of, kind));
                format!("({of} in [{one}, {other}])")
            }
        }
    }

    fn matches(&mut self, depth: usize) -> String {
        let of = self.value(Kind::Text, depth);
        let whole = self.literal_for(&of, Kind::Text);
        let word: Vec<char> = whole.trim_matches('"').replace('\\', "").chars().collect();
        let cut = 1 + self.dice.below(3);
        let start: String = word.iter().take(cut).collect();
        let end: String = word.iter().skip(word.len().saturating_sub(cut)).collect();
        let pattern = match self.dice.below(7) {
            0..=1 => format!("\"{start}*\""),
            2 => format!("\"*{end}\""),
            3 => format!("\"{start}*{end}\""),
            4 => format!("\"{}\"", "?".repeat(word.len().max(1))),
            5 => "/[A-Z].*[a-z]/".to_owned(),
            _ => "/(Fin|Ber|Man|King|IT).*/".to_owned(),
        };
        format!("({of} matches {pattern})")
    }

    fn quantifier(&mut self, word: &str, depth: usize) -> String {
        let kind = self.dice.of(&[
            Kind::Jobs,
            Kind::Jobs,
            Kind::People,
            Kind::People,
            Kind::Texts,
            Kind::Numbers,
        ]);
        let list = self.atom(kind);
        let element = ["a", "b", "c", "d", "f", "g", "h"][self.names.depth.min(6)];
        let names = match kind {
            Kind::Jobs => self.names.with_job(element),
            Kind::People => self.names.with_person(element),
            other => {
                let mut names = self.names.deeper();
                let item = if other == Kind::Texts {
                    Kind::Text
                } else {
                    Kind::Number
                };
                for _ in 0..4 {
                    names.add(item, element);
                }
                names
            }
        };
        let condition = self.within(names, |inner| inner.condition(depth.min(2)));
        format!("{word} {element} in {list} where ({condition})")
    }
}

//! What waits for approval is remembered for as long as it waits, an answer for as long as it holds, and each answer
//! stands on the trail.

use std::collections::BTreeSet;

use tenure::hr::PersonId;
use tenure::state::{
    Answer, Asked, Asking, Given, Private, Refused, StoreError, Unanswered, Writer,
};

use super::{Bench, at};

fn known(bench: &Bench) -> BTreeSet<String> {
    let prior = bench.store().prior().unwrap();
    prior.approvals.keys().map(ToString::to_string).collect()
}

fn asked(seconds: i64) -> Asked {
    Asked {
        until: Some(at(seconds + 1000)),
        ..Asked::new(at(seconds))
    }
}

fn ask(
    writer: &mut Writer<'_>,
    id: &str,
    person: Option<&PersonId>,
    asked: &Asked,
) -> Result<(), StoreError> {
    let what = Some("add Ada King to SG-Finance");
    let asking = Asking {
        id,
        person,
        asked,
        what,
    };
    writer.ask(&asking, asked.asked)
}

fn yes(from: i64, until: i64) -> Given {
    Given {
        by: "ada@host".into(),
        at: at(from),
        expires: at(until),
        because: Some("Ada King asked for it".into()),
    }
}

fn no(from: i64, until: i64) -> Refused {
    Refused {
        by: "kim@host".into(),
        at: at(from),
        until: at(until),
        because: "not Ada King".into(),
    }
}

fn answers(bench: &Bench, ids: &[&str], answer: &Answer) -> Result<(), (String, Unanswered)> {
    let mut given = Ok(());
    let writing = |writer: &mut Writer<'_>| {
        given = writer.answer(ids, answer)?;
        Ok(())
    };
    bench.write(writing).unwrap();
    given
}

/// Answers one question, in a transaction of its own.
fn answer(bench: &Bench, id: &str, answer: &Answer) -> Result<(), Unanswered> {
    answers(bench, &[id], answer).map_err(|(of, why)| {
        assert_eq!(of, id);
        why
    })
}

#[test]
fn what_no_longer_waits_is_forgotten_but_for_an_answer_that_still_holds() {
    let bench = Bench::new();
    let answered = |given, refused| Asked {
        given,
        refused,
        ..asked(0)
    };
    bench
        .write(|writer| {
            ask(writer, "waits", None, &asked(0))?;
            ask(writer, "yes", None, &answered(Some(yes(0, 100)), None))?;
            ask(writer, "no", None, &answered(None, Some(no(0, 100))))?;
            ask(
                writer,
                "yes is over",
                None,
                &answered(Some(yes(0, 10)), None),
            )?;
            ask(writer, "no is over", None, &answered(None, Some(no(0, 10))))?;
            ask(writer, "asked again", None, &asked(0))
        })
        .unwrap();
    bench
        .write(|writer| writer.drop_approvals(["asked again"], at(50)))
        .unwrap();
    assert_eq!(
        known(&bench),
        ["asked again", "no", "yes"].map(Into::into).into()
    );
    bench.write(|writer| writer.remove_approval("yes")).unwrap();
    assert_eq!(known(&bench), ["asked again", "no"].map(Into::into).into());
}

#[test]
fn nothing_of_a_person_who_is_forgotten_waits() {
    let bench = Bench::new();
    let ada = PersonId::from(1);
    bench
        .write(|writer| {
            ask(writer, "hers", Some(&ada), &asked(0))?;
            ask(writer, "nobody's", None, &asked(0))?;
            writer.told_of_approval("line", "hers", at(0))?;
            writer.forget(&ada, at(1))
        })
        .unwrap();
    assert_eq!(known(&bench), ["nobody's"].map(Into::into).into());
}

#[test]
fn an_answer_is_kept_with_who_when_why_and_its_end_and_makes_old_plans_stale() {
    let bench = Bench::new();
    let ada = PersonId::from(1);
    bench
        .write(|writer| ask(writer, "q", Some(&ada), &asked(0)))
        .unwrap();
    let before = bench.store().identity().unwrap().generation;
    answer(&bench, "q", &Answer::Yes(yes(10, 500))).unwrap();
    let question = bench.store().questions().unwrap().pop().unwrap();
    assert_eq!(question.asked.given, Some(yes(10, 500)));
    assert_eq!(question.person.as_ref(), Some(&ada));
    assert_eq!(
        question.what,
        Private::Known("add Ada King to SG-Finance".into())
    );
    assert!(bench.store().identity().unwrap().generation > before);
    // A no takes the yes back; a yes does not take the no back.
    answer(&bench, "q", &Answer::No(no(20, 600))).unwrap();
    assert_eq!(
        answer(&bench, "q", &Answer::Yes(yes(30, 500))),
        Err(Unanswered::Refused(no(20, 600)))
    );
    let asked = bench.store().prior().unwrap().approvals["q"].clone();
    assert_eq!((asked.given, asked.refused), (None, Some(no(20, 600))));
    let lift = Answer::Lifted {
        by: "kim@host".into(),
        at: at(40),
        because: "a mistake".into(),
    };
    answer(&bench, "q", &lift).unwrap();
    assert_eq!(
        answer(&bench, "q", &lift),
        Err(Unanswered::NotRefused),
        "there is none any more"
    );
    let asked = bench.store().prior().unwrap().approvals["q"].clone();
    assert_eq!((asked.given, asked.refused), (None, None));
    assert_eq!(
        (asked.asked, asked.first, asked.until),
        (at(40), at(0), Some(at(1040))),
        "it waits again, with its whole time"
    );
    answer(&bench, "q", &Answer::Yes(yes(50, 500))).unwrap();
    let store = bench.store();
    let trail = store.audit_trail().unwrap();
    let events: Vec<&str> = trail.iter().map(|entry| &*entry.event).collect();
    assert_eq!(
        events,
        ["approved", "rejected", "rejection-lifted", "approved"]
    );
    for entry in &trail {
        assert!(!entry.facts.contains("King"), "{}", entry.facts);
        assert_eq!(entry.person.as_ref(), Some(&ada));
    }
    assert!(trail[1].facts.contains("kim@host"), "{}", trail[1].facts);
    let private = trail[1].private.as_ref().and_then(Private::known).unwrap();
    assert!(private.contains("not Ada King"), "{private}");
}

#[test]
fn what_is_over_cannot_be_answered_and_several_are_answered_all_or_none() {
    let bench = Bench::new();
    bench
        .write(|writer| {
            ask(writer, "a", None, &asked(0))?;
            ask(writer, "b", None, &asked(2000))
        })
        .unwrap();
    assert_eq!(
        answer(&bench, "a", &Answer::Yes(yes(1000, 5000))),
        Err(Unanswered::Over(at(1000)))
    );
    assert_eq!(
        answer(&bench, "c", &Answer::Yes(yes(1000, 5000))),
        Err(Unanswered::NotAsked)
    );
    let both = answers(&bench, &["b", "a"], &Answer::Yes(yes(2100, 5000)));
    assert_eq!(both, Err(("a".into(), Unanswered::Over(at(1000)))));
    let prior = bench.store().prior().unwrap();
    assert_eq!(prior.approvals["b"].given, None, "none of them");
    answer(&bench, "a", &Answer::No(no(500, 5000))).unwrap();
}

//! What was expected, in the words of people.
//!
//! The match at the end has no `_` arm on purpose: a new grammar rule does not compile before somebody has
//! decided how a message names it, or that none does.

use super::grammar::Rule;
use super::recover::first_word;
use crate::diagnostic::{Diagnostic, did_you_mean};

/// The expected rules in words of people, each once, what goes without saying left out.
pub(super) fn in_words(rules: &[Rule]) -> Vec<&'static str> {
    let mut words: Vec<&'static str> = Vec::new();
    for word in rules.iter().copied().filter_map(display) {
        if !words.contains(&word) {
            words.push(word);
        }
    }
    let mut hide = |because: &str, hidden: &[&str]| {
        if words.contains(&because) {
            words.retain(|word| !hidden.contains(word));
        }
    };
    hide(
        "an operator",
        &[
            "a unit of time",
            "`(`",
            "`[`",
            "`at`",
            "`or`",
            "`in`",
            "`is`",
        ],
    );
    hide("`}`", &["`,`"]);
    hide(
        "an expression",
        &[
            "a name",
            "a text in double quotes",
            "a date",
            "a time",
            "a duration",
            "a number",
            "a whole number",
            "`(`",
            "`[`",
            "`account`",
            "an AD attribute",
        ],
    );
    if let Some(at) = words.iter().position(|word| *word == "an operator") {
        let operator = words.remove(at);
        words.push(operator);
    }
    words
}

/// A near word among the expected ones, or what a reserved word is.
pub(super) fn help(
    diagnostic: Diagnostic,
    expected: &[&str],
    found: &str,
    behind: bool,
) -> Diagnostic {
    let candidates = expected
        .iter()
        .flat_map(|words| words.split('`').skip(1).step_by(2))
        .filter(|word| word.starts_with(|c: char| c.is_ascii_alphabetic()));
    let is_word = !first_word(found).is_empty();
    let near = did_you_mean(found, candidates).filter(|_| is_word && !behind);
    if near.is_some() {
        return diagnostic.help_did_you_mean(near);
    }
    if found.starts_with(|c: char| c.is_alphabetic() && !c.is_ascii()) {
        return diagnostic.help("names have the letters a to z, digits and `_`");
    }
    let wants_name = expected.contains(&"a name") || expected.contains(&"a field");
    if wants_name && is_word && !behind {
        return diagnostic.help(format!(
            "`{found}` is a word of the language; choose another name"
        ));
    }
    if wants_name && found.starts_with('"') {
        return diagnostic.help("a name stands without quotes");
    }
    diagnostic
}

/// "a, b or c".
pub(super) fn list(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    }
}

/// How a message names a rule; `None` where it should not.
///
/// Hidden are habits from elsewhere, recovery, and what may follow nearly everything (`.`, `[`).
fn display(rule: Rule) -> Option<&'static str> {
    match rule {
        Rule::WHITESPACE
        | Rule::COMMENT
        | Rule::file
        | Rule::item
        | Rule::bad_item
        | Rule::bad_clause
        | Rule::bad_test_clause
        | Rule::bad_given_clause
        | Rule::bad_piece
        | Rule::bad_quoted
        | Rule::bad_braces
        | Rule::bad_braced
        | Rule::blank
        | Rule::item_stop
        | Rule::clause_stop
        | Rule::item_let
        | Rule::item_word
        | Rule::item_head
        | Rule::bad_test_head
        | Rule::expected_word
        | Rule::clause_start
        | Rule::word_char
        | Rule::attribute_char
        | Rule::reserved
        | Rule::time_word
        | Rule::SEMI
        | Rule::DOT
        | Rule::QUESTION
        | Rule::field_mark
        | Rule::modifier
        | Rule::attributes
        | Rule::group_block
        | Rule::amount
        | Rule::expr_list
        | Rule::prefix
        | Rule::infix
        | Rule::operand
        | Rule::dot
        | Rule::index
        | Rule::args
        | Rule::primary
        | Rule::string
        | Rule::chunk
        | Rule::escape
        | Rule::hole
        | Rule::hole_step
        | Rule::hole_args
        | Rule::hole_arg
        | Rule::bad_hole
        | Rule::bad_brace
        | Rule::unclosed
        | Rule::body_file
        | Rule::body_chunk
        | Rule::body_escape
        | Rule::arrow
        | Rule::habit_arrow
        | Rule::habit_row
        | Rule::habit_otherwise
        | Rule::habit_elif
        | Rule::habit_if
        | Rule::habit_bang
        | Rule::habit_comma
        | Rule::habit_operator
        | Rule::not_in
        | Rule::habit_is
        | Rule::habit_missing
        | Rule::habit_quotes
        | Rule::EOI => None,
        Rule::name | Rule::field_name | Rule::stages => Some("a name"),
        Rule::attribute | Rule::account_attribute | Rule::profile_line => Some("an AD attribute"),
        Rule::LBRACE => Some("`{`"),
        Rule::RBRACE => Some("`}`"),
        Rule::LPAREN | Rule::paren => Some("`(`"),
        Rule::RPAREN => Some("`)`"),
        Rule::LBRACKET => Some("`[`"),
        Rule::RBRACKET => Some("`]`"),
        Rule::COMMA => Some("`,`"),
        Rule::COLON => Some("`:`"),
        Rule::ASSIGN => Some("`=`"),
        Rule::ARROW => Some("`=>`"),
        Rule::KW_SOURCE => Some("`source`"),
        Rule::KW_PREFIX => Some("`prefix`"),
        Rule::KW_PERSON => Some("`person`"),
        Rule::KW_EMPLOYMENT => Some("`employment`"),
        Rule::KW_PARAM => Some("`param`"),
        Rule::KW_TABLE => Some("`table`"),
        Rule::KW_LET => Some("`let`"),
        Rule::KW_FN => Some("`fn`"),
        Rule::KW_UNIQUE => Some("`unique`"),
        Rule::KW_TIMEZONE => Some("`timezone`"),
        Rule::KW_LIFECYCLE => Some("`lifecycle`"),
        Rule::KW_STAGE => Some("`stage`"),
        Rule::KW_WAS => Some("`was`"),
        Rule::KW_IDENTITY => Some("`identity`"),
        Rule::KW_PROFILE => Some("`profile`"),
        Rule::KW_PASSWORD => Some("`password`"),
        Rule::KW_UNIT => Some("`unit`"),
        Rule::KW_GROUPS => Some("`groups`"),
        Rule::KW_LISTS => Some("`lists`"),
        Rule::KW_GROUP => Some("`group`"),
        Rule::KW_PRIVILEGED => Some("`privileged`"),
        Rule::KW_FORBID => Some("`forbid`"),
        Rule::KW_EXCLUSIVE => Some("`exclusive`"),
        Rule::KW_INVARIANT => Some("`invariant`"),
        Rule::KW_EXCEPTION => Some("`exception`"),
        Rule::KW_GUARD => Some("`guard`"),
        Rule::KW_APPROVE => Some("`approve`"),
        Rule::KW_NOTIFY => Some("`notify`"),
        Rule::KW_AWAIT => Some("`await`"),
        Rule::KW_WRITEBACK => Some("`writeback`"),
        Rule::KW_RETENTION => Some("`retention`"),
        Rule::KW_EXPECT => Some("`expect`"),
        Rule::KW_TEST => Some("`test`"),
        Rule::KW_WITHIN => Some("`within`"),
        Rule::KW_ENABLE => Some("`enable`"),
        Rule::KW_SEND => Some("`send`"),
        Rule::KW_KEY => Some("`key`"),
        Rule::KW_FROM => Some("`from`"),
        Rule::KW_SENSITIVE => Some("`sensitive`"),
        Rule::KW_OPEN => Some("`open`"),
        Rule::KW_ONE => Some("`one`"),
        Rule::KW_OF => Some("`of`"),
        Rule::KW_LIST => Some("`list`"),
        Rule::KW_TRY => Some("`try`"),
        Rule::KW_REUSE => Some("`reuse`"),
        Rule::KW_AFTER => Some("`after`"),
        Rule::KW_RESERVED => Some("`reserved`"),
        Rule::KW_NEVER => Some("`never`"),
        Rule::KW_VANISHED => Some("`vanished`"),
        Rule::KW_FOR => Some("`for`"),
        Rule::KW_WHEN => Some("`when`"),
        Rule::KW_OTHERWISE => Some("`otherwise`"),
        Rule::KW_ALWAYS => Some("`always`"),
        Rule::KW_ACCOUNT => Some("`account`"),
        Rule::KW_DELETED => Some("`deleted`"),
        Rule::KW_DISABLED => Some("`disabled`"),
        Rule::KW_UNTOUCHED => Some("`untouched`"),
        Rule::KW_NONE => Some("`none`"),
        Rule::KW_OURS => Some("`ours`"),
        Rule::KW_EXCEPT => Some("`except`"),
        Rule::KW_GRANT => Some("`grant`"),
        Rule::KW_SET => Some("`set`"),
        Rule::KW_CLEAR => Some("`clear`"),
        Rule::KW_KEEP => Some("`keep`"),
        Rule::KW_ANCHOR => Some("`anchor`"),
        Rule::KW_ADOPT => Some("`adopt`"),
        Rule::KW_LINK => Some("`link`"),
        Rule::KW_TO => Some("`to`"),
        Rule::KW_TIED => Some("`tied`"),
        Rule::KW_IGNORE => Some("`ignore`"),
        Rule::KW_CONTINUES => Some("`continues`"),
        Rule::KW_CONFIRMED => Some("`confirmed`"),
        Rule::KW_ADDING => Some("`adding`"),
        Rule::KW_ONCE => Some("`once`"),
        Rule::KW_IF => Some("`if`"),
        Rule::KW_EMPTY => Some("`empty`"),
        Rule::KW_RANDOM => Some("`random`"),
        Rule::KW_INITIAL => Some("`initial`"),
        Rule::KW_SEALED => Some("`sealed`"),
        Rule::KW_CHANGE => Some("`change`"),
        Rule::KW_FIRST => Some("`first`"),
        Rule::KW_LOGON => Some("`logon`"),
        Rule::KW_RESET => Some("`reset`"),
        Rule::KW_HAND => Some("`hand`"),
        Rule::KW_OVER => Some("`over`"),
        Rule::KW_BEFORE => Some("`before`"),
        Rule::KW_ALLOW => Some("`allow`"),
        Rule::KW_PLAIN => Some("`plain`"),
        Rule::KW_MAIL => Some("`mail`"),
        Rule::KW_ON => Some("`on`"),
        Rule::KW_ENTER => Some("`enter`"),
        Rule::KW_EXIT => Some("`exit`"),
        Rule::KW_LINGER => Some("`linger`"),
        Rule::KW_MANAGE => Some("`manage`"),
        Rule::KW_CREATE => Some("`create`"),
        Rule::KW_KIND => Some("`kind`"),
        Rule::KW_SCOPE => Some("`scope`"),
        Rule::KW_DESCRIPTION => Some("`description`"),
        Rule::KW_PREFER => Some("`prefer`"),
        Rule::KW_CURRENT => Some("`current`"),
        Rule::KW_SEPARATE => Some("`separate`"),
        Rule::KW_UNTIL => Some("`until`"),
        Rule::KW_BECAUSE => Some("`because`"),
        Rule::KW_LOSE => Some("`lose`"),
        Rule::KW_MOST => Some("`most`"),
        Rule::KW_WHICHEVER => Some("`whichever`"),
        Rule::KW_MORE => Some("`more`"),
        Rule::KW_LESS => Some("`less`"),
        Rule::KW_PROTECT => Some("`protect`"),
        Rule::KW_OVERRIDE => Some("`override`"),
        Rule::KW_SUBJECT => Some("`subject`"),
        Rule::KW_BODY => Some("`body`"),
        Rule::KW_FILE => Some("`file`"),
        Rule::KW_VALUES => Some("`values`"),
        Rule::KW_EXCEPTIONS => Some("`exceptions`"),
        Rule::KW_TRAIL => Some("`trail`"),
        Rule::KW_APPROVALS => Some("`approvals`"),
        Rule::KW_APPROVAL => Some("`approval`"),
        Rule::KW_ABOVE => Some("`above`"),
        Rule::KW_EVERY => Some("`every`"),
        Rule::KW_DIGEST => Some("`digest`"),
        Rule::KW_DAILY => Some("`daily`"),
        Rule::KW_WEEKLY => Some("`weekly`"),
        Rule::weekday => Some("a day of the week"),
        Rule::KW_NO => Some("`no`"),
        Rule::KW_EXACTLY => Some("`exactly`"),
        Rule::KW_NOTICE => Some("`notice`"),
        Rule::KW_EVENT => Some("`event`"),
        Rule::KW_QUARANTINE => Some("`quarantine`"),
        Rule::KW_HELD => Some("`held`"),
        Rule::KW_TRIPS => Some("`trips`"),
        Rule::KW_TAKEN => Some("`taken`"),
        Rule::KW_GLOBAL => Some("`global`"),
        Rule::KW_DOMAIN => Some("`domain`"),
        Rule::KW_LOCAL => Some("`local`"),
        Rule::KW_UNIVERSAL => Some("`universal`"),
        Rule::KW_WHERE => Some("`where`"),
        Rule::KW_CHOOSE
        | Rule::KW_NOT
        | Rule::expr
        | Rule::call_or_name
        | Rule::list
        | Rule::account
        | Rule::choose
        | Rule::quantifier
        | Rule::quantifier_word
        | Rule::boolean
        | Rule::clock
        | Rule::regex => Some("an expression"),
        Rule::KW_OR => Some("`or`"),
        Rule::KW_AND
        | Rule::KW_ELSE
        | Rule::KW_MATCHES
        | Rule::EQ
        | Rule::NE
        | Rule::LE
        | Rule::GE
        | Rule::LT
        | Rule::GT
        | Rule::PLUS
        | Rule::MINUS
        | Rule::is_test => Some("an operator"),
        Rule::KW_IN => Some("`in`"),
        Rule::KW_IS => Some("`is`"),
        Rule::KW_AT => Some("`at`"),
        Rule::KW_PRESENT => Some("`present`"),
        Rule::KW_MISSING => Some("`missing`"),
        Rule::source
        | Rule::person
        | Rule::employment
        | Rule::table
        | Rule::param
        | Rule::let_item
        | Rule::fn_item
        | Rule::unique
        | Rule::timezone
        | Rule::lifecycle
        | Rule::stage
        | Rule::exception
        | Rule::identity
        | Rule::profile
        | Rule::password
        | Rule::writeback
        | Rule::unit
        | Rule::groups
        | Rule::lists
        | Rule::group
        | Rule::privileged
        | Rule::forbid
        | Rule::exclusive
        | Rule::invariant
        | Rule::guard
        | Rule::approve
        | Rule::retention
        | Rule::notify
        | Rule::r#await
        | Rule::expect
        | Rule::test => Some("an item"),
        Rule::field | Rule::given_field | Rule::test_field => Some("a field"),
        Rule::type_ | Rule::one_of | Rule::list_of => Some("a type"),
        Rule::fn_param => Some("a parameter"),
        Rule::unique_clause => Some("a statement of `unique`"),
        Rule::lifecycle_row | Rule::row => Some("a row"),
        Rule::stage_clause => Some("a statement of `stage`"),
        Rule::account_state => {
            Some("`enabled`, `prepared`, `disabled`, `deleted after … disabled` or `untouched`")
        }
        Rule::state_word => Some("`enabled`, `prepared`, `disabled`"),
        Rule::extent => Some("`none`, `none of ours`, `except` or `untouched`"),
        Rule::exception_clause => Some("a statement of `exception`"),
        Rule::person_key => Some("a person's key"),
        Rule::identity_clause => Some("a statement of `identity`"),
        Rule::profile_clause => Some("a statement of `profile`"),
        Rule::password_clause => Some("a statement of `password`"),
        Rule::transition | Rule::event | Rule::event_word => Some("an event"),
        Rule::group_clause => Some("a statement of `groups`"),
        Rule::manage_word => Some("`granted`, `all` or `additions`"),
        Rule::attach => Some("`kind`, `scope`, `description` or `in`"),
        Rule::kind_word => Some("`security` or `distribution`"),
        Rule::scope_word => Some("`global`, `domain local` or `universal`"),
        Rule::guard_clause => Some("a statement of `guard`"),
        Rule::guard_kind => Some("a kind of action"),
        Rule::limit => Some("a limit"),
        Rule::approve_scope => Some("`in stage`, `in unit` or `above`"),
        Rule::retention_clause => Some("a statement of `retention`"),
        Rule::notify_clause => Some("a statement of `notify`"),
        Rule::await_clause => Some("a statement of `await`"),
        Rule::test_clause => Some("a statement of `test`"),
        Rule::given => Some("a person"),
        Rule::given_account => Some("an account"),
        Rule::account_clause => Some("a statement of `account`"),
        Rule::account_word => Some("`enabled` or `disabled`"),
        Rule::expected => Some("what is expected"),
        Rule::expectation => Some("what is ruled out"),
        Rule::expected_state => Some("the state of an account"),
        Rule::date => Some("a date"),
        Rule::time => Some("a time"),
        Rule::duration => Some("a duration"),
        Rule::time_unit => Some("a unit of time"),
        Rule::whole => Some("a whole number"),
        Rule::percent => Some("a percentage"),
        Rule::number => Some("a number"),
        Rule::text => Some("a text in double quotes"),
    }
}

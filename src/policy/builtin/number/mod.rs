//! Functions that are called on a number.

mod divided_by;
mod format;
mod int;
mod minus;
mod modulo;
mod plus;
mod round;
mod round_down;
mod times;

pub(super) use format::decimal_mark;

use super::Builtin;
use super::args;
use crate::hr::Decimal;
use crate::policy::eval::Value;

/// Every function on numbers, by name.
pub(super) static ALL: &[&Builtin] = &[
    &divided_by::DIVIDED_BY,
    &format::FORMAT,
    &int::INT,
    &minus::MINUS,
    &modulo::MODULO,
    &plus::PLUS,
    &round::ROUND,
    &round_down::ROUND_DOWN,
    &times::TIMES,
];

/// The most digits behind the point that a number keeps.
const MOST_PLACES: i64 = 18;

/// What two numbers give: a whole one if both are whole.
fn together(
    args: &[Value],
    whole: fn(i64, i64) -> Option<i64>,
    decimal: fn(Decimal, Decimal) -> Option<Decimal>,
) -> Option<Value> {
    if let (Some(a), Some(b)) = (args::int(args, 0), args::int(args, 1)) {
        return whole(a, b).map(Value::Int);
    }
    decimal(args::number(args, 0)?, args::number(args, 1)?).map(Value::Number)
}

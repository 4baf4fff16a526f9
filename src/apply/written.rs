//! Writes a value back to HR, once it is known that HR still says what the plan saw.
//!
//! HR is no directory: it has no workers of ours, and whoever keeps the journal writes to it, one value at a time.

use super::attempt::Success;
use super::seen::{Trouble, View};
use crate::hr::port::{Field, PortError, WriteBack};
use crate::plan::Change;

/// Writes the value back; `in_doubt`: it was begun before a crash, so what stands there was written by us.
pub(super) fn write_back(
    hr: &dyn WriteBack,
    view: &View<'_>,
    change: &Change,
    in_doubt: bool,
) -> Result<Success, Trouble> {
    let Change::WriteBack {
        account,
        person,
        source,
        before,
        after,
        ..
    } = change
    else {
        return Err(Trouble::failed("nothing is written back by it"));
    };
    let field = Field {
        person,
        name: source,
    };
    let now = hr.value(&field).map_err(|error| refused(&error))?;
    if now.as_deref() == Some(&**after) {
        return Ok(Success::new(view.guid(account)?, !in_doubt));
    }
    if now.as_deref() != before.as_deref() {
        return Err(Trouble::conflict(format!(
            "HR says another `{source}` of {person} since the plan was made"
        )));
    }
    let account = view.guid(account)?;
    hr.write(&field, before.as_deref(), after)
        .map_err(|error| refused(&error))?;
    Ok(Success::new(account, false))
}

/// HR does not take it: this action fails, and the run goes on.
fn refused(error: &PortError) -> Trouble {
    Trouble::failed(error.to_string())
}

//! What a profile line, or a `set` or `clear` of a stage, wants of its attribute.

use super::{Scope, Unknown, Value};
use crate::directory::schema::{Attribute, Syntax};
use crate::directory::{AttributeName, filetime};
use crate::hr::Photo;
use crate::policy::ir::{Kind, Node, Piece};
use crate::policy::program::Line;
use crate::policy::wish::{AssignedPart, AttributeWish, Desired};
use crate::syntax::ast::ElseAction;
use crate::text::picture;
use std::sync::Arc;
pub(super) fn attribute(scope: &Scope<'_>, line: &Line, overlay: bool) -> AttributeWish {
    AttributeWish {
        attribute: line.attribute.name.into(),
        mode: line.mode,
        value: desired(scope, line),
        rule: line.rule,
        overlay,
    }
}

fn desired(scope: &Scope<'_>, line: &Line) -> Desired {
    let Some(node) = &line.value else {
        return Desired::Clear;
    };
    let otherwise = match line.otherwise {
        Some(ElseAction::Clear) => Desired::Clear,
        Some(ElseAction::Keep) | None => Desired::Keep,
    };
    if node.marks.assigned {
        return match assigned(scope, node) {
            Ok(Some(parts)) => Desired::Assigned(parts),
            Ok(None) => otherwise,
            Err(unknown) => Desired::Held(unknown.why),
        };
    }
    match scope.value(node) {
        Err(unknown) => Desired::Held(unknown.why),
        Ok(None) => otherwise,
        Ok(Some(Value::Person(id))) => Desired::Person(id, Box::new(otherwise)),
        Ok(Some(Value::List(items))) => {
            // An attribute has each value once, whatever a list says.
            let name = AttributeName::new(line.attribute.name);
            let mut values: Vec<Arc<str>> = Vec::new();
            for value in items
                .iter()
                .filter_map(|item| ldap(item, line.attribute.syntax))
            {
                if !values.iter().any(|known| name.equal(known, &value)) {
                    values.push(value);
                }
            }
            if values.is_empty() {
                otherwise
            } else {
                Desired::Values(values)
            }
        }
        Ok(Some(Value::Photo(photo))) => photo_for(&photo, line.attribute),
        Ok(Some(value)) => match ldap(&value, line.attribute.syntax) {
            Some(text) => Desired::Values(vec![text]),
            None => otherwise,
        },
    }
}

/// A photo, by what stands for it; held where the attribute cannot hold it, for nothing is cut.
fn photo_for(photo: &Photo, attribute: &Attribute) -> Desired {
    let picture = match photo {
        Photo::Known(picture) => picture,
        Photo::Unknown(why) => return Desired::Held(why.clone()),
    };
    // RFC 2798 says what `jpegPhoto` holds; of the others AD takes any bytes, and its readers these kinds.
    let kind = match picture.kind() {
        Ok(picture::Kind::Png) if attribute.name == "jpegPhoto" => {
            Err("it is a PNG, and `jpegPhoto` holds JPEG alone".to_owned())
        }
        Ok(picture::Kind::Jpeg | picture::Kind::Png) => Ok(()),
        Err(flaw) => Err(format!("{flaw}; a JPEG or a PNG is needed")),
    };
    let size = attribute.check_size(picture.bytes().len());
    match kind.and(size.map_err(|unfit| unfit.to_string())) {
        Ok(()) => Desired::Values(vec![picture.said().clone()]),
        Err(why) => Desired::Held(format!("the photo in HR is not taken: {why}").into()),
    }
}

/// A value as LDAP writes it.
fn ldap(value: &Value, syntax: Syntax) -> Option<Arc<str>> {
    let text = match (value, syntax) {
        (Value::Bool(true), _) => "TRUE".to_owned(),
        (Value::Bool(false), _) => "FALSE".to_owned(),
        (Value::Never, Syntax::FileTime) => i64::MAX.to_string(),
        (Value::Never, _) => return None,
        (Value::Instant(instant), Syntax::FileTime) => filetime::to_filetime(*instant)?.to_string(),
        (Value::Instant(instant), Syntax::GeneralizedTime) => {
            filetime::to_generalized_time(*instant)
        }
        _ => value.to_string(),
    };
    (!text.is_empty()).then(|| text.into())
}

/// The pieces of a value that depends on assigned names; missing where a piece is.
fn assigned(scope: &Scope<'_>, node: &Node) -> Result<Option<Vec<AssignedPart>>, Unknown> {
    match &node.kind {
        Kind::Unique(index) => Ok(Some(vec![AssignedPart::Unique(*index)])),
        Kind::Let(index) if node.marks.assigned => match scope.program.lets.get(*index as usize) {
            Some(definition) => assigned(scope, &definition.node),
            None => Ok(None),
        },
        Kind::Template(pieces) => {
            let mut parts = Vec::new();
            for piece in pieces {
                match piece {
                    Piece::Literal(text) => parts.push(AssignedPart::Literal(text.clone())),
                    Piece::Hole(hole) => match assigned(scope, hole)? {
                        Some(more) => parts.extend(more),
                        None => return Ok(None),
                    },
                }
            }
            Ok(Some(parts))
        }
        Kind::Else(first, second) => match assigned(scope, first)? {
            Some(parts) => Ok(Some(parts)),
            None => assigned(scope, second),
        },
        Kind::Choose { rows, otherwise } => {
            for (condition, result) in rows {
                if scope.holds(condition)? {
                    return assigned(scope, result);
                }
            }
            otherwise
                .as_ref()
                .map_or(Ok(None), |node| assigned(scope, node))
        }
        _ => {
            let value = scope.value(node)?;
            Ok(value.map(|value| vec![AssignedPart::Literal(value.into_text())]))
        }
    }
}

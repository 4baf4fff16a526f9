//! Which group may be in which, by their scopes.

use super::super::behind::{Behind, Found, Scope};
use super::super::ber::Node;
use super::super::dn::parts;
use super::super::message::{Ask, How, Refusal, equals};
use super::names::values;

/// `groupType` (MS-ADTS 2.2.12).
const GLOBAL: u32 = 2;
const LOCAL: u32 = 4;
const UNIVERSAL: u32 = 8;

/// Who may not be in whom, and what Windows says then.
const FORBIDDEN: [(u32, u32, &str); 3] = [
    (GLOBAL, LOCAL, "00002144"),
    (GLOBAL, UNIVERSAL, "00002145"),
    (UNIVERSAL, LOCAL, "00002146"),
];

pub(super) async fn refuse(ask: &Ask, behind: &Behind) -> Option<Refusal> {
    let (kind, members) = match ask {
        Ask::Add { attributes, .. } => {
            let kind = values(attributes, "groupType").into_iter().next();
            (kind, values(attributes, "member"))
        }
        Ask::Modify { dn, changes } => {
            let set = changes.iter().filter(|(how, _)| *how != How::Delete);
            let set: Vec<_> = set.map(|(_, attribute)| attribute.clone()).collect();
            let members = values(&set, "member");
            if members.is_empty() {
                return None;
            }
            (
                Some(behind.read(dn, &["groupType"]).await?.text("groupType")),
                members,
            )
        }
        _ => return None,
    };
    let kind = kind.as_deref().map_or(Some(GLOBAL), bits)?;
    for (outer, inner, error) in FORBIDDEN {
        if kind & outer == 0 || members.is_empty() {
            continue;
        }
        let groups = of_scope(behind, inner).await;
        if groups
            .iter()
            .any(|group| members.iter().any(|member| is_named(group, member)))
        {
            let text =
                format!("{error}: SvcErr: DSID-031A1272, problem 5003 (WILL_NOT_PERFORM), data 0");
            return Some(Refusal::new(53, text));
        }
    }
    None
}

fn bits(kind: &str) -> Option<u32> {
    Some(kind.parse::<i32>().ok()?.cast_unsigned())
}

/// All groups of that scope in the domain.
async fn of_scope(behind: &Behind, scope: u32) -> Vec<Found> {
    let has_bit = Node::nodes(
        0xa9,
        vec![
            Node::bytes(0x81, "1.2.840.113556.1.4.803"),
            Node::bytes(0x82, "groupType"),
            Node::bytes(0x83, scope.to_string()),
        ],
    );
    let filter = Node::nodes(0xa0, vec![equals("objectClass", "group"), has_bit]);
    let wanted = ["objectGUID"];
    behind
        .search(&behind.base_dn, Scope::Subtree, filter, &wanted)
        .await
}

/// Whether a member is this group, by its name or by its GUID.
fn is_named(group: &Found, member: &str) -> bool {
    if let Some(guid) = member
        .strip_prefix("<GUID=")
        .and_then(|rest| rest.strip_suffix('>'))
    {
        let guid = uuid::Uuid::parse_str(guid).ok();
        return guid.is_some_and(|guid| {
            group
                .all("objectGUID")
                .iter()
                .any(|found| found[..] == guid.to_bytes_le())
        });
    }
    parts(&group.dn) == parts(member)
}

//! Values to bind, and the types that are stored as them: texts, numbers, booleans; days and identifiers as
//! texts, instants as milliseconds. Knows no engine.

use domain::text::Line;

/// A value to bind.
#[derive(Clone, Debug)]
pub enum Value {
    /// TEXT.
    Text(Option<String>),
    /// BIGINT.
    Int(Option<i64>),
    /// BOOLEAN.
    Bool(Option<bool>),
}

impl From<&str> for Value {
    fn from(v: &str) -> Self {
        Value::from(v.to_owned())
    }
}
impl From<String> for Value {
    fn from(v: String) -> Self {
        Value::Text(Some(without_nul(v)))
    }
}
impl From<&String> for Value {
    fn from(v: &String) -> Self {
        Value::from(v.clone())
    }
}
impl From<Option<String>> for Value {
    fn from(v: Option<String>) -> Self {
        Value::Text(v.map(without_nul))
    }
}
impl From<Line> for Value {
    fn from(v: Line) -> Self {
        Value::Text(Some(v.into()))
    }
}
impl From<&Line> for Value {
    fn from(v: &Line) -> Self {
        Value::from(v.clone())
    }
}

/// PostgreSQL takes no NUL in a text. Text that is kept has none, but an address or a form may ask for one: it finds
/// nothing on both engines.
fn without_nul(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text }
}
impl From<i64> for Value {
    fn from(v: i64) -> Self {
        Value::Int(Some(v))
    }
}
impl From<u32> for Value {
    fn from(v: u32) -> Self {
        Value::Int(Some(i64::from(v)))
    }
}
impl From<Option<i64>> for Value {
    fn from(v: Option<i64>) -> Self {
        Value::Int(v)
    }
}
impl From<bool> for Value {
    fn from(v: bool) -> Self {
        Value::Bool(Some(v))
    }
}

impl From<Option<bool>> for Value {
    fn from(v: Option<bool>) -> Self {
        Value::Bool(v)
    }
}
impl From<chrono::NaiveDate> for Value {
    fn from(v: chrono::NaiveDate) -> Self {
        Value::Text(Some(v.to_string()))
    }
}
impl From<Option<chrono::NaiveDate>> for Value {
    fn from(v: Option<chrono::NaiveDate>) -> Self {
        Value::Text(v.map(|d| d.to_string()))
    }
}
impl From<chrono::DateTime<chrono::Utc>> for Value {
    fn from(v: chrono::DateTime<chrono::Utc>) -> Self {
        Value::Int(Some(v.timestamp_millis()))
    }
}

macro_rules! id_values {
    ($($id:ident),+) => {$(
        impl From<domain::ids::$id> for Value {
            fn from(v: domain::ids::$id) -> Self { Value::Text(Some(v.to_string())) }
        }
        impl From<Option<domain::ids::$id>> for Value {
            fn from(v: Option<domain::ids::$id>) -> Self { Value::Text(v.map(|id| id.to_string())) }
        }
    )+};
}
id_values!(
    AgencyId,
    PersonId,
    RoomId,
    MeetingId,
    AgendaItemId,
    ParticipantId,
    PaperId,
    SessionId,
    RuleId,
    AuditId,
    RoleGivenId,
    AccountEventId,
    ConnectionId,
    PageId
);
